// TypedNames: what callers type where a pseudonym is expected. Real names are accepted there,
// because people say them; so whoever tries names long enough would learn which are real. Wrong
// ones are counted for each principal, and above a limit only pseudonyms are accepted. Thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "anonymize/engine.h"
#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"

namespace pmx::app {

class TypedNames {
 public:
  struct Options {
    std::size_t wrong_per_hour = 30;  ///< different ones, of one principal; ten times as many right
    std::function<std::vector<std::string>()> clusters;  ///< as answers name them now
  };

  /// `engine` and `clock` outlive the object.
  TypedNames(anonymize::Engine& engine, Clock& clock, Options options);

  /// Whether the argument may be used as it was typed. Pseudonyms and what stays readable always.
  /// kResourceExhausted after too many guesses, right and wrong alike. A task or a cluster must
  /// have been shown: a right guess and a wrong one are refused with the same words
  /// (kInvalidArgument).
  Result<void> admit(const Context& ctx, std::string_view value, std::string_view format);

  /// Counts what looked like a pseudonym and is none of ours.
  void note_forged(const Context& ctx, std::string_view value, std::string_view format);

 private:
  using Tried = std::map<std::size_t, SteadyTime>;  // when, by the hash of the value
  struct Guesses {
    Tried wrong;
    Tried right;
  };

  /// True when there is room for it.
  bool count(const Context& ctx, std::size_t hash, bool wrong);
  [[nodiscard]] bool is_shown_cluster(std::string_view value) const;
  [[nodiscard]] Error never_shown(std::string_view format) const;

  anonymize::Engine& engine_;
  Clock& clock_;
  const Options options_;
  std::mutex mutex_;
  std::map<std::string, Guesses> guesses_;  // by principal; a handful
};

}  // namespace pmx::app
