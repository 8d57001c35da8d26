#include "proxmox/polite_http.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <semaphore>

#include "fakes.h"

namespace pmx::proxmox {
namespace {

using namespace std::chrono_literals;

struct Polite {
  explicit Polite(Politeness limits = {}) : http(next, limits, clock) {}

  Result<HttpResponse> send(const std::string& path) {
    return http.send(ctx, {"GET", path, {}, {}});
  }
  void silence(int count, int status = 596) {
    for (int i = 0; i < count; ++i) next.reply(status, "");
  }

  FakeHttp next;
  FakeClock clock;
  Context ctx;
  PoliteHttp http;
};

/// Holds every call until it is let go, and counts those inside.
class HoldingHttp final : public Http {
 public:
  Result<HttpResponse> send(const Context&, const HttpRequest&) override {
    std::unique_lock lock(mutex_);
    most_ = std::max(most_, ++inside_);
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    --inside_;
    return HttpResponse{200, "", "{}"};
  }
  void wait_for(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return inside_ == count; });
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  int most() {
    const std::lock_guard lock(mutex_);
    return most_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;
  int most_ = 0;
  bool open_ = false;
};

/// Holds calls for .../old and .../trial until they are let go, the first of which is cancelled
/// then; nothing else can be connected to.
class TwoGates final : public Http {
 public:
  Result<HttpResponse> send(const Context&, const HttpRequest& request) override {
    ++sent;
    const bool is_old = request.path.ends_with("/old");
    if (!is_old && !request.path.ends_with("/trial")) return HttpResponse{595, "", ""};
    entered.release();
    (is_old ? old : trial).acquire();
    if (is_old) return Error{Code::kCancelled, "x", ""};
    return HttpResponse{200, "", "{}"};
  }

  std::atomic<int> sent{0};
  std::binary_semaphore entered{0};
  std::binary_semaphore old{0};
  std::binary_semaphore trial{0};
};

}  // namespace

TEST_CASE("polite: an older call that returns does not end the trial of another") {
  TwoGates next;
  FakeClock clock;
  PoliteHttp http(next, {}, clock);
  const auto send = [&http](const char* path) { return http.send({}, {"GET", path, {}, {}}); };
  auto old = std::async(std::launch::async, send, "/nodes/a/old");
  next.entered.acquire();
  CHECK(send("/nodes/a/x")->status == 595);
  clock.tick(10s);
  auto trial = std::async(std::launch::async, send, "/nodes/a/trial");
  next.entered.acquire();
  next.old.release();
  CHECK(old.get().error().code == Code::kCancelled);
  const auto another = send("/nodes/a/x");
  CHECK_FALSE(another.ok());
  CHECK(next.sent == 3);
  next.trial.release();
  CHECK(trial.get().ok());
}

TEST_CASE("polite: a node that cannot be connected to is left alone for a while") {
  Polite polite;
  polite.silence(1, 595);
  CHECK(polite.send("/nodes/pve2/status")->status == 595);
  const auto spared = polite.send("/nodes/pve2/qemu/101/config");
  REQUIRE_FALSE(spared.ok());
  CHECK(spared.error().code == Code::kUnavailable);
  CHECK(spared.error().message.find("pve2") != std::string::npos);
  CHECK(spared.error().message.find("nothing was sent") != std::string::npos);
  polite.next.data("1");
  CHECK(polite.send("/nodes/pve3/status").ok());
  polite.next.data("1");
  CHECK(polite.send("/cluster/resources").ok());
  CHECK(polite.next.requests.size() == 3);
}

TEST_CASE("polite: it takes three silent calls in a row, or one of a node that was given up") {
  Polite polite;
  polite.silence(2);
  CHECK(polite.send("/nodes/a/x")->status == 596);
  CHECK(polite.send("/nodes/a/x")->status == 596);
  polite.next.reply(500, "");
  CHECK(polite.send("/nodes/a/x")->status == 500);  // an answer: it counts from the beginning
  polite.silence(3, 599);
  for (int i = 0; i < 3; ++i) CHECK(polite.send("/nodes/a/x")->status == 599);
  CHECK(polite.send("/nodes/a/x").error().code == Code::kUnavailable);
}

TEST_CASE("polite: the rest doubles up to a minute, and an answer ends it") {
  Polite polite;
  for (const auto rest : {10s, 20s, 40s, 60s, 60s}) {
    polite.silence(1, 595);
    CHECK(polite.send("/nodes/a/x")->status == 595);
    polite.clock.tick(rest - 1ms);
    CHECK_FALSE(polite.send("/nodes/a/x").ok());
    polite.clock.tick(1ms);
  }
  polite.next.data("1");
  CHECK(polite.send("/nodes/a/x")->status == 200);
  polite.next.data("1");
  CHECK(polite.send("/nodes/a/x")->status == 200);
}

TEST_CASE("polite: calls that ended early or never arrived say nothing about the node") {
  Polite polite;
  for (const Code code : {Code::kCancelled, Code::kUnavailable, Code::kDeadlineExceeded}) {
    for (int i = 0; i < 5; ++i) {
      polite.next.fail(code, "x");
      CHECK(polite.send("/nodes/a/x").error().code == code);
    }
  }
  CHECK(polite.next.finished());
}

TEST_CASE("polite: the cluster's own calls are never given up") {
  Polite polite;
  for (int i = 0; i < 5; ++i) {
    polite.silence(1, 595);
    CHECK(polite.send("/cluster/resources")->status == 595);
  }
}

TEST_CASE("polite: a burst passes at once, what exceeds the rate waits for its token") {
  Polite polite({6, 10});
  for (int i = 0; i < 12; ++i) {
    polite.next.data("1");
    REQUIRE(polite.send("/version").ok());
  }
  CHECK(polite.clock.waits == std::vector<std::chrono::milliseconds>{100ms, 100ms});
  polite.ctx.deadline = polite.clock.steady() + 50ms;
  const auto late = polite.send("/version");
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().code == Code::kDeadlineExceeded);
  CHECK(polite.next.requests.size() == 12);
}

TEST_CASE("polite: no node has more calls at once than it may, and others do not wait for it") {
  HoldingHttp next;
  FakeClock clock;
  PoliteHttp http(next, {2, 1000}, clock);
  std::vector<std::future<bool>> calls;
  const auto call = [&](const char* path) {
    calls.push_back(std::async(std::launch::async, [&http, path] {
      return http.send({}, {"GET", path, {}, {}}).ok();
    }));
  };
  for (int i = 0; i < 5; ++i) call("/nodes/a/x");
  next.wait_for(2);
  call("/nodes/b/x");
  next.wait_for(3);
  Context stopped;
  std::stop_source source;
  source.request_stop();
  stopped.stop = source.get_token();
  CHECK(http.send(stopped, {"GET", "/nodes/a/x", {}, {}}).error().code == Code::kCancelled);
  next.let_go();
  for (auto& done : calls) CHECK(done.get());
  CHECK(next.most() <= 3);
}

}  // namespace pmx::proxmox
