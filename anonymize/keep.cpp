#include "anonymize/keep.h"

#include <algorithm>
#include <iterator>

#include "anonymize/chars.h"
#include "anonymize/clues.h"
#include "anonymize/rules/domains.h"
#include "anonymize/rules/keep.h"
#include "anonymize/word_set.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

namespace keep = rules::keep;
namespace domains = rules::domains;

/// vmbr0, eth0.100; with letters behind the number too (enp3s0f1) where its kind has them.
bool is_standard_interface(std::string_view name) {
  constexpr std::string_view kLetters = "isfpnd";
  static constexpr WordHeads kHeads(keep::kLetteredInterfaces, keep::kInterfaces);
  if (name.size() > 15) return false;
  std::size_t number = 0;
  while (number < name.size() && !is_digit(name[number])) ++number;
  if (number == name.size()) return false;
  const std::string_view prefix = name.substr(0, number);
  if (!kHeads.may_have(prefix)) return false;
  const bool letters = is_one_of(prefix, keep::kLetteredInterfaces);
  return (letters || is_one_of(prefix, keep::kInterfaces)) &&
         std::all_of(name.begin() + static_cast<std::ptrdiff_t>(number), name.end(), [=](char c) {
           return is_digit(c) || c == '.' || (letters && kLetters.find(c) != kLetters.npos);
         });
}

/// Whether it is a domain of documentation, or a host in one whose labels are all words.
bool is_documentation_host(std::string_view lower) {
  const auto* domain =
      std::find_if(std::begin(domains::kDocumentation), std::end(domains::kDocumentation),
                   [lower](std::string_view known) { return lower.ends_with(known); });
  if (domain == std::end(domains::kDocumentation)) return false;
  lower.remove_suffix(domain->size());
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
  for (const std::string_view tld : domains::kTopLevel) triggers.add_domain(tld);
  for (const std::string_view tld : domains::kPrivate) triggers.add_domain(tld);
  for (const std::string_view suffix : domains::kSecondLevel) triggers.add_domain(suffix);
}

bool is_kept_name(std::string_view lower) {
  return is_listed<keep::kNames>(lower) || is_listed<keep::kHosts>(lower) ||
         is_listed<keep::kUsers>(lower) || is_standard_interface(lower);
}

bool is_kept_name(std::string_view lower, Kind kind) {
  // An interface has its standard name wherever it is told: name=eth0 is no guest.
  if (is_listed<keep::kHosts>(lower) || is_standard_interface(lower)) return true;
  switch (kind) {
    case Kind::kUser: return is_listed<keep::kUsers>(lower);
    case Kind::kCluster: return is_one_of(lower, keep::kClusters);
    case Kind::kNetwork:
    case Kind::kStorage:
    case Kind::kRealm:
    case Kind::kName: return is_listed<keep::kNames>(lower);
    case Kind::kNode:
    case Kind::kVm:
    case Kind::kContainer:
    case Kind::kPool:
    case Kind::kGroup:
    case Kind::kToken:
    case Kind::kTag:
    case Kind::kHost:
    case Kind::kDomain:
    case Kind::kPerson: return is_one_of(lower, keep::kAttributes);
    case Kind::kIpv4:
    case Kind::kIpv6:
    case Kind::kMac:
    case Kind::kUuid: break;
  }
  return false;
}

bool is_command_word(std::string_view lower_case) { return is_listed<keep::kCommands>(lower_case); }

bool is_kept_key(std::string_view lower_case) { return is_listed<keep::kKeys>(lower_case); }

bool is_unit(std::string_view name) { return ends_with_one_of(name, keep::kUnits); }

bool is_kept_ipv4(std::uint32_t value) {
  const std::uint32_t first = value >> 24;
  if (first == 0 || first == 127 || (first >= 224 && first <= 239)) return true;
  const std::uint32_t inverse = ~value;
  if (first >= 128 && (inverse & (inverse + 1)) == 0 && first >= 248) return true;
  if (first == 255 || value == 0x80000000U || value == 0xC0000000U || value == 0xE0000000U ||
      value == 0xF0000000U)
    return true;
  return is_one_of(value, keep::kResolvers);
}

bool is_kept_ipv6(const std::array<std::uint16_t, 8>& groups) {
  const unsigned first = groups[0];
  const bool global = first >= 0x2000 && first <= 0x3FFF;
  const bool local = (first & 0xFE00) == 0xFC00 || (first & 0xFFC0) == 0xFE80;
  if (!global && !local) return true;
  const bool prefix_only =
      std::all_of(groups.begin() + 1, groups.end(), [](std::uint16_t group) { return group == 0; });
  return prefix_only || is_one_of(groups, keep::kResolvers6);
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
  constexpr int kMostLabels = 4;
  std::size_t at = lower.size();
  for (int labels = 1; labels <= kMostLabels && at > 0; ++labels) {
    const std::size_t dot = lower.rfind('.', at - 1);
    at = dot == std::string_view::npos ? 0 : dot;
    if (labels > 1 && is_listed<domains::kVendors>(lower.substr(at == 0 ? 0 : at + 1))) return true;
  }
  return false;
}

std::size_t public_suffix_labels(std::string_view lower) {
  const std::size_t last = lower.rfind('.');
  if (last == std::string_view::npos) return 0;
  if (const std::size_t service = service_labels(lower); service > 0) return service;
  const std::size_t second = lower.rfind('.', last - 1);
  if (second != std::string_view::npos &&
      is_listed<domains::kSecondLevel>(lower.substr(second + 1)))
    return 2;
  const std::string_view tld = lower.substr(last + 1);
  return is_listed<domains::kTopLevel>(tld) || is_listed<domains::kPrivate>(tld) ? 1 : 0;
}

std::size_t service_labels(std::string_view lower) {
  std::size_t most = 0;
  for (const std::string_view service : domains::kServices) {
    const bool ends = lower.ends_with(service);
    const std::size_t before = lower.size() - std::min(lower.size(), service.size());
    if (!ends || (before > 0 && lower[before - 1] != '.')) continue;
    most = std::max(most,
                    static_cast<std::size_t>(std::count(service.begin(), service.end(), '.')) + 1);
  }
  return most;
}

bool is_private_suffix(std::string_view last_label) {
  return is_listed<domains::kPrivate>(last_label) || last_label == "arpa";
}

}  // namespace pmx::anonymize
