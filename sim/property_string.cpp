#include "sim/property_string.h"

#include <map>
#include <string_view>

#include "schemas/embedded.h"
#include "sim/pattern.h"

namespace pmx::sim {
namespace {

/// Formats that the facts name without spelling them out.
const Json& named_formats() {
  static const Json kFormats =
      parse_json(schemas::embedded_file("pve/formats.json")).value_or(Json::object());
  return kFormats;
}

/// Those that format.cpp judges, in PVE's words for them.
bool has_own_words(std::string_view name) {
  return name == "pve-startup-order" || name == "pve-vm-cpu-conf";
}

std::string default_key(const Json& format) {
  for (const auto& [key, schema] : format.items())
    if (schema.contains("default_key")) return key;
  return "";
}

/// PVE understands words for booleans here, and only here.
Json read_boolean(const Json& schema, const std::string& value) {
  if (string_member(schema, "type") != "boolean") return value;
  if (matches_pattern("(?i)(?:1|on|yes|true)", value)) return "1";
  if (matches_pattern("(?i)(?:0|off|no|false)", value)) return "0";
  return value;
}

/// Splits `text` into `values`; the complaint when its form is wrong.
class Splitter {
 public:
  explicit Splitter(const Json& format) : format_(format), default_key_(default_key(format)) {}

  std::string split(std::string_view text) {
    while (!text.empty()) {
      const auto comma = text.find(',');
      if (auto bad = part(text.substr(0, comma)); !bad.empty()) return bad;
      if (comma == std::string_view::npos) break;
      text.remove_prefix(comma + 1);
    }
    return "";
  }

  Json values = Json::object();

 private:
  std::string part(std::string_view text) {
    if (text.find_first_not_of(" \t") == std::string_view::npos) return "";
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) {
      if (default_key_.empty())
        return "value without key, but schema does not define a default key\n";
      return store(default_key_, std::string(text));
    }
    if (equals == 0 || equals + 1 == text.size())
      return "missing key in comma-separated list property\n";
    return keyed(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
  }

  std::string keyed(std::string key, const std::string& value) {
    const Json* schema = find_member(format_, key);
    if (schema != nullptr && schema->contains("alias")) {
      if (const std::string owner(string_member(*schema, "keyAlias")); !owner.empty()) {
        if (auto bad = store(owner, key); !bad.empty()) return bad;
      }
      key = string_member(*schema, "alias");
    }
    return store(key, value);
  }

  std::string store(const std::string& key, const std::string& value) {
    if (values.contains(key))
      return "duplicate key in comma-separated list property: " + key + "\n";
    const Json* schema = find_member(format_, key);
    values[key] = schema == nullptr ? Json(value) : read_boolean(*schema, value);
    return "";
  }

  const Json& format_;
  std::string default_key_;
};

std::string check_member(const Json& format, const std::string& path, const std::string& key,
                         const Json& value, PveVersion version) {
  const Json* schema = find_member(format, key);
  if (schema == nullptr)
    return "property is not defined in schema and the schema does not allow additional properties";
  return check_value(*schema, path, value, version);
}

/// The member that `key` cannot do without and that is not there; empty when all is well.
std::string needed_by(const Json& format, const std::string& key, const Json& values) {
  const Json* schema = find_member(format, key);
  const std::string needed(schema == nullptr ? "" : string_member(*schema, "requires"));
  return values.contains(needed) ? "" : needed;
}

}  // namespace

std::string missing_partner(PveVersion version, const std::string& name) {
  return version == PveVersion::k9 ? "missing property required by '" + name + "'"
                                   : "missing property - '" + name + "' requires this property";
}

bool has_property_string(const Json& format) {
  const auto* name = format.get_ptr<const std::string*>();
  return name != nullptr && !has_own_words(*name) && named_formats().contains(*name);
}

std::string check_property_string(const Json& format, const std::string& name,
                                  const std::string& text, PveVersion version) {
  const Json& schema = format.is_string()
                           ? *find_member(named_formats(), *format.get_ptr<const std::string*>())
                           : format;
  Splitter splitter(schema);
  if (auto bad = splitter.split(text); !bad.empty()) return bad;
  std::map<std::string, std::string> errors;
  for (const auto& [key, value] : splitter.values.items()) {
    const std::string path = name + "." + key;
    if (auto bad = check_member(schema, path, key, value, version); !bad.empty())
      errors[path] = bad;
  }
  for (const auto& [key, value] : splitter.values.items())
    if (const std::string needed = needed_by(schema, key, splitter.values); !needed.empty())
      errors[name + "." + needed] = missing_partner(version, name + "." + key);
  for (const auto& [key, facts] : schema.items())
    if (!facts.contains("alias") && !facts.contains("optional") && !splitter.values.contains(key))
      errors[name + "." + key] = "property is missing and it is not optional";
  if (errors.empty()) return "";
  std::string out = "format error\n";
  for (const auto& [path, bad] : errors) out += path + ": " + bad + "\n";
  return out;
}

}  // namespace pmx::sim
