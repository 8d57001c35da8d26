// A server on 127.0.0.1 for the transport's tests: plain or TLS with a certificate made on the
// spot. It answers each request with raw bytes from a function and counts what reaches it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

struct ssl_ctx_st;

namespace pmx::proxmox {

class TinyServer {
 public:
  /// Raw bytes to send back; "" closes the connection, nothing keeps it open and silent. Bytes that
  /// end in kCut are sent without it and the connection is closed.
  using Handler = std::function<std::optional<std::string>(const std::string& request)>;
  static constexpr std::string_view kCut = "<cut>";

  enum class Mode { kPlain, kTls, kSilentTls };  ///< kSilentTls accepts and never shakes hands

  /// `names` is the certificate's subjectAltName, as OpenSSL reads it.
  TinyServer(Mode mode, Handler handler, const std::string& names = "IP:127.0.0.1,DNS:localhost");
  ~TinyServer();
  TinyServer(const TinyServer&) = delete;
  TinyServer& operator=(const TinyServer&) = delete;

  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const;
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }
  [[nodiscard]] const std::string& certificate_pem() const { return pem_; }

  [[nodiscard]] std::size_t connections() const { return connections_; }
  [[nodiscard]] std::size_t request_bytes() const { return request_bytes_; }
  [[nodiscard]] std::vector<std::string> requests();

  void wait_for_connections(std::size_t count);
  void wait_for_requests(std::size_t count);
  void wait_for_closed(std::size_t count);

 private:
  void make_certificate(const std::string& names);
  void accept_loop();
  void serve(int fd);
  void talk(const std::function<int(char*, int)>& read,
            const std::function<int(const char*, int)>& write);

  const Mode mode_;
  const Handler handler_;
  std::string fingerprint_, pem_;
  std::shared_ptr<ssl_ctx_st> tls_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<std::size_t> connections_{0}, request_bytes_{0};
  std::size_t closed_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> requests_;
  std::vector<int> open_;
  std::vector<std::jthread> workers_;
  std::jthread acceptor_;
};

/// "HTTP/1.1 200 OK" with the body, kept alive.
std::string ok_answer(const std::string& body, const std::string& headers = "");

}  // namespace pmx::proxmox
