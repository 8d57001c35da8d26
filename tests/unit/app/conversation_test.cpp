// The main job as it goes over the wire, in both eras: what is running, start one, read its task,
// what changed. The transcripts in tests/golden/conversation/ are what a client sees;
// UPDATE_GOLDEN=1 rewrites them.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "app/auditor.h"
#include "app/privacy_gate.h"
#include "base/executor.h"
#include "base/files.h"
#include "mcp/server/server.h"
#include "mcp/transport/memory.h"
#include "tests/unit/app/workbench.h"

using pmx::Json;
using pmx::app::test::Workbench;

namespace {

std::filesystem::path golden_file(const std::string& era) {
  return std::filesystem::path(__FILE__).parent_path() / ".." / ".." / "golden" / "conversation" /
         (era + ".txt");
}

/// A whole server over memory, and a client that writes down what is said.
class Conversation {
 public:
  explicit Conversation(std::string version)
      : version_(std::move(version)),
        auditor_(bench.installation->audit(), bench.clock),
        names_(bench.installation->engine(), bench.clock,
               {.clusters = [] { return std::vector<std::string>{"default"}; }}),
        gate_(bench.installation->engine(), names_),
        catalogue_(pmx::app::make_catalogue(box(), pmx::app::Access::kOperate)),
        server_(options(), catalogue_, gate_, auditor_, executor_, bench.clock),
        thread_([this] { clean_ = server_.serve(transport_); }) {}

  ~Conversation() {
    transport_.end();
    thread_.join();
    CHECK(clean_);
  }

  void flush_audit() { auditor_.flush(); }

  [[nodiscard]] bool modern() const { return version_ == "2026-07-28"; }

  Json request(const std::string& method, Json params = Json::object()) {
    if (modern()) {
      params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", version_},
                         {"io.modelcontextprotocol/clientCapabilities", Json::object()}};
    }
    send(Json{{"jsonrpc", "2.0"}, {"id", ++id_}, {"method", method}, {"params", params}});
    REQUIRE(transport_.wait_written(++answers_));
    transcript += "< " + transport_.written().back() + "\n";
    auto answer = pmx::parse_json(transport_.written().back());
    REQUIRE(answer.ok());
    return *answer;
  }

  void notify(const std::string& method) { send(Json{{"jsonrpc", "2.0"}, {"method", method}}); }

  /// The result of a tool: structured where the version has it.
  Json call(const std::string& tool, const Json& arguments) {
    const Json answer = request("tools/call", {{"name", tool}, {"arguments", arguments}});
    REQUIRE_MESSAGE(answer.contains("result"), answer.dump());
    CHECK_FALSE(answer["result"].value("isError", false));
    return answer["result"]["structuredContent"];
  }

  Workbench bench;
  std::string transcript;

 private:
  pmx::app::Toolbox box() {
    return {
        bench.installation->clusters(),
        bench.installation->engine(),
        bench.installation->inventory(),
        bench.clock,
        bench.installation->api(),
        [this](const pmx::Context& ctx, const std::string& upid) { auditor_.note_task(ctx, upid); },
        bench.box().privacy_status};
  }

  static pmx::mcp::ServerOptions options() {
    pmx::mcp::ServerOptions options;
    options.name = "proxmox-mpc";
    options.version = "test";
    return options;
  }

  void send(const Json& message) {
    const std::string line = pmx::dump_json(message);
    transcript += "> " + line + "\n";
    transport_.push(line);
  }

  std::string version_;
  pmx::app::Auditor auditor_;
  pmx::app::TypedNames names_;
  pmx::app::PrivacyGate gate_;
  pmx::mcp::Catalogue catalogue_;
  pmx::mcp::MemoryTransport transport_;
  pmx::Executor executor_{2, 16};
  pmx::mcp::Server server_;
  int id_ = 0;
  std::size_t answers_ = 0;
  bool clean_ = false;
  std::jthread thread_;  // last: it uses all the others
};

void open_session(Conversation& talk, const std::string& version) {
  if (talk.modern()) {
    talk.request("server/discover");
    return;
  }
  talk.request("initialize", {{"protocolVersion", version},
                              {"capabilities", Json::object()},
                              {"clientInfo", {{"name", "transcript"}, {"version", "1"}}}});
  talk.notify("notifications/initialized");
}

/// The first stopped guest that starts, by its pseudonym; what guest_start answered.
Json start_one(Conversation& talk) {
  const Json stopped = talk.call(
      "guest_list",
      {{"status", "stopped"}, {"fields", {"name", "node", "lock", "template", "hastate"}}});
  for (const auto& guest : stopped["guests"]) {
    if (guest.contains("lock") || guest.contains("hastate") || guest["template"].get<bool>())
      continue;
    return talk.call("guest_start", {{"guest", guest["name"]}});
  }
  FAIL("nothing to start");
  return {};
}

void hold_conversation(Conversation& talk, const std::string& version) {
  open_session(talk, version);
  talk.call("cluster_overview", Json::object());
  const Json started = start_one(talk);
  CHECK(started["status"] == "running");
  talk.call("task_get", {{"task", started["task"]}});
  const Json changes = talk.call("changes_list", Json::object());
  REQUIRE(changes["changes"].size() == 1);
  CHECK(changes["changes"][0]["cause"] == started["task"]);
  talk.request("resources/read", {{"uri", "pve://default/guests/" + started["vmid"].dump()}});
  talk.request("prompts/get",
               {{"name", "troubleshoot"}, {"arguments", {{"guest", started["name"]}}}});
}

/// No sensitive value of the simulated cluster may stand in what the client saw.
void check_no_leak(const std::string& transcript, const Json& truth) {
  for (const auto& [kind, values] : truth.items()) {
    if (kind == "word_names") continue;
    for (const auto& value : values) {
      const std::string text = value.get<std::string>();
      if (text.size() > 3) CHECK_MESSAGE(transcript.find(text) == std::string::npos, kind);
    }
  }
}

void replay(const std::string& version) {
  std::string transcript;
  {
    Conversation talk(version);
    hold_conversation(talk, version);
    transcript = talk.transcript;
    check_no_leak(transcript, talk.bench.cluster().truth());
  }
  const auto file = golden_file(version);
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    REQUIRE(pmx::write_private_file(file, transcript).ok());
  }
  const auto golden = pmx::read_file(file);
  REQUIRE_MESSAGE(golden.ok(), "run once with UPDATE_GOLDEN=1");
  CHECK(transcript == *golden);
}

}  // namespace

TEST_CASE("conversation: the main job in 2026-07-28, byte for byte") { replay("2026-07-28"); }

TEST_CASE("conversation: the main job in 2025-11-25, byte for byte") { replay("2025-11-25"); }

TEST_CASE("conversation: every call is in the audit trail with real arguments and its task") {
  Conversation talk("2026-07-28");
  hold_conversation(talk, "2026-07-28");
  talk.flush_audit();
  const auto entries = talk.bench.installation->audit().list(20);
  REQUIRE(entries.ok());
  bool seen = false;
  for (const auto& entry : *entries) {
    CHECK(entry.outcome == "ok");
    if (entry.tool != "guest_start") continue;
    seen = true;
    CHECK(entry.writes);
    CHECK(entry.task.starts_with("UPID:"));
    CHECK(talk.transcript.find(entry.task) == std::string::npos);
    CHECK(talk.transcript.find(pmx::dump_json(entry.arguments)) == std::string::npos);
  }
  CHECK(seen);
}
