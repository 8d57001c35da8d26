#include "proxmox/request_params.h"

#include <charconv>

#include "proxmox/property_string.h"
#include "proxmox/property_value.h"

namespace pmx::proxmox {
namespace {

Error bad_argument(std::string_view name, const std::string& why) {
  return {Code::kInvalidArgument, "the parameter \"" + std::string(name) + "\" " + why,
          "look up its form in the description of the method"};
}

/// The greatest index of a family; the facts write it as number or text.
std::uint64_t greatest_index(const Json& family) {
  std::uint64_t value = 99'999;
  const Json* most = find_member(family, "maxIndex");
  const std::string text = most == nullptr ? "" : scalar_text(nullptr, *most);
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_list(const Json* facts) {
  return facts != nullptr && string_member(*facts, "format").ends_with("-list");
}

/// The facts of what stands in an array: those of its items, or of the list itself.
const Json* item_facts(const Json* facts) {
  const Json* items = facts == nullptr ? nullptr : find_member(*facts, "items");
  return items != nullptr ? items : facts;
}

Result<std::string> plain_text(std::string_view name, const Json* facts, const Json& value) {
  if (value.is_object()) {
    const auto format = facts == nullptr ? std::nullopt : PropertyFormat::of(*facts);
    if (!format) return bad_argument(name, "takes no object");
    PMX_TRY(const PropertyString built, PropertyString::build(*format, value));
    return built.text();
  }
  if (value.is_null()) return bad_argument(name, "is null; leave it out instead");
  if (value.is_array()) return bad_argument(name, "holds an array inside an array");
  return scalar_text(facts, value);
}

Result<void> add_array(std::string_view name, const Json* facts, const Json& values, Params& out) {
  if (values.empty()) return bad_argument(name, "is an empty array; leave it out instead");
  const Json* item = item_facts(facts);
  std::string list;
  for (const Json& value : values) {
    PMX_TRY(std::string text, plain_text(name, item, value));
    if (!is_list(facts)) {
      out.emplace_back(name, std::move(text));
      continue;
    }
    if (text.find_first_of(", ;\t\n") != std::string::npos) {
      return bad_argument(name, "holds an item with a blank, comma or semicolon, which ends it");
    }
    list += (list.empty() ? "" : ",") + text;
  }
  if (is_list(facts)) out.emplace_back(name, std::move(list));
  return {};
}

}  // namespace

const Json* find_parameter(const Json& params, std::string_view name) {
  if (const Json* exact = find_member(params, name)) return exact;
  const std::size_t end = name.find_last_not_of("0123456789");
  if (end == std::string_view::npos || end + 1 == name.size()) return nullptr;
  const std::string_view digits = name.substr(end + 1);
  std::uint64_t index = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error != std::errc() || (digits.size() > 1 && digits.starts_with('0'))) return nullptr;
  const Json* family = find_member(params, std::string(name.substr(0, end + 1)) + "[n]");
  return family != nullptr && index <= greatest_index(*family) ? family : nullptr;
}

Result<Params> request_params(const Json& arguments, const Json& params) {
  if (!arguments.is_object()) {
    return Error{Code::kInvalidArgument, "the parameters are no object", ""};
  }
  Params out;
  for (const auto& [name, value] : arguments.items()) {
    const Json* facts = find_parameter(params, name);
    if (value.is_array()) {
      PMX_TRY_VOID(add_array(name, facts, value, out));
      continue;
    }
    PMX_TRY(std::string text, plain_text(name, facts, value));
    out.emplace_back(name, std::move(text));
  }
  return out;
}

}  // namespace pmx::proxmox
