// Log lines that say by their form who logs in or runs something. What such a place names is looked
// for in the whole payload, and nowhere else.
#include <algorithm>
#include <iterator>

#include "anonymize/clues.h"
#include "anonymize/rewrite.h"
#include "anonymize/rules/cues.h"
#include "anonymize/word_set.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

namespace cues = rules::cues;

std::size_t run_from(std::string_view text, std::size_t at) {
  while (at < text.size() && is_run_char(text[at])) ++at;
  return at;
}

/// The end of a run at `at`, without dots and dashes that end a sentence.
std::size_t trimmed_run(std::string_view text, std::size_t at) {
  std::size_t end = run_from(text, at);
  while (end > at && !is_word_char(text[end - 1])) --end;
  return end;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (byte_at(text, at) == ' ') ++at;
  return at;
}

/// Whether what precedes `at` says that a user follows the word there.
bool follows_announcement(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 16;
  const std::string_view before = text.substr(at > kReach ? at - kReach : 0, std::min(at, kReach));
  return ends_with_one_of(before, cues::kBeforeUsers);
}

/// Whether a login may end at `end`.
bool ends_login(std::string_view text, std::size_t end) {
  const std::string_view rest = text.substr(end, 6);
  if (rest.empty() || std::string_view(".(\n,;:)").find(rest.front()) != std::string_view::npos)
    return true;
  for (const std::string_view word : {" from ", " by ", " on ", " at ", " port ", " (uid="})
    if (rest.starts_with(word)) return true;
  return rest.front() == ' ' && (read_ipv4(text, end + 1) || read_ipv6(text, end + 1));
}

/// "User X from 10.1.2.3 not allowed because ...", as sshd says.
bool is_refused(std::string_view text, std::size_t end) {
  constexpr std::size_t kReach = 96;
  const std::string_view rest = text.substr(end, kReach);
  return rest.starts_with(" from ") &&
         rest.substr(0, rest.find('\n')).find(" not allowed because ") != std::string_view::npos;
}

/// Whether "user [X]" ends as Samba writes it: before "-> [X]", a verdict or the end of a sentence.
bool ends_bracket(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at, 8);
  return rest.empty() || rest.starts_with(" -> [") || rest.starts_with(" FAILED") ||
         rest.starts_with(" succe") || std::string_view(".,\n").find(rest[0]) != rest.npos;
}

}  // namespace

void add_login_words(Triggers& triggers) {
  for (const std::string_view word : cues::kUsers) triggers.add_word(word, clue::kCue);
  for (const std::string_view word : cues::kMethods) triggers.add_word(word, clue::kCue);
  for (const std::string_view word : cues::kPrograms) triggers.add_word(word, clue::kCue);
}

bool Rewriter::may_announce_login(std::string_view run) {
  static constexpr WordHeads kHeads(cues::kUsers, cues::kMethods, cues::kPrograms);
  if (!kHeads.may_have(run)) return false;
  const std::string word = lower(run);
  return is_one_of(word, cues::kUsers) || is_one_of(word, cues::kMethods) ||
         is_one_of(word, cues::kPrograms);
}

/// The name of a user that stands at [begin, end) because of its place.
bool Rewriter::placed_user(Scan& scan, std::size_t begin, std::size_t end) {
  const std::string_view name = scan.text.substr(begin, end - begin);
  const bool known = resolver_.ledger().by_name(lower(name)) != nullptr;
  if (!is_name(name, Kind::kUser) || (!known && is_common_word(lower(name)))) return false;
  if (byte_at(scan.text, end) == '@') return false;
  resolver_.announce(name);
  return scan.replace(begin, end, name_text(Kind::kUser, name));
}

/// "sudo[12]:   X : TTY=", "CRON[12]: (X) CMD", "su[12]: (to root) X on pts/1".
bool Rewriter::program_user(Scan& scan, std::string_view program) {
  const std::string_view text = scan.text;
  std::size_t at = scan.run_end;
  if (byte_at(text, at) == '[') {
    while (is_digit(byte_at(text, ++at))) continue;
    if (byte_at(text, at) != ']') return false;
    ++at;
  }
  if (byte_at(text, at) != ':') return false;
  at = skip_blanks(text, at + 1);
  if (program == "su") {
    if (text.substr(at, 4) != "(to ") return false;
    const std::size_t target = run_from(text, at + 4);
    if (text.substr(target, 2) != ") ") return false;
    placed_user(scan, at + 4, target);
    at = target + 2;
    const std::size_t end = run_from(text, at);
    return (text.substr(end, 4) == " on " && placed_user(scan, at, end)) || scan.skip(at);
  }
  const bool paired = byte_at(text, at) == '(';
  if (paired) ++at;
  const std::size_t end = run_from(text, at);
  if (paired ? text.substr(end, 2) != ") " : text.substr(end, 3) != " : ") return false;
  return placed_user(scan, at, end);
}

/// "Accepted publickey for X from", "invalid user X", "session opened for user X", "user 'X'", and
/// Samba's "user [DOMAIN]\[X]".
bool Rewriter::login_name(Scan& scan) {
  const std::string_view text = scan.text;
  const std::string word = lower(text.substr(scan.at, scan.run_end - scan.at));
  if (scan.at != scan.run_begin || !may_announce_login(word)) return false;
  if (is_one_of(word, cues::kPrograms)) return program_user(scan, word);
  if (byte_at(text, scan.run_end) != ' ') return false;
  std::size_t at = scan.run_end + 1;
  if (is_one_of(word, cues::kMethods)) {
    if (text.substr(at, 4) != "for ") return false;
    at += 4;
    for (const std::string_view more : {"invalid user ", "illegal user ", "user "})
      if (text.substr(at).starts_with(more)) at += more.size();
    const std::size_t end = trimmed_run(text, at);
    return ends_login(text, end) && placed_user(scan, at, end);
  }
  if (byte_at(text, at) == '[') {
    const std::size_t domain = run_from(text, at + 1);
    if (byte_at(text, domain) == ']' && byte_at(text, domain + 1) != '\\')
      return ends_bracket(text, domain + 1) && placed_user(scan, at + 1, domain);
    std::size_t user = domain;
    for (const char mark : std::string_view("]\\["))
      if (byte_at(text, user) == mark) ++user;
    const std::size_t end = run_from(text, user);
    if (user != domain + 3 || byte_at(text, end) != ']') return false;
    placed_name(scan, at + 1, domain, Kind::kDomain);
    return placed_user(scan, user, end) || scan.skip(user);
  }
  const std::size_t quoted = at;
  const Quote quote = take_quote(text, at);
  const std::size_t end = trimmed_run(text, at);
  if (at > quoted) return byte_at(text, end) == quote.mark && placed_user(scan, at, end);
  const bool told = follows_announcement(text, scan.at) || is_refused(text, end);
  if (!told || !ends_login(text, end)) return false;
  const bool placed = placed_user(scan, at, end);
  // "for user X(uid=1) by Y(uid=2)"
  const std::size_t by = text.substr(end, 24).find(" by ");
  const std::size_t from = by == std::string_view::npos ? end : end + by + 4;
  const std::size_t stop = run_from(text, from);
  const bool follows = by != std::string_view::npos && byte_at(text, stop) == '(';
  return (follows && placed_user(scan, from, stop)) || placed;
}

}  // namespace pmx::anonymize
