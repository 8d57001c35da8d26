// Command lines in which a place says what stands there: credentials behind the flags of well-known
// programs, user:password pairs for chpasswd.
#include <algorithm>
#include <iterator>

#include "anonymize/clues.h"
#include "anonymize/rewrite.h"
#include "anonymize/rules/commands.h"
#include "anonymize/word_set.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

using rules::Flag;
using rules::commands::kArguments;
using rules::commands::kFlags;

static_assert(std::size(kFlags) <= 64, "one bit for each in Scan::flags");

/// How far before a pair the line stands that says that chpasswd reads it.
constexpr std::size_t kReach = 240;

/// The flags that `word` takes when it is one of the programs, as bits.
std::uint64_t flags_of(std::string_view word) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < std::size(kFlags); ++i)
    if (kFlags[i].command == word) bits |= std::uint64_t{1} << i;
  return bits;
}

/// Whether a word of a command line is a variable of the shell and nothing else, so that it tells
/// nothing: $NAME, ${NAME}, $(command). In single quotes nothing is one.
bool is_variable(std::string_view word, char quote) {
  if (quote == '\'' || word.size() < 2 || word.front() != '$') return false;
  if (word[1] == '(') return quote == '\0' || word.ends_with(')');
  std::string_view name = word.substr(1);
  if (name.front() == '{') {
    if (!name.ends_with('}')) return false;
    name = name.substr(1, name.size() - 2);
  }
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_word_char(c) || c == '_'; });
}

/// Where a word of a command line ends.
std::size_t word_end(std::string_view text, std::size_t at, char quote) {
  while (at < text.size() && text[at] != '\n' &&
         (quote != '\0' ? text[at] != quote
                        : !is_space(text[at]) && text[at] != ';' && text[at] != '|' &&
                              text[at] != '"' && text[at] != '\''))
    ++at;
  return at;
}

bool takes_argument(std::string_view word) {
  return std::any_of(std::begin(kArguments), std::end(kArguments),
                     [word](const rules::Argument& known) { return known.command == word; });
}

/// Behind `" a2=` at `at`, else `at`.
std::size_t behind_audit_quote(std::string_view text, std::size_t at) {
  if (text.substr(at, 3) != "\" a") return at;
  std::size_t end = at + 3;
  while (is_digit(byte_at(text, end))) ++end;
  return end > at + 3 && byte_at(text, end) == '=' ? end + 1 : at;
}

}  // namespace

void add_command_words(Triggers& triggers) {
  for (const rules::Argument& argument : kArguments)
    triggers.add_word(argument.command, clue::kCue);
  for (const std::string_view word : {"cn", "data", "from", "short", "to", "value", "uid"})
    triggers.add_word(word, clue::kField);
  for (const Flag& flag : kFlags) triggers.add_word(flag.command, clue::kCue);
  for (const std::string_view word : rules::commands::kCommunities)
    triggers.add_word(word, clue::kCue);
  for (const std::string_view word : {"password", "chpasswd", "secret"})
    triggers.add_word(word, clue::kCue);
}

/// Has the rest of the line read run by run: what this word announces stands there.
bool Rewriter::cue(Scan& scan) {
  // The name behind such a command is looked for at once (command_argument).
  if (takes_argument(scan.text.substr(scan.at, scan.run_end - scan.at))) return false;
  scan.waking_end = std::max(scan.waking_end, scan.line_end.from(scan.text, scan.at, "\n"));
  scan.note.cue = true;
  const std::uint64_t flags = flags_of(scan.text.substr(scan.at, scan.run_end - scan.at));
  if (flags == 0) return false;
  scan.looks_beyond();
  scan.read_command();
  scan.flags |= flags;
  return false;
}

/// "pvesm add nfs X", "hostnamectl set-hostname X": a name behind words of its command.
bool Rewriter::command_argument(Scan& scan) {
  const std::string_view text = scan.text;
  if (scan.at != scan.run_begin || byte_at(text, scan.run_end) != ' ') return false;
  const std::string_view command = text.substr(scan.at, scan.run_end - scan.at);
  for (const rules::Argument& argument : kArguments) {
    if (argument.command != command) continue;
    scan.looks_beyond();
    std::size_t at = scan.run_end + 1;
    bool fits = true;
    for (std::size_t word = 0; fits && word < argument.words.size();) {
      const std::size_t stop = std::min(argument.words.find(' ', word), argument.words.size());
      const std::string_view wanted = argument.words.substr(word, stop - word);
      const std::size_t end = word_end(text, at, '\0');
      fits = end > at && byte_at(text, end) == ' ' &&
             (wanted == "*" || wanted == text.substr(at, end - at));
      at = end + 1;
      word = stop + 1;
    }
    std::size_t end = at;
    while (fits && end < text.size() && is_run_char(text[end])) ++end;
    if (end == at || is_plain_path_word(text.substr(at, end - at))) continue;
    const bool user = argument.rule.treatment == Treatment::kUserId;
    if (user ? placed_user(scan, at, end) : placed_name(scan, at, end, argument.rule.kind))
      return true;
  }
  return false;
}

/// Whether a flag of a program that takes secrets begins at `scan.at`, or right before it.
bool Rewriter::follows_command(const Scan& scan) {
  if (scan.flags == 0) return false;
  return scan.text[scan.at] == '-' || (scan.at > 0 && scan.text[scan.at - 1] == '-');
}

/// Reads on to `at`: a command, and with it the flags it takes, ends with its line, at a bar or at
/// a semicolon outside of quotes.
void Rewriter::Scan::read_command() {
  // Before the line that `at` is in nothing is left of a command.
  std::size_t line = at;
  while (line > command_read && text[line - 1] != '\n') --line;
  if (line > command_read) {
    command_read = line;
    flags = 0;
    command_quote = '\0';
  }
  for (; command_read < at; ++command_read) {
    const char c = text[command_read];
    if (command_quote == '\0' && (c == ';' || c == '|')) {
      flags = 0;
    } else if (c == '"' || c == '\'') {
      command_quote = command_quote == '\0' ? c : command_quote == c ? '\0' : command_quote;
    }
  }
}

bool Rewriter::may_be_flag(const Scan& scan) {
  constexpr std::string_view kLetters = "puUPcAXwab";
  const std::size_t at = scan.run_begin;
  if (at < 2 || scan.text[at - 1] != '-' || is_word_char(scan.text[at - 2]) ||
      scan.text[at - 2] == '-')
    return false;
  return kLetters.find(scan.text[at]) != std::string_view::npos;
}

/// -p SECRET, -pSECRET, -u user:SECRET, -U user%SECRET of a known program.
bool Rewriter::command_flag(Scan& scan) {
  const std::string_view text = scan.text;
  if (!may_be_flag(scan)) return false;
  scan.read_command();
  // "-p~secret" begins with what no run has.
  const bool attached = std::string_view("~!@#%^*?$").find(byte_at(text, scan.run_end)) !=
                        std::string_view::npos;
  const bool alone = scan.run_end == scan.at + 1 && !attached;
  // -p'x' is attached, and quoted.
  const char next = byte_at(text, scan.run_end);
  const bool quoted = alone && (next == '\'' || next == '"');
  for (std::size_t i = 0; i < std::size(kFlags); ++i) {
    const Flag& flag = kFlags[i];
    const bool fits = quoted || (flag.value == Flag::kAttached) != alone;
    if (flag.letter != text[scan.at] || !fits || (scan.flags >> i & 1) == 0) continue;
    std::size_t at = scan.at + 1;
    if (alone)
      while (byte_at(text, at) == ' ' || byte_at(text, at) == ',') ++at;
    if (flag.value == Flag::kThird) return third_word(scan, at);
    // An argument in the log of audit: a1="-p" a2="x".
    if (alone) at = behind_audit_quote(text, at);
    const Quote quote = take_quote(text, at);
    if (flag.value == Flag::kUser)
      return placed_user(scan, at, word_end(text, at, quote.mark)) || scan.skip(at);
    const char mark = flag.value == Flag::kPair ? ':' : flag.value == Flag::kPercent ? '%' : '\0';
    // sshpass -p SECRET ssh -p 2222: behind its secret another program's flags follow.
    if (flag.command == "sshpass") scan.flags &= ~flags_of(flag.command);
    return flag_value(scan, at, quote.mark, mark);
  }
  return false;
}

/// "rocommunity SECRET", "neighbor 10.1.2.3 password SECRET", "username x secret 5 SECRET".
bool Rewriter::config_secret(Scan& scan) {
  const std::string_view text = scan.text;
  if (scan.at != scan.run_begin || byte_at(text, scan.run_end) != ' ') return false;
  const std::string_view run = text.substr(scan.at, scan.run_end - scan.at);
  const bool community = is_one_of(run, rules::commands::kCommunities);
  if (!community && run != "password" && run != "secret") return false;
  scan.looks_beyond();
  std::size_t line = scan.at;
  while (line > 0 && text[line - 1] != '\n') --line;
  while (byte_at(text, line) == ' ' || byte_at(text, line) == '\t') ++line;
  const std::string_view before = text.substr(line, scan.at - line);
  const bool config =
      before.find(' ') != std::string_view::npos &&
      is_one_of(before.substr(0, before.find(' ')), rules::commands::kPasswordLines) &&
      std::count(before.begin(), before.end(), ' ') <= 4;
  if (community ? !before.empty() : !config) return false;
  std::size_t at = scan.run_end + 1;
  if (is_digit(byte_at(text, at)) && byte_at(text, at + 1) == ' ') at += 2;
  const Quote quote = take_quote(text, at);
  return flag_value(scan, at, quote.mark, '\0');
}

/// "-b FILE USER SECRET".
bool Rewriter::third_word(Scan& scan, std::size_t at) {
  const std::string_view text = scan.text;
  for (int word = 0; word < 2; ++word) {
    const std::size_t end = word_end(text, at, '\0');
    const std::string_view user = text.substr(at, end - at);
    if (user.empty() || byte_at(text, end) != ' ') return false;
    if (word == 1 && is_name(user, Kind::kUser)) scan.replace(at, end, user_text(user));
    at = end + 1;
  }
  const Quote quote = take_quote(text, at);
  return flag_value(scan, at, quote.mark, '\0');
}

/// The secret behind a flag, or behind `mark` in the word there.
bool Rewriter::flag_value(Scan& scan, std::size_t begin, char quote, char mark) {
  const std::size_t end = word_end(scan.text, begin, quote);
  const std::string_view value = scan.text.substr(begin, end - begin);
  std::size_t cut = 0;
  if (mark != '\0') {
    const std::size_t found = value.find(mark);
    if (found == std::string_view::npos) return false;
    const std::string_view user = value.substr(0, found);
    if (is_name(user, Kind::kUser)) scan.replace(begin, begin + found, user_text(user));
    cut = found + 1;
  }
  const std::string_view secret = value.substr(cut);
  if (secret.empty() || secret.starts_with("[secret:") || is_variable(secret, quote)) return false;
  return scan.replace(begin + cut, end, "[secret:password]");
}

/// "name:secret" that is piped into chpasswd, or stands in the block that chpasswd reads.
bool Rewriter::password_pair(Scan& scan) {
  const std::string_view text = scan.text;
  if (scan.at != scan.run_begin || byte_at(text, scan.run_end) != ':' ||
      is_space(byte_at(text, scan.run_end + 1)) || byte_at(text, scan.run_end + 1) == '/')
    return false;
  const std::size_t reads = scan.reads_pairs.from(text, scan.at, "chpasswd");
  const bool piped =
      reads < scan.line_end.from(text, scan.at, "\n") && scan.bar.from(text, scan.at, "|") < reads;
  std::size_t line = scan.at;
  while (line > 0 && scan.at - line < kReach && text[line - 1] == ' ') --line;
  const bool begins = line < scan.at && line > 0 && text[line - 1] == '\n';
  const std::size_t from = scan.at > kReach ? scan.at - kReach : 0;
  const bool block = begins && text.substr(from, scan.at - from).find("chpasswd:") != text.npos;
  if (!piped && !block) return false;
  return flag_value(scan, scan.at, '\0', ':');
}

}  // namespace pmx::anonymize
