#include "mcp/transport/http/connection.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "base/log.h"
#include "mcp/transport/http/live_exchange.h"
#include "mcp/transport/http/loop.h"
#include "mcp/transport/http/message.h"

namespace pmx::mcp::http {
namespace {

using State = RequestReader::State;

constexpr int kTurn = 256;                              // steps until others have their turn
constexpr std::size_t kViews = 16;                      // pieces of one write
constexpr std::size_t kWatch = std::size_t{1} << 10;    // room for the next request, usually
constexpr std::size_t kStreamWatch = 64;                // bytes to see the end of a silent client
constexpr std::size_t kPatient = std::size_t{1} << 20;  // bytes that write_timeout is for
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Connection::Connection(Loop& loop, std::unique_ptr<SocketChannel> channel, std::string peer,
                       Admission admission)
    : loop_(loop),
      channel_(std::move(channel)),
      peer_(std::move(peer)),
      admission_(admission),
      reader_({loop.shared().options.max_header, loop.shared().options.max_body}) {}

Connection::~Connection() {
  if (outbox_) outbox_->close();  // before the socket is
}

void Connection::start(std::size_t slot) {
  slot_ = slot;
  const HttpOptions& options = loop_.shared().options;
  phase_deadline_ =
      rough_now() + (options.tls ? options.handshake_timeout : options.header_timeout);
  if (admission_ == Admission::kRefuse) {
    refuse(503);
    phase_deadline_ = rough_now() + options.handshake_timeout;
  }
  pump();
}

/// Does whatever can be done now. Not re-entrant: what a step causes is found by the next step.
void Connection::pump() {
  if (pumping_ || closed_) return;
  const auto self = shared_from_this();
  pumping_ = true;
  try {
    int steps = 0;
    while (!closed_ && step()) {
      if (++steps < kTurn) continue;
      loop_.wake(weak_from_this());  // others are waiting, too
      break;
    }
  } catch (const std::exception& failure) {  // the wall: out of memory ends one connection
    log::error({}, "http.connection", {{"failure", failure.what()}});
    close();
  }
  pumping_ = false;
  if (!closed_) schedule();
}

/// One step; false when only an event can bring the next.
bool Connection::step() {
  if (!batch_.empty() && !writing_ && write_batch()) return true;
  if (batch_.empty()) {
    if (outbox_ && collect()) return true;
    if (closing_ && phase_ != Phase::kLingering) return linger(), true;
    if (phase_ == Phase::kReading && fresh_) return parse_input(), true;
  }
  return read_input();
}

bool Connection::write_batch() {
  std::array<std::string_view, kViews> views;
  std::size_t count = 0;
  std::size_t skip = batch_sent_;
  const auto add = [&](std::string_view bytes) {
    const std::size_t skipped = std::min(skip, bytes.size());
    skip -= skipped;
    if (count < kViews && bytes.size() > skipped) views[count++] = bytes.substr(skipped);
  };
  for (const Piece& piece : batch_) {
    add(piece.text);
    if (piece.body) add(piece.body->bytes());
  }
  writing_ = true;
  const auto io = channel_->write(std::span(views).first(count), shared_from_this());
  if (!io) return false;
  take_written(*io);
  return true;
}

void Connection::take_written(Io io) {
  writing_ = false;
  if (!io.ok) return close();
  batch_sent_ += io.bytes;
  if (outbox_ && !complete_) outbox_->sent(io.bytes);  // nothing follows a whole answer
  std::size_t total = 0;
  for (const Piece& piece : batch_) total += piece.size();
  if (batch_sent_ < total) return;
  batch_.clear();
  batch_sent_ = 0;
  write_deadline_ = SteadyTime::max();
}

void Connection::on_wake() {
  if (!closed_ && outbox_ && outbox_->is_dropped()) return close();
  pump();
}

void Connection::on_written(Io io) {
  if (closed_) return;
  take_written(io);
  pump();
}

bool Connection::read_input() {
  if (reading_ || at_end_) return false;
  if (phase_ == Phase::kLingering) {
    reader_.discard();
  } else if (closing_ && phase_ == Phase::kReading) {
    return false;  // a refusal is on its way; the rest is discarded after it
  } else if (phase_ == Phase::kServing) {
    reader_.rest(streaming_ ? kStreamWatch : kWatch);
  }
  const std::span<char> space = reader_.space();
  if (space.empty()) return false;
  reading_ = true;
  const auto io = channel_->read(space, shared_from_this());
  if (!io) return false;
  take_input(*io);
  return true;
}

void Connection::take_input(Io io) {
  reading_ = false;
  if (io.ok) {
    reader_.commit(io.bytes);
    fresh_ = fresh_ || io.bytes > 0;
    return;
  }
  const bool answered = complete_ && !batch_.empty();
  if (!answered || phase_ == Phase::kLingering) return close();
  at_end_ = true;  // what is on its way may still arrive
  closing_ = true;
}

void Connection::on_read(Io io) {
  if (closed_) return;
  take_input(io);
  pump();
}

void Connection::parse_input() {
  fresh_ = false;
  const HttpOptions& options = loop_.shared().options;
  const State state = reader_.parse();
  if (state == State::kHeader && seen_ != state)
    phase_deadline_ = rough_now() + options.header_timeout;
  if (state == State::kBody && seen_ != state) phase_deadline_ = rough_now() + options.body_timeout;
  seen_ = state;
  if (state == State::kRefused) return refuse(reader_.refusal());
  if (state == State::kComplete) return serve();
  if (reader_.take_continue()) batch_.push_back({std::string(kContinue), {}});
}

void Connection::serve() {
  Shared& shared = loop_.shared();
  phase_ = Phase::kServing;
  phase_deadline_ = SteadyTime::max();
  seen_ = State::kIdle;
  complete_ = false;
  Received received = reader_.take();
  received.request.peer = peer_;
  chunked_ = !received.http10;
  outbox_ = std::make_shared<Outbox>(
      Outbox::Way{loop_.shared_from_this(), weak_from_this(), channel_->descriptor()},
      shared.options.max_backlog);
  try {
    shared.handler(std::make_shared<LiveExchange>(std::move(received), outbox_, loop_.share()));
  } catch (const std::exception& failure) {  // the wall: its exchange answers 500 as it dies
    log::error({}, "http.handler", {{"failure", failure.what()}});
  }
}

/// Takes what the exchange wants to send; true when that changed anything.
bool Connection::collect() {
  if (complete_) return finish_exchange(), true;
  const bool needed = reader_.buffered() > 0 || loop_.shared().stopping;
  Outbox::Taken taken = outbox_->take(needed);
  complete_ = taken.complete;
  answer_sent_ = taken.sent;
  closing_ = closing_ || (taken.complete && taken.close);
  batch_ = std::move(taken.pieces);
  // There may be thousands, whose clients say nothing more.
  if (taken.streaming && !std::exchange(streaming_, true) && reading_) channel_->interrupt_read();
  const HttpOptions& options = loop_.shared().options;
  const bool quiet = comment_due_ == SteadyTime::max();
  if (taken.streaming && (quiet || !batch_.empty())) {
    comment_due_ = rough_now() + options.stream_keep_alive;
  } else if (!taken.streaming) {
    comment_due_ = SteadyTime::max();
  }
  return complete_ || !batch_.empty();
}

/// True when the exchange is cut off before its answer has left. From here on no other thread
/// writes to the socket.
bool Connection::release_exchange() {
  const Outbox::Ended ended = outbox_->close();
  if (ended.stream) --loop_.shared().streams;
  outbox_.reset();
  comment_due_ = SteadyTime::max();
  return ended.cut_off && !(complete_ && batch_.empty());
}

void Connection::finish_exchange() {
  release_exchange();
  const Shared& shared = loop_.shared();
  closing_ = closing_ || shared.stopping;
  complete_ = false;
  streaming_ = false;
  phase_ = Phase::kReading;
  fresh_ = reader_.buffered() > 0;
  const bool past_us = answer_sent_ != SteadyTime();
  phase_deadline_ = (past_us ? answer_sent_ : rough_now()) + shared.options.idle_timeout;
}

void Connection::refuse(int status) {
  batch_.push_back({refusal(status), {}});
  closing_ = true;
  phase_deadline_ = SteadyTime::max();
}

/// Ends our side and waits for the client to end its own: closing with unread input would reset
/// the connection and destroy the answer on its way.
void Connection::linger() {
  if (at_end_) return close();
  phase_ = Phase::kLingering;
  phase_deadline_ = rough_now() + loop_.shared().options.linger_timeout;
  channel_->shutdown();
}

void Connection::schedule() {
  if (!batch_.empty() && write_deadline_ == SteadyTime::max()) {
    std::size_t total = 0;
    for (const Piece& piece : batch_) total += piece.size();
    const auto patience = static_cast<std::chrono::milliseconds::rep>(1 + total / kPatient);
    write_deadline_ = rough_now() + loop_.shared().options.write_timeout * patience;
  }
  SteadyTime due = std::min({phase_deadline_, write_deadline_, comment_due_});
  // Its answer may go past us: then it is idle, and nothing else tells.
  if (outbox_) due = std::min(due, rough_now() + loop_.shared().options.idle_timeout);
  loop_.set_deadline(slot_, due);
}

void Connection::on_deadline(SteadyTime time) {
  if (closed_) return;
  if (time >= write_deadline_) return close();
  if (time >= phase_deadline_) {
    const bool begun = phase_ == Phase::kReading && seen_ != State::kIdle;
    if (!begun || writing_) return close();
    refuse(408);
  } else if (time >= comment_due_) {
    comment_due_ = time + loop_.shared().options.stream_keep_alive;
    if (batch_.empty()) outbox_->add({std::string(keep_alive_comment(chunked_)), {}});
  }
  pump();
}

void Connection::drain() {
  // Closing over unread bytes would reset the connection and destroy an answer on its way.
  const bool unread = reader_.buffered() > 0;
  const bool idle = phase_ == Phase::kReading && seen_ == State::kIdle && batch_.empty();
  if (!unread && (idle || (outbox_ && outbox_->is_sent()))) return close();
  pump();
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  const auto self = shared_from_this();
  std::stop_source gone(std::nostopstate);
  if (outbox_) {
    const std::stop_source of_exchange = outbox_->gone;
    if (release_exchange()) gone = of_exchange;
  }
  channel_->close();
  gone.request_stop();
  --loop_.shared().connections;
  loop_.remove(slot_);
}

}  // namespace pmx::mcp::http
