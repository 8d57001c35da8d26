#include "sim/certificate.h"

#include <doctest/doctest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

namespace pmx::sim {

TEST_CASE("certificate: each one is new and names its address") {
  const auto first = make_certificate("127.0.0.1");
  const auto second = make_certificate("127.0.0.1");
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  CHECK(first->fingerprint != second->fingerprint);
  CHECK(first->key_pem.find("PRIVATE KEY") != std::string::npos);
  CHECK_FALSE(make_certificate("not an address").ok());
}

TEST_CASE("certificate: certificate and key belong together, for IPv4 and IPv6") {
  for (const char* address : {"127.0.0.1", "::1", "0.0.0.0"}) {
    CAPTURE(address);
    const auto made = make_certificate(address);
    REQUIRE(made.ok());
    boost::asio::ssl::context tls(boost::asio::ssl::context::tls_server);
    boost::system::error_code failed;
    tls.use_certificate_chain(boost::asio::buffer(made->certificate_pem), failed);
    CHECK_FALSE(failed);
    tls.use_private_key(boost::asio::buffer(made->key_pem), boost::asio::ssl::context::pem, failed);
    CHECK_FALSE(failed);  // OpenSSL refuses a key of another certificate
    CHECK(made->fingerprint.size() == 95);
    CHECK(made->fingerprint.find_first_not_of("0123456789ABCDEF:") == std::string::npos);
  }
}

}  // namespace pmx::sim
