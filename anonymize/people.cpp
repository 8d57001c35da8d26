// People in text: the display name before an address in angle brackets, and the forms in which the
// name of a known person is written.
#include "anonymize/people.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "anonymize/dictionary.h"
#include "anonymize/keep.h"
#include "anonymize/rewrite.h"
#include "anonymize/rules/people.h"
#include "anonymize/utf8.h"
#include "anonymize/word_set.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

constexpr std::size_t kMaxDisplayName = 80;
constexpr std::size_t kMaxAddress = 320;  // 64 bytes, @ and 255
constexpr std::size_t kMaxWords = 5;
constexpr std::size_t kMinPart = 4;

bool is_name_char(char c) { return is_letter(c) || c == '.' || c == '-' || c == '\'' || c == ','; }

bool is_particle(std::string_view word) {
  return is_one_of(word, rules::people::kParticles) ||
         is_one_of(word, rules::people::kMoreParticles);
}

bool is_role(std::string_view word) { return is_one_of(lower(word), rules::people::kRoles); }

bool is_mailbox(std::string_view folded) { return is_one_of(folded, rules::people::kMailboxes); }

bool is_upper_letter(char c) {
  return (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

/// Whether the words may be a person's name: capitalised but for particles. One word in lower case
/// ("oskar <o@x>") is a name where a line or a field begins.
bool is_display_name(const std::vector<std::string_view>& words, bool begins) {
  if (words.empty() || words.size() > kMaxWords || is_role(words.front())) return false;
  const bool plain = std::all_of(words.begin(), words.end(), [](std::string_view word) {
    return is_mailbox(lower(word)) || is_common_word(lower(word));
  });
  if (plain) return false;
  const bool named = std::all_of(words.begin(), words.end(), [](std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), is_name_char) &&
           (is_upper_letter(word.front()) || is_particle(word));
  });
  if (named) return !is_particle(words.front()) || begins;
  return begins && words.size() <= 2 &&
         std::all_of(words.begin(), words.end(), [](std::string_view word) {
           return std::all_of(word.begin(), word.end(), is_name_char) &&
                  !Dictionary::is_weak(lower(word)) && !is_kept_name(lower(word));
         });
}

/// How much less the capital of a Greek or Cyrillic letter is, 0 for what is no small one.
unsigned above_capital(unsigned code) {
  const auto within = [code](unsigned first, unsigned last) { return code >= first && code <= last; };
  if (code == 0x3AC) return 0x26;
  if (within(0x3AD, 0x3AF)) return 0x25;
  if (code == 0x3C2) return 0x1F;  // a final sigma
  if (within(0x3B1, 0x3CB) || within(0x430, 0x44F)) return 0x20;
  if (code == 0x3CC) return 0x40;
  if (within(0x3CD, 0x3CE)) return 0x3F;
  if (within(0x450, 0x45F)) return 0x50;
  const bool pairs = within(0x460, 0x481) || within(0x48A, 0x4BF) || within(0x4D0, 0x52F);
  return pairs && code % 2 == 1 ? 1 : 0;
}

/// The capital of a letter beyond ASCII: Latin, Greek, Cyrillic.
unsigned capital_of(unsigned code) {
  const auto within = [code](unsigned first, unsigned last) { return code >= first && code <= last; };
  if (code == 0x131) return 'I';
  if (within(0xE0, 0xFE) && code != 0xF7) return code - 0x20;
  const bool odd_is_small = within(0x100, 0x137) || within(0x14A, 0x177) || within(0x1A0, 0x1A1) ||
                            within(0x218, 0x21B) || within(0x1E00, 0x1E95) ||
                            within(0x1EA0, 0x1EFF);
  const bool even_is_small = within(0x139, 0x148) || within(0x179, 0x17E) || within(0x1AF, 0x1B0);
  if ((odd_is_small && code % 2 == 1) || (even_is_small && code % 2 == 0)) return code - 1;
  return code - above_capital(code);
}

/// Upper case for the letters of Europe and Vietnam too.
std::string loud(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const Utf8 read = read_utf8(text, i);
    const std::size_t length = std::max<std::size_t>(read.length, 1);
    if (read.length < 2)
      out += to_upper(text[i]);
    else
      append_utf8(out, capital_of(read.code));
    i += length;
  }
  return out;
}

}  // namespace

bool is_person(std::string_view value) {
  const auto words = words_of(value);
  return words.size() >= 2 && words.size() <= 4 && is_display_name(words, false) &&
         std::none_of(words.begin(), words.end(), [](std::string_view word) {
           const std::string folded = lower(word);
           return word.size() > 3 && (Dictionary::is_weak(folded) || is_kept_name(folded));
         });
}

std::vector<std::string> spellings_of_person(std::string_view name) {
  std::vector<std::string> out{std::string(name)};
  std::string_view first;
  std::string_view last;
  if (const std::size_t comma = name.find(", "); comma != std::string_view::npos) {
    last = name.substr(0, comma);
    first = name.substr(comma + 2);
    out.push_back(std::string(first) + ' ' + std::string(last));
  } else if (const std::size_t blank = name.rfind(' '); blank != std::string_view::npos) {
    first = name.substr(0, blank);
    last = name.substr(blank + 1);
    out.push_back(std::string(last) + ", " + std::string(first));
    out.push_back(std::string(last) + ' ' + std::string(first));
  } else {
    last = name;
  }
  for (const std::string_view part : {last, first}) {
    const bool one_word = !part.empty() && part.find(' ') == std::string_view::npos;
    const bool telling = part.size() >= kMinPart && !Dictionary::is_weak(lower(part));
    if (one_word && (telling || first.empty())) out.emplace_back(part);
  }
  const std::size_t plain = out.size();
  for (std::size_t i = 0; i < plain; ++i) {
    std::string spelling = loud(out[i]);
    if (lower(spelling) != lower(out[i])) out.push_back(std::move(spelling));
  }
  return out;
}

void Rewriter::learn_person(std::string_view name) {
  // What was pseudonymized before is read again as a user's fields: it teaches nothing.
  for (const std::string_view word : words_of(name))
    if (resolver_.ledger().by_pseudonym(lower(word)) != nullptr) return;
  // All spellings of the whole name have one pseudonym; each part alone is a name of its own.
  const Ledger::Entry* entry = resolver_.ledger().by_name(lower(name));
  for (const std::string& spelling : spellings_of_person(name)) {
    const bool whole = spelling.find(' ') != std::string::npos;
    if (whole && entry == nullptr && spelling != name) continue;  // in the next round
    if (whole && entry != nullptr && resolver_.ledger().by_name(lower(spelling)) == nullptr)
      resolver_.spelled(*entry, spelling);
    else
      resolver_.learn(Kind::kPerson, spelling);
  }
}

void Rewriter::Scan::find_angle() {
  const auto opens_address = [this](std::size_t from) {
    const std::string_view behind = text.substr(from + 1, kMaxAddress);
    const std::size_t close = behind.find_first_of("> \t\r\n<");
    if (close == std::string_view::npos || behind[close] != '>') return false;
    const std::string_view address = behind.substr(0, close);
    const std::size_t sign = address.find('@');
    return sign != std::string_view::npos && sign > 0 &&
           !is_vendor_host(lower(address.substr(sign + 1)));
  };
  angle = text.find('<', at);
  while (angle < text.size() && !opens_address(angle)) angle = text.find('<', angle + 1);
  angle = std::min(angle, text.size());
  angle_name = angle;
  while (angle < text.size() && angle_name > at && angle - angle_name < kMaxDisplayName &&
         (is_name_char(text[angle_name - 1]) || text[angle_name - 1] == ' ' ||
          text[angle_name - 1] == '"'))
    --angle_name;
}

bool Rewriter::display_name(Scan& scan) {
  const std::string_view text = scan.text;
  if (scan.angle >= text.size() || scan.at < scan.angle_name || scan.at >= scan.angle) return false;
  std::size_t end = scan.angle;
  while (end > scan.at && (text[end - 1] == ' ' || text[end - 1] == '"' || text[end - 1] == '\''))
    --end;
  if (end == scan.at) return false;
  std::size_t before = scan.at;
  while (before > 0 && (text[before - 1] == ' ' || text[before - 1] == '"')) --before;
  const bool begins =
      before == 0 || std::string_view(":=\n,;(").find(text[before - 1]) != std::string_view::npos;
  const std::string_view name = text.substr(scan.at, end - scan.at);
  if (!is_display_name(words_of(name), begins)) return false;
  return scan.replace(scan.at, end, resolver_.name(Kind::kPerson, name));
}

}  // namespace pmx::anonymize
