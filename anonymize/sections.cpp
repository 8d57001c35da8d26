// Lines of PVE's own files: section headers ("nfs: tank"), their properties behind a tab, rules and
// lists of the firewall, the lines of user.cfg. A line says by its place what stands in it, so its
// names are looked for in the whole payload (and nowhere else: anybody may write such a line).
#include <algorithm>
#include <iterator>

#include "anonymize/blobs.h"
#include "anonymize/rewrite.h"
#include "anonymize/rules/files.h"
#include "anonymize/word_set.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

const rules::ClassedWord* section_of(std::string_view type) {
  for (const rules::ClassedWord& section : rules::files::kSections)
    if (section.word == type) return &section;
  return nullptr;
}

/// A hash as Apache keeps it in a file of passwords.
bool is_web_hash(std::string_view value) {
  constexpr std::string_view kHeads[] = {"$1$", "$2a$", "$2b$",   "$2y$",  "$5$",
                                         "$6$", "$y$",  "$apr1$", "{SHA}", "{SSHA}"};
  return begins_with_one_of(value, kHeads) && std::none_of(value.begin(), value.end(), is_space);
}

bool is_section(std::string_view type) { return section_of(type) != nullptr; }

/// Where what the line of `at` says ends: before its line end.
std::size_t content_end(std::string_view text, std::size_t at) {
  std::size_t end = std::min(text.find('\n', at), text.size());
  if (end > at && text[end - 1] == '\r') --end;
  return end;
}

/// What a line of a file has before its first word at most.
constexpr std::size_t kMaxIndent = 8;

/// Where the line of `at` begins, when it is no farther than an indent; else somewhere before.
std::size_t near_line_begin(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && at - begin <= kMaxIndent && text[begin - 1] != '\n') --begin;
  return begin;
}

std::size_t run_end(std::string_view text, std::size_t at, std::size_t limit) {
  while (at < limit && is_run_char(text[at])) ++at;
  return at;
}

}  // namespace

void add_section_words(Triggers& triggers) {
  for (const rules::ClassedWord& section : rules::files::kSections)
    triggers.add_word(section.word, clue::kLine);
  for (const std::string_view head : rules::files::kUserLines) triggers.add_word(head, clue::kLine);
  for (const std::string_view word : {"GROUP", "header"}) triggers.add_word(word, clue::kLine);
}

/// One name that stands at [begin, end) because of its place.
bool Rewriter::placed_name(Scan& scan, std::size_t begin, std::size_t end, Kind kind) {
  const std::string_view value = scan.text.substr(begin, end - begin);
  const bool known = resolver_.ledger().by_name(lower(value)) != nullptr;
  if (!is_name(value, kind) || (!known && is_plain_path_word(value))) return false;
  resolver_.announce(value);
  return scan.replace(begin, end, name_text(kind, value));
}

void Rewriter::announce_name(std::string_view value, const FieldRule& rule) {
  const bool named = rule.treatment == Treatment::kName || rule.treatment == Treatment::kPath ||
                     rule.treatment == Treatment::kReference || rule.treatment == Treatment::kHost;
  if (!named || resolver_.ledger().by_name(lower(value)) != nullptr) return;  // it is known anyway
  if (is_name(value, rule.kind) && !is_plain_path_word(value)) resolver_.announce(value);
}

bool Rewriter::section_header(Scan& scan) {
  const std::string_view text = scan.text;
  if (byte_at(text, scan.run_end) != ':' || byte_at(text, scan.run_end + 1) != ' ') return false;
  const std::string_view type = text.substr(scan.at, scan.run_end - scan.at);
  const rules::ClassedWord* section = section_of(type);
  if (section == nullptr) return false;
  const std::size_t begin = scan.run_end + 2;
  const std::size_t end = content_end(text, begin);
  if (run_end(text, begin, end) != end || begin == end) return false;
  return placed_name(scan, begin, end, section->kind) || scan.skip(end);
}

/// What a provider of DNS is asked with, in base64 that suits URLs and is not filled up: whatever
/// it holds, some of its names say so and some do not.
bool Rewriter::plugin_data(Scan& scan, std::size_t begin, std::size_t end) {
  constexpr std::size_t kShortest = 6;
  const std::string_view value = scan.text.substr(begin, end - begin);
  const bool encoded = value.size() >= kShortest && !value.starts_with("[secret:") &&
                       std::all_of(value.begin(), value.end(), [](char c) {
                         return is_letter(c) || is_digit(c) ||
                                std::string_view("+/=-_").find(c) != std::string_view::npos;
                       });
  return encoded && scan.replace(begin, end, "[secret:credential]");
}

/// "name=X,value=Y" of a webhook's header or secret, Y in base64.
bool Rewriter::named_property(Scan& scan, std::size_t begin, std::size_t end) {
  constexpr std::string_view kValue = ",value=";
  const std::string_view list = scan.text.substr(begin, end - begin);
  const std::size_t cut = list.find(kValue);
  if (cut == std::string_view::npos) return false;
  const std::string_view name = list.substr(5, cut - 5);
  const bool secret = scan.text.substr(scan.at, scan.run_end - scan.at) == "secret" ||
                      field_rule(name).treatment == Treatment::kSecret;
  const std::size_t value = begin + cut + kValue.size();
  if (!secret || value == end || scan.text.substr(value).starts_with("[secret:")) return false;
  return scan.replace(value, end, "[secret:secret]");
}

/// "<tab>server 10.1.2.3", "<tab>password x y".
bool Rewriter::section_property(Scan& scan) {
  const std::string_view text = scan.text;
  if (byte_at(text, scan.run_end) != ' ') return false;
  const FieldRule rule = field_rule(text.substr(scan.at, scan.run_end - scan.at));
  scan.key = rule.key;
  const std::size_t begin = scan.run_end + 1;
  const std::size_t end = content_end(text, begin);
  const std::string_view value = text.substr(begin, end - begin);
  if (text.substr(scan.at, scan.run_end - scan.at) == "data") return plugin_data(scan, begin, end);
  // "header name=X,value=Y" of a webhook: the name says what the value is.
  if (value.starts_with("name=")) return named_property(scan, begin, end);
  if (rule.treatment == Treatment::kText || rule.treatment == Treatment::kKeep) return false;
  // "Serial Number: x" is no property, "nodes a:3,b" is one.
  const std::size_t word = run_end(value, 0, value.size());
  const char behind = byte_at(value, word + 1);
  if (value.empty() || value.front() == '=' ||
      (byte_at(value, word) == ':' && (behind == ' ' || behind == '\0')))
    return false;
  announce_name(value, rule);
  // A key of a section (powerdns) is one, however short.
  const bool key = rule.treatment == Treatment::kMaybeKey && !holds_own(value);
  for (Edit& edit : key ? whole(value, "[secret:key]") : field(value, rule, Kind::kVm))
    scan.place(begin, std::move(edit));
  return scan.skip(end);
}

/// "jo@pve,@admins": whom an entry of an access list is for. A group has an "@" before it.
std::vector<Edit> Rewriter::acl_groups(std::string_view value) {
  std::vector<Edit> edits;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t end = std::min(value.find(',', at), value.size());
    const bool group = value[at] == '@';
    const std::size_t from = at + (group ? 1U : 0U);
    const std::string_view part = value.substr(from, end - from);
    for (Edit& edit : group ? name_field(part, Kind::kGroup) : scan_layer(part, nullptr, 1))
      edits.push_back(moved(std::move(edit), from));
    at = end + 1;
  }
  return edits;
}

/// user:, token:, group:, pool: and acl: lines of user.cfg.
bool Rewriter::user_line(Scan& scan) {
  const std::string_view text = scan.text;
  const std::string_view head = text.substr(scan.at, scan.run_end - scan.at);
  if (!is_one_of(head, rules::files::kUserLines)) return false;
  const std::size_t end = content_end(text, scan.at);
  const std::string_view line = text.substr(scan.at, end - scan.at);
  if (std::count(line.begin(), line.end(), ':') < 4 || line[head.size()] != ':' ||
      !line.ends_with(':') || byte_at(line, head.size() + 1) == ' ')
    return false;
  const std::size_t from = scan.at + head.size() + 1;
  std::vector<Edit> edits;
  std::size_t at = from;
  for (int field = 1; at < end; ++field) {
    const std::size_t stop = std::min(text.find(':', at), end);
    const std::string_view value = text.substr(at, stop - at);
    const bool person = head == "user" && (field == 4 || field == 5);
    const bool id = field == 1 && (head == "group" || head == "pool");
    const Kind kind = person ? Kind::kPerson : head == "group" ? Kind::kGroup : Kind::kPool;
    if ((person || id) && is_name(value, kind)) {
      resolver_.announce(value);
      edits.push_back({at - from, stop - from, resolver_.name(kind, value)});
    } else if (head != "role" || field == 1) {
      const bool groups = head == "acl" && field == 3;
      for (Edit& edit : groups ? acl_groups(value) : scan_layer(value, nullptr, scan.depth + 1))
        edits.push_back(moved(std::move(edit), at - from));
    }
    at = stop + 1;
  }
  // A colon may stand in a comment.
  auto whole = scan_layer(text.substr(from, end - from), nullptr, scan.depth + 1);
  for (Edit& edit : joined_edits(std::move(edits), std::move(whole)))
    scan.place(from, std::move(edit));
  return scan.skip(end);
}

/// A line of passwd, shadow or group. Accounts of the system itself tell nothing: their numbers are
/// small, and they have no password.
bool Rewriter::account_line(Scan& scan) {
  constexpr int kFirstUser = 1000;
  const std::string_view text = scan.text;
  if (byte_at(text, scan.run_end) != ':' || byte_at(text, scan.run_end + 1) == ' ') return false;
  const std::size_t end = content_end(text, scan.at);
  std::vector<Span> fields;
  for (std::size_t at = scan.at; at <= end && fields.size() < 10;) {
    const std::size_t stop = std::min(text.find(':', at), end);
    fields.push_back({at, stop});
    at = stop + 1;
  }
  const auto field = [&](std::size_t i) {
    return text.substr(fields[i].begin, fields[i].end - fields[i].begin);
  };
  const std::size_t count = fields.size();
  // A locked account has its hash behind a "!".
  const bool shadow = count == 9 && (field(1).starts_with('$') || field(1).starts_with("!$"));
  const bool htpasswd = count == 2 && is_web_hash(field(1));
  const bool passwd = count == 7 && field(6).starts_with('/') && field(5).starts_with('/');
  const bool group = count == 4 && (field(1) == "x" || field(1) == "*");
  if (htpasswd) return placed_user(scan, fields[0].begin, fields[0].end);
  if (!shadow && !passwd && !group) return false;
  if (!shadow) {
    const std::string_view id = field(2);
    if (id.empty() || id.size() > 9 || !std::all_of(id.begin(), id.end(), is_digit)) return false;
    if (std::stoi(std::string(id)) < kFirstUser && !(group && !field(3).empty())) return false;
  }
  const bool system = group && std::stoi(std::string(field(2))) < kFirstUser;
  const Kind kind = group ? Kind::kGroup : Kind::kUser;
  if (!system) placed_name(scan, fields[0].begin, fields[0].end, kind);
  const auto inside = [&](std::size_t i, std::vector<Edit> edits) {
    for (Edit& edit : edits) scan.place(fields[i].begin, std::move(edit));
  };
  if (shadow) {
    if (field(1).starts_with('!')) ++fields[1].begin;
    inside(1, whole(field(1), "[secret:hash]"));
  }
  if (group) inside(3, list_field(field(3), Kind::kUser));
  if (passwd) {
    const std::size_t comma = std::min(field(4).find(','), field(4).size());
    inside(4, person_field(field(4).substr(0, comma)));
    fields[4].begin += comma;
    inside(4, scan_layer(field(4), nullptr, scan.depth + 1));
    inside(5, scan_layer(field(5), nullptr, scan.depth + 1));
  }
  return scan.skip(end);
}

/// A line of a firewall's [ALIASES], or a GROUP rule.
bool Rewriter::firewall_line(Scan& scan) {
  const std::string_view text = scan.text;
  if (text.substr(scan.at, scan.run_end - scan.at) == "GROUP" &&
      byte_at(text, scan.run_end) == ' ') {
    const std::size_t begin = scan.run_end + 1;
    return placed_name(scan, begin, run_end(text, begin, text.size()), Kind::kName);
  }
  if (scan.at >= scan.aliases_end || byte_at(text, scan.run_end) != ' ') return false;
  return placed_name(scan, scan.at, scan.run_end, Kind::kName);
}

namespace {

/// "12:34:56 ", "12:34:56.789": no account has a number like that.
bool is_time(std::string_view text, std::size_t at) {
  constexpr std::string_view kForm = "00:00:00";
  for (std::size_t i = 0; i < kForm.size(); ++i)
    if (kForm[i] == ':' ? byte_at(text, at + i) != ':' : !is_digit(byte_at(text, at + i)))
      return false;
  const char after = byte_at(text, at + kForm.size());
  return !is_digit(after) && after != ':';
}

}  // namespace

bool Rewriter::may_be_file_line(const Scan& scan, std::uint32_t last) {
  const std::size_t at = scan.run_begin;
  const char before = at == 0 ? '\n' : scan.text[at - 1];
  const char after = byte_at(scan.text, scan.run_end);
  if (before == '\t') return after == ' ';
  if (before != '\n' && before != '|') return false;
  if (at < scan.aliases_end) return true;
  if (after == ':') return !is_time(scan.text, at);
  return (scan.text[at] == 'G' && (last & clue::kLine) != 0);
}

bool Rewriter::file_line(Scan& scan) {
  const std::string_view text = scan.text;
  const std::size_t begin = near_line_begin(text, scan.at);
  if (scan.at - begin > kMaxIndent) return false;
  // "INFO: and so on": a word with a blank behind its colon begins a section or nothing.
  const bool assigned = scan.at == begin && text.substr(scan.run_end, 2) == ": ";
  if (!assigned || is_section(text.substr(scan.at, scan.run_end - scan.at))) scan.looks_beyond();
  if (scan.at == begin)
    return section_header(scan) || user_line(scan) || account_line(scan) || firewall_line(scan);
  const std::string_view before = text.substr(begin, scan.at - begin);
  if (before == "\t") return section_property(scan);
  return before == "|" && firewall_line(scan);
}

namespace {

/// Whether the lines below a name in brackets are those of what Samba shares.
bool is_share(std::string_view lines) {
  const std::size_t path = lines.find("path");
  if (path == std::string_view::npos) return false;
  const std::size_t line = lines.rfind('\n', path);
  const bool begins = line != std::string_view::npos &&
                      lines.substr(line + 1, path - line - 1).find_first_not_of(" \t") == lines.npos;
  const std::size_t equals = lines.find_first_not_of(' ', path + 4);
  return begins && byte_at(lines, equals) == '=' && lines.find_first_not_of(' ', equals + 1) != lines.npos &&
         lines[lines.find_first_not_of(' ', equals + 1)] == '/';
}

}  // namespace

/// [IPSET x], [group x], [ALIASES]; [x] over a snapshot of a guest or a directory that is shared.
bool Rewriter::section_bracket(Scan& scan) {
  const std::string_view text = scan.text;
  if (scan.at > 0 && text[scan.at - 1] != '\n') return false;
  const std::size_t end = content_end(text, scan.at);
  const std::size_t close = text.substr(0, end).find(']', scan.at);
  if (close == std::string_view::npos) return false;
  const std::size_t next = std::min(text.find("\n[", close), text.size());
  const std::string_view inside = text.substr(scan.at + 1, close - scan.at - 1);
  if (equals_folded(inside, "aliases")) scan.aliases_end = next;
  std::size_t begin = scan.at + 1;
  for (const std::string_view head : rules::files::kBrackets)
    if (equals_folded(inside.substr(0, head.size()), head))
      begin = std::max(begin, scan.at + 1 + head.size());
  const bool snapshot =
      text.substr(close, next - close).find("\nsnaptime: ") != std::string_view::npos;
  const bool share = is_share(text.substr(close + 1, next - close - 1));
  if (begin == scan.at + 1 && !snapshot && !share) return false;
  return placed_name(scan, begin, close, Kind::kName);
}

}  // namespace pmx::anonymize
