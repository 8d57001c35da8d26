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

namespace pmx::anonymize {

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
  kLine = 1U << 16,  ///< the run begins a line that may be one of PVE's own files
  kBlob = 1U << 17,  ///< base64 or hex of a text may begin
  kAll = ~0U,
};

}  // namespace clue

/// Letters, digits and . _ - + from `begin` on, with the clues in and around them.
struct Run {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint32_t clues = 0;
  bool dotted = false;
};

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

  /// A volume's id goes on with `rest` behind its colon.
  void add_volume(std::string_view rest);

  /// A known name of `length` bytes begins with `part`.
  void add_name(std::string_view part, std::size_t length);

  /// The length of the longest known name that begins with `part`, or more; 0 when none does.
  [[nodiscard]] std::size_t longest_name(std::string_view part) const;

  /// The run that begins at `at`, where a word begins.
  [[nodiscard]] Run read_run(std::string_view text, std::size_t at) const;

 private:
  struct Slot {
    std::uint32_t print = 0;  ///< upper half of the hash, 0 in an empty slot
    std::uint16_t clues = 0;
    std::uint16_t longest = 0;
  };
  struct SecretHead {
    std::uint32_t head = 0;      ///< three bytes
    std::uint32_t shortest = 0;  ///< 0 in an empty place
  };
  struct Shape;

  void add(std::string_view part, std::uint32_t clues, std::size_t longest);
  void grow();
  /// The place of a print: its slot or the empty one where it would be.
  [[nodiscard]] std::size_t place_of(std::uint32_t print) const;
  [[nodiscard]] std::size_t secret_place(std::uint32_t head) const;
  /// The clues of a part; `end` is where the text ends.
  [[nodiscard]] std::uint32_t clues_of(const char* part, std::size_t length, const char* end) const;
  void read_parts(std::string_view text, Run& run, Shape& shape) const;
  [[nodiscard]] std::uint32_t colon_clues(std::string_view text, const Run& run,
                                          const Shape& shape) const;
  [[nodiscard]] std::uint32_t clues_behind(std::string_view text, const Run& run,
                                           const Shape& shape) const;

  std::vector<Slot> slots_;  ///< a power of two of them, half of them empty at least
  unsigned shift_;           ///< from a print to the place where its search begins
  std::size_t used_ = 0;
  std::array<SecretHead, 1024> secrets_{};  ///< open addressing, nearly empty
  std::array<bool, 256> volumes_{};         ///< first bytes behind a volume's colon
};

// The words of the recognizers, each list in the file of its family.
void add_frame_words(Triggers& triggers);
void add_secret_words(Triggers& triggers);
void add_context_words(Triggers& triggers);
void add_domain_words(Triggers& triggers);
void add_phone_words(Triggers& triggers);
void add_organisation_words(Triggers& triggers);
void add_field_words(Triggers& triggers);

}  // namespace pmx::anonymize
