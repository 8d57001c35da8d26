// The HTTP engine beside a raw epoll loop: requests a second, latency, CPU time and memory, as
// ratios. Servers run in processes of their own, in interleaved rounds; the figures are medians.
//
//   http_echo [ROUNDS [MILLISECONDS]]     echo at 1, 16 and 256 connections (default 5 x 1000)
//   http_echo streams COUNT               COUNT open streams: memory, idle CPU, one event to all
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "mcp/transport/http/server.h"
#include "tests/bench/load.h"
#include "tests/bench/raw_epoll.h"
#include "tests/open_gate.h"

namespace {

using namespace pmx;
using namespace pmx::mcp;
using bench::LoadFigures;
using std::chrono::milliseconds;

Cleared make_answer() {
  mcp::test::OpenGate gate;
  Outbound message;
  message.id = 1;
  message.payload = {{"content", {{{"type", "text"}, {"text", "hello world"}}}}};
  return *gate.clear({}, message);
}

const std::string kBody =
    R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"hello world"}}})";

std::string request(std::string_view path) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: 127.0.0.1:8585\r\nAuthorization: Bearer "
         "0123456789abcdef0123456789abcdef\r\n"
         "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
         "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: echo\r\n"
         "User-Agent: node\r\nContent-Length: " +
         std::to_string(kBody.size()) + "\r\n\r\n" + kBody;
}

/// Answers inline, or from one worker thread, or opens a stream; "/event" sends one to all streams.
class EchoServer {
 public:
  explicit EchoServer(bool through_worker) : through_worker_(through_worker) {
    HttpOptions options;
    options.max_connections = options.max_streams = 20'000;
    auto started = HttpServer::start(
        options, [this](std::shared_ptr<HttpExchange> exchange) { handle(std::move(exchange)); });
    if (!started.ok()) std::exit(1);
    server_ = std::move(started).value();
    if (through_worker_) worker_ = std::jthread([this] { work(); });
  }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

 private:
  void handle(std::shared_ptr<HttpExchange> exchange) {
    if (exchange->request().path == "/stream") {
      if (exchange->open_stream({})) streams_.push_back(std::move(exchange));
      return;
    }
    if (exchange->request().path == "/event") {
      for (const auto& stream : streams_) stream->event(answer_);
    }
    if (!through_worker_) return exchange->respond(200, {}, answer_);
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(exchange));
    changed_.notify_one();
  }

  [[noreturn]] void work() {
    while (true) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !waiting_.empty(); });
      const auto taken = std::exchange(waiting_, {});
      lock.unlock();
      for (const auto& exchange : taken) exchange->respond(200, {}, answer_);
    }
  }

  const Cleared answer_ = make_answer();
  const bool through_worker_;
  std::vector<std::shared_ptr<HttpExchange>> streams_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<HttpExchange>> waiting_;
  std::unique_ptr<HttpServer> server_;
  std::jthread worker_;
};

/// A server in a child process, ended with this object.
class Child {
 public:
  explicit Child(const std::function<void(int)>& serve) {
    int ends[2];
    if (::pipe(ends) != 0) std::exit(1);
    pid_ = ::fork();
    if (pid_ == 0) {
      serve(ends[1]);
      std::_Exit(0);
    }
    if (::read(ends[0], &port_, sizeof port_) != sizeof port_) std::exit(1);
    ::close(ends[0]);
    ::close(ends[1]);
  }
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// CPU time used so far, in microseconds.
  [[nodiscard]] double cpu() const {
    clockid_t clock{};
    timespec time{};
    ::clock_getcpuclockid(pid_, &clock);
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
  }

  /// Resident memory in MB.
  [[nodiscard]] double resident() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
    double total = 0;
    double pages = 0;
    file >> total >> pages;
    return pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
  }

 private:
  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
};

void report(int pipe_end, std::uint16_t port) {
  if (::write(pipe_end, &port, sizeof port) != sizeof port) std::_Exit(1);
}

void serve_engine(int pipe_end, bool through_worker) {
  const EchoServer server(through_worker);
  report(pipe_end, server.port());
  while (true) ::pause();
}

void serve_epoll(int pipe_end) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener, SOMAXCONN) != 0)
    std::_Exit(1);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  report(pipe_end, ntohs(address.sin_port));
  const Cleared body = make_answer();
  const std::string answer =
      "HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 17:00:00 GMT\r\nContent-Type: application/json\r\n"
      "Content-Length: " +
      std::to_string(body.bytes().size()) + "\r\n\r\n" + std::string(body.bytes());
  bench::serve_raw(listener, answer);
}

struct Row {
  double rate = 0;
  double p99 = 0;
  double cpu = 0;
};

Row median(std::vector<Row> rows) {
  const auto middle = [&](double Row::*field) {
    std::sort(rows.begin(), rows.end(),
              [&](const Row& a, const Row& b) { return a.*field < b.*field; });
    return rows[rows.size() / 2].*field;
  };
  return {middle(&Row::rate), middle(&Row::p99), middle(&Row::cpu)};
}

struct Contender {
  const char* name;
  Child child;
};

void compare(int rounds, milliseconds duration) {
  Contender contenders[] = {
      {"raw epoll", Child(serve_epoll)},
      {"engine, inline", Child([](int end) { serve_engine(end, false); })},
      {"engine, worker", Child([](int end) { serve_engine(end, true); })},
  };
  const std::string bytes = request("/mcp");
  std::printf("%-12s %-16s %12s %8s %8s %10s %8s\n", "connections", "server", "requests/s", "ratio",
              "p99 ms", "CPU us/req", "ratio");
  for (const std::size_t connections : {1U, 16U, 256U}) {
    std::vector<Row> rows[3];
    for (int round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < 3; ++i) {
        const Child& child = contenders[i].child;
        const double before = child.cpu();
        const LoadFigures seen = bench::load(child.port(), connections, bytes, duration);
        rows[i].push_back({seen.requests_per_second, seen.p99_ms,
                           (child.cpu() - before) / static_cast<double>(seen.requests)});
      }
    }
    const Row limit = median(rows[0]);
    for (std::size_t i = 0; i < 3; ++i) {
      const Row row = median(rows[i]);
      std::printf("%-12zu %-16s %12.0f %8.2f %8.2f %10.2f %8.2f\n", connections, contenders[i].name,
                  row.rate, row.rate / limit.rate, row.p99, row.cpu, row.cpu / limit.cpu);
    }
  }
  for (const Contender& contender : contenders)
    std::printf("%-29s %6.1f MB resident\n", contender.name, contender.child.resident());
}

void streams(std::size_t count) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const Child child([](int end) { serve_engine(end, false); });
  std::printf("%zu streams: %.1f MB before", count, child.resident());
  const std::string open = request("/stream");
  std::vector<int> lines;
  char buffer[4096];
  for (std::size_t i = 0; i < count; ++i) {
    lines.push_back(bench::connect_to(child.port()));
    if (::send(lines.back(), open.data(), open.size(), 0) < 0 ||
        ::recv(lines.back(), buffer, sizeof buffer, 0) <= 0)
      std::exit(1);
  }
  const double before = child.cpu();
  const auto started = std::chrono::steady_clock::now();
  ::poll(nullptr, 0, 3000);
  const double used = child.cpu() - before;
  std::printf(
      ", %.1f MB open, %.2f %% of a core idle", child.resident(),
      used /
          std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - started)
              .count() *
          100);
  const double sending = child.cpu();
  bench::load(child.port(), 1, request("/echo"), milliseconds(1));
  const int line = bench::connect_to(child.port());
  const std::string event = request("/event");
  if (::send(line, event.data(), event.size(), 0) < 0) std::exit(1);
  for (const int stream : lines) {
    if (::recv(stream, buffer, sizeof buffer, 0) <= 0) std::exit(1);
  }
  std::printf(", %.1f us CPU an event, %.1f MB after\n",
              (child.cpu() - sending) / static_cast<double>(count), child.resident());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "streams") == 0) {
    streams(std::strtoul(argv[2], nullptr, 10));
    return 0;
  }
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  compare(rounds > 0 ? rounds : 5, milliseconds(argc > 2 ? std::atoi(argv[2]) : 1000));
  return 0;
}
