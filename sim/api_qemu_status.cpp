// Lists and states of VMs: what PVE's vmstatus shows of a stopped, running, paused VM.
#include "sim/guest_config.h"
#include "sim/qemu_api.h"
#include "sim/statistics.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kMib = std::int64_t{1} << 20;

void add_pressure(Json& row) {
  for (const char* key : {"pressurecpusome", "pressurecpufull", "pressureiosome", "pressureiofull",
                          "pressurememorysome", "pressurememoryfull"})
    row[key] = 0;
}

/// What every list shows.
Json base_row(const Call& call, const GuestState& guest, const Traits& traits,
              const GuestLoad& load) {
  Json row{{"vmid", guest.vmid},
           {"name", traits.name},
           {"status", is_running(guest) ? "running" : "stopped"},
           {"cpus", traits.cores},
           {"cpu", load.cpu},
           {"mem", load.mem},
           {"maxmem", traits.memory},
           {"disk", 0},
           {"maxdisk", traits.disk},
           {"netin", load.netin},
           {"netout", load.netout},
           {"uptime", load.uptime}};
  if (call.is_9()) row["memhost"] = load.mem;
  if (guest.is_template()) row["template"] = 1;
  if (!traits.tags.empty()) row["tags"] = traits.tags;
  if (const std::string lock = guest.lock(); !lock.empty()) row["lock"] = lock;
  if (const auto balloon = std::atoll(guest.value("balloon").c_str()); balloon > 0) {
    row["balloon_min"] = balloon * kMib;
    const std::string shares = guest.value("shares");
    row["shares"] = shares.empty() ? 1000 : std::atoll(shares.c_str());
  }
  for (int i = 0; i < 4; ++i)
    if (guest.config.contains("serial" + std::to_string(i))) row["serial"] = 1;
  if (!is_running(guest)) return row;
  row["pid"] = 20'000 + guest.vmid;
  if (call.is_9()) add_pressure(row);
  return row;
}

Json nics_of(const GuestState& guest, const GuestLoad& load) {
  Json nics = Json::object();
  for (const auto& [key, value] : guest.config) {
    if (!is_numbered(key, "net")) continue;
    const bool first = nics.empty();
    nics["tap" + std::to_string(guest.vmid) + "i" + key.substr(3)] = {
        {"netin", first ? load.netin : 0}, {"netout", first ? load.netout : 0}};
  }
  return nics;
}

Json block_statistics(const GuestState& guest, const GuestLoad& load) {
  Json out = Json::object();
  for (const auto& [key, drive] : drives_of(guest.config, false)) {
    const bool first = out.empty();
    const std::int64_t read = first ? load.diskread : 0;
    const std::int64_t written = first ? load.diskwrite : 0;
    out[key] = {{"rd_bytes", read},
                {"wr_bytes", written},
                {"rd_operations", read / 16384},
                {"wr_operations", written / 8192},
                {"flush_operations", written / 262144},
                {"rd_total_time_ns", read * 40},
                {"wr_total_time_ns", written * 90},
                {"flush_total_time_ns", written * 3},
                {"rd_merged", 0},
                {"wr_merged", 0},
                {"unmap_bytes", 0},
                {"unmap_operations", 0},
                {"unmap_merged", 0},
                {"unmap_total_time_ns", 0},
                {"zone_append_bytes", 0},
                {"zone_append_operations", 0},
                {"zone_append_merged", 0},
                {"zone_append_total_time_ns", 0},
                {"failed_rd_operations", 0},
                {"failed_wr_operations", 0},
                {"failed_flush_operations", 0},
                {"failed_unmap_operations", 0},
                {"failed_zone_append_operations", 0},
                {"invalid_rd_operations", 0},
                {"invalid_wr_operations", 0},
                {"invalid_flush_operations", 0},
                {"invalid_unmap_operations", 0},
                {"invalid_zone_append_operations", 0},
                {"account_failed", true},
                {"account_invalid", true},
                {"idle_time_ns", 1'200'000'000},
                {"timed_stats", Json::array()},
                {"wr_highest_offset", written}};
  }
  return out;
}

/// A write of the guest was refused: a storage of its disks is full.
bool is_stalled(const Call& call, const GuestState& guest) {
  if (guest.power != Power::kRunning) return false;
  const State& state = call.state;
  for (const NamedDrive& one : drives_of(guest.config, false)) {
    const StorageSpace space = state.storages.space(state.inventory, state.inventory.node_of(guest),
                                                    storage_of(one.drive.file));
    if (space.active && space.used >= space.total) return true;
  }
  return false;
}

/// What QEMU is asked for, of one VM or with full=1.
void add_full(const Call& call, const GuestState& guest, const Traits& traits,
              const GuestLoad& load, Json& row) {
  row["qmpstatus"] = is_stalled(call, guest)          ? "io-error"
                     : guest.power == Power::kPaused  ? "paused"
                     : guest.power == Power::kRunning ? "running"
                                                      : "stopped";
  if (!is_running(guest)) return;
  if (Json nics = nics_of(guest, load); !nics.empty()) row["nics"] = std::move(nics);
  const QemuBuild qemu = qemu_of(call.state);
  if (!qemu.patched) return;
  row["diskread"] = load.diskread;
  row["diskwrite"] = load.diskwrite;
  row["blockstat"] = block_statistics(guest, load);
  if (guest.value("balloon") != "0") {
    row["balloon"] = traits.memory;
    row["freemem"] = traits.memory - load.mem;
    row["ballooninfo"] = {{"actual", traits.memory},
                          {"max_mem", traits.memory},
                          {"total_mem", traits.memory - traits.memory / 32},
                          {"free_mem", traits.memory - load.mem},
                          {"mem_swapped_in", 0},
                          {"mem_swapped_out", 0},
                          {"major_page_faults", 2113},
                          {"minor_page_faults", load.uptime * 31},
                          {"last_update", call.now / 1000}};
  }
  row["proxmox-support"] = {
      {"pbs-dirty-bitmap", true},
      {"pbs-dirty-bitmap-migration", true},
      {"pbs-dirty-bitmap-savevm", true},
      {"pbs-library-version", "1.5.2 (6b69c5bd6c8be7c61a8d8b8dcd4e0a2f5a7d9d1d)"},
      {"pbs-masterkey", true},
      {"query-bitmap-info", true},
      {"backup-max-workers", true},
      {"backup-fleecing", true}};
  const std::string version = qemu.version.substr(0, qemu.version.rfind('.'));
  const bool q35 = guest.value("machine").find("q35") != std::string::npos;
  row["running-machine"] = (q35 ? "pc-q35-" : "pc-i440fx-") + version + "+pve0";
  row["running-qemu"] = qemu.version;
}

Answer list(const Call& call) {
  Json out = Json::array();
  const auto node = call.state.inventory.node_index(call.text("node"));
  for (const auto& [vmid, guest] : call.state.inventory.guests) {
    if (!node || guest.kind != GuestKind::kQemu || static_cast<std::size_t>(guest.node) != *node ||
        !call.may("/vms/" + std::to_string(vmid), "VM.Audit"))
      continue;
    const Traits traits = guest_traits(guest);
    const GuestLoad load = guest_load(call.state.inventory, guest, traits, call.now / 1000);
    Json row = base_row(call, guest, traits, load);
    if (call.flag("full")) add_full(call, guest, traits, load, row);
    out.push_back(std::move(row));
  }
  return ok(out);
}

Answer current(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  const Traits traits = guest_traits(*guest);
  const GuestLoad load = guest_load(call.state.inventory, *guest, traits, call.now / 1000);
  Json row = base_row(call, *guest, traits, load);
  add_full(call, *guest, traits, load, row);
  row["ha"] = ha_status(call.state.ha, *guest);
  if (parse_drive(guest->value("agent")).file == "1" ||
      parse_drive(guest->value("agent")).option("enabled") == "1")
    row["agent"] = 1;
  if (const std::string vga = guest->value("vga"); !vga.empty()) {
    if (vga.starts_with("qxl") || vga.starts_with("virtio")) row["spice"] = 1;
    const std::string clipboard = parse_drive(vga).option("clipboard");
    row["clipboard"] = clipboard.empty() ? Json(nullptr) : Json(clipboard);
  }
  return ok(row);
}

}  // namespace

void add_qemu_status_handlers(Handlers& handlers) {
  handlers["GET /nodes/{node}/qemu"] = list;
  handlers["GET /nodes/{node}/qemu/{vmid}/status/current"] = current;
}

}  // namespace pmx::sim
