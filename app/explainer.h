// What `anonymize --explain` says of each value that was replaced, on standard error: where its
// pseudonym stands in the output, its class, who found it and why; and `deanonymize --explain` of
// each pseudonym and what looks like one. Thread-confined.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "anonymize/explain.h"
#include "base/json.h"

namespace pmx::app {

class Explainer {
 public:
  /// `form`: "text", one line for people; "json", one object a line; empty: nothing is told.
  explicit Explainer(std::string_view form) : on_(!form.empty()), json_(form == "json") {}

  [[nodiscard]] bool on() const { return on_; }

  /// What is told from now on is of the text in this row (from 1) of JSON lines, with this id.
  void begin_row(std::size_t row, const Json* id);

  /// Tells of a piece of output that follows the one told of before.
  void tell(std::string_view output, const anonymize::Explanation& explanation);

 private:
  void advance(std::string_view passed);
  [[nodiscard]] std::string line_of(std::string_view shown, const anonymize::Replaced& why) const;
  [[nodiscard]] std::string json_of(std::string_view shown, const anonymize::Replaced& why) const;

  bool on_;
  bool json_;
  std::size_t row_ = 0;
  Json id_;
  std::size_t line_ = 1;
  std::size_t column_ = 1;  ///< in characters
};

}  // namespace pmx::app
