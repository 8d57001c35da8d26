// /nodes/{node}/{qemu,lxc}: lists, status and configuration of guests.
#include "sim/find_guest.h"
#include "sim/guest_config.h"
#include "sim/statistics.h"

namespace pmx::sim {
namespace {

template <GuestKind kind>
Answer missing(const Call& call) {
  return failure(500, no_config_text(call.text("node"), kind, call.text("vmid")));
}

/// What both the list and status/current say.
Json shown(const Call& call, const GuestState& guest) {
  const Inventory& inventory = call.state.inventory;
  const Traits traits = guest_traits(guest);
  const GuestLoad load = guest_load(inventory, guest, traits, call.now / 1000);
  Json row = guest_usage(guest, traits, load);
  row["cpus"] = traits.cores;
  if (guest.is_template()) row["template"] = 1;
  if (guest.power != Power::kStopped) row["pid"] = 20'000 + guest.vmid;
  if (guest.kind == GuestKind::kQemu) {
    row["memhost"] = load.mem;
  } else {
    row["type"] = "lxc";
    row["swap"] = 0;
    row["maxswap"] = 536870912;
  }
  return row;
}

template <GuestKind kind>
Answer list(const Call& call) {
  Json out = Json::array();
  const auto node = call.state.inventory.node_index(call.text("node"));
  for (const auto& [vmid, guest] : call.state.inventory.guests)
    if (node && guest.kind == kind && static_cast<std::size_t>(guest.node) == *node &&
        call.may("/vms/" + std::to_string(vmid), "VM.Audit"))
      out.push_back(shown(call, guest));
  return ok(out);
}

template <GuestKind kind>
Answer current(const Call& call) {
  const GuestState* guest = find_guest(call, kind);
  if (guest == nullptr) return missing<kind>(call);
  Json row = shown(call, *guest);
  row["ha"] = ha_status(call.state.ha, *guest);
  if (kind != GuestKind::kQemu) return ok(row);
  row["qmpstatus"] = guest->power == Power::kPaused    ? "paused"
                     : guest->power == Power::kRunning ? "running"
                                                       : "stopped";
  if (guest->power == Power::kStopped) return ok(row);
  for (const char* key : {"pressurecpusome", "pressurecpufull", "pressureiosome", "pressureiofull",
                          "pressurememorysome", "pressurememoryfull"})
    row[key] = 0;
  row["nics"][("tap" + call.text("vmid") + "i0")] = {{"netin", row["netin"]},
                                                     {"netout", row["netout"]}};
  row["running-machine"] = "pc-i440fx-10.1+pve0";
  row["running-qemu"] = "10.1.2";
  return ok(row);
}

template <GuestKind kind>
Answer config(const Call& call) {
  const GuestState* guest = find_guest(call, kind);
  if (guest == nullptr) return missing<kind>(call);
  if (call.has("snapshot"))
    return failure(500, "snapshot '" + call.text("snapshot") + "' does not exist");
  Json out = shown_config(call.state.facts, kind, guest->config);
  out["digest"] = guest_digest(*guest);
  return ok(std::move(out));
}

template <GuestKind kind>
Answer pending(const Call& call) {
  const GuestState* guest = find_guest(call, kind);
  if (guest == nullptr) return missing<kind>(call);
  Json out = Json::array();
  Json values = shown_config(call.state.facts, kind, guest->config);
  values["digest"] = guest_digest(*guest);
  for (const auto& [key, value] : values.items()) out.push_back({{"key", key}, {"value", value}});
  return ok(out);
}

template <GuestKind kind>
Answer snapshots(const Call& call) {
  const GuestState* guest = find_guest(call, kind);
  if (guest == nullptr) return missing<kind>(call);
  return ok(Json::array({{{"name", "current"},
                          {"description", "You are here!"},
                          {"running", guest->power == Power::kStopped ? 0 : 1},
                          {"digest", guest_digest(*guest)}}}));
}

template <GuestKind kind>
void add(Handlers& handlers) {
  const std::string list_path = "GET /nodes/{node}/" + std::string(kind_name(kind));
  const std::string path = list_path + "/{vmid}";
  handlers[list_path] = list<kind>;
  handlers[path + "/status/current"] = current<kind>;
  handlers[path + "/config"] = config<kind>;
  handlers[path + "/pending"] = pending<kind>;
  handlers[path + "/snapshot"] = snapshots<kind>;
}

}  // namespace

std::string no_config_text(const std::string& node, GuestKind kind, const std::string& vmid) {
  return "Configuration file 'nodes/" + node +
         (kind == GuestKind::kQemu ? "/qemu-server/" : "/lxc/") + vmid + ".conf' does not exist";
}

GuestState* find_guest(const Call& call, GuestKind kind) {
  auto& guests = call.state.inventory.guests;
  const auto found = guests.find(static_cast<int>(call.number("vmid", 0)));
  if (found == guests.end() || found->second.kind != kind) return nullptr;
  const auto node = call.state.inventory.node_index(call.text("node"));
  const bool here = node && static_cast<std::size_t>(found->second.node) == *node;
  return here ? &found->second : nullptr;
}

void add_guest_handlers(Handlers& handlers) {
  add<GuestKind::kQemu>(handlers);
  add<GuestKind::kLxc>(handlers);
}

}  // namespace pmx::sim
