// Perl patterns of the API facts, matched with RE2. The only file of sim/ that includes re2.
#pragma once

#include <string>
#include <string_view>

namespace pmx::sim {

/// Whether `text` matches `pattern` from begin to end. A pattern that RE2 cannot express
/// (look-ahead) accepts everything. Thread-safe.
bool matches_pattern(const std::string& pattern, std::string_view text);

}  // namespace pmx::sim
