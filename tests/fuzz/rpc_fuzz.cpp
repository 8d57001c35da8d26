// libFuzzer entry: any bytes as one message and as a whole session must neither crash nor hang, and
// whatever comes out must be one JSON document a line.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/executor.h"
#include "mcp/rpc/message.h"
#include "mcp/server/server.h"
#include "mcp/transport/memory.h"
#include "tests/open_gate.h"

namespace {

using namespace pmx;
using namespace pmx::mcp;
using pmx::mcp::test::OpenGate;
using pmx::mcp::test::SilentObserver;

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
  ServerOptions options;
  options.name = "fuzz";
  options.version = "0";
  Server server(options, catalogue, gate, observer, executor, system_clock());
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
