#include "mcp/transport/http/outbox.h"

#include <sys/socket.h>

#include <array>
#include <utility>

#include "mcp/transport/http/loop.h"

namespace pmx::mcp::http {
namespace {

/// Up to this size a body is copied behind its head: one buffer costs less than two.
constexpr std::size_t kSmall = std::size_t{16} << 10;

}  // namespace

Outbox::Outbox(Way way, std::size_t limit) : way_(std::move(way)), limit_(limit) {}

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
  way_.loop->wake(way_.connection);
}

/// Writes what the socket takes; false when something of `piece` is left, for the loop. The loop
/// itself writes nothing while there is no answer.
bool Outbox::send_now(Piece& piece) {
  const std::string_view body = piece.body ? piece.body->bytes() : std::string_view();
  std::array<iovec, 2> parts{
      {{piece.text.data(), piece.text.size()}, {const_cast<char*>(body.data()), body.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  const ssize_t size = ::sendmsg(way_.socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (size <= 0) return false;  // full, or broken: the loop will see
  const auto sent = static_cast<std::size_t>(size);
  if (sent == piece.size()) return true;
  if (sent < piece.text.size()) {
    piece.text.erase(0, sent);
  } else {
    piece = {std::string(body.substr(sent - piece.text.size())), {}};
  }
  return false;
}

bool Outbox::begin(Kind kind, Piece piece, bool close) {
  std::unique_lock lock(mutex_);
  if (stage_ != Stage::kUnanswered) return false;
  is_stream_ = kind == Kind::kStream;
  stage_ = is_stream_ ? Stage::kStreaming : Stage::kComplete;
  close_ = close;
  // Before the first take() the loop comes by anyway.
  const bool past_loop = !is_stream_ && !close && !woken_ && way_.socket >= 0;
  if (past_loop && send_now(piece)) {
    stage_ = Stage::kSent;
    sent_ = rough_now();
    if (loop_needed_) wake(std::move(lock));
    return true;
  }
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
  way_.loop->wake(way_.connection);  // always: the loop takes nothing while a write is outstanding
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

bool Outbox::is_over() const {
  const std::lock_guard lock(mutex_);
  return stage_ != Stage::kUnanswered && stage_ != Stage::kStreaming;
}

Outbox::Taken Outbox::take(bool needed) {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  loop_needed_ = needed;
  const bool complete = stage_ == Stage::kComplete || stage_ == Stage::kSent;
  return {std::exchange(pieces_, {}), complete, close_, stage_ == Stage::kStreaming, sent_};
}

bool Outbox::is_sent() const {
  const std::lock_guard lock(mutex_);
  return stage_ == Stage::kSent;
}

void Outbox::sent(std::size_t size) {
  const std::lock_guard lock(mutex_);
  held_ -= size;
}

Outbox::Ended Outbox::close() {
  const std::lock_guard lock(mutex_);
  const bool sent = stage_ == Stage::kSent;
  stage_ = Stage::kClosed;
  pieces_.clear();
  return {is_stream_, !sent};
}

}  // namespace pmx::mcp::http
