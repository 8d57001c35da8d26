#include "sim/pattern.h"

#include <re2/re2.h>

#include <map>
#include <memory>
#include <mutex>

namespace pmx::sim {
namespace {

/// Perl prints a compiled pattern as "(?^i:...)": reset the flags, then set i. RE2 has no "^"
/// there.
std::string translate(std::string pattern) {
  for (auto at = pattern.find("(?^"); at != std::string::npos; at = pattern.find("(?^", at))
    pattern.erase(at + 2, 1);
  return pattern;
}

}  // namespace

bool matches_pattern(const std::string& pattern, std::string_view text) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<re2::RE2>> compiled;
  const std::lock_guard<std::mutex> lock(mutex);
  auto& regex = compiled[pattern];
  if (!regex) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    regex = std::make_unique<re2::RE2>(translate(pattern), options);
  }
  return !regex->ok() || re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *regex);
}

}  // namespace pmx::sim
