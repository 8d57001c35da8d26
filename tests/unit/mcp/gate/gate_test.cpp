#include "mcp/gate/gate.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/unit/mcp/fixture.h"

using namespace pmx;
using namespace pmx::mcp;

namespace {

/// Answers every scrub with a fixed text, or throws when there is none.
class FixedGate final : public Gate {
 public:
  explicit FixedGate(const char* text) : text_(text) {}
  Result<Json> admit(const Context&, const Json&, const Json& arguments) override {
    return arguments;
  }
  Result<std::string> admit_value(const Context&, std::string_view value,
                                  std::string_view) override {
    return std::string(value);
  }

 protected:
  Result<std::string> scrub(const Context&, std::string) override {
    if (text_ == nullptr) throw std::runtime_error("scrubber broke on payroll-db");
    return std::string(text_);
  }

 private:
  const char* text_;
};

std::string clear(Gate& gate, const Outbound& message) {
  const auto cleared = gate.clear(Context{}, message);
  return cleared ? std::string(cleared->bytes()) : "(nothing)";
}

Outbound result(Json id, Json payload) {
  Outbound message;
  message.id = std::move(id);
  message.payload = std::move(payload);
  return message;
}

}  // namespace

TEST_CASE("gate: scrubs the payload and leaves the client's own id and token alone") {
  test::FakeGate gate;
  CHECK(clear(gate, result("SECRET", {{"a", "SECRET"}})) ==
        R"({"jsonrpc":"2.0","id":"SECRET","result":{"a":"safe-name"}})");
  Outbound progress;
  progress.form = Outbound::Form::kNotification;
  progress.method = "notifications/progress";
  progress.verbatim = {{"progressToken", "SECRET"}};
  progress.payload = {{"message", "SECRET"}};
  CHECK(clear(gate, progress) == R"({"jsonrpc":"2.0","method":"notifications/progress",)"
                                 R"("params":{"progressToken":"SECRET","message":"safe-name"}})");
  progress.payload = Json::object();
  CHECK(clear(gate, progress).ends_with(R"("params":{"progressToken":"SECRET"}})"));
}

TEST_CASE("gate: an error echoes the client's own words, not their pseudonyms") {
  test::FakeGate gate;
  Outbound error;
  error.form = Outbound::Form::kError;
  error.id = 1;
  error.payload = {{"code", -32602}, {"message", "no SECRET"}};
  error.echo = {{"uri", "demo://SECRET"}};
  CHECK(clear(gate, error) == R"({"jsonrpc":"2.0","id":1,"error":{"data":{"uri":"demo://SECRET"},)"
                              R"("code":-32602,"message":"no safe-name"}})");
}

TEST_CASE("gate: an unreadable id is null in old versions and absent in the new one") {
  test::FakeGate gate;
  Outbound error;
  error.form = Outbound::Form::kError;
  error.payload = Json::object();
  CHECK(clear(gate, error) == R"({"jsonrpc":"2.0","id":null,"error":{}})");
  error.omit_null_id = true;
  CHECK(clear(gate, error) == R"({"jsonrpc":"2.0","error":{}})");
}

TEST_CASE("gate: fails closed when scrubbing fails, throws or returns something else") {
  test::FakeGate gate;
  CHECK(clear(gate, result(7, {{"a", "POISON"}})) ==
        R"({"jsonrpc":"2.0","id":7,"error":{"code":-32603,)"
        R"("data":{"reason":"permission_denied"},"message":"withheld by the privacy gate"}})");
  for (const char* text : {"", "{", "[]", "{\"a\":\n1}", static_cast<const char*>(nullptr)}) {
    FixedGate broken(text);
    CHECK(clear(broken, result(7, {{"a", "payroll-db"}})) ==
          R"({"jsonrpc":"2.0","id":7,"error":{"code":-32603,)"
          R"("data":{"reason":"internal"},"message":"withheld by the privacy gate"}})");
  }
  Outbound notification;
  notification.form = Outbound::Form::kNotification;
  notification.payload = {{"a", "POISON"}};
  CHECK(clear(gate, notification) == "(nothing)");
}

TEST_CASE("gate: serialised payloads are scrubbed too, and answers join to an array") {
  test::FakeGate gate;
  Outbound message = result(1, nullptr);
  message.payload_text = R"({"a":"SECRET"})";
  const auto first = gate.clear(Context{}, message);
  REQUIRE(first);
  CHECK(first->bytes() == R"({"jsonrpc":"2.0","id":1,"result":{"a":"safe-name"}})");
  const auto joined = Gate::join({*first, *first});
  CHECK(parse_json(joined.bytes())->size() == 2);
}
