#include "sim/guest_notes.h"

#include <doctest/doctest.h>

#include <set>

namespace pmx::sim {

TEST_CASE(
    "guest notes: a third says nothing, the others hold every kind of thing people write down") {
  const Inventory inventory({3, 300, 7}, 1'795'260'000);
  Planted planted;
  std::size_t silent = 0;
  for (const auto& [vmid, guest] : inventory.guests) {
    const std::string notes = guest_notes(inventory, guest, &planted);
    CHECK(notes == guest_notes(inventory, guest, nullptr));
    silent += notes.empty();
    if (!notes.empty()) CHECK(notes.starts_with("# Maintenance\n\n"));
  }
  CHECK(silent > 60);
  CHECK(silent < 150);
  std::set<std::string> kinds;
  const Json truth = planted.json();
  for (const auto& [kind, values] : truth.items()) kinds.insert(kind);
  CHECK(kinds == std::set<std::string>{"contract", "customer", "email", "hostname", "ip", "person",
                                       "phone", "secret"});
}

TEST_CASE("guest notes: what is planted stands in the text as it is") {
  const Inventory inventory({3, 40, 11}, 1'795'260'000);
  for (const auto& [vmid, guest] : inventory.guests) {
    Planted planted;
    const std::string notes = guest_notes(inventory, guest, &planted);
    const Json truth = planted.json();
    for (const auto& [kind, values] : truth.items())
      for (const auto& value : values) {
        CAPTURE(kind);
        CHECK(notes.find(value.get<std::string>()) != std::string::npos);
      }
  }
}

}  // namespace pmx::sim
