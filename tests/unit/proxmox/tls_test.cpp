// What can be said about trust without a connection; httplib_http_test.cpp shows the handshakes.
#include "proxmox/tls.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"

namespace pmx::proxmox {
namespace {

/// "AB:AB:...", 32 pairs.
std::string pin_of(const std::string& pair) {
  std::string out;
  for (int i = 0; i < 32; ++i) out += (i == 0 ? "" : ":") + pair;
  return out;
}

TlsContext context(const Trust& trust, const std::string& host = "pve1") {
  auto made = TlsContext::make(trust, host);
  REQUIRE(made.ok());
  return std::move(made).value();
}

}  // namespace

TEST_CASE("tls: a fingerprint is read with or without colons, in any case") {
  const std::string plain = "aB" + std::string(60, '0') + "9f";
  const auto normal = normal_fingerprint(plain);
  REQUIRE(normal.ok());
  CHECK(normal->starts_with("AB:00:"));
  CHECK(normal->ends_with(":00:9F"));
  CHECK(normal->size() == 95);
  CHECK(normal_fingerprint(*normal).value() == *normal);
}

TEST_CASE("tls: what is not exactly 32 pairs is refused, with the form to write") {
  const std::string good = pin_of("AB");
  const std::string rows[] = {"",
                              ":",
                              "AB:CD",
                              good + ":",
                              ":" + good,
                              good + ":AB",
                              good.substr(3),
                              good + "\n",
                              " " + good,
                              "sha256:" + good,
                              std::string(40, 'a'),  // SHA-1
                              std::string(63, 'a'),
                              std::string(65, 'a'),
                              std::string(63, 'a') + "g",
                              std::string(10'000, 'a')};
  for (const std::string& row : rows) {
    CAPTURE(row);
    const auto refused = normal_fingerprint(row);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == Code::kInvalidArgument);
    CHECK(refused.error().advice.find("AB:CD:") != std::string::npos);
  }
}

TEST_CASE("tls: a CA file must hold a certificate; a pin makes the file unnecessary") {
  char name[] = "/tmp/pmx-tls-XXXXXX";
  const std::string dir = mkdtemp(name);
  REQUIRE(write_private_file(dir + "/empty.pem", "").ok());
  REQUIRE(write_private_file(dir + "/text.pem", "-----BEGIN CERTIFICATE-----\nnonsense\n").ok());
  for (const std::string& path : {dir + "/none.pem", dir + "/empty.pem", dir + "/text.pem", dir}) {
    CAPTURE(path);
    const auto refused = TlsContext::make({path, ""}, "pve1");
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == Code::kInvalidArgument);
    CHECK(refused.error().message.find(path) != std::string::npos);
    CHECK(TlsContext::make({path, pin_of("AB")}, "pve1").ok());
  }
  std::filesystem::remove_all(dir);
  CHECK(TlsContext::make({"", "AB:CD"}, "pve1").error().code == Code::kInvalidArgument);
}

TEST_CASE("tls: a refusal says what was presented and how to trust it, for each kind of trust") {
  const PeerCertificate stranger{pin_of("CD"), "self-signed certificate"};
  const Error unknown = context({}).refusal(stranger, "pve1:8006");
  CHECK(unknown.code == Code::kUnavailable);
  CHECK(unknown.message ==
        "the certificate of pve1:8006 is not trusted (self-signed certificate); "
        "it presented SHA-256 " +
            pin_of("CD") + "; nothing was sent");
  CHECK(unknown.advice.find("PROXMOX_MPC_FINGERPRINT") != std::string::npos);

  const Error changed = context({"", pin_of("ab")}).refusal({pin_of("CD"), ""}, "pve1:8006");
  CHECK(changed.message.find("expected SHA-256 " + pin_of("AB") + ", presented " + pin_of("CD")) !=
        std::string::npos);
  CHECK(changed.advice.find("renewed") != std::string::npos);

  const Error no_tls = context({}).refusal({}, "pve1:8006");
  CHECK(no_tls.message == "the TLS handshake with pve1:8006 failed");
  CHECK(no_tls.advice.find("pveproxy") != std::string::npos);
}

}  // namespace pmx::proxmox
