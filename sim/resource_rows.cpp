#include "sim/resource_rows.h"

namespace pmx::sim {
namespace {

const std::string* set_value(const GuestState& guest, std::string_view key) {
  const auto found = guest.config.find(key);
  return found == guest.config.end() || found->second.empty() ? nullptr : &found->second;
}

/// A row as a value, with JsonText's way to add members.
struct JsonRow {
  Json value = Json::object();

  template <class Value>
  void add(std::string_view key, const Value& member) {
    value[std::string(key)] = member;
  }
};

/// The members in the order of their keys: of a guest that nothing is told of, little more than its
/// number.
template <class Row>
void add_members(Row& row, const Inventory& inventory, const GuestState& guest,
                 const GuestReport& report, const Json& ha_state, PveVersion version) {
  const auto& [known, runs, sample, load] = report;
  if (known) row.add("cpu", load.cpu);
  if (known) row.add("disk", load.disk);
  if (known) row.add("diskread", load.diskread);
  if (known) row.add("diskwrite", load.diskwrite);
  if (!ha_state.is_null()) row.add("hastate", ha_state);
  row.add("id", std::string(kind_name(guest.kind)) + "/" + std::to_string(guest.vmid));
  if (const std::string* lock = set_value(guest, "lock")) row.add("lock", *lock);
  if (known) row.add("maxcpu", sample.cores);
  if (known) row.add("maxdisk", sample.disk);
  if (known) row.add("maxmem", sample.memory);
  if (known) row.add("mem", load.mem);
  if (known && version == PveVersion::k9) row.add("memhost", load.mem);
  if (known) row.add("name", sample.name);
  if (known) row.add("netin", load.netin);
  if (known) row.add("netout", load.netout);
  row.add("node", inventory.node_of(guest).name);
  if (!guest.pool.empty()) row.add("pool", guest.pool);
  row.add("status", !known ? "unknown" : runs ? "running" : "stopped");
  if (const std::string* tags = set_value(guest, "tags")) row.add("tags", *tags);
  if (known) row.add("template", sample.is_template ? 1 : 0);
  row.add("type", kind_name(guest.kind));
  if (known) row.add("uptime", load.uptime);
  row.add("vmid", guest.vmid);
}

}  // namespace

GuestReport guest_report(const Inventory& inventory, const GuestState& guest, std::int64_t now) {
  GuestReport out;
  const bool live = inventory.reports_at_once && inventory.node_of(guest).online;
  out.sample = live ? sample_of(guest, now) : guest.sample;
  const GuestSample& sample = out.sample;
  if (sample.at == 0 || now - sample.at > kSampleLife) return out;
  Traits traits;
  traits.memory = sample.memory;
  traits.disk = sample.disk;
  out.known = true;
  if (live) {
    out.load = guest_load(inventory, guest, traits, now);
  } else {
    GuestState then;
    then.vmid = guest.vmid;
    then.kind = guest.kind;
    then.power = sample.power;
    then.since = sample.since;
    out.load = guest_load(inventory, then, traits, sample.at);
  }
  out.runs = out.load.uptime > 0 || (live && guest.since > 0);
  return out;
}

void add_guest_row(JsonText& rows, const Inventory& inventory, const GuestState& guest,
                   const GuestReport& report, const Json& ha_state, PveVersion version) {
  rows.open();
  add_members(rows, inventory, guest, report, ha_state, version);
  rows.close();
}

Json guest_resource(const Inventory& inventory, const GuestState& guest, std::int64_t now,
                    PveVersion version) {
  JsonRow row;
  add_members(row, inventory, guest, guest_report(inventory, guest, now), nullptr, version);
  return row.value;
}

Json node_resource(const Inventory& inventory, const NodeState& node, std::int64_t now) {
  Json row{{"id", "node/" + node.name},
           {"type", "node"},
           {"node", node.name},
           {"status", node.online ? "online" : "offline"},
           {"level", ""},
           {"maxcpu", node.cpus},
           {"maxmem", node.maxmem}};
  if (!node.online) return row;
  const NodeLoad load = node_load(inventory, node, now);
  row["cgroup-mode"] = 2;
  row["cpu"] = load.cpu;
  row["mem"] = load.mem;
  row["disk"] = load.disk;
  row["maxdisk"] = node.maxdisk;
  row["uptime"] = load.uptime;
  return row;
}

}  // namespace pmx::sim
