// /nodes/{node}/lxc: lists, status and configuration of containers; finding guests of both kinds.
#include "sim/guest_config.h"
#include "sim/qemu_api.h"
#include "sim/stateless.h"
#include "sim/statistics.h"

namespace pmx::sim {
namespace {

/// What both the list and status/current say.
Json shown(const Call& call, const GuestState& guest) {
  const Inventory& inventory = call.state.inventory;
  const Traits traits = guest_traits(guest);
  const GuestLoad load = guest_load(inventory, guest, traits, call.now / 1000);
  Json row = guest_usage(guest, traits, load);
  row["cpus"] = traits.cores;
  if (guest.is_template()) row["template"] = 1;
  if (guest.power != Power::kStopped) row["pid"] = 20'000 + guest.vmid;
  row["type"] = "lxc";
  row["swap"] = 0;
  row["maxswap"] = 536870912;
  return row;
}

Answer list(const Call& call) {
  Json out = Json::array();
  const auto node = call.state.inventory.node_index(call.text("node"));
  for (const auto& [vmid, guest] : call.state.inventory.guests)
    if (node && guest.kind == GuestKind::kLxc && static_cast<std::size_t>(guest.node) == *node &&
        call.may("/vms/" + std::to_string(vmid), "VM.Audit"))
      out.push_back(shown(call, guest));
  return ok(out);
}

Answer current(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  Json row = shown(call, *guest);
  row["ha"] = ha_status(call.state.ha, *guest);
  return ok(row);
}

constexpr char kContainer[] = "/nodes/{node}/lxc/{vmid}";
constexpr char kContainerStatus[] = "/nodes/{node}/lxc/{vmid}/status";
constexpr char kVmStatus[] = "/nodes/{node}/qemu/{vmid}/status";

/// The few index lists for which PVE reads the guest's configuration first.
template <GuestKind kind, const char* path>
Answer guarded_index(const Call& call) {
  if (find_guest(call, kind) == nullptr) return missing_guest(call, kind);
  return index_answer(Route{path, "GET", {}}, call).value_or(ok(Json::array()));
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
  const std::string path = "GET /nodes/{node}/lxc";
  handlers[path] = list;
  handlers[path + "/{vmid}/status/current"] = current;
  handlers[path + "/{vmid}"] = guarded_index<GuestKind::kLxc, kContainer>;
  handlers[path + "/{vmid}/status"] = guarded_index<GuestKind::kLxc, kContainerStatus>;
  handlers["GET /nodes/{node}/qemu/{vmid}/status"] = guarded_index<GuestKind::kQemu, kVmStatus>;
}

}  // namespace pmx::sim
