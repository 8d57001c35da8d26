#include "mcp/server/era.h"

#include <doctest/doctest.h>

using namespace pmx;
using namespace pmx::mcp;

namespace {

constexpr const char* kVersion = "io.modelcontextprotocol/protocolVersion";
constexpr const char* kCapabilities = "io.modelcontextprotocol/clientCapabilities";
constexpr const char* kClient = "io.modelcontextprotocol/clientInfo";
constexpr const char* kLevel = "io.modelcontextprotocol/logLevel";

Request request(const Json& meta, const char* method = "tools/list") {
  return {1, method, {{"_meta", meta}}};
}

/// `_meta` of a modern request, with `more`; a null in it takes a member away.
Json modern_meta(const Json& more = Json::object()) {
  Json meta{{kVersion, "2026-07-28"}, {kCapabilities, Json::object()}};
  meta.merge_patch(more);
  return meta;
}

Envelope read(const Request& asked, const Conversation& conversation) {
  const auto outcome = read_envelope(asked, conversation);
  if (const auto* error = std::get_if<RpcError>(&outcome)) FAIL(error->message);
  return std::get<Envelope>(outcome);
}

RpcError refusal(const Request& asked, const Conversation& conversation) {
  const auto outcome = read_envelope(asked, conversation);
  REQUIRE(std::holds_alternative<RpcError>(outcome));
  return std::get<RpcError>(outcome);
}

struct Peer {
  void shake(Version version) {
    conversation.agree({version, "old/1", std::make_shared<const Json>(Json{{"roots", {}}})});
  }
  Conversation conversation{"local", nullptr, 1000};
};

}  // namespace

TEST_CASE("era: a version in _meta claims the modern era, whatever it says") {
  CHECK(claims_modern({{"_meta", {{kVersion, "2026-07-28"}}}}));
  CHECK(claims_modern({{"_meta", {{kVersion, 7}}}}));
  CHECK(claims_modern({{"_meta", {{kVersion, nullptr}}}}));
  CHECK_FALSE(claims_modern({{"_meta", {{kCapabilities, Json::object()}}}}));
  CHECK_FALSE(claims_modern({{kVersion, "2026-07-28"}}));
  CHECK_FALSE(claims_modern({{"_meta", Json::array({kVersion})}}));
  CHECK_FALSE(claims_modern({{"_meta", kVersion}}));
  CHECK_FALSE(claims_modern(Json::object()));
  CHECK_FALSE(claims_modern(nullptr));
}

TEST_CASE("era: a modern request brings all that is known of its client") {
  Peer peer;
  const Json meta = modern_meta({{kCapabilities, {{"elicitation", Json::object()}}},
                                 {kClient, {{"name", "ui"}, {"version", "2"}}},
                                 {kLevel, "warning"},
                                 {"progressToken", "t"}});
  const Envelope envelope = read(request(meta), peer.conversation);
  CHECK(envelope.version == kModern);
  CHECK(envelope.client == "ui/2");
  CHECK(*envelope.capabilities == Json{{"elicitation", Json::object()}});
  CHECK(envelope.log_level == LogLevel::kWarning);
  CHECK(envelope.progress_token == Json("t"));
}

TEST_CASE("era: nothing of a handshake counts for a modern request") {
  Peer peer;
  peer.shake(Version::k2025_03_26);
  peer.conversation.log_level = LogLevel::kDebug;
  const Envelope envelope = read(request(modern_meta()), peer.conversation);
  CHECK(envelope.version == kModern);
  CHECK(envelope.client.empty());
  CHECK(*envelope.capabilities == Json::object());
  CHECK_FALSE(envelope.log_level.has_value());
  CHECK_FALSE(envelope.progress_token.has_value());
}

TEST_CASE("era: a request without a version is as its handshake agreed") {
  Peer peer;
  for (const Version version : kAllVersions) {
    if (version == kModern) continue;
    peer.shake(version);
    peer.conversation.log_level = LogLevel::kAlert;
    const Json meta{{kLevel, "debug"}, {kClient, {{"name", "x"}}}, {"progressToken", 0}};
    const Envelope envelope = read(request(meta), peer.conversation);
    CHECK(envelope.version == version);
    CHECK(envelope.client == "old/1");
    CHECK(envelope.capabilities->contains("roots"));
    CHECK(envelope.log_level == LogLevel::kAlert);
    CHECK(envelope.progress_token == Json(0));
  }
}

TEST_CASE("era: before any handshake there are only initialize and ping") {
  Peer peer;
  for (const char* method : {"initialize", "ping"}) {
    const Envelope envelope = read({1, method, Json::object()}, peer.conversation);
    CHECK(envelope.version == kLatestLegacy);
    CHECK(envelope.capabilities == nullptr);
  }
  for (const char* method : {"tools/list", "server/discover", "nonsense", ""}) {
    const RpcError error = refusal({1, method, Json::object()}, peer.conversation);
    CHECK(error.code == -32602);
    CHECK(error.refused);
    CHECK(error.message.find(kVersion) != std::string::npos);
    CHECK(error.message.find(kCapabilities) != std::string::npos);
    CHECK(error.message.find("initialized") != std::string::npos);
  }
}

TEST_CASE("era: a version that is not spoken without a handshake is told as asked for") {
  Peer peer;
  peer.shake(Version::k2025_11_25);
  for (const char* version : {"2025-11-25", "2030-01-01", "", "2026-07-28 "}) {
    const RpcError error = refusal(request(modern_meta({{kVersion, version}})), peer.conversation);
    CHECK(error.code == -32022);
    CHECK(error.refused);
    CHECK(error.echo == Json{{"supported", {"2026-07-28"}}, {"requested", version}});
  }
}

TEST_CASE("era: each malformed member of _meta is refused by its name, before the method runs") {
  struct Row {
    const char* names;
    Json meta;
  };
  const Row rows[] = {
      {kVersion, modern_meta({{kVersion, 7}})},
      {kCapabilities, modern_meta({{kCapabilities, nullptr}})},
      {kCapabilities, modern_meta({{kCapabilities, "all"}})},
      {kCapabilities, modern_meta({{kCapabilities, Json::array()}})},
      {kLevel, modern_meta({{kLevel, "loud"}})},
      {kLevel, modern_meta({{kLevel, "Debug"}})},
      {kLevel, modern_meta({{kLevel, 3}})},
      {"progressToken", modern_meta({{"progressToken", 1.5}})},
      {"progressToken", modern_meta({{"progressToken", true}})},
      {"progressToken",
       {{kVersion, "2026-07-28"}, {kCapabilities, Json::object()}, {"progressToken", nullptr}}},
      {"progressToken", {{"progressToken", Json::object()}}},
      {"_meta", Json::array()},
      {"_meta", "text"},
      {"_meta", nullptr},
  };
  Peer peer;
  peer.shake(Version::k2025_11_25);
  for (const Row& row : rows) {
    CAPTURE(dump_json(row.meta));
    const RpcError error = refusal(request(row.meta), peer.conversation);
    CHECK(error.code == -32602);
    CHECK(error.refused);
    CHECK(error.message.find(row.names) != std::string::npos);
    CHECK(error.echo.is_null());
  }
}

TEST_CASE("era: who the client says it is can be left out or be nonsense") {
  Peer peer;
  for (const Json& client : {Json(7), Json("x"), Json{{"name", 1}}, Json::array()}) {
    CHECK(read(request(modern_meta({{kClient, client}})), peer.conversation).client.empty());
  }
}
