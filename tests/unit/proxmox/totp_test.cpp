// RFC 6238, appendix B, for SHA-1, the last six digits.
#include "proxmox/totp.h"

#include <doctest/doctest.h>

namespace pmx::proxmox {
namespace {

constexpr const char* kBase32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

SystemTime at(std::int64_t seconds) { return SystemTime(std::chrono::seconds(seconds)); }

}  // namespace

TEST_CASE("totp: the codes of the RFC") {
  struct Row {
    std::int64_t seconds;
    const char* code;
  };
  const Secret key = parse_totp_key(kBase32).value();
  CHECK(key.expose() == "12345678901234567890");
  for (const Row& row : {Row{59, "287082"}, Row{1'111'111'109, "081804"},
                         Row{1'111'111'111, "050471"}, Row{1'234'567'890, "005924"},
                         Row{2'000'000'000, "279037"}, Row{20'000'000'000, "353130"}}) {
    CAPTURE(row.seconds);
    CHECK(totp_code(key, totp_period(at(row.seconds))) == row.code);
  }
}

TEST_CASE("totp: a key longer than a block is hashed first") {
  const Secret key(std::string(80, '\xAA'));
  CHECK(totp_code(key, 1) != totp_code(Secret(std::string(64, '\xAA')), 1));
}

TEST_CASE("totp: the secret is read in each form that PVE and authenticators show") {
  for (const std::string& text :
       {std::string(kBase32), std::string("gezd gnbv gy3t qojq gezd gnbv gy3t qojq"),
        std::string(kBase32) + "====",
        std::string("otpauth://totp/Proxmox%20VE:ops@pve?secret=") + kBase32 +
            "&period=30&digits=6&algorithm=SHA1&issuer=Proxmox",
        std::string("otpauth://totp/x?issuer=a&secret=") + kBase32}) {
    CAPTURE(text);
    REQUIRE(parse_totp_key(text).ok());
    CHECK(parse_totp_key(text)->expose() == "12345678901234567890");
    CHECK(totp_text(text).expose() == kBase32);
  }
}

TEST_CASE("totp: the text of a secret is spelled in one or in fours, large or small") {
  std::vector<std::string> spellings;
  for (const Secret& one : totp_spellings(Secret("GEZDGNBVGY")))
    spellings.emplace_back(one.expose());
  CHECK(spellings ==
        std::vector<std::string>{"GEZDGNBVGY", "gezdgnbvgy", "GEZD GNBV GY", "gezd gnbv gy"});
}

TEST_CASE("totp: a bad secret is refused and not repeated") {
  for (const std::string& text :
       {std::string(), std::string("GEZDGNBV"), std::string("S3CRET!S3CRET!S3CRET!"),
        std::string("otpauth://hotp/x?secret=") + kBase32, std::string("otpauth://totp/x"),
        std::string("otpauth://totp/x?digits=8&secret=") + kBase32,
        std::string("otpauth://totp/x?algorithm=SHA256&secret=") + kBase32}) {
    CAPTURE(text);
    const auto bad = parse_totp_key(text);
    REQUIRE_FALSE(bad.ok());
    CHECK(bad.error().code == Code::kInvalidArgument);
    CHECK(bad.error().text().find("S3CRET") == std::string::npos);
    CHECK(bad.error().text().find(kBase32) == std::string::npos);
  }
}

}  // namespace pmx::proxmox
