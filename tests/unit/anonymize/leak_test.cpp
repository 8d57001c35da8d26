// What the second look finds, wherever it stands, and what it passes.
#include "anonymize/leak.h"

#include <random>

#include "fixture.h"
#include "hostile.h"

namespace pmx::anonymize {
namespace {

/// Real values that the cluster knows after it has shown them once.
constexpr const char* kReal[] = {"nautilus",
                                 "pve-muc-01",
                                 "payroll-db",
                                 "acme-widgets.de",
                                 "10.17.4.20",
                                 "203.0.113.9",
                                 "bc:24:11:8a:1b:2c",
                                 "BC-24-11-8A-1B-2C",
                                 "bc24.118a.1b2c",
                                 "2001:db8:7:1::25",
                                 "3b1f2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d",
                                 "zq-Top/Secret",
                                 "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x",
                                 "-----BEGIN PRIVATE KEY-----\nabc"};

struct Known : Cluster {
  Known() {
    engine->guard_secret(Secret("zq-Top/Secret"));
    for (const char* value : kReal) text(value);
  }
};

}  // namespace

TEST_CASE("leak: a real value is found at any place of any length of text") {
  Known cluster;
  for (const char* value : kReal) {
    for (std::size_t before = 0; before < 70; ++before) {
      CAPTURE(value);
      CAPTURE(before);
      const std::string in = std::string(before, ' ') + value;
      CHECK_FALSE(cluster.engine->check(in).ok());
      CHECK_FALSE(cluster.engine->check(in + "\n" + std::string(before, '.')).ok());
    }
  }
}

TEST_CASE("leak: a real value is found beside anything that ends it") {
  Known cluster;
  std::mt19937 random(31);
  static constexpr std::string_view kEnds[] = {" ", "\n", "\"", "'", "(", ")", ",", ";", "/", "="};
  for (int i = 0; i < 2000; ++i) {
    std::string in;
    for (std::size_t part = random() % 5; part > 0; --part)
      in += kHostilePieces[random() % std::size(kHostilePieces)];
    if (in.find('\\') != std::string::npos || in.find('%') != std::string::npos) continue;
    in += kEnds[random() % std::size(kEnds)];
    in += kReal[random() % 4];
    in += kEnds[random() % std::size(kEnds)];
    CAPTURE(in);
    CHECK_FALSE(cluster.engine->check(in).ok());
  }
}

TEST_CASE("leak: encodings are undone, one in the other") {
  Known cluster;
  for (const char* leak : {R"({"a":"n\u0061utilus"})", R"({"a":"x\/nautilus"})", "%6eautilus",
                           "a%2Fnautilus%2f", R"({"a":"%6e\u0061utilus"})",
                           R"({"a":"{\"b\":\"10.17.4.20\"}"})", "10%2e17.4.20", R"(\\nautilus)"}) {
    CAPTURE(leak);
    CHECK_FALSE(cluster.engine->check(leak).ok());
  }
}

TEST_CASE("leak: what stands in several layers is counted once") {
  Known cluster;
  for (const char* leak :
       {"nautilus", R"(ACME\x nautilus)", R"(\x nautilus %41)", "nautilus %41"}) {
    CAPTURE(leak);
    const auto found = cluster.engine->check(leak);
    REQUIRE_FALSE(found.ok());
    CHECK(contains(found.error().text(), "1 name"));
  }
}

TEST_CASE("leak: times, versions and pseudonyms pass") {
  Known cluster;
  for (const char* row : {"12:34:56 8.2.4 6.8.12-4-pve 2026-11-27T12:34:56Z", "241.17.4.20",
                          "prenautilusx", "a:b:c 1:2:3:4 ::1 00:00:00:00:00:00", "e.J eyJ J", ""}) {
    CAPTURE(row);
    CHECK(cluster.engine->check(row).ok());
  }
  for (const char* value : kReal) CHECK(cluster.engine->check(cluster.text(value)).ok());
}

TEST_CASE("leak: of many names with one beginning each is found") {
  Cluster cluster(false);
  std::vector<Name> names;
  for (int i = 0; i < 3000; ++i) names.push_back({Kind::kVm, "guest-" + std::to_string(i) + "x"});
  for (int i = 0; i < 3000; ++i) names.push_back({Kind::kVm, "q" + std::to_string(i) + "xyz"});
  REQUIRE(cluster.engine->learn(names).ok());
  for (const Name& name : names) CHECK_FALSE(cluster.engine->check("on " + name.value + ".").ok());
  CHECK(cluster.engine->check("guest-9000x q9000xyz").ok());
}

}  // namespace pmx::anonymize
