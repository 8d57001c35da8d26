// Round-robin data of nodes and storages: what pvestatd has kept, by time.
#include <array>

#include "sim/call.h"
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
    Json row{{"cpu", load.cpu},           {"maxcpu", node.cpus},
             {"iowait", load.cpu / 50},   {"loadavg", load.cpu * node.cpus},
             {"memtotal", node.maxmem},   {"memused", load.mem},
             {"swaptotal", 8589934592},   {"swapused", 0},
             {"roottotal", node.maxdisk}, {"rootused", load.disk},
             {"netin", load.cpu * 4e6},   {"netout", load.cpu * 3e6}};
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
  const StorageSpace space = call.state.storages.space(call.state.inventory, node, storage);
  return series(call, space.active ? node.booted : call.now, [&](std::int64_t) {
    return Json{{"total", space.total}, {"used", space.used}};
  });
}

}  // namespace

void add_rrd_handlers(Handlers& handlers) {
  handlers["GET /nodes/{node}/rrddata"] = node_data;
  handlers["GET /nodes/{node}/storage/{storage}/rrddata"] = storage_data;
}

}  // namespace pmx::sim
