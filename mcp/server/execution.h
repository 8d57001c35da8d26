// Runs one request to its answer: inline or on the executor, behind the wall.
#pragma once

#include <memory>

#include "mcp/server/call.h"
#include "mcp/server/connection.h"
#include "mcp/server/core.h"
#include "mcp/server/methods.h"
#include "mcp/server/reply_once.h"

namespace pmx::mcp {

/// A request that is registered in the connection's table. `reply` ends it exactly once.
/// All are shared because a blocked handler may outlive the server that began it.
struct Job {
  std::shared_ptr<const Core> core;
  std::shared_ptr<Connection> connection;
  Call call;
  std::shared_ptr<ReplyOnce> reply;
};

/// Runs `method`. When the executor is full, the answer says so.
void execute(Job job, const Method& method);

}  // namespace pmx::mcp
