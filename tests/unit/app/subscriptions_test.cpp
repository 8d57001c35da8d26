// A change in the cluster on its way to the clients that subscribed to it, in both eras.
#include <doctest/doctest.h>

#include <set>
#include <thread>

#include "app/auditor.h"
#include "app/privacy_gate.h"
#include "app/published.h"
#include "base/executor.h"
#include "mcp/server/server.h"
#include "mcp/transport/memory.h"
#include "ops/event_feed.h"
#include "ops/guests.h"
#include "tests/unit/app/workbench.h"

using pmx::Context;
using pmx::Json;
using pmx::app::test::Workbench;

namespace {

/// The product over memory, as `serve` puts it together, but for the threads that wait for time.
class Product {
 public:
  Product()
      : auditor_(bench.installation->audit(), bench.clock),
        names_(bench.installation->engine(), bench.clock,
               {.clusters = [] { return std::vector<std::string>{"default"}; }}),
        gate_(bench.installation->engine(), names_),
        catalogue_(pmx::app::make_catalogue(bench.box(), pmx::app::Access::kOperate)),
        feed(bench.installation->inventory(),
             [this](const pmx::state::Event& event) { pmx::app::publish(events, event); }),
        server_({}, catalogue_, gate_, auditor_, executor_, bench.clock) {
    catalogue_.events = &events;
    REQUIRE(cluster().refresh(Context{}).ok());
    thread_ = std::jthread([this] { clean_ = server_.serve(transport_); });
  }

  ~Product() {
    transport_.end();
    thread_.join();
    CHECK(clean_);
  }

  pmx::ops::Cluster& cluster() { return *bench.installation->clusters().all().front(); }

  /// The next message of the server.
  Json next() {
    REQUIRE(transport_.wait_written(taken_ + 1));
    auto message = pmx::parse_json(transport_.written()[taken_++]);
    REQUIRE(message.ok());
    return *message;
  }

  Json legacy(const std::string& method, const Json& params) {
    transport_.push(pmx::dump_json(
        {{"jsonrpc", "2.0"}, {"id", ++id_}, {"method", method}, {"params", params}}));
    return next();
  }

  Json modern(const std::string& method, Json params) {
    params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                       {"io.modelcontextprotocol/clientCapabilities", Json::object()}};
    return legacy(method, params);
  }

  void handshake() {
    legacy("initialize", {{"protocolVersion", "2025-11-25"},
                          {"capabilities", Json::object()},
                          {"clientInfo", {{"name", "test"}, {"version", "1"}}}});
    transport_.push(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  }

  /// The methods and URIs of the next `count` messages.
  std::multiset<std::string> news(std::size_t count) {
    std::multiset<std::string> seen;
    while (seen.size() < count) {
      const Json message = next();
      const std::string method = message["method"];
      seen.insert(method + " " + message["params"].value("uri", ""));
    }
    return seen;
  }

  /// Stops a running guest as an administrator would, past this server, and looks.
  int stop_one() {
    const int vmid = bench.guests("running").front();
    const auto guest = pmx::ops::find_guest(**cluster().snapshot(Context{}), std::to_string(vmid));
    REQUIRE(guest.ok());
    REQUIRE(cluster().client().guest_power(Context{}, *guest, "stop").ok());
    bench.clock.advance(std::chrono::minutes(1));
    return vmid;
  }

  void sync() {
    REQUIRE(cluster().refresh(Context{}).ok());
    feed.poll();
    REQUIRE(events.settle(std::chrono::seconds(20)));
  }

  Workbench bench;
  pmx::mcp::Events events{{.resources = true, .updates = true}};

 private:
  pmx::app::Auditor auditor_;
  pmx::app::TypedNames names_;
  pmx::app::PrivacyGate gate_;
  pmx::mcp::Catalogue catalogue_;

 public:
  pmx::ops::EventFeed feed;

 private:
  pmx::mcp::MemoryTransport transport_;
  pmx::Executor executor_{2, 16};
  pmx::mcp::Server server_;
  int id_ = 0;
  std::size_t taken_ = 0;
  bool clean_ = false;
  std::jthread thread_;  // last: it uses all the others
};

std::string guest_word(int vmid) { return "pve://default/guests/" + std::to_string(vmid); }

constexpr const char* kOverview = "pve://default/overview";
constexpr const char* kUpdated = "notifications/resources/updated ";

}  // namespace

TEST_CASE("subscriptions: a guest's change of status reaches a listening client with one sync") {
  Product product;
  const int vmid = product.stop_one();
  const std::vector<std::string> words{guest_word(vmid), kOverview};
  const Json ack = product.modern("subscriptions/listen",
                                  {{"notifications", {{"resourceSubscriptions", words}}}});
  CHECK(ack["params"]["notifications"]["resourceSubscriptions"].size() == 2);
  CHECK(product.events.wanted());
  product.sync();
  CHECK(product.news(2) == std::multiset<std::string>{kUpdated + words[0], kUpdated + words[1]});
  product.sync();  // nothing new
  CHECK(product.modern("server/discover", Json::object()).contains("result"));
}

TEST_CASE("subscriptions: the same for a client of the handshake era, who gets lists unasked") {
  Product product;
  product.handshake();
  const int vmid = product.stop_one();
  CHECK(product.legacy("resources/subscribe", {{"uri", guest_word(vmid)}})["result"] ==
        Json::object());
  product.sync();
  CHECK(product.news(1) == std::multiset<std::string>{kUpdated + guest_word(vmid)});
  product.bench.cluster().remove_guest(vmid);
  product.bench.clock.advance(std::chrono::minutes(1));
  product.sync();
  CHECK(product.news(2) == std::multiset<std::string>{kUpdated + guest_word(vmid),
                                                      "notifications/resources/list_changed "});
}

TEST_CASE("subscriptions: what does not exist cannot be subscribed to, and errors say so") {
  Product product;
  product.handshake();
  for (const char* word : {"pve://default/guests/999999", "pve://default/guests/payroll",
                           "pve://default/guests/", "pve://elsewhere/overview", "pve://x"}) {
    CAPTURE(word);
    const Json error = product.legacy("resources/subscribe", {{"uri", word}})["error"];
    CHECK(error["code"] == -32002);
    CHECK(error["data"]["uri"] == word);
  }
}

TEST_CASE("subscriptions: an unreachable cluster's guests can be subscribed to from memory") {
  Product product;
  product.handshake();
  const int vmid = product.bench.guests("running").front();
  product.bench.clock.advance(std::chrono::minutes(1));
  product.bench.cluster().fail_next(2, 503, "Service Unavailable");
  CHECK(product.legacy("resources/subscribe", {{"uri", guest_word(vmid)}})["result"] ==
        Json::object());
  product.bench.clock.advance(std::chrono::minutes(1));
  product.bench.cluster().fail_next(2, 503, "Service Unavailable");
  CHECK(product.legacy("resources/subscribe", {{"uri", guest_word(999999)}}).contains("error"));
}
