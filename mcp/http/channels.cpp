#include "mcp/http/channels.h"

namespace pmx::mcp {
namespace {

/// What a session's stream keeps for clients that come back.
constexpr std::size_t kKeptEvents = 256;
constexpr std::size_t kKeptBytes = std::size_t{1} << 20;

}  // namespace

int http_status(const RpcError* error, bool modern) {
  if (error == nullptr) return 200;
  if (error->refused) return 400;
  if (!modern) return 200;
  switch (error->code) {
    case kMethodNotFound: return 404;
    case kParseError:
    case kInvalidRequest:
    case kHeaderMismatch:
    case kMissingCapability:
    case kUnsupportedVersion: return 400;
    default: return 200;
  }
}

void PostChannel::send(std::optional<Cleared> message) {
  if (!message || !takes_stream_) return;
  const std::lock_guard lock(mutex_);
  if (!streaming_) streaming_ = exchange_->open_stream({});
  exchange_->event(message);
}

void PostChannel::finish(std::optional<Cleared> answer, const RpcError* error) {
  const std::lock_guard lock(mutex_);
  if (!streaming_) {
    // A request without an answer was cancelled: the client has left.
    return exchange_->respond(answer ? http_status(error, true) : 202, {}, std::move(answer));
  }
  if (answer) exchange_->event(answer);
  exchange_->end_stream();
}

void EventStream::begin(std::shared_ptr<HttpExchange> post, std::vector<HttpHeader> headers) {
  const std::lock_guard lock(mutex_);
  post_ = std::move(post);
  headers_ = std::move(headers);
}

void EventStream::attach(std::shared_ptr<HttpExchange> get, std::uint64_t after) {
  const std::lock_guard lock(mutex_);
  if (listener_ != nullptr) listener_->end_stream();
  listener_.reset();
  if (!get->open_stream({})) return;
  // Its id comes before all that follows: whoever gets no further than this loses nothing.
  if (primed_ && after == 0) get->event(std::nullopt, id_text(0));
  for (const Kept& kept : kept_) {
    if (kept.id > after) get->event(kept.message, id_text(kept.id));
  }
  if (finished_) return get->end_stream();
  listener_ = std::move(get);
}

bool EventStream::open_post() {
  if (post_ == nullptr) return listener_ != nullptr;
  const auto post = std::exchange(post_, nullptr);
  if (!post->open_stream(headers_)) return false;
  listener_ = post;
  if (primed_) listener_->event(std::nullopt, id_text(last_id_));
  return true;
}

void EventStream::send(std::optional<Cleared> message) {
  if (!message) return;
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  const bool there = open_post();  // first: it primes with the id before the message's
  keep(*message);
  if (!there) return;
  if (!listener_->event(message, id_text(last_id_))) listener_.reset();  // it may come back
}

void EventStream::finish(std::optional<Cleared> answer, const RpcError* error) {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  finished_ = true;
  if (post_ != nullptr) {
    return std::exchange(post_, nullptr)
        ->respond(answer ? http_status(error, false) : 202, headers_, std::move(answer));
  }
  if (answer) keep(*answer);
  if (listener_ == nullptr) return;
  if (answer) listener_->event(answer, id_text(last_id_));
  listener_->end_stream();
  listener_.reset();
}

void EventStream::poll_later(std::chrono::milliseconds retry) {
  const std::lock_guard lock(mutex_);
  if (!primed_ || finished_) return;  // nothing to come back with
  if (post_ != nullptr) {
    const auto post = std::exchange(post_, nullptr);
    if (!post->open_stream(headers_)) return;
    post->event(std::nullopt, id_text(last_id_), retry);
    return post->end_stream();
  }
  if (listener_ == nullptr) return;
  listener_->event(std::nullopt, id_text(last_id_), retry);
  listener_->end_stream();
  listener_.reset();
}

void EventStream::close() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  if (post_ != nullptr) std::exchange(post_, nullptr)->respond(404, headers_, std::nullopt);
  if (listener_ != nullptr) std::exchange(listener_, nullptr)->end_stream();
}

bool EventStream::finished() const {
  const std::lock_guard lock(mutex_);
  return finished_;
}

bool EventStream::attended() const {
  const std::lock_guard lock(mutex_);
  const auto waits = [](const auto& exchange) {
    return exchange != nullptr && !exchange->gone().stop_requested();
  };
  return waits(post_) || waits(listener_);
}

void EventStream::keep(const Cleared& message) {
  kept_.push_back({++last_id_, message});
  kept_bytes_ += message.bytes().size();
  while (kept_.size() > 1 && (kept_.size() > kKeptEvents || kept_bytes_ > kKeptBytes)) {
    kept_bytes_ -= kept_.front().message.bytes().size();
    kept_.pop_front();
  }
}

std::string EventStream::id_text(std::uint64_t id) const {
  return std::to_string(number_) + "-" + std::to_string(id);
}

}  // namespace pmx::mcp
