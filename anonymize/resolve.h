// One pass's access to pseudonyms. What is issued is answered at once; what is not is noted, and
// the pass is repeated after the notes have been issued in one transaction. So a pass never does
// I/O and never holds a lock that blocks others. Thread-confined to the call.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "anonymize/address.h"
#include "anonymize/ledger.h"
#include "anonymize/part_print.h"

namespace pmx::anonymize {

/// Names that a payload announces by their place in it. They are looked for in this payload alone.
struct PayloadNames {
  std::set<std::string, std::less<>> names;  ///< lower case
  PayloadPrints prints;                      ///< of the parts of words in it
  bool grew = false;                         ///< by a name that may stand in what was read before
  bool recalled = false;  ///< something in it was not read, for it is known from other payloads
};

class Resolver {
 public:
  explicit Resolver(const Ledger& ledger, PayloadNames* payload = nullptr)
      : ledger_(ledger), payload_(payload) {}

  /// Notes a name that this payload announces, unless it is weak.
  void announce(std::string_view name);
  /// What was announced; nullptr when there is nothing.
  [[nodiscard]] const PayloadNames* announced() const {
    return payload_ != nullptr && !payload_->names.empty() ? payload_ : nullptr;
  }

  /// Notes that a part of the payload is not read.
  void recall() {
    if (payload_ != nullptr) payload_->recalled = true;
  }

  /// The parts of words that the payload was seen to have; nullptr when nobody asks.
  [[nodiscard]] PayloadPrints* prints() const {
    return payload_ != nullptr ? &payload_->prints : nullptr;
  }

  /// The pseudonym of a name in the letter case of `surface`; kept names and own pseudonyms as they
  /// are. Domains (with a dot) get their neutral suffix.
  std::string name(Kind kind, std::string_view surface);

  /// The same for what the operator hides: whatever it is, it gets a pseudonym.
  std::string hidden(Kind kind, std::string_view surface);

  /// The same for a name found by the dictionary.
  std::string known(const Ledger::Entry& entry, std::string_view surface);

  /// The same for a spelling of it that letter case cannot express (other layers, look-alike
  /// letters, another order of the words): one value has one pseudonym, and each spelling comes
  /// back.
  std::string spelled(const Ledger::Entry& entry, std::string_view surface);

  /// Addresses in the spelling they were read in; nothing when the address stays as it is.
  std::optional<std::string> ipv4(std::uint32_t value);
  std::optional<std::string> ipv6(const Ipv6& address);
  std::optional<std::string> mac(const Mac& address);
  std::optional<std::string> uuid(std::string_view surface);

  /// The pseudonym of a telephone number as it is spelled.
  std::string phone(std::string_view surface);
  /// Whether `text` is an issued one.
  [[nodiscard]] bool is_phone_pseudonym(std::string_view text) const;

  /// Whether unknown names enter the dictionary (the default) or stand for themselves only, as in
  /// free text. Returns what held before.
  bool set_teaching(bool teaching) { return std::exchange(teaching_, teaching); }

  [[nodiscard]] bool teaches() const { return teaching_; }

  /// Notes a value to be issued, without using its pseudonym; free text teaches nothing.
  void learn(Kind kind, std::string_view value);

  [[nodiscard]] const Ledger& ledger() const { return ledger_; }
  /// What the operator wants otherwise; nullptr when there is nothing.
  [[nodiscard]] const Policy* policy() const { return ledger_.policy(); }
  /// What becomes of values of this kind.
  [[nodiscard]] Fate fate(Kind kind) const {
    return policy() == nullptr ? Fate::kReplace : policy()->fate(kind);
  }
  [[nodiscard]] const std::vector<Want>& wanted() const { return wanted_; }
  /// Whether something that is not issued yet may stand in `shown`.
  [[nodiscard]] bool is_pending(std::string_view shown) const;

 private:
  /// A name without a letter would be taken for a VMID: it is learned nowhere and stays.
  [[nodiscard]] bool is_number(Kind kind, std::string_view value) const;
  /// A standard name, or one that the operator wants to stay.
  [[nodiscard]] bool stays(std::string_view surface, Kind kind) const;
  /// A name that is not known yet, of a class that is not replaced.
  std::string unreplaced(Kind kind, std::string_view surface, Fate fate);
  const Ledger::Entry* get(Want want);
  std::string from_text(Kind kind, std::string_view surface);

  /// `want` with the pseudonym that free text gave the same name before.
  [[nodiscard]] Want like_before(Want want) const;

  const Ledger& ledger_;
  PayloadNames* payload_;
  bool teaching_ = true;
  std::vector<Want> wanted_;
  std::set<std::string, std::less<>> noted_;
};

/// While it lives, what the resolver is asked for comes from free text.
class FreeText {
 public:
  explicit FreeText(Resolver& resolver, bool free = true)
      : resolver_(resolver), before_(resolver.set_teaching(false)) {
    if (!free) resolver_.set_teaching(before_);
  }
  ~FreeText() { resolver_.set_teaching(before_); }
  FreeText(const FreeText&) = delete;
  FreeText& operator=(const FreeText&) = delete;

 private:
  Resolver& resolver_;
  bool before_;
};

/// How a name's pseudonym is written for a spelling of the real name, and back. A spelling that
/// cannot be expressed gives nothing: it needs an entry of its own.
std::optional<std::string> dress(const Ledger::Entry& entry, std::string_view surface);
std::string undress(const Ledger::Entry& entry, std::string_view pseudonym_surface);

/// ".example" as often as the domain's suffix has labels; empty for names without a dot.
std::string domain_suffix(const Ledger::Entry& entry);

/// Whether the last 64 bits are made from a MAC (EUI-64).
bool holds_mac(const std::array<std::uint16_t, 8>& groups);

/// Whether the last 64 bits are a small number that stays readable.
bool has_small_host(const std::array<std::uint16_t, 8>& groups);

/// The map's spelling of the /24 and /64 an address lies in.
std::string ipv4_block_key(std::uint32_t value);
std::string ipv6_block_key(const std::array<std::uint16_t, 8>& groups);

}  // namespace pmx::anonymize
