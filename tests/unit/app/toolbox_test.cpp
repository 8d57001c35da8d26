#include "app/toolbox.h"

#include "schemas/embedded.h"
#include "tests/unit/app/workbench.h"

using namespace pmx;
using namespace pmx::app;
using pmx::app::test::RecordingProgress;
using pmx::app::test::Workbench;

namespace {

struct Args {
  std::string guest;
  int limit = 3;
  template <class V>
  void fields(V& v) {
    v.required("guest", guest);
    v.optional("limit", limit);
  }
};

struct Out {
  std::string said;
  template <class V>
  void fields(V& v) {
    v.required("said", said);
  }
};

Result<mcp::ToolReply> call(const mcp::Tool& tool, const Json& arguments) {
  RecordingProgress progress;
  return tool.run(Context{}, arguments, progress);
}

}  // namespace

TEST_CASE("toolbox: every schema of a tool is a definition under its own name") {
  const auto files = schemas::embedded_files("tools/");
  CHECK_FALSE(files.empty());
  for (const std::string_view file : files) {
    const std::string name(file.substr(6, file.size() - 6 - 5));
    CAPTURE(name);
    const Json definition = tool_definition(name);
    CHECK(string_member(definition, "name") == name);
    CHECK(definition["inputSchema"]["additionalProperties"] == false);
  }
}

TEST_CASE("toolbox: a tool gets its arguments typed, and none that it does not know") {
  int calls = 0;
  const mcp::Tool tool = make_tool<Args, Out>(
      "guest_list", [&calls](const Context&, const Args& args, mcp::Interaction&) {
        ++calls;
        return Result<Answer<Out>>(
            Answer<Out>{{args.guest + " " + std::to_string(args.limit)}, "in words"});
      });
  CHECK(tool.name() == "guest_list");
  CHECK_FALSE(tool.resume);
  const auto reply = call(tool, {{"guest", "web"}});
  REQUIRE(reply.ok());
  const auto& output = std::get<mcp::ToolOutput>(*reply);
  CHECK(output.structured == Json{{"said", "web 3"}});
  CHECK(output.text == "in words");
  CHECK_FALSE(output.failed);
  for (const Json& wrong : {Json{{"guest", "web"}, {"more", 1}}, Json{{"guest", 1}}, Json::object(),
                            Json{{"guest", "web"}, {"limit", "3"}}, Json()}) {
    CAPTURE(dump_json(wrong));
    CHECK(call(tool, wrong).error().code == Code::kInvalidArgument);
  }
  CHECK(calls == 1);
}

TEST_CASE("toolbox: a tool's failure is passed on, and so is what it puts off") {
  const mcp::Tool fails =
      make_tool<Args, Out>("guest_list", [](const Context&, const Args&, mcp::Interaction&) {
        return Result<Answer<Out>>(Error{Code::kUnavailable, "down", ""});
      });
  CHECK(call(fails, {{"guest", "x"}}).error().code == Code::kUnavailable);
  const mcp::Tool defers =
      make_tool<Args, Out>("guest_start", [](const Context&, const Args& args, mcp::Interaction&) {
        if (args.limit == 0) return Result<Reply<Out>>(Reply<Out>(Answer<Out>{{"now"}, "t"}));
        mcp::Deferred rest;
        rest.data = {{"guest", args.guest}};
        return Result<Reply<Out>>(Reply<Out>(std::move(rest)));
      });
  const auto later = call(defers, {{"guest", "x"}});
  CHECK(std::get<mcp::Deferred>(*later).data == Json{{"guest", "x"}});
  const auto now = call(defers, {{"guest", "x"}, {"limit", 0}});
  CHECK(std::get<mcp::ToolOutput>(*now).structured == Json{{"said", "now"}});
}

TEST_CASE("toolbox: a guest may be given by number or in words") {
  CHECK(guest_reference("105") == "105");
  CHECK(guest_reference(105) == "105");
  CHECK(guest_reference("vm-k3x9q2f") == "vm-k3x9q2f");
  CHECK(guest_reference("").empty());
}

TEST_CASE("toolbox: guests and nodes are shown by pseudonyms, and without one by what is no name") {
  Workbench bench;
  anonymize::Engine& engine = bench.installation->engine();
  proxmox::Guest guest;
  guest.vmid = 105;
  guest.type = "qemu";
  guest.name = "payroll-db";
  const std::string vm = shown_guest(engine, guest);
  CHECK(vm.find("payroll") == std::string::npos);
  CHECK(vm.starts_with("vm-"));
  CHECK(vm.ends_with(" (VMID 105)"));
  guest.type = "lxc";
  CHECK(shown_guest(engine, guest) == vm);  // one name, one pseudonym
  guest.name = "ldap-1";
  CHECK(shown_guest(engine, guest).starts_with("ct-"));
  guest.name.clear();
  CHECK(shown_guest(engine, guest).find("105") != std::string::npos);
  CHECK(guest.name.empty());
  const std::string node = shown_node(engine, "alpha");
  CHECK(node.starts_with("node-"));
  CHECK(shown_node(engine, "alpha") == node);
  CHECK(shown_node(engine, "") == "?");
}

TEST_CASE("toolbox: sizes have at most four digits and the unit that fits") {
  const std::pair<std::int64_t, const char*> rows[] = {
      {0, "0 B"},
      {1, "1 B"},
      {1023, "1023 B"},
      {1024, "1.0 KiB"},
      {1536, "1.5 KiB"},
      {102'400, "100 KiB"},
      {1'048'575, "1.0 MiB"},  // not 1024 KiB
      {1'048'576, "1.0 MiB"},
      {1'073'741'823, "1.0 GiB"},
      {16LL << 30, "16.0 GiB"},
      {512LL << 30, "512 GiB"},
      {1LL << 40, "1.0 TiB"},
      {1LL << 50, "1.0 PiB"},
      {std::numeric_limits<std::int64_t>::max(), "8192 PiB"}};
  for (const auto& [bytes, text] : rows) {
    CAPTURE(bytes);
    CHECK(format_bytes(bytes) == text);
  }
}

TEST_CASE("toolbox: a fraction is shown in whole percent") {
  CHECK(format_percent(0) == "0 %");
  CHECK(format_percent(0.004) == "0 %");
  CHECK(format_percent(0.126) == "13 %");
  CHECK(format_percent(1) == "100 %");
  CHECK(format_percent(1.5) == "150 %");
}

TEST_CASE("toolbox: each warning has a line of its own behind the text") {
  CHECK(format_warnings({}).empty());
  CHECK(format_warnings({"a", "b"}) == "\nWarning: a\nWarning: b");
}
