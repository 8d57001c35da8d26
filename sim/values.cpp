#include "sim/values.h"

#include <cstdlib>

namespace pmx::sim {
namespace {

/// The greatest index of a family; the facts write it as a number or as a string.
double most_index(const Json& family) {
  const Json* most = find_member(family, "maxIndex");
  if (most == nullptr) return 1e9;
  if (most->is_string()) return std::strtod(most->get_ptr<const std::string*>()->c_str(), nullptr);
  return most->get<double>();
}

}  // namespace

const Json* find_parameter(const Json& schema, std::string_view name) {
  if (const Json* exact = find_member(schema, name)) return exact;
  const auto digits = name.find_last_not_of("0123456789");
  if (digits == std::string_view::npos || digits + 1 == name.size() || name.size() - digits > 6)
    return nullptr;
  const std::string index(name.substr(digits + 1));
  if (index.size() > 1 && index.starts_with('0')) return nullptr;
  const Json* family = find_member(schema, std::string(name.substr(0, digits + 1)) + "[n]");
  if (family == nullptr) return nullptr;
  return std::strtod(index.c_str(), nullptr) > most_index(*family) ? nullptr : family;
}

Json shown_value(const Json& schema, std::string_view name, const std::string& value) {
  const Json* facts = find_parameter(schema, name);
  const auto type = facts == nullptr ? std::string_view() : string_member(*facts, "type");
  if (type != "integer" && type != "boolean") return value;
  char* end = nullptr;
  const long long number = std::strtoll(value.c_str(), &end, 10);
  return end == value.c_str() || *end != '\0' ? Json(value) : Json(number);
}

Json shown_values(const Json& schema, const Values& values) {
  Json out = Json::object();
  for (const auto& [key, value] : values) out[key] = shown_value(schema, key, value);
  return out;
}

}  // namespace pmx::sim
