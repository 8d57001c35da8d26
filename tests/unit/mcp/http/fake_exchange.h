// An HTTP exchange without a socket, for what is built on the engine.
#pragma once

#include <doctest/doctest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "mcp/transport/http/exchange.h"

namespace pmx::mcp::test {

/// An exchange without a socket. What is written can be waited for.
class FakeExchange final : public HttpExchange {
 public:
  explicit FakeExchange(HttpRequest request = {}) : request_(std::move(request)) {}

  [[nodiscard]] const HttpRequest& request() const override { return request_; }
  [[nodiscard]] std::stop_token gone() const override { return gone_.get_token(); }

  void respond(int status, std::vector<HttpHeader> headers, std::optional<Cleared> body) override {
    const std::lock_guard lock(mutex_);
    if (status_ != 0) return;
    status_ = status;
    headers_ = std::move(headers);
    if (body) body_ = body->bytes();
    ended_ = true;
    changed_.notify_all();
  }

  bool open_stream(std::vector<HttpHeader> headers) override {
    const std::lock_guard lock(mutex_);
    if (status_ != 0) return false;
    if (full) {
      status_ = 503;
      ended_ = true;
      return false;
    }
    status_ = 200;
    headers_ = std::move(headers);
    streaming_ = true;
    changed_.notify_all();
    return true;
  }

  bool event(const std::optional<Cleared>& data, std::string_view id,
             std::optional<std::chrono::milliseconds> retry) override {
    const std::lock_guard lock(mutex_);
    if (!streaming_ || ended_ || gone_.stop_requested()) return false;
    events_.push_back({std::string(id), data ? std::string(data->bytes()) : "", retry.has_value()});
    changed_.notify_all();
    return true;
  }

  void end_stream() override {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  struct Event {
    std::string id;
    std::string data;
    bool retry;
  };

  bool full = false;  ///< the server has no stream left

  void leave() { gone_.request_stop(); }

  /// Waits for the end of the answer.
  FakeExchange& finished() {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds(20), [this] { return ended_; }));
    return *this;
  }

  /// Waits for event number `count` (from 1) and returns it.
  Event event_at(std::size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(
        changed_.wait_for(lock, std::chrono::seconds(20), [&] { return events_.size() >= count; }));
    return events_[count - 1];
  }

  [[nodiscard]] int status() const { return locked(status_); }
  [[nodiscard]] bool streaming() const { return locked(streaming_); }
  [[nodiscard]] bool ended() const { return locked(ended_); }
  [[nodiscard]] std::size_t event_count() const {
    const std::lock_guard lock(mutex_);
    return events_.size();
  }
  [[nodiscard]] Json json() const {
    const std::lock_guard lock(mutex_);
    return body_.empty() ? Json(nullptr) : *parse_json(body_);
  }
  [[nodiscard]] std::string header(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    for (const auto& header : headers_) {
      if (header.name == name) return header.value;
    }
    return "";
  }

 private:
  template <class T>
  T locked(const T& member) const {
    const std::lock_guard lock(mutex_);
    return member;
  }

  const HttpRequest request_;
  std::stop_source gone_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int status_ = 0;
  bool streaming_ = false;
  bool ended_ = false;
  std::vector<HttpHeader> headers_;
  std::string body_;
  std::vector<Event> events_;
};

}  // namespace pmx::mcp::test
