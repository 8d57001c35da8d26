// Session: the reading side of one connection. Takes line by line, decides the era of each message,
// and starts its work. Thread-confined to the reader.
#pragma once

#include <memory>
#include <string_view>

#include "mcp/rpc/message.h"
#include "mcp/server/connection.h"
#include "mcp/server/core.h"
#include "mcp/server/legacy_session.h"

namespace pmx::mcp {

class Session {
 public:
  Session(std::shared_ptr<const Core> core, std::shared_ptr<Connection> connection);

  /// One message as the peer sent it, or a batch. Whatever it is, the session goes on.
  void receive(std::string_view line);

  /// Answers a message that could not be read at all.
  void refuse(const RpcError& error);

 private:
  /// `bytes`: what the message took of its line.
  void take(Message message, std::size_t bytes, const Deliver& deliver);
  void take_batch(Incoming incoming, std::size_t bytes);
  void take_request(Request request, std::size_t bytes, const Deliver& deliver);
  void take_notification(const Notification& notification);
  [[nodiscard]] Context make_context(const Json& id);
  [[nodiscard]] Deliver direct() const;
  [[nodiscard]] std::optional<Cleared> clear_error(const Json& id, const RpcError& error) const;

  const std::shared_ptr<const Core> core_;
  const std::shared_ptr<Connection> connection_;
  LegacySession legacy_;
};

}  // namespace pmx::mcp
