#include "proxmox/httplib_http.h"

#include <fcntl.h>
#include <httplib.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <vector>

#include "proxmox/endpoint.h"
#include "proxmox/form.h"
#include "proxmox/tls.h"
#include "proxmox/wire.h"

namespace pmx::proxmox {
namespace {

constexpr std::size_t kMaxStatusLine = 2048;                 // longer reason phrases are cut
constexpr std::size_t kMaxHeaders = std::size_t{256} << 10;  // of one answer, in bytes

/// httplib's view of a Wire. Bounds the part of an answer that httplib itself does not: it matches
/// the status line with a recursive regular expression and keeps headers of any size.
class WireStream final : public httplib::Stream {
 public:
  explicit WireStream(Wire& wire, const bool& in_body) : wire_(wire), in_body_(in_body) {}

  bool is_readable() const override { return wire_.fd() >= 0 && !wire_.failure(); }
  bool is_writable() const override { return wire_.fd() >= 0 && !wire_.failure(); }

  ssize_t read(char* out, size_t size) override {
    if (in_body_) return wire_.read(out, size);
    const ssize_t got = read_head(out);
    return head_ > kMaxHeaders ? -1 : got;
  }

  ssize_t write(const char* data, size_t size) override {
    return wire_.write(data, size) ? static_cast<ssize_t>(size) : -1;
  }

  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return wire_.fd(); }

 private:
  /// One byte of the head, leaving out what makes the status line too long.
  ssize_t read_head(char* out) {
    for (;;) {
      const ssize_t got = wire_.read(out, 1);
      if (got <= 0 || ++head_ > kMaxHeaders) return got;
      if (*out == '\n') first_line_ = false;
      if (!first_line_ || *out == '\r' || head_ < kMaxStatusLine) return got;
    }
  }

  Wire& wire_;
  const bool& in_body_;
  std::size_t head_ = 0;
  bool first_line_ = true;
};

/// One pooled connection: httplib for the HTTP syntax, Wire for the bytes. Used by one call at a
/// time.
class Channel final : public httplib::ClientImpl {
 public:
  /// Counts what it opens in `opened`, which outlives it like the rest.
  Channel(const Endpoint& endpoint, const TlsContext* tls, WireTimeouts timeouts,
          std::atomic<std::uint64_t>& opened)
      : httplib::ClientImpl(endpoint.host, endpoint.port),
        wire(endpoint, tls, timeouts),
        opened_(opened) {
    set_keep_alive(true);
    set_follow_location(false);
    set_url_encode(false);
    set_compress(false);
    set_decompress(true);  // PVE sends the journal gzipped whether asked or not
  }

  /// Opens the wire unless it is open and unused; false with the wire's failure.
  bool connected() {
    if (wire.reusable()) return true;
    ++opened_;
    return wire.open();
  }

  Wire wire;
  bool in_body = false;

 private:
  bool create_and_connect_socket(Socket& socket, httplib::Error& error) override {
    if (!connected()) {
      error = httplib::Error::Connection;
      return false;
    }
    // httplib closes its descriptor itself, so it gets one of its own.
    socket.sock = ::fcntl(wire.fd(), F_DUPFD_CLOEXEC, 0);
    if (socket.sock >= 0) return true;
    wire.close();
    error = httplib::Error::Connection;
    return false;
  }

  void shutdown_ssl(Socket& socket, bool shutdown_gracefully) override {
    wire.close();
    httplib::ClientImpl::shutdown_ssl(socket, shutdown_gracefully);
  }

  bool process_socket(const Socket&, std::function<bool(httplib::Stream&)> callback) override {
    WireStream stream(wire, in_body);
    return callback(stream);
  }

  std::atomic<std::uint64_t>& opened_;
};

bool is_line_safe(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') return false;
  }
  return true;
}

Result<httplib::Request> build_request(const HttpRequest& request, const Endpoint& endpoint) {
  const Error bad{Code::kInvalidArgument, "the request's path or a header holds control characters",
                  ""};
  if (!request.path.starts_with('/') || !is_line_safe(request.path)) return bad;
  if (request.path.find_first_of(" ?#") != std::string::npos) return bad;
  httplib::Request out;
  out.method = request.method;
  out.path = "/api2/json" + request.path;
  const bool form = request.method == "POST" || request.method == "PUT";
  PMX_TRY_VOID(check_request_size(request.method, request.path, request.params));
  const std::string params = encode_form(request.params);
  if (form) {
    out.body = params;
    out.headers.emplace("Content-Type", "application/x-www-form-urlencoded");
  } else if (!params.empty()) {
    out.path += "?" + params;
  }
  out.headers.emplace("Host", endpoint.authority());
  out.headers.emplace("Accept", "application/json");
  out.headers.emplace("Accept-Encoding", "gzip");
  out.headers.emplace("User-Agent", "proxmox-mpc");
  for (const auto& [key, value] : request.headers) {
    if (!is_line_safe(key) || !is_line_safe(value)) return bad;
    out.headers.emplace(key, value);
  }
  return out;
}

/// True when any Connection header says close; PVE sends "close, Keep-Alive" for some methods.
bool server_closes(const httplib::Response& response) {
  const auto [first, last] = response.headers.equal_range("Connection");
  for (auto it = first; it != last; ++it) {
    std::string value = it->second;
    for (char& c : value) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (value.find("close") != std::string::npos) return true;
  }
  return false;
}

}  // namespace

/// The bounded set of connections of one cluster.
class HttplibHttp::Pool {
 public:
  Pool(Endpoint where, std::optional<TlsContext> trust, const Options& chosen)
      : endpoint(std::move(where)), options(chosen), tls_(std::move(trust)) {}

  /// Waits for a free place; the most recently used connection comes first.
  Result<std::unique_ptr<Channel>> take(const Context& ctx) {
    std::unique_lock lock(mutex_);
    const auto free_place = [&] { return in_use_ < options.pool_size; };
    const SteadyTime until =
        ctx.deadline.value_or(std::chrono::steady_clock::now() + options.read_timeout * 2);
    if (!freed_.wait_until(lock, ctx.stop, until, free_place)) {
      if (ctx.stop.stop_requested()) return Error{Code::kCancelled, "the call was cancelled", ""};
      return Error{Code::kDeadlineExceeded,
                   "all connections to " + endpoint.authority() + " stayed busy",
                   "nothing was sent; try again later"};
    }
    ++in_use_;
    if (idle_.empty()) {
      return std::make_unique<Channel>(endpoint, tls_ ? &*tls_ : nullptr,
                                       WireTimeouts{options.connect_timeout, options.read_timeout},
                                       opened);
    }
    auto channel = std::move(idle_.back());
    idle_.pop_back();
    return channel;
  }

  void give_back(std::unique_ptr<Channel> channel) {
    {
      const std::lock_guard lock(mutex_);
      --in_use_;
      idle_.push_back(std::move(channel));
    }
    freed_.notify_one();
  }

  Result<HttpResponse> run(const Context& ctx, Channel& channel, httplib::Request& request);

  /// A connection for the next call; what is there already is kept.
  Result<void> reach(const Context& ctx, Channel& channel);

  const Endpoint endpoint;
  const Options options;
  std::atomic<std::uint64_t> opened{0};

 private:
  static void begin(const Context& ctx, Channel& channel);
  Result<HttpResponse> failed(const Channel& channel, bool too_large) const;

  const std::optional<TlsContext> tls_;
  std::mutex mutex_;
  std::condition_variable_any freed_;
  std::size_t in_use_ = 0;
  std::vector<std::unique_ptr<Channel>> idle_;
};

/// A new call on the connection, which is thrown away when it is no good any more.
void HttplibHttp::Pool::begin(const Context& ctx, Channel& channel) {
  channel.wire.begin(ctx.deadline);
  if (channel.wire.reusable()) return;
  channel.stop();
  channel.wire.close();
}

Result<void> HttplibHttp::Pool::reach(const Context& ctx, Channel& channel) {
  begin(ctx, channel);
  const std::stop_callback interrupt(ctx.stop, [&channel] { channel.wire.interrupt(); });
  if (channel.connected()) return {};
  return *channel.wire.failure();
}

Result<HttpResponse> HttplibHttp::Pool::run(const Context& ctx, Channel& channel,
                                            httplib::Request& request) {
  begin(ctx, channel);
  const std::stop_callback interrupt(ctx.stop, [&channel] { channel.wire.interrupt(); });
  channel.in_body = false;
  HttpResponse out;
  bool too_large = false;
  request.response_handler = [&channel](const httplib::Response&) {
    return channel.in_body = true;
  };
  request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    too_large = out.body.size() + size > options.max_body;
    if (!too_large) out.body.append(data, size);
    return !too_large;
  };
  httplib::Response response;
  httplib::Error error = httplib::Error::Success;
  const bool good = channel.send(request, response, error);
  if (!good || server_closes(response)) {
    channel.stop();
    channel.wire.close();
  }
  if (!good) return failed(channel, too_large);
  out.status = response.status;
  out.reason = std::move(response.reason);
  return out;
}

Result<HttpResponse> HttplibHttp::Pool::failed(const Channel& channel, bool too_large) const {
  if (too_large) {
    return Error{Code::kResourceExhausted,
                 "the answer of " + endpoint.authority() + " exceeds " +
                     std::to_string(options.max_body >> 20U) + " MiB",
                 "ask for less: narrower filters or a smaller limit"};
  }
  if (channel.wire.failure()) return *channel.wire.failure();
  return Error{Code::kUnavailable,
               "the answer of " + endpoint.authority() + " was cut off or is not HTTP",
               channel.wire.sent_anything() ? "the request may have been carried out; check before "
                                              "repeating it"
                                            : ""};
}

HttplibHttp::HttplibHttp(std::unique_ptr<Pool> pool) : pool_(std::move(pool)) {}
HttplibHttp::~HttplibHttp() = default;

Result<std::unique_ptr<HttplibHttp>> HttplibHttp::make(const Options& options) {
  PMX_TRY(Endpoint endpoint, parse_endpoint(options.url));
  if (options.pool_size == 0) return Error{Code::kInvalidArgument, "the pool size is zero", ""};
  std::optional<TlsContext> tls;
  if (endpoint.tls) {
    PMX_TRY(tls, TlsContext::make({options.ca_file, options.fingerprint}, endpoint.host));
  }
  auto pool = std::make_unique<Pool>(std::move(endpoint), std::move(tls), options);
  return std::make_unique<HttplibHttp>(std::move(pool));
}

namespace {

Result<void> still_wanted(const Context& ctx) {
  if (ctx.stop.stop_requested()) {
    return Error{Code::kCancelled, "the call was cancelled before it was sent", ""};
  }
  if (ctx.deadline && std::chrono::steady_clock::now() >= *ctx.deadline) {
    return Error{Code::kDeadlineExceeded, "the time of the call was over before it was sent", ""};
  }
  return {};
}

Stage stage_of(const Wire& wire) {
  if (wire.sent_anything()) return Stage::kSent;
  return wire.untrusted() ? Stage::kUntrusted : Stage::kConnecting;
}

}  // namespace

Result<HttpResponse> HttplibHttp::deliver(const Context& ctx, const HttpRequest& request,
                                          Stage& stage) {
  stage = Stage::kWaiting;
  PMX_TRY(httplib::Request wire_request, build_request(request, pool_->endpoint));
  PMX_TRY_VOID(still_wanted(ctx));
  PMX_TRY(auto channel, pool_->take(ctx));
  auto answer = pool_->run(ctx, *channel, wire_request);
  stage = stage_of(channel->wire);
  pool_->give_back(std::move(channel));
  return answer;
}

Result<void> HttplibHttp::reach(const Context& ctx) {
  PMX_TRY_VOID(still_wanted(ctx));
  PMX_TRY(auto channel, pool_->take(ctx));
  auto outcome = pool_->reach(ctx, *channel);
  pool_->give_back(std::move(channel));
  return outcome;
}

std::uint64_t HttplibHttp::connections() const { return pool_->opened; }

}  // namespace pmx::proxmox
