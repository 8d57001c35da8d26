#include "sim/format.h"

#include <arpa/inet.h>

#include <array>
#include <cstdlib>

#include "sim/pattern.h"
#include "sim/storage_formats.h"

namespace pmx::sim {
namespace {

struct Format {
  std::string_view name;
  std::string_view pattern;
  std::string_view complaint;  ///< "%" stands for the value
};

constexpr std::string_view kOctet = "(?:25[0-5]|(?:2[0-4]|1\\d|[1-9])?\\d)";

constexpr auto kFormats = std::to_array<Format>({
    {"dns-name",
     "(?:[a-zA-Z0-9](?:[a-zA-Z0-9\\-]*[a-zA-Z0-9])?\\.)*[a-zA-Z0-9](?:[a-zA-Z0-9\\-]*[a-zA-Z0-9])?",
     "value does not look like a valid DNS name"},
    {"pve-node", "[a-zA-Z0-9](?:[a-zA-Z0-9\\-]*[a-zA-Z0-9])?",
     "value does not look like a valid node name"},
    {"pve-vmid", "[1-9][0-9]{2,8}", "value does not look like a valid VM ID"},
    {"pve-configid", "[a-zA-Z][\\w-]+", "invalid configuration ID '%'"},
    {"pve-storage-id", "[a-zA-Z][a-zA-Z0-9\\-_.]*[a-zA-Z0-9]",
     "storage ID '%' contains illegal characters"},
    {"pve-realm", "[A-Za-z][A-Za-z0-9.\\-_]+", "value does not look like a valid realm"},
    {"mac-addr", "[a-fA-F0-9][02468aceACE][:](?:[a-fA-F0-9]{2}:){4}[a-fA-F0-9]{2}",
     "value does not look like a valid unicast MAC address"},
    {"email", "[\\w+\\-~.]+@[a-zA-Z0-9.\\-]+", "value does not look like a valid email address"},
    {"pve-tag", "[a-zA-Z0-9_][a-zA-Z0-9_\\-+.]*", "invalid characters in tag"},
    {"disk-size", "\\d+(?:\\.\\d+)?[KMGT]?", "value does not look like a valid disk size: %"},
    {"pve-iface", "[a-zA-Z][a-zA-Z0-9_]{1,20}(?:[:.]\\d+)?", "invalid network interface name '%'"},
    {"pve-groupid", "[A-Za-z0-9.\\-_]+", "group name '%' contains invalid characters"},
    {"pve-replication-job-id", "[1-9]\\d{2,8}-\\d{1,9}", "invalid replication job id '%'"},
    {"pve-task-status-type", "(?i)(?:ok|error|warning|unknown)", "invalid status '%'"},
    {"pve-cpuset", "\\s*\\d+(?:-\\d+)?(?:\\s*,\\s*\\d+(?:-\\d+)?)*\\s*",
     "unable to parse cpuset option"},
    {"pve-startup-order",
     "(?:(?:order=)?\\d+|up=\\d+|down=\\d+)(?:,(?:(?:order=)?\\d+|up=\\d+|down=\\d+))*",
     "unable to parse startup options"},
    {"urlencoded", "[-%a-zA-Z0-9_.!~*'()]*", "invalid urlencoded string: %"},
    {"mac-prefix", "[a-fA-F0-9][02468aceACE](?::[a-fA-F0-9]{2}){0,2}:?",
     "value is not a valid unicast MAC address prefix"},
    {"pve-bridge-id", "[-_.\\w]+", "invalid bridge ID '%'"},
});

std::string ipv4_pattern() {
  const std::string octet(kOctet);
  return "(?:" + octet + "\\.){3}" + octet;
}

bool is_ipv4(std::string_view value) {
  static const std::string kPattern = ipv4_pattern();
  return matches_pattern(kPattern, value);
}

/// Also with a zone: "fe80::1%eth0".
bool is_ipv6(std::string_view value) {
  const auto zone = value.find('%');
  if (zone != std::string_view::npos && !matches_pattern("%\\w+", value.substr(zone))) return false;
  const std::string address(value.substr(0, zone));
  in6_addr bytes{};
  return address.find('\0') == std::string::npos &&
         inet_pton(AF_INET6, address.c_str(), &bytes) == 1;
}

/// "ADDRESS/BITS" with PVE's limits: at least 8 bits, at most the address's own.
bool is_network(std::string_view value, bool v6_too) {
  const auto slash = value.find('/');
  if (slash == std::string_view::npos) return false;
  const auto host = value.substr(0, slash);
  const auto bits = value.substr(slash + 1);
  if (!matches_pattern("\\d{1,3}", bits)) return false;
  const int count = std::atoi(std::string(bits).c_str());
  if (is_ipv4(host)) return count >= 8 && count <= 32;
  return v6_too && is_ipv6(host) && count >= 8 && count <= 128;
}

std::string check_address(std::string_view format, std::string_view value) {
  if (format == "ip" && !is_ipv4(value) && !is_ipv6(value))
    return "value does not look like a valid IP address\n";
  if (format == "ipv4" && !is_ipv4(value)) return "value does not look like a valid IPv4 address\n";
  if (format == "ipv6" && !is_ipv6(value)) return "value does not look like a valid IPv6 address\n";
  if (format == "CIDR" && !is_network(value, true))
    return "value does not look like a valid CIDR network\n";
  if (format == "pve-ipv4-config" && value != "dhcp" && value != "manual" &&
      !is_network(value, false))
    return "value does not look like a valid ipv4 network configuration\n";
  if (format == "address" && !matches_pattern("[a-zA-Z0-9.:\\-_%]+", value))
    return "value does not look like a valid address: " + std::string(value) + "\n";
  return "";
}

/// A CPU model is one of QEMU's or PVE's, or an own one of the cluster.
std::string check_cpu(std::string_view value) {
  constexpr std::string_view kModels =
      " 486 athlon Broadwell Broadwell-IBRS Broadwell-noTSX Broadwell-noTSX-IBRS "
      "Cascadelake-Server "
      "Cascadelake-Server-noTSX Cascadelake-Server-v2 Cascadelake-Server-v4 Cascadelake-Server-v5 "
      "Conroe Cooperlake Cooperlake-v2 core2duo coreduo EPYC EPYC-IBPB EPYC-Genoa EPYC-Genoa-v2 "
      "EPYC-Milan EPYC-Milan-v2 EPYC-Milan-v3 EPYC-Rome EPYC-Rome-v2 EPYC-Rome-v3 EPYC-Rome-v4 "
      "EPYC-Rome-v5 EPYC-Turin EPYC-v3 EPYC-v4 EPYC-v5 GraniteRapids GraniteRapids-v2 Haswell "
      "Haswell-IBRS Haswell-noTSX Haswell-noTSX-IBRS host Icelake-Client Icelake-Client-noTSX "
      "Icelake-Server Icelake-Server-noTSX Icelake-Server-v3 Icelake-Server-v4 Icelake-Server-v5 "
      "Icelake-Server-v6 Icelake-Server-v7 IvyBridge IvyBridge-IBRS KnightsMill kvm32 kvm64 max "
      "Nehalem Nehalem-IBRS Opteron_G1 Opteron_G2 Opteron_G3 Opteron_G4 Opteron_G5 Penryn pentium "
      "pentium2 pentium3 phenom qemu32 qemu64 SandyBridge SandyBridge-IBRS SapphireRapids "
      "SapphireRapids-v2 SapphireRapids-v3 SierraForest Skylake-Client Skylake-Client-IBRS "
      "Skylake-Client-noTSX-IBRS Skylake-Client-v4 Skylake-Server Skylake-Server-IBRS "
      "Skylake-Server-noTSX-IBRS Skylake-Server-v4 Skylake-Server-v5 Westmere Westmere-IBRS "
      "x86-64-v2 x86-64-v2-AES x86-64-v3 x86-64-v4 ";
  constexpr std::string_view kKey = "cputype=";
  std::string model(value.substr(0, value.find(',')));
  if (const auto at = value.find(kKey); at != std::string_view::npos)
    model = value.substr(at + kKey.size(), value.find(',', at) - at - kKey.size());
  if (model.find('=') != std::string::npos || model.starts_with("custom-")) return "";
  if (kModels.find(" " + model + " ") != std::string_view::npos) return "";
  return "Built-in cputype '" + model + "' is not defined (missing 'custom-' prefix?)\n";
}

std::string complain(const Format& format, std::string_view value, PveVersion version) {
  if (format.name == "pve-storage-id" && value.size() < 2 && version == PveVersion::k9)
    return "storage ID '" + std::string(value) + "' cannot be shorter than 2 characters\n";
  std::string text(format.complaint);
  if (const auto mark = text.find('%'); mark != std::string::npos) text.replace(mark, 1, value);
  return text + "\n";
}

std::string check_list(std::string_view format, std::string_view value, PveVersion version) {
  while (!value.empty()) {
    const auto end = value.find_first_of(", ;\t\n");
    const auto item = value.substr(0, end);
    if (!item.empty())
      if (auto complaint = check_format(format, item, version); !complaint.empty())
        return complaint;
    if (end == std::string_view::npos) break;
    value.remove_prefix(end + 1);
  }
  return "";
}

}  // namespace

std::string check_format(std::string_view format, std::string_view value, PveVersion version) {
  if (format.ends_with("-list"))
    return check_list(format.substr(0, format.size() - 5), value, version);
  if (format.ends_with("-opt"))
    return value.empty() ? "" : check_format(format.substr(0, format.size() - 4), value, version);
  for (const auto& known : kFormats) {
    if (known.name != format) continue;
    return matches_pattern(std::string(known.pattern), value) ? ""
                                                              : complain(known, value, version);
  }
  if (auto bad = check_general_format(format, value, version); !bad.empty()) return bad;
  if (auto bad = check_storage_format(format, value); !bad.empty()) return bad;
  if (auto complaint = check_network_format(format, value); !complaint.empty()) return complaint;
  if (format == "pve-vm-cpu-conf") return check_cpu(value);
  return check_address(format, value);
}

}  // namespace pmx::sim
