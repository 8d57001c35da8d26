#include "anonymize/restore.h"

#include <algorithm>
#include <array>
#include <optional>

#include "anonymize/address.h"
#include "anonymize/keep.h"
#include "anonymize/resolve.h"
#include "anonymize/words.h"
#include "base/percent.h"

namespace pmx::anonymize {
namespace {

constexpr std::uint32_t kAnyKind = 0xFFFFFFFFU;

struct Format {
  std::string_view name;
  std::uint32_t kinds;
  bool compound;  ///< restored by part
};
constexpr std::array<Format, 19> kFormats{{
    {"pve-node", kind_bit(Kind::kNode), false},
    {"pve-guest", kind_bit(Kind::kVm) | kind_bit(Kind::kContainer), false},
    {"pve-storage-id", kind_bit(Kind::kStorage), false},
    {"pve-poolid", kind_bit(Kind::kPool), false},
    {"pve-realm", kind_bit(Kind::kRealm), false},
    {"pve-groupid", kind_bit(Kind::kGroup), false},
    {"pve-tag", kind_bit(Kind::kTag), false},
    {"pve-cluster", kind_bit(Kind::kCluster), false},
    {"pve-bridge-id", kind_bit(Kind::kNetwork), false},
    {"pve-any-name", kAnyKind, false},  // ids of the API that may be names of any kind
    {"pve-snapshot-name", kind_bit(Kind::kName), false},
    {"pve-userid",
     kind_bit(Kind::kUser) | kind_bit(Kind::kRealm) | kind_bit(Kind::kDomain) |
         kind_bit(Kind::kHost),
     true},
    {"pve-tokenid",
     kind_bit(Kind::kUser) | kind_bit(Kind::kRealm) | kind_bit(Kind::kToken) |
         kind_bit(Kind::kDomain) | kind_bit(Kind::kHost),
     true},
    {"pve-upid", kAnyKind, true},
    {"pve-volume-id", kAnyKind, true},
    {"email", kAnyKind, true},
    {"ip", 0, true},
    {"mac-addr", 0, true},
    {"uuid", 0, true},
}};

Error damaged() {
  return {Code::kInvalidArgument,
          "the value looks like a pseudonym but is not one of ours (damaged or invented)",
          "copy it exactly from an earlier answer"};
}
/// Not in the ledger yet: perhaps another process issued it.
Error unknown() { return {Code::kNotFound, damaged().message, damaged().advice}; }
Error expired() {
  return {Code::kInvalidArgument,
          "the value is a pseudonym of an earlier epoch: pseudonyms were rotated since, and the "
          "time to use old ones is over",
          "read the object again and use the pseudonym that the new answer shows"};
}
Error wrong_kind() {
  return {Code::kInvalidArgument, "the pseudonym stands for another kind of object",
          "use a pseudonym that an earlier answer showed for this kind of object"};
}

/// Without blanks, quotes, Markdown and punctuation that a model puts around a value.
std::string_view bare(std::string_view value) {
  constexpr std::string_view kAround = " \t\r\n\"'`*_()[]<>";
  constexpr std::string_view kAfter = ".,;:!?";
  const auto among = [](std::string_view set, char c) { return set.find(c) != set.npos; };
  while (!value.empty() && among(kAround, value.front())) value.remove_prefix(1);
  while (!value.empty() && (among(kAround, value.back()) || among(kAfter, value.back())))
    value.remove_suffix(1);
  return value;
}

/// "vm-k3x9q2f (VMID 105)" -> "vm-k3x9q2f".
std::string_view without_vmid(std::string_view value) {
  const std::size_t open = value.rfind('(');
  if (open == std::string_view::npos || open == 0) return value;
  std::string_view inside = value.substr(open + 1);
  if (inside.starts_with("VMID ")) inside.remove_prefix(5);
  while (!inside.empty() && (is_digit(inside.front()) || inside.front() == ')'))
    inside.remove_prefix(1);
  return bare(inside).empty() ? bare(value.substr(0, open)) : value;
}

/// What stands for a secret in answers.
bool is_placeholder(std::string_view value) {
  return value.find("[secret:") != std::string_view::npos ||
         value.find("SECRET_") != std::string_view::npos;
}

/// Whether answers show the name as it is: by the operator's policy, or as a standard name of one
/// of these kinds.
bool stays_readable(const Ledger& ledger, const std::string& folded, std::uint32_t kinds) {
  if (const Policy* policy = ledger.policy()) {
    const Ledger::Entry* entry = ledger.by_name(folded);
    const Fate fate = entry != nullptr    ? ledger.fate(*entry)
                      : kinds != kAnyKind ? ledger.fate(kinds, folded)
                                          : Fate::kReplace;
    if (fate == Fate::kKeep) return true;
    if (policy->hides(folded)) return false;
  }
  return std::any_of(kKinds.begin(), kKinds.end(), [&](Kind kind) {
    return (kinds & kind_bit(kind)) != 0 && is_kept_name(folded, kind);
  });
}

/// Of one name of these kinds, without the pseudonyms that restore() deals with.
Standing standing_of_name(const Scheme& scheme, const Ledger& ledger, std::string_view name,
                          std::uint32_t kinds) {
  const auto shape = read_pseudonym(scheme, ledger, name, 0);
  if (shape && ledger.by_pseudonym(shape->canonical) != nullptr) return Standing::kShown;
  const std::string folded = lower(name);
  if (stays_readable(ledger, folded, kinds)) return Standing::kShown;
  const Ledger::Entry* entry = ledger.by_name(folded);
  const bool known = entry != nullptr && !entry->from_text && (entry->kinds & kinds) != 0;
  return known ? Standing::kHidden : Standing::kUnknown;
}

class Restorer {
 public:
  /// Refuses pseudonyms of epochs before `oldest`.
  Restorer(const Scheme& scheme, const Ledger& ledger, std::uint32_t kinds, std::int64_t oldest = 0)
      : scheme_(scheme), ledger_(ledger), kinds_(kinds), oldest_(oldest) {}

  /// The whole value as one name; nothing when it has not the form.
  Result<std::optional<std::string>> name(std::string_view value) const {
    using Found = std::optional<std::string>;
    const auto shape = read_pseudonym(scheme_, ledger_, value, 0);
    if (!shape) return Found{};
    const Ledger::Entry* entry = ledger_.by_pseudonym(shape->canonical);
    const std::string suffix = entry != nullptr ? domain_suffix(*entry) : "";
    const std::string_view rest = value.substr(shape->end);
    if (!rest.empty() && (suffix.empty() || !equals_folded(rest, suffix))) return Found{};
    PMX_TRY(auto real, resolve(*shape, value));
    return Found{std::move(real)};
  }

  /// Every part of the value.
  Result<std::string> parts(std::string_view value) const {
    std::string out;
    bool begins = true;
    for (std::size_t at = 0; at < value.size();) {
      if (begins && is_word_char(value[at])) {
        std::size_t length = 0;
        PMX_TRY(auto real, part(value.substr(at), length));
        if (length > 0) {
          out += real;
          at += length;
          begins = false;
          continue;
        }
      }
      begins = !is_word_char(value[at]);
      out += value[at++];
    }
    return out;
  }

  /// Whether an answer may have shown the value as it stands: every word is a pseudonym of ours, a
  /// number, or a name that stays readable as one of `kept` kinds.
  [[nodiscard]] bool shows(std::string_view value, std::uint32_t kept) const {
    for (std::size_t at = 0; at < value.size();) {
      if (!is_word_char(value[at])) {
        ++at;
        continue;
      }
      std::size_t length = 0;
      if (!part(value.substr(at), length).ok()) return false;
      if (length == 0) length = readable(value.substr(at), kept);
      at += length;
      const bool ends = at == value.size() || !is_word_char(value[at]);
      if (length == 0 || !ends) return false;
    }
    return true;
  }

 private:
  /// The length of the number, kept address or kept name that `rest` begins with; 0 when there is
  /// none.
  [[nodiscard]] std::size_t readable(std::string_view rest, std::uint32_t kept) const {
    const auto shown = [this](Kind kind) {
      return ledger_.policy() != nullptr && ledger_.policy()->fate(kind) == Fate::kKeep;
    };
    if (const auto ipv4 = read_ipv4(rest, 0))
      return is_kept_ipv4(ipv4->value) || shown(Kind::kIpv4) ? ipv4->end : 0;
    if (const auto ipv6 = read_ipv6(rest, 0)) {
      const bool open = shown(Kind::kIpv6) && (!holds_mac(ipv6->groups) || shown(Kind::kMac));
      return is_kept_ipv6(ipv6->groups) || open ? ipv6->end : 0;
    }
    if (is_uuid_at(rest, 0)) return shown(Kind::kUuid) ? 36 : 0;
    if (const auto mac = read_mac(rest, 0)) return shown(Kind::kMac) ? mac->end : 0;
    const auto run = [rest](const auto& belongs) {
      const auto end = std::find_if_not(rest.begin(), rest.end(), belongs);
      return static_cast<std::size_t>(end - rest.begin());
    };
    const std::size_t name = run(is_run_char);
    if (stays_readable(ledger_, lower(rest.substr(0, name)), kept)) return name;
    return run(is_digit);
  }

  Result<std::string> resolve(const NameShape& shape, std::string_view surface) const {
    const Ledger::Entry* entry = ledger_.by_pseudonym(shape.canonical);
    if (entry == nullptr) {
      // A real object may be named so by chance.
      const std::string_view whole = surface.substr(0, shape.end);
      if (ledger_.by_name(lower(whole)) != nullptr) return std::string(whole);
      return shape.verified ? unknown() : damaged();
    }
    if (entry->epoch < oldest_) return expired();
    if ((ledger_.kinds_of(*entry) & kinds_) == 0) return wrong_kind();
    return entry->real;
  }

  Result<std::string> part(std::string_view rest, std::size_t& length) const {
    if (const auto shape = read_pseudonym(scheme_, ledger_, rest, 0)) {
      PMX_TRY(auto real, resolve(*shape, rest));
      length = shape->end;
      const Ledger::Entry* entry = ledger_.by_pseudonym(shape->canonical);
      const std::string suffix = entry != nullptr ? domain_suffix(*entry) : "";
      if (!suffix.empty() && equals_folded(rest.substr(length, suffix.size()), suffix))
        length += suffix.size();
      return real;
    }
    return address(rest, length);
  }

  Result<std::string> address(std::string_view rest, std::size_t& length) const {
    RealAddress real;
    std::size_t end = 0;
    if (is_uuid_at(rest, 0)) {
      const std::string folded = lower(rest.substr(0, 36));
      if (folded[14] != '8' || folded[15] != '5' || ledger_.by_real(folded)) return std::string();
      if (const auto* entry = ledger_.by_pseudonym(folded)) real = {entry->real, entry->epoch};
      end = 36;
    } else if (const auto port = read_mac_interface(rest)) {
      if (port->octets[0] != 0x0A || port->octets[1] >> 4 != 5) return std::string();
      real = real_mac(ledger_, *port);
      if (!real.text.empty()) real.text.insert(0, "enx");
      end = port->end;
    } else if (const auto mac = read_mac(rest, 0)) {
      if (!is_marked_mac(mac->octets) || ledger_.by_real(canonical_mac(mac->octets)))
        return std::string();
      real = real_mac(ledger_, *mac);
      end = mac->end;
    } else if (const auto ipv6 = read_ipv6(rest, 0)) {
      real = real_ipv6(ledger_, *ipv6);
      if (real.text.empty() &&
          (!is_marked_ipv6(ipv6->groups) || ledger_.by_real(ipv6_block_key(ipv6->groups))))
        return std::string();
      end = ipv6->end;
    } else if (const auto ipv4 = read_ipv4(rest, 0)) {
      if (!is_pseudonym_ipv4(ipv4->value)) return std::string();
      real = real_ipv4(ledger_, ipv4->value);
      end = ipv4->end;
    } else {
      return std::string();
    }
    if (real.text.empty()) return unknown();
    if (real.epoch < oldest_) return expired();
    length = end;
    return real.text;
  }

  const Scheme& scheme_;
  const Ledger& ledger_;
  std::uint32_t kinds_;
  std::int64_t oldest_;
};

/// "USER@REALM!TOKEN", of which all but the user may be missing.
bool shows_user(const Restorer& restorer, std::string_view user_id) {
  const std::size_t at = user_id.rfind('@');
  if (at == std::string_view::npos) return restorer.shows(user_id, kind_bit(Kind::kUser));
  const std::string_view right = user_id.substr(at + 1);
  const std::size_t mark = std::min(right.find('!'), right.size());
  return restorer.shows(user_id.substr(0, at), kind_bit(Kind::kUser)) &&
         restorer.shows(right.substr(0, mark), kind_bit(Kind::kRealm)) &&
         restorer.shows(right.substr(mark), kind_bit(Kind::kToken));
}

/// Whether an answer may have shown the task: its node, what it worked on, and who started it. The
/// other fields are numbers and PVE's own words.
bool shows_upid(const Restorer& restorer, std::string_view value) {
  std::string text(value);
  if (auto plain = percent_decode(text); plain.ok()) text = std::move(plain).value();
  std::array<std::string_view, 8> fields;  // UPID, node, pid, start, time, type, id, user
  std::string_view rest = text;
  for (std::string_view& field : fields) {
    field = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(field.size() + 1, rest.size()));
  }
  const auto& [mark, node, pid, start, time, type, id, user] = fields;
  if (node.empty() || user.empty() || !rest.empty()) return false;
  // A service is named by a word that is nobody's name.
  const bool service = type.starts_with("srv") && is_common_word(lower(id));
  return restorer.shows(node, kind_bit(Kind::kNode)) &&
         (service || restorer.shows(id, kind_bit(Kind::kName))) && shows_user(restorer, user);
}

}  // namespace

std::optional<NameShape> read_pseudonym(const Scheme& scheme, const Ledger& ledger,
                                        std::string_view text, std::size_t at) {
  const std::size_t end = job_id_end(text, at);
  if (end == at) return scheme.read_name(text, at);
  const std::string folded = lower(text.substr(at, end - at));
  if (ledger.by_pseudonym(folded) == nullptr) return scheme.read_name(text, at);
  return NameShape{folded, Kind::kName, end, true};
}

Result<std::string> restore_value(const Scheme& scheme, const Ledger& ledger,
                                  std::string_view value, std::string_view format,
                                  std::int64_t oldest) {
  const auto* known = std::find_if(kFormats.begin(), kFormats.end(),
                                   [format](const Format& row) { return row.name == format; });
  if (known == kFormats.end()) return std::string(value);
  if (is_placeholder(value))
    return Error{Code::kInvalidArgument, "a placeholder for a secret is no value",
                 "leave the argument out to keep the secret as it is"};
  std::string_view core = bare(value);
  if (format == "pve-guest") core = without_vmid(core);
  // A name with a domain is shown by label, and a label may be the name of something else as well.
  constexpr std::uint32_t kHostKinds = kind_bit(Kind::kNode) | kind_bit(Kind::kVm);
  const bool labels = (known->kinds & kHostKinds) != 0 && core.find('.') != std::string_view::npos;
  const Restorer restorer(scheme, ledger, labels ? kAnyKind : known->kinds, oldest);
  if (!known->compound && !labels) {
    PMX_TRY(auto real, restorer.name(core));
    // Such rows are issued no more; resolved as a guest, the name would be another guest's VMID.
    if (real && format == "pve-guest" && std::all_of(real->begin(), real->end(), is_digit))
      return Error{Code::kInvalidArgument, "the guest's name is a number", "use the VMID"};
    return real ? std::move(*real) : std::string(value);
  }
  std::string decoded(core);
  // A worker task's name ends with a colon that belongs to it.
  if (format == "pve-upid" && core.starts_with("UPID")) {
    decoded = std::string(core);
    if (const auto plain = percent_decode(decoded); plain.ok()) decoded = plain.value();
    if (decoded.back() != ':') decoded += ':';
  }
  PMX_TRY(auto real, restorer.parts(decoded));
  return real == core ? std::string(value) : real;
}

Standing standing_of(const Scheme& scheme, const Ledger& ledger, std::string_view value,
                     std::string_view format) {
  const auto* known = std::find_if(kFormats.begin(), kFormats.end(),
                                   [format](const Format& row) { return row.name == format; });
  if (known == kFormats.end() || is_placeholder(value)) return Standing::kShown;
  std::string_view core = bare(value);
  if (known->compound) {
    const Restorer restorer(scheme, ledger, kAnyKind);
    const bool shown =
        format == "pve-upid" ? shows_upid(restorer, core) : restorer.shows(core, known->kinds);
    return shown ? Standing::kShown : Standing::kUnknown;
  }
  if (format == "pve-guest") {
    core = without_vmid(core);
    if (std::all_of(core.begin(), core.end(), is_digit)) return Standing::kShown;
  }
  const Standing whole = standing_of_name(scheme, ledger, core, known->kinds);
  if (whole != Standing::kUnknown || core.find('.') == std::string_view::npos) return whole;
  return standing_of_name(scheme, ledger, core.substr(0, core.find('.')), known->kinds);
}

}  // namespace pmx::anonymize
