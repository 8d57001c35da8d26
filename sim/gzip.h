// The gzip container for an answer's body. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace pmx::sim {

/// `text` as a gzip stream of stored blocks: every client unpacks it, nothing gets smaller.
std::string gzip(std::string_view text);

}  // namespace pmx::sim
