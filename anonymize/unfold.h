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

/// The meaning of `text`. `named` says whether a known name begins at a byte: then a backslash
/// before it is one ("DOMAIN\nadine") and no escape.
Layer unfold(std::string_view text, const std::function<bool(std::size_t)>& named);

}  // namespace pmx::anonymize
