// Command lines and log lines in which a place says what stands there: credentials behind the flags
// of well-known programs, user:password pairs for chpasswd, the users that log in.
#include <algorithm>
#include <iterator>

#include "anonymize/clues.h"
#include "anonymize/rewrite.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

/// How a flag carries its secret.
enum class Form {
  kNext,      ///< the next word
  kAttached,  ///< the rest of the flag's own word
  kPair,      ///< behind the colon of the next word
  kPercent,   ///< behind the % of the next word
};

struct Flag {
  std::string_view command;
  char letter;
  Form form;
};
constexpr Flag kFlags[] = {{"curl", 'u', Form::kPair},
                           {"mysql", 'p', Form::kAttached},
                           {"mysqldump", 'p', Form::kAttached},
                           {"mariadb", 'p', Form::kAttached},
                           {"mariadb-dump", 'p', Form::kAttached},
                           {"mysqladmin", 'p', Form::kAttached},
                           {"sshpass", 'p', Form::kNext},
                           {"sshpass", 'p', Form::kAttached},
                           {"ipmitool", 'P', Form::kNext},
                           {"smbclient", 'U', Form::kPercent},
                           {"rpcclient", 'U', Form::kPercent},
                           {"net", 'U', Form::kPercent},
                           {"snmpwalk", 'c', Form::kNext},
                           {"snmpget", 'c', Form::kNext},
                           {"snmpset", 'c', Form::kNext},
                           {"snmpbulkwalk", 'c', Form::kNext},
                           {"snmpwalk", 'A', Form::kNext},
                           {"snmpwalk", 'X', Form::kNext},
                           {"redis-cli", 'a', Form::kNext},
                           {"ldapsearch", 'w', Form::kNext},
                           {"ldapmodify", 'w', Form::kNext},
                           {"ldapadd", 'w', Form::kNext},
                           {"docker", 'p', Form::kNext},
                           {"mosquitto_pub", 'P', Form::kNext},
                           {"mosquitto_sub", 'P', Form::kNext},
                           {"zip", 'P', Form::kNext},
                           {"7z", 'p', Form::kAttached},
                           {"wget", 'u', Form::kPair},
                           {"freerdp", 'p', Form::kNext},
                           {"sqlcmd", 'P', Form::kNext},
                           {"mongosh", 'p', Form::kNext},
                           {"mongo", 'p', Form::kNext},
                           {"mongodump", 'p', Form::kNext},
                           {"htpasswd", 'b', Form::kNext}};

constexpr std::size_t kReach = 240;

/// The text of the same command before `at`.
std::string_view command_before(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && at - begin < kReach && text[begin - 1] != '\n' && text[begin - 1] != ';' &&
         text[begin - 1] != '|')
    --begin;
  return text.substr(begin, at - begin);
}

bool calls(std::string_view before, std::string_view command) {
  for (std::size_t at = before.find(command); at != std::string_view::npos;
       at = before.find(command, at + 1)) {
    const bool begins = at == 0 || !is_run_char(before[at - 1]);
    if (begins && !is_run_char(byte_at(before, at + command.size()))) return true;
  }
  return false;
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

}  // namespace

void add_command_words(Triggers& triggers) {
  triggers.add_word("data", clue::kField);
  for (const Flag& flag : kFlags) triggers.add_word(flag.command, clue::kCue);
  for (const std::string_view word : {"user", "publickey", "password", "chpasswd"})
    triggers.add_word(word, clue::kCue);
}

/// Has the rest of the line read run by run: what this word announces stands there.
bool Rewriter::cue(Scan& scan) {
  const std::size_t end = std::min(scan.text.find('\n', scan.at), scan.text.size());
  scan.waking_end = std::max(scan.waking_end, end);
  return false;
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
  const std::string_view before = command_before(text, scan.at);
  const bool alone = scan.run_end == scan.at + 1;
  for (const Flag& flag : kFlags) {
    if (flag.letter != text[scan.at] || (flag.form == Form::kAttached) == alone ||
        !calls(before, flag.command))
      continue;
    std::size_t at = scan.at + 1;
    if (alone)
      while (byte_at(text, at) == ' ' || byte_at(text, at) == ',') ++at;
    const Quote quote = take_quote(text, at);
    const std::size_t end = word_end(text, at, quote.mark);
    return flag_value(scan, at, end,
                      flag.form == Form::kPair      ? ':'
                      : flag.form == Form::kPercent ? '%'
                                                    : '\0');
  }
  return false;
}

bool Rewriter::flag_value(Scan& scan, std::size_t begin, std::size_t end, char mark) {
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
  if (secret.empty() || secret.starts_with("[secret:") || secret.front() == '$') return false;
  return scan.replace(begin + cut, end, "[secret:password]");
}

/// "name:secret" where the line or the block is read by chpasswd.
bool Rewriter::password_pair(Scan& scan) {
  const std::string_view text = scan.text;
  if (scan.at != scan.run_begin || byte_at(text, scan.run_end) != ':' ||
      is_space(byte_at(text, scan.run_end + 1)) || byte_at(text, scan.run_end + 1) == '/')
    return false;
  const std::size_t line_end = std::min(text.find('\n', scan.at), text.size());
  const bool piped = text.substr(scan.at, line_end - scan.at).find("chpasswd") != text.npos;
  std::size_t line = scan.at;
  while (line > 0 && text[line - 1] == ' ') --line;
  const bool begins = line < scan.at && line > 0 && text[line - 1] == '\n';
  const std::size_t from = scan.at > kReach ? scan.at - kReach : 0;
  const bool block = begins && text.substr(from, scan.at - from).find("chpasswd:") != text.npos;
  if (!piped && !block) return false;
  return flag_value(scan, scan.at, word_end(text, scan.at, '\0'), ':');
}

bool Rewriter::may_announce_login(std::string_view run) {
  return run == "user" || run == "User" || run == "publickey" || run == "password";
}

/// "Accepted publickey for X from", "invalid user X", "session opened for user X".
bool Rewriter::login_name(Scan& scan) {
  const std::string_view text = scan.text;
  if (scan.at != scan.run_begin || byte_at(text, scan.run_end) != ' ') return false;
  const std::string_view run = text.substr(scan.at, scan.run_end - scan.at);
  std::size_t at = scan.run_end + 1;
  if (run == "publickey" || run == "password") {
    if (text.substr(at, 4) != "for ") return false;
    at += 4;
    if (text.substr(at, 13) == "invalid user ") at += 13;
  } else if (run == "user" || run == "User") {
    const std::string_view before =
        text.substr(scan.at > 8 ? scan.at - 8 : 0, std::min<std::size_t>(scan.at, 8));
    const bool announced =
        before.ends_with("invalid ") || before.ends_with("for ") || before.ends_with("of ");
    if (!announced) return false;
  } else {
    return false;
  }
  std::size_t end = at;
  while (end < text.size() && is_run_char(text[end])) ++end;
  while (end > at && !is_word_char(text[end - 1])) --end;
  const std::string_view name = text.substr(at, end - at);
  const std::string_view rest = text.substr(end, 6);
  const bool closed = rest.empty() || rest.starts_with(" from ") || rest.front() == '.' ||
                      rest.front() == '(' || rest.front() == '\n' || rest.front() == ',';
  const bool known = resolver_.ledger().by_name(lower(name)) != nullptr;
  if (!closed || !is_name(name, Kind::kUser) || (!known && is_common_word(lower(name))))
    return false;
  return scan.replace(at, end, resolver_.name(Kind::kUser, name));
}

}  // namespace pmx::anonymize
