#include "mcp/rpc/message.h"

#include <doctest/doctest.h>

using namespace pmx;
using namespace pmx::mcp;

namespace {

/// "request ID METHOD", "notification METHOD", "response ID" or "malformed ID CODE".
std::string describe(const Message& message) {
  if (const auto* request = std::get_if<Request>(&message)) {
    return "request " + id_key(request->id) + " " + request->method;
  }
  if (const auto* notification = std::get_if<Notification>(&message)) {
    return "notification " + notification->method;
  }
  if (const auto* response = std::get_if<Response>(&message)) {
    return "response " + id_key(response->id);
  }
  const auto& malformed = *std::get_if<Malformed>(&message);
  return "malformed " + id_key(malformed.id) + " " + std::to_string(malformed.error.code);
}

}  // namespace

TEST_CASE("message: every shape of line is told apart") {
  struct Row {
    std::string line;
    std::string expected;
  };
  const Row rows[] = {
      {R"({"jsonrpc":"2.0","id":1,"method":"a"})", "request 1 a"},
      {R"({"jsonrpc":"2.0","id":"1","method":"a","params":{}})", "request \"1\" a"},
      {R"({"jsonrpc":"2.0","id":-7,"method":"a"})", "request -7 a"},
      {R"({"jsonrpc":"2.0","id":18446744073709551615,"method":"a"})",
       "request 18446744073709551615 a"},
      {R"({"jsonrpc":"2.0","method":"n","params":{"x":1}})", "notification n"},
      {R"({"jsonrpc":"2.0","id":3,"result":{}})", "response 3"},
      {R"({"jsonrpc":"2.0","id":3,"error":{"code":1,"message":"m"}})", "response 3"},
      {R"({"jsonrpc":"2.0","id":null,"method":"a"})", "malformed null -32600"},
      {R"({"jsonrpc":"2.0","id":1.5,"method":"a"})", "malformed null -32600"},
      {R"({"jsonrpc":"2.0","id":1.0,"method":"a"})", "malformed null -32600"},
      {R"({"jsonrpc":"2.0","id":{},"method":"a"})", "malformed null -32600"},
      {R"({"jsonrpc":"1.0","id":4,"method":"a"})", "malformed 4 -32600"},
      {R"({"id":4,"method":"a"})", "malformed 4 -32600"},
      {R"({"jsonrpc":"2.0","id":4})", "malformed 4 -32600"},
      {R"({"jsonrpc":"2.0","id":4,"method":5})", "malformed 4 -32600"},
      {R"({"jsonrpc":"2.0","id":4,"method":"a","params":[1]})", "malformed 4 -32602"},
      {R"({"jsonrpc":"2.0","id":4,"method":"a","params":null})", "malformed 4 -32602"},
      {R"({"jsonrpc":"2.0","method":"n","params":7})", "malformed null -32600"},
      {R"(7)", "malformed null -32600"},
      {R"("text")", "malformed null -32600"},
      {R"({"jsonrpc":"2.0",)", "malformed null -32700"},
      {"{\"jsonrpc\":\"2.0\",\"id\":\"\xff\",\"method\":\"a\"}", "malformed null -32700"},
      {"not json", "malformed null -32700"},
      {std::string(200, '[') + std::string(200, ']'), "malformed null -32600"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.line);
    const Incoming incoming = parse_message(row.line);
    CHECK_FALSE(incoming.batch);
    REQUIRE(incoming.messages.size() == 1);
    CHECK(describe(incoming.messages.front()) == row.expected);
  }
}

TEST_CASE("message: an array is a batch, empty or not") {
  CHECK(parse_message("[]").batch);
  CHECK(parse_message("[]").messages.empty());
  const Incoming incoming = parse_message(R"([{"jsonrpc":"2.0","id":1,"method":"a"},5])");
  REQUIRE(incoming.messages.size() == 2);
  CHECK(describe(incoming.messages[0]) == "request 1 a");
  CHECK(describe(incoming.messages[1]) == "malformed null -32600");
}

TEST_CASE("message: params are an object even when absent") {
  const Incoming incoming = parse_message(R"({"jsonrpc":"2.0","id":1,"method":"a"})");
  CHECK(std::get_if<Request>(&incoming.messages.front())->params == Json::object());
}

TEST_CASE("message: ids keep their type") { CHECK(id_key(Json(1)) != id_key(Json("1"))); }
