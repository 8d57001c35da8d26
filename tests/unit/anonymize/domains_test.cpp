// Domains: one pseudonym wherever they stand.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "anonymize/chars.h"
#include "fixture.h"

namespace pmx::anonymize {
namespace {

/// What replaces `value` in each of the texts, where it stands for "{}".
std::vector<std::string> shown(Cluster& cluster, std::string_view value,
                               const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (const std::string& text : texts) {
    const std::size_t at = text.find("{}");
    const std::string before = text.substr(0, at);
    const std::string after = text.substr(at + 2);
    const std::string whole = before + std::string(value) + after;
    const std::string got = whole.starts_with('{') ? cluster.json(whole) : cluster.text(whole);
    CHECK_MESSAGE(cluster.reveal(got) == whole, got);
    out.push_back(got.substr(before.size(), got.size() - before.size() - after.size()));
  }
  return out;
}

const std::vector<std::string> kPlaces = {"host {} is up",
                                          "searchdomain: {}",
                                          "search {}",
                                          "domain={}",
                                          "qm set 100 --searchdomain {} --x",
                                          "https://{}/",
                                          "host: {}",
                                          "targets={}",
                                          R"({"searchdomain":"{}"})",
                                          R"({"dnszone":"{}"})",
                                          R"({"targets":"{}"})",
                                          R"({"realm":"{}"})"};

}  // namespace

TEST_CASE(
    "domains: a known one has one pseudonym, whoever owns its suffix and wherever it stands") {
  for (const char* domain :
       {"int.roquefeuil.corp", "roquefeuil.corp", "lab.roquefeuil.home.arpa", "int.roquefeuil.de",
        "roquefeuil.co.uk", "roquefeuil.ts.net", "pve.roquefeuil.zzz"}) {
    Cluster cluster(false);
    REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kDomain, domain}}).ok());
    auto all = shown(cluster, domain, kPlaces);
    all.push_back(shown(cluster, domain, {"zone {}_old"}).front());
    all.push_back(cluster.name(Kind::kDomain, domain));
    for (const std::string& one : all) CHECK_MESSAGE(one == all.front(), domain);
    CHECK_FALSE(contains(all.front(), "roquefeuil"));
    const auto below = shown(cluster, "a." + std::string(domain), kPlaces);
    for (const std::string& one : below) CHECK(lower(one) == below.front());
    CHECK(below.front().ends_with('.' + all.front()));
  }
}

TEST_CASE("domains: what is known by a name with a domain is read as in text") {
  for (const Kind kind : {Kind::kNode, Kind::kStorage, Kind::kName, Kind::kRealm}) {
    Cluster cluster(false);
    REQUIRE(cluster.engine->learn(std::vector<Name>{{kind, "pve7.roquefeuil.lan"}}).ok());
    const auto all = shown(cluster, "pve7.roquefeuil.lan", kPlaces);
    for (const std::string& one : all) CHECK(lower(one) == lower(all.front()));
  }
}

TEST_CASE("domains: hosts of countries, services and exports are hosts") {
  for (const char* text :
       {"from mx31.klient-abcd.vn (x)", "_acme-challenge.mx31.acme-abcd.de. 300 IN TXT",
        "/srv 10.0.0.0/24(ro) mx31.acme-abcd.de(rw)", "mx31.acme-abcd.com.vn"}) {
    Cluster cluster(false);
    const std::string out = cluster.text(text);
    CHECK_MESSAGE(!contains(out, "mx31"), out);
    CHECK_FALSE(contains(out, "abcd"));
    CHECK(cluster.text(out) == out);
    CHECK(cluster.reveal(out) == text);
  }
}

TEST_CASE("domains: what programs write in the form of hosts and users stays") {
  Cluster cluster;
  for (const char* text :
       {"https://slack.com/api/auth.test", "<system.net>", "ntpd 4.2.8p15@1.3728-o",
        "# User@Host: x", "UPID:pve9:00001234:00005678:68000000:cephcreateosd:sdb:root@pam:"})
    CHECK(contains(cluster.text(text), std::string_view(text).substr(text[0] == 'U' ? 38 : 0)));
  CHECK(cluster.json(R"({"iface":"nic0","name":"nic1"})") == R"({"iface":"nic0","name":"nic1"})");
  CHECK(cluster.text("[client.rgw.pve-muc-01]\n") ==
        "[client.rgw." + cluster.name(Kind::kNode, "pve-muc-01") + "]\n");
}

TEST_CASE("addresses: a port behind all groups, a MAC without separators where one is filtered") {
  Cluster cluster;
  for (const char* text :
       {"tcp6 0 0 2a01:4f8:12:34:56:78:9a:bc:3128 2a01:4f8:12:34:56:78:9a:bd:51234 ESTABLISHED",
        "filter.ID_NET_NAME_MAC = \"*bc2411aabbcc\"", "filter.ID_SERIAL = \"*S6XNNG0T123456*\""}) {
    const std::string out = cluster.text(text);
    for (const char* value : {":12:34:56:", "bc2411aabbcc", "S6XNNG0T123456"})
      CHECK_MESSAGE(!contains(out, value), out);
    CHECK(cluster.text(out) == out);
    CHECK(cluster.reveal(out) == text);
  }
  CHECK(cluster.text("mac = \"hmac-sha2-256\"") == "mac = \"hmac-sha2-256\"");
}

TEST_CASE("domains: hosts below .test are hosts, whatever their first label is") {
  for (const char* text : {"https://erp.test/", "https://fw1.test:8006/", "ping mail.test"}) {
    Cluster cluster;
    const std::string out = cluster.text(text);
    for (const char* host : {"erp.", "fw1.", "mail."}) CHECK_MESSAGE(!contains(out, host), out);
    CHECK(cluster.reveal(out) == text);
  }
}

TEST_CASE("lists: a priority or colours stand behind a name, and no half of an address") {
  Cluster cluster;
  for (const char* json : {R"({"nodes":"fd00:12:34::5"})", R"({"targets":"fd00:12:34::5,x"})"})
    CHECK_MESSAGE(!contains(cluster.json(json), ":12:34:"), cluster.json(json));
  CHECK(contains(cluster.json(R"({"nodes":"kelp:3,drift7:1"})"), ":3,"));
  CHECK(contains(cluster.json(R"({"color-map":"kelp:ff0000:00ff00"})"), ":ff0000:00ff00"));
}

TEST_CASE("tasks: a disk is called as the kernel calls it in tasks on disks only") {
  Cluster cluster;
  const auto upid = [](const std::string& what) {
    return "UPID:pve9:00001234:00005678:68000000:" + what + ":root@pam:";
  };
  for (const char* stays : {"cephcreateosd:sdb", "wipedisk:nvme0n1", "diskinit:nvme1n2p3"})
    CHECK(contains(cluster.text(upid(stays)), stays));
  for (const char* goes : {"zfscreate:nvme1-acme", "zfscreate:vdi", "wipedisk:nvme1-acme"})
    CHECK_FALSE(contains(cluster.text(upid(goes)), goes));
}

}  // namespace pmx::anonymize
