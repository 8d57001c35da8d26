// TLS trust for one cluster: system CAs, a CA file or a pinned certificate, checked inside the
// handshake so that an untrusted server never receives a request byte. There is no way to turn the
// check off. Thread-safe after construction; a session belongs to one connection.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace pmx::proxmox {

/// Whom to trust; both empty = the CAs of the system.
struct Trust {
  std::string ca_file;      ///< PEM bundle; empty = the system's CAs
  std::string fingerprint;  ///< SHA-256 of the server's own certificate, "AB:CD:..."; wins over CAs
};

/// What a server showed in its handshake.
struct PeerCertificate {
  std::string fingerprint;  ///< SHA-256 "AB:CD:...", empty when none was shown
  std::string problem;      ///< why it is not trusted; empty when it is, or a pin mismatch
  std::string subject{};    ///< "CN=...,O=...": printable, whatever the server put there
  std::string issuer{};
  std::string not_before{};  ///< "2026-01-31T12:00:00.000Z"
  std::string not_after{};
};

struct SslFree {
  void operator()(ssl_st* ssl) const;
};
using TlsSession = std::unique_ptr<ssl_st, SslFree>;

/// The trust of one cluster, ready for any number of connections. Movable, not copyable.
class TlsContext {
 public:
  /// Loads the trust; `host` is what certificates must name (a DNS name or an IP address).
  /// kInvalidArgument for a malformed fingerprint or an unreadable CA file.
  static Result<TlsContext> make(const Trust& trust, const std::string& host);

  TlsContext(TlsContext&&) noexcept;
  TlsContext& operator=(TlsContext&&) noexcept;
  ~TlsContext();

  /// A client session over the non-blocking socket `fd`; the verdict lands in `peer`, which
  /// outlives it. Null when OpenSSL is out of memory.
  TlsSession start(int fd, PeerCertificate& peer) const;

  /// Says why a handshake failed and how to trust the server; `authority` names it.
  [[nodiscard]] Error refusal(const PeerCertificate& peer, const std::string& authority) const;

 private:
  struct Inner;
  explicit TlsContext(std::unique_ptr<Inner> inner);
  std::unique_ptr<Inner> inner_;
};

/// "AB:CD:..." from 64 hex digits with or without colons, any case; kInvalidArgument otherwise.
Result<std::string> normal_fingerprint(std::string_view text);

}  // namespace pmx::proxmox
