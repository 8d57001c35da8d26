// libFuzzer entry: any bytes as the requests of one HTTP client, through the reader into the MCP
// endpoint with both eras behind it. "SESSION" in a header stands for the id of the session that
// was begun last. Whatever comes: each exchange is answered once or streams until the end, with a
// status that exists and bodies and events that are JSON.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/executor.h"
#include "mcp/http/endpoint.h"
#include "mcp/server/events.h"
#include "mcp/transport/http/request_reader.h"
#include "tests/open_gate.h"

namespace {

using namespace pmx;
using namespace pmx::mcp;
using http::RequestReader;
using pmx::mcp::test::OpenGate;
using pmx::mcp::test::SilentObserver;

void require(bool holds) {
  if (!holds) std::abort();
}

/// An exchange without a socket that checks what it is answered with.
class CheckedExchange final : public HttpExchange {
 public:
  explicit CheckedExchange(HttpRequest request) : request_(std::move(request)) {}

  [[nodiscard]] const HttpRequest& request() const override { return request_; }
  [[nodiscard]] std::stop_token gone() const override { return gone_.get_token(); }

  void respond(int status, std::vector<HttpHeader> headers, std::optional<Cleared> body) override {
    const std::lock_guard lock(mutex_);
    if (answered_) return;
    answered_ = ended_ = true;
    require(status >= 200 && status < 500);  // nothing a client sends is a fault of the server
    if (body) require(parse_json(body->bytes()).ok());
    for (const HttpHeader& header : headers) {
      if (header.name == "Mcp-Session-Id") session_ = header.value;
    }
  }

  bool open_stream(std::vector<HttpHeader> /*headers*/) override {
    const std::lock_guard lock(mutex_);
    if (answered_) return false;
    return answered_ = true;
  }

  bool event(const std::optional<Cleared>& data, std::string_view /*id*/,
             std::optional<std::chrono::milliseconds> /*retry*/) override {
    const std::lock_guard lock(mutex_);
    require(answered_);
    if (data) require(parse_json(data->bytes()).ok());
    return !ended_;
  }

  void end_stream() override {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }

  void leave() { gone_.request_stop(); }
  [[nodiscard]] bool ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }
  [[nodiscard]] std::string session() const {
    const std::lock_guard lock(mutex_);
    return session_;
  }

 private:
  const HttpRequest request_;
  std::stop_source gone_;
  mutable std::mutex mutex_;
  bool answered_ = false;
  bool ended_ = false;
  std::string session_;
};

Result<ToolReply> ask(const Context&, const Json&, Interaction& interaction) {
  interaction.report(1, 2, "asking");
  if (interaction.answer("q") != nullptr) return ToolReply(ToolOutput{nullptr, "answered"});
  return ToolReply(InputRequired{{{"q", ask_form("why?", {{"type", "object"}})}}, "state"});
}

Catalogue make_catalogue(Events& events) {
  const Json input = *parse_json(
      R"({"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}}})");
  Catalogue catalogue;
  catalogue.tools = {{{{"name", "ask"}, {"inputSchema", input}}, &ask},
                     {{{"name", "later"}, {"inputSchema", {{"type", "object"}}}},
                      [](const Context&, const Json& arguments, Interaction&) -> Result<ToolReply> {
                        return ToolReply(Deferred{arguments, false, "begun"});
                      },
                      [](const Context&, const Json&, Interaction&) -> Result<ToolReply> {
                        return ToolReply(ToolOutput{nullptr, "done"});
                      }}};
  catalogue.events = &events;
  return catalogue;
}

/// The requests in `bytes`, up to the first that the reader refuses.
std::vector<HttpRequest> read_all(std::string_view bytes) {
  RequestReader reader({});
  std::vector<HttpRequest> requests;
  while (true) {
    RequestReader::State state = reader.parse();
    for (; state == RequestReader::State::kComplete; state = reader.parse()) {
      requests.push_back(reader.take().request);
    }
    if (state == RequestReader::State::kRefused || bytes.empty()) return requests;
    const std::span<char> space = reader.space();
    const std::size_t size = std::min(space.size(), bytes.size());
    std::memcpy(space.data(), bytes.data(), size);
    reader.commit(size);
    bytes.remove_prefix(size);
  }
}

void put_session(HttpRequest& request, const std::string& session) {
  for (HttpHeader& header : request.headers) {
    if (header.value == "SESSION") header.value = session;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static OpenGate gate;
  static SilentObserver observer;
  // OpenSSL begins before the executor, and so cleans up after it: what it keeps for a thread that
  // ends later than that is lost, a leak of 45 allocations.
  static const std::string first = crypto::random_bytes(1);
  static Executor executor(1, 64);
  Events events({.tools = true});
  const Catalogue catalogue = make_catalogue(events);
  ServerOptions options;
  options.name = "fuzz";
  options.version = "0";
  Server server(options, catalogue, gate, observer, executor, system_clock());
  Endpoint endpoint(
      {},
      [&server](std::string_view) {
        return Caller{"fuzz", &server};
      },
      system_clock());
  std::vector<std::shared_ptr<CheckedExchange>> exchanges;
  std::string session;
  for (HttpRequest& request :
       read_all(std::string_view(reinterpret_cast<const char*>(data), size))) {
    put_session(request, session);
    exchanges.push_back(std::make_shared<CheckedExchange>(std::move(request)));
    endpoint.handle(exchanges.back());
    executor.drain();
    if (std::string begun = exchanges.back()->session(); !begun.empty()) session = std::move(begun);
  }
  events.tools_changed();
  events.close_all(nullptr);
  require(events.settle(std::chrono::seconds(20)));
  endpoint.close();
  for (const auto& exchange : exchanges) exchange->leave();
  executor.drain();
  require(server.stop_tasks());
  for (const auto& exchange : exchanges) require(exchange->ended());
  return 0;
}
