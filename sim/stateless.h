// Answers of methods that PVE has and that keep no state of their own here: the lists of what lies
// below a path, and values made from the `returns` of the API facts.
#pragma once

#include <optional>

#include "sim/call.h"

namespace pmx::sim {

/// The list of what lies below an index path, [{"subdir":"content"}, ...]; nothing when the facts
/// do not make `route` an index.
std::optional<Answer> index_answer(const Route& route, const Call& call);

/// A value of the type that the facts say the method returns; a method that forks a worker forks
/// one that does nothing. The answer is marked as stateless.
Answer stateless_answer(const Route& route, const Call& call);

}  // namespace pmx::sim
