#include "proxmox/wire.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

namespace pmx::proxmox {
namespace {

constexpr std::size_t kChunk = std::size_t{16} << 10;

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

SteadyTime now() { return std::chrono::steady_clock::now(); }

std::string errno_text(int code) { return std::generic_category().message(code); }

bool is_loopback_address(const addrinfo& address) {
  if (address.ai_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address.ai_addr, sizeof v4);
    return (ntohl(v4.sin_addr.s_addr) >> 24U) == 127U;
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, address.ai_addr, std::min<std::size_t>(sizeof v6, address.ai_addrlen));
  return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) != 0;
}

}  // namespace

Wire::Wire(const Endpoint& endpoint, const TlsContext* tls, WireTimeouts timeouts)
    : endpoint_(endpoint),
      tls_(tls),
      timeouts_(timeouts),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Wire::~Wire() {
  close();
  if (wake_ >= 0) ::close(wake_);
}

void Wire::begin(std::optional<SteadyTime> deadline) {
  eventfd_t raised = 0;
  ::eventfd_read(wake_, &raised);
  deadline_ = deadline;
  failure_.reset();
  sent_ = false;
  untrusted_ = false;
}

void Wire::interrupt() { ::eventfd_write(wake_, 1); }

void Wire::close() {
  if (session_ && !failure_) SSL_shutdown(session_.get());
  ERR_clear_error();
  session_.reset();
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  buffer_.clear();
  consumed_ = 0;
}

bool Wire::reusable() const {
  if (fd_ < 0 || consumed_ < buffer_.size()) return false;
  pollfd poll_one{fd_, POLLIN, 0};
  if (::poll(&poll_one, 1, 0) == 0) return true;
  if (!session_) return false;
  // TLS 1.3 sends session tickets behind the handshake; they are not for us, nor a goodbye.
  ERR_clear_error();
  char byte = 0;
  const int outcome = SSL_peek(session_.get(), &byte, 1);
  return outcome <= 0 && SSL_get_error(session_.get(), outcome) == SSL_ERROR_WANT_READ;
}

bool Wire::fail(Error error) {
  if (!failure_) failure_ = std::move(error);
  return false;
}

/// Waits for the socket; false (with the failure noted) on interrupt, deadline or silence.
bool Wire::wait(short events, SteadyTime until, const char* doing) {
  if (deadline_) until = std::min(until, *deadline_);
  pollfd polls[] = {{fd_, events, 0}, {wake_, POLLIN, 0}};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now()).count();
    const int ready = ::poll(polls, 2, static_cast<int>(std::clamp<long long>(left, 0, 1 << 30)));
    if (ready < 0 && errno == EINTR) continue;
    if (polls[1].revents != 0) {
      return fail(
          {Code::kCancelled, "the call to " + endpoint_.authority() + " was cancelled", ""});
    }
    if (ready > 0) return true;
    break;
  }
  const std::string while_doing = std::string(" while ") + doing;
  if (deadline_ && now() >= *deadline_) {
    return fail(
        {Code::kDeadlineExceeded,
         endpoint_.authority() + " did not answer within the time of this call" + while_doing,
         sent_ ? "the request was sent: the work may have been done" : ""});
  }
  return fail({sent_ ? Code::kDeadlineExceeded : Code::kUnavailable,
               endpoint_.authority() + " timed out" + while_doing,
               sent_ ? "the request was sent: the work may have been done"
                     : "check address, port and firewall of the cluster node"});
}

bool Wire::open() {
  close();
  const SteadyTime until = now() + timeouts_.connect;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* raw = nullptr;
  const int status =
      ::getaddrinfo(endpoint_.host.c_str(), std::to_string(endpoint_.port).c_str(), &hints, &raw);
  const std::unique_ptr<addrinfo, FreeAddresses> list(raw);
  if (status != 0) {
    return fail(
        {Code::kUnavailable,
         "cannot resolve the host name " + endpoint_.host + " (" + gai_strerror(status) + ")",
         "check the cluster URL and this machine's DNS"});
  }
  std::string why = "no usable address";
  const bool connected = connect_to_any(list.get(), until, why);
  if (!connected) {
    close();
    return fail({Code::kUnavailable,
                 "cannot connect to " + endpoint_.authority() + " (" + why + ")",
                 "check that the node is up, that pveproxy runs and that no firewall is between"});
  }
  if (tls_ != nullptr && !shake_hands(until)) {
    close();
    return false;
  }
  return true;
}

/// Tries the addresses in the resolver's order, each with its share of the time left, so that a
/// silent IPv6 address does not hide a working IPv4 one.
bool Wire::connect_to_any(const addrinfo* list, SteadyTime until, std::string& why) {
  long left = 0;
  for (const addrinfo* it = list; it != nullptr; it = it->ai_next) ++left;
  for (; list != nullptr; list = list->ai_next, --left) {
    if (tls_ == nullptr && !is_loopback_address(*list)) continue;
    if (connect_to(*list, now() + (until - now()) / left, why)) return true;
    const bool next_may_do = failure_ && failure_->code == Code::kUnavailable && left > 1;
    if (next_may_do) failure_.reset();
    if (failure_) return false;
  }
  return false;
}

bool Wire::connect_to(const addrinfo& address, SteadyTime until, std::string& why) {
  close();
  fd_ = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) {
    why = errno_text(errno);
    return false;
  }
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  if (::connect(fd_, address.ai_addr, address.ai_addrlen) == 0) return true;
  int code = errno;
  if (code == EINPROGRESS) {
    if (!wait(POLLOUT, until, "connecting")) return false;
    socklen_t size = sizeof code;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &code, &size);
  }
  if (code != 0) why = errno_text(code);
  return code == 0;
}

bool Wire::shake_hands(SteadyTime until) {
  peer_ = {};
  session_ = tls_->start(fd_, peer_);
  if (!session_) return fail({Code::kInternal, "OpenSSL cannot start a session", ""});
  for (;;) {
    ERR_clear_error();
    const int outcome = SSL_do_handshake(session_.get());
    if (outcome == 1) return true;
    const int problem = SSL_get_error(session_.get(), outcome);
    if (problem != SSL_ERROR_WANT_READ && problem != SSL_ERROR_WANT_WRITE) break;
    const short events = problem == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    if (!wait(events, until, "shaking hands")) return false;
  }
  untrusted_ = !peer_.fingerprint.empty();
  return fail(tls_->refusal(peer_, endpoint_.authority()));
}

/// Waits for what OpenSSL or the socket wants after `outcome`; false at an end or a failure.
bool Wire::settle(int outcome, SteadyTime until, const char* doing) {
  const int saved = errno;
  short events = POLLIN;
  if (session_) {
    const int problem = SSL_get_error(session_.get(), outcome);
    if (problem == SSL_ERROR_ZERO_RETURN) return false;
    if (problem == SSL_ERROR_WANT_READ) return wait(POLLIN, until, doing);
    if (problem == SSL_ERROR_WANT_WRITE) return wait(POLLOUT, until, doing);
  } else {
    if (outcome == 0) return false;
    if (std::strcmp(doing, "sending") == 0) events = POLLOUT;
    if (saved == EAGAIN || saved == EINTR) return wait(events, until, doing);
  }
  return fail({Code::kUnavailable,
               "the connection to " + endpoint_.authority() + " broke while " + doing,
               sent_ ? "the request may have been carried out; check before repeating it" : ""});
}

bool Wire::fill() {
  buffer_.resize(kChunk);
  consumed_ = 0;
  const SteadyTime until = now() + timeouts_.io;
  for (;;) {
    ERR_clear_error();
    const int got = session_ ? SSL_read(session_.get(), buffer_.data(), static_cast<int>(kChunk))
                             : static_cast<int>(::recv(fd_, buffer_.data(), kChunk, 0));
    if (got > 0) {
      buffer_.resize(static_cast<std::size_t>(got));
      return true;
    }
    if (!settle(got, until, "waiting for the answer")) break;
  }
  buffer_.clear();
  return false;
}

ssize_t Wire::read(char* out, std::size_t size) {
  if (fd_ < 0 || failure_) return -1;
  // A peer that drips bytes never makes poll() wait, so the deadline is looked at here as well.
  if (deadline_ && now() >= *deadline_ && !wait(0, *deadline_, "receiving")) return -1;
  if (consumed_ == buffer_.size() && !fill()) return failure_ ? -1 : 0;
  const std::size_t count = std::min(size, buffer_.size() - consumed_);
  std::memcpy(out, buffer_.data() + consumed_, count);
  consumed_ += count;
  return static_cast<ssize_t>(count);
}

bool Wire::write(const char* data, std::size_t size) {
  if (fd_ < 0 || failure_) return false;
  const SteadyTime until = now() + timeouts_.io;
  while (size > 0) {
    ERR_clear_error();
    const int count = static_cast<int>(std::min<std::size_t>(size, 1U << 20U));
    const int done =
        session_
            ? SSL_write(session_.get(), data, count)
            : static_cast<int>(::send(fd_, data, static_cast<std::size_t>(count), MSG_NOSIGNAL));
    if (done > 0) {
      sent_ = true;
      data += done;
      size -= static_cast<std::size_t>(done);
    } else if (!settle(done, until, "sending")) {
      return fail({Code::kUnavailable,
                   "the connection to " + endpoint_.authority() + " was closed while sending", ""});
    }
  }
  return true;
}

}  // namespace pmx::proxmox
