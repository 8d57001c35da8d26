#include "anonymize/resolve.h"

#include <algorithm>

#include "anonymize/dictionary.h"
#include "anonymize/keep.h"
#include "anonymize/unfold.h"

namespace pmx::anonymize {
namespace {

/// Stands in while the pass is going to be repeated; never leaves.
constexpr std::string_view kPending = "?";

std::string capitalised(std::string_view text) {
  std::string out = lower(text);
  if (!out.empty()) out.front() = to_upper(out.front());
  return out;
}

std::size_t code_start(std::string_view pseudonym) {
  const std::size_t dash = pseudonym.find('-');
  return dash == std::string_view::npos ? 1 : dash + 1;
}

std::array<std::uint8_t, 6> mac_of_eui64(const std::array<std::uint16_t, 8>& groups) {
  const auto high = [](unsigned group) { return static_cast<std::uint8_t>(group >> 8); };
  const auto low = [](unsigned group) { return static_cast<std::uint8_t>(group & 255); };
  return {static_cast<std::uint8_t>(high(groups[4]) ^ 2),
          low(groups[4]),
          high(groups[5]),
          low(groups[6]),
          high(groups[7]),
          low(groups[7])};
}

void put_eui64(const std::array<std::uint8_t, 6>& mac, std::array<std::uint16_t, 8>& groups) {
  const auto pair = [](unsigned a, unsigned b) { return static_cast<std::uint16_t>(a << 8 | b); };
  groups[4] = pair(mac[0] ^ 2U, mac[1]);
  groups[5] = pair(mac[2], 0xFF);
  groups[6] = pair(0xFE, mac[3]);
  groups[7] = pair(mac[4], mac[5]);
}

/// What stands for a value that nobody is to get back.
std::string dropped(Kind kind) {
  const bool address = kind == Kind::kIpv4 || kind == Kind::kIpv6;
  return "[secret:" + std::string(address ? "address" : kind_code(kind)) + "]";
}

/// The same for what may be written in many ways.
std::optional<std::string> unreplaced_address(Kind kind, Fate fate) {
  if (fate == Fate::kKeep) return std::nullopt;
  return dropped(kind);
}

}  // namespace

std::optional<std::string> dress(const Ledger::Entry& entry, std::string_view surface) {
  const std::string& plain = entry.pseudonym;
  if (surface == entry.real) return plain;
  if (surface == upper(entry.real)) return upper(plain);
  if (surface == capitalised(entry.real)) return capitalised(plain);
  if (surface == lower(entry.real)) {
    const std::size_t code = code_start(plain);
    return plain.substr(0, code) + upper(std::string_view(plain).substr(code));
  }
  return std::nullopt;
}

std::string undress(const Ledger::Entry& entry, std::string_view pseudonym_surface) {
  if (pseudonym_surface == entry.pseudonym) return entry.real;
  if (pseudonym_surface == upper(entry.pseudonym)) return upper(entry.real);
  if (pseudonym_surface == capitalised(entry.pseudonym)) return capitalised(entry.real);
  const std::size_t code = code_start(entry.pseudonym);
  if (pseudonym_surface.substr(0, code) == std::string_view(entry.pseudonym).substr(0, code))
    return lower(entry.real);
  return entry.real;
}

std::string domain_suffix(const Ledger::Entry& entry) {
  if (entry.kind != Kind::kDomain) return "";
  const auto labels = std::count(entry.real.begin(), entry.real.end(), '.');
  std::string out;
  for (auto i = labels; i > 0; --i) (out += '.') += kNeutralSuffix;
  return out;
}

bool holds_mac(const std::array<std::uint16_t, 8>& groups) {
  return (groups[5] & 0xFF) == 0xFF && (groups[6] >> 8) == 0xFE;
}

bool has_small_host(const std::array<std::uint16_t, 8>& groups) {
  return groups[4] == 0 && groups[5] == 0 && groups[6] == 0;
}

std::string ipv4_block_key(std::uint32_t value) { return format_ipv4(value & 0xFFFFFF00U) + "/24"; }

std::string ipv6_block_key(const std::array<std::uint16_t, 8>& groups) {
  std::array<std::uint16_t, 8> block{};
  std::copy_n(groups.begin(), 4, block.begin());
  return canonical_ipv6(block) + "/64";
}

void Resolver::announce(std::string_view name) {
  if (payload_ == nullptr || teaching_) return;
  std::string folded = lower(name);
  if (payload_->names.contains(folded)) return;
  const bool own = ledger_.by_pseudonym(folded) != nullptr || ledger_.by_name(folded) != nullptr;
  if (own || Dictionary::is_weak(folded) || is_kept_name(folded)) return;
  const std::uint32_t head = print_of(std::string_view(folded).substr(0, part_end(folded, 0)));
  if (!payload_->names.insert(std::move(folded)).second) return;
  payload_->prints.announced.add(head);
  payload_->prints.any = true;
  // What comes now is read with the name: only what was read before is read again. Words that were
  // passed over for their form alone are not among that, with digits of their own.
  const bool digits = is_digit(name.front());
  payload_->prints.digits = payload_->prints.digits || digits;
  payload_->grew =
      payload_->grew || payload_->recalled || digits || payload_->prints.read.has(head);
}

bool Resolver::is_pending(std::string_view shown) const {
  return !wanted_.empty() && shown.find(kPending) != std::string_view::npos;
}

Want Resolver::like_before(Want want) const {
  if (!want.like.empty() || !is_name_kind(want.kind)) return want;
  const Ledger::Entry* before = ledger_.by_real(std::string(kTextMark) + want.real);
  if (before != nullptr) want.like = lower(before->pseudonym);
  return want;
}

const Ledger::Entry* Resolver::get(Want want) {
  if (const Ledger::Entry* entry = ledger_.by_real(want.real)) return entry;
  if (noted_.insert(want.real).second) wanted_.push_back(like_before(std::move(want)));
  return nullptr;
}

bool Resolver::is_number(Kind kind, std::string_view value) const {
  // What free text announces as a number of its own (a contract) is no object's name.
  if (!teaching_ && kind == Kind::kName) return false;
  return std::none_of(value.begin(), value.end(), is_letter);
}

void Resolver::learn(Kind kind, std::string_view value) {
  if (is_number(kind, value)) return;
  if (ledger_.by_pseudonym(lower(value)) != nullptr) return;
  const Ledger::Entry* entry = ledger_.by_real(value);
  if (entry == nullptr) entry = ledger_.by_name(lower(value));
  if (entry == nullptr && !teaching_) return;
  if (entry != nullptr && (entry->kinds & kind_bit(kind)) != 0) return;
  std::string real(entry != nullptr ? std::string_view(entry->real) : value);
  if (noted_.insert(real).second)
    wanted_.push_back(like_before({kind, std::move(real), {}, false}));
}

std::string Resolver::name(Kind kind, std::string_view surface) {
  const std::string folded = lower(surface);
  if (is_number(kind, surface) || stays(surface, kind) || ledger_.by_pseudonym(folded) != nullptr)
    return std::string(surface);
  if (const Ledger::Entry* entry = ledger_.by_name(folded)) {
    learn(kind, surface);
    return known(*entry, surface);
  }
  // An object that is called like a command hides its name, and nobody learns a command by it.
  if (const auto plain = plain_text(folded); is_command_word(plain ? lower(*plain) : folded))
    return teaching_ && kind != Kind::kTag ? from_text(kind, surface) : std::string(surface);
  if (policy() != nullptr) {
    const Fate fate = ledger_.fate(kind_bit(kind), surface);
    if (fate != Fate::kReplace) return unreplaced(kind, surface, fate);
  }
  // A public domain has a dot, the id of a job its form: they can be taken for no word and no key.
  const bool formed = (kind == Kind::kDomain && surface.find('.') != std::string_view::npos) ||
                      job_id_end(surface, 0) == surface.size();
  if (!teaching_ && !formed) return from_text(kind, surface);
  get({kind, std::string(surface), {}, false});
  return std::string(kPending);
}

bool Resolver::stays(std::string_view surface, Kind kind) const {
  const std::string folded = lower(surface);
  if (policy() == nullptr) return is_kept_name(folded, kind);
  const bool wanted =
      policy()->keeps(folded) && ledger_.fate(kind_bit(kind), surface) == Fate::kKeep;
  return wanted || (is_kept_name(folded, kind) && !policy()->hides(surface));
}

std::string Resolver::unreplaced(Kind kind, std::string_view surface, Fate fate) {
  // Known it must be all the same: to what it is in other places, and to the second look.
  if (teaching_) get({kind, std::string(surface), {}, false});
  return fate == Fate::kKeep ? std::string(surface) : dropped(kind);
}

std::string Resolver::hidden(Kind kind, std::string_view surface) {
  const std::string folded = lower(surface);
  if (ledger_.by_pseudonym(folded) != nullptr) return std::string(surface);
  if (fate(kind) == Fate::kDrop) return dropped(kind);
  const Ledger::Entry* entry = ledger_.by_name(folded);
  if (entry != nullptr && ledger_.fate(*entry) != Fate::kKeep) return known(*entry, surface);
  // What has no letter is no name, whatever the rule calls it.
  const bool number = std::none_of(surface.begin(), surface.end(), is_letter);
  return from_text(number ? Kind::kName : kind, surface);
}

std::string Resolver::from_text(Kind kind, std::string_view surface) {
  const std::string real = std::string(kTextMark) + std::string(surface);
  const Ledger::Entry* entry = get({kind, real, {}, false});
  if (entry == nullptr) return std::string(kPending);
  if ((entry->kinds & kind_bit(kind)) == 0 && noted_.insert(real).second)
    wanted_.push_back({kind, real, {}, false});
  return entry->pseudonym;
}

std::string Resolver::known(const Ledger::Entry& entry, std::string_view surface) {
  const Fate fate = ledger_.fate(entry);
  if (fate != Fate::kReplace)
    return fate == Fate::kKeep ? std::string(surface) : dropped(entry.kind);
  if (auto dressed = dress(entry, surface)) return *dressed + domain_suffix(entry);
  return spelled(entry, surface);
}

std::string Resolver::spelled(const Ledger::Entry& entry, std::string_view surface) {
  std::string real(entry.from_text ? kTextMark : "");
  real += surface;
  const Ledger::Entry* own = get({entry.kind, std::move(real), {}, false, lower(entry.pseudonym)});
  return own != nullptr ? own->pseudonym + domain_suffix(entry) : std::string(kPending);
}

std::optional<std::string> Resolver::ipv4(std::uint32_t value) {
  if (is_kept_ipv4(value) || is_pseudonym_ipv4(value)) return std::nullopt;
  if (const Fate fate = this->fate(Kind::kIpv4); fate != Fate::kReplace)
    return unreplaced_address(Kind::kIpv4, fate);
  const Ledger::Entry* block = get({Kind::kIpv4, ipv4_block_key(value), {}, false});
  if (block == nullptr) return std::string(kPending);
  const auto base = read_ipv4(block->pseudonym, 0);
  return format_ipv4((base ? base->value : 0) | (value & 255U));
}

std::optional<std::string> Resolver::ipv6(const Ipv6& address) {
  const auto& real = address.groups;
  if (is_kept_ipv6(real)) return std::nullopt;
  const std::string canonical = canonical_ipv6(real);
  if (ledger_.by_pseudonym(canonical) != nullptr) return std::nullopt;
  // An address that a MAC is part of shows no more than the MAC may.
  const bool veiled = holds_mac(real) && fate(Kind::kMac) != Fate::kKeep;
  if (const Fate fate = this->fate(Kind::kIpv6);
      fate == Fate::kDrop || (fate == Fate::kKeep && !veiled))
    return unreplaced_address(Kind::kIpv6, fate);
  Want want{Kind::kIpv6, canonical, {}, false};
  if ((real[0] & 0xFFC0) == 0xFE80) {
    std::copy_n(real.begin(), 4, want.base.begin());
    if (has_small_host(real)) return std::nullopt;
  } else {
    const std::string block_key = ipv6_block_key(real);
    if (ledger_.by_pseudonym(block_key) != nullptr && has_small_host(real)) return std::nullopt;
    const Ledger::Entry* block = get({Kind::kIpv6, block_key, {}, false});
    if (block == nullptr) return std::string(kPending);
    const auto prefix =
        read_ipv6(std::string_view(block->pseudonym).substr(0, block->pseudonym.find('/')), 0);
    if (prefix) want.base = prefix->groups;
    if (has_small_host(real)) {
      want.base[7] = real[7];
      return format_ipv6(want.base, address);
    }
  }
  if (holds_mac(real)) {
    const Ledger::Entry* mac = get({Kind::kMac, canonical_mac(mac_of_eui64(real)), {}, false});
    if (mac == nullptr) return std::string(kPending);
    if (const auto octets = read_mac(mac->pseudonym, 0)) put_eui64(octets->octets, want.base);
    want.fixed = true;
  }
  const Ledger::Entry* entry = get(std::move(want));
  if (entry == nullptr) return std::string(kPending);
  const auto groups = read_ipv6(entry->pseudonym, 0);
  return format_ipv6(groups ? groups->groups : std::array<std::uint16_t, 8>{}, address);
}

std::optional<std::string> Resolver::mac(const Mac& address) {
  if (is_kept_mac(address.octets)) return std::nullopt;
  const std::string canonical = canonical_mac(address.octets);
  if (ledger_.by_pseudonym(canonical) != nullptr) return std::nullopt;
  if (const Fate fate = this->fate(Kind::kMac); fate != Fate::kReplace)
    return unreplaced_address(Kind::kMac, fate);
  const Ledger::Entry* entry = get({Kind::kMac, canonical, {}, false});
  if (entry == nullptr) return std::string(kPending);
  const auto octets = read_mac(entry->pseudonym, 0);
  return format_mac(octets ? octets->octets : std::array<std::uint8_t, 6>{}, address);
}

std::string Resolver::phone(std::string_view surface) {
  // A number belongs to a person.
  if (const Fate fate = this->fate(Kind::kPerson); fate != Fate::kReplace)
    return fate == Fate::kKeep ? std::string(surface) : "[secret:phone]";
  const Ledger::Entry* entry =
      get({Kind::kName, std::string(kPhoneMark) + std::string(surface), {}, false});
  return entry != nullptr ? entry->pseudonym : std::string(kPending);
}

bool Resolver::is_phone_pseudonym(std::string_view text) const {
  return text.starts_with("+00 000 ") && ledger_.by_pseudonym(text) != nullptr;
}

std::optional<std::string> Resolver::uuid(std::string_view surface) {
  const std::string canonical = lower(surface);
  const bool plain = canonical.find_first_not_of("0-") == std::string::npos;
  if (plain || ledger_.by_pseudonym(canonical) != nullptr) return std::nullopt;
  if (const Fate fate = this->fate(Kind::kUuid); fate != Fate::kReplace)
    return unreplaced_address(Kind::kUuid, fate);
  const Ledger::Entry* entry = get({Kind::kUuid, canonical, {}, false});
  if (entry == nullptr) return std::string(kPending);
  const bool upper_case = surface == upper(surface) && surface != canonical;
  return upper_case ? upper(entry->pseudonym) : entry->pseudonym;
}

}  // namespace pmx::anonymize
