// Round-robin data of nodes, storages and guests: what pvestatd has kept, by time.
#include <array>

#include "sim/find_guest.h"
#include "sim/guest_work.h"
#include "sim/statistics.h"

namespace pmx::sim {
namespace {

/// A time frame: so many points, so many seconds apart.
struct Frame {
  std::string_view name;
  int points;
  std::int64_t step;
};
constexpr std::array<Frame, 5> kFrames8{{{"hour", 70, 60},
                                         {"day", 70, 1800},
                                         {"week", 70, 10800},
                                         {"month", 70, 43200},
                                         {"year", 70, 604800}}};
constexpr std::array<Frame, 6> kFrames9{{{"hour", 60, 60},
                                         {"day", 1440, 60},
                                         {"week", 336, 1800},
                                         {"month", 1440, 1800},
                                         {"year", 1440, 21600},
                                         {"decade", 570, 604800}}};

Frame frame_of(const Call& call) {
  const std::string name = call.text("timeframe");
  if (call.is_9()) {
    for (const Frame& one : kFrames9)
      if (one.name == name) return one;
  } else {
    for (const Frame& one : kFrames8)
      if (one.name == name) return one;
  }
  return kFrames9[0];
}

const NodeState& node_of(const Call& call) {
  return call.state.inventory.nodes[call.state.inventory.node_index(call.text("node")).value_or(0)];
}

/// The points of a time frame; the newest has no sample yet, nor has what was before `since`.
template <class Sample>
Answer series(const Call& call, std::int64_t since, const Sample& sample) {
  const Frame frame = frame_of(call);
  const std::int64_t last = call.now / 1000 / frame.step * frame.step;
  Json out = Json::array();
  for (int i = frame.points - 1; i >= 0; --i) {
    const std::int64_t at = last - i * frame.step;
    Json row = Json::object();
    if (i > 0 && at >= since) row = sample(at);
    row["time"] = at;
    out.push_back(std::move(row));
  }
  return ok(out);
}

Answer node_data(const Call& call) {
  const NodeState& node = node_of(call);
  return series(call, node.booted, [&](std::int64_t at) {
    const NodeLoad load = node_load(call.state.inventory, node, at);
    const double traffic = any_holds(node.link_troubles, at) ? load.cpu / 5 : load.cpu;
    Json row{{"cpu", load.cpu},           {"maxcpu", node.cpus},
             {"iowait", load.cpu / 50},   {"loadavg", load.cpu * node.cpus},
             {"memtotal", node.maxmem},   {"memused", load.mem},
             {"swaptotal", 8589934592},   {"swapused", 0},
             {"roottotal", node.maxdisk}, {"rootused", load.disk},
             {"netin", traffic * 4e6},    {"netout", traffic * 3e6}};
    if (!call.is_9()) return row;
    row["memavailable"] = node.maxmem - load.mem;
    row["arcsize"] = 0;
    for (const char* kind : {"cpusome", "iosome", "iofull", "memorysome", "memoryfull"})
      row[std::string("pressure") + kind] = 0;
    return row;
  });
}

Answer storage_data(const Call& call) {
  const std::string storage = call.text("storage");
  if (call.state.storages.config.find(storage) == nullptr)
    return failure(500, "storage '" + storage + "' does not exist");
  const NodeState& node = node_of(call);
  return series(call, node.booted, [&](std::int64_t at) {
    const StorageSpace space =
        call.state.storages.space_at(call.state.inventory, node, storage, at);
    return space.active ? Json{{"total", space.total}, {"used", space.used}} : Json::object();
  });
}

/// Nobody reported the guest yet, so there is no file.
Answer no_data(const Call& call) {
  const std::string folder = call.is_9() ? "pve-vm-9.0" : "pve2-vm";
  return failure(500,
                 "RRD error: rrdcached@unix:/var/run/rrdcached.sock: rrd_fetch_r failed: opening "
                 "'/var/lib/rrdcached/db/" +
                     folder + "/" + call.text("vmid") + "': No such file or directory");
}

/// One sample of a guest: rates where its status has counters, and sizes alone while it was off.
Json guest_sample(const Call& call, const GuestState& guest, const Traits& traits,
                  std::int64_t at) {
  const bool on = guest.power != Power::kStopped && at >= guest.since;
  GuestState then;
  then.vmid = guest.vmid;
  then.kind = guest.kind;
  then.power = on ? guest.power : Power::kStopped;
  then.since = guest.since;
  const GuestLoad load = guest_load(call.state.inventory, then, traits, at);
  Json row{{"maxcpu", traits.cores},
           {"maxmem", traits.memory},
           {"maxdisk", traits.disk},
           {"disk", load.disk}};
  if (!on || load.uptime == 0) return row;
  const auto rate = [&](std::int64_t counter) {
    return static_cast<double>(counter) / static_cast<double>(load.uptime) * (0.4 + load.cpu * 2);
  };
  row["cpu"] = load.cpu;
  row["mem"] = load.mem;
  row["netin"] = rate(load.netin);
  row["netout"] = rate(load.netout);
  row["diskread"] = rate(load.diskread);
  row["diskwrite"] = rate(load.diskwrite);
  if (!call.is_9()) return row;
  row["memhost"] = load.mem;
  for (const char* kind : {"cpusome", "cpufull", "iosome", "iofull", "memorysome", "memoryfull"})
    row[std::string("pressure") + kind] = 0;
  return row;
}

/// Samples of the guest as it is now, back to the boot of its node.
template <GuestKind kind>
Answer guest_data(const Call& call) {
  const GuestState* guest = guest_by_id(call.state, static_cast<int>(call.number("vmid", 0)));
  const Inventory& inventory = call.state.inventory;
  if (guest == nullptr || guest->kind != kind) return no_data(call);
  if (!inventory.reports_at_once && guest->sample.at == 0) return no_data(call);
  const Traits traits = guest_traits(*guest);
  return series(call, inventory.node_of(*guest).booted,
                [&](std::int64_t at) { return guest_sample(call, *guest, traits, at); });
}

}  // namespace

void add_rrd_handlers(Handlers& handlers) {
  handlers["GET /nodes/{node}/rrddata"] = node_data;
  handlers["GET /nodes/{node}/storage/{storage}/rrddata"] = storage_data;
  handlers["GET /nodes/{node}/qemu/{vmid}/rrddata"] = guest_data<GuestKind::kQemu>;
  handlers["GET /nodes/{node}/lxc/{vmid}/rrddata"] = guest_data<GuestKind::kLxc>;
}

}  // namespace pmx::sim
