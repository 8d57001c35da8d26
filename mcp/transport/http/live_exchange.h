// LiveExchange: the exchange that handlers hold. It formats on the caller's thread and leaves the
// bytes in the outbox.
#pragma once

#include <memory>

#include "mcp/transport/http/message.h"
#include "mcp/transport/http/outbox.h"
#include "mcp/transport/http/request_reader.h"

namespace pmx::mcp::http {

struct Shared;

class LiveExchange final : public HttpExchange {
 public:
  LiveExchange(Received received, std::shared_ptr<Outbox> outbox, std::shared_ptr<Shared> shared);
  /// Answers 500 when nobody has answered; ends an open stream.
  ~LiveExchange() override;

  [[nodiscard]] const HttpRequest& request() const override { return request_; }
  // Moved out, not assigned to: a string that is assigned to keeps its memory.
  void forget_request() override { const HttpRequest forgotten = std::move(request_); }
  [[nodiscard]] std::stop_token gone() const override { return outbox_->gone.get_token(); }
  void respond(int status, std::vector<HttpHeader> headers, std::optional<Cleared> body) override;
  bool open_stream(std::vector<HttpHeader> headers) override;
  bool event(const std::optional<Cleared>& data, std::string_view id,
             std::optional<std::chrono::milliseconds> retry) override;
  void end_stream() override;

 private:
  [[nodiscard]] AnswerForm form() const;

  HttpRequest request_;
  const bool keep_alive_;
  const bool http10_;
  const bool is_head_;                    // others may ask while the request is forgotten
  const std::shared_ptr<Outbox> outbox_;  // shared with the connection
  const std::shared_ptr<Shared> shared_;  // may outlive the server
};

}  // namespace pmx::mcp::http
