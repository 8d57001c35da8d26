// Words that occur in ordinary English, in infrastructure talk and in PVE's own vocabulary. A guest
// may be called "web" or "status"; outside a name's context those words must stay. Immutable.
#pragma once

#include <string_view>

namespace pmx::anonymize {

/// Whether `lower` (lower case) is in the word list.
bool is_common_word(std::string_view lower);

/// Whether `lower` is another word of everyday English: a known name that is one is looked for only
/// in context, but a surname that is one is no word.
bool is_everyday_word(std::string_view lower);

}  // namespace pmx::anonymize
