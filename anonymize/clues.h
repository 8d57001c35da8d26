// What a run of text shows of what could be found in it. A recognizer is asked only where its clue
// stands; where a run shows none, the walk passes over it. A clue is a necessary condition and
// nothing more: what is found, the recognizers alone decide. The words that wake them come from
// their own tables (see Triggers). Immutable after the dictionary has been filled, never allocates
// while it reads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "anonymize/chars.h"
#include "anonymize/part_print.h"

namespace pmx::anonymize {

/// What may stand behind a key; the walk asks the key's rule only there.
inline constexpr std::string_view kAfterKey = "=:\"'\\ \t`*<>";

namespace clue {

/// One bit for each recognizer that may find something.
enum Bits : std::uint32_t {
  kUpid = 1U << 0,
  kTicket = 1U << 1,
  kPhone = 1U << 2,
  kField = 1U << 3,
  kUrl = 1U << 4,
  kVolume = 1U << 5,
  kDisplayName = 1U << 6,
  kSecret = 1U << 7,
  kAddress = 1U << 8,
  kUserId = 1U << 9,
  kDomain = 1U << 10,
  kOrganisation = 1U << 11,
  kContext = 1U << 12,
  kName = 1U << 13,
  kMark = 1U << 14,  ///< punctuation inside the run
  kGuest = 1U << 15,
  kLine = 1U << 16,          ///< the run begins a line that may be one of PVE's own files
  kFlag = 1U << 18,          ///< a flag of a program that takes a secret
  kDevice = 1U << 19,        ///< long enough for the id of a device
  kLogin = 1U << 22,         ///< a word that may announce who logs in
  kPair = 1U << 20,          ///< chpasswd is near, and a colon follows
  kParent = 1U << 21,        ///< a volume of PVE follows behind a slash
  kCue = 1U << 23,           ///< a word behind which the rest of a line is read run by run
  kBlob = 1U << 17,          ///< base64 or hex of a text may begin
  kOwn = 1U << 24,           ///< a pseudonym may stand in the run: it has a digit
  kNamed = 1U << 25,         ///< the last part of a known name
  kTld = 1U << 26,           ///< as kDomain, right behind a dot
  kSerial = 1U << 27,        ///< before a colon, slash or blank: what follows may be a device's
  kPhrase = 1U << 28,        ///< the first word of a phrase that announces a name, before a blank
  kMarkedPhrase = 1U << 29,  ///< the same before anything else
  kAll = ~0U,
};

}  // namespace clue

/// Letters, digits and . _ - + from `begin` on, with the clues in and around them.
struct Run {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint32_t clues = 0;
  std::uint32_t last = 0;  ///< what its last part wakes
  bool dotted = false;
  bool digits = false;
  bool capital = false;
  bool any_digits = false;  ///< with other digits in their places it would show no clues either
};

/// The part of a text that the sieve read last: 64 bytes, cut at a blank, as bit masks. It need not
/// be read anew for what stands in it behind something that woke.
class SieveWindow {
 private:
  friend class Triggers;

  bool read(std::string_view text, std::size_t at);

  std::size_t begin_ = 0;
  std::size_t end_ = 0;      ///< the blank; as `begin_` where none was read
  std::uint64_t marks_ = 0;  ///< punctuation and lengths that may mean something
  std::uint64_t letters_ = 0;
  std::uint64_t digits_ = 0;
  std::uint64_t runs_ = 0;
  std::uint64_t dotted_ = 0;  ///< letters and digits behind the dot of a run
  std::uint64_t camel_ = 0;
  std::uint64_t blanks_ = 0;
  const char* data_ = nullptr;
  char buffer_[72];  ///< what is left of a text that ends in the window, and NUL behind it
};

/// Whether "[" at `at` opens a number, as the kernel's lines begin ("[12345.678901]"): there no
/// section begins.
inline bool opens_number(std::string_view text, std::size_t at) {
  std::size_t i = at + 1;
  while (i < text.size() && (is_digit(text[i]) || text[i] == '.' || text[i] == ' ')) ++i;
  return i < text.size() && text[i] == ']';
}

/// Whether "(" may open an area code, (089), or the id of a device, (36005...).
inline bool opens_code(char first, char second) {
  return (first == '0' && is_digit(second)) || (first == '3' && second >= '2' && second <= '6');
}

/// Whether a number stands at `at` and an opening behind it: "105 (".
inline bool opens_behind_number(std::string_view text, std::size_t at) {
  while (is_digit(byte_at(text, at))) ++at;
  return text.substr(at, 2) == " (";
}

/// The words that wake recognizers, and the first parts of known names: one open-addressing table
/// over the parts of words (runs of letters or of digits) in any ASCII letter case.
class Triggers {
 public:
  /// With the words of every recognizer.
  Triggers();

  /// `word` wakes when its last part stands in a text.
  void add_word(std::string_view word, std::uint32_t clues);

  /// A token that begins with `head` (three bytes) and goes on for `shortest` bytes of a run.
  void add_secret(std::string_view head, std::size_t shortest);

  /// A domain, or what domains end with.
  void add_domain(std::string_view suffix);

  /// A volume's id goes on with `rest` behind its colon.
  void add_volume(std::string_view rest);

  /// A known name of `length` bytes begins with `part`; it may have blanks.
  void add_name(std::string_view part, std::size_t length, bool spaced);

  /// The lengths of the longest known names that begin with a part, or more; 0 when none does.
  struct Lengths {
    std::size_t any = 0;
    std::size_t spaced = 0;  ///< of those that have blanks
  };
  [[nodiscard]] Lengths longest_name(std::string_view part) const;

  /// A stretch of text in which runs and punctuation may show clues.
  struct Waking {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  /// The first such stretch that begins at `at` or later; begins at `limit` or behind it when there
  /// is none before. No word reaches over `at`, and what stands before it was read. `window` is of
  /// the same text. `payload` learns what was read, and may know further names.
  [[nodiscard]] Waking sieve(std::string_view text, std::size_t at, std::size_t limit,
                             SieveWindow& window, PayloadPrints* payload = nullptr) const;

  /// The run that begins at `at`, where a word begins.
  [[nodiscard]] Run read_run(std::string_view text, std::size_t at,
                             PayloadPrints* payload = nullptr) const;

 private:
  struct Slot {
    std::uint32_t print = 0;  ///< upper half of the hash, 0 in an empty slot
    std::uint32_t clues = 0;
    std::uint16_t longest = 0;
    std::uint16_t spaced = 0;
  };
  struct SecretHead {
    std::uint32_t head = 0;      ///< three bytes
    std::uint32_t shortest = 0;  ///< 0 in an empty place
  };
  struct Shape;

  Slot& add(std::string_view part, std::uint32_t clues);
  void grow();
  /// The place of a print: its slot or the empty one where it would be.
  [[nodiscard]] std::size_t place_of(std::uint32_t print) const {
    std::size_t place = print >> shift_;
    const Slot* slots = slots_.data();
    while (slots[place].print != print && slots[place].print != 0)
      place = (place + 1) & (slots_.size() - 1);
    return place;
  }
  [[nodiscard]] std::size_t secret_place(std::uint32_t head) const {
    std::size_t place = (head * 0x9E3779B1U) >> 22;
    while (secrets_[place].head != head && secrets_[place].shortest != 0)
      place = (place + 1) % secrets_.size();
    return place;
  }
  /// Whether something may have the print.
  [[nodiscard]] bool may_have(std::uint32_t print) const {
    const std::size_t bit = print >> filter_shift_;
    return (filter_.data()[bit >> 6] >> (bit & 63) & 1) != 0;
  }
  /// What a part's place leaves of its clues; `before` is the byte before it.
  static std::uint32_t placed(std::uint32_t clues, bool dotted, char before) {
    if ((clues & clue::kTld) != 0 && before == '.') clues |= clue::kDomain;
    // Only behind a dot a top-level domain is one.
    return dotted ? clues : clues & ~std::uint32_t{clue::kDomain};
  }
  [[nodiscard]] std::uint32_t clues_of(std::uint32_t print, PayloadPrints* payload) const {
    std::uint32_t clues = may_have(print) ? slots_[place_of(print)].clues : 0U;
    if (payload == nullptr) return clues;
    payload->read.add(print);
    if (payload->any && payload->announced.has(print)) clues |= clue::kName;
    return clues;
  }
  /// The clues of a part; `end` is where the text ends.
  [[nodiscard]] std::uint32_t clues_of(const char* part, std::size_t length, const char* end,
                                       PayloadPrints* payload) const {
    constexpr std::size_t kMaxPart = 64;
    if (length > kMaxPart) return 0;
    std::uint32_t clues = clues_of(print_of(part, length, end), payload);
    return (part[length - 1] | 0x20) == 's' ? clues | plural_clues(part, length) : clues;
  }
  /// The plural of a name counts as the name.
  [[nodiscard]] std::uint32_t plural_clues(const char* part, std::size_t length) const {
    std::uint32_t clues = 0;
    for (std::size_t cut = 1; cut <= 2 && length > cut; ++cut)
      clues |= clues_of(print_of(part, length - cut, part + length), nullptr) & clue::kName;
    return clues;
  }
  [[nodiscard]] std::size_t first_waking(const SieveWindow& window, std::size_t from,
                                         std::size_t limit, PayloadPrints* payload) const;
  [[nodiscard]] bool shows_none_by_digits(std::string_view text, const Run& run,
                                          const Shape& shape) const;
  void read_parts(std::string_view text, Run& run, Shape& shape, PayloadPrints* payload) const;
  [[nodiscard]] std::uint32_t camel_clues(std::string_view text, const Run& run) const;
  [[nodiscard]] std::uint32_t colon_clues(std::string_view text, const Run& run,
                                          const Shape& shape) const;
  [[nodiscard]] std::uint32_t clues_behind(std::string_view text, const Run& run,
                                           const Shape& shape) const;

  std::vector<Slot> slots_;  ///< a power of two of them, half of them empty at least
  unsigned shift_;           ///< from a print to the place where its search begins
  std::size_t used_ = 0;
  std::vector<std::uint64_t> filter_;  ///< one bit of 32 is set at most
  unsigned filter_shift_;
  std::array<std::uint32_t, 65>
      digits_{};               ///< by length, what parts of digits wake; no longer ones
  bool digits_begin_ = false;  ///< a token or a volume's rest begins with some
  std::array<SecretHead, 1024> secrets_{};  ///< open addressing, nearly empty
  std::array<bool, 256> volumes_{};         ///< first bytes behind a volume's colon
};

// The words of the recognizers, each list in the file of its family.
void add_backup_words(Triggers& triggers);
void add_section_words(Triggers& triggers);
void add_frame_words(Triggers& triggers);
void add_secret_words(Triggers& triggers);
void add_context_words(Triggers& triggers);
void add_domain_words(Triggers& triggers);
void add_phone_words(Triggers& triggers);
void add_organisation_words(Triggers& triggers);
void add_field_words(Triggers& triggers);
void add_device_words(Triggers& triggers);
void add_hint_words(Triggers& triggers);
void add_command_words(Triggers& triggers);
void add_login_words(Triggers& triggers);
void add_phrase_words(Triggers& triggers);

}  // namespace pmx::anonymize
