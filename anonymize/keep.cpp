#include "anonymize/keep.h"

#include <algorithm>
#include <iterator>

#include "anonymize/chars.h"
#include "anonymize/clues.h"
#include "anonymize/word_set.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

constexpr std::string_view kHosts[] = {
    "localhost",    "localdomain",     "localnet",     "localhost4",    "localhost6",
    "pvelocalhost", "ip6-allrouters",  "ip6-allnodes", "ip6-localhost", "ip6-loopback",
    "ip6-localnet", "ip6-mcastprefix", "ip6-allhosts"};

constexpr std::string_view kUsers[] = {"root",
                                       "www-data",
                                       "nobody",
                                       "nogroup",
                                       "daemon",
                                       "sshd",
                                       "messagebus",
                                       "backup",
                                       "man",
                                       "bin",
                                       "sys",
                                       "sync",
                                       "mail",
                                       "proxy",
                                       "uucp",
                                       "news",
                                       "lp",
                                       "list",
                                       "irc",
                                       "games",
                                       "_apt",
                                       "_chrony",
                                       "postfix",
                                       "systemd-network",
                                       "systemd-resolve",
                                       "systemd-timesync",
                                       "tss",
                                       "statd",
                                       "admin",
                                       "administrator",
                                       "ceph"};

constexpr std::string_view kNames[] = {"local",         "local-lvm",    "local-zfs",
                                       "local-btrfs",   "rpool",        "rpool/data",
                                       "pve",           "pam",          "pbs",
                                       "pmg",           "data",         "lo",
                                       "any",           "all",          "none",
                                       "default",       "unknown",      "null",
                                       "true",          "false",        "dc",
                                       "mgmt",          "ipfilter",     "management",
                                       "blacklist",     ".mgr",         "cluster_network",
                                       "local_network", "mail-to-root", "default-matcher",
                                       "current",       "host",         "idrac",
                                       "proxmox",       "standalone",   "localnetwork",
                                       "pve-1",         "_blank",       "_self",
                                       "_top",          "_parent",      "utc",
                                       "gmt",           "cet",          "cest",
                                       "wet",           "west",         "eet",
                                       "eest",          "msk",          "edt",
                                       "cdt",           "mdt",          "pdt",
                                       "pst",           "cst",          "jst",
                                       "aest",          "aedt",         "nzst"};

struct Interface {
  std::string_view prefix;
  bool letters;  ///< more lower-case letters and digits may follow (enp3s0f1)
};
constexpr Interface kInterfaces[] = {
    {"vxlan", false},  {"tun", false},    {"wg", false},       {"vlan", false},   {"vmbr", false},
    {"bond", false},   {"eth", false},    {"eno", true},       {"ens", true},     {"enp", true},
    {"tap", true},     {"veth", true},    {"fwbr", true},      {"fwln", true},    {"fwpr", true},
    {"wlan", false},   {"net", false},    {"osd.", false},     {"scsi", false},   {"sata", false},
    {"ide", false},    {"virtio", false}, {"mp", false},       {"unused", false}, {"dummy", false},
    {"docker", false}, {"wlp", true},     {"ipconfig", false},
};

constexpr std::string_view kVendors[] = {
    "proxmox.com",
    "debian.org",
    "kernel.org",
    "ceph.com",
    "ceph.io",
    "ubuntu.com",
    "github.com",
    "freedesktop.org",
    "letsencrypt.org",
    "gnu.org",
    "ietf.org",
    "w3.org",
    "modelcontextprotocol.io",
    "qemu.org",
    "redhat.com",
    "linuxcontainers.org",
    "json-schema.org",
    "openzfs.org",
    "launchpad.net",
    "microsoft.com",
    "mozilla.org",
    "python.org",
    "cpan.org",
    "spice-space.org",
    "turnkeylinux.org",
    "libvirt.org",
    "nmap.org",
    "dmtf.org",
    "openzfs.github.io",
    "ntp.org",
    "docker.io",
    "docker.com",
    "quay.io",
    "ghcr.io",
    "nvidia.com",
    "intel.com",
    "amd.com",
    "dell.com",
    "hpe.com",
    "lenovo.com",
    "supermicro.com",
    "broadcom.com",
    "mellanox.com",
    "apache.org",
    "nginx.org",
    "postgresql.org",
    "mariadb.org",
    "mysql.com",
    "openssl.org",
    "openssh.com",
    "alpinelinux.org",
    "archlinux.org",
    "centos.org",
    "rockylinux.org",
    "almalinux.org",
    "fedoraproject.org",
    "suse.com",
    "opensuse.org",
    "canonical.com",
    "snapcraft.io",
    "fedorapeople.org",
    "stackoverflow.com",
    "wikipedia.org",
    "isc.org",
    "digicert.com",
    "sectigo.com",
    "globalsign.com",
    "quad9.net",
    "dns.google",
    "samba.org",
    "freebsd.org",
    "postfix.org",
    "dovecot.org",
    "grafana.com",
    "prometheus.io",
    "influxdata.com",
    "terraform.io",
    "hashicorp.com",
    "ansible.com",
    "gitlab.com",
    "bitbucket.org",
    "kubernetes.io",
    "k8s.io",
    "golang.org",
    "rust-lang.org",
    "nodesource.com",
    "ieee.org",
    "iana.org",
    "cve.org",
    "nist.gov",
    "dmtf.org",
    "nmap.org",
    "openzfs.github.io",
    "vmware.com",
    "oracle.com",
    "ibm.com",
    "cisco.com",
    "juniper.net",
    "mikrotik.com",
    "synology.com",
    "qnap.com",
    "truenas.com",
    "ixsystems.com",
    "netapp.com",
    "veeam.com",
    "zabbix.com",
    "icinga.com",
    "checkmk.com",
    "nagios.org",
    "elastic.co",
    "mongodb.com",
    "redis.io",
    "php.net",
    "perl.org",
    "nodejs.org",
    "haproxy.org",
    "haproxy.com",
    "traefik.io",
    "wireguard.com",
    "openvpn.net",
    "strongswan.org",
    "frrouting.org",
    "netfilter.org",
    "clusterlabs.org",
    "linbit.com",
    "icann.org",
    "rfc-editor.org",
    "zerossl.com",
    "debian.net",
    "sourceforge.net",
    "gnupg.org",
    "readthedocs.io",
    "systemd.io",
    "freeipa.org",
    "xen.org",
};

/// Services that many share: the labels before such a name are a customer's, it is not.
constexpr std::string_view kServices[] = {
    "slack.com",
    "hooks.slack.com",
    "discord.com",
    "discordapp.com",
    "telegram.org",
    "googleapis.com",
    "google.com",
    "amazonaws.com",
    "core.windows.net",
    "blob.core.windows.net",
    "windows.net",
    "azure.com",
    "office.com",
    "webhook.office.com",
    "office365.com",
    "cloudflare.com",
    "cloudfront.net",
    "azurewebsites.net",
    "digitaloceanspaces.com",
    "wasabisys.com",
    "backblazeb2.com",
    "zapier.com",
    "ifttt.com",
    "hc-ping.com",
    "pushover.net",
    "ntfy.sh",
    "sentry.io",
    "tailscale.com",
    "outlook.com",
    "opsgenie.com",
    "pagerduty.com",
    "healthchecks.io",
    "docker.internal",
    "cluster.local",
    "svc.cluster.local",
};

constexpr std::string_view kTlds[] = {
    "academy", "agency",     "ai",       "app",       "at",       "au",      "be",      "biz",
    "br",      "bz",         "ca",       "cc",        "ch",       "cloud",   "cn",      "co",
    "com",     "company",    "cz",       "de",        "dev",      "digital", "dk",      "edu",
    "ee",      "email",      "es",       "eu",        "fi",       "fr",      "gmbh",    "gov",
    "gr",      "group",      "hk",       "hr",        "hu",       "ie",      "il",      "in",
    "info",    "int",        "io",       "is",        "it",       "jp",      "kr",      "li",
    "lt",      "lu",         "lv",       "me",        "mil",      "mobi",    "mx",      "net",
    "network", "nl",         "no",       "nz",        "online",   "org",     "pl",      "pro",
    "pt",      "ro",         "ru",       "se",        "services", "sg",      "shop",    "si",
    "site",    "sk",         "software", "solutions", "space",    "store",   "support", "systems",
    "tech",    "technology", "tools",    "tr",        "tv",       "ua",      "uk",      "us",
    "website", "wiki",       "work",     "xyz",       "za",       "zone",
};
constexpr std::string_view kPrivateTlds[] = {"corp",        "example", "home", "intern",
                                             "internal",    "intra",   "lan",  "local",
                                             "localdomain", "private", "test"};
constexpr std::string_view kSecondLevel[] = {"ac.at",  "ac.uk",  "co.at",  "co.il",  "co.jp",
                                             "co.nz",  "co.uk",  "co.za",  "com.au", "com.br",
                                             "com.mx", "com.pl", "com.tr", "gv.at",  "home.arpa",
                                             "net.au", "or.at",  "org.au", "org.uk"};

template <class Table, class Value>
bool contains(const Table& table, const Value& value) {
  return std::find(std::begin(table), std::end(table), value) != std::end(table);
}

/// The words of a list, put in order once.
template <const auto& Table>
bool is_listed(std::string_view word) {
  static const WordSet kSet(Table);
  return kSet.contains(word);
}

bool is_standard_interface(std::string_view name) {
  if (name.size() > 15) return false;
  const std::size_t number = std::min(name.find_first_of("0123456789"), name.size());
  const std::string_view prefix = name.substr(0, number);
  return number < name.size() &&
         std::any_of(std::begin(kInterfaces), std::end(kInterfaces), [&](const Interface& kind) {
           return kind.prefix == prefix &&
                  std::all_of(name.begin() + static_cast<std::ptrdiff_t>(number), name.end(),
                              [&kind](char c) {
                                constexpr std::string_view kLetters = "isfpnd";
                                return is_digit(c) || c == '.' ||
                                       (kind.letters && kLetters.find(c) != kLetters.npos);
                              });
         });
}

/// What a handbook writes: example.org and hosts in it whose labels are all words. Who has a host
/// called otherwise there means one of his own.
bool is_documentation_host(std::string_view lower) {
  constexpr std::string_view kDomains[] = {"example.com", "example.org", "example.net"};
  constexpr std::size_t kLength = kDomains[0].size();
  if (lower.size() < kLength || !contains(kDomains, lower.substr(lower.size() - kLength)))
    return false;
  lower.remove_suffix(kLength);
  if (!lower.empty() && lower.back() != '.') return false;
  while (!lower.empty()) {
    lower.remove_suffix(1);
    const std::size_t dot = lower.rfind('.');
    const std::size_t begin = dot == std::string_view::npos ? 0 : dot + 1;
    if (!is_common_word(lower.substr(begin))) return false;
    lower = lower.substr(0, begin);
  }
  return true;
}

}  // namespace

void add_domain_words(Triggers& triggers) {
  for (const std::string_view tld : kTlds) triggers.add_domain(tld);
  for (const std::string_view tld : kPrivateTlds) triggers.add_domain(tld);
  for (const std::string_view suffix : kSecondLevel) triggers.add_domain(suffix);
}

bool is_kept_name(std::string_view lower) {
  return is_listed<kNames>(lower) || is_listed<kHosts>(lower) || is_listed<kUsers>(lower) ||
         is_standard_interface(lower);
}

bool is_kept_name(std::string_view lower, Kind kind) {
  // An interface has its standard name wherever it is told: name=eth0 is no guest.
  if (is_listed<kHosts>(lower) || is_standard_interface(lower)) return true;
  switch (kind) {
    case Kind::kUser: return is_listed<kUsers>(lower);
    case Kind::kCluster: return lower == "default" || lower == "local";
    case Kind::kNetwork:
    case Kind::kStorage:
    case Kind::kRealm:
    case Kind::kName: return is_listed<kNames>(lower);
    case Kind::kNode:
    case Kind::kVm:
    case Kind::kContainer:
    case Kind::kPool:
    case Kind::kGroup:
    case Kind::kToken:
    case Kind::kTag:
    case Kind::kHost:
    case Kind::kDomain:
    // Attributes of a directory, which stand where people do in a realm's map.
    case Kind::kPerson:
      return lower == "givenname" || lower == "displayname" || lower == "surname" || lower == "sn";
    case Kind::kIpv4:
    case Kind::kIpv6:
    case Kind::kMac:
    case Kind::kUuid: break;
  }
  return false;
}

bool is_kept_ipv4(std::uint32_t value) {
  constexpr std::uint32_t kResolvers[] = {0x01010101, 0x01000001, 0x01010102, 0x08080808,
                                          0x08080404, 0x09090909, 0x95707070, 0xD043DEDE,
                                          0xD043DCDC, 0xA9FEA9FE};
  const std::uint32_t first = value >> 24;
  if (first == 0 || first == 127 || (first >= 224 && first <= 239)) return true;
  const std::uint32_t inverse = ~value;
  if (first >= 128 && (inverse & (inverse + 1)) == 0 && first >= 248) return true;
  if (first == 255 || value == 0x80000000U || value == 0xC0000000U || value == 0xE0000000U ||
      value == 0xF0000000U)
    return true;
  return contains(kResolvers, value);
}

bool is_kept_ipv6(const std::array<std::uint16_t, 8>& groups) {
  using Groups = std::array<std::uint16_t, 8>;
  static constexpr Groups kResolvers[] = {{0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8888},
                                          {0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8844},
                                          {0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1111},
                                          {0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1001},
                                          {0x2620, 0xfe, 0, 0, 0, 0, 0, 0xfe},
                                          {0xfe80, 0, 0, 0, 0, 0, 0, 0},
                                          {0xfe80, 0, 0, 0, 0, 0, 0, 1}};
  const unsigned first = groups[0];
  const bool global = first >= 0x2000 && first <= 0x3FFF;
  const bool local = (first & 0xFE00) == 0xFC00 || (first & 0xFFC0) == 0xFE80;
  if (!global && !local) return true;
  const bool prefix_only =
      std::all_of(groups.begin() + 1, groups.end(), [](std::uint16_t group) { return group == 0; });
  return prefix_only || contains(kResolvers, groups);
}

bool is_kept_mac(const std::array<std::uint8_t, 6>& octets) {
  const auto all = [&octets](std::uint8_t value) {
    return std::all_of(octets.begin(), octets.end(),
                       [value](std::uint8_t octet) { return octet == value; });
  };
  const bool ip_multicast = octets[0] == 0x01 && octets[1] == 0x00 && octets[2] == 0x5E;
  const bool bridge_group = octets[0] == 0x01 && octets[1] == 0x80 && octets[2] == 0xC2;
  return all(0) || all(0xFF) || ip_multicast || bridge_group ||
         (octets[0] == 0x33 && octets[1] == 0x33);
}

bool is_vendor_host(std::string_view lower) {
  if (is_documentation_host(lower)) return true;
  constexpr int kMostLabels = 3;
  std::size_t at = lower.size();
  for (int labels = 1; labels <= kMostLabels && at > 0; ++labels) {
    const std::size_t dot = lower.rfind('.', at - 1);
    at = dot == std::string_view::npos ? 0 : dot;
    if (labels > 1 && is_listed<kVendors>(lower.substr(at == 0 ? 0 : at + 1))) return true;
  }
  return false;
}

std::size_t public_suffix_labels(std::string_view lower) {
  const std::size_t last = lower.rfind('.');
  if (last == std::string_view::npos) return 0;
  if (const std::size_t service = service_labels(lower); service > 0) return service;
  const std::size_t second = lower.rfind('.', last - 1);
  if (second != std::string_view::npos && is_listed<kSecondLevel>(lower.substr(second + 1)))
    return 2;
  const std::string_view tld = lower.substr(last + 1);
  return is_listed<kTlds>(tld) || is_listed<kPrivateTlds>(tld) ? 1 : 0;
}

std::size_t service_labels(std::string_view lower) {
  std::size_t most = 0;
  for (const std::string_view service : kServices) {
    const bool ends = lower.ends_with(service);
    const std::size_t before = lower.size() - std::min(lower.size(), service.size());
    if (!ends || (before > 0 && lower[before - 1] != '.')) continue;
    most = std::max(most,
                    static_cast<std::size_t>(std::count(service.begin(), service.end(), '.')) + 1);
  }
  return most;
}

bool is_private_suffix(std::string_view last_label) {
  return is_listed<kPrivateTlds>(last_label) || last_label == "arpa";
}

}  // namespace pmx::anonymize
