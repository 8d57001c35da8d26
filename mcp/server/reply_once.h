// ReplyOnce: the end of one request. Whatever happens on the way, the request is answered (or, once
// cancelled, passed over), its id becomes free, and the conversation knows that it is over: once.
//
// Made when the request is registered, as a part of its Job, which whoever may still answer it
// shares. When the last of them lets go without an answer (an exception, a task that was never
// run), the client is told that an internal fault ended the request. Thread-safe.
#pragma once

#include <atomic>
#include <string_view>
#include <utility>

#include "mcp/server/call.h"
#include "mcp/server/channel.h"
#include "mcp/server/conversation.h"
#include "mcp/server/core.h"

namespace pmx::mcp {

class ReplyOnce {
 public:
  /// For a request that is open in `conversation`'s table under `id`; its answer leaves through
  /// `channel`. All of them outlive the reply.
  ReplyOnce(const Core& core, Conversation& conversation, Channel& channel, const Context& ctx,
            const Json& id);
  ~ReplyOnce();
  ReplyOnce(const ReplyOnce&) = delete;
  ReplyOnce& operator=(const ReplyOnce&) = delete;

  /// Holds the request's share of what its principal may have, instead of the one before, until the
  /// answer is on its way: a client that has read it may use the share again. Only while nobody can
  /// answer yet.
  void hold(Quotas::Lease lease) { lease_ = std::move(lease); }

  /// The request is going to be answered much later, if ever: it is no longer counted as in flight
  /// by the one that answers, but by the caller, which tells the table so. Its share is free. Only
  /// while nobody else can answer.
  void stand() {
    standing_ = true;
    lease_.reset();
  }

  /// Sends `answer` through the gate unless the request was cancelled, frees the id, logs one line.
  /// A second call is logged and sends nothing. No step that throws keeps the others from running.
  void send(std::string_view method, const Answer& answer);

 private:
  [[nodiscard]] std::optional<Cleared> clear(const Answer& answer) const;

  const Core& core_;
  Conversation& conversation_;
  Channel& channel_;
  const Context& ctx_;
  const Json& id_;
  const SteadyTime begin_;
  Quotas::Lease lease_;
  std::atomic<bool> ended_ = false;
  std::atomic<bool> standing_ = false;
};

}  // namespace pmx::mcp
