#include "sim/statistics.h"

#include <algorithm>

#include "sim/dice.h"

namespace pmx::sim {
namespace {

/// A fraction around `middle` that changes every ten seconds.
double wave(Dice steady, std::uint64_t seed, std::uint64_t index, std::int64_t now) {
  const double middle = static_cast<double>(steady.between(2, 60)) / 100.0;
  Dice dice(seed, "wave", index * 1'000'003ULL + static_cast<std::uint64_t>(now / 10));
  const double swing = static_cast<double>(dice.between(-1000, 1000)) / 20'000.0;
  return std::clamp(middle + swing, 0.001, 0.999);
}

/// Whether a guest takes all that it can get at this moment.
bool is_runaway(const Inventory& inventory, int vmid, std::int64_t now) {
  const auto found = inventory.runaways.find(vmid);
  return found != inventory.runaways.end() && any_holds(found->second, now);
}

/// The fraction of a node's processors that its runaway guests take.
double runaway_load(const Inventory& inventory, const NodeState& node, std::int64_t now) {
  double cores = 0;
  for (const auto& [vmid, periods] : inventory.runaways) {
    const auto guest = inventory.guests.find(vmid);
    if (guest == inventory.guests.end() || guest->second.power != Power::kRunning ||
        &inventory.node_of(guest->second) != &node || !any_holds(periods, now))
      continue;
    cores += guest_traits(guest->second).cores;
  }
  return cores / node.cpus;
}

std::int64_t fraction_of(std::int64_t whole, double fraction) {
  return static_cast<std::int64_t>(static_cast<double>(whole) * fraction);
}

}  // namespace

GuestLoad guest_load(const Inventory& inventory, const GuestState& guest, const Traits& traits,
                     std::int64_t now) {
  GuestLoad load;
  const std::size_t index = guest_index(guest);
  Dice dice(inventory.seed(), "load", index);
  if (guest.kind == GuestKind::kLxc)
    load.disk = fraction_of(traits.disk, 0.1 + dice.between(0, 60) / 100.0);
  if (guest.power == Power::kStopped) return load;
  load.uptime = std::max<std::int64_t>(0, now - guest.since);
  load.cpu = guest.power == Power::kPaused ? 0 : wave(dice, inventory.seed(), index, now) / 2;
  load.mem = fraction_of(traits.memory,
                         wave(Dice(inventory.seed(), "mem", index), inventory.seed(), index, now));
  if (is_runaway(inventory, guest.vmid, now) && guest.power == Power::kRunning) {
    load.cpu = 0.985 + load.cpu / 50;
    load.mem = fraction_of(traits.memory, 0.96 + load.cpu / 40);
  }
  load.netin = load.uptime * dice.between(200, 90'000);
  load.netout = load.uptime * dice.between(100, 60'000);
  load.diskread = load.uptime * dice.between(0, 30'000);
  load.diskwrite = load.uptime * dice.between(500, 80'000);
  return load;
}

NodeLoad node_load(const Inventory& inventory, const NodeState& node, std::int64_t now) {
  const auto index = static_cast<std::uint64_t>(&node - inventory.nodes.data()) + 1'000'000;
  NodeLoad load;
  load.uptime = now - node.booted;
  load.cpu = wave(Dice(inventory.seed(), "node-cpu", index), inventory.seed(), index, now);
  load.cpu = std::min(0.999, load.cpu + runaway_load(inventory, node, now));
  load.mem = fraction_of(
      node.maxmem, wave(Dice(inventory.seed(), "node-mem", index), inventory.seed(), index, now));
  load.disk = fraction_of(node.maxdisk, 0.21);
  return load;
}

std::int64_t storage_used(const Inventory& inventory, const StorageState& storage,
                          const NodeState& node) {
  const auto place =
      storage.shared ? 0 : static_cast<std::uint64_t>(&node - inventory.nodes.data()) + 1;
  return fraction_of(storage.total,
                     Dice(inventory.seed(), storage.name, place).between(8, 88) / 100.0);
}

Json guest_usage(const GuestState& guest, const Traits& traits, const GuestLoad& load) {
  Json row{{"vmid", guest.vmid},
           {"name", traits.name},
           {"status", guest.power == Power::kStopped ? "stopped" : "running"},
           {"cpu", load.cpu},
           {"mem", load.mem},
           {"maxmem", traits.memory},
           {"disk", load.disk},
           {"maxdisk", traits.disk},
           {"diskread", load.diskread},
           {"diskwrite", load.diskwrite},
           {"netin", load.netin},
           {"netout", load.netout},
           {"uptime", load.uptime}};
  if (!traits.tags.empty()) row["tags"] = traits.tags;
  if (const std::string lock = guest.lock(); !lock.empty()) row["lock"] = lock;
  return row;
}

GuestSample sample_of(const GuestState& guest, std::int64_t now) {
  const Traits traits = guest_traits(guest);
  return {now,         traits.name, traits.cores, traits.memory,
          traits.disk, guest.since, guest.power,  guest.is_template()};
}

void sample_guests(Inventory& inventory, std::int64_t now) {
  for (auto& [vmid, guest] : inventory.guests)
    if (inventory.node_of(guest).online) guest.sample = sample_of(guest, now);
}

}  // namespace pmx::sim
