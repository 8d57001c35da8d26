#include "proxmox/property_format.h"

#include "schemas/embedded.h"

namespace pmx::proxmox {
namespace {

/// The formats that the API facts name without spelling them out.
const Json& named_formats() {
  static const Json kFormats =
      parse_json(schemas::embedded_file("pve/formats.json")).value_or(Json::object());
  return kFormats;
}

/// Facts of a format map keys to objects; a format of other form is none that we know.
bool is_format(const Json& properties) {
  if (!properties.is_object() || properties.empty()) return false;
  for (const Json& facts : properties) {
    if (!facts.is_object()) return false;
  }
  return true;
}

}  // namespace

PropertyFormat::PropertyFormat(Json properties)
    : properties_(std::make_shared<const Json>(std::move(properties))) {
  for (const auto& [key, facts] : properties_->items()) {
    if (find_member(facts, "default_key") != nullptr) default_key_ = key;
  }
}

std::optional<PropertyFormat> PropertyFormat::of(const Json& facts) {
  const Json* format = find_member(facts, "format");
  if (format == nullptr) return std::nullopt;
  if (format->is_string()) format = find_member(named_formats(), string_member(facts, "format"));
  if (format == nullptr || !is_format(*format)) return std::nullopt;
  return PropertyFormat(*format);
}

const Json* PropertyFormat::find(std::string_view key) const {
  return find_member(*properties_, key);
}

PropertyMeaning PropertyFormat::meaning(std::string_view key) const {
  const Json* facts = find(key);
  const std::string_view alias = facts == nullptr ? "" : string_member(*facts, "alias");
  if (alias.empty()) return {std::string(key), ""};
  return {std::string(alias), std::string(string_member(*facts, "keyAlias"))};
}

}  // namespace pmx::proxmox
