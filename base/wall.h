// The wall around code that may throw, for threads and callers that must go on.
#pragma once

#include <exception>

#include "base/context.h"
#include "base/log.h"
#include "base/result.h"

namespace pmx {

/// Runs `work` (returning some Result); an exception becomes kInternal. Its text stays in the log.
template <class Work>
auto walled(const Context& ctx, Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::exception& e) {
    log::error(ctx, "handler.exception", {{"what", e.what()}});
  } catch (...) {
    log::error(ctx, "handler.exception", {{"what", "not a std::exception"}});
  }
  return Error{Code::kInternal, "an internal fault ended the request", "see the server's log"};
}

/// Runs one step (returning nothing) after which the others go on. What it throws is in the log.
template <class Step>
void attempt(const Context& ctx, Step&& step) {
  const auto done = walled(ctx, [&step]() -> Result<void> {
    step();
    return {};
  });
  static_cast<void>(done);
}

}  // namespace pmx
