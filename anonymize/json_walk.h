// The strings of a JSON document where they stand: a scanner that checks the grammar, keeps no
// values and never recurses, so that a document can be edited in place. Stateless, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "anonymize/rewrite.h"
#include "base/result.h"

namespace pmx::anonymize {

/// A string between its quotes. `key` is the index of the string that is its key (an array's key
/// counts for its items), `object` the object it belongs to; -1 without.
struct JsonString {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::int32_t key = -1;
  std::int32_t object = -1;
  bool is_key = false;
  bool escaped = false;
};

/// What a JSON document holds, in order of the text.
struct JsonStrings {
  std::vector<JsonString> strings;
  std::int32_t objects = 0;
  std::vector<std::int32_t> parents;  ///< the object around each object, -1 without
  std::vector<std::int32_t> holders;  ///< of each object, the key it is the value of, or -1
};

/// Scans one document; kInvalidArgument with the byte offset when it is not JSON.
Result<JsonStrings> scan_json(std::string_view json);

/// A raw string (between the quotes) decoded, with the place of every byte.
Layer json_layer(std::string_view raw);

/// `text` escaped for the inside of a JSON string.
std::string json_escape(std::string_view text);

/// The edits of a document, settled. Repeat it while the resolver wants something issued.
std::vector<Edit> json_edits(std::string_view json, const JsonStrings& strings, Rewriter& rewriter);

}  // namespace pmx::anonymize
