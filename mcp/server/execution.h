// Runs one request to its answer: inline or on the executor, behind the wall, round by round when
// the client is asked something.
#pragma once

#include <memory>

#include "mcp/server/call.h"
#include "mcp/server/conversation.h"
#include "mcp/server/core.h"
#include "mcp/server/methods.h"
#include "mcp/server/reply_once.h"

namespace pmx::mcp {

/// A request that is registered in the conversation's table. `reply` ends it exactly once. All is
/// shared because a blocked handler may outlive the server that began it.
struct Job {
  Job(std::shared_ptr<const Core> its_core, std::shared_ptr<Conversation> its_conversation,
      std::shared_ptr<Channel> its_channel, Call its_call);

  const std::shared_ptr<const Core> core;
  const std::shared_ptr<Conversation> conversation;
  const std::shared_ptr<Channel> channel;
  Call call;
  ReplyOnce reply;  // the first to go
};

/// Runs `method`. When the executor is full, the answer says so.
void execute(std::shared_ptr<Job> job, const Method& method);

}  // namespace pmx::mcp
