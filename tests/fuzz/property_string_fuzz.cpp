// libFuzzer target: any text as a property string of any documented format. The first line names
// the parameter, the rest is its value. What is read is written byte by byte; its values come back
// from what is built of them; a value written over itself changes nothing, and one that is taken
// out is gone.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "proxmox/property_string.h"
#include "schemas/embedded.h"

namespace {

using pmx::Json;
using pmx::proxmox::PropertyFormat;
using pmx::proxmox::PropertyString;
using Formats = std::map<std::string, PropertyFormat, std::less<>>;

void must(bool holds) {
  if (!holds) std::abort();
}

void collect(const Json& method, Formats& out) {
  const Json* params = pmx::find_member(method, "params");
  if (params == nullptr) return;
  for (const auto& [name, facts] : params->items()) {
    const Json* items = pmx::find_member(facts, "items");
    if (const auto format = PropertyFormat::of(items != nullptr ? *items : facts)) {
      out.emplace(name, *format);
    }
  }
}

/// Parameter -> the format of the first method that has it.
Formats documented_formats() {
  Formats out;
  std::string_view text = pmx::schemas::embedded_file("pve/api-9.2.jsonl");
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (const auto method = pmx::parse_json(text.substr(0, end)); method.ok())
      collect(*method, out);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// Only the keys that the format has; others can be kept, and not be invented.
Json known_values(const PropertyFormat& format, const PropertyString& value) {
  const Json all = value.values();
  Json out = Json::object();
  for (const auto& [key, item] : all.items()) {
    if (format.find(key) != nullptr) out[key] = item;
  }
  return out;
}

void check_changes(const PropertyFormat& format, const PropertyString& value) {
  const Json values = value.values();
  for (const auto& [key, item] : values.items()) {
    PropertyString changed = value;
    if (changed.set(key, item).ok()) must(changed.values() == values);
    must(PropertyString::parse(format, changed.text()).ok());
    changed.erase(key);
    must(!changed.find(key).has_value());
    must(PropertyString::parse(format, changed.text()).ok());
  }
  for (const auto& [key, facts] : format.properties().items()) {
    PropertyString changed = value;
    changed.erase(key);
    must(!changed.find(key).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Formats formats = documented_formats();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = input.find('\n');
  if (line == std::string_view::npos) return 0;
  const auto found = formats.find(input.substr(0, line));
  if (found == formats.end()) return 0;
  const PropertyFormat& format = found->second;
  const std::string_view text = input.substr(line + 1);
  const auto parsed = PropertyString::parse(format, text);
  if (!parsed.ok()) {
    must(!parsed.error().message.empty());
    return 0;
  }
  must(parsed->text() == text);
  static_cast<void>(parsed->problems());
  const Json values = known_values(format, *parsed);
  const auto built = PropertyString::build(format, values);
  if (built.ok()) {
    const auto again = PropertyString::parse(format, built->text());
    must(again.ok() && again->values() == values);
  }
  check_changes(format, *parsed);
  return 0;
}
