// The values of `format` that can be asserted. Each checks the text of a string.
#pragma once

#include <string_view>
#include <vector>

namespace pmx::mcp::schema {

struct Format {
  std::string_view name;
  bool (*holds)(std::string_view text);
};

/// Nothing for a format that stays an annotation whatever is asked.
const Format* find_format(std::string_view name);

std::vector<std::string_view> format_names();

}  // namespace pmx::mcp::schema
