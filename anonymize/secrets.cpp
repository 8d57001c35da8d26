// Secrets in text: values of keys that name a secret.
#include <algorithm>

#include "anonymize/keep.h"
#include "anonymize/rewrite.h"
#include "anonymize/rules/fields.h"
#include "anonymize/rules/secrets.h"
#include "anonymize/rules/words.h"
#include "anonymize/word_set.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

namespace secrets = rules::secrets;

/// The longest [secret:...] has fewer bytes.
constexpr std::size_t kMaxPlaceholder = 32;

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (byte_at(text, at) == ' ' || byte_at(text, at) == '\t') ++at;
  return at;
}

bool begins_line(std::string_view text, std::size_t at) {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t' || text[at - 1] == '-' ||
                    text[at - 1] == '#'))
    --at;
  return at == 0 || text[at - 1] == '\n';
}

/// Where the state that `folded` begins with ends: "not set", "on"; 0 when it begins with none.
std::size_t state_end(std::string_view folded) {
  const std::size_t begin = folded.starts_with("not ") ? 4 : 0;
  std::size_t end = begin;
  while (is_letter(byte_at(folded, end))) ++end;
  const std::string_view word = folded.substr(begin, end - begin);
  return (begin > 0 ? is_one_of(word, secrets::kNegated) : is_one_of(word, secrets::kStates)) ? end
                                                                                              : 0;
}

/// Values that say "there is none" or are hidden already. Without quotes behind a colon (`open`) a
/// sentence may go on behind one: "not set, using the key".
bool is_no_secret(std::string_view value, bool open) {
  const std::string folded = lower(value);
  if (is_one_of(folded, secrets::kNone) || value.find_first_not_of('*') == std::string_view::npos)
    return true;  // an empty one too
  const std::size_t end = state_end(folded);
  if (end == 0 || end == value.size()) return end > 0;
  const bool mark = std::string_view(",;.").find(value[end]) != std::string_view::npos;
  return open && mark && (end + 1 == value.size() || is_space(value[end + 1]));
}

/// Where the id of an API token ends that begins at `at` and has its secret behind it:
/// "user@realm!name=secret"; `at` when there is none.
std::size_t token_owner_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  for (const char mark : {'@', '!', '='}) {
    const std::size_t begin = end;
    while (end < text.size() && is_run_char(text[end])) ++end;
    const bool ends = byte_at(text, end) == mark || (mark == '=' && byte_at(text, end) == ':');
    if (end == begin || !ends) return at;
    if (mark != '=') ++end;
  }
  return end;
}

/// Where the remark begins that ends a line, "X (user y)", or the value's end: in parentheses, with
/// a blank between its words.
std::size_t remark_begin(std::string_view value) {
  const std::size_t open = value.rfind(" (");
  if (!value.ends_with(')') || open == std::string_view::npos || open == 0) return value.size();
  const std::string_view remark = value.substr(open + 2);
  return remark.find(' ') == std::string_view::npos ? value.size() : open;
}

/// $API_TOKEN: what it stands for is set elsewhere. Digits are none, so that no password is one.
bool is_shell_variable(std::string_view value) {
  return value.size() > 3 && value.front() == '$' &&
         std::all_of(value.begin() + 1, value.end(),
                     [](char c) { return is_upper(c) || c == '_'; });
}

std::size_t run_from(std::string_view text, std::size_t at) {
  while (at < text.size() && is_run_char(text[at])) ++at;
  return at;
}

/// Whether a path below one of the roots of a system stands at `at`.
bool is_below_root(std::string_view text, std::size_t at) {
  if (byte_at(text, at) != '/') return false;
  std::size_t end = at + 1;
  while (end < text.size() && is_run_char(text[end])) ++end;
  return is_one_of(text.substr(at + 1, end - at - 1), secrets::kRoots);
}

/// Whether the value at `at` of the PWD that begins at `key` is the shell's directory: a path below
/// one of the roots of a system, where no list of a connection's properties can be.
bool is_directory(std::string_view text, std::size_t key, std::size_t at) {
  if (text.substr(key, 4) != "PWD=") return false;
  if (key > 0 && !is_space(text[key - 1])) return false;
  return (byte_at(text, at) == '/' && !is_run_char(byte_at(text, at + 1))) ||
         is_below_root(text, at);
}

/// "|", ">-", "|2+", perhaps behind a tag (!vault |): in YAML a block of lines follows.
bool is_block_mark(std::string_view value) {
  if (value.starts_with('!')) {
    const std::size_t blank = value.find(' ');
    if (blank == std::string_view::npos) return false;
    value.remove_prefix(blank + 1);
  }
  return !value.empty() && value.size() <= 3 && (value[0] == '|' || value[0] == '>') &&
         value.find_first_not_of("+-123456789", 1) == std::string_view::npos;
}

bool is_plain_word(std::string_view value) {
  return is_common_word(value) || is_one_of(value, rules::words::kShort);
}

/// Whether the list of properties around `at` describes a network interface (net0 of a container):
/// its name= is the interface's.
bool in_interface_list(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 256;
  constexpr std::string_view kEnds = " \t\r\n\"'`&";
  std::size_t begin = at;
  while (begin > 0 && at - begin < kReach && kEnds.find(text[begin - 1]) == std::string_view::npos)
    --begin;
  const std::string_view list = text.substr(begin, at - begin + kReach);
  const std::string_view properties = list.substr(0, list.find_first_of(kEnds));
  return properties.find("bridge=") != std::string_view::npos ||
         properties.find("hwaddr=") != std::string_view::npos ||
         properties.find("type=veth") != std::string_view::npos;
}

/// How a key is followed by its value.
struct Assignment {
  std::size_t value = 0;  ///< where the value begins; 0 when there is none
  char mark = '\0';       ///< '=', ':', '|' of a table, '>' of an element, or a flag's blank
};

/// Behind marks of bold text and tags: "**key:** value", "<td>key</td><td>value</td>".
std::size_t skip_markup(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestTag = 12;
  while (byte_at(text, at) == '*') ++at;
  while (byte_at(text, at) == '<') {
    const std::size_t close = text.substr(at, kLongestTag).find('>');
    if (close == std::string_view::npos) break;
    at += close + 1;
  }
  return at;
}

/// Whether a list of PHP closes behind the quote at `at`, ['key'] = x, or a constant is defined
/// there, define('KEY', x); `begin` is where the key does.
bool closes_key(std::string_view text, std::size_t begin, std::size_t at) {
  constexpr std::string_view kDefine = "define(";
  const char mark = byte_at(text, at);
  if (mark == ']') return byte_at(text, begin - 2) == '[';
  return mark == ',' && begin > kDefine.size() &&
         text.substr(begin - 1 - kDefine.size(), kDefine.size()) == kDefine;
}

/// Where the content of the XML element begins whose name ends at `end`: <Password>, <p:Password
/// Type="x">; 0 when no element is opened there.
std::size_t element_content(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::size_t kLongest = 160;
  const char next = byte_at(text, end);
  if ((next != '>' && next != ' ') || begin == 0) return 0;
  if (text[begin - 1] == ':')
    for (--begin; begin > 0 && is_run_char(text[begin - 1]);) --begin;
  if (begin == 0 || text[begin - 1] != '<') return 0;
  if (next == '>') return end + 1;
  const std::size_t close = text.substr(end, kLongest).find_first_of("<>\n");
  const bool opens = close != std::string_view::npos && text[end + close] == '>' &&
                     text[end + close - 1] != '/' &&
                     text.substr(end, close).find('=') != std::string_view::npos;
  return opens ? end + close + 1 : 0;
}

/// What stands behind the key at [begin, end); `flag` when the key is a command's.
Assignment read_assignment(std::string_view text, std::size_t begin, std::size_t end, bool flag) {
  const char before = begin > 0 ? text[begin - 1] : ' ';
  if (const std::size_t content = element_content(text, begin, end); content > 0)
    return {content, '>'};
  if (byte_at(text, end) == '>') return {};
  std::size_t at = end;
  if (const char quote = byte_at(text, at); quote == '\\' || quote == '"' || quote == '\'') {
    while (byte_at(text, at) == '\\') ++at;
    if (byte_at(text, at) == '"' || byte_at(text, at) == '\'') ++at;
    // A quote that closes a path ("GET /access/ticket": x) is around no key.
    if (before == '/') return {};
    // <Data Name='TargetUserName'>x</Data>, as Windows writes its events.
    if (byte_at(text, at) == '>' && begin > 6 && text.substr(begin - 6, 5) == "Name=")
      return {at + 1, '>'};
    if (before == '\'' && closes_key(text, begin, at)) {
      if (text[at] == ',') return {skip_blanks(text, at + 1), '='};
      ++at;
    }
  } else if (quote == '`') {
    ++at;
  }
  const std::size_t marked = skip_markup(text, at);
  const std::size_t separator = skip_blanks(text, marked);
  const char mark = byte_at(text, separator);
  if (mark == '|') {
    const std::size_t line = text.substr(0, begin).rfind('\n') + 1;
    if (byte_at(text, skip_blanks(text, line)) != '|') return {};
    return {skip_blanks(text, separator + 1), mark};
  }
  // "userPassword:: x" of LDIF: in base64.
  if (separator == end && text.substr(separator, 3) == ":: " && begins_line(text, begin))
    return {skip_blanks(text, separator + 2), mark};
  const bool assigned = (mark == '=' || mark == ':') && byte_at(text, separator + 1) != ':' &&
                        text.substr(separator, 3) != "://";
  if (assigned) {
    const bool arrow = mark == '=' && byte_at(text, separator + 1) == '>';
    std::size_t value = separator + (arrow ? 2 : 1);
    if (mark == ':') value = skip_markup(text, value);
    if (text.substr(value, 8) == "<hidden>") return {};
    if (mark == '=' && byte_at(text, value) == '<') ++value;
    return {skip_blanks(text, value), mark};
  }
  // Two cells of a table.
  if (marked > at + 4 && separator == marked && text[marked - 1] == '>') return {marked, '>'};
  return {flag && separator > at ? separator : 0, '\0'};
}

/// Whether the key at `key` begins its line and the word at `value` ends it, as in a file.
bool is_whole_line(std::string_view text, std::size_t key, std::size_t value) {
  if (!begins_line(text, key)) return false;
  std::size_t end = value;
  while (end < text.size() && (is_run_char(text[end]) || has_class(text[end], chars::kQuote)))
    ++end;
  if (byte_at(text, end) == ':' && is_digit(byte_at(text, end + 1)))
    while (is_digit(byte_at(text, ++end))) continue;
  while (byte_at(text, end) == ' ' || byte_at(text, end) == '\r') ++end;
  return end >= text.size() || text[end] == '\n';
}

bool is_label(std::string_view key) { return is_one_of(lower(key), rules::fields::kLabels); }

/// Whether such a label ends with the word.
bool ends_label(std::string_view word) {
  return std::any_of(std::begin(rules::fields::kLabels), std::end(rules::fields::kLabels),
                     [word](std::string_view label) {
                       return equals_folded(word, label.substr(label.rfind('-') + 1));
                     });
}

/// The rule of the object that begins where `before` ends, but for a quote: "root_password": {".
FieldRule outer_rule(std::string_view before) {
  const auto cut_blanks = [&before] {
    while (!before.empty() && is_space(before.back())) before.remove_suffix(1);
  };
  const auto cut = [&](char c) {
    cut_blanks();
    const bool ends = before.ends_with(c);
    if (ends) before.remove_suffix(1);
    return ends;
  };
  if (before.ends_with('\\')) before.remove_suffix(1);
  cut('"');
  if (before.ends_with('\\')) before.remove_suffix(1);
  if (!cut('{') || !(cut(':') || cut('=')) || !cut('"')) return {};
  if (before.ends_with('\\')) before.remove_suffix(1);
  std::size_t begin = before.size();
  while (begin > 0 && is_run_char(before[begin - 1])) --begin;
  return field_rule(before.substr(begin));
}

/// The rule of the value at `at` that a name stands before: name="password" value="x", and as YAML
/// writes it, on the line before.
FieldRule named_value_rule(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 96;
  const std::size_t from = at > kReach ? at - kReach : 0;
  const std::string_view before = text.substr(from, at - from);
  if (const FieldRule rule = outer_rule(before); rule.treatment == Treatment::kSecret) return rule;
  std::size_t found = 0;
  for (const std::string_view mark :
       {"name=\"", "key=\"", "name: ", "key: ", "name\":\"", "name\": \"", "key\": \""}) {
    const std::size_t place = before.rfind(mark);
    if (place != std::string_view::npos) found = std::max(found, place + mark.size());
  }
  if (found == 0) return {};
  std::size_t end = found;
  while (end < before.size() && is_run_char(before[end])) ++end;
  const std::string_view rest = before.substr(end);
  const bool next = std::count(rest.begin(), rest.end(), '\n') <= 1 &&
                    rest.find_first_of("<>{}") == std::string_view::npos;
  const FieldRule rule = next ? field_rule(before.substr(found, end - found)) : FieldRule{};
  return rule.treatment == Treatment::kSecret ? rule : FieldRule{};
}

/// The rule of a key, or of it and the word before it ("Workstation Name"); then `begin` is moved
/// there. Of "name"/"value" pairs the name decides.
FieldRule label_rule(std::string_view text, std::size_t& begin, std::string_view run) {
  constexpr std::size_t kLongest = 24;
  if (run == "value") return named_value_rule(text, begin);
  if (run == "uid") return {Treatment::kUserId, Kind::kUser, "", true};
  if (begin > 1 && text[begin - 1] == ' ' && is_letter(text[begin - 2])) {
    std::size_t word = begin - 1;
    while (word > 0 && is_letter(text[word - 1]) && begin - word < kLongest) --word;
    std::string key(text.substr(word, begin - 1 - word));
    key += '-';
    key += run;
    if (is_label(key)) return begin = word, field_rule(key);
  }
  return field_rule(run);
}

/// Whether "SERVICE:TYPE" of PAM stands at `at`, its module before it: pam_unix(passwd:chauthtok).
bool in_pam_message(std::string_view text, std::size_t at) {
  constexpr std::array<std::string_view, 5> kTypes{":account", ":auth", ":chauthtok", ":session",
                                                   ":setcred"};
  if (at == 0 || text[at - 1] != '(') return false;
  std::size_t service = at;
  while (service < text.size() && is_run_char(text[service]) && text[service] != ':') ++service;
  if (!begins_with_one_of(text.substr(service), kTypes)) return false;
  std::size_t begin = at - 1;
  while (begin > 0 && is_run_char(text[begin - 1])) --begin;
  return text.substr(begin).starts_with("pam_");
}

/// Whether `at` is within an element of HTML that has a name of its own: <input name="csrf">.
bool in_element(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 96;
  constexpr std::size_t kLongest = 16;
  const std::size_t from = at > kReach ? at - kReach : 0;
  const std::size_t open = text.substr(from, at - from).find_last_of("<>");
  if (open == std::string_view::npos) return false;
  const std::string_view tag = text.substr(from + open);
  return begins_with_one_of(lower(tag.substr(0, kLongest)), secrets::kElements);
}

/// Whether the list of properties around `at` is QEMU's "-object secret,id=...,data=...".
bool in_secret_object(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 64;
  std::size_t begin = at;
  while (begin > 0 && at - begin < kReach && !is_space(text[begin - 1])) --begin;
  return text.substr(begin, at - begin).starts_with("secret,");
}

/// Whether a delimiter inside an unquoted value really ends it: another key=, a blank or the end
/// follows.
bool ends_list_item(std::string_view text, std::size_t at) {
  std::size_t i = at + 1;
  while (i < text.size() && (is_run_char(text[i]))) ++i;
  return i > at + 1 ? byte_at(text, i) == '=' : i >= text.size() || is_space(text[i]);
}

}  // namespace

/// Moves behind backslashes and one quote, when there is one. Backticks are a pair on one line.
Rewriter::Quote Rewriter::take_quote(std::string_view text, std::size_t& at) {
  std::size_t i = at;
  while (byte_at(text, i) == '\\') ++i;
  const char mark = byte_at(text, i);
  if (mark == '`') {
    const std::size_t close = text.find_first_of("`\n", i + 1);
    if (i > at || byte_at(text, close) != '`' || close == i + 1) return {};
  } else if (mark != '"' && mark != '\'') {
    return {};
  }
  const std::size_t backslashes = i - at;
  at = i + 1;
  return {mark, backslashes};
}

std::size_t Rewriter::value_end(Scan& scan, std::size_t from, Quote quote) {
  const std::string_view text = scan.text;
  const auto literal = [&scan](std::size_t i) {
    return scan.layer == nullptr || scan.layer->offsets[i + 1] - scan.layer->offsets[i] == 1;
  };
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (quote.mark != '\0') {
      if (c != quote.mark) continue;
      std::size_t before = i;
      while (before > from && text[before - 1] == '\\') --before;
      // A quote with more backslashes than the opening one had belongs to the value.
      const bool closes =
          quote.backslashes == 0 ? (i - before) % 2 == 0 : i - before <= quote.backslashes;
      if (closes) return scan.looks_to(i + 1), quote.backslashes == 0 ? i : before;
      continue;
    }
    if (!literal(i)) continue;
    if (is_space(c) || c == '"' || c == '\'' || c == '`' || c == '<') return i;
    if (c == '\\' && (byte_at(text, i + 1) == 'n' || byte_at(text, i + 1) == '"')) return i;
    if ((c == ',' || c == ';' || c == '&' || c == ')' || c == ']' || c == '}') &&
        ends_list_item(text, i))
      return i;
  }
  open_ended_ = open_ended_ || quote.mark != '\0';
  return text.size();
}

bool Rewriter::secret_value(Scan& scan, std::size_t from, std::string_view word) {
  std::size_t at = from;
  const Quote quote = take_quote(scan.text, at);
  if (scan.text.substr(at, 10) == "-----BEGIN") return false;
  if (is_directory(scan.text, scan.at, at)) return false;
  std::size_t end = value_end(scan, at, quote);
  const std::string_view first = scan.text.substr(at, end - at);
  const bool scheme = is_one_of(lower(first), secrets::kSchemes);
  if (scheme) scan.looks_beyond();
  if (scheme && byte_at(scan.text, end) == ' ')
    end = value_end(scan, skip_blanks(scan.text, end), quote);
  // "password: two words" and "password = two words" in a file are one value.
  const std::string_view mark = scan.text.substr(scan.run_end, 3);
  if (quote.mark == '\0' && scan.layer == nullptr && begins_line(scan.text, scan.run_begin) &&
      (mark.starts_with(':') || mark == " = ")) {
    end = std::min(scan.text.find_first_of("\r\n", at), scan.text.size());
    while (end > at && is_space(scan.text[end - 1])) --end;
    end = at + remark_begin(scan.text.substr(at, end - at));
  }
  const std::string_view value = scan.text.substr(at, end - at);
  if (value.starts_with("[secret:")) {
    const std::size_t close = scan.text.substr(at, kMaxPlaceholder).find(']');
    return scan.skip(close == std::string_view::npos ? end : at + close + 1);
  }
  // "token: the identifier" in a sentence.
  const std::string_view key = scan.text.substr(scan.run_begin, scan.run_end - scan.run_begin);
  if (byte_at(scan.text, scan.run_end) == ':' && begins_with_one_of(key, secrets::kVerbs))
    return scan.skip(scan.run_end);
  const bool prose = quote.mark == '\0' && byte_at(scan.text, scan.run_end) == ':' &&
                     from > scan.run_end + 1 && !begins_line(scan.text, scan.run_begin);
  if (prose && is_plain_word(value)) return scan.skip(end);
  const bool open = quote.mark == '\0' && byte_at(scan.text, scan.run_end) == ':';
  if (is_no_secret(value, open)) return scan.skip(scan.run_end);  // more may stand in the line
  if (is_block_mark(value)) {
    if (block_value(scan, end, word)) return true;
    if (!value.starts_with('!')) return false;  // else it was no tag
  }
  // The id of a second factor, not its code: totp:18b70200.
  constexpr std::size_t kFactorId = 8;
  if (word == "otp" && value.size() == kFactorId && std::all_of(value.begin(), value.end(), is_hex))
    return scan.skip(end);
  if (word == "otp" && is_uuid_at(value, 0)) return false;
  for (Edit& edit : secret_edits(value, word)) scan.place(at, std::move(edit));
  return scan.skip(end);
}

/// "name=secret; Path=/": the values of cookies, not what a browser is told to do with them.
std::vector<Edit> Rewriter::cookie_edits(std::string_view value) {
  std::vector<Edit> edits;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t end = std::min(value.find(';', at), value.size());
    const std::size_t equals = value.substr(0, end).find('=', at);
    if (equals != std::string_view::npos) {
      const std::size_t name = skip_blanks(value, at);
      const bool attribute =
          is_one_of(lower(value.substr(name, equals - name)), secrets::kCookieAttributes);
      const std::string_view secret = value.substr(equals + 1, end - equals - 1);
      if (!attribute && !secret.empty() && !secret.starts_with("[secret:"))
        edits.push_back({equals + 1, end, "[secret:cookie]"});
    }
    at = end + 1;
  }
  return edits;
}

/// "NAME=secret" in lines: what a provider of DNS is asked with.
std::vector<Edit> Rewriter::assigned_edits(std::string_view value) {
  constexpr std::size_t kMostName = 64;
  std::vector<Edit> edits;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t end = std::min(value.find('\n', at), value.size());
    const std::size_t equals = value.substr(0, end).find('=', at);
    const std::string_view name = value.substr(at, std::min(equals, end) - at);
    const bool plain =
        !name.empty() && name.size() <= kMostName && is_upper(name.front()) &&
        name.find('_') != std::string_view::npos &&
        std::all_of(name.begin(), name.end(), [](char c) {
          return (is_word_char(c) && static_cast<unsigned char>(c) < 0x80) || c == '_';
        });
    // The marks that end base64 assign nothing, whatever follows them.
    const std::size_t first = value.find_first_not_of('=', std::min(equals, value.size()));
    const bool assigns = plain && first < end && !is_space(value[first]) && value[first] != ',';
    const std::size_t begin = assigns ? equals + 1 : at;
    if (begin < end && !value.substr(begin).starts_with("[secret:"))
      edits.push_back({begin, end, "[secret:credential]"});
    at = end + 1;
  }
  return edits;
}

/// Hides a secret; what says whose it is and how it is written stays readable or gets pseudonyms:
/// "Bearer x", "PVEAPIToken=user@realm!name=x", "base64:x".
std::vector<Edit> Rewriter::secret_edits(std::string_view value, std::string_view word) {
  if (word == "credential") return assigned_edits(value);
  std::size_t at = 0;
  const std::size_t blank = value.find(' ');
  if (blank != std::string_view::npos &&
      is_one_of(lower(value.substr(0, blank)), secrets::kSchemes))
    at = skip_blanks(value, blank);
  bool header = false;
  for (const std::string_view head : {"PVEAPIToken=", "PBSAPIToken=", "base64:"}) {
    if (!value.substr(at).starts_with(head)) continue;
    at += head.size();
    header = true;
  }
  std::vector<Edit> edits;
  if (const std::size_t owner = token_owner_end(value, at); owner > at) {
    const std::string_view id = value.substr(at, owner - at);
    if (std::string shown = user_text(id); shown != id)
      edits.push_back({at, owner, std::move(shown)});
    at = owner + 1;
  }
  if (word == "cookie" && value.find('=') != std::string_view::npos) return cookie_edits(value);
  const std::string_view secret = value.substr(at);
  const bool variable = header && is_shell_variable(secret);
  if (!secret.empty() && !variable && !secret.starts_with("[secret:"))
    edits.push_back({at, value.size(), "[secret:" + std::string(word) + "]"});
  return edits;
}

/// {"name":"X-Auth-Token","value":"..."}: what its value is, is no name.
bool Rewriter::names_secret(std::string_view text, std::size_t at) {
  take_quote(text, at);
  std::size_t end = at;
  while (end < text.size() && is_run_char(text[end])) ++end;
  return field_rule(text.substr(at, end - at)).treatment == Treatment::kSecret;
}

/// "domain: acme.pl": where a host stands it is no file of Perl's.
bool Rewriter::polish_host(Scan& scan, std::size_t at) {
  take_quote(scan.text, at);
  std::size_t end = at;
  while (end < scan.text.size() && is_run_char(scan.text[end])) ++end;
  const std::string_view name = scan.text.substr(at, end - at);
  if (name.size() < 4 || !name.ends_with(".pl") || name.front() == '.' || holds_own(name))
    return false;
  if (name.find("..") != std::string_view::npos) return false;
  return scan.replace(at, end, domain_text(name, public_suffix_labels(lower(name))));
}

/// "key": what is long enough to be one and no path.
bool Rewriter::long_key(Scan& scan, std::size_t at) {
  constexpr std::size_t kShortest = 20;
  constexpr std::string_view kPublic = "public ";
  const std::string_view text = scan.text;
  std::size_t begin = at;
  const Quote quote = take_quote(text, begin);
  const std::size_t length = value_end(scan, begin, quote) - begin;
  if (length < kShortest || holds_own(text.substr(begin, length))) return false;
  if (text.substr(0, scan.at).ends_with(kPublic)) return false;
  if (is_below_root(text, begin)) return false;  // "Offering public key: /home/x/.ssh/id_rsa"
  return secret_value(scan, at, "key");
}

bool Rewriter::key_value(Scan& scan) {
  const std::string_view text = scan.text;
  const std::string_view run = text.substr(scan.at, scan.run_end - scan.at);
  const char next = byte_at(text, scan.run_end);
  if (kAfterKey.find(next) == std::string_view::npos) return false;
  if (run == "data" && next == '=' && in_secret_object(text, scan.at))
    return scan.looks_beyond(), secret_value(scan, scan.run_end + 1, "key");
  if ((run == "from" || run == "to" || run == "orig_to") && text.substr(scan.run_end, 2) == "=<")
    return mailbox(scan, scan.run_end + 2);
  if (run == "CN" || run == "cn") return scan.looks_beyond(), common_name(scan);
  const bool flag = scan.at > 0 && text[scan.at - 1] == '-';
  if (run == "PBS_REPOSITORY" || (flag && run == "repository"))
    return scan.looks_beyond(),
           repository(scan, read_assignment(text, scan.at, scan.run_end, flag).value);
  std::size_t label = scan.at;
  if (ends_label(run) || run == "value" || run == "uid") scan.looks_beyond();
  const FieldRule rule = label_rule(text, label, run);
  scan.key = rule.key;
  if (rule.treatment == Treatment::kText || rule.treatment == Treatment::kKeep) return false;
  // pam_unix(passwd:chauthtok): what a program asks PAM for.
  if (next == ':' && in_pam_message(text, scan.at)) return false;
  const char first = byte_at(text, scan.run_end + 1);
  const bool direct = next == '=' && (is_word_char(first) || first == '"' || first == '\'');
  if (!direct) scan.looks_beyond();
  const Assignment assigned = read_assignment(text, scan.at, scan.run_end, flag);
  std::size_t at = assigned.value;
  if (at == 0 || at >= text.size()) return false;
  const char mark = assigned.mark;
  if (equals_folded(run, "name") && mark == '=' && in_element(text, scan.at)) return false;
  if (run == "name" && mark == '=' && in_interface_list(text, scan.at)) return false;
  if (mark == '|' && rule.treatment != Treatment::kSecret) return false;
  // A list that the form of its line shows is taken as a whole: "tags: a;b".
  if (rule.treatment == Treatment::kNames && scan.place_begin() == at) return false;
  const bool line = mark == ':' && is_whole_line(text, label, at);
  const char before = scan.at > 0 ? text[scan.at - 1] : ' ';
  const bool quoted = mark == ':' && before == '"' && byte_at(text, scan.run_end) == before;
  if (run == "uid" && !line) return false;
  const bool teaches = rule.teaches && (flag || mark == '=' || mark == '>' || line || quoted ||
                                        (mark == ':' && rule.kind == Kind::kHost));
  switch (rule.treatment) {
    case Treatment::kSecret: return secret_value(scan, at, rule.secret);
    case Treatment::kMaybeKey: return long_key(scan, at);
    case Treatment::kNames:
      if (mark != '>' && name_list(scan, at, rule)) return true;
      [[fallthrough]];
    case Treatment::kName:
    case Treatment::kGuest:
    case Treatment::kHost:
      if (run == "name" && names_secret(text, at)) return false;
      if (rule.treatment == Treatment::kHost && polish_host(scan, at)) return true;
      take_quote(text, at);
      if (dictionary_.longest_at(text, at).end > run_from(text, at))
        return false;  // first and last
      return context_name(scan, at, rule.kind, teaches);
    case Treatment::kUserId:
      take_quote(text, at);
      return encoded_name(scan, at, rule) || context_name(scan, at, Kind::kUser, true);
    case Treatment::kPath:
    case Treatment::kAclPath:
    case Treatment::kReference: return assigned_name(scan, at, rule);
    case Treatment::kSerial:
      // An address with separators is one wherever it stands.
      if (read_mac(text, at)) return false;
      return encoded_name(scan, at, rule) || assigned_value(scan, at, rule);
    case Treatment::kDn:
    case Treatment::kKeyring: return assigned_value(scan, at, rule);
    case Treatment::kPerson: take_quote(text, at); return hinted_name(scan, at, Kind::kPerson);
    case Treatment::kPhone:
    case Treatment::kEncoded:
    case Treatment::kText:
    case Treatment::kKeep: break;
  }
  return false;
}

/// Postfix's "from=<user>": a user of the host.
bool Rewriter::mailbox(Scan& scan, std::size_t from) {
  const std::size_t end = scan.text.find('>', from);
  const std::size_t most = from + 64;
  if (end == std::string_view::npos || end > most) return false;
  return placed_user(scan, from, end);
}

/// A value that its field's treatment takes apart.
bool Rewriter::assigned_value(Scan& scan, std::size_t from, const FieldRule& rule) {
  std::size_t at = from;
  const Quote quote = take_quote(scan.text, at);
  // A distinguished name has blanks in it (CN=Ann Lee) where its line holds nothing else.
  const bool line = begins_line(scan.text, scan.at) && byte_at(scan.text, scan.run_end) == ':';
  const std::string_view stops = std::string_view(" \r\n\"'").substr(line ? 1 : 0);
  const std::size_t end = rule.treatment == Treatment::kDn && quote.mark == '\0'
                              ? std::min(scan.text.find_first_of(stops, at), scan.text.size())
                              : value_end(scan, at, quote);
  const std::string_view value = scan.text.substr(at, end - at);
  if (value.empty()) return false;
  for (Edit& edit : field(value, rule, Kind::kVm)) scan.place(at, std::move(edit));
  return scan.skip(std::max(end, scan.at));
}

/// A name, or names with slashes between them, where one is assigned.
bool Rewriter::assigned_name(Scan& scan, std::size_t from, const FieldRule& rule) {
  std::size_t at = from;
  const Quote quote = take_quote(scan.text, at);
  const std::size_t end = value_end(scan, at, quote);
  const std::string_view value = scan.text.substr(at, end - at);
  const bool names = std::all_of(value.begin(), value.end(), [](char c) {
    return is_run_char(c) || c == '/' || c == '+' || c == '!';
  });
  // "pool: tank", as zpool and YAML write it: the line holds nothing else.
  const bool line = rule.treatment == Treatment::kPath && begins_line(scan.text, scan.at) &&
                    (end == scan.text.size() || scan.text[end] == '\n');
  const char before = scan.at > 0 ? scan.text[scan.at - 1] : ' ';
  const bool assigned = line || byte_at(scan.text, scan.run_end) == '=' || before == '-' ||
                        (quote.mark == '"' && before == '"');
  if (value.empty() || !names || !assigned || is_plain_path_word(value)) return false;
  announce_name(value, rule);
  for (Edit& edit : field(value, rule, Kind::kVm)) scan.place(at, std::move(edit));
  return scan.skip(std::max(end, scan.at));
}

}  // namespace pmx::anonymize
