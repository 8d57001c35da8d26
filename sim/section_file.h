// PVE's section configuration files (storage.cfg, domains.cfg, jobs.cfg, ...): sections by id, each
// with a type and values, guarded by a digest. Not thread-safe: Cluster holds the lock.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/call_answer.h"
#include "sim/values.h"

namespace pmx::sim {

/// One section: "dir: local" and what is indented below it.
struct Section {
  std::string type;
  Values values;

  /// A value; empty when there is none.
  [[nodiscard]] std::string text(std::string_view key) const {
    const auto found = values.find(key);
    return found == values.end() ? "" : found->second;
  }
};

/// A file of sections, in the order of their ids.
class SectionFile {
 public:
  std::map<std::string, Section, std::less<>> sections;

  [[nodiscard]] Section* find(std::string_view id);
  [[nodiscard]] const Section* find(std::string_view id) const;

  /// SHA-1 of its text: 40 hexadecimal digits.
  [[nodiscard]] std::string digest() const;
};

/// The text of a parameter as a file holds it: booleans as 1 and 0, lists joined by commas.
std::string stored_text(const Json& value);

/// All of `params` as a file holds them, but those named in `left_out`.
Values stored_values(const Json& params, std::initializer_list<std::string_view> left_out);

/// PVE's refusal when `params` name another digest than `current`; nothing when it is the same or
/// none.
std::optional<Answer> refuse_digest(const Json& params, std::string_view current);

/// Lays `params` over `values` as an update does: what the list "delete" names goes, the rest is
/// set; "delete", "digest" and what `left_out` names are no values.
void change_values(Values& values, const Json& params,
                   std::initializer_list<std::string_view> left_out);

/// The items of a comma, semicolon or blank separated list.
std::vector<std::string> list_items(std::string_view text);

}  // namespace pmx::sim
