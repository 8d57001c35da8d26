#include "mcp/transport/http/loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <ctime>
#include <exception>
#include <utility>

#include "base/log.h"
#include "mcp/transport/http/connection.h"

namespace pmx::mcp::http {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::milliseconds kSweep{50};

}  // namespace

SteadyTime rough_now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);  // the same zero as steady_clock
  return SteadyTime(std::chrono::duration_cast<SteadyTime::duration>(
      std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec)));
}

struct Loop::Engine {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(context);
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>,
                             asio::io_context::executor_type>
      timer{context};
};

Loop::Loop(std::shared_ptr<Shared> shared)
    : shared_(std::move(shared)), engine_(std::make_unique<Engine>()) {}

Loop::~Loop() = default;

asio::io_context& Loop::context() { return engine_->context; }

void Loop::run() {
  while (true) {
    try {
      engine_->context.run();
      return;
    } catch (const std::exception& failure) {  // the wall: one bad connection must not end all
      log::error({}, "http.loop", {{"failure", failure.what()}});
    }
  }
}

void Loop::wake(std::weak_ptr<Connection> connection) {
  asio::post(engine_->context, [connection = std::move(connection)] {
    if (const auto living = connection.lock()) living->on_wake();
  });
}

void Loop::post(std::function<void()> work) { asio::post(engine_->context, std::move(work)); }

void Loop::adopt(std::shared_ptr<Connection> connection) {
  if (draining_) return;
  slots_.push_back({SteadyTime::max(), connection});
  arm();
  connection->start(slots_.size() - 1);
}

void Loop::remove(std::size_t slot) {
  const std::shared_ptr<Connection> removed = std::move(slots_[slot].connection);
  if (slot + 1 < slots_.size()) {
    slots_[slot] = std::move(slots_.back());
    slots_[slot].connection->moved_to(slot);
  }
  slots_.pop_back();
  if (draining_ && slots_.empty()) engine_->timer.cancel();
}

void Loop::drain(SteadyTime deadline) {
  draining_ = true;
  drain_deadline_ = deadline;
  engine_->work.reset();
  for (std::size_t i = slots_.size(); i-- > 0;) {
    const std::shared_ptr<Connection> connection = slots_[i].connection;
    connection->drain();
  }
  if (slots_.empty()) engine_->timer.cancel();
}

void Loop::arm() {
  if (armed_ || slots_.empty()) return;
  armed_ = true;
  engine_->timer.expires_after(kSweep);
  engine_->timer.async_wait([this](const boost::system::error_code&) {
    armed_ = false;
    sweep();
    arm();
  });
}

void Loop::sweep() {
  const SteadyTime now = std::chrono::steady_clock::now();
  const bool last = draining_ && now >= drain_deadline_;
  // Backwards: a connection removes at most itself, and the last one takes its place.
  for (std::size_t i = slots_.size(); i-- > 0;) {
    if (!last && slots_[i].deadline > now) continue;
    const std::shared_ptr<Connection> connection = slots_[i].connection;
    if (last) {
      connection->close();
    } else {
      connection->on_deadline(now);
    }
  }
}

}  // namespace pmx::mcp::http
