// What the PVE client's tests stand on: a scripted Http that records requests and can fail, and a
// clock whose waits pass at once.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "proxmox/http.h"

namespace pmx::proxmox {

/// Answers from a script, in order; records every request. Past the end of the script it fails with
/// kInternal, so that an unexpected call shows.
class FakeHttp final : public Http {
 public:
  void reply(int status, std::string body, std::string reason = "") {
    script_.push_back(HttpResponse{status, std::move(reason), std::move(body)});
  }
  void fail(Code code, std::string message) { script_.push_back(Error{code, message, ""}); }
  void data(const std::string& json) { reply(200, "{\"data\":" + json + "}"); }

  Result<HttpResponse> send(const Context&, const HttpRequest& request) override {
    const std::lock_guard lock(mutex_);
    requests.push_back(request);
    if (script_.empty()) {
      return Error{Code::kInternal, "unexpected " + request.method + " " + request.path, ""};
    }
    auto next = std::move(script_.front());
    script_.pop_front();
    return next;
  }

  [[nodiscard]] bool finished() const { return script_.empty(); }

  std::vector<HttpRequest> requests;

 private:
  std::mutex mutex_;
  std::deque<Result<HttpResponse>> script_;
};

/// A scripted address of a cluster.
class FakeRoute final : public Route {
 public:
  /// What the next requests meet; past the end of the script they are answered.
  void fail(Stage stage, Code code = Code::kUnavailable) { script_.push_back({stage, code, 0}); }
  void reply(int status) { script_.push_back({Stage::kSent, Code::kInternal, status}); }

  Result<HttpResponse> deliver(const Context&, const HttpRequest&, Stage& stage) override {
    ++delivered;
    if (script_.empty()) return HttpResponse{200, "", R"({"data":1})"};
    const Step step = script_.front();
    script_.pop_front();
    stage = step.stage;
    if (step.status != 0) return HttpResponse{step.status, "", ""};
    return Error{step.code, "scripted", ""};
  }

  Result<void> reach(const Context&) override {
    ++reached;
    if (reachable) return {};
    return Error{unreachable, "still down", ""};
  }

  int delivered = 0;
  int reached = 0;
  bool reachable = true;
  Code unreachable = Code::kUnavailable;

 private:
  struct Step {
    Stage stage;
    Code code;
    int status;
  };
  std::deque<Step> script_;
};

/// Waiting advances the time and is recorded.
class FakeClock final : public Clock {
 public:
  SystemTime now() const override { return SystemTime(elapsed_); }
  SteadyTime steady() const override { return SteadyTime(elapsed_); }
  bool wait(const std::stop_token& stop, std::chrono::milliseconds duration) override {
    if (stop.stop_requested()) return false;
    waits.push_back(duration);
    elapsed_ += duration;
    return true;
  }
  void tick(std::chrono::milliseconds duration) { elapsed_ += duration; }

  std::vector<std::chrono::milliseconds> waits;

 private:
  std::chrono::milliseconds elapsed_{1'000'000};
};

inline std::string header(const HttpRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return "";
}

inline std::string param(const HttpRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.params) {
    if (key == name) return value;
  }
  return "";
}

inline constexpr const char* kTokenText = "root@pam!mpc=00000000-0000-4000-8000-000000000004";

}  // namespace pmx::proxmox
