// How the product's own code is run: behind a wall for exceptions and, where it acts on the
// cluster, between the two halves of the CallObserver.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "base/wall.h"
#include "mcp/server/call.h"
#include "mcp/server/core.h"

namespace pmx::mcp {

/// The name, arguments and kind of what the observer is told about.
struct Observed {
  std::string_view name;
  const Json& arguments;
  bool writes = false;
};

/// CallObserver::started(), behind the wall: the token.
inline Result<std::int64_t> begin_observed(const Core& core, const Context& ctx,
                                           const Observed& what) {
  return walled(ctx,
                [&] { return core.observer.started(ctx, what.name, what.arguments, what.writes); });
}

/// CallObserver::finished(), behind the wall.
inline Result<void> end_observed(const Core& core, const Context& ctx, std::int64_t token,
                                 const CallOutcome& outcome) {
  return walled(ctx, [&]() -> Result<void> {
    core.observer.finished(ctx, token, outcome);
    return {};
  });
}

/// What the observer is told of a failure.
inline void note_failure(CallOutcome& outcome, const Error& error) {
  outcome.ok = false;
  outcome.output = nullptr;
  outcome.note = error.text();
  outcome.error = {{"code", code_name(error.code)}, {"message", error.message}};
}

/// started(), `work`, finished(). `work` fills the outcome on success.
template <class Work>
auto observe(const Core& core, const Context& ctx, const Observed& what, Work&& work)
    -> decltype(work(std::declval<CallOutcome&>())) {
  auto token = begin_observed(core, ctx, what);
  if (!token.ok()) return std::move(token).error();
  const SteadyTime begin = core.clock.steady();
  CallOutcome outcome;
  auto result = walled(ctx, [&] { return work(outcome); });
  outcome.ok = result.ok();
  // Behind a wall of its own: a poorer record is better than a call without its end.
  attempt(ctx, [&] {
    if (!result.ok()) note_failure(outcome, result.error());
  });
  outcome.duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(core.clock.steady() - begin);
  auto told = end_observed(core, ctx, *token, outcome);
  if (!told.ok()) return std::move(told).error();
  return result;
}

}  // namespace pmx::mcp
