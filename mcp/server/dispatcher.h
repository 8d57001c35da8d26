// Dispatcher: takes a conversation's messages one by one, decides the era of each, and starts its
// work. As thread-safe as the channel it is given: one pipe has one reader, HTTP makes one for
// every POST.
#pragma once

#include <memory>
#include <string_view>

#include "mcp/rpc/message.h"
#include "mcp/server/call.h"
#include "mcp/server/conversation.h"
#include "mcp/server/core.h"
#include "mcp/server/era.h"
#include "mcp/server/header_rules.h"

namespace pmx::mcp {

class Dispatcher {
 public:
  /// `headers`: of the HTTP request that brought the messages, nullptr on a pipe; outlives the
  /// call.
  Dispatcher(std::shared_ptr<const Core> core, std::shared_ptr<Conversation> conversation,
             const RequestHeaders* headers = nullptr);

  /// One message as the peer sent it, or a batch. Whatever it is, the conversation goes on.
  void receive(std::string_view line, const std::shared_ptr<Channel>& channel);

  /// The same for what was parsed already, of so many bytes.
  void take(Incoming incoming, std::size_t bytes, const std::shared_ptr<Channel>& channel);

  /// Answers a message that could not be read at all.
  void refuse(RpcError error, Channel& channel) const;

 private:
  void take_one(Message message, std::size_t bytes, const std::shared_ptr<Channel>& channel);
  void take_batch(Incoming incoming, std::size_t bytes, const std::shared_ptr<Channel>& channel);
  void take_request(Request request, std::size_t bytes, const std::shared_ptr<Channel>& channel);
  void take_notification(const Notification& notification);
  void answer_error(const Json& id, const RpcError& error, Channel& channel) const;
  void start(Request request, std::size_t bytes, Envelope envelope,
             const std::shared_ptr<Channel>& channel);
  [[nodiscard]] Call make_call(Request& request, Envelope envelope,
                               const std::stop_token& stop) const;
  void begin(const std::shared_ptr<Job>& job, const std::string& name) const;
  [[nodiscard]] Context make_context(const Json& id) const;

  const std::shared_ptr<const Core> core_;
  const std::shared_ptr<Conversation> conversation_;
  const RequestHeaders* const headers_;
};

}  // namespace pmx::mcp
