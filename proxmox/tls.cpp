#include "proxmox/tls.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <ctime>

#include "base/clock.h"
#include "base/crypto.h"

namespace pmx::proxmox {
namespace {

template <auto F>
struct Free {
  template <class T>
  void operator()(T* p) const {
    F(p);
  }
};

constexpr int kPeerSlot = 0;  // SSL ex_data index reserved by OpenSSL for applications

std::string with_colons(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i % 2 == 0) out += ':';
    const char c = digits[i];
    out += c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

std::string fingerprint_of(X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (certificate == nullptr || X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) {
    return "";
  }
  return with_colons(crypto::hex(std::string(digest.begin(), digest.begin() + size)));
}

std::string name_text(const X509_NAME* name) {
  const std::unique_ptr<BIO, Free<BIO_free_all>> out(BIO_new(BIO_s_mem()));
  if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return "";
  std::array<char, 512> text{};
  const int size = BIO_read(out.get(), text.data(), static_cast<int>(text.size()));
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : "";
}

std::string time_text(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "";
  return format_time(SystemTime(std::chrono::seconds(timegm(&parts))));
}

void read_certificate(X509* certificate, PeerCertificate& peer) {
  peer.fingerprint = fingerprint_of(certificate);
  if (peer.fingerprint.empty()) return;
  peer.subject = name_text(X509_get_subject_name(certificate));
  peer.issuer = name_text(X509_get_issuer_name(certificate));
  peer.not_before = time_text(X509_get0_notBefore(certificate));
  peer.not_after = time_text(X509_get0_notAfter(certificate));
}

// A socket BIO that writes with MSG_NOSIGNAL: OpenSSL's own raises SIGPIPE when the server is gone.
int bio_write(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const auto fd = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
  const ssize_t sent = ::send(fd, data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_flags(bio, BIO_FLAGS_WRITE | 8);
  return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  const auto fd = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
  const ssize_t got = ::recv(fd, data, static_cast<std::size_t>(size), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_flags(bio, BIO_FLAGS_READ | 8);
  return static_cast<int>(got);
}

long bio_ctrl(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP ? 1 : 0;
}

const BIO_METHOD* quiet_socket() {
  static_assert(BIO_FLAGS_SHOULD_RETRY == 8);
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "quiet socket");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_ctrl);
    return made;
  }();
  return kMethod;
}

/// OpenSSL's whole verification: the pin decides alone, otherwise chain, dates and host name do.
int verify(X509_STORE_CTX* store, void* pin_text) {
  const auto& pin = *static_cast<const std::string*>(pin_text);
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* peer = static_cast<PeerCertificate*>(SSL_get_ex_data(ssl, kPeerSlot));
  read_certificate(X509_STORE_CTX_get0_cert(store), *peer);
  if (!pin.empty()) {
    const bool same = !peer->fingerprint.empty() && peer->fingerprint == pin;
    X509_STORE_CTX_set_error(store, same ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
    return same ? 1 : 0;
  }
  if (X509_verify_cert(store) == 1) return 1;
  peer->problem = X509_verify_cert_error_string(X509_STORE_CTX_get_error(store));
  return 0;
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

}  // namespace

void SslFree::operator()(ssl_st* ssl) const { SSL_free(ssl); }

struct TlsContext::Inner {
  std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>> context;
  std::string pin;  // normal form; OpenSSL's callback points here
  std::string host;
  bool host_is_address = false;
};

TlsContext::TlsContext(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;
TlsContext::~TlsContext() = default;

Result<TlsContext> TlsContext::make(const Trust& trust, const std::string& host) {
  auto inner = std::make_unique<Inner>();
  inner->host = host;
  inner->host_is_address = is_address(host);
  if (!trust.fingerprint.empty()) {
    PMX_TRY(inner->pin, normal_fingerprint(trust.fingerprint));
  }
  inner->context.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* context = inner->context.get();
  if (context == nullptr) return Error{Code::kInternal, "OpenSSL has no TLS client", ""};
  SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, verify, &inner->pin);
  X509_VERIFY_PARAM* rules = SSL_CTX_get0_param(context);
  if (inner->host_is_address) {
    X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str());
  } else {
    X509_VERIFY_PARAM_set1_host(rules, host.c_str(), host.size());
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  }
  if (inner->pin.empty() && trust.ca_file.empty()) SSL_CTX_set_default_verify_paths(context);
  if (inner->pin.empty() && !trust.ca_file.empty()) {
    // A certificate in the operator's own file is trusted as it is, also without its issuer.
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
    if (SSL_CTX_load_verify_locations(context, trust.ca_file.c_str(), nullptr) != 1) {
      ERR_clear_error();
      return Error{Code::kInvalidArgument,
                   "the CA file " + trust.ca_file + " holds no readable PEM certificate",
                   "copy /etc/pve/pve-root-ca.pem of a cluster node and point "
                   "PROXMOX_MPC_CA_FILE at it"};
    }
  }
  return TlsContext(std::move(inner));
}

TlsSession TlsContext::start(int fd, PeerCertificate& peer) const {
  TlsSession session(SSL_new(inner_->context.get()));
  BIO* bio = session ? BIO_new(quiet_socket()) : nullptr;
  if (bio == nullptr) return nullptr;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a BIO carries nothing but a pointer
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
  BIO_set_init(bio, 1);
  SSL_set_bio(session.get(), bio, bio);
  SSL_set_ex_data(session.get(), kPeerSlot, &peer);
  if (!inner_->host_is_address) {
    std::string name = inner_->host;
    SSL_ctrl(session.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  }
  SSL_set_connect_state(session.get());
  return session;
}

Error TlsContext::refusal(const PeerCertificate& peer, const std::string& authority) const {
  if (peer.fingerprint.empty()) {
    return {Code::kUnavailable, "the TLS handshake with " + authority + " failed",
            "check that the PVE API (pveproxy) listens there"};
  }
  if (!inner_->pin.empty()) {
    return {Code::kUnavailable,
            "the certificate of " + authority + " is not the pinned one: expected SHA-256 " +
                inner_->pin + ", presented " + peer.fingerprint + "; nothing was sent",
            "if the certificate was renewed, compare with `pvenode cert info` on the node and pin "
            "the new one: proxmox-mpc trust " +
                authority +
                ", or PROXMOX_MPC_FINGERPRINT; if it was not, somebody else answers there"};
  }
  return {Code::kUnavailable,
          "the certificate of " + authority + " is not trusted (" + peer.problem +
              "); it presented SHA-256 " + peer.fingerprint + "; nothing was sent",
          "compare the fingerprint with `pvenode cert info` on the node, then pin it "
          "(proxmox-mpc trust " +
              authority +
              ", or PROXMOX_MPC_FINGERPRINT), or point PROXMOX_MPC_CA_FILE "
              "at a copy of "
              "/etc/pve/pve-root-ca.pem"};
}

Result<std::string> normal_fingerprint(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == ':') continue;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (hex) digits += c;
    if (!hex || digits.size() > 64) break;
  }
  std::string out = with_colons(digits);
  const bool plain = text.size() == 64;
  if (digits.size() != 64 || (!plain && text.size() != out.size())) {
    return Error{Code::kInvalidArgument, "the fingerprint is not a SHA-256 value",
                 "write 32 hexadecimal pairs, \"AB:CD:...\", as `pvenode cert info` shows them"};
  }
  return out;
}

}  // namespace pmx::proxmox
