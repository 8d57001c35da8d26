// TLS over the descriptor itself, with Asio for readiness: Asio's own ssl::stream keeps two 17 KB
// buffers for each connection and cannot say goodbye while a read is outstanding.
#include <boost/asio/ssl/context.hpp>
#include <csignal>
#include <string>
#include <utility>

#include "mcp/transport/http/socket_channel.h"

namespace pmx::mcp::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

constexpr std::size_t kRecord = std::size_t{16} << 10;  // the largest TLS record

class TlsChannel final : public SocketChannel {
 public:
  TlsChannel(Socket socket, SSL* ssl) : socket_(std::move(socket)), ssl_(ssl) {
    SSL_set_fd(ssl, socket_.native_handle());
    SSL_set_accept_state(ssl);
  }

  std::optional<Io> read(std::span<char> space, std::shared_ptr<Connection> owner) override {
    if (const auto io = try_read(space)) return io;
    wait_to_read(space, std::move(owner));
    return std::nullopt;
  }

  std::optional<Io> write(std::span<const std::string_view> views,
                          std::shared_ptr<Connection> owner) override {
    std::string_view record = views.front();
    std::string joined;
    if (views.size() > 1 && record.size() < kRecord) {
      for (const std::string_view view : views) joined += view.substr(0, kRecord - joined.size());
      record = joined;
    }
    if (const auto io = try_write(record)) return io;
    // OpenSSL wants the same bytes again, wherever they are then: keep these.
    unsent_ = record;
    wait_to_write(std::move(owner));
    return std::nullopt;
  }

  void shutdown() override {
    say_goodbye();
    error_code ignored;
    static_cast<void>(socket_.shutdown(asio::socket_base::shutdown_send, ignored));
  }

  void close() override {
    say_goodbye();
    error_code ignored;
    static_cast<void>(socket_.close(ignored));
  }

 private:
  void say_goodbye() {
    if (broken_ || !socket_.is_open() || SSL_is_init_finished(ssl_.get()) == 0) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }

  /// The outcome of an operation that returned `result`; nothing when it must wait.
  std::optional<Io> outcome(int result, Socket::wait_type& wait) {
    if (result > 0) return Io{static_cast<std::size_t>(result), true};
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ: wait = Socket::wait_read; return std::nullopt;
      case SSL_ERROR_WANT_WRITE: wait = Socket::wait_write; return std::nullopt;
      case SSL_ERROR_ZERO_RETURN: break;
      default: broken_ = true;
    }
    ERR_clear_error();
    return Io{0, false};
  }

  std::optional<Io> try_read(std::span<char> space) {
    ERR_clear_error();
    return outcome(SSL_read(ssl_.get(), space.data(), static_cast<int>(space.size())), read_wait_);
  }

  std::optional<Io> try_write(std::string_view bytes) {
    ERR_clear_error();
    const int size = static_cast<int>(std::min(bytes.size(), kRecord));
    return outcome(SSL_write(ssl_.get(), bytes.data(), size), write_wait_);
  }

  void wait_to_read(std::span<char> space, std::shared_ptr<Connection> owner) {
    socket_.async_wait(read_wait_,
                       [this, space, owner = std::move(owner)](const error_code& ec) mutable {
                         const auto io = ec ? Io{0, false} : try_read(space);
                         if (!io) return wait_to_read(space, std::move(owner));
                         owner->on_read(*io);
                       });
  }

  void wait_to_write(std::shared_ptr<Connection> owner) {
    socket_.async_wait(write_wait_, [this, owner = std::move(owner)](const error_code& ec) mutable {
      const auto io = ec ? Io{0, false} : try_write(unsent_);
      if (!io) return wait_to_write(std::move(owner));
      unsent_ = {};
      owner->on_written(*io);
    });
  }

  Socket socket_;
  const std::unique_ptr<SSL, FreeSsl> ssl_;
  std::string unsent_;
  Socket::wait_type read_wait_ = Socket::wait_read;
  Socket::wait_type write_wait_ = Socket::wait_write;
  bool broken_ = false;  // after a fatal error OpenSSL forbids a goodbye
};

/// Agrees on http/1.1; a client that offers only other protocols is refused.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  constexpr std::string_view kOurs = "http/1.1";
  const std::string_view list(reinterpret_cast<const char*>(offered), offered_size);
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t size = static_cast<unsigned char>(list[at]);
    if (list.substr(at + 1, size) == kOurs) {
      *chosen = offered + at + 1;
      *chosen_size = static_cast<unsigned char>(size);
      return SSL_TLSEXT_ERR_OK;
    }
    at += 1 + size;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void ignore_sigpipe() {
  struct sigaction current {};
  ::sigaction(SIGPIPE, nullptr, &current);
  if (current.sa_handler == SIG_DFL) std::signal(SIGPIPE, SIG_IGN);
}

class Context final : public TlsContext {
 public:
  asio::ssl::context context{asio::ssl::context::tls_server};

  std::unique_ptr<SocketChannel> channel(Socket socket) override {
    SSL* ssl = SSL_new(context.native_handle());
    if (ssl == nullptr) return nullptr;
    return std::make_unique<TlsChannel>(std::move(socket), ssl);
  }
};

Error unusable(const std::string& file, const error_code& ec) {
  return {Code::kInvalidArgument, "cannot use " + file + ": " + ec.message(),
          "give a PEM file that this process may read, certificate and key of one pair"};
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::make(const HttpTls& files) {
  ignore_sigpipe();
  auto made = std::make_unique<Context>();
  error_code ec;
  made->context.use_certificate_chain_file(files.certificate_file, ec);
  if (ec) return unusable(files.certificate_file, ec);
  made->context.use_private_key_file(files.key_file, asio::ssl::context::pem, ec);
  if (ec) return unusable(files.key_file, ec);
  SSL_CTX* raw = made->context.native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  return std::unique_ptr<TlsContext>(std::move(made));
}

}  // namespace pmx::mcp::http
