// Tables whose header says what a column holds.
#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <string>
#include <utility>

#include "anonymize/bytes.h"
#include "anonymize/chars.h"
#include "anonymize/places.h"
#include "anonymize/rules/fields.h"
#include "anonymize/rules/files.h"
#include "anonymize/word_set.h"

namespace pmx::anonymize {
namespace {

using rules::ProgramTable;
using rules::Proof;

bool proves(std::string_view word, Proof proof) {
  const auto all = [word](auto test) { return std::all_of(word.begin(), word.end(), test); };
  switch (proof) {
    case Proof::kNumber:
      // The number of a node; of none the quorum device has.
      return word == "-" || all(is_digit) ||
             (word.starts_with("0x") && word.find_first_not_of('0', 2) != std::string_view::npos &&
              std::all_of(word.begin() + 2, word.end(), is_hex));
    case Proof::kSize: return is_digit(word.front()) && (is_letter(word.back()) || word == "0");
    case Proof::kDevice: return word.starts_with("/dev/");
    case Proof::kThin: return word.size() == 10 && word.front() == 'V';
    case Proof::kAttributes:
      return word.size() == 10 && all([](char c) { return c == '-' || is_letter(c); });
    case Proof::kStatus: return is_one_of(word, rules::files::kStates);
    case Proof::kTerminal: return word.starts_with("pts/") || word.starts_with("tty");
    case Proof::kHex: return word.size() >= 12 && all(is_hex);
    case Proof::kFraction: return is_digit(word.front()) && word.find('/') != word.npos;
    case Proof::kReady: return word.find("Ready") != word.npos;
  }
  return false;
}

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
  for (const rules::RuledWord& known : rules::fields::kHeadings)
    if (known.word == key) return known.rule;
  return field_rule(key);
}

bool holds_values(const FieldRule& rule) {
  return rule.treatment != Treatment::kText && rule.treatment != Treatment::kKeep &&
         rule.treatment != Treatment::kMaybeKey && rule.treatment != Treatment::kEncoded;
}

bool is_rule_line(std::string_view line) {
  // Borders of boxes are three bytes each and begin with E2.
  return !line.empty() && std::all_of(line.begin(), line.end(), [](char c) {
    return std::string_view("|-+:= \t^").find(c) != std::string_view::npos ||
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
  constexpr std::size_t kLook = kLongestHeading + 3;
  constexpr std::size_t kStep = sizeof(Bytes);
  static_assert(kLook > kStep && kLook < 2 * kStep);
  const auto ends = [](const char* from) {
    const Bytes bytes = load_vector(from);
    return bits_of(equal(bytes, ',') | equal(bytes, ';') | equal(bytes, '\t') | equal(bytes, '|') |
                   equal(bytes, '\xE2') | equal(bytes, '^'));
  };
  if (line.size() >= kLook) return (ends(line.data()) | ends(line.data() + kLook - kStep)) != 0;
  char begin[2 * kStep] = {};
  std::memcpy(begin, line.data(), line.size());
  return (ends(begin) | ends(begin + kStep)) != 0;
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
    // Within quotes a comma ends no cell.
    const bool comma = delimiter_ == "," || delimiter_ == ";";
    const bool quoted = comma && byte_at(line, at) == '"';
    const std::size_t from = quoted ? std::min(line.find('"', at + 1), line.size()) : at;
    const std::size_t end = std::min(line.find(delimiter_, from), line.size());
    cells.push_back({at, end});
    at = end + delimiter_.size();
  }
  return cells;
}

bool TableReader::begin_listing(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  if (first == std::string_view::npos || !is_upper(line[first])) return false;
  const std::size_t stop = std::min(line.find(' ', first), line.size());
  head_ = line.substr(first, stop - first);
  static constexpr auto kHeads = WordHeads::of(rules::files::kTables, &ProgramTable::first);
  if (!kHeads.may_have(head_)) return false;
  const std::vector<Span> heads = words(line);
  if (heads.size() < 3) return false;
  second_ = line.substr(heads[1].begin, heads[1].end - heads[1].begin);
  third_ = line.substr(heads[2].begin, heads[2].end - heads[2].begin);
  const bool form = std::any_of(std::begin(rules::files::kTables), std::end(rules::files::kTables),
                                [this](const ProgramTable& known_form) {
                                  return known_form.first == head_ && has_second(known_form.second);
                                });
  if (form) layout_ = Layout::kListing;
  return form;
}

/// "NAME MAJ:MIN ... SERIAL" of lsblk: cells are empty or hold blanks, but begin where their heads
/// do.
bool TableReader::begin_aligned(std::string_view line) {
  if (!line.starts_with("NAME ")) return false;
  const std::size_t at = line.find(" SERIAL");
  if (at == std::string_view::npos || is_run_char(byte_at(line, at + 7))) return false;
  column_ = at + 1;
  layout_ = Layout::kAligned;
  return true;
}

/// "NAME MAJ:MIN ..." of lsblk: below it stand volumes of the device mapper, group-volume.
bool TableReader::begin_blocks(std::string_view line) {
  if (!line.starts_with("NAME ") || line.find(" MAJ:MIN ") == std::string_view::npos) return false;
  layout_ = Layout::kBlocks;
  return true;
}

bool TableReader::block_row(std::size_t begin, std::string_view line, std::vector<Place>& places) {
  constexpr std::string_view kVolume = " lvm";
  std::size_t at = 0;
  // Borders of a tree are three bytes each, or '^' as text is read.
  while (at < line.size() && (!is_run_char(line[at]) || line[at] == '-' || (line[at] & 0x80) != 0))
    ++at;
  std::size_t end = at;
  while (end < line.size() && is_run_char(line[end])) ++end;
  if (end == at) return false;
  const std::size_t type = line.find(kVolume, end);
  if (type == std::string_view::npos || is_run_char(byte_at(line, type + kVolume.size())))
    return true;
  std::size_t cut = line.find('-', at);
  while (cut < end && byte_at(line, cut + 1) == '-') cut = line.find('-', cut + 2);
  if (cut < end)
    places.push_back({begin + at, begin + cut, {Treatment::kName, Kind::kName, "", true}});
  return true;
}

bool TableReader::aligned_row(std::size_t begin, std::string_view line,
                              std::vector<Place>& places) const {
  if (line.empty() || is_space(line.front())) return false;
  // Borders of a tree are three bytes each, and their rows have no such cell.
  if (line.size() <= column_ || line[column_ - 1] != ' ') return true;
  std::size_t end = column_;
  while (end < line.size() && is_run_char(line[end])) ++end;
  if (end > column_ + 3)
    places.push_back({begin + column_, begin + end, {Treatment::kSerial, Kind::kName, "", false}});
  return true;
}

/// Whether the header goes on with this word, or with two.
bool TableReader::has_second(std::string_view words) const {
  if (words == second_) return true;
  return words.size() == second_.size() + 1 + third_.size() && words.starts_with(second_) &&
         words.ends_with(third_) && words[second_.size()] == ' ';
}

bool TableReader::listing_row(std::size_t begin, std::string_view line,
                              std::vector<Place>& places) {
  constexpr std::size_t kFewest = 3;
  const std::vector<Span> row = words(line);
  bool belongs = false;
  for (const ProgramTable& form : rules::files::kTables) {
    if (form.first != head_ || !has_second(form.second) || row.size() < kFewest) continue;
    const Span& by = row[form.proved_by];
    if (!proves(line.substr(by.begin, by.end - by.begin), form.proof)) continue;
    belongs = true;
    const auto column = static_cast<std::size_t>(form.column);
    if (form.column != ProgramTable::kLast && column >= row.size()) continue;
    const Span& value = form.column == ProgramTable::kLast ? row.back() : row[column];
    places.push_back({begin + value.begin, begin + value.end, form.rule});
  }
  return belongs;
}

bool TableReader::begin_delimited(std::string_view line, std::string_view next) {
  const bool box = line.find("│") != std::string_view::npos;
  // Under the header of Markdown stands |---|, under that of SQL +---+.
  const bool bar = !box && line.find('|') != std::string_view::npos && is_rule_line(next) &&
                   next.find_first_of("|+") != std::string_view::npos;
  // As text is read, lines of boxes are '^'.
  const bool drawn = !box && !bar && line.starts_with('^') && line.find('^', 1) != line.npos;
  delimiter_ = box ? "│" : bar ? "|" : drawn ? "^" : "";
  for (const std::string_view comma : {",", ";", "\t"}) {
    if (!delimiter_.empty()) break;
    const std::size_t count = count_of(line, comma);
    if (count < 2) continue;
    delimiter_ = comma;
    if (cells(next).size() != count + 1) delimiter_ = "";
  }
  if (delimiter_.empty()) return false;
  columns_.clear();
  std::size_t held = 0;
  for (const Span& span : cells(line)) {
    const std::string_view heading = line.substr(span.begin, span.end - span.begin);
    if (!box && !bar && !drawn && !is_heading(heading)) return false;
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

/// Reads the columns of "(id, name)" at `at`; moves behind it.
bool TableReader::read_columns(std::string_view line, std::size_t& at) {
  const std::size_t close = line.find(')', at);
  if (byte_at(line, at) != '(' || close == std::string_view::npos) return false;
  columns_.clear();
  bool held = false;
  for (std::size_t begin = at + 1; begin < close;) {
    const std::size_t end = std::min(line.find(',', begin), close);
    const FieldRule rule = heading_rule(line.substr(begin, end - begin));
    columns_.push_back({{begin, end}, rule, holds_values(rule)});
    held = held || holds_values(rule);
    begin = end + 1;
  }
  at = close + 1;
  // "(name, value)" are settings: the name says what its value is.
  for (const Column& column : columns_)
    if (trimmed(line.substr(column.head.begin, column.head.end - column.head.begin))
            .starts_with("value"))
      return false;
  return held;
}

/// "COPY users (id, name) FROM stdin;" of PostgreSQL: rows with tabs follow.
bool TableReader::begin_copy(std::string_view line) {
  std::size_t at = line.find(" (");
  if (at == std::string_view::npos || !read_columns(line, ++at) ||
      line.substr(at) != " FROM stdin;")
    return false;
  delimiter_ = "\t";
  layout_ = Layout::kDelimited;
  return true;
}

/// "INSERT INTO users (id, name) VALUES (1, 'x'), (2, 'y');"
bool TableReader::insert(std::size_t begin, std::string_view line, std::vector<Place>& places) {
  constexpr std::string_view kValues = " VALUES (";
  std::size_t at = line.find(" (");
  if (at == std::string_view::npos || !read_columns(line, ++at) ||
      !line.substr(at).starts_with(kValues))
    return false;
  at += kValues.size();
  for (std::size_t column = 0; at < line.size();) {
    while (byte_at(line, at) == ' ') ++at;
    const bool quoted = byte_at(line, at) == '\'';
    if (quoted) ++at;
    const std::size_t end = std::min(line.find_first_of(quoted ? "'" : ",)", at), line.size());
    if (quoted && column < columns_.size() && columns_[column].holds && end > at)
      places.push_back({begin + at, begin + end, columns_[column].rule});
    at = std::min(line.find_first_of(",)", end), line.size());
    ++column;
    if (byte_at(line, at) == ')') {
      if (byte_at(line, at + 1) != ',') break;
      column = 0;
      at = std::min(line.find('(', at), line.size());
    }
    ++at;
  }
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
  if (layout_ == Layout::kListing && listing_row(begin, line, places)) return true;
  if (layout_ == Layout::kBlocks && block_row(begin, line, places)) return true;
  if (layout_ == Layout::kAligned && aligned_row(begin, line, places)) return true;
  const bool delimited = layout_ == Layout::kDelimited || layout_ == Layout::kPairs;
  if (delimited && delimited_row(begin, line, places)) return true;
  layout_ = Layout::kNone;
  if (line.size() < 8) return false;
  if (line.starts_with("COPY ") && begin_copy(line)) return true;
  if (line.starts_with("INSERT INTO ") && insert(begin, line, places)) return true;
  if (begin_listing(line) || begin_aligned(line) || begin_blocks(line)) return true;
  if (!may_be_delimited(line)) return false;
  const std::size_t from = std::min(end + 1, text_.size());
  const std::size_t stop = std::min(text_.find('\n', from), text_.size());
  return begin_delimited(line, text_.substr(from, stop - from));
}

}  // namespace pmx::anonymize
