#include "anonymize/unfold.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <utility>

#include "anonymize/bytes.h"
#include "anonymize/chars.h"
#include "anonymize/utf8.h"

namespace pmx::anonymize {
namespace {

constexpr char kEscape = 0x1B;

/// What is written in `length` bytes is meant as `text`.
struct Meaning {
  std::size_t length = 0;
  std::string text;
};

struct Entity {
  std::string_view name;
  unsigned code;
};
// Sorted by name.
constexpr Entity kEntities[] = {
    {"Aring", 0xC5},  {"Auml", 0xC4},   {"Eacute", 0xC9}, {"Oslash", 0xD8}, {"Ouml", 0xD6},
    {"Uuml", 0xDC},   {"aacute", 0xE1}, {"acirc", 0xE2},  {"agrave", 0xE0}, {"amp", '&'},
    {"apos", '\''},   {"aring", 0xE5},  {"atilde", 0xE3}, {"auml", 0xE4},   {"ccedil", 0xE7},
    {"colon", ':'},   {"commat", '@'},  {"dash", '-'},    {"eacute", 0xE9}, {"ecirc", 0xEA},
    {"egrave", 0xE8}, {"equals", '='},  {"euml", 0xEB},   {"excl", '!'},    {"gt", '>'},
    {"hyphen", '-'},  {"iacute", 0xED}, {"lowbar", '_'},  {"lt", '<'},      {"nbsp", ' '},
    {"ntilde", 0xF1}, {"oacute", 0xF3}, {"ocirc", 0xF4},  {"oslash", 0xF8}, {"ouml", 0xF6},
    {"period", '.'},  {"quot", '"'},    {"sol", '/'},     {"szlig", 0xDF},  {"uacute", 0xFA},
    {"uuml", 0xFC}};
static_assert(std::is_sorted(std::begin(kEntities), std::end(kEntities),
                             [](const Entity& a, const Entity& b) { return a.name < b.name; }));

/// Letters of other scripts that look like a Latin one; the Latin one.
constexpr std::pair<unsigned, char> kLookAlikes[] = {
    {0x131, 'i'}, {0x261, 'g'}, {0x391, 'A'}, {0x392, 'B'}, {0x395, 'E'}, {0x396, 'Z'},
    {0x397, 'H'}, {0x399, 'I'}, {0x39A, 'K'}, {0x39C, 'M'}, {0x39D, 'N'}, {0x39F, 'O'},
    {0x3A1, 'P'}, {0x3A4, 'T'}, {0x3A5, 'Y'}, {0x3A7, 'X'}, {0x3B1, 'a'}, {0x3B9, 'i'},
    {0x3BD, 'v'}, {0x3BF, 'o'}, {0x3C1, 'p'}, {0x3C5, 'u'}, {0x3F2, 'c'}, {0x3F3, 'j'},
    {0x405, 'S'}, {0x406, 'I'}, {0x408, 'J'}, {0x410, 'A'}, {0x412, 'B'}, {0x415, 'E'},
    {0x41A, 'K'}, {0x41C, 'M'}, {0x41D, 'H'}, {0x41E, 'O'}, {0x420, 'P'}, {0x421, 'C'},
    {0x422, 'T'}, {0x423, 'Y'}, {0x425, 'X'}, {0x430, 'a'}, {0x435, 'e'}, {0x43E, 'o'},
    {0x440, 'p'}, {0x441, 'c'}, {0x443, 'y'}, {0x445, 'x'}, {0x455, 's'}, {0x456, 'i'},
    {0x458, 'j'}, {0x501, 'd'}, {0x51B, 'q'}, {0x51D, 'w'}};

constexpr bool before(const std::pair<unsigned, char>& a, const std::pair<unsigned, char>& b) {
  return a.first < b.first;
}
static_assert(std::is_sorted(std::begin(kLookAlikes), std::end(kLookAlikes), before));

bool is_invisible(unsigned code) {
  return code == 0xAD || (code >= 0x200B && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x2064) || code == 0xFEFF || code == 0x34F ||
         (code >= 0xFE00 && code <= 0xFE0F);
}

/// What stands between words and is no letter of one: quotes, dots, arrows, bullets, lines of
/// boxes, currencies, icons. A name begins and ends beside it.
bool is_symbol(unsigned code) {
  struct Range {
    unsigned first;
    unsigned last;
  };
  static constexpr Range kRanges[] = {
      {0xA1, 0xA9},     {0xAB, 0xB4},     {0xB6, 0xB9},      {0xBB, 0xBF},     {0xD7, 0xD7},
      {0xF7, 0xF7},     {0x2016, 0x205E}, {0x20A0, 0x20CF},  {0x2190, 0x24B5}, {0x24EA, 0x2BFF},
      {0x2E00, 0x2E7F}, {0x3001, 0x3004}, {0x3008, 0x3030},  {0xE000, 0xF8FF}, {0xFE30, 0xFE6F},
      {0xFF5F, 0xFF65}, {0xFFE0, 0xFFFD}, {0x1F000, 0x1FAFF}};
  return std::any_of(std::begin(kRanges), std::end(kRanges), [code](const Range& range) {
    return code >= range.first && code <= range.last;
  });
}

/// The ASCII character a code point stands for by compatibility, by its looks or as a symbol; 0 for
/// none.
char plain_char(unsigned code) {
  if (code >= 0xFF01 && code <= 0xFF5E) return static_cast<char>(code - 0xFEE0);
  if (code == 0x3002 || code == 0xFF61 || code == 0x2024) return '.';
  if ((code >= 0x2010 && code <= 0x2015) || code == 0x2212) return '-';
  const bool blank = (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029;
  if (blank || code == 0xA0 || code == 0x202F || code == 0x205F || code == 0x3000) return ' ';
  if (code >= 0x1D7CE && code <= 0x1D7FF) return static_cast<char>('0' + (code - 0x1D7CE) % 10);
  if (code >= 0x1D400 && code <= 0x1D6A3) {
    const unsigned letter = (code - 0x1D400) % 52;
    return static_cast<char>(letter < 26 ? 'A' + letter : 'a' + letter - 26);
  }
  if (code >= 0x24B6 && code <= 0x24CF) return static_cast<char>('A' + code - 0x24B6);
  if (code >= 0x24D0 && code <= 0x24E9) return static_cast<char>('a' + code - 0x24D0);
  const auto* row = std::lower_bound(
      std::begin(kLookAlikes), std::end(kLookAlikes), code,
      [](const std::pair<unsigned, char>& pair, unsigned value) { return pair.first < value; });
  if (row != std::end(kLookAlikes) && row->first == code) return row->second;
  // Ends a name, and neither a password nor anything quoted.
  return is_symbol(code) ? '^' : '\0';
}

/// The precomposed letter for a base letter and a combining accent that follows it.
unsigned composed(char base, unsigned accent) {
  struct Pair {
    unsigned accent;
    std::string_view bases;
    std::array<unsigned, 12> codes;
  };
  static constexpr Pair kPairs[] = {
      {0x308, "aouAOUeiyE", {0xE4, 0xF6, 0xFC, 0xC4, 0xD6, 0xDC, 0xEB, 0xEF, 0xFF, 0xCB}},
      {0x301, "aeiouyAEIOU", {0xE1, 0xE9, 0xED, 0xF3, 0xFA, 0xFD, 0xC1, 0xC9, 0xCD, 0xD3, 0xDA}},
      {0x300, "aeiouAEIOU", {0xE0, 0xE8, 0xEC, 0xF2, 0xF9, 0xC0, 0xC8, 0xCC, 0xD2, 0xD9}},
      {0x302, "aeiouAEIOU", {0xE2, 0xEA, 0xEE, 0xF4, 0xFB, 0xC2, 0xCA, 0xCE, 0xD4, 0xDB}},
      {0x303, "anoANO", {0xE3, 0xF1, 0xF5, 0xC3, 0xD1, 0xD5}},
      {0x30A, "aAuU", {0xE5, 0xC5, 0x16F, 0x16E}},
      {0x327, "cC", {0xE7, 0xC7}},
      {0x30C,
       "cszrenCSZREN",
       {0x10D, 0x161, 0x17E, 0x159, 0x11B, 0x148, 0x10C, 0x160, 0x17D, 0x158, 0x11A, 0x147}}};
  for (const Pair& pair : kPairs) {
    const std::size_t at = pair.bases.find(base);
    if (pair.accent == accent && at != std::string_view::npos) return pair.codes[at];
  }
  return 0;
}

std::string meaning_of(unsigned code) {
  if (is_invisible(code)) return "";
  if (const char plain = plain_char(code); plain != '\0') return std::string(1, plain);
  std::string out;
  append_utf8(out, code);
  return out;
}

/// &#97; or &#x61;, with any number of zeros before the digits.
Meaning numbered_entity(std::string_view text, std::size_t at) {
  constexpr std::size_t kMaxDigits = 7;
  const bool hex = to_lower(byte_at(text, at + 2)) == 'x';
  std::size_t i = at + (hex ? 3 : 2);
  while (byte_at(text, i) == '0') ++i;
  unsigned code = 0;
  for (const std::size_t begin = i; i - begin <= kMaxDigits && byte_at(text, i) != ';'; ++i) {
    if (!(hex ? is_hex(byte_at(text, i)) : is_digit(byte_at(text, i)))) return {};
    code = code * (hex ? 16 : 10) + hex_value(text[i]);
  }
  if (byte_at(text, i) != ';' || code == 0 || code > 0x10FFFF) return {};
  return {i + 1 - at, meaning_of(code)};
}

Meaning entity(std::string_view text, std::size_t at) {
  if (byte_at(text, at + 1) == '#') return numbered_entity(text, at);
  const std::size_t end = text.substr(at, 12).find(';');
  if (end == std::string_view::npos || end < 3) return {};
  const std::string_view name = text.substr(at + 1, end - 1);
  if (name == "shy" || name == "zwnj" || name == "zwj") return {end + 1, ""};
  const auto* row = std::lower_bound(
      std::begin(kEntities), std::end(kEntities), name,
      [](const Entity& candidate, std::string_view wanted) { return candidate.name < wanted; });
  if (row == std::end(kEntities) || row->name != name) return {};
  return {end + 1, meaning_of(row->code)};
}

/// Hex digits at `at`, `count` of them; negative when there are none.
int hex_number(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (!is_hex(byte_at(text, i))) return -1;
    value = value * 16 + static_cast<int>(hex_value(text[i]));
  }
  return value;
}

Meaning escape(std::string_view text, std::size_t at) {
  const char kind = byte_at(text, at + 1);
  if (kind == '\\') return {2, "\\\\"};
  if (kind == 'x') {
    const int byte = hex_number(text, at + 2, 2);
    if (byte <= 0) return {};
    return {4, std::string(1, static_cast<char>(byte))};
  }
  if (kind == 'u') {
    const int code = hex_number(text, at + 2, 4);
    if (code <= 0 || (code >= 0xD800 && code < 0xE000)) return {};
    return {6, meaning_of(static_cast<unsigned>(code))};
  }
  constexpr std::string_view kNames = "nrt/";
  constexpr std::string_view kBytes = "\n\r\t/";
  const std::size_t known = kNames.find(kind);
  if (kind == '\0' || known == std::string_view::npos) return {};
  return {2, std::string(1, kBytes[known])};
}

/// Quoted-printable: the length of a soft line break at `at`, or 0.
std::size_t soft_break(std::string_view text, std::size_t at) {
  if (byte_at(text, at + 1) == '\n') return 2;
  return text.substr(at + 1, 2) == "\r\n" ? 3 : 0;
}

/// Quoted-printable: the first byte of a letter of two bytes (=C3=BC), or 0.
int quoted_lead(std::string_view text, std::size_t at) {
  const int lead = hex_number(text, at + 1, 2);
  return lead >= 0xC3 && lead <= 0xC5 && byte_at(text, at + 3) == '=' ? lead : 0;
}

Meaning quoted(std::string_view text, std::size_t at) {
  if (const std::size_t length = soft_break(text, at); length > 0) return {length, ""};
  const int lead = quoted_lead(text, at);
  const int next = lead > 0 ? hex_number(text, at + 4, 2) : -1;
  if (next < 0x80 || next > 0xBF) return {};
  return {6, std::string{static_cast<char>(lead), static_cast<char>(next)}};
}

/// "=20" and "=3D" of such a text.
Meaning quoted_mark(std::string_view text, std::size_t at) {
  const std::string_view mark = text.substr(at, 3);
  if (mark == "=20") return {3, " "};
  return mark == "=3D" ? Meaning{3, "="} : Meaning{};
}

/// 10[.]1[.]2[.]3, acme[.]de, 10[dot]1: a dot that nobody clicks on.
Meaning defanged(std::string_view text, std::size_t at) {
  const std::size_t length = at > 0 && is_word_char(text[at - 1]) ? defanged_dot(text, at) : 0;
  if (length == 0 || !is_word_char(byte_at(text, at + length))) return {};
  return {length, "."};
}

/// ESC[1m colours what follows; its m is no letter of a word.
Meaning colour(std::string_view text, std::size_t at) {
  if (byte_at(text, at + 1) != '[') return {};
  std::size_t end = at + 2;
  while (is_digit(byte_at(text, end)) || byte_at(text, end) == ';') ++end;
  if (byte_at(text, end) != 'm') return {};
  return {end + 1 - at, std::string(1, text[at])};
}

Meaning character(std::string_view text, std::size_t at) {
  const Utf8 read = read_utf8(text, at);
  if (read.length == 0) return {};
  std::string meant = meaning_of(read.code);
  if (meant == text.substr(at, read.length)) return {};
  return {read.length, std::move(meant)};
}

Meaning meaning_at(std::string_view text, std::size_t at) {
  switch (text[at]) {
    case '&': return entity(text, at);
    case '\\': return escape(text, at);
    case '=': return quoted(text, at);
    case '[':
    case '(': return defanged(text, at);
    case kEscape: return colour(text, at);
    default: return static_cast<unsigned char>(text[at]) < 0x80 ? Meaning{} : character(text, at);
  }
}

/// Whether a known name goes on from text[..., left) to text[right, ...).
bool joins_name(std::string_view text, std::size_t left, std::size_t right,
                const NameEnd& name_end) {
  constexpr std::size_t kReach = 64;
  std::size_t begin = left;
  while (begin > 0 && left - begin < kReach &&
         (is_run_char(text[begin - 1]) || text[begin - 1] == ' '))
    --begin;
  std::string joined(text.substr(begin, left - begin));
  const std::size_t seam = joined.size();
  joined += text.substr(right, kReach);
  for (std::size_t i = 0; i < seam; ++i) {
    const bool starts = is_word_char(joined[i]) && (i == 0 || is_edge(joined[i - 1], joined[i]));
    if (starts && name_end(joined, i) > seam) return true;
  }
  return false;
}

/// The length of a combining accent at `at` that makes one letter `code` with `base`, or 0.
std::size_t accent(char base, std::string_view text, std::size_t at, unsigned& code) {
  if (static_cast<unsigned char>(text[at]) != 0xCC) return 0;
  const Utf8 read = read_utf8(text, at);
  code = read.length == 0 ? 0 : composed(base, read.code);
  return code == 0 ? 0 : read.length;
}

/// "o" and a combining diaeresis: one letter.
bool compose(Layer& layer, std::string_view text, std::size_t& at) {
  unsigned code = 0;
  const std::size_t length = layer.text.empty() ? 0 : accent(layer.text.back(), text, at, code);
  if (length == 0) return false;
  const std::uint32_t begin = layer.offsets.back();
  layer.text.pop_back();
  layer.offsets.pop_back();
  append_utf8(layer.text, code);
  layer.offsets.resize(layer.text.size(), begin);
  at += length;
  return true;
}

/// Where the next byte stands that an entity or a character beyond ASCII may begin with.
std::size_t next_mark(std::string_view text, std::size_t at) {
  constexpr std::size_t kStep = 8;
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHigh = 0x8080808080808080U;
  for (; at + kStep <= text.size(); at += kStep) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, kStep);
    const std::uint64_t same = bytes ^ (kOnes * '&');  // a zero byte for each '&'
    if (((bytes | ((same - kOnes) & ~same)) & kHigh) != 0) break;
  }
  while (at < text.size() && text[at] != '&' && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

}  // namespace

std::optional<std::string> plain_text(std::string_view text) {
  if (next_mark(text, 0) == text.size()) return std::nullopt;
  std::string out;
  bool changed = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t mark = next_mark(text, at);
    out.append(text, at, mark - at);
    at = mark;
    if (at == text.size()) break;
    unsigned code = 0;
    if (const std::size_t length = out.empty() ? 0 : accent(out.back(), text, at, code)) {
      out.pop_back();
      append_utf8(out, code);
      at += length;
      changed = true;
      continue;
    }
    const Meaning meaning = text[at] == '&' ? entity(text, at) : character(text, at);
    changed |= meaning.length > 0;
    out.append(meaning.length > 0 ? std::string_view(meaning.text) : text.substr(at, 1));
    at += std::max<std::size_t>(meaning.length, 1);
  }
  if (!changed) return std::nullopt;
  return out;
}

std::size_t defanged_dot(std::string_view text, std::size_t at) {
  for (const std::string_view dot : kDefangedDots)
    if (text.substr(at, dot.size()) == dot) return dot.size();
  return 0;
}

std::string defanged_like(std::string_view shown, std::string_view raw) {
  std::string out;
  std::size_t from = 0;
  for (const char c : shown) {
    std::size_t length = 0;
    while (c == '.' && from < raw.size() && length == 0) {
      length = raw[from] == '.' ? 1 : defanged_dot(raw, from);
      from += std::max<std::size_t>(length, 1);
    }
    out += length > 0 ? raw.substr(from - length, length) : std::string_view(&c, 1);
  }
  return out;
}

bool is_printable(std::string_view text) {
  for (std::size_t at = text.find('='); at != std::string_view::npos; at = text.find('=', at + 1))
    if (quoted_lead(text, at) > 0) return true;
  return false;
}

namespace {

/// Of 16 bytes from `from` on, behind which one more can be read: where what is written may be meant
/// otherwise.
std::uint32_t may_be_folded(const char* from) {
  const Bytes bytes = load_vector(from);
  const Bytes next = load_vector(from + 1);
  const Bytes opens = equal(bytes, '[') | equal(bytes, '(');
  const Bytes dot = equal(next, '.') | equal(next, 'd');
  const Bytes quotes = equal(next, '\n') | equal(next, '\r') | equal(next | 0x20, 'c');
  return bits_of(bytes & 0x80) | bits_of(equal(bytes, '\\') | equal(bytes, '&') |
                                         equal(bytes, kEscape) | (opens & dot) |
                                         (equal(bytes, '=') & quotes));
}

bool is_folded_at(std::string_view text, std::size_t at) {
  switch (text[at]) {
    case '[':
    case '(': return defanged_dot(text, at) > 0;
    case '=': return soft_break(text, at) > 0 || quoted_lead(text, at) > 0;
    default: return true;
  }
}

}  // namespace

bool is_folded(std::string_view text) {
  constexpr std::size_t kStep = sizeof(Bytes);
  const auto any_of = [text](std::size_t at, std::uint32_t marks) {
    for (; marks != 0; marks &= marks - 1)
      if (is_folded_at(text, at + static_cast<std::size_t>(std::countr_zero(marks)))) return true;
    return false;
  };
  std::size_t at = 0;
  for (; at + kStep < text.size(); at += kStep)
    if (any_of(at, may_be_folded(text.data() + at))) return true;
  char rest[kStep + 1] = {};
  std::memcpy(rest, text.data() + at, text.size() - at);
  return any_of(at, may_be_folded(rest));
}

Layer unfold(std::string_view text, const NameEnd& name_end) {
  Layer layer;
  layer.text.reserve(text.size());
  layer.offsets.reserve(text.size() + 1);
  const bool printable = is_printable(text);
  const auto plain = [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && c != '&' && c != '\\' && c != '=' && c != '[' &&
           c != '(' && c != kEscape;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    while (at < text.size() && plain(text[at])) ++at;
    layer.text.append(text, begin, at - begin);
    for (std::size_t i = begin; i < at; ++i) layer.offsets.push_back(static_cast<std::uint32_t>(i));
    if (at == text.size()) break;
    if (compose(layer, text, at)) continue;
    Meaning meaning = meaning_at(text, at);
    if (printable && text[at] == '=' && meaning.length == 0) meaning = quoted_mark(text, at);
    const bool letter = text[at] == '\\' && meaning.length == 2 && is_letter(text[at + 1]);
    const bool breaks = text[at] == '=' && meaning.length > 0 && meaning.text.empty();
    if ((letter && name_end(text, at + 1) > 0) ||
        (breaks && !joins_name(text, at, at + meaning.length, name_end)))
      meaning = {};
    if (meaning.length == 0) meaning = {1, std::string(1, text[at])};
    layer.text += meaning.text;
    layer.offsets.resize(layer.text.size(), static_cast<std::uint32_t>(at));
    at += meaning.length;
  }
  layer.offsets.push_back(static_cast<std::uint32_t>(text.size()));
  return layer;
}

}  // namespace pmx::anonymize
