// What the second look finds, wherever it stands, and what it passes.
#include "anonymize/leak.h"

#include <iterator>
#include <random>

#include "anonymize/chars.h"
#include "anonymize/unfold.h"
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

TEST_CASE(
    "leak: entities, wide and look-alike letters and invisible characters are read as meant") {
  Known cluster;
  for (const char* leak :
       {"&#110;autilus", "&#x6e;autilus", "naut&shy;ilus", "10&period;17&#46;4.20",
        "\uff4e\uff41\uff55\uff54\uff49\uff4c\uff55\uff53", "n\u0430utilus", "naut\u200bilus",
        "naut\u00adilus", "\uff11\uff10.17.4.20", "%26%23110%3Bautilus", "%EF%BD%8Eautilus",
        "%25%32%46nautilus", "%256eautilus", R"({"a":"&#110;autilus"})", R"({"a":"\uff4eautilus"})",
        R"({"a":"naut\u00adilus"})", "zq-Top&#47;Secret",
        "&#101;yJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x"}) {
    CAPTURE(leak);
    CHECK_FALSE(cluster.engine->check(leak).ok());
  }
  for (const char* row : {"M\u00fcnchen &amp; Z\u00fcrich", "&nautilu;s", "\u20ac 10 \u2013 17",
                          "&;&", "\xff\xc3", "&#110;autilu", "100%"}) {
    CAPTURE(row);
    CHECK(cluster.engine->check(row).ok());
  }
}

TEST_CASE("leak: a name in letters of another script is found as it is, and as it looks") {
  Cluster cluster(false);
  REQUIRE(cluster.engine->learn({{Name{Kind::kVm, "\u0441\u0435\u0440\u0432\u0435\u0440"}}}).ok());
  for (const char* leak :
       {"on \u0441\u0435\u0440\u0432\u0435\u0440.", "on &#1089;\u0435\u0440\u0432\u0435\u0440."}) {
    CAPTURE(leak);
    CHECK_FALSE(cluster.engine->check(leak).ok());
  }
}

using Spell = std::string (*)(const std::string&);
constexpr Spell kSpellings[] = {
    [](const std::string& v) { return v; }, [](const std::string& v) { return upper(v); },
    [](const std::string& v) { return "&#" + std::to_string(int{v[0]}) + ";" + v.substr(1); },
    [](const std::string& v) { return v.substr(0, 2) + "\u200b" + v.substr(2); },
    [](const std::string& v) { return v.substr(0, 3) + "&shy;" + v.substr(3); }};

TEST_CASE("leak: the second look finds what the engine must replace, and passes what it wrote") {
  Known cluster;
  static constexpr std::string_view kBefore[] = {"",  "VM 105 (x) ", "user root@pam, ", "a\nb\n",
                                                 "=", "\u201e",      "node/",           "| "};
  for (const std::string_view before : kBefore) {
    for (const Spell spell : kSpellings) {
      for (const char* value : {"nautilus", "pve-muc-01", "payroll-db", "acme-widgets.de"}) {
        const std::string in = std::string(before) + spell(value) + " ";
        CAPTURE(in);
        CHECK_FALSE(cluster.engine->check(in).ok());
        CHECK(cluster.engine->check(cluster.text(in)).ok());
      }
    }
  }
}

TEST_CASE("leak: whatever stands before a value, engine and second look never both let it pass") {
  Known cluster;
  std::mt19937 random(47);
  for (std::size_t i = 0; i < 3000; ++i) {
    std::string before;
    for (std::size_t part = random() % 4; part > 0; --part)
      before += kHostilePieces[random() % std::size(kHostilePieces)];
    if (before.find_first_of("\\%&") != std::string::npos) continue;
    const std::string value = kReal[random() % 4];
    const std::string in = before + " " + kSpellings[i % std::size(kSpellings)](value) + " ";
    CAPTURE(in);
    CHECK_FALSE(cluster.engine->check(in).ok());
    const std::string out = cluster.text(in);
    const std::string read = lower(plain_text(out).value_or(out));
    const bool left = contains(" " + read, " " + value + " ");
    CHECK_FALSE((left && cluster.engine->check(out).ok()));
  }
}

TEST_CASE("leak: a name in a field for versions and digests is replaced, not only held back") {
  Cluster cluster;
  const std::string name = cluster.name(Kind::kVm, "payroll-db");
  CHECK(cluster.json(R"({"version":"8.4.1 on payroll-db","digest":"payroll-db"})") ==
        R"({"version":"8.4.1 on )" + name + R"(","digest":")" + name + R"("})");
  const std::string packed = R"({"version":"8.4.1 bmFtZT1wYXlyb2xsLWRiIHBvcnQ9MjI="})";
  CHECK_FALSE(contains(cluster.json(packed), "bmFtZT1wYXlyb2xsLWRiIHBvcnQ9MjI="));
  const std::string kept =
      R"x({"version":"8.2.4.1","digest":"0123456789abcdef0123","kversion":"Linux 6.8.12-9-pve #1 SMP (2025-03-16T19:18Z)"})x";
  CHECK(cluster.json(kept) == kept);
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

TEST_CASE(
    "leak: a version stays where its numbers are an address elsewhere, unless they are large") {
  Cluster cluster;
  CHECK(cluster.text("8.2.4.77 and 91.12.3.9 are up") != "8.2.4.77 and 91.12.3.9 are up");
  for (const char* version :
       {"#before upgrade to 8.2.4.1", "release 8.2.4.1", "pve-manager/8.2.4.1"}) {
    CAPTURE(version);
    CHECK(cluster.text(version) == version);
    CHECK(cluster.engine->check(version).ok());
  }
  CHECK_FALSE(contains(cluster.text("release 91.12.3.4"), "91.12.3"));
  CHECK_FALSE(cluster.engine->check("release 91.12.3.4").ok());
  CHECK_FALSE(cluster.engine->check("up at 8.2.4.1").ok());
}

TEST_CASE("leak: known names in places that have a form of their own are replaced") {
  Cluster cluster;
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kName, "Pelkami Haxdex"}}).ok());
  for (const char* in :
       {"-----BEGIN RSA (nautilus) KEY-----\nMIIEvQIB\n-----END nautilus KEY-----\n",
        "role:Reader:VM.Audit, (nautilus):\ngroup:a:b::,,nautilus:\n",
        "ldap: corp\n\tbase_dn ou=people, (nautilus) dc=corp,dc=local\n",
        "x (%3APelkami Haxdex%3A) y", "path /srv/%3Apelkami haxdex/log"}) {
    CAPTURE(in);
    const std::string out = cluster.text(in);
    CAPTURE(out);
    CHECK_FALSE(contains(out, "nautilus"));
    CHECK_FALSE(contains(out, "elkami"));
    CHECK(cluster.engine->check(out).ok());
    CHECK(cluster.text(out) == out);
  }
}

}  // namespace pmx::anonymize
