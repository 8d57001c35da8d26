#include "mcp/server/request_state.h"

#include <doctest/doctest.h>

#include "base/crypto.h"
#include "tests/unit/mcp/fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

using std::chrono::milliseconds;

const Json kParams{{"name", "write"}, {"arguments", {{"text", "x"}}}};
const StateScope kScope{"alice", "tools/call", kParams};

Secret key(char of) { return Secret(std::string(32, of)); }

bool opens(RequestStates& states, std::string_view sealed, const StateScope& scope = kScope) {
  const auto state = states.open(scope, sealed, false);
  if (!state.ok()) CHECK(state.error().code == Code::kInvalidArgument);
  return state.ok();
}

}  // namespace

TEST_CASE("request state: any value comes back as it was, and is not to be read on the way") {
  FakeClock clock;
  RequestStates states(key('k'), clock);
  for (const Json& state : {Json(), Json(0), Json("payroll-db \xc3\xa4"), Json::array({1, nullptr}),
                            Json{{"payroll-db", {{"a", 1.5}}}}}) {
    const std::string sealed = states.seal(kScope, state);
    const auto opened = states.open(kScope, sealed, false);
    REQUIRE(opened.ok());
    CHECK(*opened == state);
    const auto bytes = crypto::unbase64(sealed);
    REQUIRE(bytes.ok());
    CHECK(bytes->find("payroll-db") == std::string::npos);
    CHECK(sealed != states.seal(kScope, state));  // nor to be recognised
  }
}

TEST_CASE("request state: it is good for its principal, its method and its parameters alone") {
  FakeClock clock;
  RequestStates states(key('k'), clock);
  const std::string sealed = states.seal(kScope, 1);
  const Json other{{"name", "write"}, {"arguments", {{"text", "y"}}}};
  const Json more{{"name", "write"}, {"arguments", {{"text", "x"}}}, {"cursor", ""}};
  const Json empty = Json::object();
  CHECK(opens(states, sealed));
  CHECK_FALSE(opens(states, sealed, {"bob", "tools/call", kParams}));
  CHECK_FALSE(opens(states, sealed, {"", "tools/call", kParams}));
  CHECK_FALSE(opens(states, sealed, {"alice", "prompts/get", kParams}));
  CHECK_FALSE(opens(states, sealed, {"alicetools", "/call", kParams}));
  CHECK_FALSE(opens(states, sealed, {"alice", "tools/call", other}));
  CHECK_FALSE(opens(states, sealed, {"alice", "tools/call", more}));
  CHECK_FALSE(opens(states, sealed, {"alice", "tools/call", empty}));
}

TEST_CASE(
    "request state: what the repeated request adds does not count, nor the order of members") {
  FakeClock clock;
  RequestStates states(key('k'), clock);
  const std::string sealed = states.seal(kScope, 1);
  const auto again = parse_json(R"({"requestState": "s", "arguments": {"text": "x"},
      "_meta": {"progressToken": 2}, "inputResponses": {"a": {}}, "name": "write"})");
  REQUIRE(again.ok());
  CHECK(opens(states, sealed, {"alice", "tools/call", *again}));
  const Json inner{{"name", "write"}, {"arguments", {{"text", "x"}, {"_meta", 1}}}};
  CHECK_FALSE(
      opens(states, sealed, {"alice", "tools/call", inner}));  // an argument of this name does
}

TEST_CASE("request state: it lives as long as was said, to the millisecond") {
  FakeClock clock;
  RequestStates states(key('k'), clock);
  const std::string sealed = states.seal(kScope, 1, milliseconds(500));
  const std::string usual = states.seal(kScope, 1);
  clock.tick(milliseconds(499));
  CHECK(opens(states, sealed));
  clock.tick(milliseconds(1));
  CHECK_FALSE(opens(states, sealed));
  CHECK(opens(states, usual));
  clock.tick(std::chrono::minutes(10));
  CHECK_FALSE(opens(states, usual));
  CHECK_FALSE(opens(states, states.seal(kScope, 1, milliseconds(0))));
}

TEST_CASE("request state: what is to be used once is used once, and others are not touched") {
  FakeClock clock;
  RequestStates states(key('k'), clock);
  const std::string one = states.seal(kScope, 1);
  const std::string two = states.seal(kScope, 1);
  CHECK(opens(states, one));  // looking does not use it up
  CHECK(states.open(kScope, one, true).ok());
  CHECK(states.open(kScope, one, true).error().code == Code::kInvalidArgument);
  clock.tick(std::chrono::minutes(9));
  CHECK(states.open(kScope, one, true).error().code == Code::kInvalidArgument);
  CHECK(states.open(kScope, two, true).ok());
  const std::string three = states.seal(kScope, 3);
  const StateScope wrong{"bob", "tools/call", kParams};
  CHECK_FALSE(states.open(wrong, three, true).ok());  // a wrong attempt does not use it up
  CHECK(states.open(kScope, three, true).ok());
}

TEST_CASE("request state: processes with one key share it; another key or purpose opens nothing") {
  FakeClock clock;
  RequestStates ours(key('k'), clock);
  RequestStates same(key('k'), clock);
  RequestStates other(key('o'), clock);
  RequestStates cursors(key('k'), clock, "mcp.cursor");
  RequestStates fresh({}, clock);
  RequestStates fresh_too({}, clock);
  const std::string sealed = ours.seal(kScope, 1);
  CHECK(opens(same, sealed));
  CHECK_FALSE(opens(other, sealed));
  CHECK_FALSE(opens(cursors, sealed));
  CHECK_FALSE(opens(fresh, sealed));
  CHECK(opens(fresh, fresh.seal(kScope, 1)));
  CHECK_FALSE(opens(fresh_too, fresh.seal(kScope, 1)));
}

TEST_CASE("request state: processes that share a key share what was used once") {
  FakeClock clock;
  std::map<std::string, SystemTime, std::less<>> spent;
  const auto spend = [&spent](std::string_view nonce, SystemTime expiry) -> Result<bool> {
    return spent.emplace(nonce, expiry).second;
  };
  RequestStates one(key('k'), clock, "x", spend);
  RequestStates two(key('k'), clock, "x", spend);
  const std::string sealed = one.seal(kScope, 1, milliseconds(500));
  CHECK(two.open(kScope, sealed, false).ok());
  CHECK(spent.empty());  // looking does not use it up
  CHECK(two.open(kScope, sealed, true).ok());
  CHECK(one.open(kScope, sealed, true).error().code == Code::kInvalidArgument);
  REQUIRE(spent.size() == 1);
  CHECK(spent.begin()->second == clock.now() + milliseconds(500));
  clock.tick(milliseconds(500));
  CHECK_FALSE(two.open(kScope, sealed, true).ok());  // and it is as good as forgotten
}

TEST_CASE("request state: what cannot be known to be used once is not used") {
  FakeClock clock;
  RequestStates states(key('k'), clock, "x", [](std::string_view, SystemTime) -> Result<bool> {
    return Error{Code::kResourceExhausted, "disk full", ""};
  });
  const std::string sealed = states.seal(kScope, 1);
  CHECK(states.open(kScope, sealed, true).error().code == Code::kResourceExhausted);
  CHECK(states.open(kScope, sealed, false).ok());
}

TEST_CASE("request state: anything that was not sealed here is refused alike") {
  FakeClock clock;
  RequestStates states(key('k'), clock);
  const std::string sealed = states.seal(kScope, 1);
  const std::string first = states.open(kScope, "", false).error().text();
  std::vector<std::string> forged{"",
                                  "A",
                                  "====",
                                  "not base64!",
                                  sealed + sealed,
                                  sealed + "A",
                                  std::string(100000, 'A'),
                                  crypto::base64("{\"state\":1}")};
  for (std::size_t length = 0; length < sealed.size(); length += 3) {
    forged.push_back(sealed.substr(0, length));
  }
  const std::string bytes = crypto::unbase64(sealed).value();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    forged.push_back(crypto::base64(changed));
  }
  for (const std::string& text : forged) {
    CAPTURE(text.substr(0, 80));
    CHECK_FALSE(opens(states, text));
    CHECK(states.open(kScope, text, true).error().text() == first);
  }
  CHECK(opens(states, sealed));
}
