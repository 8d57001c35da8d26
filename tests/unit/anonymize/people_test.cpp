#include "anonymize/people.h"

#include <algorithm>

#include "anonymize/chars.h"
#include "fixture.h"

namespace pmx::anonymize {

TEST_CASE("people: the display name before an address is a person") {
  Cluster cluster;
  for (const char* row :
       {"Owner: Oskar Brandstetter <o.brandstetter@corp.example>",
        "please ask Oskar Brandstetter <o.brandstetter@corp.example> first",
        "Contact Oskar Brandstetter <ob@corp.example>",
        "To: \"Brandstetter, Oskar\" <ob@corp.example>", "Owner: oskar <ob@corp.example>",
        "- Anna-Lena von Brandstetter <x@corp.example>, Oskar Petrov <y@corp.example>"}) {
    CAPTURE(row);
    const std::string out = cluster.text(row);
    CAPTURE(out);
    CHECK_FALSE(contains(lower(out), "oskar"));
    CHECK_FALSE(contains(lower(out), "brandstetter"));
    CHECK(contains(out, "person-"));
    CHECK(cluster.text(out) == out);
    CHECK(cluster.reveal(out) == row);
    CHECK(cluster.engine->check(out).ok());
  }
}

TEST_CASE("people: what is no display name stays") {
  Cluster cluster;
  for (const char* row : {"if a < b and c > d", "use <node> here", "Then it fails <see below>",
                          "The Cluster <b>Status</b>"}) {
    CAPTURE(row);
    CHECK(cluster.text(row) == row);
  }
  CHECK(cluster.text("Proxmox Support Team <support@proxmox.com>")
            .starts_with("Proxmox Support Team <"));
}

TEST_CASE("people: a known person is found in every spelling of the name") {
  Cluster cluster;
  REQUIRE(cluster.engine
              ->learn(std::vector<Name>{{Kind::kPerson, "Oskar Brandstetter"},
                                        {Kind::kPerson, "J\xc3\xb6rg M\xc3\xbcllermann"},
                                        {Kind::kPerson, "Mia List"}})
              .ok());
  for (const char* row : {"call Oskar Brandstetter", "OSKAR BRANDSTETTER", "oskar brandstetter",
                          "Brandstetter, Oskar", "ask Brandstetter!", "BRANDSTETTER"}) {
    CAPTURE(row);
    const std::string out = cluster.text(row);
    CHECK_FALSE(contains(lower(out), "brandstetter"));
    CHECK(cluster.reveal(out) == row);
    CHECK_FALSE(cluster.engine->check(row).ok());
  }
  CHECK_FALSE(contains(cluster.text("J\xc3\x96RG M\xc3\x9cLLERMANN"), "LLERMANN"));
  CHECK_FALSE(contains(cluster.text("Mia List"), "Mia"));
  CHECK(cluster.text("the list") == "the list");
}

TEST_CASE("people: the fields of a user name a person") {
  Cluster cluster(false);
  const std::string out = cluster.json(
      R"([{"userid":"ob@pve","firstname":"Oskar","lastname":"O'Brandt","comment":"Elif Petrov"},{"userid":"x@pve","comment":"read only for backups"},{"log":"Oskar O'Brandt, PETROV"}])");
  CAPTURE(out);
  CHECK_FALSE(contains(out, "Oskar"));
  CHECK_FALSE(contains(out, "Brandt"));
  CHECK_FALSE(contains(out, "etrov"));
  CHECK_FALSE(contains(out, "PETROV"));
  CHECK(contains(out, R"("comment":"read only for backups")"));
  CHECK(cluster.json(out) == out);
  CHECK(cluster.engine->check(out).ok());
}

TEST_CASE("people: spellings") {
  const auto found = spellings_of_person("Anna Schmidt");
  for (const char* spelling : {"Anna Schmidt", "Schmidt, Anna", "Schmidt"})
    CHECK(std::find(found.begin(), found.end(), spelling) != found.end());
  const auto short_one = spellings_of_person("Anna Web");
  CHECK(std::find(short_one.begin(), short_one.end(), "Web") == short_one.end());
  CHECK(is_person("Oskar von Brandstetter"));
  CHECK_FALSE(is_person("Backup User"));
  CHECK_FALSE(is_person("read only"));
}

TEST_CASE("people: names with letters that look like others are found as they are written") {
  for (const char* name : {"Piet Yıldırım", "Ольга Соколова", "Νίκος Παπαδόπουλος"}) {
    CAPTURE(name);
    Cluster cluster;
    REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kPerson, name}}).ok());
    const std::string in = "please ask " + std::string(name) + " for the key";
    const std::string out = cluster.text(in);
    CHECK_FALSE(contains(out, name));
    CHECK(cluster.engine->check(out).ok());
    CHECK(cluster.reveal(out) == in);
    CHECK(cluster.text(out) == out);
  }
}

TEST_CASE("people: each part of a name is one") {
  Cluster cluster;
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kPerson, "Emre Kelpmann"}}).ok());
  const std::string out = cluster.text("the phones of Emre and of Kelpmann");
  CHECK_FALSE(contains(out, "Emre"));
  CHECK_FALSE(contains(out, "Kelpmann"));
  CHECK(cluster.reveal(out) == "the phones of Emre and of Kelpmann");
}

TEST_CASE("people: known names in capitals of other alphabets have the pseudonym of the name") {
  Cluster cluster;
  REQUIRE(cluster.engine
              ->learn(std::vector<Name>{{Kind::kPerson, "Anna Górecka"},
                                        {Kind::kPerson, "Đức Trịnhvăn"},
                                        {Kind::kPerson, "Žanete Παπαδάκη"},
                                        {Kind::kPerson, "Олена Шевчук"}})
              .ok());
  for (const char* text : {"GÓRECKA", "ĐỨC TRỊNHVĂN", "ŽANETE ΠΑΠΑΔΆΚΗ", "TRỊNHVĂN", "ОЛЕНА ШЕВЧУК"}) {
    const std::string out = cluster.text(std::string("ask ") + text + " first");
    CHECK_MESSAGE(!contains(out, text), out);
    CHECK(cluster.reveal(out) == std::string("ask ") + text + " first");
  }
}

TEST_CASE("people: a known customer whose name ends in a dot is one behind every label") {
  Cluster cluster;
  for (const char* name : {"Yildizlar Tekstil A.S.", "Halongex Reefer Sp. z o.o."})
    REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kName, name}}).ok());
  for (const char* name : {"Yildizlar Tekstil A.S.", "Halongex Reefer Sp. z o.o."}) {
    const std::string shown = cluster.text(std::string(name) + " x");
    for (const char* label : {"ORG:", "tenant: ", "*Customer:* ", "see "})
      CHECK(cluster.text(label + std::string(name) + " x") == label + shown);
  }
}

}  // namespace pmx::anonymize
