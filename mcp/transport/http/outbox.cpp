#include "mcp/transport/http/outbox.h"

#include <utility>

#include "mcp/transport/http/loop.h"

namespace pmx::mcp::http {
namespace {

/// Up to this size a body is copied behind its head: one buffer costs less than two.
constexpr std::size_t kSmall = std::size_t{16} << 10;

}  // namespace

Outbox::Outbox(std::shared_ptr<Loop> loop, std::weak_ptr<Connection> connection, std::size_t limit)
    : loop_(std::move(loop)), connection_(std::move(connection)), limit_(limit) {}

void Outbox::append(Piece piece) {
  const std::size_t size = piece.size();
  held_ += size;
  if (piece.body && piece.body->bytes().size() <= kSmall) {
    piece.text += piece.body->bytes();
    piece.body.reset();
  }
  const bool joins = !pieces_.empty() && !pieces_.back().body && size <= kSmall;
  if (!joins) {
    pieces_.push_back(std::move(piece));
    return;
  }
  pieces_.back().text += piece.text;
  pieces_.back().body = std::move(piece.body);
}

void Outbox::wake(std::unique_lock<std::mutex> lock) {
  if (std::exchange(woken_, true)) return;
  lock.unlock();
  loop_->wake(connection_);
}

bool Outbox::begin(Kind kind, Piece piece, bool close) {
  std::unique_lock lock(mutex_);
  if (stage_ != Stage::kUnanswered) return false;
  is_stream_ = kind == Kind::kStream;
  stage_ = is_stream_ ? Stage::kStreaming : Stage::kComplete;
  close_ = close;
  append(std::move(piece));
  wake(std::move(lock));
  return true;
}

bool Outbox::add(Piece piece) {
  std::unique_lock lock(mutex_);
  if (stage_ != Stage::kStreaming || dropped_) return false;
  if (held_ < limit_) {  // one piece may exceed it: the bound is this and one event
    append(std::move(piece));
    wake(std::move(lock));
    return true;
  }
  dropped_ = true;
  lock.unlock();
  loop_->wake(connection_);  // always: the loop takes nothing while a write is outstanding
  return false;
}

bool Outbox::is_dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void Outbox::finish(Piece piece) {
  std::unique_lock lock(mutex_);
  if (stage_ != Stage::kStreaming) return;
  stage_ = Stage::kComplete;
  if (piece.size() > 0) append(std::move(piece));
  wake(std::move(lock));
}

bool Outbox::is_unanswered() const {
  const std::lock_guard lock(mutex_);
  return stage_ == Stage::kUnanswered;
}

Outbox::Taken Outbox::take() {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  return {std::exchange(pieces_, {}), stage_ == Stage::kComplete, close_,
          stage_ == Stage::kStreaming};
}

void Outbox::sent(std::size_t size) {
  const std::lock_guard lock(mutex_);
  held_ -= size;
}

bool Outbox::close() {
  const std::lock_guard lock(mutex_);
  stage_ = Stage::kClosed;
  pieces_.clear();
  return is_stream_;
}

}  // namespace pmx::mcp::http
