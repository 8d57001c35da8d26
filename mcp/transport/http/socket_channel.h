// The two kinds of SocketChannel, over an Asio socket. For the engine's own source files only: this
// header includes Asio.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "base/result.h"
#include "mcp/transport/http/connection.h"
#include "mcp/transport/http/server.h"

namespace pmx::mcp::http {

using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// `socket` is connected and non-blocking, as below.
std::unique_ptr<SocketChannel> make_plain_channel(Socket socket);

/// The server's TLS settings, made once. Thread-safe.
class TlsContext {
 public:
  /// kInvalidArgument when the files cannot be used. Ignores SIGPIPE for the process, unless it is
  /// handled already: OpenSSL writes to sockets that may be gone.
  static Result<std::unique_ptr<TlsContext>> make(const HttpTls& files);
  virtual ~TlsContext() = default;

  /// The handshake happens inside the first reads and writes. Null when memory runs out.
  virtual std::unique_ptr<SocketChannel> channel(Socket socket) = 0;
};

}  // namespace pmx::mcp::http
