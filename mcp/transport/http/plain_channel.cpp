#include <boost/asio/buffer.hpp>
#include <utility>
#include <vector>

#include "mcp/transport/http/socket_channel.h"

namespace pmx::mcp::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

class PlainChannel final : public SocketChannel {
 public:
  explicit PlainChannel(Socket socket) : socket_(std::move(socket)) {}

  std::optional<Io> read(std::span<char> space, std::shared_ptr<Connection> owner) override {
    // Always by the reactor. It tries at once, and learns by EAGAIN that nothing has come: to wait
    // without a try would cost it an epoll_ctl.
    socket_.async_read_some(
        asio::buffer(space.data(), space.size()),
        [this, owner = std::move(owner)](const error_code& ec, std::size_t size) {
          const bool stopped = ec == asio::error::operation_aborted;
          owner->on_read({size, !ec || (stopped && socket_.is_open())});
        });
    return std::nullopt;
  }

  void interrupt_read() override {
    error_code ignored;
    static_cast<void>(socket_.cancel(ignored));
  }

  std::optional<Io> write(std::span<const std::string_view> views,
                          std::shared_ptr<Connection> owner) override {
    if (views.size() == 1) return write_buffers(asio::buffer(views.front()), std::move(owner));
    std::vector<asio::const_buffer> buffers;
    buffers.reserve(views.size());
    for (const std::string_view view : views) buffers.emplace_back(view.data(), view.size());
    return write_buffers(buffers, std::move(owner));
  }

  [[nodiscard]] int descriptor() override { return socket_.native_handle(); }

  void shutdown() override {
    error_code ignored;
    static_cast<void>(socket_.shutdown(asio::socket_base::shutdown_send, ignored));
  }

  void close() override {
    error_code ignored;
    static_cast<void>(socket_.close(ignored));
  }

 private:
  template <class Buffers>
  std::optional<Io> write_buffers(const Buffers& buffers, std::shared_ptr<Connection> owner) {
    error_code ec;
    const std::size_t size = socket_.write_some(buffers, ec);
    if (ec != asio::error::would_block) return Io{size, !ec};
    socket_.async_write_some(
        buffers, [owner = std::move(owner)](const error_code& failure, std::size_t written) {
          owner->on_written({written, !failure});
        });
    return std::nullopt;
  }

  Socket socket_;
};

}  // namespace

std::unique_ptr<SocketChannel> make_plain_channel(Socket socket) {
  return std::make_unique<PlainChannel>(std::move(socket));
}

}  // namespace pmx::mcp::http
