#include "proxmox/property_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace pmx::proxmox {
namespace {

bool is_word_of(std::string_view text, const std::array<std::string_view, 4>& words) {
  std::string low(text);
  for (char& c : low) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::find(words.begin(), words.end(), low) != words.end();
}

std::optional<bool> read_boolean(std::string_view text) {
  constexpr std::array<std::string_view, 4> kYes{"1", "on", "yes", "true"};
  constexpr std::array<std::string_view, 4> kNo{"0", "off", "no", "false"};
  if (is_word_of(text, kYes)) return true;
  if (is_word_of(text, kNo)) return false;
  return std::nullopt;
}

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number value{};
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (text.empty() || error != std::errc() || end != last) return std::nullopt;
  return value;
}

std::optional<double> read_real(std::string_view text) {
  const auto value = read_number<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::string number_text(const Json& value) {
  constexpr double kExact = 1e15;  // whole numbers below have no rounding in a double
  if (!value.is_number_float()) return dump_json(value);
  const auto real = value.get<double>();
  if (real == std::trunc(real) && std::abs(real) < kExact) {
    return std::to_string(static_cast<std::int64_t>(real));
  }
  return dump_json(value);
}

bool is_boolean(const Json* facts) {
  return facts != nullptr && string_member(*facts, "type") == "boolean";
}

std::string limit_problem(const Json& facts, double value) {
  const Json* least = find_member(facts, "minimum");
  if (least != nullptr && least->is_number() && value < least->get<double>()) {
    return "must be at least " + dump_json(*least);
  }
  const Json* most = find_member(facts, "maximum");
  if (most != nullptr && most->is_number() && value > most->get<double>()) {
    return "must be at most " + dump_json(*most);
  }
  return "";
}

std::string choice_problem(const Json& choices, std::string_view text) {
  std::string names;
  for (const Json& choice : choices) {
    const auto* name = choice.get_ptr<const std::string*>();
    if (name == nullptr || *name == text) return "";
    names += (names.empty() ? "" : ", ") + *name;
  }
  return "must be one of " + names;
}

std::string text_problem(const Json& facts, std::string_view text) {
  const Json* choices = find_member(facts, "enum");
  if (choices != nullptr && choices->is_array()) return choice_problem(*choices, text);
  const Json* most = find_member(facts, "maxLength");
  if (most != nullptr && most->is_number() &&
      static_cast<double>(text.size()) > most->get<double>()) {
    return "is longer than " + dump_json(*most) + " characters";
  }
  const Json* least = find_member(facts, "minLength");
  if (least != nullptr && least->is_number() &&
      static_cast<double>(text.size()) < least->get<double>()) {
    return "is shorter than " + dump_json(*least) + " characters";
  }
  return "";
}

}  // namespace

Json typed_value(const Json* facts, std::string_view text) {
  const std::string_view type = facts == nullptr ? "" : string_member(*facts, "type");
  if (type == "boolean") {
    if (const auto flag = read_boolean(text)) return *flag;
  }
  if (type == "integer" || type == "number") {
    if (const auto whole = read_number<std::int64_t>(text)) return *whole;
  }
  if (type == "number") {
    if (const auto real = read_real(text)) return *real;
  }
  return std::string(text);
}

std::string scalar_text(const Json* facts, const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "1" : "0";
  if (value.is_number()) return number_text(value);
  const auto* text = value.get_ptr<const std::string*>();
  if (text == nullptr) return "";
  const auto flag = is_boolean(facts) ? read_boolean(*text) : std::nullopt;
  return flag ? (*flag ? "1" : "0") : *text;
}

Result<std::string> value_text(const Json* facts, const Json& value) {
  if (value.is_null() || value.is_structured()) {
    return Error{Code::kInvalidArgument, "is no boolean, number or text", "give a plain value"};
  }
  std::string text = scalar_text(facts, value);
  if (text.empty()) {
    return Error{Code::kInvalidArgument, "is empty", "leave the key out instead"};
  }
  if (text.find_first_of(",\r\n") != std::string::npos) {
    return Error{Code::kInvalidArgument, "holds a comma or a line end",
                 "a property string has no way to write them"};
  }
  return text;
}

std::string value_problem(const Json& facts, std::string_view text) {
  const std::string_view type = string_member(facts, "type");
  if (type == "boolean") return read_boolean(text) ? "" : "needs 1 or 0";
  if (type == "integer") {
    const auto whole = read_number<std::int64_t>(text);
    return whole ? limit_problem(facts, static_cast<double>(*whole)) : "needs a whole number";
  }
  if (type == "number") {
    const auto real = read_real(text);
    return real ? limit_problem(facts, *real) : "needs a number";
  }
  return text_problem(facts, text);
}

}  // namespace pmx::proxmox
