#include "anonymize/words.h"

#include "anonymize/rules/words.h"
#include "anonymize/word_set.h"

namespace pmx::anonymize {

bool is_common_word(std::string_view lower) { return is_listed<rules::words::kCommon>(lower); }

bool is_everyday_word(std::string_view lower) { return is_listed<rules::words::kEveryday>(lower); }

}  // namespace pmx::anonymize
