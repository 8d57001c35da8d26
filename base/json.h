// JSON values, and the only doors between them and text.
//
// nlohmann::json throws on bad input and recurses on deep input; both are walled off here. Nobody
// else calls json::parse, .at() or .get<>() without a type check; struct <-> JSON goes through
// base/fields.h.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

/// Instantiated once, in json.cpp: else every file compiles a copy of its own, a fifth of the
/// build.
extern template class nlohmann::basic_json<>;

namespace pmx {

using Json = nlohmann::json;

/// Where parse_json() gives up before it reads on; brackets inside strings do not count as depth.
struct JsonLimits {
  std::size_t max_bytes = std::size_t{64} << 20;
  std::size_t max_depth = 256;
};

/// Parses one JSON document (RFC 8259, UTF-8). Fails with kInvalidArgument naming the byte offset,
/// or kResourceExhausted when a limit is exceeded. Never throws.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

/// Compact text of `value`; invalid UTF-8 inside strings becomes U+FFFD. Never throws.
std::string dump_json(const Json& value);

/// Like dump_json, over several lines, for people.
std::string pretty_json(const Json& value);

/// The member `key` of an object as a string, or "" when absent or of another type.
std::string_view string_member(const Json& object, std::string_view key);

/// The member `key` of an object, or nullptr. Safe on any value.
const Json* find_member(const Json& object, std::string_view key);

}  // namespace pmx
