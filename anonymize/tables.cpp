// Tables whose header says what a column holds.
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "anonymize/chars.h"
#include "anonymize/places.h"

namespace pmx::anonymize {
namespace {

constexpr FieldRule named(Kind kind) { return {Treatment::kName, kind, "", true}; }
constexpr FieldRule as(Treatment treatment) { return {treatment, Kind::kName, "", true}; }

/// A program's table: the words that its header begins with, and a column that holds names.
struct Form {
  std::string_view first;
  std::string_view second;  ///< and perhaps a third
  std::string_view column;
  FieldRule rule;
};
constexpr Form kForms[] = {
    {"VMID", "NAME", "NAME", named(Kind::kVm)},              // qm list
    {"VMID", "Status", "Name", named(Kind::kContainer)},     // pct list
    {"Name", "Type", "Name", named(Kind::kStorage)},         // pvesm status
    {"Nodeid", "Votes", "Name", named(Kind::kNode)},         // pvecm nodes
    {"NAME", "USED", "NAME", as(Treatment::kPath)},          // zfs list
    {"NAME", "USED", "MOUNTPOINT", as(Treatment::kPath)},    //
    {"NAME", "SIZE ALLOC", "NAME", as(Treatment::kPath)},    // zpool list
    {"POOL", "ID", "POOL", named(Kind::kName)},              // ceph df
    {"VG", "#PV", "VG", named(Kind::kName)},                 // vgs
    {"PV", "VG", "VG", named(Kind::kName)},                  // pvs
    {"LV", "VG", "LV", named(Kind::kName)},                  // lvs
    {"LV", "VG", "VG", named(Kind::kName)},                  //
    {"LV", "VG", "Pool", named(Kind::kName)},                //
    {"USER", "PID", "USER", as(Treatment::kUserId)},         // ps aux
    {"UID", "PID", "UID", as(Treatment::kUserId)},           // ps -ef
    {"USER", "TTY", "USER", as(Treatment::kUserId)},         // w, who
    {"COMMAND", "PID", "USER", as(Treatment::kUserId)},      // lsof
    {"Id", "Name", "Name", named(Kind::kVm)},                // virsh list
    {"CONTAINER", "ID", "NAMES", named(Kind::kContainer)},   // docker ps
    {"NAMESPACE", "NAME", "NAME", named(Kind::kContainer)},  // kubectl get -A
    {"NAME", "READY", "NAME", named(Kind::kContainer)},      // kubectl get pods
    {"NAME", "STATUS", "NAME", named(Kind::kNode)},          // kubectl get nodes
};

/// What people write over the columns of their own tables, and no field is called.
struct Heading {
  std::string_view text;
  FieldRule rule;
};
constexpr Heading kHeadings[] = {{"admin", as(Treatment::kPerson)},
                                 {"administrator", as(Treatment::kPerson)},
                                 {"ansprechpartner", as(Treatment::kPerson)},
                                 {"assignee", as(Treatment::kPerson)},
                                 {"benutzer", as(Treatment::kUserId)},
                                 {"client", named(Kind::kPerson)},
                                 {"company", named(Kind::kPerson)},
                                 {"contact", as(Treatment::kPerson)},
                                 {"ct", named(Kind::kContainer)},
                                 {"customer", named(Kind::kPerson)},
                                 {"engineer", as(Treatment::kPerson)},
                                 {"firma", named(Kind::kPerson)},
                                 {"guest", named(Kind::kVm)},
                                 {"knoten", named(Kind::kNode)},
                                 {"kunde", named(Kind::kPerson)},
                                 {"login", as(Treatment::kUserId)},
                                 {"machine", {Treatment::kHost, Kind::kHost, "", true}},
                                 {"organisation", named(Kind::kPerson)},
                                 {"organization", named(Kind::kPerson)},
                                 {"owner", as(Treatment::kPerson)},
                                 {"person", as(Treatment::kPerson)},
                                 {"rechner", {Treatment::kHost, Kind::kHost, "", true}},
                                 {"responsible", as(Treatment::kPerson)},
                                 {"server", {Treatment::kHost, Kind::kHost, "", true}},
                                 {"system", {Treatment::kHost, Kind::kHost, "", true}},
                                 {"tenant", named(Kind::kPerson)},
                                 {"verantwortlich", as(Treatment::kPerson)},
                                 {"vm", named(Kind::kVm)},
                                 {"vm-name", named(Kind::kVm)}};

constexpr std::size_t kLongestHeading = 24;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kAround = " \t\"'`*";
  const std::size_t begin = text.find_first_not_of(kAround);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kAround) + 1 - begin);
}

/// The rule of a column by its heading.
FieldRule heading_rule(std::string_view heading) {
  std::string key = lower(trimmed(heading));
  std::replace(key.begin(), key.end(), ' ', '-');
  for (const Heading& known : kHeadings)
    if (known.text == key) return known.rule;
  return field_rule(key);
}

bool holds_values(const FieldRule& rule) {
  return rule.treatment != Treatment::kText && rule.treatment != Treatment::kKeep &&
         rule.treatment != Treatment::kMaybeKey && rule.treatment != Treatment::kEncoded;
}

bool is_rule_line(std::string_view line) {
  // Borders of boxes are three bytes each and begin with E2.
  return !line.empty() && std::all_of(line.begin(), line.end(), [](char c) {
    return std::string_view("|-+:= \t").find(c) != std::string_view::npos ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + what.size()))
    ++count;
  return count;
}

/// Whether a line's first cell ends, or a border begins, where a header's does.
bool may_be_delimited(std::string_view line) {
  const std::string_view begin = line.substr(0, kLongestHeading + 3);
  return std::any_of(begin.begin(), begin.end(), [](char c) {
    return c == ',' || c == ';' || c == '\t' || c == '|' || c == '\xE2';
  });
}

/// A header of comma-separated values: words, nothing else.
bool is_heading(std::string_view cell) {
  if (cell.starts_with(' ')) return false;  // a sentence
  cell = trimmed(cell);
  return !cell.empty() && cell.size() <= kLongestHeading && is_letter(cell.front()) &&
         std::all_of(cell.begin(), cell.end(), [](char c) { return is_run_char(c) || c == ' '; });
}

}  // namespace

std::vector<TableReader::Span> TableReader::words(std::string_view line) {
  std::vector<Span> words;
  for (std::size_t at = 0; at < line.size();) {
    while (at < line.size() && is_space(line[at])) ++at;
    const std::size_t begin = at;
    while (at < line.size() && !is_space(line[at])) ++at;
    if (at > begin) words.push_back({begin, at});
  }
  return words;
}

std::vector<TableReader::Span> TableReader::cells(std::string_view line) const {
  std::vector<Span> cells;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find(delimiter_, at), line.size());
    cells.push_back({at, end});
    at = end + delimiter_.size();
  }
  return cells;
}

bool TableReader::begin_aligned(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  if (first == std::string_view::npos || !is_letter(line[first])) return false;
  const std::size_t stop = std::min(line.find(' ', first), line.size());
  const std::string_view head = line.substr(first, stop - first);
  const bool known = std::any_of(std::begin(kForms), std::end(kForms),
                                 [head](const Form& form) { return form.first == head; });
  if (!known) return false;
  const std::vector<Span> heads = words(line);
  if (heads.size() < 3) return false;
  const std::string second(line.substr(heads[1].begin, heads[1].end - heads[1].begin));
  const std::string third(line.substr(heads[2].begin, heads[2].end - heads[2].begin));
  two_words_ = head == "CONTAINER";  // CONTAINER ID
  columns_.clear();
  bool any = false;
  for (const Span& span : heads) {
    Column& column = columns_.emplace_back(Column{span, {}, false});
    for (const Form& form : kForms) {
      if (form.first != head) continue;
      if (form.second != second && form.second != second + ' ' + third) continue;
      if (form.column != line.substr(span.begin, span.end - span.begin)) continue;
      column.rule = form.rule;
      column.holds = any = true;
    }
  }
  if (any) layout_ = Layout::kAligned;
  return any;
}

/// A row has its cells below the heads: they begin or end where these do, the first two (of a head
/// of two words, the first) and half of all.
bool TableReader::aligned_row(std::size_t begin, std::string_view line,
                              std::vector<Place>& places) {
  const std::vector<Span> cells = words(line);
  if (cells.empty()) return false;
  const auto at_head = [&cells](const Column& column) {
    return std::find_if(cells.begin(), cells.end(), [&column](const Span& span) {
      return span.begin == column.head.begin || span.end == column.head.end;
    });
  };
  if (at_head(columns_[0]) != cells.begin()) return false;
  if (!two_words_ && at_head(columns_[1]) == cells.end()) return false;
  std::size_t below = 0;
  const std::size_t before = places.size();
  for (const Column& column : columns_) {
    const bool first = column.head.begin == columns_.front().head.begin;
    const auto cell = at_head(column);
    if (cell != cells.end()) ++below;
    const bool left = cell != cells.end() && cell->begin == column.head.begin;
    if (!column.holds || (!first && !left)) continue;
    const Span& value = first ? cells.front() : *cell;
    if (line.substr(value.begin, value.end - value.begin) == "Qdevice") continue;  // has no node
    places.push_back({begin + value.begin, begin + value.end, column.rule});
  }
  if (below * 2 >= columns_.size()) return true;
  places.resize(before);
  return false;
}

bool TableReader::begin_delimited(std::string_view line, std::string_view next) {
  const bool box = line.find("│") != std::string_view::npos;
  const bool bar = !box && line.find('|') != std::string_view::npos && is_rule_line(next) &&
                   next.find('|') != std::string_view::npos;
  delimiter_ = box ? "│" : bar ? "|" : "";
  for (const std::string_view comma : {",", ";", "\t"}) {
    if (!delimiter_.empty()) break;
    const std::size_t count = count_of(line, comma);
    if (count >= 2 && count_of(next, comma) == count) delimiter_ = comma;
  }
  if (delimiter_.empty()) return false;
  columns_.clear();
  std::size_t held = 0;
  for (const Span& span : cells(line)) {
    const std::string_view heading = line.substr(span.begin, span.end - span.begin);
    if (!box && !bar && !is_heading(heading)) return false;
    const FieldRule rule = heading_rule(heading);
    columns_.push_back({span, rule, holds_values(rule)});
    if (holds_values(rule)) ++held;
  }
  std::vector<std::string> heads;
  for (const Column& column : columns_) {
    const std::string head =
        lower(trimmed(line.substr(column.head.begin, column.head.end - column.head.begin)));
    if (!head.empty()) heads.push_back(head);
  }
  const bool pairs = heads.size() == 2 && heads[0] == "key" && heads[1] == "value";
  if (held == 0 && !pairs) return false;
  layout_ = pairs ? Layout::kPairs : Layout::kDelimited;
  return true;
}

bool TableReader::delimited_row(std::size_t begin, std::string_view line,
                                std::vector<Place>& places) {
  if (is_rule_line(line)) return true;
  const std::vector<Span> row = cells(line);
  if (row.size() != columns_.size()) return false;
  FieldRule of_key;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string_view cell = line.substr(row[i].begin, row[i].end - row[i].begin);
    const std::string_view value = trimmed(cell);
    if (value.empty()) continue;
    const std::size_t at = begin + static_cast<std::size_t>(value.data() - line.data());
    FieldRule rule = columns_[i].rule;
    bool holds = columns_[i].holds;
    if (layout_ == Layout::kPairs) {
      holds = holds_values(of_key);
      rule = std::exchange(of_key, heading_rule(value));
    }
    if (holds) places.push_back({at, at + value.size(), rule});
  }
  return true;
}

bool TableReader::line(std::size_t begin, std::size_t end, std::vector<Place>& places) {
  const std::string_view line = text_.substr(begin, end - begin);
  if (layout_ == Layout::kAligned && aligned_row(begin, line, places)) return true;
  if (layout_ != Layout::kNone && layout_ != Layout::kAligned && delimited_row(begin, line, places))
    return true;
  layout_ = Layout::kNone;
  if (line.size() < 8) return false;
  if (begin_aligned(line)) return true;
  if (!may_be_delimited(line)) return false;
  const std::size_t from = std::min(end + 1, text_.size());
  const std::size_t stop = std::min(text_.find('\n', from), text_.size());
  return begin_delimited(line, text_.substr(from, stop - from));
}

}  // namespace pmx::anonymize
