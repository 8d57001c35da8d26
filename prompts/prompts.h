// Prompt templates: files of this folder, compiled in, with {{name}} placeholders.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pmx::prompts {

/// The template `name` with its placeholders filled. kNotFound for an unknown template,
/// kInvalidArgument when a placeholder has no value. Values are inserted once; placeholders inside
/// them stay text.
Result<std::string> render(std::string_view name, const std::map<std::string, std::string>& values);

}  // namespace pmx::prompts
