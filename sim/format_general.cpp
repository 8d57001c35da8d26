// Formats of users, guests and storages that are checked by a pattern or by a short rule.
#include <algorithm>
#include <array>

#include "sim/format.h"
#include "sim/named_format.h"
#include "sim/pattern.h"
#include "sim/roles.h"
#include "sim/section_file.h"
#include "sim/user_config.h"

namespace pmx::sim {
namespace {

constexpr std::array<NamedFormat, 16> kFormats{{
    {"pve-roleid", "[A-Za-z0-9.\\-_]+", "role name '%' contains invalid characters"},
    {"ldap-simple-attr", "[a-zA-Z0-9]+",
     "value '%' does not look like a simple ldap attribute name"},
    {"graphite-path", "(?:[\\w\\-]+\\.?)*[\\w\\-]+",
     "value does not look like a valid graphite path"},
    {"pve-day-of-week", "(?:mon|tue|wed|thu|fri|sat|sun)", "invalid day '%'"},
    {"pve-acme-alias",
     "(?:[a-zA-Z0-9_](?:[a-zA-Z0-9_\\-]*[a-zA-Z0-9])?\\.)*"
     "[a-zA-Z0-9](?:[a-zA-Z0-9\\-]*[a-zA-Z0-9])?",
     "value '%' does not look like a valid alias name!"},
    {"pve-ct-timezone", "[a-zA-Z0-9_/+\\-]+", "invalid time zone '%'"},
    {"lxc-ip-with-ll-iface", "[0-9a-fA-F:.]+(?:%\\w+)?",
     "value does not look like a valid IP address"},
    {"pve-qm-bootdisk", "(?:ide[0-3]|scsi(?:[12]?\\d|30)|virtio(?:1[0-5]|\\d)|sata[0-5])",
     "invalid boot disk '%'"},
    {"pve-volume-id-or-qm-path", "[^:]+:.+|none|cdrom|/.+", "unable to parse volume ID '%'"},
    {"pve-volume-id-or-absolute-path", "[^:]+:.+|/.+", "unable to parse volume ID '%'"},
    {"pve-dir-override", "[a-z]+=/?[^:*?\"<>|\\n]+", "invalid override '%'"},
    {"pve-storage-options", "(?:\\w[\\w\\-]*(?:=[^\\s,]+)?)(?:,\\w[\\w\\-]*(?:=[^\\s,]+)?)*",
     "value does not look like valid mount options"},
    {"pve-storage-path-in-property-string", "/[^,\\n]*",
     "value does not look like a valid absolute path"},
    {"pve-storage-zfs-blocksize", "\\d+[kK]?", "invalid block size '%'"},
    {"pve-sdn-prefix-list-id", "[a-zA-Z0-9][\\w\\-]*", "invalid prefix list ID '%'"},
    {"pve-sdn-route-map-id", "[a-zA-Z0-9][\\w\\-]*", "invalid route map ID '%'"},
}};

std::string quoted(std::string_view value) { return "'" + std::string(value) + "'"; }

/// "source:target", "target" or "1"; both sides have the format `id`.
std::string check_pair(std::string_view id, std::string_view value, PveVersion version) {
  const auto colon = value.find(':');
  for (const auto side : {value.substr(0, colon),
                          colon == std::string_view::npos ? value : value.substr(colon + 1)}) {
    if (value == "1") return "";
    if (auto bad = check_format(id, side, version); !bad.empty())
      return "entry " + quoted(value) + " contains invalid ID - " + bad + "\n\n";
  }
  return "";
}

std::string check_pool(std::string_view value) {
  if (std::count(value.begin(), value.end(), '/') > 2)
    return "pool name " + quoted(value) + " nested too deeply (max levels = 3)\n";
  if (matches_pattern("[A-Za-z0-9.\\-_]+(?:/[A-Za-z0-9.\\-_]+){0,2}", value)) return "";
  return "pool name " + quoted(value) + " contains invalid characters\n";
}

std::string check_hotplug(std::string_view value) {
  if (value == "0" || value == "1") return "";
  for (const std::string& item : list_items(value))
    if (!matches_pattern("network|disk|cpu|memory|usb|cloudinit", item))
      return "unable to parse hotplug option\n";
  return "";
}

std::string check_ipv6_config(std::string_view value, PveVersion version) {
  const bool word = value == "auto" || value == "dhcp" || value == "manual";
  if (word || check_format("CIDRv6", value, version).empty()) return "";
  return "value does not look like a valid ipv6 network configuration\n";
}

}  // namespace

std::string check_general_format(std::string_view format, std::string_view value,
                                 PveVersion version) {
  if (format == "storage-pair") return check_pair("pve-storage-id", value, version);
  if (format == "bridge-pair") return check_pair("pve-bridge-id", value, version);
  if (format == "pve-poolid") return check_pool(value);
  if (format == "pve-hotplug-features") return check_hotplug(value);
  if (format == "pve-ipv6-config") return check_ipv6_config(value, version);
  if (format == "pve-userid") {
    const std::string bad = user_name_complaint(value);
    return bad.empty() ? "" : bad + "\n";
  }
  if (format == "pve-tokenid" && !parse_token_name(value))
    return "value " + quoted(value) + " does not look like a valid token ID\n";
  if (format == "pve-priv" && !all_privileges(version).contains(value))
    return "invalid privilege " + quoted(value) + "\n";
  return check_named(kFormats, format, value);
}

}  // namespace pmx::sim
