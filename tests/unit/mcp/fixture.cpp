#include "tests/unit/mcp/fixture.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>

namespace pmx::mcp::test {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

Json tool_definition(const char* name, const char* input, const char* output, bool read_only) {
  Json definition{{"name", name},
                  {"title", std::string("The tool ") + name},
                  {"description", std::string("Does ") + name},
                  {"annotations", {{"readOnlyHint", read_only}}},
                  {"inputSchema", *parse_json(input)}};
  if (*output != '\0') definition["outputSchema"] = *parse_json(output);
  return definition;
}

constexpr const char* kNoInput = R"({"type":"object","additionalProperties":false})";
constexpr const char* kTextOut =
    R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"]})";
constexpr const char* kEchoIn =
    R"({"type":"object","properties":{"text":{"type":"string","format":"name"},)"
    R"("count":{"type":"integer","minimum":1,"maximum":9}},"required":["text"],)"
    R"("additionalProperties":false})";

Result<ToolOutput> echo(const Context&, const Json& arguments, Progress&) {
  const std::string text(string_member(arguments, "text"));
  return ToolOutput{{{"text", text}}, "text is " + text};
}

Result<ToolOutput> wait_for_stop(const Context& ctx, const Json&, Progress&) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, ctx.stop, [] { return false; });
  return Error{Code::kCancelled, "stopped", ""};
}

/// One step per entry of `steps`, each followed by step_ms on the clock.
ToolHandler progress_tool(FakeClock& clock) {
  return [&clock](const Context&, const Json& arguments, Progress& progress) -> Result<ToolOutput> {
    for (const Json& step : arguments["steps"]) {
      progress.report(step.get<double>(), 10, "at SECRET");
      clock.tick(std::chrono::milliseconds(arguments["step_ms"].get<int>()));
    }
    return ToolOutput{{{"text", "done"}}, "done"};
  };
}

std::vector<Tool> make_tools(FakeClock& clock) {
  const auto fail = [](const Context&, const Json&, Progress&) -> Result<ToolOutput> {
    return Error{Code::kUnavailable, "SECRET does not answer", "try later"};
  };
  const auto thrower = [](const Context&, const Json&, Progress&) -> Result<ToolOutput> {
    throw std::runtime_error("boom at SECRET");
  };
  const auto lie = [](const Context&, const Json&, Progress&) -> Result<ToolOutput> {
    return ToolOutput{{{"text", 7}}, "seven"};
  };
  const auto poison = [](const Context&, const Json&, Progress&) -> Result<ToolOutput> {
    return ToolOutput{{{"text", "POISON"}}, "bad"};
  };
  const auto plain = [](const Context&, const Json&, Progress&) -> Result<ToolOutput> {
    return ToolOutput{nullptr, "just text"};
  };
  constexpr const char* kSteps =
      R"({"type":"object","properties":{"steps":{"type":"array","items":{"type":"number"}},)"
      R"("step_ms":{"type":"integer"}},"required":["steps","step_ms"]})";
  return {{tool_definition("echo", kEchoIn, kTextOut, true), &echo},
          {tool_definition("fail", kNoInput, kTextOut, true), fail},
          {tool_definition("throw", kNoInput, "", true), thrower},
          {tool_definition("lie", kNoInput, kTextOut, true), lie},
          {tool_definition("poison", kNoInput, kTextOut, true), poison},
          {tool_definition("wait", kNoInput, "", true), &wait_for_stop},
          {tool_definition("progress", kSteps, "", true), progress_tool(clock)},
          {tool_definition("plain", kNoInput, "", true), plain},
          {tool_definition("write", kEchoIn, kTextOut, false), &echo}};
}

Result<ResourceContent> read_guest(const Context&,
                                   const std::map<std::string, std::string>& variables) {
  if (variables.find("vmid")->second == "404") return Error{Code::kNotFound, "no such guest", ""};
  if (variables.find("vmid")->second == "500") {
    return Error{Code::kUnavailable, "SECRET is down", "wait"};
  }
  std::string text;
  for (const auto& [name, value] : variables) text += name + "=" + value + " ";
  return ResourceContent{"text/plain", text};
}

}  // namespace

Result<Json> FakeGate::admit(const Context&, const Json&, const Json& arguments) {
  std::string text = dump_json(arguments);
  if (text.find("forged") != std::string::npos) {
    return Error{Code::kInvalidArgument, "/text is no name that was issued here",
                 "use a name from a list"};
  }
  replace_all(text, "safe-name", "SECRET");
  return parse_json(text);
}

Result<std::string> FakeGate::admit_value(const Context&, std::string_view value,
                                          std::string_view) {
  if (value == "forged") return Error{Code::kInvalidArgument, "no name that was issued here", ""};
  return std::string(value == "safe-name" ? "SECRET" : value);
}

Result<std::string> FakeGate::scrub(const Context&, std::string json) {
  if (!bomb.empty() && json.find(bomb) != std::string_view::npos) throw 7;
  if (json.find("POISON") != std::string_view::npos) {
    return Error{Code::kPermissionDenied, "POISON found", ""};
  }
  replace_all(json, "SECRET", "safe-name");
  return json;
}

Result<std::int64_t> FakeObserver::started(const Context&, std::string_view name,
                                           const Json& arguments, bool writes) {
  const std::lock_guard lock(mutex_);
  if (name == denied) return Error{Code::kPermissionDenied, "not allowed here", "ask the operator"};
  lines_.push_back("started " + std::string(name) + " " + dump_json(arguments) +
                   (writes ? " write" : " read"));
  return ++next_;
}

void FakeObserver::finished(const Context&, std::int64_t token, const CallOutcome& outcome) {
  const std::lock_guard lock(mutex_);
  lines_.push_back("finished " + std::to_string(token) + (outcome.ok ? " ok " : " failed ") +
                   outcome.summary());
}

std::vector<std::string> FakeObserver::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

Catalogue make_catalogue(FakeClock& clock) {
  Catalogue catalogue;
  catalogue.tools = make_tools(clock);
  catalogue.templates = {
      {{{"uriTemplate", "demo://{cluster}/guests/{vmid}"}, {"name", "guest"}, {"title", "A guest"}},
       {{"cluster", "name"}},
       &read_guest},
      {{{"uriTemplate", "demo://{cluster}/tasks/{upid}/log"}, {"name", "log"}},
       {},
       [](const Context&,
          const std::map<std::string, std::string>& variables) -> Result<ResourceContent> {
         return ResourceContent{"", "log of " + variables.find("upid")->second};
       }}};
  catalogue.list_resources = [](const Context&) -> Result<std::vector<Json>> {
    return std::vector<Json>{
        {{"uri", "demo://SECRET/guests/1"}, {"name", "SECRET"}, {"title", "One"}}};
  };
  const auto greet = [](const Context&, const std::map<std::string, std::string>& arguments,
                        Interaction&) -> Result<Json> {
    const Json content{{"type", "text"}, {"text", "Hello " + arguments.find("who")->second}};
    return Json{{"description", "A greeting"},
                {"messages", Json::array({{{"role", "user"}, {"content", content}}})}};
  };
  const Json who{{"name", "who"}, {"title", "Who"}, {"required", true}};
  catalogue.prompts = {{{{"name", "greet"}, {"title", "Greet"}, {"arguments", Json::array({who})}},
                        {{"who", "name"}},
                        greet,
                        {}}};
  return catalogue;
}

ServerOptions Harness::default_options() {
  ServerOptions options;
  options.name = "fixture";
  options.title = "Fixture";
  options.version = "1.2.3";
  options.instructions = "Use it.";
  options.exit_grace = std::chrono::seconds(20);
  return options;
}

void expect_official(const OfficialCheck& check) {
  for (const std::string& violation : check.violations()) FAIL_CHECK(violation);
}

Catalogue extended_catalogue(FakeClock& clock, const std::function<void(Catalogue&)>& extend) {
  Catalogue catalogue = make_catalogue(clock);
  if (extend) extend(catalogue);
  return catalogue;
}

Harness::Harness(ServerOptions options, std::size_t threads, std::size_t queue,
                 const std::function<void(Catalogue&)>& extend)
    : executor(threads, queue),
      catalogue(extended_catalogue(clock, extend)),
      server(std::move(options), catalogue, gate, observer, executor, clock),
      thread_([this] { clean_ = server.serve(official); }) {}

Harness::~Harness() {
  if (thread_.joinable()) finish();
}

Json Harness::ask(const std::string& line) {
  transport.push(line);
  return next();
}

Json Harness::next() {
  REQUIRE(transport.wait_written(taken_ + 1));
  return *parse_json(transport.written()[taken_++]);
}

bool Harness::finish() {
  transport.end();
  thread_.join();
  expect_official(official);
  return clean_;
}

std::string Harness::transcript() const {
  std::string text;
  for (const std::string& line : transport.written()) text += line + "\n";
  return text;
}

Json Harness::handshake(const std::string& version, const Json& capabilities) {
  Json answer = ask(legacy("0", "initialize",
                           {{"protocolVersion", version},
                            {"capabilities", capabilities},
                            {"clientInfo", {{"name", "test"}, {"version", "1"}}}}));
  tell(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  return answer;
}

std::string modern(const std::string& id, const std::string& method, Json params,
                   const Json& meta) {
  Json all{{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
           {"io.modelcontextprotocol/clientCapabilities", Json::object()}};
  all.update(meta);
  params["_meta"] = all;
  return legacy(id, method, std::move(params));
}

std::string legacy(const std::string& id, const std::string& method, Json params) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":)" +
         dump_json(params) + "}";
}

}  // namespace pmx::mcp::test
