#include "mcp/transport/http/live_exchange.h"

#include <utility>

#include "mcp/transport/http/loop.h"

namespace pmx::mcp::http {

LiveExchange::LiveExchange(Received received, std::shared_ptr<Outbox> outbox,
                           std::shared_ptr<Shared> shared)
    : request_(std::move(received.request)),
      keep_alive_(received.keep_alive),
      http10_(received.http10),
      is_head_(request_.method == "HEAD"),
      outbox_(std::move(outbox)),
      shared_(std::move(shared)) {}

LiveExchange::~LiveExchange() {
  if (outbox_->is_over()) return;
  if (outbox_->is_unanswered()) outbox_->begin(Outbox::Kind::kWhole, {refusal(500), {}}, true);
  end_stream();
}

AnswerForm LiveExchange::form() const {
  return {http10_, !keep_alive_ || shared_->stopping, is_head_};
}

void LiveExchange::respond(int status, std::vector<HttpHeader> headers,
                           std::optional<Cleared> body) {
  const AnswerForm form = this->form();
  const auto size = body ? std::optional(body->bytes().size()) : std::nullopt;
  Piece piece{whole_head(status, headers, size, form), std::move(body)};
  if (form.head_only) piece.body.reset();
  outbox_->begin(Outbox::Kind::kWhole, std::move(piece), form.close || form.http10);
}

bool LiveExchange::open_stream(std::vector<HttpHeader> headers) {
  const AnswerForm form = this->form();
  if (shared_->streams.fetch_add(1) >= shared_->options.max_streams) {
    --shared_->streams;
    outbox_->begin(Outbox::Kind::kWhole, {refusal(503), {}}, true);
    return false;
  }
  const bool opened = outbox_->begin(Outbox::Kind::kStream, {stream_head(headers, form), {}},
                                     form.close || form.http10);
  if (!opened) --shared_->streams;
  if (opened && form.head_only) outbox_->finish({});
  return opened && !form.head_only;
}

bool LiveExchange::event(const std::optional<Cleared>& data, std::string_view id,
                         std::optional<std::chrono::milliseconds> retry) {
  const std::string_view bytes = data ? data->bytes() : std::string_view();
  EventFrame frame = event_frame(bytes.size(), id, retry, !http10_);
  frame.before.reserve(frame.before.size() + bytes.size() + frame.after.size());
  frame.before += bytes;
  frame.before += frame.after;
  return outbox_->add({std::move(frame.before), {}});
}

void LiveExchange::end_stream() { outbox_->finish({std::string(stream_end(!http10_)), {}}); }

}  // namespace pmx::mcp::http
