#include "sim/verify.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "sim/format.h"
#include "sim/pattern.h"
#include "sim/property_string.h"
#include "sim/values.h"

namespace pmx::sim {
namespace {

constexpr const char* kUnknown =
    "property is not defined in schema and the schema does not allow additional properties";
constexpr const char* kMissing = "property is missing and it is not optional";

bool flag(const Json& schema, std::string_view key) {
  const Json* value = find_member(schema, key);
  return value != nullptr && *value != Json(0) && *value != Json(false) && *value != Json("0");
}

/// A number that the facts write as a number or, for maxIndex, as a string.
std::optional<double> number(const Json& schema, std::string_view key) {
  const Json* value = find_member(schema, key);
  if (value == nullptr) return std::nullopt;
  if (const auto* text = value->get_ptr<const std::string*>(); text != nullptr)
    return std::strtod(text->c_str(), nullptr);
  return value->is_number() ? std::optional<double>(value->get<double>()) : std::nullopt;
}

/// A bound as Perl prints it: whole numbers without a fraction.
std::string print(double value) {
  const auto whole = static_cast<long long>(value);
  return static_cast<double>(whole) == value ? std::to_string(whole) : Json(value).dump();
}

/// The text Perl compares: JSON booleans become 1 and 0, null nothing.
std::string text_of(const Json& value) {
  if (value.is_string()) return *value.get_ptr<const std::string*>();
  if (value.is_boolean()) return value == Json(true) ? "1" : "0";
  return value.is_null() ? "" : value.dump();
}

std::string check_type(std::string_view type, const Json& value) {
  const std::string text = value.is_array() ? "ARRAY" : value.is_object() ? "HASH" : text_of(value);
  const bool scalar = !value.is_structured();
  const bool fits =
      type.empty() || type == "any" ? true
      : type == "integer"           ? scalar && matches_pattern("[+-]?\\d+", text)
      : type == "number"
          ? scalar && matches_pattern("[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?", text)
      : type == "boolean" ? scalar && matches_pattern("[01]?", text)
      : type == "array"   ? value.is_array()
      : type == "object"  ? value.is_object()
                          : scalar;
  return fits ? "" : "type check ('" + std::string(type) + "') failed - got '" + text + "'";
}

std::string check_given_format(const Json& schema, const std::string& name,
                               const std::string& text) {
  const Json* format = find_member(schema, "format");
  if (format == nullptr) return "";
  const std::string complaint = format->is_string() && !has_property_string(*format)
                                    ? check_format(string_member(schema, "format"), text)
                                    : check_property_string(*format, name, text);
  return complaint.empty() ? "" : "invalid format - " + complaint;
}

/// Limits count characters (UTF-8), not bytes.
std::string check_length(const Json& schema, const std::string& text) {
  const auto size = static_cast<double>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xC0') != '\x80'; }));
  if (const auto most = number(schema, "maxLength"); most && size > *most)
    return "value may only be " + print(*most) + " characters long";
  if (const auto least = number(schema, "minLength"); least && size < *least)
    return "value must be at least " + print(*least) + " characters long";
  return "";
}

std::string check_range(const Json& schema, const std::string& text) {
  if (!matches_pattern("[+-]?\\d+(?:\\.\\d+)?", text)) return "";
  const double value = std::strtod(text.c_str(), nullptr);
  if (const auto most = number(schema, "maximum"); most && value > *most)
    return "value must have a maximum value of " + print(*most);
  if (const auto least = number(schema, "minimum"); least && value < *least)
    return "value must have a minimum value of " + print(*least);
  return "";
}

std::string check_enum(const Json& schema, const std::string& text) {
  const Json* allowed = find_member(schema, "enum");
  if (allowed == nullptr || !allowed->is_array()) return "";
  std::string list;
  for (const auto& item : *allowed) {
    if (text_of(item) == text) return "";
    list += (list.empty() ? "" : ", ") + text_of(item);
  }
  return "value '" + text + "' does not have a value in the enumeration '" + list + "'";
}

std::string check_scalar(const Json& schema, const std::string& name, const Json& value) {
  const std::string text = text_of(value);
  if (auto bad = check_given_format(schema, name, text); !bad.empty()) return bad;
  const std::string pattern(string_member(schema, "pattern"));
  if (!pattern.empty() && !matches_pattern(pattern, text))
    return "value does not match the regex pattern";
  if (auto bad = check_length(schema, text); !bad.empty()) return bad;
  if (auto bad = check_range(schema, text); !bad.empty()) return bad;
  return check_enum(schema, text);
}

void check_array(const Json& schema, const std::string& name, const Json& value, Json& errors) {
  const Json* items = find_member(schema, "items");
  for (std::size_t i = 0; items != nullptr && i < value.size(); ++i)
    if (auto bad = check_value(*items, name, value[i]); !bad.empty())
      errors[name + "[" + std::to_string(i) + "]"] = bad;
}

void check_requires(const Json& schema, const Json& values, const std::string& name, Json& errors) {
  const std::string needed(string_member(schema, "requires"));
  if (!needed.empty() && !values.contains(needed))
    errors[needed] = "missing property required by '" + name + "'";
}

/// Of sections of several types, what an option means depends on the type: none is known before
/// that is given, and each type knows its own.
bool is_of_other_type(const Json& schema, const Json& values, const std::string& name) {
  for (const auto& [other, facts] : schema.items()) {
    const std::string kind(string_member(facts, "type-property"));
    if (!schema.contains(kind)) continue;
    if (!values.contains(kind))
      return name != "delete" && name != "digest" && flag(schema[name], "optional");
    const Json* types = find_member(facts, "instance-types");
    if (other == name && types != nullptr &&
        std::find(types->begin(), types->end(), values[kind]) == types->end())
      return true;
  }
  return false;
}

}  // namespace

std::string check_value(const Json& schema, const std::string& name, const Json& value) {
  if (auto bad = check_type(string_member(schema, "type"), value); !bad.empty()) return bad;
  return value.is_structured() ? "" : check_scalar(schema, name, value);
}

Json verify_params(const Json& schema, Json& values) {
  Json errors = Json::object();
  for (auto& [name, value] : values.items()) {
    const Json* facts = find_parameter(schema, name);
    if (facts == nullptr || is_of_other_type(schema, values, name)) {
      errors[name] = kUnknown;
      continue;
    }
    if (string_member(*facts, "type") == "array" && !value.is_array()) value = Json::array({value});
    if (auto bad = check_value(*facts, name, value); !bad.empty()) errors[name] = bad;
    if (value.is_array()) check_array(*facts, name, value, errors);
    check_requires(*facts, values, name, errors);
  }
  for (const auto& [name, facts] : schema.items())
    if (!flag(facts, "optional") && !values.contains(name) && name.find("[n]") == std::string::npos)
      errors[name] = kMissing;
  return errors;
}

}  // namespace pmx::sim
