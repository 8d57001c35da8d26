// Text as it is meant, with the place of every byte in the text as it is written: HTML entities,
// escapes of other layers (\u0041, \x2d, \n), full-width and look-alike letters, invisible
// characters, colours of terminals, dots in brackets, soft line breaks. Recognizers read the
// meaning; edits go to what is written.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "anonymize/rewrite.h"

namespace pmx::anonymize {

/// Whether anything in `text` may be written otherwise than it is meant. Cheap.
bool is_folded(std::string_view text);

/// Whether a text is in quoted-printable, so that =20 is a blank in it and no number.
bool is_printable(std::string_view text);

/// How a dot is written that nobody shall click on: 10[.]1, acme(dot)de.
inline constexpr std::string_view kDefangedDots[] = {"[.]", "(.)", "[dot]", "(dot)"};

/// The length of such a dot at `at`, or 0.
std::size_t defanged_dot(std::string_view text, std::size_t at);

/// `shown` with its dots written one after the other as those of `raw` are.
std::string defanged_like(std::string_view shown, std::string_view raw);

/// The text with entities, compatible and look-alike characters, composed accents and invisible
/// characters read as they are meant, and nothing else; none when that is the text itself. One look
/// for bytes tells what is plain ASCII without entities.
std::optional<std::string> plain_text(std::string_view text);

/// Where the known name that begins at a byte of a text ends; 0 when none begins there.
using NameEnd = std::function<std::size_t(std::string_view, std::size_t)>;

/// The meaning of `text`. A backslash before a known name is one ("DOMAIN\nadine") and no escape;
/// "=" at the end of a line joins two lines only where that makes a known name.
Layer unfold(std::string_view text, const NameEnd& name_end);

}  // namespace pmx::anonymize
