// Runs one request to its answer: inline or on the executor, behind the wall, round by round when
// the client is asked something, through the gate, out.
#pragma once

#include <memory>

#include "mcp/server/call.h"
#include "mcp/server/conversation.h"
#include "mcp/server/core.h"
#include "mcp/server/methods.h"

namespace pmx::mcp {

/// A request that is registered in the conversation's table and will be answered exactly once.
/// All is shared because a blocked handler may outlive the server that began it.
struct Job {
  std::shared_ptr<const Core> core;
  std::shared_ptr<Conversation> conversation;
  std::shared_ptr<Channel> channel;
  Call call;
  SteadyTime begin;
  bool standing = false;  ///< answered later; no longer counted as in flight
};

/// Runs `method`. When the executor is full, the answer says so.
void execute(std::shared_ptr<Job> job, const Method& method);

/// Sends `answer` through the gate unless the request was cancelled, frees its id, logs one line.
void conclude(const Job& job, std::string_view method, Answer answer);

}  // namespace pmx::mcp
