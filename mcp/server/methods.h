// The method table: which methods exist in which era and how they run. One row per method.
// Constant, any thread.
#pragma once

#include <string_view>

#include "mcp/server/call.h"
#include "mcp/server/core.h"

namespace pmx::mcp {

/// Which part of the capabilities a method needs.
enum class Area {
  kBase,
  kTools,
  kResources,
  kPrompts,
  kCompletions,
  kLogging,
  kEvents,
  kUpdates,
  kTasks
};

struct Method {
  std::string_view name;
  bool legacy;  ///< exists after initialize
  bool modern;  ///< exists in 2026-07-28
  Area area;
  bool slow;       ///< runs on the executor, never on the reader's thread
  bool cacheable;  ///< carries ttlMs and cacheScope in 2026-07-28
  Answer (*run)(const Core& core, const Call& call, Interaction& interaction);
};

/// The row of `name`, or nullptr when `version` or our capabilities do not have the method.
/// `initialize` is not here: it belongs to the connection.
const Method* find_method(const Core& core, std::string_view name, Version version);

}  // namespace pmx::mcp
