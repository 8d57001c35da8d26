// What stands for a value in a pseudonymized text, and why; on the way back, what a pseudonym was
// restored by, or why not. For the operator, who tunes rules by it. Never holds the value itself.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace pmx::anonymize {

struct Replaced {
  std::size_t begin = 0;  ///< in what came out, bytes
  std::size_t end = 0;
  std::string shown = {};    ///< the pseudonym, where the value stands in what came out
  std::string classes = {};  ///< "vm", "usr+rlm" of a user id, "secret:password"
  std::string rule =
      {};  ///< who found it ("dictionary", "field"), or FILE:LINE of an operator's rule
  std::string reason = {};  ///< "known name", "value of the key `password`"
};

/// In the order of the text.
using Explanation = std::vector<Replaced>;

}  // namespace pmx::anonymize
