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
      : type == "boolean" ? scalar && matches_pattern("[01]", text)
      : type == "array"   ? value.is_array()
      : type == "object"  ? value.is_object()
                          : scalar;
  if (fits) return "";
  const std::string failed = "type check ('" + std::string(type) + "') failed";
  if (type == "array" || type == "object") return failed;
  return failed + " - got " + (scalar ? "'" + text + "'" : text);
}

std::string check_given_format(const Json& schema, const std::string& name, const std::string& text,
                               PveVersion version) {
  const Json* format = find_member(schema, "format");
  if (format == nullptr) return "";
  const std::string complaint = format->is_string() && !has_property_string(*format)
                                    ? check_format(string_member(schema, "format"), text, version)
                                    : check_property_string(*format, name, text, version);
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

std::string check_scalar(const Json& schema, const std::string& name, const Json& value,
                         PveVersion version) {
  const std::string text = text_of(value);
  if (auto bad = check_given_format(schema, name, text, version); !bad.empty()) return bad;
  const std::string pattern(string_member(schema, "pattern"));
  if (!pattern.empty() && !matches_pattern(pattern, text))
    return "value does not match the regex pattern";
  if (auto bad = check_length(schema, text); !bad.empty()) return bad;
  if (auto bad = check_range(schema, text); !bad.empty()) return bad;
  return check_enum(schema, text);
}

void check_array(const Json& schema, const std::string& name, const Json& value, Json& errors,
                 PveVersion version) {
  const Json* items = find_member(schema, "items");
  for (std::size_t i = 0; items != nullptr && i < value.size(); ++i)
    if (auto bad = check_value(*items, name, value[i], version); !bad.empty())
      errors[name + "[" + std::to_string(i) + "]"] = bad;
}

void check_requires(const Json& schema, const Json& values, const std::string& name, Json& errors,
                    PveVersion version) {
  const std::string needed(string_member(schema, "requires"));
  if (!needed.empty() && !values.contains(needed)) errors[needed] = missing_partner(version, name);
}

/// What a form cannot say and JSON may leave out: a list as text, an array of one.
void normalise(const Json& schema, Json& value) {
  const auto type = string_member(schema, "type");
  if (type == "array" && !value.is_array()) value = Json::array({value});
  if (type != "string" || !value.is_array() || !string_member(schema, "format").ends_with("-list"))
    return;
  std::string joined;
  for (const Json& item : value) joined += (joined.empty() ? "" : ",") + text_of(item);
  value = joined;
}

/// A property that depends on a type is asked for only when the type is there and requires it.
bool is_required(const Json& facts, const Json& values) {
  if (flag(facts, "optional")) return false;
  const Json* kinds = find_member(facts, "oneOf");
  const std::string kind(string_member(facts, "type-property"));
  if (kinds == nullptr || kind.empty()) return true;
  for (const Json& one : *kinds) {
    const Json* types = find_member(one, "instance-types");
    if (types != nullptr && values.contains(kind) &&
        std::find(types->begin(), types->end(), values[kind]) != types->end())
      return !flag(one, "optional");
  }
  return false;
}

/// Whether PVE does not ask for `name` yet: of sections of several types only type and identifier
/// are asked for while the type is not known.
bool waits_for_type(const Json& schema, const Json& values, const std::string& name) {
  for (const auto& [other, facts] : schema.items()) {
    const std::string kind(string_member(facts, "type-property"));
    const Json* type = find_member(schema, kind);
    if (type == nullptr || name == kind) continue;
    const Json* given = find_member(values, kind);
    if (given != nullptr && check_enum(*type, text_of(*given)).empty()) continue;
    return string_member(schema[name], "format") != "pve-configid";
  }
  return false;
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

std::string check_value(const Json& schema, const std::string& name, const Json& value,
                        PveVersion version) {
  if (auto bad = check_type(string_member(schema, "type"), value); !bad.empty()) return bad;
  return value.is_structured() ? "" : check_scalar(schema, name, value, version);
}

Json verify_params(const Json& schema, Json& values, PveVersion version) {
  Json errors = Json::object();
  for (auto& [name, value] : values.items()) {
    const Json* facts = find_parameter(schema, name);
    if (facts == nullptr || is_of_other_type(schema, values, name)) {
      errors[name] = kUnknown;
      continue;
    }
    normalise(*facts, value);
    if (auto bad = check_value(*facts, name, value, version); !bad.empty()) errors[name] = bad;
    if (value.is_array()) check_array(*facts, name, value, errors, version);
    check_requires(*facts, values, name, errors, version);
  }
  for (const auto& [name, facts] : schema.items())
    if (is_required(facts, values) && !values.contains(name) &&
        !waits_for_type(schema, values, name) && name.find("[n]") == std::string::npos)
      errors[name] = kMissing;
  return errors;
}

}  // namespace pmx::sim
