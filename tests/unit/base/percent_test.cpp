#include "base/percent.h"

#include <doctest/doctest.h>

using pmx::percent_decode;
using pmx::percent_encode;

TEST_CASE("percent: every byte survives the round trip, and only unreserved ones stay bare") {
  for (int c = 0; c < 256; ++c) {
    CAPTURE(c);
    const std::string text(1, static_cast<char>(c));
    const std::string encoded = percent_encode(text);
    const bool bare = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      std::string_view("-._~").find(static_cast<char>(c)) != std::string_view::npos;
    CHECK(encoded.size() == (bare ? 1U : 3U));
    CHECK(percent_decode(encoded).value() == text);
  }
}

TEST_CASE("percent: what PVE splits values on is encoded") {
  // Unescaped, "net0=virtio,bridge=vmbr0" loses everything after its second "=".
  CHECK(percent_encode("a=b;c&d+e f:!") == "a%3Db%3Bc%26d%2Be%20f%3A%21");
  CHECK(percent_encode("UPID:n:0:0:0:t::u@r!t:").find_first_of(":!@") == std::string::npos);
}

TEST_CASE("percent: either case of hex digits is read, and plus is a plus") {
  CHECK(percent_decode("%c3%A4").value() == "\xC3\xA4");
  CHECK(percent_decode("a+b").value() == "a+b");
  CHECK(percent_decode("%2525").value() == "%25");  // decoded once, not until it stops changing
}

TEST_CASE("percent: broken escapes are refused") {
  for (const char* bad : {"%", "%4", "%zz", "a%2", "%%41", "%-1", "% 1", "%0x41"}) {
    CAPTURE(bad);
    CHECK(percent_decode(bad).error().code == pmx::Code::kInvalidArgument);
  }
}
