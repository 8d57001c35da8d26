#include "sim/property_string.h"

#include <map>
#include <string_view>

#include "sim/pattern.h"

namespace pmx::sim {
namespace {

/// Formats that the facts name without spelling them out, as far as guests' configurations need
/// them, written as the facts write theirs.
// clang-format off
constexpr std::string_view kNamedFormats = R"({
  "backup-fleecing": {
    "enabled": {"type": "boolean", "optional": 1, "default_key": 1},
    "storage": {"type": "string", "optional": 1, "format": "pve-storage-id"}
  },
  "backup-performance": {
    "max-workers": {"type": "integer", "optional": 1, "minimum": 1, "maximum": 256},
    "pbs-entries-max": {"type": "integer", "optional": 1, "minimum": 1}
  },
  "proxmox-remote": {
    "host": {"type": "string"},
    "port": {"type": "integer", "optional": 1},
    "apitoken": {"type": "string"},
    "fingerprint": {"type": "string", "optional": 1, "pattern": "([A-Fa-f0-9]{2}:){31}[A-Fa-f0-9]{2}"}
  },
  "prune-backups": {
    "keep-all": {"type": "boolean", "optional": 1},
    "keep-last": {"type": "integer", "minimum": 0, "optional": 1},
    "keep-hourly": {"type": "integer", "minimum": 0, "optional": 1},
    "keep-daily": {"type": "integer", "minimum": 0, "optional": 1},
    "keep-weekly": {"type": "integer", "minimum": 0, "optional": 1},
    "keep-monthly": {"type": "integer", "minimum": 0, "optional": 1},
    "keep-yearly": {"type": "integer", "minimum": 0, "optional": 1}
  },
  "pve-qemu-sev-fmt": {
    "type": {"type": "string", "default_key": 1, "pattern": "std|es|snp"},
    "no-debug": {"type": "boolean", "optional": 1},
    "no-key-sharing": {"type": "boolean", "optional": 1},
    "allow-smt": {"type": "boolean", "optional": 1},
    "kernel-hashes": {"type": "boolean", "optional": 1}
  },
  "pve-qemu-tdx-fmt": {
    "type": {"type": "string", "default_key": 1, "pattern": "tdx"},
    "attestation": {"type": "boolean", "optional": 1},
    "vsock-cid": {"type": "integer", "minimum": 2, "optional": 1},
    "vsock-port": {"type": "integer", "minimum": 0, "optional": 1}
  },
  "pve-qm-boot": {
    "legacy": {"type": "string", "optional": 1, "default_key": 1, "pattern": "[acdn]{1,4}"},
    "order": {"type": "string", "optional": 1}
  },
  "pve-qm-cicustom": {
    "user": {"type": "string", "optional": 1, "format": "pve-volume-id"},
    "network": {"type": "string", "optional": 1, "format": "pve-volume-id"},
    "meta": {"type": "string", "optional": 1, "format": "pve-volume-id"},
    "vendor": {"type": "string", "optional": 1, "format": "pve-volume-id"}
  },
  "pve-qm-hostpci": {
    "host": {"type": "string", "optional": 1, "default_key": 1, "pattern": "(?:[a-f0-9]{4,}:)?[a-f0-9]{2}:[a-f0-9]{2}(?:\\.[a-f0-9])?(?:;(?:[a-f0-9]{4,}:)?[a-f0-9]{2}:[a-f0-9]{2}(?:\\.[a-f0-9])?)*"},
    "mapping": {"type": "string", "optional": 1, "format": "pve-configid"},
    "rombar": {"type": "boolean", "optional": 1},
    "romfile": {"type": "string", "optional": 1, "pattern": "[^,;]+"},
    "pcie": {"type": "boolean", "optional": 1},
    "x-vga": {"type": "boolean", "optional": 1},
    "legacy-igd": {"type": "boolean", "optional": 1},
    "mdev": {"type": "string", "optional": 1, "pattern": "[^/\\.:]+"},
    "vendor-id": {"type": "string", "optional": 1, "pattern": "0x[0-9a-fA-F]{4}"},
    "device-id": {"type": "string", "optional": 1, "pattern": "0x[0-9a-fA-F]{4}"},
    "sub-vendor-id": {"type": "string", "optional": 1, "pattern": "0x[0-9a-fA-F]{4}"},
    "sub-device-id": {"type": "string", "optional": 1, "pattern": "0x[0-9a-fA-F]{4}"},
    "driver": {"type": "string", "optional": 1, "enum": ["vfio", "keep"]}
  },
  "pve-qm-ipconfig": {
    "ip": {"type": "string", "optional": 1, "format": "pve-ipv4-config"},
    "gw": {"type": "string", "optional": 1, "format": "ipv4", "requires": "ip"},
    "ip6": {"type": "string", "optional": 1},
    "gw6": {"type": "string", "optional": 1, "format": "ipv6", "requires": "ip6"}
  },
  "pve-qm-rng": {
    "source": {"type": "string", "default_key": 1, "enum": ["/dev/urandom", "/dev/random", "/dev/hwrng"]},
    "max_bytes": {"type": "integer", "optional": 1},
    "period": {"type": "integer", "optional": 1}
  },
  "pve-qm-smbios1": {
    "uuid": {"type": "string", "optional": 1, "pattern": "[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}"},
    "version": {"type": "string", "optional": 1},
    "serial": {"type": "string", "optional": 1},
    "manufacturer": {"type": "string", "optional": 1},
    "product": {"type": "string", "optional": 1},
    "sku": {"type": "string", "optional": 1},
    "family": {"type": "string", "optional": 1},
    "base64": {"type": "boolean", "optional": 1}
  },
  "pve-qm-watchdog": {
    "model": {"type": "string", "optional": 1, "default_key": 1, "enum": ["i6300esb", "ib700"]},
    "action": {"type": "string", "optional": 1, "enum": ["reset", "shutdown", "poweroff", "pause", "debug", "none"]}
  },
  "pve-sdn-dhcp-range": {
    "start-address": {"type": "string", "format": "ip"},
    "end-address": {"type": "string", "format": "ip"}
  },
  "pve-tfa-config": {
    "type": {"type": "string", "enum": ["yubico", "oath"]},
    "id": {"type": "string", "optional": 1},
    "key": {"type": "string", "optional": 1},
    "url": {"type": "string", "optional": 1},
    "digits": {"type": "integer", "minimum": 6, "maximum": 8, "optional": 1},
    "step": {"type": "integer", "minimum": 10, "optional": 1}
  },
  "realm-sync-options": {
    "scope": {"type": "string", "enum": ["users", "groups", "both"], "optional": 1},
    "remove-vanished": {"type": "string", "optional": 1, "pattern": "(?:(?:(?:acl|properties|entry);)*(?:acl|properties|entry))|none"},
    "full": {"type": "boolean", "optional": 1},
    "enable-new": {"type": "boolean", "optional": 1},
    "purge": {"type": "boolean", "optional": 1}
  }
})";
// clang-format on

const Json& named_formats() {
  static const Json kFormats = parse_json(kNamedFormats).value();
  return kFormats;
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
  return format.is_string() && named_formats().contains(*format.get_ptr<const std::string*>());
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
