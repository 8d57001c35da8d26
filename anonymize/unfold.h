// Text as it is meant, with the place of every byte in the text as it is written: HTML entities,
// escapes of other layers (\u0041, \x2d, \n), full-width and look-alike letters, invisible
// characters, soft line breaks. Recognizers read the meaning; edits go to what is written.
#pragma once

#include <functional>
#include <string_view>

#include "anonymize/rewrite.h"

namespace pmx::anonymize {

/// Whether anything in `text` may be written otherwise than it is meant. Cheap.
bool is_folded(std::string_view text);

/// Where the known name that begins at a byte of a text ends; 0 when none begins there.
using NameEnd = std::function<std::size_t(std::string_view, std::size_t)>;

/// The meaning of `text`. A backslash before a known name is one ("DOMAIN\nadine") and no escape;
/// "=" at the end of a line joins two lines only where that makes a known name.
Layer unfold(std::string_view text, const NameEnd& name_end);

}  // namespace pmx::anonymize
