#include "sim/server.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <ctime>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <sstream>
#include <thread>

#include "base/crypto.h"
#include "sim/certificate.h"
#include "sim/form.h"
#include "sim/gzip.h"

namespace pmx::sim {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::string_view kPrefix = "/api2/json";
constexpr std::uint64_t kBodyLimit = std::uint64_t{512}
                                     << 10;  // PVE answers more with 501 "for data too large"
constexpr std::uint64_t kUploadLimit = std::uint64_t{256} << 20;  // of files for a storage
constexpr std::uint32_t kHeaderLimit = 8 * 1024;
constexpr std::chrono::seconds kIdle{60};
constexpr std::chrono::seconds kHandshake{10};

using HttpRequest = http::request<http::string_body>;
using HttpResponse = http::response<http::string_body>;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// The cluster's view of a request; nothing when the path is not below /api2/json.
std::optional<Request> translate(const HttpRequest& http_request) {
  const std::string_view target(http_request.target().data(), http_request.target().size());
  if (!target.starts_with(kPrefix)) return std::nullopt;
  Request request;
  request.method = std::string(http_request.method_string());
  const auto rest = target.substr(kPrefix.size());
  if (!rest.empty() && rest.front() != '/' && rest.front() != '?') return std::nullopt;
  const auto mark = rest.find('?');
  request.path = rest.substr(0, mark);
  if (mark != std::string_view::npos) request.query = rest.substr(mark + 1);
  request.body = http_request.body();
  for (const auto& field : http_request)
    request.headers[lower({field.name_string().data(), field.name_string().size()})] =
        std::string(field.value());
  return request;
}

Response not_found() {
  Response response;
  response.status = 404;
  response.reason = "no such file";
  response.headers["connection"] = "close";
  return response;
}

bool closes(const Response& response) {
  const auto connection = response.headers.find("connection");
  return connection != response.headers.end() && connection->second.starts_with("close");
}

/// PVE packs what is longer, when the client takes it.
constexpr std::size_t kPackedFrom = 1024;

/// The journal's reader packs its lines itself, asked for or not.
bool is_packed(const Response& response, const HttpRequest& request) {
  if (response.status != 200) return false;
  const std::string_view target(request.target().data(), request.target().size());
  if (target.substr(0, target.find('?')).ends_with("/journal")) return true;
  const std::string accepted(request[http::field::accept_encoding]);
  return response.body.size() > kPackedFrom && accepted.find("gzip") != std::string::npos;
}

/// "close, Keep-Alive" are two headers: pvedaemon's and pveproxy's.
void set_connection(HttpResponse& out, const Response& response, const HttpRequest& request) {
  const auto said = response.headers.find("connection");
  const bool ends = !request.keep_alive() || response.truncate_after.has_value();
  std::string_view text = ends                             ? std::string_view("close")
                          : said == response.headers.end() ? std::string_view("Keep-Alive")
                                                           : std::string_view(said->second);
  while (!text.empty()) {
    const auto end = text.find(", ");
    out.insert(http::field::connection, std::string(text.substr(0, end)));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 2);
  }
}

HttpResponse render(Response& response, const HttpRequest& request) {
  HttpResponse out;
  out.version(request.version());
  out.result(static_cast<unsigned>(response.status));
  out.reason(response.reason);
  out.set(http::field::server, "pve-api-daemon/3.0");
  out.set(http::field::cache_control, "max-age=0");
  for (const auto& [name, value] : response.headers)
    if (name != "connection") out.set(name, value);
  set_connection(out, response, request);
  if (is_packed(response, request)) {
    out.set(http::field::content_encoding, "gzip");
    out.body() = gzip(response.body);
  } else {
    out.body() = std::move(response.body);
  }
  out.prepare_payload();
  return out;
}

asio::awaitable<void> pause(std::chrono::milliseconds duration) {
  if (duration.count() <= 0) co_return;
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

/// Sends the whole answer in pieces, so that so many bytes a second go out.
template <class Stream>
asio::awaitable<void> send_slowly(Stream& stream, const HttpResponse& message, std::size_t rate) {
  constexpr std::size_t kPieces = 10;  // a second
  std::ostringstream text;
  text << message;
  const std::string all = text.str();
  const std::size_t piece = std::max<std::size_t>(1, rate / kPieces);
  for (std::size_t at = 0; at < all.size(); at += piece) {
    error_code failed;
    beast::get_lowest_layer(stream).expires_after(kIdle);
    co_await asio::async_write(stream,
                               asio::buffer(all.data() + at, std::min(piece, all.size() - at)),
                               asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return;
    if (at + piece < all.size())
      co_await pause(std::chrono::milliseconds{1000 * piece / std::max<std::size_t>(rate, 1)});
  }
}

/// Sends head and the first bytes of the body by hand, so that the promised length is never met.
template <class Stream>
asio::awaitable<void> send_broken(Stream& stream, HttpResponse& message, std::size_t bytes) {
  const std::string body = message.body().substr(0, bytes);
  http::response_serializer<http::string_body> serializer(message);
  error_code failed;
  co_await http::async_write_header(stream, serializer,
                                    asio::redirect_error(asio::use_awaitable, failed));
  if (failed) co_return;
  co_await asio::async_write(stream, asio::buffer(body),
                             asio::redirect_error(asio::use_awaitable, failed));
}

/// Instead of a node's number: an endpoint that knows switches only.
constexpr std::size_t kControlOnly = std::numeric_limits<std::size_t>::max();

/// What the connections of one server share.
struct Shared {
  Cluster& cluster;
  std::function<void(const std::string& line)> on_request;
  std::string control_secret;
  double speed;
};

void report(const Shared& shared, const HttpRequest& request, const Response& response) {
  if (!shared.on_request) return;
  const std::string target(request.target());
  const std::string path = target.starts_with(kPrefix) ? target.substr(kPrefix.size()) : target;
  shared.on_request(std::string(request.method_string()) + " " + path.substr(0, path.find('?')) +
                    " " + std::to_string(response.status));
}

/// Turns the switch that a request names, for whoever knows the secret.
Response turn_switch(const Shared& shared, const Request& request) {
  Response response;
  const auto shown = request.headers.find("x-sim-control");
  const bool known = shown != request.headers.end() && !shared.control_secret.empty() &&
                     crypto::equal_constant_time(shown->second, shared.control_secret);
  Json wish = decode_form(request.body);
  std::vector<std::string> arguments;
  if (const Json* given = find_member(wish, "argument"); given != nullptr) {
    for (const Json& item : given->is_array() ? *given : Json::array({*given}))
      arguments.push_back(item.get<std::string>());
  }
  const auto done = known ? shared.cluster.control(string_member(wish, "switch"), arguments)
                          : Error{Code::kPermissionDenied, "wrong secret", ""};
  response.status = done.ok() ? 200 : known ? 400 : 403;
  response.reason = done.ok() ? "OK" : done.error().message;
  response.headers["content-type"] = "application/json";
  response.body = dump_json(
      done.ok() ? Json::object()
                : Json{{"message", done.error().message}, {"advice", done.error().advice}});
  return response;
}

/// Answers what could not be read: too large, or no HTTP.
Response unreadable(const error_code& problem) {
  Response response;
  const bool large = problem == http::error::body_limit;
  response.status = large ? 501 : 400;
  response.reason = large ? "for data too large" : "bad request";
  response.headers["connection"] = "close";
  return response;
}

bool is_gone(const error_code& problem) {
  return problem == http::error::end_of_stream || problem == http::error::partial_message ||
         problem.category() != http::make_error_code(http::error::bad_method).category();
}

/// One request and its answer; false when the connection ends.
template <class Stream>
asio::awaitable<bool> exchange(const Shared& shared, std::size_t node, Stream& stream,
                               beast::flat_buffer& buffer) {
  http::request_parser<http::string_body> parser;
  parser.body_limit(kBodyLimit);
  parser.header_limit(kHeaderLimit);
  beast::get_lowest_layer(stream).expires_after(kIdle);
  error_code failed;
  co_await http::async_read_header(stream, buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, failed));
  const bool upload = parser.get()[http::field::content_type].starts_with("multipart/");
  if (upload) parser.body_limit(kUploadLimit);
  if (!failed)
    co_await http::async_read(stream, buffer, parser,
                              asio::redirect_error(asio::use_awaitable, failed));
  if (failed && is_gone(failed)) co_return false;
  const HttpRequest request = parser.release();
  Response response;
  if (failed) {
    response = unreadable(failed);
  } else {
    auto call = translate(request);
    if (call) call->node = node;
    const bool control = call && call->method == "POST" && call->path == kControlPath;
    response = control                        ? turn_switch(shared, *call)
               : call && node != kControlOnly ? shared.cluster.handle(*call)
                                              : not_found();
  }
  if (response.drop) co_return false;
  const auto delay =
      std::chrono::duration_cast<std::chrono::milliseconds>(response.delay / shared.speed) +
      response.hold;
  beast::get_lowest_layer(stream).expires_after(kIdle + delay);
  co_await pause(delay);
  const bool keep = request.keep_alive() && !closes(response) && !response.truncate_after;
  HttpResponse message = render(response, request);
  if (response.truncate_after)
    co_await send_broken(stream, message, *response.truncate_after);
  else if (response.bytes_per_second)
    co_await send_slowly(stream, message, *response.bytes_per_second);
  else
    co_await http::async_write(stream, message, asio::redirect_error(asio::use_awaitable, failed));
  report(shared, request, response);
  co_return keep && !failed;
}

asio::awaitable<void> serve_plain(const Shared& shared, std::size_t node, tcp::socket socket) {
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer(kHeaderLimit + kBodyLimit);
  while (co_await exchange(shared, node, stream, buffer)) {
  }
  error_code ignored;
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

/// The key and certificate of an endpoint; connections keep theirs when it changes.
struct Identity {
  ShownCertificate shown;
  std::string fingerprint;
  asio::ssl::context context{asio::ssl::context::tls_server};
};

Result<std::shared_ptr<Identity>> make_identity(const std::string& address,
                                                const ShownCertificate& shown, std::int64_t now) {
  PMX_TRY(const Certificate certificate,
          shown.end == 0 ? make_certificate(address)
                         : make_certificate(address, static_cast<long>(shown.end - now)));
  auto out = std::make_shared<Identity>();
  out->shown = shown;
  error_code failed;
  out->context.use_certificate_chain(asio::buffer(certificate.certificate_pem), failed);
  if (!failed)
    out->context.use_private_key(asio::buffer(certificate.key_pem), asio::ssl::context::pem,
                                 failed);
  if (failed) return Error{Code::kInternal, "cannot load the certificate: " + failed.message(), ""};
  out->fingerprint = certificate.fingerprint;
  return out;
}

asio::awaitable<void> serve_tls(const Shared& shared, std::size_t node, tcp::socket socket,
                                std::shared_ptr<Identity> identity) {
  beast::ssl_stream<beast::tcp_stream> stream(beast::tcp_stream(std::move(socket)),
                                              identity->context);
  beast::get_lowest_layer(stream).expires_after(kHandshake);
  error_code failed;
  co_await stream.async_handshake(asio::ssl::stream_base::server,
                                  asio::redirect_error(asio::use_awaitable, failed));
  if (failed) co_return;
  beast::flat_buffer buffer(kHeaderLimit + kBodyLimit);
  while (co_await exchange(shared, node, stream, buffer)) {
  }
  beast::get_lowest_layer(stream).expires_after(std::chrono::seconds{2});
  co_await stream.async_shutdown(asio::redirect_error(asio::use_awaitable, failed));
}

}  // namespace

class Server::Impl {
 public:
  Impl(const ServerOptions& options, Cluster& cluster)
      : options_(options),
        shared_{cluster, options.on_request, options.control_secret, options.speed} {}

  ~Impl() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> start() {
    if (options_.tls) {
      PMX_TRY(first_, make_identity(options_.address, {}, 0));
    }
    const std::size_t nodes = shared_.cluster.nodes().size();
    identities_.assign(nodes, first_);
    for (std::size_t node = 0; node < nodes; ++node) {
      const int port = options_.port == 0 ? 0 : options_.port + static_cast<int>(node);
      PMX_TRY(std::string url, listen(options_.address, port, options_.tls));
      urls_.push_back(std::move(url));
      asio::co_spawn(context_, accept(acceptors_.back(), node), asio::detached);
    }
    PMX_TRY(control_url_, listen("127.0.0.1", 0, false));
    asio::co_spawn(context_, accept(acceptors_.back(), kControlOnly), asio::detached);
    thread_ = std::thread([this] { context_.run(); });
    return {};
  }

  [[nodiscard]] const std::vector<std::string>& urls() const { return urls_; }
  [[nodiscard]] const std::string& control_url() const { return control_url_; }
  [[nodiscard]] const std::string& fingerprint() const {
    static const std::string kNone;
    return first_ ? first_->fingerprint : kNone;
  }

 private:
  /// Opens another acceptor; its URL.
  Result<std::string> listen(const std::string& on, int port, bool tls) {
    error_code failed;
    const auto address = asio::ip::make_address(on, failed);
    if (failed) return Error{Code::kInvalidArgument, "not an IP address: " + on, ""};
    if (port > 65535)
      return Error{Code::kInvalidArgument, "no ports left for all nodes", "choose a lower one"};
    const tcp::endpoint endpoint(address, static_cast<std::uint16_t>(port));
    tcp::acceptor& acceptor = acceptors_.emplace_back(context_);
    acceptor.open(endpoint.protocol(), failed);
    if (!failed) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed) acceptor.bind(endpoint, failed);
    if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
    if (failed)
      return Error{Code::kUnavailable,
                   "cannot listen on " + on + ":" + std::to_string(port) + ": " + failed.message(),
                   "choose another port, or 0 for any free ones; each node takes one"};
    const std::string host = address.is_v6() ? "[" + on + "]" : on;
    return std::string(tls ? "https://" : "http://") + host + ":" +
           std::to_string(acceptor.local_endpoint(failed).port());
  }

  asio::awaitable<void> accept(tcp::acceptor& acceptor, std::size_t node) {
    for (;;) {
      error_code failed;
      tcp::socket socket(context_);
      co_await acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, failed));
      if (failed == asio::error::operation_aborted) co_return;
      if (failed) {
        co_await pause(std::chrono::milliseconds{100});  // out of descriptors: let some close
        continue;
      }
      socket.set_option(tcp::no_delay(true), failed);
      if (options_.tls && node != kControlOnly)
        asio::co_spawn(context_, serve_tls(shared_, node, std::move(socket), identity_of(node)),
                       asio::detached);
      else
        asio::co_spawn(context_, serve_plain(shared_, node, std::move(socket)), asio::detached);
    }
  }

  /// What a new connection to this node meets; made when that has changed.
  std::shared_ptr<Identity> identity_of(std::size_t node) {
    std::shared_ptr<Identity>& known = identities_[node];
    const ShownCertificate wanted = shared_.cluster.certificate(node);
    if (known->shown == wanted) return known;
    if (wanted == first_->shown) return known = first_;
    const std::int64_t now = options_.now ? options_.now() : std::time(nullptr);
    if (auto made = make_identity(options_.address, wanted, now); made.ok())
      known = std::move(*made);
    if (known->shown == wanted && !wanted.changed)
      shared_.cluster.show_fingerprint(node, known->fingerprint);
    return known;
  }

  ServerOptions options_;
  Shared shared_;
  asio::io_context context_{1};
  std::deque<tcp::acceptor> acceptors_;  ///< one a node, and one for switches; they do not move
  std::shared_ptr<Identity> first_;      ///< what all nodes show at the start; null without TLS
  std::vector<std::shared_ptr<Identity>> identities_;  ///< what each shows now
  std::vector<std::string> urls_;
  std::string control_url_;
  std::thread thread_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Cluster& cluster) {
  auto impl = std::make_unique<Impl>(options, cluster);
  PMX_TRY_VOID(impl->start());
  return std::make_unique<Server>(std::move(impl));
}

const std::vector<std::string>& Server::urls() const { return impl_->urls(); }
const std::string& Server::control_url() const { return impl_->control_url(); }
const std::string& Server::fingerprint() const { return impl_->fingerprint(); }

}  // namespace pmx::sim
