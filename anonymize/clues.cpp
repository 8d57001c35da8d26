#include "anonymize/clues.h"

#include <algorithm>

#include "anonymize/part_print.h"

namespace pmx::anonymize {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080U;

/// Whether a run of letters has a capital, or a byte of a longer character, which may be one.
inline bool has_capital(const char* from, std::size_t count, const char* end) {
  for (; count > 0; from += 8) {
    const std::size_t size = std::min<std::size_t>(count, 8);
    const std::uint64_t bytes = load_bytes(from, size, end);
    const std::uint64_t blanks =
        size < 8 ? kBlanks & ((std::uint64_t{1} << (8 * size)) - 1) : kBlanks;
    if (((~bytes & blanks) | (bytes & kHighBits)) != 0) return true;
    count -= size;
  }
  return false;
}

/// Whether hex digits and colons from `at` on are enough for a MAC, an IPv6 address or a
/// fingerprint. Times of day are not.
bool may_be_groups(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 48;
  constexpr int kMinColons = 5;
  int colons = 0;
  for (std::size_t i = at; i < std::min(text.size(), at + kReach); ++i) {
    if (text[i] == ':') {
      if (byte_at(text, i + 1) == ':' || ++colons >= kMinColons) return true;
    } else if (!is_hex(text[i])) {
      return false;
    }
  }
  return false;
}

/// What a part wakes wherever it stands in its run.
constexpr std::uint32_t kAnywhere = clue::kName | clue::kPhone | clue::kDomain |
                                    clue::kOrganisation | clue::kCue | clue::kPhrase |
                                    clue::kMarkedPhrase;

bool all_hex(std::string_view text) { return std::all_of(text.begin(), text.end(), is_hex); }

}  // namespace

/// What the bytes of a run add up to.
struct Triggers::Shape {
  std::uint32_t clues = 0;      ///< of all its parts
  std::uint32_t last = 0;       ///< of the last one
  std::uint32_t by_digits = 0;  ///< clues of all its parts if its digits were others
  std::uint32_t last_by_digits = 0;
  std::size_t dots = 0;
  std::size_t dashes = 0;
  std::size_t word = 0;                     ///< where the last word begins
  std::size_t token_end = ~std::size_t{0};  ///< a token that begins in it ends here or later
  bool letters = false;
  bool digits = false;
  bool capital = false;
  bool marked = false;  ///< dashes or a plus that may begin something
};

Triggers::Triggers()
    : slots_(1024), shift_(32 - 10), filter_(slots_.size() / 4), filter_shift_(shift_ - 4) {
  add_backup_words(*this);
  add_section_words(*this);
  add_frame_words(*this);
  add_secret_words(*this);
  add_context_words(*this);
  add_domain_words(*this);
  add_phone_words(*this);
  add_organisation_words(*this);
  add_field_words(*this);
  add_device_words(*this);
  add_hint_words(*this);
  add_command_words(*this);
  add_login_words(*this);
  add_phrase_words(*this);
}

void Triggers::add_word(std::string_view word, std::uint32_t clues) {
  std::size_t end = word.size();
  while (end > 0 && !is_word_char(word[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_word_char(word[begin - 1]) &&
         is_digit(word[begin - 1]) == is_digit(word[end - 1]))
    --begin;
  if (begin < end) add(word.substr(begin, end - begin), clues);
}

void Triggers::add_secret(std::string_view head, std::size_t shortest) {
  SecretHead& known = secrets_[secret_place(three_bytes(head.data()))];
  const auto length = static_cast<std::uint32_t>(std::max<std::size_t>(shortest, 1));
  digits_begin_ = digits_begin_ || std::any_of(head.begin(), head.begin() + 3, is_digit);
  known.shortest = known.shortest == 0 ? length : std::min(known.shortest, length);
  known.head = three_bytes(head.data());
}

void Triggers::add_domain(std::string_view suffix) {
  std::string_view label = suffix.substr(suffix.rfind('.') + 1);
  if (std::all_of(label.begin(), label.end(), is_letter)) return add_word(suffix, clue::kTld);
  // Numbers stand everywhere: the letters before them wake.
  const std::size_t letters = label.find_last_not_of("0123456789");
  if (letters != std::string_view::npos && is_letter(label[letters]))
    label = label.substr(0, letters + 1);
  add_word(label, clue::kDomain);
}

void Triggers::add_volume(std::string_view rest) {
  digits_begin_ = digits_begin_ || is_digit(rest.front());
  volumes_[static_cast<unsigned char>(rest.front())] = true;
  volumes_[static_cast<unsigned char>(to_upper(rest.front()))] = true;
}

void Triggers::add_name(std::string_view part, std::size_t length, bool spaced) {
  Slot& slot = add(part, clue::kName);
  const auto known = static_cast<std::uint16_t>(std::min<std::size_t>(length, 0xFFFF));
  slot.longest = std::max(slot.longest, known);
  if (spaced) slot.spaced = std::max(slot.spaced, known);
}

Triggers::Slot& Triggers::add(std::string_view part, std::uint32_t clues) {
  if ((used_ + 1) * 2 > slots_.size()) grow();
  const std::uint32_t print = print_of(part);
  Slot& slot = slots_[place_of(print)];
  if (slot.print == 0) ++used_;
  slot.print = print;
  slot.clues |= clues;
  if (is_digit(part.front())) digits_[std::min(part.size(), digits_.size() - 1)] |= clues;
  const std::size_t bit = print >> filter_shift_;
  filter_[bit >> 6] |= std::uint64_t{1} << (bit & 63);
  return slot;
}

void Triggers::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  --shift_;
  filter_.assign(slots_.size() / 4, 0);
  --filter_shift_;
  for (const Slot& slot : old) {
    if (slot.print == 0) continue;
    slots_[place_of(slot.print)] = slot;
    const std::size_t bit = slot.print >> filter_shift_;
    filter_[bit >> 6] |= std::uint64_t{1} << (bit & 63);
  }
}

Triggers::Lengths Triggers::longest_name(std::string_view part) const {
  const Slot& slot = slots_[place_of(print_of(part))];
  return {slot.longest, slot.spaced};
}

void Triggers::read_parts(std::string_view text, Run& run, Shape& out,
                          PayloadPrints* payload) const {
  const char* const data = text.data();
  const std::size_t size = text.size();
  std::size_t at = run.begin;
  Shape shape;
  for (bool joined = true; at < size;) {
    const unsigned first = chars::kTable[static_cast<unsigned char>(data[at])];
    const unsigned kind = first & (chars::kLetter | chars::kDigit);
    if (kind == 0) {
      if ((first & chars::kJoin) == 0) break;
      shape.marked = shape.marked || (joined && data[at] == '+') ||
                     (data[at] == '-' && byte_at(text, at + 1) == '-');
      shape.dots += data[at] == '.';
      shape.dashes += data[at] == '-';
      joined = true;
      ++at;
      continue;
    }
    const std::size_t begin = at;
    do ++at;
    while (at < size && (chars::kTable[static_cast<unsigned char>(data[at])] & kind) != 0);
    if (joined) {
      joined = false;
      shape.word = begin;
      const std::size_t shortest =
          begin + 3 <= size ? secrets_[secret_place(three_bytes(data + begin))].shortest : 0;
      if (shortest > 0) shape.token_end = std::min(shape.token_end, begin + shortest);
    }
    shape.last = clues_of(data + begin, at - begin, data + size, payload);
    const char before = begin > run.begin ? data[begin - 1] : ' ';
    shape.clues |= placed(shape.last, shape.dots > 0, before);
    shape.last_by_digits = shape.last;
    if (kind == chars::kDigit) {
      shape.digits = true;
      shape.last_by_digits = digits_[std::min(at - begin, digits_.size() - 1)];
      shape.by_digits |= placed(shape.last_by_digits, shape.dots > 0, before);
    } else {
      shape.letters = true;
      shape.capital = shape.capital || has_capital(data + begin, at - begin, data + size);
    }
  }
  run.end = at;
  run.dotted = shape.dots > 0;
  out = shape;
}

/// A key whose last word begins with a capital: clientSecret.
std::uint32_t Triggers::camel_clues(std::string_view text, const Run& run) const {
  std::size_t at = run.end;
  while (at > run.begin && is_letter(text[at - 1])) {
    --at;
    if (at > run.begin && is_camel_edge(text[at - 1], text[at], byte_at(text, at + 1)))
      return clues_of(text.data() + at, run.end - at, text.data() + text.size(), nullptr) &
             clue::kField;
  }
  return 0;
}

std::uint32_t Triggers::colon_clues(std::string_view text, const Run& run,
                                    const Shape& shape) const {
  std::uint32_t clues = shape.last & (clue::kUpid | clue::kTicket | clue::kField);
  if ((shape.last & clue::kSerial) != 0) clues |= clue::kDevice;
  const std::string_view rest = text.substr(run.end + 1);
  if (run.end - run.begin == 8 && all_hex(text.substr(run.begin, 8))) clues |= clue::kTicket;
  if (rest.starts_with('/')) clues |= clue::kUrl;
  // A volume of a directory begins with its VMID, three digits at least.
  const bool vmid =
      is_digit(byte_at(rest, 0)) && is_digit(byte_at(rest, 1)) && is_digit(byte_at(rest, 2));
  if (vmid || volumes_[static_cast<unsigned char>(byte_at(rest, 0))]) clues |= clue::kVolume;
  const std::size_t length = run.end - shape.word;
  if (length > 0 && length <= 4 && all_hex(text.substr(shape.word, length)) &&
      may_be_groups(text, shape.word))
    clues |= clue::kAddress;
  return clues;
}

namespace {

/// Behind a blank: "--name web", "key = x", "web (105)", "VM 105 (web)", a company's second word.
std::uint32_t blank_clues(std::string_view text, const Run& run, std::uint32_t last, bool capital) {
  constexpr std::string_view kAssigns = " \t=:|";
  const char next = byte_at(text, run.end + 1);
  const char second = byte_at(text, run.end + 2);
  const char before = run.begin > 0 ? text[run.begin - 1] : ' ';
  const bool flag = before == '-' || before == '<' || before == ':';  // or an element of XML
  std::uint32_t clues = 0;
  if (flag || kAssigns.find(next) != std::string_view::npos) clues |= last & clue::kField;
  const bool named = (last & clue::kNamed) != 0 || is_digit(text[run.end - 1]);
  if (named && next == '(' && (is_digit(second) || second == 'V')) clues |= clue::kContext;
  if (is_digit(next) && (last & clue::kGuest) != 0 && opens_behind_number(text, run.end + 1))
    clues |= clue::kContext;
  const bool joins = (next == 'u' || next == 'a') && second == 'n';
  if (capital && (is_capital(next) || next == '&' || joins)) clues |= clue::kOrganisation;
  return clues;
}

/// An address, a MAC or a UUID that lies within the run.
bool may_be_address(std::size_t length, std::size_t dots, std::size_t dashes, bool digits) {
  if (dots >= 3 && digits) return true;
  return (dots >= 2 && length >= 14) || (dashes >= 5 && length >= 17) ||
         (dashes >= 4 && length >= 36);
}

}  // namespace

std::uint32_t Triggers::clues_behind(std::string_view text, const Run& run,
                                     const Shape& shape) const {
  switch (byte_at(text, run.end)) {
    case ':': return colon_clues(text, run, shape);
    case ' ':
    case '\t':
      return blank_clues(text, run, shape.last, shape.capital) |
             ((shape.last & clue::kSerial) != 0 ? clue::kDevice : 0U);
    case '@': return clue::kUserId;
    case '/':
      return (shape.last & clue::kContext) |
             ((shape.last & clue::kSerial) != 0 ? clue::kDevice : 0U);
    case '\'': return (shape.last & clue::kField) | (shape.capital ? clue::kOrganisation : 0U);
    case '=':
    case '"':
    case '`':
    case '*':
    case '<':
    case '>':
    case '\\': return shape.last & clue::kField;
    default: return 0;
  }
}

/// Whether a run that shows nothing would show nothing with other digits. (Whether a device, a blob
/// or a number of a telephone may begin, the walk asks.)
bool Triggers::shows_none_by_digits(std::string_view text, const Run& run,
                                    const Shape& shape) const {
  if (digits_begin_ || (shape.by_digits & kAnywhere) != 0) return false;
  Shape other = shape;
  other.last = shape.last_by_digits;
  const bool line = (other.last & clue::kLine) != 0 && text[run.begin] == 'G';
  return !line && clues_behind(text, run, other) == 0;
}

Run Triggers::read_run(std::string_view text, std::size_t at, PayloadPrints* payload) const {
  Run run;
  run.begin = at;
  Shape shape;
  read_parts(text, run, shape, payload);
  // An escape that is none (%10.1.2.3) changes how addresses are read.
  if (at > 0 && text[at - 1] == '%') {
    run.clues = clue::kAll;
    return run;
  }
  // (kLine and kBlob depend on more than the run: the walk adds them.)
  if (shape.capital) shape.last |= camel_clues(text, run);
  run.clues = (shape.clues & kAnywhere) | clues_behind(text, run, shape);
  if (shape.marked) run.clues |= clue::kMark;
  run.digits = shape.digits;
  run.capital = shape.capital;
  run.last = shape.last;
  if (shape.token_end <= run.end) run.clues |= clue::kSecret;
  if (may_be_address(run.end - at, shape.dots, shape.dashes, shape.digits))
    run.clues |= clue::kAddress;
  // The pseudonym of a MAC with dots may end what has the form of a domain.
  if (shape.dots >= 2 && shape.digits && shape.letters) run.clues |= clue::kDomain;
  const bool announced = payload != nullptr && payload->digits;
  run.any_digits = !shape.digits || (!announced && shows_none_by_digits(text, run, shape));
  return run;
}

}  // namespace pmx::anonymize
