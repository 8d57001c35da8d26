// Clones and templates of VMs, and what their volumes allow.
#include <algorithm>

#include "sim/guest_config.h"
#include "sim/qemu_api.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kCopyTime = 300;  ///< milliseconds a disk

std::string type_of(const State& state, const std::string& storage) {
  const Section* section = state.storages.config.find(storage);
  return section == nullptr ? "" : section->type;
}

bool is_base(const std::string& volid) {
  return volid.find(":base-") != std::string::npos || volid.find("/base-") != std::string::npos;
}

/// Every volume of the VM lies on shared storage.
bool is_shared(const State& state, const Values& config, const std::string& instead) {
  const auto drives = drives_of(config, false);
  return std::all_of(drives.begin(), drives.end(), [&](const NamedDrive& one) {
    if (one.drive.file.find(':') == std::string::npos) return true;
    const bool cdrom = one.drive.is_cdrom() && !one.drive.is_cloud_init();
    return state.storages.is_shared(instead.empty() || cdrom ? storage_of(one.drive.file)
                                                             : instead);
  });
}

/// What a clone is made of.
struct ClonePlan {
  Values config;
  std::vector<NamedDrive> disks;
  bool full = true;
};

Refused read_source(const Call& call, const GuestState& guest, ClonePlan& plan) {
  const std::string snapshot = call.text("snapname");
  const Values* source = &guest.config;
  if (!snapshot.empty()) {
    const auto found = guest.snapshots.find(snapshot);
    if (found == guest.snapshots.end())
      return failure(500, "snapshot '" + snapshot + "' does not exist");
    source = &found->second;
  }
  plan.full = call.has("full") ? call.flag("full") : !guest.is_template();
  for (const char* name : {"storage", "format"})
    if (call.has(name) && !plan.full)
      return failure(500, std::string("parameter '") + name + "' not allowed for linked clones");
  for (const auto& [key, value] : *source) {
    const bool history = key == "parent" || key == "snaptime" || key == "vmstate" ||
                         key == "snapstate" || key == "lock" || key == "template" ||
                         key == "runningmachine" || key == "runningcpu";
    if (!history && !is_numbered(key, "unused")) plan.config[key] = value;
  }
  return std::nullopt;
}

Refused read_disks(const Call& call, const GuestState& guest, ClonePlan& plan) {
  for (auto& [key, drive] : drives_of(plan.config, false)) {
    if (drive.is_cdrom() && !drive.is_cloud_init()) continue;
    if (key == "tpmstate0" && plan.full && is_running(guest) && !call.has("snapname"))
      return failure(500, "cannot clone TPM state while VM is running");
    if (!plan.full && !drive.is_cloud_init() &&
        !volume_allows(call.state, "clone", drive.file, !call.text("snapname").empty()))
      return failure(
          500, "Linked clone feature is not supported for '" + drive.file + "' (" + key + ")");
    plan.disks.push_back({key, drive});
  }
  return std::nullopt;
}

Refused refuse_target(const Call& call, std::string& target) {
  const State& state = call.state;
  const std::string storage = call.text("storage");
  target = call.text("target");
  if (target == call.text("node")) target.clear();
  if (!target.empty() && !state.inventory.node_index(target))
    return failure(500, "no such cluster node '" + target + "'");
  if (storage.empty()) return std::nullopt;
  for (const std::string& node : {call.text("node"), target})
    if (auto problem = node.empty() ? "" : state.storages.problem(storage, node); !problem.empty())
      return failure(500, problem);
  if (!target.empty() && !state.storages.is_shared(storage))
    return failure(500, "can't clone to non-shared storage '" + storage + "'");
  return std::nullopt;
}

/// The clone's own name, addresses and identifiers.
void make_own(const Call& call, const GuestState& guest, Values& config) {
  for (auto& [key, value] : config) {
    if (!is_numbered(key, "net")) continue;
    const NetDevice net = parse_net(value);
    std::string plain = net.model;
    for (const auto& [option, text] : net.options) plain += "," + option + "=" + text;
    value = net_text(plain, new_mac(call.state));
  }
  std::string smbios = "uuid=" + new_uuid(call.state);
  const std::string old = guest.value("smbios1");
  if (const auto comma = old.find(','); comma != std::string::npos) smbios += old.substr(comma);
  config["smbios1"] = smbios;
  if (config.contains("vmgenid")) config["vmgenid"] = new_uuid(call.state);
  const std::string name = guest.value("name").empty() ? call.text("vmid") : guest.value("name");
  config["name"] = call.has("name") ? call.text("name") : "Copy-of-VM-" + name;
  if (!call.text("description").empty()) config["description"] = call.text("description");
}

/// Copies or links one disk; `work.problem` says what went wrong.
void clone_disk(const Call& call, const GuestState& guest, ClonePlan& clone, DiskWork& work,
                const NamedDrive& disk, TaskPlan& plan) {
  const State& state = call.state;
  const std::string old = disk.drive.file;
  const Volume* found = state.storages.find(call.text("node"), old);
  const bool full = clone.full || disk.drive.is_cloud_init();
  log_line(plan,
           std::string("create ") + (full ? "full" : "linked") + " clone of drive " + disk.key +
               " (" + old + ")",
           plan.duration);
  if (found == nullptr) {
    work.problem = "volume '" + old + "' does not exist";
    return;
  }
  const Volume source = *found;
  if (is_running(guest) && !qemu_of(state).patched && source.format != "raw" && full) {
    const std::string path = state.storages.path(old);
    log_line(plan, "command '/usr/bin/qemu-img info '--output=json' " + path + " -f " +
                       source.format + "' failed: exit code 1");
    work.problem = "qemu-img: Could not open '" + path +
                   "': Failed to get shared \"write\" lock Is another process using the image [" +
                   path + "]?";
    return;
  }
  const std::string storage = call.has("storage") ? call.text("storage") : storage_of(old);
  std::string format = call.text("format");
  if (format.empty()) format = state.storages.is_directory(storage) ? source.format : "raw";
  Drive drive = disk.drive;
  const std::size_t said = work.log.size();
  if (disk.drive.is_cloud_init()) {
    drive.file = storage + ":cloudinit";
    drive.options.erase("size");
    clone.config[disk.key] = work.make(disk.key, drive, {});
    return;
  }
  drive.file = full ? work.copy(source, storage, format) : work.link(source);
  if (!work.problem.empty()) return;
  for (std::size_t i = said; i < work.log.size(); ++i) log_line(plan, work.log[i], plan.duration);
  clone.config[disk.key] = drive.text();
  if (!full) return;
  log_line(plan, "allocated target volume '" + drive.file + "'", plan.duration);
  for (const std::string& line : transfer_lines(source.size)) log_line(plan, line, plan.duration);
  plan.duration += kCopyTime;
}

TaskPlan plan_clone(const Call& call, const GuestState& guest, ClonePlan& clone,
                    const std::string& target) {
  const int newid = static_cast<int>(call.number("newid", 0));
  TaskPlan plan = task_plan("qmclone", call.text("vmid"));
  plan.duration = 80;
  if (call.is_9())
    log_line(plan, "creating a clone of VM " + plan.id + " with ID " + std::to_string(newid));
  DiskWork work(call.state, call.text("node"), newid, call.now / 1000);
  for (const NamedDrive& disk : clone.disks)
    if (work.problem.empty()) clone_disk(call, guest, clone, work, disk, plan);
  const auto forget = [newid](State& state, const Task&) { state.inventory.guests.erase(newid); };
  plan.undo = forget;
  if (!work.problem.empty()) {
    work.take_back();
    plan.exit = "clone failed: " + work.problem;
    return plan;
  }
  const int place = static_cast<int>(
      call.state.inventory.node_index(target.empty() ? call.text("node") : target).value_or(0));
  plan.effect = [from = guest.vmid, newid, place, config = clone.config](State& state,
                                                                         const Task&) {
    GuestState* made = guest_by_id(state, newid);
    if (made == nullptr) return;
    made->config = config;
    made->node = place;
    copy_firewall(state, from, newid);
  };
  return plan;
}

Answer clone(const Call& call) {
  std::string target;
  ClonePlan plan;
  if (call.has("pool"))
    if (auto refused = refuse_pool(call, call.text("pool"))) return *refused;
  if (auto refused = refuse_target(call, target)) return *refused;
  GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  if (auto refused = refuse_locked(call, *guest)) return *refused;
  if (auto refused = read_source(call, *guest, plan)) return *refused;
  if (!target.empty() && !is_shared(call.state, plan.config, call.text("storage")))
    return failure(500, "can't clone VM to node '" + target + "' (VM uses local storage)");
  const int newid = static_cast<int>(call.number("newid", 0));
  if (call.state.inventory.guests.contains(newid))
    return failure(500,
                   "unable to create VM " + call.text("newid") + ": config file already exists");
  if (auto refused = read_disks(call, *guest, plan)) return *refused;
  make_own(call, *guest, plan.config);
  TaskPlan task = plan_clone(call, *guest, plan, target);
  GuestState made;
  made.vmid = newid;
  made.node = guest->node;
  made.has_system = guest->has_system;
  made.pool = call.text("pool");
  made.config = {{"lock", "clone"}};
  call.state.inventory.guests.emplace(newid, std::move(made));
  return fork_task(call, std::move(task));
}

/// Makes base volumes of the disks, of one if it is named.
void convert(State& state, int vmid, const std::string& only) {
  GuestState* guest = guest_by_id(state, vmid);
  if (guest == nullptr) return;
  guest->config["template"] = "1";
  const std::string node = node_name(state, *guest);
  for (auto& [key, drive] : drives_of(guest->config, false)) {
    if (drive.is_cdrom() || (!only.empty() && key != only) || is_base(drive.file)) continue;
    const Volume* found = state.storages.find(node, drive.file);
    if (found == nullptr) continue;
    Volume volume = *found;
    state.storages.remove(node, drive.file);
    const auto name = volume.volid.rfind("vm-");
    if (name != std::string::npos) volume.volid.replace(name, 3, "base-");
    drive.file = volume.volid;
    state.storages.add(node, std::move(volume));
    guest->config[key] = drive.text();
  }
}

Answer make_template(const Call& call) {
  GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  if (auto refused = refuse_locked(call, *guest)) return *refused;
  if (!guest->snapshots.empty())
    return failure(500, "unable to create template, because VM contains snapshots");
  if (guest->is_template() && !call.has("disk"))
    return failure(500, "you can't convert a template to a template");
  if (is_running(*guest))
    return failure(500, "you can't convert a VM to template if VM is running");
  TaskPlan plan = task_plan("qmtemplate", call.text("vmid"));
  plan.effect = [vmid = guest->vmid, only = call.text("disk")](State& state, const Task&) {
    convert(state, vmid, only);
  };
  return fork_task(call, std::move(plan));
}

Answer feature(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  const std::string snapshot = call.text("snapname");
  const Values* config = &guest->config;
  if (!snapshot.empty()) {
    const auto found = guest->snapshots.find(snapshot);
    if (found == guest->snapshots.end())
      return failure(500, "snapshot '" + snapshot + "' does not exist");
    config = &found->second;
  }
  Json nodes = Json::array();
  const bool everywhere = is_shared(call.state, *config, "");
  for (const auto& node : call.state.inventory.nodes)
    if (everywhere || node.name == call.text("node")) nodes.push_back(node.name);
  return ok({{"hasFeature",
              config_allows(call.state, call.text("feature"), *config, !snapshot.empty()) ? 1 : 0},
             {"nodes", nodes}});
}

}  // namespace

bool volume_allows(const State& state, std::string_view feature, const std::string& volid,
                   bool of_snapshot) {
  const std::string type = type_of(state, storage_of(volid));
  const auto parsed = state.storages.parse(volid);
  if (!parsed) return false;
  const bool qcow2 = parsed->format == "qcow2";
  const bool files = state.storages.is_directory(storage_of(volid));
  const bool thin = type == "lvmthin" || type == "rbd" || type == "zfspool";
  if (feature == "copy") return !files || !of_snapshot || qcow2;
  if (feature == "clone") return is_base(volid) ? type != "lvm" : thin && of_snapshot;
  return files ? qcow2 : thin;
}

bool config_allows(const State& state, std::string_view feature, const Values& config,
                   bool of_snapshot) {
  const auto drives = drives_of(config, false);
  return std::all_of(drives.begin(), drives.end(), [&](const NamedDrive& one) {
    return one.drive.is_cdrom() || volume_allows(state, feature, one.drive.file, of_snapshot);
  });
}

void add_qemu_clone_handlers(Handlers& handlers) {
  const std::string path = "/nodes/{node}/qemu/{vmid}/";
  handlers["POST " + path + "clone"] = clone;
  handlers["POST " + path + "template"] = make_template;
  handlers["GET " + path + "feature"] = feature;
}

}  // namespace pmx::sim
