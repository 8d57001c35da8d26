#include "sim/firewall.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/crypto.h"
#include "sim/pattern.h"

namespace pmx::sim {
namespace {

constexpr std::string_view kIcmpTypes =
    " any echo-reply destination-unreachable network-unreachable host-unreachable "
    "protocol-unreachable port-unreachable fragmentation-needed source-route-failed "
    "network-unknown host-unknown network-prohibited host-prohibited "
    "TOS-network-unreachable TOS-host-unreachable communication-prohibited "
    "host-precedence-violation precedence-cutoff source-quench redirect network-redirect "
    "host-redirect TOS-network-redirect TOS-host-redirect echo-request "
    "router-advertisement router-solicitation time-exceeded ttl-zero-during-transit "
    "ttl-zero-during-reassembly parameter-problem ip-header-bad required-option-missing "
    "timestamp-request timestamp-reply address-mask-request address-mask-reply ";
constexpr std::string_view kIcmp6Types =
    " destination-unreachable no-route communication-prohibited beyond-scope "
    "address-unreachable port-unreachable failed-policy reject-route packet-too-big "
    "time-exceeded ttl-zero-during-transit ttl-zero-during-reassembly parameter-problem "
    "bad-header unknown-header-type unknown-option echo-request echo-reply "
    "router-solicitation router-advertisement neighbor-solicitation "
    "neighbour-solicitation neighbor-advertisement neighbour-advertisement redirect ";
/// Of /etc/protocols, /etc/services and the kernel's helpers: what people write.
constexpr std::string_view kProtocols =
    " ip icmp igmp ggp ipencap st tcp egp igp pup udp hmp xns-idp rdp iso-tp4 dccp xtp ddp "
    "idpr-cmtp ipv6 ipv6-route ipv6-frag idrp rsvp gre esp ah skip ipv6-icmp icmpv6 "
    "ipv6-nonxt ipv6-opts rspf vmtp eigrp ospf ax.25 ipip etherip encap pim ipcomp vrrp "
    "l2tp isis sctp fc mobility-header udplite mpls-in-ip manet hip shim6 wesp rohc ";
constexpr std::string_view kServices =
    " echo discard daytime chargen ftp-data ftp ssh telnet smtp time whois tacacs domain "
    "bootps bootpc tftp gopher finger http www kerberos pop3 sunrpc auth nntp ntp epmap "
    "netbios-ns netbios-dgm netbios-ssn imap2 imap snmp snmp-trap bgp irc ldap https "
    "microsoft-ds kpasswd submissions isakmp syslog printer submission ipp ldaps rsync "
    "ftps telnets imaps pop3s openvpn ms-sql-s nfs mysql postgresql rdp ms-wbt-server "
    "radius sip sip-tls svn git zabbix-agent http-alt amqp redis mdns iscsi-target ";
constexpr std::string_view kHelpers = " amanda ftp irc netbios-ns pptp sane sip snmp tftp ";

bool is_among(std::string_view words, std::string_view word) {
  return words.find(" " + std::string(word) + " ") != std::string_view::npos;
}

constexpr const char* kName = "[A-Za-z][A-Za-z0-9\\-_]+";

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto comma = text.find(',');
    out.push_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return out;
    text.remove_prefix(comma + 1);
  }
}

bool has_empty_end(const std::vector<std::string_view>& items) { return items.back().empty(); }

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'\n"; }

/// The number `text`; above every port when it is not one.
int port_number(std::string_view text) {
  return text.size() > 5 || text.empty() ? 1 << 20 : std::stoi(std::string(text));
}

std::string check_port(std::string_view item, bool& icmp, int& count) {
  if (matches_pattern("[0-9]+:[0-9]+", item)) {
    count += 2;
    const auto first = item.substr(0, item.find(':'));
    const auto last = item.substr(item.find(':') + 1);
    for (const auto port : {first, last})
      if (port_number(port) > 65535) return "invalid port " + quoted(port);
    if (port_number(first) <= port_number(last)) return "";
    const std::string a(first);
    const std::string b(last);
    return "backwards range '" + a + ":" + b + "' not allowed, did you mean '" + b + ":" + a +
           "'?\n";
  }
  if (matches_pattern("[0-9]+", item)) {
    ++count;
    return port_number(item) > 65535 ? "invalid port " + quoted(item) : "";
  }
  if (icmp && (is_among(kIcmpTypes, item) || is_among(kIcmp6Types, item))) return "";
  icmp = false;
  return is_among(kServices, item) ? "" : "invalid port " + quoted(item);
}

std::string check_ports(std::string_view text, bool icmp_allowed) {
  if (text.empty()) return "";  // a property that is not set
  const auto items = split(text);
  if (has_empty_end(items)) return "extraneous commas in list\n";
  int count = 0;
  bool icmp_named = false;
  for (const auto item : items) {
    bool icmp = icmp_allowed;
    if (auto bad = check_port(item, icmp, count); !bad.empty()) return bad;
    icmp_named |= icmp && !matches_pattern("[0-9:]+", item);
  }
  if (icmp_named && count > 0) return "ICMP ports not allowed in port range\n";
  return count > 15 ? "too many entries in port list (> 15 numbers)\n" : "";
}

/// Net::IP's words for what it cannot read.
std::string address_complaint(std::string_view text) {
  if (text.find_first_not_of("0123456789abcdefABCDEF:./-") != std::string_view::npos)
    return "Invalid chars in IP " + std::string(text);
  return "Cannot determine IP version for " + std::string(text);
}

/// The family of a list of addresses in `family`, 0 for a name; a complaint when it is neither.
std::string check_addresses(std::string_view text, int& family) {
  if (matches_pattern("\\+\\S+", text)) return text.size() > 65 ? "ipset name too long\n" : "";
  if (matches_pattern(std::string("(?:dc/|guest/)?") + kName, text))
    return text.size() > 64 ? "alias name too long\n" : "";
  if (text.empty()) return "";  // a property that is not set
  const auto items = split(text);
  if (has_empty_end(items)) return "extraneous commas in list\n";
  for (const auto item : items) {
    const int one = address_family(item);
    if (one == 0) return "invalid IP address: " + address_complaint(item) + "\n";
    if (family != 0 && family != one)
      return "detected mixed ipv4/ipv6 addresses in address list " + quoted(text);
    family = one;
  }
  const bool range = text.find('-') != std::string_view::npos;
  return range && items.size() > 1 ? "you can't use a range in a list\n" : "";
}

std::string check_helpers(std::string_view text) {
  if (text.empty()) return "";  // a property that is not set
  const auto items = split(text);
  if (has_empty_end(items)) return "extraneous commas in list\n";
  for (const auto item : items)
    if (!is_among(kHelpers, item)) return "unknown helper " + std::string(item) + "\n";
  return "";
}

std::string check_protocol(std::string_view text) {
  if (text.empty() || is_among(kProtocols, text)) return "";
  const bool number = matches_pattern("[0-9]{1,3}", text) && port_number(text) <= 142;
  return number ? "" : "unknown protocol " + quoted(text);
}

bool is_icmp(std::string_view protocol) {
  return protocol == "icmp" || protocol == "icmpv6" || protocol == "ipv6-icmp";
}

bool has_ports(std::string_view protocol) {
  return is_among(" udp 17 udplite 136 tcp 6 dccp 33 sctp 132 ", protocol);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Looks at one rule in PVE's order, and notes what is wrong by parameter, the first thing of each.
class Judge {
 public:
  Judge(Values& rule, RuleEnvironment environment, const FirewallFile* own,
        const FirewallFile* cluster)
      : rule_(rule), environment_(environment), own_(own), cluster_(cluster) {}

  Complaints judge() {
    judge_type();
    judge_interface();
    judge_macro();
    judge_protocol();
    judge_ports();
    judge_addresses("source");
    judge_addresses("dest");
    if (family_ != 0) rule_["ipversion"] = std::to_string(family_);
    if (complaints_.empty()) judge_macro_use();
    return std::move(complaints_);
  }

 private:
  [[nodiscard]] std::string value(std::string_view key) const {
    const auto found = rule_.find(key);
    return found == rule_.end() ? "" : found->second;
  }

  void complain(const std::string& parameter, std::string text) {
    if (!text.empty() && text.back() == '\n') text.pop_back();
    const bool known = std::any_of(complaints_.begin(), complaints_.end(),
                                   [&](const auto& one) { return one.first == parameter; });
    if (!known) complaints_.emplace_back(parameter, std::move(text));
  }

  [[nodiscard]] bool on_guest() const {
    return environment_ == RuleEnvironment::kVm || environment_ == RuleEnvironment::kCt;
  }

  [[nodiscard]] bool fits(std::string_view type) const {
    if (type == "forward") return !on_guest();
    if (type == "group") return environment_ != RuleEnvironment::kGroup;
    return environment_ != RuleEnvironment::kVnet;
  }

  void judge_type() {
    static constexpr std::array<const char*, 6> kNames{"cluster", "host", "vm",
                                                       "ct",      "vnet", "group"};
    const std::string type = value("type");
    const std::string action = value("action");
    if (!fits(type))
      complain("type", "invalid rule type '" + type + "' for rule_env '" +
                           kNames[static_cast<std::size_t>(environment_)] + "'");
    if (type == "group") {
      if (!matches_pattern(kName, action))
        complain("action", "invalid characters in security group name");
      return;
    }
    if (type == "forward" && action == "REJECT")
      complain("action", "cannot define REJECT rules on forward chain");
    if (action != "ACCEPT" && action != "DROP" && action != "REJECT")
      complain("action", "unknown action '" + action + "'");
  }

  void judge_interface() {
    const std::string name = value("iface");
    if (name.empty()) return;
    if (environment_ == RuleEnvironment::kGroup || environment_ == RuleEnvironment::kVnet)
      complain("type", "parameter -i not allowed for this rule type");
    if (on_guest() && !matches_pattern("net\\d+", name))
      complain("iface", "value does not match the regex pattern 'net\\d+'");
  }

  void judge_macro() {
    if (!rule_.contains("macro")) return;
    const std::string name = lower(value("macro"));
    for (const auto& macro : firewall_macros())
      if (lower(std::string(macro.name)) == name) macro_ = &macro;
    if (macro_ == nullptr)
      complain("macro", "unknown macro '" + value("macro") + "'");
    else
      rule_["macro"] = macro_->name;
  }

  void judge_protocol() {
    const std::string protocol = value("proto");
    if (auto bad = check_protocol(protocol); !bad.empty()) complain("proto", bad);
    if (is_icmp(protocol)) family_ = protocol == "icmp" ? 4 : 6;
  }

  void judge_port(const std::string& name, bool icmp) {
    const std::string ports = value(name);
    if (ports.empty()) return;
    const std::string protocol = value("proto");
    if (auto bad = check_ports(ports, icmp); !bad.empty()) complain(name, bad);
    if (protocol.empty())
      complain("proto", "missing property - '" + name + "' requires this property");
    else if (!has_ports(protocol) && !icmp)
      complain(name, "protocol '" + protocol + "' does not support ports");
  }

  void judge_ports() {
    const std::string protocol = value("proto");
    judge_port("dport", is_icmp(protocol));
    if (const std::string type = value("icmp-type"); !type.empty()) {
      if (!is_icmp(protocol))
        complain("proto", "missing property - 'icmp-type' requires this property");
      if (!value("dport").empty())
        complain("icmp-type", "'icmp-type' cannot be specified together with 'dport'");
      if (is_icmp(protocol) && !is_among(protocol == "icmp" ? kIcmpTypes : kIcmp6Types, type))
        complain("icmp-type", "invalid icmp-type '" + type + "' for proto '" + protocol + "'");
    }
    judge_port("sport", false);
  }

  void judge_addresses(const std::string& name) {
    const std::string text = value(name);
    if (text.empty()) return;
    int family = 0;
    if (auto bad = check_addresses(text, family); !bad.empty()) complain(name, bad);
    take_family(name, family);
    if (text.starts_with('+'))
      judge_set(name, text);
    else if (matches_pattern(std::string("(?:dc/|guest/)?") + kName, text))
      judge_alias(name, text);
  }

  void take_family(const std::string& name, int family) {
    if (family == 0) return;
    if (family_ != 0 && family != family_)
      complain(name, "detected mixed ipv4/ipv6 addresses in rule");
    family_ = family;
  }

  void judge_set(const std::string& name, const std::string& text) {
    if (!matches_pattern(std::string("\\+(?:guest/|dc/|sdn/)?") + kName, text)) {
      complain(name, "invalid ipset name '" + text + "'");
      return;
    }
    const auto slash = text.find('/');
    const std::string set = text.substr(slash == std::string::npos ? 1 : slash + 1);
    const bool known = (own_ != nullptr && own_->sets.contains(set)) ||
                       (cluster_ != nullptr && cluster_->sets.contains(set));
    if (!known) complain(name, "no such ipset '" + set + "'");
  }

  void judge_alias(const std::string& name, const std::string& text) {
    const auto slash = text.find('/');
    const std::string alias = lower(slash == std::string::npos ? text : text.substr(slash + 1));
    for (const FirewallFile* file : {own_, cluster_}) {
      if (file == nullptr) continue;
      if (const auto found = file->aliases.find(alias); found != file->aliases.end()) {
        take_family(name, address_family(found->second.at("cidr")));
        return;
      }
    }
    complain(name, "no such alias '" + text + "'");
  }

  /// What a macro fixes, a rule may repeat and not change.
  void judge_macro_use() {
    if (macro_ == nullptr) return;
    std::string_view rest = macro_->matches;
    while (!rest.empty() && complaints_.empty()) {
      const auto match = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(match.size() + 1, rest.size()));
      const auto colon = std::min(match.find(':'), match.size());
      const auto slash = std::min(match.find('/'), match.size());
      fixed_by_macro("proto", match.substr(0, colon));
      if (colon < match.size()) fixed_by_macro("dport", match.substr(colon + 1, slash - colon - 1));
      if (slash < match.size()) fixed_by_macro("sport", match.substr(slash + 1));
    }
  }

  void fixed_by_macro(const std::string& name, std::string_view fixed) {
    const std::string given = value(name);
    if (!given.empty() && given != fixed)
      complain(name, "parameter '" + name + "' already define in macro (value = '" +
                         std::string(fixed) + "')");
  }

  Values& rule_;
  RuleEnvironment environment_;
  const FirewallFile* own_;
  const FirewallFile* cluster_;
  const FirewallMacro* macro_ = nullptr;
  int family_ = 0;
  Complaints complaints_;
};

}  // namespace

int address_family(std::string_view text) {
  const auto end = std::min(text.find('/'), text.find('-'));
  const std::string host(text.substr(0, end));
  if (end != std::string_view::npos && text[end] == '-') {
    const int last = address_family(text.substr(end + 1));
    return last == address_family(host) ? last : 0;
  }
  const bool v6 = host.find(':') != std::string::npos;
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  if (inet_pton(v6 ? AF_INET6 : AF_INET, host.c_str(), bytes.data()) != 1) return 0;
  const int most = v6 ? 128 : 32;
  if (end != std::string_view::npos && (!matches_pattern("\\d{1,3}", text.substr(end + 1)) ||
                                        port_number(text.substr(end + 1)) > most))
    return 0;
  return v6 ? 6 : 4;
}

bool network_holds(const std::string& cidr, const std::string& address) {
  const int family = address_family(cidr);
  if (family == 0 || family != address_family(address)) return false;
  std::array<unsigned char, sizeof(in6_addr)> network{};
  std::array<unsigned char, sizeof(in6_addr)> host{};
  const auto slash = cidr.find('/');
  const int af = family == 6 ? AF_INET6 : AF_INET;
  inet_pton(af, cidr.substr(0, slash).c_str(), network.data());
  inet_pton(af, address.c_str(), host.data());
  int bits = std::atoi(cidr.substr(slash + 1).c_str());
  for (std::size_t i = 0; bits > 0; ++i, bits -= 8) {
    const int mask = bits >= 8 ? 0xFF : 0xFF << (8 - bits) & 0xFF;
    if ((network[i] & mask) != (host[i] & mask)) return false;
  }
  return true;
}

std::string check_firewall_format(std::string_view format, std::string_view value) {
  int family = 0;
  if (format == "pve-fw-addr-spec") return check_addresses(value, family);
  if (format == "pve-fw-sport-spec") return check_ports(value, false);
  if (format == "pve-fw-dport-spec") return check_ports(value, true);
  if (format == "pve-fw-protocol-spec") return check_protocol(value);
  if (format == "pve-fw-conntrack-helper") return check_helpers(value);
  if (format == "pve-fw-icmp-type-spec")
    return value.empty() || is_among(kIcmpTypes, value) || is_among(kIcmp6Types, value)
               ? ""
               : "invalid icmp-type value " + quoted(value);
  const bool named =
      format == "IPorCIDRorAlias" && matches_pattern(std::string("(?:dc/|guest/)?") + kName, value);
  if ((format == "IPorCIDR" || format == "IPorCIDRorAlias") && !named &&
      (value.find('-') != std::string_view::npos || address_family(value) == 0))
    return "value does not look like a valid IP address or CIDR network\n";
  return "";
}

Complaints judge_rule(Values& rule, RuleEnvironment environment, const FirewallFile* own,
                      const FirewallFile* cluster) {
  return Judge(rule, environment, own, cluster).judge();
}

std::string firewall_digest(const Json& list) {
  std::string text;
  const auto add = [&text](const Json& object) {
    for (const auto& [key, value] : object.items())
      if (!value.is_structured())
        text += key + ":" + (value.is_string() ? value.get<std::string>() : value.dump()) + "\n";
  };
  if (list.is_object()) add(list);
  if (list.is_array())
    for (const Json& object : list) add(object);
  return crypto::hex(crypto::sha1(text));
}

Json with_digest(Json list) {
  const std::string digest = firewall_digest(list);
  if (list.is_object()) list["digest"] = digest;
  if (list.is_array())
    for (Json& object : list) object["digest"] = digest;
  return list;
}

}  // namespace pmx::sim
