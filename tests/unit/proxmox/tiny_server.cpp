#include "tiny_server.h"

#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>

namespace pmx::proxmox {

TinyServer::TinyServer(Mode mode, Handler handler, const std::string& names)
    : mode_(mode), handler_(std::move(handler)) {
  std::signal(SIGPIPE, SIG_DFL);  // the client must not rely on a process that ignores it
  if (mode_ != Mode::kPlain) make_certificate(names);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(listener_, 64);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_loop(); });
}

TinyServer::~TinyServer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  workers_.clear();
}

std::string TinyServer::url(const std::string& host) const {
  return (mode_ == Mode::kPlain ? "http://" : "https://") + host + ":" + std::to_string(port_);
}

std::vector<std::string> TinyServer::requests() {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void TinyServer::wait_for_connections(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return connections_ >= count; });
}

void TinyServer::wait_for_requests(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return requests_.size() >= count; });
}

void TinyServer::wait_for_closed(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ >= count; });
}

void TinyServer::make_certificate(const std::string& names) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  const std::array<unsigned char, 5> text{'t', 'i', 'n', 'y', 0};
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text.data(), 4, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(certificate, key, EVP_sha256());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &size);
  for (unsigned int i = 0; i < size; ++i) {
    std::array<char, 4> pair{};
    std::snprintf(pair.data(), pair.size(), "%s%02X", i == 0 ? "" : ":", digest[i]);
    fingerprint_ += pair.data();
  }
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, certificate);
  std::array<char, 4096> pem{};
  const int length = BIO_read(memory, pem.data(), static_cast<int>(pem.size()));
  pem_.assign(pem.data(), static_cast<std::size_t>(length));
  BIO_free(memory);
  tls_.reset(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_use_certificate(tls_.get(), certificate);
  SSL_CTX_use_PrivateKey(tls_.get(), key);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

void TinyServer::accept_loop() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const std::lock_guard lock(mutex_);
    ++connections_;
    open_.push_back(fd);
    workers_.emplace_back([this, fd] { serve(fd); });
    changed_.notify_all();
  }
}

void TinyServer::serve(int fd) {
  sigset_t broken_pipe;  // OpenSSL's socket writes raise it; only this server's threads ignore it
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  if (mode_ == Mode::kTls) {
    SSL* ssl = SSL_new(tls_.get());
    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1) {
      talk([ssl](char* out, int size) { return SSL_read(ssl, out, size); },
           [ssl](const char* data, int size) { return SSL_write(ssl, data, size); });
    }
    SSL_shutdown(ssl);
    SSL_free(ssl);
  } else if (mode_ == Mode::kPlain) {
    talk(
        [fd](char* out, int size) {
          return static_cast<int>(::recv(fd, out, static_cast<std::size_t>(size), 0));
        },
        [fd](const char* data, int size) {
          return static_cast<int>(::send(fd, data, static_cast<std::size_t>(size), MSG_NOSIGNAL));
        });
  } else {
    char byte = 0;
    while (::recv(fd, &byte, 1, 0) > 0) {
    }
  }
  const std::lock_guard lock(mutex_);
  std::erase(open_, fd);
  ::close(fd);
  ++closed_;
  changed_.notify_all();
}

void TinyServer::talk(const std::function<int(char*, int)>& read,
                      const std::function<int(const char*, int)>& write) {
  std::string pending;
  std::array<char, 4096> chunk{};
  for (;;) {
    std::size_t end = pending.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::size_t mark = pending.find("Content-Length: ");
      end += 4 + (mark < end ? std::stoul(pending.substr(mark + 16)) : 0);
    }
    if (end > pending.size()) {
      const int got = read(chunk.data(), static_cast<int>(chunk.size()));
      if (got <= 0) return;
      request_bytes_ += static_cast<std::size_t>(got);
      pending.append(chunk.data(), static_cast<std::size_t>(got));
      continue;
    }
    const std::string request = pending.substr(0, end);
    pending.erase(0, end);
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      changed_.notify_all();
    }
    auto answer = handler_(request);
    if (!answer) continue;
    const bool cut = answer->ends_with(kCut);
    if (cut) answer->resize(answer->size() - kCut.size());
    for (std::size_t done = 0; done < answer->size();) {
      const int sent = write(answer->data() + done, static_cast<int>(answer->size() - done));
      if (sent <= 0) return;
      done += static_cast<std::size_t>(sent);
    }
    if (cut || answer->empty()) return;
  }
}

std::string ok_answer(const std::string& body, const std::string& headers) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=UTF-8\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace pmx::proxmox
