#include "mcp/transport/http/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "mcp/transport/http/loop.h"
#include "mcp/transport/http/socket_channel.h"

namespace pmx::mcp {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using http::Connection;
using http::Loop;
using http::Shared;
using http::Socket;

constexpr std::size_t kRefusable = 64;  // connections beyond the limit that still get their 503
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::size_t kOtherDescriptors = 256;  // files, pipes and sockets that are not ours

using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>,
                                         asio::io_context::executor_type>;

Result<tcp::endpoint> parse_endpoint(const HttpOptions& options) {
  error_code ec;
  const auto address = asio::ip::make_address(options.address, ec);
  if (ec) {
    return Error{Code::kInvalidArgument, "not an IP address: " + options.address,
                 "listen on 127.0.0.1, ::1 or another numeric address of this machine"};
  }
  return tcp::endpoint(address, options.port);
}

/// Shells allow 1,024 descriptors, and the system many more to who asks.
void make_room_for(std::size_t connections) {
  rlimit limit{};
  const rlim_t needed = connections + kRefusable + kOtherDescriptors;
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return;
  limit.rlim_cur = std::min(needed, limit.rlim_max);
  const bool raised = ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
  if (raised && limit.rlim_cur >= needed) return;
  log::warn({}, "http.descriptors",
            {{"needed", std::to_string(needed)}, {"allowed", std::to_string(limit.rlim_cur)}});
}

}  // namespace

/// The listening socket and everything behind it. The acceptor belongs to the first loop.
struct HttpServer::Parts {
  explicit Parts(std::shared_ptr<Shared> all)
      : shared(std::move(all)),
        loops(make_loops(shared)),
        acceptor(loops.front()->context()),
        pause(loops.front()->context()) {}

  static std::vector<std::shared_ptr<Loop>> make_loops(const std::shared_ptr<Shared>& shared) {
    std::vector<std::shared_ptr<Loop>> made;
    const std::size_t count = std::max<std::size_t>(shared->options.threads, 1);
    for (std::size_t i = 0; i < count; ++i) made.push_back(std::make_shared<Loop>(shared));
    return made;
  }

  Result<void> listen(const tcp::endpoint& endpoint);
  void run();
  void accept();
  void on_accept(std::shared_ptr<Loop> loop, const error_code& ec, Socket socket);
  void admit(const std::shared_ptr<Loop>& loop, Socket socket);
  void stop(std::chrono::milliseconds grace);

  const std::shared_ptr<Shared> shared;            // exchanges may outlive the server
  const std::vector<std::shared_ptr<Loop>> loops;  // likewise
  std::unique_ptr<http::TlsContext> tls;
  Acceptor acceptor;
  Timer pause;
  std::size_t next_loop = 0;
  std::string url;
  std::uint16_t port = 0;
  std::mutex stop_mutex;
  std::vector<std::jthread> threads;  // guarded by stop_mutex once running
};

Result<void> HttpServer::Parts::listen(const tcp::endpoint& endpoint) {
  error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  const tcp::endpoint bound = ec ? endpoint : acceptor.local_endpoint(ec);
  if (ec) {
    return Error{Code::kUnavailable,
                 "cannot listen on " + endpoint.address().to_string() + " port " +
                     std::to_string(endpoint.port()) + ": " + ec.message(),
                 "choose another address or port, or end the program that uses it"};
  }
  port = bound.port();
  const std::string host = endpoint.address().to_string();
  url = std::string(tls ? "https://" : "http://") +
        (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
  return {};
}

void HttpServer::Parts::run() {
  accept();
  for (const auto& loop : loops) threads.emplace_back([loop] { loop->run(); });
}

void HttpServer::Parts::accept() {
  const std::shared_ptr<Loop>& loop = loops[next_loop++ % loops.size()];
  acceptor.async_accept(loop->context(), [this, loop](const error_code& ec, Socket socket) {
    on_accept(loop, ec, std::move(socket));
  });
}

void HttpServer::Parts::on_accept(std::shared_ptr<Loop> loop, const error_code& ec, Socket socket) {
  if (shared->stopping || !acceptor.is_open()) return;
  if (!ec) {
    admit(loop, std::move(socket));
  } else if (ec != asio::error::connection_aborted && ec != asio::error::interrupted) {
    // Out of descriptors or memory: trying again at once would spin.
    log::warn({}, "http.accept", {{"failure", ec.message()}});
    pause.expires_after(kAcceptPause);
    pause.async_wait([this](const error_code& cancelled) {
      if (!cancelled) accept();
    });
    return;
  }
  accept();
}

void HttpServer::Parts::admit(const std::shared_ptr<Loop>& loop, Socket socket) {
  const std::size_t count = ++shared->connections;
  const std::size_t most = shared->options.max_connections;
  error_code ec;
  const tcp::endpoint peer = socket.remote_endpoint(ec);
  if (!ec) socket.set_option(tcp::no_delay(true), ec);
  if (!ec) socket.non_blocking(true, ec);
  std::unique_ptr<http::SocketChannel> channel;
  if (!ec && count <= most + kRefusable) {
    channel = tls ? tls->channel(std::move(socket)) : http::make_plain_channel(std::move(socket));
  }
  if (!channel) {
    --shared->connections;
    return;
  }
  const auto admission =
      count > most ? Connection::Admission::kRefuse : Connection::Admission::kServe;
  auto connection = std::make_shared<Connection>(*loop, std::move(channel),
                                                 peer.address().to_string(), admission);
  if (loop == loops.front()) {
    loop->adopt(std::move(connection));
  } else {
    loop->post([raw = loop.get(), connection] { raw->adopt(connection); });
  }
}

void HttpServer::Parts::stop(std::chrono::milliseconds grace) {
  const std::lock_guard lock(stop_mutex);
  if (threads.empty()) return;
  shared->stopping = true;
  const auto deadline = std::chrono::steady_clock::now() + grace;
  loops.front()->post([this] {
    error_code ignored;
    static_cast<void>(acceptor.close(ignored));
    pause.cancel();
  });
  for (const auto& loop : loops) loop->post([raw = loop.get(), deadline] { raw->drain(deadline); });
  threads.clear();  // joins
}

HttpServer::HttpServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

HttpServer::~HttpServer() { stop(std::chrono::milliseconds(0)); }

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpOptions options, HttpHandler handler) {
  PMX_TRY(const auto endpoint, parse_endpoint(options));
  make_room_for(options.max_connections);
  auto shared = std::make_shared<Shared>();
  shared->options = std::move(options);
  shared->handler = std::move(handler);
  auto parts = std::make_unique<Parts>(std::move(shared));
  if (parts->shared->options.tls) {
    PMX_TRY(parts->tls, http::TlsContext::make(*parts->shared->options.tls));
  }
  PMX_TRY_VOID(parts->listen(endpoint));
  parts->run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(parts)));
}

std::string HttpServer::url() const { return parts_->url; }

std::uint16_t HttpServer::port() const { return parts_->port; }

void HttpServer::stop(std::chrono::milliseconds grace) { parts_->stop(grace); }

}  // namespace pmx::mcp
