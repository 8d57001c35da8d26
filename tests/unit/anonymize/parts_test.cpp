// The small tables: kinds, kept values, words, field rules, the map in memory, the dictionary.
#include <doctest/doctest.h>

#include "anonymize/dictionary.h"
#include "anonymize/field_rules.h"
#include "anonymize/keep.h"
#include "anonymize/words.h"

namespace pmx::anonymize {

TEST_CASE("kind: every kind is listed once, and has a code of its own") {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    CHECK(kKinds[i] == static_cast<Kind>(i));
    CHECK(kind_of_code(kind_code(kKinds[i])) == kKinds[i]);
  }
  CHECK_FALSE(kind_of_code("nonsense"));
}

TEST_CASE("keep: standard names stay for the kinds they are standard for") {
  for (const char* name : {"vmbr0", "bond1", "enp3s0f1", "tap100i0", "local-lvm", "rpool",
                           "docker0", "idrac", "proxmox", "standalone"})
    CHECK(is_kept_name(name));
  CHECK_FALSE(is_kept_name("idrac57"));  // a board of a host, and the host's name with it
  CHECK(is_kept_name("mail", Kind::kUser));
  CHECK_FALSE(is_kept_name("mail", Kind::kVm));
  CHECK_FALSE(is_kept_name("vmbroffice"));
  CHECK_FALSE(is_kept_name("ethel"));
}

TEST_CASE("keep: masks and special addresses stay, ordinary ones do not") {
  for (const std::uint32_t value : {0xFFFFFF00U, 0xFFFFFFFFU, 0U, 0x000000FFU, 0x7F000001U,
                                    0xE0000001U, 0x08080808U, 0xFC000000U})
    CHECK(is_kept_ipv4(value));
  for (const std::uint32_t value : {0x0A000001U, 0x01020304U, 0xC0A80101U, 0xCB007109U})
    CHECK_FALSE(is_kept_ipv4(value));
  CHECK(is_kept_mac({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}));
  CHECK_FALSE(is_kept_mac({0xBC, 0x24, 0x11, 0, 0, 1}));
  CHECK(is_kept_ipv6({0, 0, 0, 0, 0, 0, 0, 1}));
  CHECK_FALSE(is_kept_ipv6({0xfd00, 1, 0, 0, 0, 0, 0, 1}));
}

TEST_CASE("keep: suffixes and vendors") {
  CHECK(public_suffix_labels("acme.de") == 1);
  CHECK(public_suffix_labels("acme.co.uk") == 2);
  CHECK(public_suffix_labels("foo.service") == 0);
  CHECK(is_vendor_host("download.proxmox.com"));
  CHECK_FALSE(is_vendor_host("notproxmox.com"));
}

TEST_CASE("words: plain talk and PVE's vocabulary are words, names are not") {
  for (const char* word : {"guest", "list", "node", "cluster", "status", "overview", "backup",
                           "gateway", "maxmem", "cluster_overview"})
    CHECK(is_common_word(word));
  CHECK_FALSE(is_common_word("nautilus"));
}

TEST_CASE("field rules: the key decides, whatever its spelling") {
  CHECK(field_rule("cipassword").treatment == Treatment::kSecret);
  CHECK(field_rule("Client_Secret").treatment == Treatment::kSecret);
  CHECK(field_rule("MYSQL_PASSWORD").treatment == Treatment::kSecret);
  CHECK(field_rule("node").kind == Kind::kNode);
  CHECK(field_rule("digest").treatment == Treatment::kKeep);
  CHECK(field_rule("uptime").treatment == Treatment::kText);
  CHECK(field_rule("").treatment == Treatment::kText);
}

TEST_CASE("mapping: the first claim holds and a pseudonym has one owner") {
  MemoryMapping mapping;
  const MapRow first{0, Kind::kVm, "a", "vm-1"};
  CHECK(mapping.claim(std::vector<MapRow>{first}).value()[0].id == 1);
  const MapRow again{0, Kind::kNode, "a", "vm-2"};
  CHECK(mapping.claim(std::vector<MapRow>{again}).value()[0].pseudonym == "vm-1");
  const MapRow clash{0, Kind::kVm, "b", "vm-1"};
  CHECK(mapping.claim(std::vector<MapRow>{clash}).value()[0].pseudonym.empty());
  CHECK(mapping.load(0).value().size() == 1);
  CHECK(mapping.load(1).value().empty());
}

TEST_CASE("ledger: a pseudonym that is taken gives way to the next candidate") {
  const Scheme scheme(Secret(std::string(32, 's')));
  MemoryMapping mapping;
  const MapRow squatter{0, Kind::kVm, "squatter", scheme.name(Kind::kVm, "wanted", 0)};
  REQUIRE(mapping.claim(std::vector<MapRow>{squatter}).ok());
  Ledger ledger(scheme, mapping);
  REQUIRE(ledger.issue(std::vector<Want>{{Kind::kVm, "wanted", {}, false}}).ok());
  CHECK(ledger.by_real("wanted")->pseudonym == scheme.name(Kind::kVm, "wanted", 1));
}

TEST_CASE("dictionary: longest name first, at edges only, plurals too") {
  const Scheme scheme(Secret(std::string(32, 's')));
  MemoryMapping mapping;
  Ledger ledger(scheme, mapping);
  REQUIRE(ledger
              .issue(std::vector<Want>{{Kind::kVm, "falcon", {}, false},
                                       {Kind::kVm, "falcon-db", {}, false},
                                       {Kind::kVm, "web", {}, false}})
              .ok());
  Dictionary dictionary(ledger);
  dictionary.absorb();
  CHECK(dictionary.longest_at("FALCON-DB x", 0).end == 9);
  CHECK(dictionary.longest_at("falcon-dbx", 0).end == 6);
  CHECK(dictionary.longest_at("falcons", 0).end == 6);
  CHECK(dictionary.longest_at("falcon7", 0).end == 6);
  CHECK(dictionary.longest_at("falconry", 0).entry == nullptr);
  CHECK(dictionary.longest_at("web", 0).entry == nullptr);
}

}  // namespace pmx::anonymize
