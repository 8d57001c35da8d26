// libFuzzer entry: any bytes as one message and as a whole session must neither crash nor hang, and
// whatever comes out must be one JSON document a line.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mcp/rpc/message.h"
#include "mcp/server/server.h"
#include "mcp/transport/memory.h"

namespace {

using namespace pmx;
using namespace pmx::mcp;

class OpenGate final : public Gate {
 public:
  Result<Json> admit(const Context&, const Json&, const Json& arguments) override {
    return arguments;
  }
  Result<std::string> admit_value(const Context&, std::string_view value,
                                  std::string_view) override {
    return std::string(value);
  }

 protected:
  Result<std::string> scrub(const Context&, std::string_view json) override {
    return std::string(json);
  }
};

class SilentObserver final : public CallObserver {
 public:
  Result<std::int64_t> started(const Context&, std::string_view, const Json&, bool) override {
    return std::int64_t{1};
  }
  void finished(const Context&, std::int64_t, const CallOutcome&) override {}
};

Catalogue make_catalogue() {
  const Json input = *parse_json(
      R"({"type":"object","properties":{"text":{"type":"string","maxLength":9,"pattern":"^a"},)"
      R"("n":{"type":"integer","minimum":1}},"additionalProperties":false})");
  Catalogue catalogue;
  catalogue.tools = {{{{"name", "echo"}, {"inputSchema", input}},
                      [](const Context&, const Json& arguments, Progress&) -> Result<ToolOutput> {
                        return ToolOutput{arguments, "echo"};
                      }}};
  catalogue.templates = {{{{"uriTemplate", "demo://{a}/x/{b}"}, {"name", "x"}},
                          {},
                          [](const Context&, const std::map<std::string, std::string>& variables)
                              -> Result<ResourceContent> {
                            return ResourceContent{"text/plain", Json(variables).dump()};
                          }}};
  return catalogue;
}

void check_written(const MemoryTransport& transport) {
  for (const std::string& line : transport.written()) {
    if (line.find('\n') != std::string::npos || !parse_json(line).ok()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Catalogue catalogue = make_catalogue();
  static OpenGate gate;
  static SilentObserver observer;
  static Executor executor(1, 64);
  std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(parse_message(text));
  Server server({.name = "fuzz", .version = "0"}, catalogue, gate, observer, executor,
                system_clock());
  MemoryTransport transport;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    transport.push(std::string(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  transport.end();
  static_cast<void>(server.serve(transport));
  executor.drain();
  check_written(transport);
  return 0;
}
