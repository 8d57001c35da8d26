#include "anonymize/pseudonym.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "anonymize/address.h"

namespace pmx::anonymize {
namespace {

Scheme scheme() { return Scheme(Secret(std::string(32, 's'))); }

}  // namespace

TEST_CASE("pseudonym: names verify themselves in any case, damaged ones do not") {
  const Scheme under_test = scheme();
  const std::string name = under_test.name(Kind::kVm, "payroll-db", 0);
  CHECK(name.starts_with("vm-"));
  CHECK(name.size() == 10);
  CHECK(under_test.name(Kind::kVm, "payroll-db", 0) == name);
  CHECK(under_test.name(Kind::kVm, "payroll-db", 1) != name);
  const auto shape = under_test.read_name(name + " is up", 0);
  REQUIRE(shape);
  CHECK(shape->verified);
  CHECK(shape->end == name.size());
  CHECK(under_test.read_name("VM-" + name.substr(3), 0)->canonical == name);
  CHECK_FALSE(under_test.read_name(name + "7", 0));
  CHECK_FALSE(under_test.read_name("vm-database", 0));
  std::size_t verified = 0;
  for (int i = 0; i < 1000; ++i) {
    std::string forged = under_test.name(Kind::kVm, std::to_string(i), 0);
    forged[4] = forged[4] == 'k' ? 'm' : 'k';
    const auto read = under_test.read_name(forged, 0);
    if (read && read->verified) ++verified;
  }
  CHECK(verified < 10);
}

TEST_CASE("pseudonym: networks get a short name that fits SDN ids and interfaces") {
  const Scheme under_test = scheme();
  const std::string name = under_test.name(Kind::kNetwork, "officenet", 0);
  CHECK(name.size() == 7);
  CHECK(name.front() == 'n');
  CHECK(under_test.read_name(name, 0)->verified);
}

TEST_CASE("pseudonym: private blocks keep class and prefix relations and are injective") {
  const Scheme under_test = scheme();
  std::set<std::uint32_t> seen;
  for (std::uint32_t block = 0; block < 4096; ++block) {
    const std::uint32_t real = 0xAC100000U | block << 8;
    const std::uint32_t shown = under_test.ipv4_block(real, 0);
    CHECK((shown >> 20) == 0xF21U);
    seen.insert(shown);
  }
  CHECK(seen.size() == 4096);
  const auto of = [&](std::uint32_t real) { return under_test.ipv4_block(real, 0); };
  CHECK((of(0x0A110400U) >> 16) == (of(0x0A110500U) >> 16));
  CHECK((of(0x0A110400U) >> 16) != (of(0x0A120400U) >> 16));
  CHECK((of(0x0A110400U) >> 9 == of(0x0A110500U) >> 9));
  CHECK(is_pseudonym_ipv4(of(0x0A110400U)));
  CHECK(is_pseudonym_ipv4(of(0xCB007100U)));
  CHECK_FALSE(is_pseudonym_ipv4(0x0A110400U));
}

TEST_CASE("pseudonym: IPv6 blocks keep the site and the number of digits") {
  const Scheme under_test = scheme();
  const auto one = under_test.ipv6_block({0x2001, 0xdb8, 7, 1, 0, 0, 0, 1}, 0);
  const auto two = under_test.ipv6_block({0x2001, 0xdb8, 7, 2, 0, 0, 0, 1}, 0);
  CHECK(one[0] == kGlobalMarker);
  CHECK(one[1] == two[1]);
  CHECK(one[2] == two[2]);
  CHECK((one[1] >= 0x100 && one[1] <= 0xFFF));
  CHECK((one[2] >= 1 && one[2] <= 0xF));
  CHECK(under_test.ipv6_block({0xfd12, 0, 0, 0, 0, 0, 0, 1}, 0)[0] == kLocalMarker);
  CHECK(under_test.ipv6_block({0xfd12, 0, 0, 0, 0, 0, 0, 1}, 0)[1] == 0);
}

TEST_CASE("pseudonym: MAC addresses carry the marker and their origin, UUIDs their version") {
  const Scheme under_test = scheme();
  CHECK(canonical_mac(under_test.mac({0xBC, 0x24, 0x11, 1, 2, 3}, 0)).starts_with("0a:51:"));
  CHECK(canonical_mac(under_test.mac({0x52, 0x54, 0x00, 1, 2, 3}, 0)).starts_with("0a:52:"));
  CHECK(canonical_mac(under_test.mac({0x00, 0x1B, 0x21, 1, 2, 3}, 0)).starts_with("0a:50:"));
  const std::string uuid = under_test.uuid("3b1f2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d", 0);
  CHECK(is_uuid_at(uuid, 0));
  CHECK(uuid.substr(14, 2) == "85");
}

}  // namespace pmx::anonymize
