// One connection to the PVE API: TCP, TLS and bytes, with an absolute deadline and an interrupt
// that another thread may raise at any moment. No HTTP here. Thread-confined to the call that uses
// it, except interrupt().
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/context.h"
#include "proxmox/endpoint.h"
#include "proxmox/tls.h"

struct addrinfo;

namespace pmx::proxmox {

/// How long each step may take when the call itself has no nearer deadline.
struct WireTimeouts {
  std::chrono::milliseconds connect{10'000};  ///< TCP and TLS together
  std::chrono::milliseconds io{60'000};       ///< silence while writing or reading
};

/// A connection that is opened, used by one call at a time, and kept for the next. After a failure
/// failure() says why and the rest of the call fails too.
class Wire {
 public:
  /// `tls` (null = plain text) outlives the wire. Connects nothing yet.
  Wire(const Endpoint& endpoint, const TlsContext* tls, WireTimeouts timeouts);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// Starts a call: forgets the last failure and interrupt, and sets the call's limit.
  void begin(std::optional<SteadyTime> deadline);

  /// Makes the blocked or next operation of this call fail with kCancelled. Any thread.
  void interrupt();

  /// Resolves, connects and shakes hands. Resolution follows the resolver's own timeouts.
  bool open();
  /// Says goodbye when TLS is healthy, and forgets what was received. begin() and open() start
  /// anew.
  void close();

  /// False when closed, or when the idle connection has something to say (usually goodbye).
  [[nodiscard]] bool reusable() const;

  /// Reads at least one byte; 0 at an orderly end, -1 on failure.
  ssize_t read(char* out, std::size_t size);
  /// Writes all of it; false on failure, when a part may have left.
  bool write(const char* data, std::size_t size);

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool sent_anything() const { return sent_; }
  /// Whether the last handshake ended because the certificate is not trusted.
  [[nodiscard]] bool untrusted() const { return untrusted_; }
  /// What the server showed in the last handshake.
  [[nodiscard]] const PeerCertificate& peer() const { return peer_; }
  /// Why the last operation of this call failed.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  bool fail(Error error);
  bool connect_to_any(const addrinfo* list, SteadyTime until, std::string& why);
  bool connect_to(const addrinfo& address, SteadyTime until, std::string& why);
  bool shake_hands(SteadyTime until);
  bool wait(short events, SteadyTime until, const char* doing);
  bool fill();
  bool settle(int outcome, SteadyTime until, const char* doing);

  const Endpoint& endpoint_;
  const TlsContext* const tls_;
  const WireTimeouts timeouts_;
  const int wake_;  // eventfd: raised by interrupt()
  int fd_ = -1;
  PeerCertificate peer_;
  TlsSession session_;
  std::optional<SteadyTime> deadline_;
  std::optional<Error> failure_;
  bool sent_ = false;
  bool untrusted_ = false;
  std::string buffer_;  // received, not yet read
  std::size_t consumed_ = 0;
};

}  // namespace pmx::proxmox
