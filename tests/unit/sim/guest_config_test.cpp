// What is generated is stable, is PVE's own syntax, and is planted completely.
#include "sim/guest_config.h"

#include <doctest/doctest.h>

#include <set>

#include "base/percent.h"
#include "sim/facts.h"
#include "sim/pattern.h"
#include "sim/verify.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kNow = 1'795'260'000;

/// The words of a text, split at everything that cannot be inside an address, a name or an id.
std::vector<std::string> words_of(const std::string& text, const std::string& separators) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (separators.find(c) == std::string::npos)
      out.back() += c;
    else if (!out.back().empty())
      out.emplace_back();
  }
  return out;
}

/// Values of `config` that look like something privacy hides and are not in `truth`.
std::set<std::string> unplanted(const Values& config, const std::string& truth) {
  static const char* const kSensitive[] = {
      "(?:\\d{1,3}\\.){3}\\d{1,3}",
      "fd[0-9a-f:]+",
      "(?:[0-9A-F]{2}:){5}[0-9A-F]{2}",
      "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
      "[a-z.]+@[a-z.\\-]+",
      "sk_live_.*",
      "AAAA[A-Za-z0-9+/]{20,}",
  };
  std::set<std::string> out;
  for (const auto& [key, value] : config) {
    const std::string text = percent_decode(value).value_or("");
    for (const std::string& word : words_of(text, " ,=;/<>()*\n"))
      for (const char* pattern : kSensitive)
        if (matches_pattern(pattern, word) && truth.find("\"" + word + "\"") == std::string::npos)
          out.insert(key + ": " + word);
  }
  return out;
}

}  // namespace

TEST_CASE("guest config: whatever looks private in any guest of any seed is known as planted") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    const Inventory inventory(Options{3, 40, seed}, kNow);
    Planted planted;
    inventory.plant(planted);
    for (const auto& [vmid, guest] : inventory.guests) {
      GuestState made = guest;
      generate_guest(inventory, made, &planted);
    }
    const std::string truth = dump_json(planted.json());
    for (const auto& [vmid, guest] : inventory.guests) {
      const auto leaks = unplanted(guest.config, truth);
      CAPTURE(vmid);
      CHECK_MESSAGE(leaks.empty(), (leaks.empty() ? "" : *leaks.begin()));
    }
  }
}

TEST_CASE("guest config: planting changes nothing, and a guest does not depend on its neighbours") {
  const Inventory few({3, 12, 7}, kNow);
  const Inventory many({3, 500, 7}, kNow + 86'400);
  for (const auto& [vmid, guest] : few.guests) {
    Planted planted;
    GuestState again = guest;
    generate_guest(few, again, &planted);
    CHECK(again.config == guest.config);
    CHECK(guest.config == many.guests.find(vmid)->second.config);
  }
}

TEST_CASE("guest config: every generated value would be accepted by PVE's own check") {
  Facts facts;
  const Inventory inventory({3, 120, 7}, kNow);
  for (const auto& [vmid, guest] : inventory.guests) {
    CAPTURE(vmid);
    const std::string kind(kind_name(guest.kind));
    const auto route =
        facts.find("PUT", "/nodes/n/" + kind + "/" + std::to_string(vmid) + "/config");
    REQUIRE(route.has_value());
    Json config = shown_config(facts, guest.kind, guest.config);
    for (const char* shown_only : {"lock", "meta", "template"}) config.erase(shown_only);
    config["node"] = "n";
    config["vmid"] = std::to_string(vmid);
    const Json errors = verify_params(facts.method(*route)["params"], config);
    CHECK_MESSAGE(errors.empty(), dump_json(errors));
  }
}

TEST_CASE("guest config: no two guests share an address, a MAC or an id") {
  const Inventory inventory({3, 600, 7}, kNow);
  std::set<std::string> seen;
  std::size_t expected = 0;
  for (const auto& [vmid, guest] : inventory.guests) {
    const std::string net = guest.value("net0");
    seen.insert(net.substr(net.find("BC:24:11:"), 17));
    ++expected;
    for (const char* key : {"smbios1", "vmgenid"})
      if (guest.config.contains(key)) seen.insert(guest.value(key)), ++expected;
    const std::string address = guest.value(guest.kind == GuestKind::kLxc ? "net0" : "ipconfig0");
    if (const auto at = address.find("ip=10."); at != std::string::npos)
      seen.insert(address.substr(at, address.find('/', at) - at)), ++expected;
  }
  CHECK(seen.size() == expected);
}

TEST_CASE("guest config: traits are what the configuration says") {
  const Inventory inventory({3, 60, 7}, kNow);
  for (const auto& [vmid, guest] : inventory.guests) {
    const Traits traits = guest_traits(guest);
    const bool vm = guest.kind == GuestKind::kQemu;
    CHECK(guest.value(vm ? "name" : "hostname") == traits.name);
    CHECK(guest.value("tags") == traits.tags);
    CHECK(guest.value("cores") == std::to_string(traits.cores));
    const std::string disk = guest.value(vm ? "scsi0" : "rootfs");
    CHECK(disk.find("size=" + std::to_string(traits.disk >> 30) + "G") != std::string::npos);
  }
}

TEST_CASE("guest config: the digest is the SHA-1 of the file as PVE writes it") {
  GuestState guest;
  guest.config = {{"name", "web"}, {"cores", "2"}, {"description", "caf\xC3\xA9\n50%\n"}};
  guest.pending = {{"cores", "4"}};
  guest.pending_delete = {{"net0", true}, {"onboot", false}};
  guest.snapshots["before"] = {{"cores", "1"}};
  CHECK(guest_digest(guest) == "553b8007649ede663816e9b4a73c2434779c535b");
}

}  // namespace pmx::sim
