// Lines of configuration files and plans in which a name stands by its place among the words.
#include <algorithm>
#include <iterator>

#include "anonymize/address.h"
#include "anonymize/chars.h"
#include "anonymize/keep.h"
#include "anonymize/places.h"
#include "anonymize/word_set.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

constexpr FieldRule kHostRule{Treatment::kHost, Kind::kHost, "", true};
constexpr FieldRule kUserRule{Treatment::kUserId, Kind::kUser, "", true};

struct Word {
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool is_gap(char c) { return c == ' ' || c == '\t'; }

/// The word at `at` or behind the blanks there; empty at the line's end.
Word next_word(std::string_view line, std::size_t at) {
  while (is_gap(byte_at(line, at))) ++at;
  std::size_t end = at;
  while (end < line.size() && !is_gap(line[end])) ++end;
  return {at, end};
}

std::string_view text_of(std::string_view line, Word word) {
  return line.substr(word.begin, word.end - word.begin);
}

bool is_made_of_run(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), is_run_char);
}

/// "*", "*/5", "1-5", "mon,thu": a field of a time that cron knows.
bool is_cron_field(std::string_view word) {
  const bool number = word.find_first_not_of("0123456789*/,-") == std::string_view::npos;
  return number || (word.size() >= 3 && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz,-") ==
                                            std::string_view::npos);
}

/// "10.1.2.3:443", "[2001:db8::1]:443", "web1.acme.de:443".
bool is_endpoint(std::string_view word) {
  const std::size_t colon = word.rfind(':');
  if (read_ipv4(word, 0)) return true;
  return colon != std::string_view::npos && colon > 0 && colon + 1 < word.size() &&
         std::all_of(word.begin() + static_cast<std::ptrdiff_t>(colon) + 1, word.end(), is_digit);
}

bool is_record_type(std::string_view word) {
  constexpr std::string_view kTypes[] = {"A", "AAAA", "CNAME", "MX", "NS", "PTR", "SRV", "TXT"};
  return is_one_of(word, kTypes);
}

}  // namespace

void find_cron_user(std::string_view line, std::size_t begin, bool& has_users,
                    std::vector<Place>& places) {
  constexpr int kFields = 5;
  Word word{0, 0};
  for (int field = 0; field < kFields; ++field) {
    word = next_word(line, word.end);
    const std::string_view text = text_of(line, word);
    if (text.empty() || !is_cron_field(text) || (field < 2 && is_letter(text.front()))) return;
  }
  const Word user = next_word(line, word.end);
  const std::string_view name = text_of(line, user);
  const std::string_view command = text_of(line, next_word(line, user.end));
  if (command.empty() || !is_made_of_run(name) || !is_letter(name.front())) return;
  has_users = has_users || name == "root";
  // Where users have tables of their own a command stands there.
  const bool path = command.front() == '/' || command.front() == '[' || command.front() == '(';
  if (!(path || has_users) || is_common_word(lower(name)) || is_kept_name(lower(name))) return;
  places.push_back({begin + user.begin, begin + user.end, kUserRule});
}

void find_change(std::string_view line, std::size_t begin, std::vector<Place>& places) {
  const Word mark = next_word(line, 0);
  if (text_of(line, mark) != "~") return;
  const Word key = next_word(line, mark.end);
  const Word equals = next_word(line, key.end);
  const FieldRule rule = field_rule(text_of(line, key));
  if (text_of(line, equals) != "=" || rule.treatment == Treatment::kText ||
      rule.treatment == Treatment::kKeep)
    return;
  std::size_t at = equals.end;
  for (int value = 0; value < 2; ++value) {
    while (is_gap(byte_at(line, at))) ++at;
    if (byte_at(line, at) != '"') return;
    const std::size_t end = line.find('"', ++at);
    if (end == std::string_view::npos) return;
    if (end > at) places.push_back({begin + at, begin + end, rule});
    at = end + 1;
    if (line.substr(at, 4) != " -> ") return;
    at += 4;
  }
}

void find_balanced(std::string_view line, std::size_t begin, std::vector<Place>& places) {
  if (!is_gap(line.front())) return;
  const Word head = next_word(line, 0);
  const std::string_view directive = text_of(line, head);
  if (directive != "server" && directive != "user") return;
  const Word name = next_word(line, head.end);
  const std::string_view next = text_of(line, next_word(line, name.end));
  const bool server = directive == "server" && is_endpoint(next);
  const bool user = directive == "user" && (next == "insecure-password" || next == "password");
  if (!is_made_of_run(text_of(line, name)) || (!server && !user)) return;
  places.push_back({begin + name.begin, begin + name.end, server ? kHostRule : kUserRule});
}

void find_record(std::string_view line, std::size_t begin, std::vector<Place>& places) {
  if (!is_word_char(line.front())) return;
  const Word name = next_word(line, 0);
  const std::string_view host = text_of(line, name);
  const bool label = is_made_of_run(host) && host.find('.') == std::string_view::npos;
  if (label && line.substr(name.end).starts_with(" ansible_"))
    return places.push_back({begin, begin + name.end, kHostRule});
  Word in = next_word(line, name.end);
  const std::string_view lifetime = text_of(line, in);
  if (std::all_of(lifetime.begin(), lifetime.end(), is_digit)) in = next_word(line, in.end);
  if (text_of(line, in) != "IN" || !is_record_type(text_of(line, next_word(line, in.end)))) return;
  if (label && !is_common_word(lower(host))) places.push_back({begin, begin + name.end, kHostRule});
}

}  // namespace pmx::anonymize
