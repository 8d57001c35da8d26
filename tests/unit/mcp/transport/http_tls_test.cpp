#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <memory>
#include <vector>

#include "tests/unit/mcp/transport/http_fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

template <auto Function>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    Function(pointer);
  }
};

/// A self-signed certificate and its key in a folder of their own.
class Certificate {
 public:
  Certificate() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pmx-tls-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    tls.certificate_file = (folder_ / "certificate.pem").string();
    tls.key_file = (folder_ / "key.pem").string();
    write();
  }
  ~Certificate() { std::filesystem::remove_all(folder_); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  HttpTls tls;

 private:
  void write() const {
    const std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>> key(EVP_EC_gen("P-256"));
    const std::unique_ptr<X509, Free<X509_free>> made(X509_new());
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -300);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 86400);
    X509_set_pubkey(made.get(), key.get());
    X509_NAME* name = X509_get_subject_name(made.get());
    constexpr std::array<unsigned char, 5> kName{"test"};
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, kName.data(), -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    REQUIRE(X509_sign(made.get(), key.get(), EVP_sha256()) != 0);
    const std::unique_ptr<BIO, Free<BIO_free>> certificate(
        BIO_new_file(tls.certificate_file.c_str(), "w"));
    const std::unique_ptr<BIO, Free<BIO_free>> secret(BIO_new_file(tls.key_file.c_str(), "w"));
    REQUIRE(PEM_write_bio_X509(certificate.get(), made.get()) == 1);
    REQUIRE(PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                     nullptr) == 1);
  }

  std::filesystem::path folder_;
};

class TlsClient final : public Client {
 public:
  explicit TlsClient(std::uint16_t port, const std::string& protocol = "http/1.1",
                     int newest = TLS1_3_VERSION)
      : Client(port), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_max_proto_version(context_.get(), newest);
    SSL_CTX_set_security_level(context_.get(), 0);
    ssl_.reset(SSL_new(context_.get()));
    const std::string list = static_cast<char>(protocol.size()) + protocol;
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(list.data()),
                        static_cast<unsigned>(list.size()));
    SSL_set_fd(ssl_.get(), fd_);
    connected = SSL_connect(ssl_.get()) == 1;
  }
  ~TlsClient() override = default;

  bool send(std::string_view bytes) override {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }

  [[nodiscard]] std::string protocol() const {
    const unsigned char* chosen = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &chosen, &size);
    return {reinterpret_cast<const char*>(chosen), size};
  }

  /// True when the server said goodbye before it closed.
  [[nodiscard]] bool got_goodbye() const {
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }

  bool connected = false;

 protected:
  long receive(char* into, std::size_t size) override {
    return SSL_read(ssl_.get(), into, static_cast<int>(size));
  }

 private:
  std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, Free<SSL_free>> ssl_;
};

HttpOptions with(const Certificate& certificate) {
  HttpOptions options;
  options.tls = certificate.tls;
  return options;
}

}  // namespace

TEST_CASE("http over tls: serves requests, large bodies both ways, and says goodbye") {
  const Certificate certificate;
  Site site(with(certificate));
  CHECK(site.server->url().starts_with("https://127.0.0.1:"));
  TlsClient client(site.port());
  REQUIRE(client.connected);
  CHECK(client.protocol() == "http/1.1");
  for (int i = 0; i < 20; ++i) {
    REQUIRE(client.send(post("/tls", std::string(1000, 'x'))));
    CHECK(client.answer().body == cleared("POST /tls? 1000").bytes());
  }
  REQUIRE(client.send(post("/hold", std::string(3'000'000, 'x'))));
  const auto exchange = site.take();
  REQUIRE(exchange);
  CHECK(exchange->request().body.size() == 3'000'000);
  const Cleared large = cleared(std::string(5'000'000, 'y'));
  exchange->respond(200, {}, large);
  CHECK(client.answer().body == large.bytes());
  REQUIRE(client.send(get("/bye", "Connection: close\r\n")));
  CHECK(client.answer().status == 200);
  CHECK(client.ends());
  CHECK(client.got_goodbye());
}

TEST_CASE("http over tls: streams, disconnects and pipelining work as without") {
  const Certificate certificate;
  Site site(with(certificate));
  TlsClient client(site.port());
  REQUIRE(client.connected);
  REQUIRE(client.send(get("/a") + get("/b") + get("/hold")));
  CHECK(client.answer().body == cleared("GET /a? 0").bytes());
  CHECK(client.answer().body == cleared("GET /b? 0").bytes());
  const auto exchange = site.take();
  REQUIRE(exchange);
  REQUIRE(exchange->open_stream({}));
  CHECK(client.answer(false).status == 200);
  for (int i = 0; i < 50; ++i) {
    CHECK(exchange->event(cleared(std::string(1000, 'e')), std::to_string(i)));
  }
  CHECK(client.until("id: 49\n").ends_with("id: 49\n"));
  client.close();
  CHECK(wait_for(exchange->gone()));
}

TEST_CASE("http over tls: a slow reader's stream is dropped") {
  const Certificate certificate;
  HttpOptions options = with(certificate);
  options.max_backlog = 500'000;
  Site site(options);
  TlsClient client(site.port());
  REQUIRE(client.connected);
  REQUIRE(client.send(get("/hold")));
  const auto exchange = site.take();
  REQUIRE(exchange);
  REQUIRE(exchange->open_stream({}));
  const Cleared data = cleared(std::string(100'000, 'x'));
  int sent = 0;
  while (exchange->event(data) && sent < 10'000) ++sent;
  CHECK(sent < 10'000);
  CHECK(wait_for(exchange->gone()));
}

TEST_CASE("http over tls: refuses old versions, other protocols, plain text and silence") {
  const Certificate certificate;
  HttpOptions options = with(certificate);
  options.handshake_timeout = std::chrono::milliseconds(100);
  Site site(options);
  CHECK_FALSE(TlsClient(site.port(), "http/1.1", TLS1_1_VERSION).connected);
  CHECK_FALSE(TlsClient(site.port(), "h2").connected);
  CHECK(TlsClient(site.port(), "http/1.1", TLS1_2_VERSION).connected);
  Client plain(site.port());
  plain.send(get("/"));
  CHECK(plain.ends());
  CHECK(plain.rest.find("HTTP") == std::string::npos);
  Client silent(site.port());
  CHECK(silent.ends());
}

TEST_CASE("http over tls: connections beyond the limit get their 503 too") {
  const Certificate certificate;
  HttpOptions options = with(certificate);
  options.max_connections = 1;
  Site site(options);
  TlsClient first(site.port());
  REQUIRE(first.send(get("/")));
  CHECK(first.answer().status == 200);
  TlsClient second(site.port());
  CHECK(second.answer().status == 503);
}

TEST_CASE("http over tls: says which file cannot be used") {
  const Certificate certificate;
  const Certificate other;
  for (const HttpTls& tls : {HttpTls{"/nonexistent/certificate.pem", certificate.tls.key_file},
                             HttpTls{certificate.tls.certificate_file, "/nonexistent/key.pem"},
                             HttpTls{certificate.tls.certificate_file, other.tls.key_file}}) {
    HttpOptions options;
    options.tls = tls;
    const auto started = HttpServer::start(options, [](const std::shared_ptr<HttpExchange>&) {});
    REQUIRE_FALSE(started.ok());
    CHECK(started.error().code == Code::kInvalidArgument);
    CHECK(started.error().message.find(".pem") != std::string::npos);
  }
}
