#include "proxmox/endpoint.h"

#include <doctest/doctest.h>

#include <random>

namespace pmx::proxmox {

TEST_CASE("endpoint: the forms people paste lead to the same place") {
  struct Row {
    const char* url;
    bool tls;
    const char* host;
    int port;
    const char* authority;
  };
  const Row rows[] = {
      {"https://pve1.example.org", true, "pve1.example.org", 8006, "pve1.example.org:8006"},
      {"https://pve1:443", true, "pve1", 443, "pve1:443"},
      {"https://pve1:8006/", true, "pve1", 8006, "pve1:8006"},
      {"https://pve1:8006/api2/json", true, "pve1", 8006, "pve1:8006"},
      {"https://pve1:8006/api2/json//", true, "pve1", 8006, "pve1:8006"},
      {"https://10.0.0.1:1", true, "10.0.0.1", 1, "10.0.0.1:1"},
      {"https://pve1:65535", true, "pve1", 65535, "pve1:65535"},
      {"https://[fd00::8]", true, "fd00::8", 8006, "[fd00::8]:8006"},
      {"https://[fd00::8]:443/", true, "fd00::8", 443, "[fd00::8]:443"},
      {"https://[fe80::1%eth0]:443", true, "fe80::1%eth0", 443, "[fe80::1%eth0]:443"},
      {"http://localhost:8006", false, "localhost", 8006, "localhost:8006"},
      {"http://127.8.9.10", false, "127.8.9.10", 8006, "127.8.9.10:8006"},
      {"http://[::1]:80", false, "::1", 80, "[::1]:80"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    const auto endpoint = parse_endpoint(row.url);
    REQUIRE(endpoint.ok());
    CHECK(endpoint->tls == row.tls);
    CHECK(endpoint->host == row.host);
    CHECK(endpoint->port == row.port);
    CHECK(endpoint->authority() == row.authority);
  }
}

TEST_CASE("endpoint: everything else is refused, and no password is repeated") {
  struct Row {
    const char* url;
    const char* says;
  };
  const Row rows[] = {
      {"", "does not start with https://"},
      {"pve1", "does not start with https://"},
      {"ftp://pve1", "does not start with https://"},
      {" https://pve1", "does not start with https://"},
      {"https://", "no usable host name"},
      {"https://:8006", "no usable host name"},
      {"https://[]:8006", "no IPv6 address in its brackets"},
      {"https://pve 1", "no usable host name"},
      {"https://pve1\r\nX: y", "no usable host name"},
      {"https://fd00::8", "no valid port"},
      {"https://pve1:", "no valid port"},
      {"https://pve1:0", "no valid port"},
      {"https://pve1:+80", "no valid port"},
      {"https://pve1:65536", "no valid port"},
      {"https://pve1:99999999999999999999", "no valid port"},
      {"https://pve1:80x", "no valid port"},
      {"https://[pve1]", "no IPv6 address in its brackets"},
      {"https://[10.0.0.1]:8006", "no IPv6 address in its brackets"},
      {"https://[1:2:3]", "no IPv6 address in its brackets"},
      {"https://[::1]8006", "malformed after ']'"},
      {"https://[::1", "no ']'"},
      {"https://pve1/login", "has a path or query"},
      {"https://pve1?x=1", "has a path or query"},
      {"https://pve1#top", "has a path or query"},
      {"https://root@pam:S3CRET@pve1", "contains user information"},
      {"https://root:S3/CRET@pve1", "the cluster URL has"},
      {"http://pve1", "unencrypted"},
      {"http://[fd00::8]", "unencrypted"},
      {"http://127.0.0.1.evil.org", "unencrypted"},
      {"http://localhost.evil.org", "unencrypted"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    const auto endpoint = parse_endpoint(row.url);
    REQUIRE_FALSE(endpoint.ok());
    CHECK(endpoint.error().code == Code::kInvalidArgument);
    CHECK(endpoint.error().message.find(row.says) != std::string::npos);
    CHECK(endpoint.error().text().find("S3") == std::string::npos);
    CHECK_FALSE(endpoint.error().advice.empty());
  }
}

TEST_CASE("endpoint: loopback is what cannot leave this machine, by name or address") {
  for (const char* host : {"localhost", "127.0.0.1", "127.255.255.254", "::1"})
    CHECK(is_loopback_host(host));
  for (const char* host : {"", "128.0.0.1", "0.0.0.0", "127.1", "0127.0.0.1", "127.0.0.1.",
                           "::", "::2", "::ffff:10.0.0.1", "localhost.", "local", "[::1]"}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback_host(host));
  }
  using namespace std::string_view_literals;
  CHECK_FALSE(is_loopback_host("127.0.0.1\0.evil.org"sv));
}

TEST_CASE("endpoint: whatever the URL, plain http stays on loopback") {
  const std::string seed = "http://127.0.0.1:8006/api2/json";
  const std::string_view letters = "/:@[]?#.%01a ";
  std::mt19937 random(3);
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string url = seed;
    for (std::size_t edits = 1 + random() % 3; edits > 0; --edits) {
      const std::size_t at = random() % url.size();
      if (random() % 2 == 0) {
        url.erase(at, 1);
      } else {
        url.insert(at, 1, letters[random() % letters.size()]);
      }
    }
    const auto endpoint = parse_endpoint(url);
    if (!endpoint.ok()) continue;
    ++accepted;
    CAPTURE(url);
    CHECK((endpoint->tls || is_loopback_host(endpoint->host)));
    const auto again =
        parse_endpoint((endpoint->tls ? "https://" : "http://") + endpoint->authority());
    REQUIRE(again.ok());
    CHECK(again->host == endpoint->host);
    CHECK(again->port == endpoint->port);
  }
  CHECK(accepted > 100);
}

}  // namespace pmx::proxmox
