// Passes over text without clues, 64 bytes at a time: each question that read_run asks of one run
// is asked here of all runs of a window by a few operations on bit masks, as a weaker condition.
// What shows nothing is passed over; what shows something is read again, run by run. No value but a
// sequence of capitalised words reaches over a blank, so that windows are cut at blanks.
#include <bit>
#include <cstring>

#include "anonymize/blobs.h"
#include "anonymize/bytes.h"
#include "anonymize/clues.h"
#include "anonymize/part_print.h"

namespace pmx::anonymize {
namespace {

constexpr std::size_t kWindow = 64;
/// Conditions look so far behind a blank.
constexpr std::size_t kAhead = 3;
/// So many bytes behind a window can be read.
constexpr std::size_t kTail = 8;

using Mask = std::uint64_t;

/// The bytes of a window, and the masks of what they are.
class Window {
 public:
  explicit Window(const char* data) { std::memcpy(parts_, data, kWindow); }

  /// One bit for each byte for which `test` answers with ones.
  template <class Test>
  [[nodiscard]] Mask where(Test test) const {
    const auto bits = [&](unsigned i) {
      return Mask{bits_of(std::bit_cast<Bytes>(test(parts_[i])))};
    };
    return bits(0) | bits(1) << 16 | bits(2) << 32 | bits(3) << 48;
  }
  [[nodiscard]] Mask equal(char c) const {
    return where([byte = static_cast<unsigned char>(c)](Bytes bytes) { return bytes == byte; });
  }

 private:
  Bytes parts_[4];
};

struct Masks {
  explicit Masks(const char* data) : window(data) {
    const Mask high = window.where([](Bytes bytes) { return bytes >= 0x80; });
    letter = high | window.where([](Bytes bytes) { return ((bytes | 0x20) - 'a') < 26; });
    const Mask upper = window.where([](Bytes bytes) { return (bytes - 'A') < 26; });
    const Mask lower = letter & ~(high | upper);
    capital = high | upper;
    camel = upper & (lower << 1 | (upper << 1 & lower >> 1));
    digit = window.where([](Bytes bytes) { return (bytes - '0') < 10; });
    hex = digit | window.where([](Bytes bytes) { return ((bytes | 0x20) - 'a') < 6; });
    dot = window.equal('.');
    dash = window.equal('-');
    join = dot | dash | window.where([](Bytes bytes) { return (bytes == '_') | (bytes == '+'); });
    colon = window.equal(':');
    blank = window.where([](Bytes bytes) { return bytes <= ' '; });
    rare = window.where([](Bytes bytes) {
      return (bytes == '@') | (bytes == '*') | (bytes == '$') | (bytes == '{') | (bytes == '%') |
             (bytes == '(') | (bytes == '[') | (bytes == '+');
    });
    word = letter | digit;
    run = word | join;
  }

  Window window;
  Mask letter, capital, camel, digit, hex, dot, dash, join, colon, blank, rare, word, run;
};

inline Mask below(std::size_t bit) { return bit >= kWindow ? ~Mask{0} : (Mask{1} << bit) - 1; }

inline std::size_t first_bit(Mask mask) { return static_cast<std::size_t>(std::countr_zero(mask)); }

/// The place behind the last set bit.
inline std::size_t behind_last(Mask mask) {
  return kWindow - static_cast<std::size_t>(std::countl_zero(mask));
}

/// The bits of `mask` for which `holds`.
template <class Holds>
Mask filtered(Mask mask, Holds holds) {
  Mask out = 0;
  for (; mask != 0; mask &= mask - 1)
    if (holds(first_bit(mask))) out |= mask & (0 - mask);
  return out;
}

/// `count` marks in a row, each so many bytes behind the one before as `gaps` tells; at the last.
template <class Gaps>
Mask chain(Mask marks, int count, Gaps gaps) {
  Mask out = marks;
  for (int i = 1; i < count && out != 0; ++i) out = marks & gaps(out);
  return out;
}

/// Addresses, MACs and UUIDs of digits and dots, dashes or colons.
Mask address_marks(const Masks& is) {
  const Mask number = is.dot & (is.digit << 1) & (is.digit >> 1);
  const auto groups = [](Mask m) { return m << 2 | m << 3 | m << 4; };
  const auto wide = [](Mask m) { return m << 2 | m << 3 | m << 4 | m << 5; };
  const auto pairs = [](Mask m) { return m << 3; };
  const auto quads = [](Mask m) { return m << 5; };
  return chain(number, 3, groups) | chain(is.dot, 5, pairs) | chain(is.dash, 5, pairs) |
         chain(is.dot, 2, quads) | chain(is.dash, 3, quads) | chain(is.colon, 4, wide);
}

/// Where a word of eight letters and digits ends, or a longer one.
Mask behind_eight(const Masks& is) {
  const Mask two = is.word & is.word << 1;
  const Mask four = two & two << 2;
  return (four & four << 4) << 1;
}

/// What stands around a colon: a URL, a volume, a CSRF token, "::".
Mask colon_marks(const Masks& is, const char* data) {
  const Mask number = is.digit >> 1 & is.digit >> 2 & is.digit >> 3;
  const Mask other = is.colon & ~(is.run | is.blank) >> 1;
  return (is.colon & (is.colon >> 1 | is.letter >> 1 | number | behind_eight(is))) |
         filtered(other, [data](std::size_t at) { return data[at + 1] == '/'; });
}

/// Behind a run a slash, and what may be a volume: vm-, base-, subvol-, vzdump-.
Mask parent_marks(const Masks& is, const char* data) {
  return filtered(is.window.equal('/') & is.run << 1, [data](std::size_t at) {
    const char first = data[at + 1];
    const char second = data[at + 2];
    return (first == 'v' && (second == 'm' || second == 'z')) || (first == 'b' && second == 'a') ||
           (first == 's' && second == 'u');
  });
}

/// Behind a capitalised word: another one, what joins two, or an apostrophe.
Mask capital_marks(const Masks& is, const char* data) {
  const Mask behind = (is.run + (is.capital & is.run)) & ~is.run;
  return filtered(behind & (is.blank | is.window.equal('\'')), [data](std::size_t at) {
    const char next = data[at + 1];
    return data[at] == '\'' || has_class(next, chars::kCapital) || next == '&' ||
           ((next == 'u' || next == 'a') && data[at + 2] == 'n');
  });
}

/// Whether punctuation at `at` begins something, ends a user's name, or changes how what follows is
/// read. Behind a blank "(" belongs to the word before it.
bool is_rare_mark(const Masks& is, const char* data, std::size_t at, bool line) {
  const Mask bit = Mask{1} << at;
  const char next = data[at + 1];
  switch (data[at]) {
    case '@': return (is.run << 1 & bit) != 0;
    case '%': return is_run_char(next);
    case '*': return at > 1 && data[at - 1] == '.' && is_digit(data[at - 2]);
    case '(':
      return opens_code(next, data[at + 2]) ||
             (at > 1 && is_digit(data[at - 2]) && (is_digit(next) || next == 'V'));
    case '[':
      return next == 's' || ((at == 0 ? line : data[at - 1] == '\n') &&
                             !opens_number({data, kWindow + kTail}, at));
    case '+':
      return (is.word << 1 & bit) == 0 && is_digit(next) &&
             (next != '0' || (data[at + 2] == '0' && data[at + 3] == ' '));
    default: return true;
  }
}

/// The nine digits of a device behind its vendor's (5 000c50 0a1b2c3d4): a word of so many hex
/// digits.
Mask device_marks(const Masks& is) {
  const Mask two = is.hex & is.hex >> 1;
  const Mask four = two & two >> 2;
  return four & four >> 4 & is.hex >> 8 & ~(is.word >> 9) & ~(is.word << 1);
}

/// Words as long as the ids of devices are, and five groups of five.
Mask long_marks(const Masks& is) {
  const Mask two = is.word & is.word >> 1;
  const Mask four = two & two >> 2;
  const Mask eight = four & four >> 4;
  return (eight & eight >> 8) | chain(is.dash, 4, [](Mask m) { return m << 6; });
}

/// A volume in the device mapper's spelling (vm--100), and the end of a key in base64.
Mask mapped_marks(const Masks& is) {
  const Mask padding = is.window.equal('=') & is.word << 1 & ~is.run >> 1;
  return (is.dash & is.dash << 1 & is.digit >> 1) | padding;
}

/// Runs that may be base64 or hex of a text.
Mask blob_marks(const Masks& is, const char* data) {
  const Mask digit = is.run | is.window.equal('/');
  const Mask two = digit & digit >> 1;
  const Mask four = two & two >> 2;
  // A run begins at its first letter or digit.
  const Mask first = is.run & ~(is.run << 1);
  const Mask joined = (is.join + (first & is.join)) & ~is.join;
  const Mask begins = (first | joined) & is.word & four & four >> 4;
  return filtered(begins, [data](std::size_t at) {
    return may_begin_blob(data[at]) && may_be_blob({data + at, 8});
  });
}

/// The clues of a last part that what follows it leaves open.
std::uint32_t clues_before(char next) {
  std::uint32_t clues =
      clue::kName | clue::kPhone | clue::kDomain | clue::kOrganisation | clue::kCue;
  clues |= next == ' ' || next == '\t' ? clue::kPhrase : clue::kMarkedPhrase;
  if (kAfterKey.find(next) != std::string_view::npos) clues |= clue::kField;
  if (next == ' ') clues |= clue::kGuest | clue::kNamed;
  if (next == '/') clues |= clue::kContext;
  if (next == ':' || next == '/' || next == ' ') clues |= clue::kSerial;
  if (next == ':') clues |= clue::kUpid | clue::kTicket;
  if (next == ':' || next == ' ') clues |= clue::kLine;
  return clues;
}

/// Of a part that wakes something, what its neighbours leave open.
std::uint32_t clues_between(std::uint32_t clues, const char* data, std::size_t at,
                            std::size_t end) {
  constexpr std::string_view kAssigns = " \t=:|";
  clues &= clues_before(data[end]);
  const bool blank = data[end] == ' ' || data[end] == '\t';
  // Behind a tab a property of a section stands, behind these marks the name of an element.
  const char before = at > 0 ? data[at - 1] : '<';
  const bool alone = !is_run_char(before) && before != '\t' && before != '<' && before != ':';
  if (blank && alone && kAssigns.find(data[end + 1]) == std::string_view::npos)
    clues &= ~std::uint32_t{clue::kField};
  if (data[end + 1] != '(') clues &= ~std::uint32_t{clue::kNamed};
  std::size_t digits = end + 1;
  while (digits < kWindow && is_digit(data[digits])) ++digits;
  const bool opens = data[digits] == ' ' && data[digits + 1] == '(';
  if (digits == end + 1 || (digits < kWindow && !opens)) clues &= ~std::uint32_t{clue::kGuest};
  // Only at the beginning of a line, perhaps behind a bar.
  if (at > 0 && data[at - 1] != '\n' && data[at - 1] != '|' && data[at - 1] != '\t' &&
      !is_run_char(data[at - 1]))
    clues &= ~std::uint32_t{clue::kLine};
  return clues;
}

}  // namespace

/// Reads the window of `text` that begins at `at`; false when no blank cuts it.
bool SieveWindow::read(std::string_view text, std::size_t at) {
  begin_ = at;
  end_ = at;
  data_ = text.data() + at;
  if (text.size() - at < sizeof buffer_) {
    std::memset(buffer_, 0, sizeof buffer_);
    std::memcpy(buffer_, data_, text.size() - at);
    data_ = buffer_;
  }
  const Masks is(data_);
  // The blank at which the window is cut; behind the end all bytes are NUL, which is one.
  const Mask cuts = is.blank & below(kWindow - kAhead) & ~Mask{1};
  if (cuts == 0 || (at > 0 && text[at - 1] == '%')) return false;
  const std::size_t cut = behind_last(cuts) - 1;
  const bool line = at == 0 || text[at - 1] == '\n';
  const Mask dashes = is.dash & is.dash >> 1 & is.dash >> 2;
  // "web (105)": the parenthesis behind the blank wakes the word before it.
  const Mask rare = filtered(is.rare & below(cut + 2),
                             [&](std::size_t bit) { return is_rare_mark(is, data_, bit, line); });
  marks_ = below(cut + 1) &
           (address_marks(is) | colon_marks(is, data_) | dashes | capital_marks(is, data_) |
            blob_marks(is, data_) | mapped_marks(is) | parent_marks(is, data_) | long_marks(is) |
            device_marks(is) | rare | rare >> 1);
  letters_ = is.letter;
  digits_ = is.digit;
  runs_ = is.run;
  dotted_ = ((is.run + is.dot) ^ is.run) & is.word;
  camel_ = is.camel;
  blanks_ = is.blank;
  end_ = at + cut;
  return true;
}

/// The first part from `from` on and before `limit` that wakes something, or `limit`.
std::size_t Triggers::first_waking(const SieveWindow& window, std::size_t from, std::size_t limit,
                                   PayloadPrints* payload) const {
  const Mask letters = window.letters_;
  const Mask digits = window.digits_;
  const Mask begins = (letters & ~(letters << 1)) | (digits & ~(digits << 1));
  const Mask heads = begins & ~((letters | digits) << 1);
  const char* const data = window.data_;
  const SecretHead* const secrets = secrets_.data();
  for (Mask left = begins & below(limit) & ~below(from); left != 0; left &= left - 1) {
    const std::size_t at = first_bit(left);
    const Mask same = ((letters >> at & 1) != 0 ? letters : digits) >> at;
    const std::size_t length = std::min(first_bit(~same), kWindow - at);
    const std::uint64_t bytes = load_bytes(data + at);
    std::uint32_t clues =
        length <= sizeof bytes
            ? clues_of(print_of(bytes, length), payload)
            : clues_of(print_of(data + at, length, data + kWindow + kTail), payload);
    if ((data[at + length - 1] | 0x20) == 's') clues |= plural_clues(data + at, length);
    if (const Mask edges = window.camel_ >> at & below(length) & ~Mask{1}; edges != 0) {
      const std::size_t last = at + behind_last(edges) - 1;
      clues |=
          clues_of(data + last, at + length - last, data + kWindow + kTail, nullptr) & clue::kField;
    }
    if (clues != 0) {
      clues = placed(clues, (window.dotted_ >> at & 1) != 0, at > 0 ? data[at - 1] : ' ');
      if (clues_between(clues, data, at, at + length) != 0) return at;
    }
    if ((heads >> at & 1) == 0) continue;
    const std::size_t shortest = secrets[secret_place(three_bytes(bytes))].shortest;
    if (shortest > 0 && first_bit(~(window.runs_ >> at)) >= std::min(shortest, kWindow - at))
      return at;
  }
  return limit;
}

Triggers::Waking Triggers::sieve(std::string_view text, std::size_t at, std::size_t limit,
                                 SieveWindow& window, PayloadPrints* payload) const {
  // What lies behind a blank of a window that was read is looked at in it.
  bool inside = at > window.begin_ && at < window.end_ && is_blank(text[at - 1]);
  while (at < limit) {
    if (!inside && !window.read(text, at)) return {at, at + kWindow - kAhead};
    inside = false;
    const std::size_t from = at - window.begin_;
    const std::size_t cut = window.end_ - window.begin_;
    const Mask marks = window.marks_ & ~below(from);
    std::size_t found = marks == 0 ? cut + 1 : first_bit(marks);
    found = first_waking(window, from, found, payload);
    if (found <= cut) {
      const std::size_t token = std::max(behind_last(window.blanks_ & below(found)), from);
      const std::size_t end = first_bit(window.blanks_ & ~below(found));
      return {window.begin_ + token, window.begin_ + std::min(end + 1, kWindow - kAhead)};
    }
    at = window.end_;
  }
  return {at, at};
}

}  // namespace pmx::anonymize
