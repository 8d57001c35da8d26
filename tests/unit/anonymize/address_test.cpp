#include "anonymize/address.h"

#include <doctest/doctest.h>

#include <string_view>

namespace pmx::anonymize {

TEST_CASE("address: dotted quads stand alone") {
  CHECK(read_ipv4("10.1.2.3", 0)->value == 0x0A010203U);
  CHECK(read_ipv4("at 10.1.2.3.", 3)->end == 11);
  for (const char* bad : {"10.1.2", "10.1.2.256", "10.1.02.3", "1.2.3.4.5", "10.1.2.3a"}) {
    CAPTURE(bad);
    CHECK_FALSE(read_ipv4(bad, 0));
  }
  CHECK_FALSE(read_ipv4("1.10.1.2.3", 2));
}

TEST_CASE("address: IPv6 is written as it was spelled") {
  for (const char* text : {"2001:db8::1", "2001:DB8::A", "::1",
                           "fe80::", "::", "2001:0db8:0000:0000:0000:0000:0000:0001",
                           "2001:db8:0:0:0:0:0:1", "1:2:3:4:5:6:7:8"}) {
    CAPTURE(text);
    const auto address = read_ipv6(text, 0);
    REQUIRE(address);
    CHECK(address->end == std::string_view(text).size());
    CHECK(format_ipv6(address->groups, *address) == text);
  }
}

TEST_CASE("address: times, symbols and MAC addresses are no IPv6") {
  for (const char* text : {"12:34:56", "bc:24:11:8a:1b:2c", "1::2::3", "12345::1", "a:b"}) {
    CAPTURE(text);
    CHECK_FALSE(read_ipv6(text, 0));
  }
  CHECK_FALSE(read_ipv6("PVE::ab", 5));
}

TEST_CASE("address: MAC addresses keep separator and case") {
  for (const char* text : {"bc:24:11:8a:1b:2c", "BC-24-11-8A-1B-2C", "bc24.118a.1b2c"}) {
    CAPTURE(text);
    const auto mac = read_mac(text, 0);
    REQUIRE(mac);
    CHECK(canonical_mac(mac->octets) == "bc:24:11:8a:1b:2c");
    CHECK(format_mac(mac->octets, *mac) == text);
  }
  CHECK_FALSE(read_mac("bc:24:11:8a:1b:2c:dd", 0));
  CHECK(hex_pairs_at("aa:bb:cc", 0) == 3);
}

TEST_CASE("address: UUIDs") {
  CHECK(is_uuid_at("3b1f2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d", 0));
  CHECK_FALSE(is_uuid_at("3b1f2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d0", 0));
  CHECK_FALSE(is_uuid_at("3b1f2c4d-5e6f-4a7b-8c9d", 0));
}

}  // namespace pmx::anonymize
