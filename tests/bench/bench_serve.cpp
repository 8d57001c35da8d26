// What the MCP servers are measured against, and the HTTP engine alone. Prints the port it listens
// on and serves an echo until its input ends.
//
//   bench_serve raw        an epoll loop with a constant answer: the limit of any server
//   bench_serve raw-json   the same, but it parses the request and serialises the answer
//   bench_serve inline     mcp/transport/http with a constant answer, on the loop's thread
//   bench_serve worker     the same, from one worker of the Executor that the servers have
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "base/executor.h"
#include "base/json.h"
#include "mcp/transport/http/server.h"
#include "tests/bench/raw_epoll.h"
#include "tests/open_gate.h"

namespace {

using namespace pmx;
using namespace pmx::mcp;

constexpr const char* kText = "hello world";

Json make_result(const std::string& text) {
  return {{"content", {{{"type", "text"}, {"text", text}}}}};
}

Cleared make_answer() {
  mcp::test::OpenGate gate;
  Outbound message;
  message.id = 1;
  message.payload = make_result(kText);
  return *gate.clear({}, message);
}

/// Answers inline, or from one worker thread.
class EchoServer {
 public:
  explicit EchoServer(bool through_worker) : through_worker_(through_worker) {
    auto started = HttpServer::start(
        {}, [this](std::shared_ptr<HttpExchange> exchange) { handle(std::move(exchange)); });
    if (!started.ok()) std::exit(1);
    server_ = std::move(started).value();
  }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

 private:
  void handle(std::shared_ptr<HttpExchange> exchange) {
    if (!through_worker_) return exchange->respond(200, {}, answer_);
    static_cast<void>(executor_.post([this, exchange] { exchange->respond(200, {}, answer_); }));
  }

  const Cleared answer_ = make_answer();
  const bool through_worker_;
  Executor executor_{1, 4096};
  std::unique_ptr<HttpServer> server_;
};

void wait_for_end_of_input() {
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
}

int serve_engine(bool through_worker) {
  const EchoServer server(through_worker);
  std::printf("%u\n", server.port());
  std::fflush(stdout);
  wait_for_end_of_input();
  return 0;
}

std::string http_answer(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 17:00:00 GMT\r\nContent-Type: "
         "application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

/// What a server cannot do without: read the request, write the answer. By nlohmann alone: the limit
/// must not move with our own reader and writer.
std::string json_answer(std::string_view body) {
  const Json request = Json::parse(body);
  const Json answer{
      {"jsonrpc", "2.0"},
      {"id", request["id"]},
      {"result", make_result(request["params"]["arguments"]["text"].get<std::string>())}};
  return http_answer(answer.dump());
}

int serve_raw(bool with_json) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener, SOMAXCONN) != 0) {
    return 1;
  }
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("%u\n", ntohs(address.sin_port));
  std::fflush(stdout);
  const std::jthread end([] {
    wait_for_end_of_input();
    std::_Exit(0);
  });
  if (with_json) bench::serve_raw(listener, json_answer);
  const std::string constant = http_answer(make_answer().bytes());
  bench::serve_raw(listener, [&constant](std::string_view) { return constant; });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc == 2 ? argv[1] : "";
  if (mode == "raw" || mode == "raw-json") return serve_raw(mode == "raw-json");
  if (mode == "inline" || mode == "worker") return serve_engine(mode == "worker");
  std::fprintf(stderr, "usage: bench_serve raw|raw-json|inline|worker\n");
  return 2;
}
