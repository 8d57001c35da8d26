// Secrets and numbers that the form of a line shows: directives of daemons and switches ("com2sec
// ro default X", "key-string 7 X"), what somebody writes behind "the password is", telephone
// numbers whose area code a slash ends.
#include <algorithm>
#include <array>
#include <iterator>

#include "anonymize/chars.h"
#include "anonymize/places.h"
#include "anonymize/rules/commands.h"
#include "anonymize/rules/cues.h"
#include "anonymize/word_set.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

constexpr FieldRule kPassword{Treatment::kSecret, Kind::kName, "password", false};
constexpr FieldRule kSerialRule{Treatment::kSerial, Kind::kName, "", false};
constexpr FieldRule kTextRule{};
constexpr FieldRule kUser{Treatment::kUserId, Kind::kUser, "", true};
constexpr FieldRule kPhoneRule{Treatment::kPhone, Kind::kName, "", false};

struct Word {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The words of a line; quotes around one are no part of it.
std::vector<Word> words_of(std::string_view line) {
  constexpr std::size_t kMost = 16;
  std::vector<Word> words;
  for (std::size_t at = 0; at < line.size() && words.size() < kMost;) {
    if (is_space(line[at])) {
      ++at;
      continue;
    }
    const char quote = line[at] == '"' || line[at] == '\'' ? line[at] : '\0';
    std::size_t end = quote != '\0' ? line.find(quote, at + 1) : at;
    if (quote != '\0' && end == std::string_view::npos) return words;
    while (quote == '\0' && end < line.size() && !is_space(line[end])) ++end;
    const std::size_t skipped = quote != '\0' ? 1 : 0;
    words.push_back({at + skipped, end});
    at = end + skipped;
  }
  return words;
}

/// "7" in "key-string 7 X": how X is written, or of how many bits a cipher is.
bool is_type_number(std::string_view word) {
  constexpr std::size_t kLongest = 3;
  return word.size() <= kLongest && std::all_of(word.begin(), word.end(), is_digit);
}

/// The words that end at a quote and may stand between "password" and it.
bool leads_to_value(std::string_view word) { return is_one_of(word, rules::cues::kPasswordLinks); }

/// Password for "user@realm": x, as a program asks for it: behind the "for".
void asked_password(std::string_view text, std::size_t at, std::vector<Place>& places) {
  const char quote = byte_at(text, at) == '"' || byte_at(text, at) == '\'' ? text[at++] : '\0';
  std::size_t end = at;
  while (end < text.size() && (is_run_char(text[end]) || text[end] == '@' || text[end] == '!')) ++end;
  const bool user = text.substr(at, end - at).find('@') != std::string_view::npos;
  if (quote != '\0' && byte_at(text, end++) != quote) return;
  if ((quote == '\0' && !user) || text.substr(end, 2) != ": ") return;
  const std::size_t begin = end + 2;
  for (end = begin; end < text.size() && !is_space(text[end]);) ++end;
  if (end > begin) places.push_back({begin, end, kPassword});
}

/// Password is "x", das Kennwort lautet `x`: behind the word that ends at `at`.
void told_password(std::string_view text, std::size_t at, std::vector<Place>& places) {
  constexpr int kMostWords = 4;
  if (text.substr(at, 5) == " for ") return asked_password(text, at + 5, places);
  for (int words = 0; words <= kMostWords; ++words) {
    if (byte_at(text, at) != ' ') return;
    const char mark = byte_at(text, ++at);
    if (mark == '"' || mark == '\'' || mark == '`') {
      const std::size_t end = text.find(mark, at + 1);
      if (end == std::string_view::npos || end == at + 1) return;
      const std::string_view value = text.substr(at + 1, end - at - 1);
      if (words > 0 && std::none_of(value.begin(), value.end(), is_space) &&
          !is_common_word(lower(value)))
        places.push_back({at + 1, end, kPassword});
      return;
    }
    std::size_t end = at;
    while (is_letter(byte_at(text, end))) ++end;
    if (!leads_to_value(lower(text.substr(at, end - at)))) return;
    at = end;
  }
}

std::size_t digits_end(std::string_view text, std::size_t at) {
  while (is_digit(byte_at(text, at))) ++at;
  return at;
}

/// The end of `phrase` when its byte number `marked` is the one at `mark`, else `mark`.
std::size_t behind(std::string_view text, std::size_t mark, std::string_view phrase,
                   std::size_t marked) {
  const bool stands = mark >= marked && text.substr(mark - marked, phrase.size()) == phrase;
  return stands ? mark - marked + phrase.size() : mark;
}

/// 0351/437021: where the number begins whose area code the slash at `at` ends, or `at`.
std::size_t area_code(std::string_view text, std::size_t slash) {
  constexpr std::size_t kMost = 5;
  std::size_t begin = slash;
  while (begin > 0 && is_digit(text[begin - 1])) --begin;
  const std::size_t length = slash - begin;
  const char before = begin > 0 ? text[begin - 1] : ' ';
  const bool opens = is_space(before) || before == '(' || before == ':' || before == '"';
  const bool area = length >= 3 && length <= kMost && text[begin] == '0' && text[begin + 1] != '0';
  return opens && area ? begin : slash;
}

/// "net use Z: \\host\share /user:U X".
void find_net_use(std::string_view line, std::size_t begin, std::vector<Place>& places) {
  constexpr std::string_view kOption = "/user:";
  const std::vector<Word> words = words_of(line);
  const auto word = [&](std::size_t i) {
    return line.substr(words[i].begin, words[i].end - words[i].begin);
  };
  if (words.size() < 3 || !equals_folded(word(1), "use")) return;
  for (std::size_t i = 2; i < words.size(); ++i) {
    if (!equals_folded(word(i).substr(0, kOption.size()), kOption)) continue;
    places.push_back({begin + words[i].begin + kOption.size(), begin + words[i].end, kUser});
    // The password stands behind the user or, behind the share, before it.
    const bool next = i + 1 < words.size() && word(i + 1).front() != '/';
    const std::size_t secret = next ? i + 1 : i - 1;
    if (word(secret).front() != '/' && word(secret).find('\\') == std::string_view::npos)
      places.push_back({begin + words[secret].begin, begin + words[secret].end, kPassword});
  }
}

/// "smtp_sasl_password_maps = static:U:X".
void find_static_login(std::string_view line, std::size_t begin, std::vector<Place>& places) {
  constexpr std::string_view kMap = "static:";
  const std::size_t map = line.find(kMap);
  if (map == std::string_view::npos) return;
  const std::size_t user = map + kMap.size();
  std::size_t end = user;
  while (end < line.size() && !is_space(line[end])) ++end;
  const std::size_t colon = line.find(':', user);
  if (colon == std::string_view::npos || colon == user || colon + 1 >= end) return;
  places.push_back({begin + user, begin + colon, kUser});
  places.push_back({begin + colon + 1, begin + end, kPassword});
}

/// "[smtp.acme.de]:587 user:X", a line of Postfix's passwords.
void find_relay_password(std::string_view line, std::size_t begin, std::vector<Place>& places) {
  if (line.find("]:") == std::string_view::npos) return;
  const std::vector<Word> words = words_of(line);
  if (words.size() != 2) return;
  const std::string_view relay = line.substr(words[0].begin, words[0].end - words[0].begin);
  const std::size_t close = relay.find("]:");
  const std::size_t colon = line.find(':', words[1].begin);
  if (close == std::string_view::npos || digits_end(relay, close + 2) != relay.size()) return;
  if (colon == std::string_view::npos || colon + 1 >= words[1].end) return;
  places.push_back({begin + colon + 1, begin + words[1].end, kPassword});
}

}  // namespace

void find_directive(std::string_view line, std::size_t begin, std::vector<Place>& places) {
  if (line.starts_with('[')) return find_relay_password(line, begin, places);
  if (line.starts_with("net ")) return find_net_use(line, begin, places);
  if (line.starts_with("smtp_sasl_password_maps") || line.starts_with("lmtp_sasl_password_maps"))
    return find_static_login(line, begin, places);
  std::size_t at = 0;
  while (byte_at(line, at) == ' ' || byte_at(line, at) == '\t') ++at;
  static constexpr auto kHeads =
      WordHeads::of(rules::commands::kDirectives, &rules::Directive::head);
  if (!kHeads.may_begin(byte_at(line, at))) return;
  std::size_t end = at;
  while (end < line.size() && !is_space(line[end])) ++end;
  const std::string_view head = line.substr(at, end - at);
  if (!kHeads.may_have(head)) return;
  std::vector<Word> words;
  for (const rules::Directive& directive : rules::commands::kDirectives) {
    if (directive.head != head) continue;
    if (words.empty()) words = words_of(line);
    const auto word = [&](std::size_t i) {
      return i < words.size() ? line.substr(words[i].begin, words[i].end - words[i].begin) : "";
    };
    // "set secret to x" in a sentence is none: a switch writes numbers, quotes or nothing more.
    std::size_t i = 0;
    if (!directive.marker.empty())
      while (i < words.size() && (i == 0 || word(i) != directive.marker)) ++i;
    i += directive.word + 1;
    while (i + 1 < words.size() && is_type_number(word(i))) ++i;
    if (i >= words.size()) continue;
    // A sentence may begin with the word, too.
    const bool alone =
        head == "password" || head == "hostname" || head == "User" || head == "login";
    const bool sentence = alone || head == "set" || directive.rule.treatment != Treatment::kSecret;
    if (sentence && (word(i).size() < 3 || is_common_word(lower(word(i))))) continue;
    // Only names follow one another; behind a word of a sentence none does.
    const bool follows = directive.word > 0 && head != "createUser" &&
                         directive.rule.treatment != Treatment::kSecret;
    const auto is_short = [&](std::size_t n) { return word(n).size() <= 3; };
    if (follows && (is_short(i) || is_short(i - 1) || is_common_word(lower(word(i - 1))))) continue;
    if (alone && line.find_first_not_of(" \"'", words[i].end) != std::string_view::npos) continue;
    const std::size_t pair = head == "stats" ? word(i).find(':') + 1 : 0;
    if (pair > 1)
      places.push_back({begin + words[i].begin, begin + words[i].begin + pair - 1, kUser});
    places.push_back({begin + words[i].begin + pair, begin + words[i].end, directive.rule});
  }
}

/// "Vendor SN      : X" of ethtool -m.
void find_vendor_serial(std::string_view text, const Marks& marks, std::vector<Place>& places) {
  constexpr std::string_view kLabel = "Vendor SN";
  for (const std::size_t mark : marks.of(Marks::kSerial)) {
    std::size_t at = behind(text, mark, kLabel, 7);
    if (at == mark) continue;
    while (byte_at(text, at) == ' ' || byte_at(text, at) == '\t') ++at;
    if (byte_at(text, at) != ':' || byte_at(text, at + 1) != ' ') continue;
    at += 2;
    std::size_t end = at;
    while (end < text.size() && is_run_char(text[end])) ++end;
    if (end > at) places.push_back({at, end, kSerialRule});
  }
}

/// What stands behind a label wherever it is in a text, up to a blank or the end of a value.
void find_labelled(std::string_view text, const Marks& marks, std::vector<Place>& places) {
  struct Label {
    std::string_view text;
    Marks::Kind mark;
    std::size_t marked;  ///< so many bytes stand before the mark
    FieldRule rule;
  };
  constexpr Label kLabels[] = {{"erial number = ", Marks::kEquals, 12, kSerialRule},
                               {"client-id=1:", Marks::kClient, 9, kTextRule},
                               {"\n key 7 ", Marks::kIndented, 0, kPassword},
                               {"secret \"", Marks::kDoublyQuoted, 7, kPassword}};
  find_vendor_serial(text, marks, places);
  for (const Label& label : kLabels)
    for (const std::size_t mark : marks.of(label.mark)) {
      const std::size_t at = behind(text, mark, label.text, label.marked);
      if (at == mark) continue;
      std::size_t end = at;
      while (end < text.size() && !is_space(text[end]) && text[end] != '"' && text[end] != ';')
        ++end;
      const bool quoted = label.text.back() == '"';
      const bool closed = !quoted || byte_at(text, end) == '"';
      if (closed && end > at && !is_common_word(lower(text.substr(at, end - at))))
        places.push_back({at, end, label.rule});
    }
}

namespace {

/// Whether a quoted password follows: IDENTIFIED BY 'X', SET PASSWORD FOR u = 'X',
/// ConvertTo-SecureString "X".
bool announces_secret(std::string_view before) {
  constexpr std::string_view kPhrases[] = {"PASSWORD ", "IDENTIFIED BY ", "-SecureString ",
                                           "-SecureString -String ", "-AsPlainText "};
  constexpr std::string_view kSet = "SET PASSWORD FOR ";
  constexpr std::size_t kReach = 160;
  if (ends_with_one_of(before, kPhrases)) return true;
  if (!before.ends_with("= ")) return false;
  const std::string_view near = before.substr(before.size() - std::min(before.size(), kReach));
  const std::size_t set = near.rfind(kSet);
  return set != std::string_view::npos && near.find_first_of(";\n", set) == std::string_view::npos;
}

}  // namespace

/// ('smtp_password','X'), ALTER ROLE x PASSWORD 'X': a key and its value in SQL.
void find_sql_secrets(std::string_view text, const Marks& marks, std::vector<Place>& places) {
  std::size_t done = 0;
  for (const std::size_t comma : marks.of(Marks::kComma)) {
    if (comma < done) continue;
    std::size_t begin = comma;
    while (begin > 0 && (is_word_char(text[begin - 1]) || text[begin - 1] == '_')) --begin;
    const std::size_t at = comma + 3;
    done = at;
    const std::size_t end = text.find('\'', at);
    const bool key = begin > 0 && text[begin - 1] == '\'' &&
                     field_rule(text.substr(begin, at - 3 - begin)).treatment == Treatment::kSecret;
    if (key && end != std::string_view::npos && end > at) places.push_back({at, end, kPassword});
  }
  for (const Marks::Kind kind : {Marks::kQuoted, Marks::kDoublyQuoted})
    for (const std::size_t mark : marks.of(kind)) {
      const std::size_t end = text.find(text[mark], mark + 1);
      if (announces_secret(text.substr(0, mark)) && end != std::string_view::npos && end > mark + 1)
        places.push_back({mark + 1, end, kPassword});
    }
}

void find_told_passwords(std::string_view text, const Marks& marks, std::vector<Place>& places) {
  constexpr std::string_view kWords[] = {"assword", "asswort", "ennwort"};
  for (const std::string_view word : kWords)
    for (const std::size_t mark : marks.of(Marks::kWord))
      if (const std::size_t at = behind(text, mark, word, 3); at > mark)
        told_password(text, at, places);
}

void find_slashed_phones(std::string_view text, const Marks& marks, std::vector<Place>& places) {
  constexpr std::size_t kShortest = 4;
  constexpr std::size_t kLongest = 9;
  for (const std::size_t at : marks.of(Marks::kSlash)) {
    const std::size_t begin = area_code(text, at);
    std::size_t end = digits_end(text, at + 1);
    const std::size_t length = end - at - 1;
    const char after = byte_at(text, end);
    // A third number makes a date or a path, a dot within it a size.
    const bool goes_on = after == '/' || after == '%' || is_word_char(after) ||
                         (after == '.' && is_word_char(byte_at(text, end + 1)));
    if (begin == at || length < kShortest || length > kLongest || goes_on) continue;
    if (after == '-') end = std::max(end, digits_end(text, end + 1));
    places.push_back({begin, end, kPhoneRule});
  }
}

}  // namespace pmx::anonymize
