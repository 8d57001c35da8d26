// Names that stand where the form of a line or of a table says that one stands: the host of a log
// line, a column of `qm list`, "storage 'x'". Pure functions of the text; nothing is decided here
// about what may stay.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "anonymize/field_rules.h"
#include "anonymize/marks.h"

namespace pmx::anonymize {

/// A value at text[begin, end), to be treated like the value of a field.
struct Place {
  std::size_t begin = 0;
  std::size_t end = 0;
  FieldRule rule;
};

/// The places of a text, sorted and disjoint. Reads every line's beginning once; what has no such
/// place costs a few nanoseconds a line.
std::vector<Place> find_places(std::string_view text);

/// The secrets of a directive of a daemon or a switch; `begin` is where the line begins.
void find_directive(std::string_view line, std::size_t begin, std::vector<Place>& places);

/// The user of a line of /etc/crontab, "*/5 * * * *  x  /usr/bin/true". `has_users`: an earlier
/// line showed that this table has them.
void find_cron_user(std::string_view line, std::size_t begin, bool& has_users,
                    std::vector<Place>& places);

/// Both values of a change that Terraform plans, "~ name = "x" -> "y"".
void find_change(std::string_view line, std::size_t begin, std::vector<Place>& places);

/// A server that haproxy balances, and a user it knows: "server x 10.1.2.3:443 check".
void find_balanced(std::string_view line, std::size_t begin, std::vector<Place>& places);

/// The host that begins a record of a zone, "x IN A 10.1.2.3", or a line of Ansible's inventory,
/// "x ansible_host=10.1.2.3".
void find_record(std::string_view line, std::size_t begin, std::vector<Place>& places);

/// What is quoted behind "the password is".
void find_told_passwords(std::string_view text, const Marks& marks, std::vector<Place>& places);

/// "serial number = X", "secret \"X\"".
void find_labelled(std::string_view text, const Marks& marks, std::vector<Place>& places);

/// ('smtp_password','X'), PASSWORD 'X'.
void find_sql_secrets(std::string_view text, const Marks& marks, std::vector<Place>& places);

/// 0351/437021.
void find_slashed_phones(std::string_view text, const Marks& marks, std::vector<Place>& places);

/// Reads the lines of a text one after the other and notes the cells of tables whose header says
/// what a column holds: those of programs (`qm list`, `zfs list`, `ps aux`), Markdown, boxes, CSV.
class TableReader {
 public:
  explicit TableReader(std::string_view text) : text_(text) {}

  /// The line text[begin, end). True when it is part of a table.
  bool line(std::size_t begin, std::size_t end, std::vector<Place>& places);

 private:
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  struct Column {
    Span head;  ///< where the header stands, from its line's beginning
    FieldRule rule;
    bool holds = false;  ///< cells of this column are places
  };
  enum class Layout { kNone, kListing, kAligned, kBlocks, kDelimited, kPairs };

  bool begin_listing(std::string_view line);
  [[nodiscard]] bool has_second(std::string_view words) const;
  bool begin_delimited(std::string_view line, std::string_view next);
  bool begin_aligned(std::string_view line);
  bool begin_blocks(std::string_view line);
  static bool block_row(std::size_t begin, std::string_view line, std::vector<Place>& places);
  bool read_columns(std::string_view line, std::size_t& at);
  bool begin_copy(std::string_view line);
  bool insert(std::size_t begin, std::string_view line, std::vector<Place>& places);
  bool aligned_row(std::size_t begin, std::string_view line, std::vector<Place>& places) const;
  bool listing_row(std::size_t begin, std::string_view line, std::vector<Place>& places);
  bool delimited_row(std::size_t begin, std::string_view line, std::vector<Place>& places);
  static std::vector<Span> words(std::string_view line);
  [[nodiscard]] std::vector<Span> cells(std::string_view line) const;

  std::string_view text_;
  Layout layout_ = Layout::kNone;
  std::string_view delimiter_;
  std::vector<Column> columns_;
  std::string_view head_;  ///< the first words of a listing's header
  std::string_view second_;
  std::string_view third_;
  std::size_t column_ = 0;  ///< where the column of an aligned table begins
};

}  // namespace pmx::anonymize
