#include "proxmox/failover_http.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <semaphore>

#include "fakes.h"

namespace pmx::proxmox {
namespace {

using namespace std::chrono_literals;

const HttpRequest kGet{"GET", "/version", {}, {}};

struct Nodes {
  explicit Nodes(std::size_t count) {
    std::vector<std::unique_ptr<Route>> owned;
    for (std::size_t i = 0; i < count; ++i) {
      owned.push_back(std::make_unique<FakeRoute>());
      routes.push_back(static_cast<FakeRoute*>(owned.back().get()));
    }
    http = std::make_unique<FailoverHttp>(std::move(owned), clock, 7);
  }

  Result<HttpResponse> send(const char* method = "GET") {
    return http->send(ctx, {method, "/version", {}, {}});
  }

  FakeClock clock;
  Context ctx;
  std::vector<FakeRoute*> routes;
  std::unique_ptr<FailoverHttp> http;
};

/// Down for its first request; then whoever connects is held until it is let go.
class SlowRoute final : public Route {
 public:
  Result<HttpResponse> deliver(const Context&, const HttpRequest&, Stage& stage) override {
    stage = Stage::kConnecting;
    if (!down_.exchange(false)) return HttpResponse{200, "", "{}"};
    return Error{Code::kUnavailable, "down", ""};
  }
  Result<void> reach(const Context&) override {
    const bool cancelled = ++reached == 1 && first_is_cancelled;
    entered_.release();
    gate_.acquire();
    if (cancelled) return Error{Code::kCancelled, "the first was cancelled", ""};
    return {};
  }
  void wait_for_caller() { entered_.acquire(); }
  void let_go() { gate_.release(); }

  std::atomic<int> reached{0};
  std::atomic<bool> first_is_cancelled{false};

 private:
  std::atomic<bool> down_{true};
  std::counting_semaphore<8> entered_{0};
  std::counting_semaphore<8> gate_{0};
};

}  // namespace

TEST_CASE("failover: a node that cannot be reached is passed over, whatever the method") {
  for (const char* method : {"GET", "POST", "PUT", "DELETE"}) {
    for (const Stage stage : {Stage::kConnecting, Stage::kUntrusted}) {
      CAPTURE(method);
      Nodes nodes(3);
      nodes.routes[0]->fail(stage);
      REQUIRE(nodes.send(method).ok());
      CHECK(nodes.routes[1]->delivered == 1);
      REQUIRE(nodes.send(method).ok());
      CHECK(nodes.routes[0]->delivered == 1);  // the second call did not try it again
      CHECK(nodes.routes[0]->reached == 0);
      CHECK(nodes.routes[1]->delivered == 2);
      CHECK(nodes.clock.waits.empty());
    }
  }
}

TEST_CASE("failover: what may have been done is not sent again") {
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    CAPTURE(method);
    Nodes nodes(2);
    nodes.routes[0]->fail(Stage::kSent);
    CHECK(nodes.send(method).error().code == Code::kUnavailable);
    CHECK(nodes.routes[0]->delivered + nodes.routes[1]->delivered == 1);
  }
}

TEST_CASE("failover: a GET is repeated twice at most, elsewhere and after a pause") {
  Nodes nodes(2);
  SUBCASE("a broken answer") {
    nodes.routes[0]->fail(Stage::kSent);
    REQUIRE(nodes.send().ok());
    CHECK(nodes.routes[1]->delivered == 1);
    REQUIRE(nodes.clock.waits.size() == 1);
    CHECK(nodes.clock.waits[0] <= 200ms);
  }
  SUBCASE("a proxy that got no answer") {
    for (const int status : {596, 597, 599}) nodes.routes[0]->reply(status);
    CHECK(nodes.send()->status == 599);
    CHECK(nodes.routes[0]->delivered == 3);
    CHECK(nodes.clock.waits.size() == 2);
  }
  SUBCASE("not when there was no time for it") {
    nodes.ctx.deadline = nodes.clock.steady();
    nodes.routes[0]->fail(Stage::kSent);
    CHECK_FALSE(nodes.send().ok());
    CHECK(nodes.clock.waits.empty());
  }
}

TEST_CASE("failover: what another node would answer as well is not repeated") {
  for (const int status : {200, 400, 401, 403, 404, 500, 501, 595}) {
    CAPTURE(status);
    Nodes nodes(2);
    nodes.routes[0]->reply(status);
    CHECK(nodes.send()->status == status);
    CHECK(nodes.routes[0]->delivered + nodes.routes[1]->delivered == 1);
  }
  for (const Code code : {Code::kDeadlineExceeded, Code::kCancelled, Code::kResourceExhausted}) {
    Nodes nodes(2);
    nodes.routes[0]->fail(Stage::kSent, code);
    CHECK(nodes.send().error().code == code);
    CHECK(nodes.routes[0]->delivered + nodes.routes[1]->delivered == 1);
  }
}

TEST_CASE("failover: with all nodes down one that is up again is found by connecting only") {
  Nodes nodes(2);
  for (FakeRoute* route : nodes.routes) route->fail(Stage::kConnecting);
  CHECK(nodes.send("POST").error().code == Code::kUnavailable);
  for (FakeRoute* route : nodes.routes) route->reachable = false;
  CHECK(nodes.send("POST").error().message == "still down");
  CHECK(nodes.routes[0]->reached == 1);
  CHECK(nodes.routes[1]->reached == 1);
  nodes.routes[1]->reachable = true;
  CHECK(nodes.send("POST").ok());
  CHECK(nodes.routes[0]->delivered == 1);
  CHECK(nodes.routes[1]->delivered == 2);
}

TEST_CASE("failover: of many callers one connects to a node that was down, and all go on") {
  FakeClock clock;
  std::vector<std::unique_ptr<Route>> owned;
  owned.push_back(std::make_unique<SlowRoute>());
  auto* route = static_cast<SlowRoute*>(owned.back().get());
  FailoverHttp http(std::move(owned), clock, 7);
  CHECK_FALSE(http.send({}, kGet).ok());
  std::vector<std::future<bool>> calls;
  for (int i = 0; i < 4; ++i) {
    calls.push_back(std::async(std::launch::async, [&] { return http.send({}, kGet).ok(); }));
  }
  route->wait_for_caller();
  Context impatient;
  impatient.deadline = std::chrono::steady_clock::now();
  CHECK_FALSE(http.send(impatient, kGet).ok());  // waits for the one no longer than it may
  route->let_go();
  for (auto& call : calls) CHECK(call.get());
  CHECK(route->reached == 1);
}

TEST_CASE(
    "failover: a cancelled probe is its caller's alone, and another of those that wait probes") {
  FakeClock clock;
  std::vector<std::unique_ptr<Route>> owned;
  owned.push_back(std::make_unique<SlowRoute>());
  auto* route = static_cast<SlowRoute*>(owned.back().get());
  route->first_is_cancelled = true;
  FailoverHttp http(std::move(owned), clock, 7);
  CHECK_FALSE(http.send({}, kGet).ok());
  auto first = std::async(std::launch::async, [&] { return http.send({}, kGet); });
  route->wait_for_caller();
  std::vector<std::future<bool>> others;
  for (int i = 0; i < 4; ++i)
    others.push_back(std::async(std::launch::async, [&] { return http.send({}, kGet).ok(); }));
  route->let_go();
  CHECK(first.get().error().code == Code::kCancelled);
  route->wait_for_caller();
  route->let_go();
  for (auto& other : others) CHECK(other.get());
  CHECK(route->reached == 2);
}

TEST_CASE("failover: a probe that ended early leaves the order of the places as it was") {
  for (const Code code : {Code::kCancelled, Code::kDeadlineExceeded}) {
    Nodes nodes(2);
    for (FakeRoute* route : nodes.routes) route->fail(Stage::kConnecting);
    CHECK(nodes.send("POST").error().code == Code::kUnavailable);
    nodes.routes[0]->reachable = false;
    nodes.routes[0]->unreachable = code;
    CHECK(nodes.send("POST").error().code == code);
    nodes.routes[0]->reachable = true;
    CHECK(nodes.send("POST").ok());
    CHECK(nodes.routes[0]->delivered == 2);
    CHECK(nodes.routes[1]->reached == 0);
  }
}

TEST_CASE("failover: a call that is cancelled while connecting leaves the place up") {
  Nodes nodes(2);
  nodes.routes[0]->fail(Stage::kConnecting, Code::kCancelled);
  CHECK(nodes.send().error().code == Code::kCancelled);
  CHECK(nodes.send().ok());
  CHECK(nodes.routes[0]->delivered == 2);
  CHECK(nodes.routes[0]->reached == 0);
  CHECK(nodes.routes[1]->delivered == 0);
}

TEST_CASE("failover: a call that ends while connecting does not try the next node") {
  Nodes nodes(2);
  nodes.routes[0]->fail(Stage::kConnecting, Code::kDeadlineExceeded);
  CHECK(nodes.send().error().code == Code::kDeadlineExceeded);
  CHECK(nodes.routes[1]->delivered == 0);
  CHECK(nodes.send().ok());  // which the next call asks first
  CHECK(nodes.routes[1]->delivered == 1);
}

}  // namespace pmx::proxmox
