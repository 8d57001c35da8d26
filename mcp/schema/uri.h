// URI references (RFC 3986), as far as "$id" and "$ref" need them: resolved as text, never fetched.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace pmx::mcp::schema {

/// `reference` resolved against the absolute URI `base` (RFC 3986 section 5.2), without touching
/// letter case or percent-encoding.
std::string resolve_uri(std::string_view base, std::string_view reference);

/// What is before and after the first '#'; the fragment is empty when there is none.
std::pair<std::string_view, std::string_view> split_fragment(std::string_view uri);

/// `text` with %XX decoded; a broken escape stays as it is.
std::string percent_decode(std::string_view text);

}  // namespace pmx::mcp::schema
