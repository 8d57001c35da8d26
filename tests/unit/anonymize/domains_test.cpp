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

}  // namespace pmx::anonymize
