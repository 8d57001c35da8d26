// How the answers of HTTP requests leave: PostChannel for 2026-07-28, where a POST stands alone,
// and EventStream for the versions before, whose streams can be resumed. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mcp/server/channel.h"
#include "mcp/transport/http/exchange.h"

namespace pmx::mcp {

/// The HTTP status that an answer has: 200 for results, and for errors what the era says
/// (server-requirements section 2).
int http_status(const RpcError* error, bool modern);

/// One POST of 2026-07-28: JSON when there is nothing but the answer, else a stream. For a client
/// that takes no stream what comes before the answer is left out.
class PostChannel final : public Channel {
 public:
  PostChannel(std::shared_ptr<HttpExchange> exchange, bool takes_stream)
      : exchange_(std::move(exchange)), takes_stream_(takes_stream) {}

  void send(std::optional<Cleared> message) override;
  void finish(std::optional<Cleared> answer, const RpcError* error) override;
  [[nodiscard]] bool open() const override { return !exchange_->gone().stop_requested(); }

 private:
  const std::shared_ptr<HttpExchange> exchange_;
  const bool takes_stream_;
  std::mutex mutex_;
  bool streaming_ = false;
};

/// A stream of a session: of one POST, or the session's standing one (GET). Its events have ids
/// "STREAM-NUMBER"; the last ones are kept, so that a client whose connection broke can come back
/// for what it missed.
class EventStream final : public Channel {
 public:
  /// `primed`: begin every stream with an empty event that has an id (2025-11-25), so that the
  /// client can resume before the first message.
  EventStream(std::uint64_t number, bool primed) : number_(number), primed_(primed) {}

  /// The POST that waits for this stream's answer. It becomes a stream with the first send();
  /// without one its answer is plain JSON with these headers.
  void begin(std::shared_ptr<HttpExchange> post, std::vector<HttpHeader> headers);

  /// A GET that listens from now on, after replaying what came after event `after`. It replaces
  /// another one.
  void attach(std::shared_ptr<HttpExchange> get, std::uint64_t after);

  void send(std::optional<Cleared> message) override;
  void finish(std::optional<Cleared> answer, const RpcError* error) override;
  [[nodiscard]] bool open() const override { return true; }  // the client may come back
  void poll_later(std::chrono::milliseconds retry) override;

  /// Ends the stream and its connection.
  void close();

  [[nodiscard]] bool finished() const;

  /// True while a client waits for what comes: an unanswered POST, or an open stream.
  [[nodiscard]] bool attended() const;
  [[nodiscard]] std::uint64_t number() const { return number_; }

 private:
  struct Kept {
    std::uint64_t id = 0;
    Cleared message;
  };

  bool open_post();
  void keep(const Cleared& message);
  [[nodiscard]] std::string id_text(std::uint64_t id) const;

  const std::uint64_t number_;
  const bool primed_;
  mutable std::mutex mutex_;
  std::shared_ptr<HttpExchange> post_;  // not answered yet
  std::vector<HttpHeader> headers_;
  std::shared_ptr<HttpExchange> listener_;  // an open stream
  std::deque<Kept> kept_;
  std::size_t kept_bytes_ = 0;
  std::uint64_t last_id_ = 0;
  bool finished_ = false;
};

}  // namespace pmx::mcp
