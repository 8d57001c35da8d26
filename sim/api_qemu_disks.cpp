// Disks of VMs: resize, move_disk, unlink.
#include <algorithm>
#include <array>
#include <cstdio>

#include "sim/guest_config.h"
#include "sim/qemu_api.h"
#include "sim/section_file.h"

namespace pmx::sim {
namespace {

constexpr const char* kWriteLock =
    "Failed to get shared \"write\" lock Is another process using the image [";

/// The size that "+2G" or "8G" asks for.
std::int64_t wanted_size(const std::string& text, std::int64_t now) {
  return text.starts_with('+') ? now + size_bytes(std::string_view(text).substr(1))
                               : size_bytes(text);
}

/// Why qemu-img cannot read an image that a running QEMU has locked; nothing with PVE's QEMU.
std::string image_lock(const Call& call, const GuestState& guest, const Volume& volume,
                       TaskPlan& plan) {
  if (!is_running(guest) || qemu_of(call.state).patched || volume.format == "raw") return "";
  const std::string path = call.state.storages.path(volume.volid);
  log_line(plan, "command '/usr/bin/qemu-img info '--output=json' " + path + " -f " +
                     volume.format + "' failed: exit code 1");
  return "qemu-img: Could not open '" + path + "': " + kWriteLock + path + "]?";
}

void grow(State& state, GuestState& guest, const std::string& key, std::int64_t size) {
  Drive drive = parse_drive(guest.value(key));
  if (Volume* volume = state.storages.find(node_name(state, guest), drive.file)) {
    if (volume->used == volume->size) volume->used = size;
    volume->size = size;
  }
  drive.options["size"] = size_text(size);
  guest.config[key] = drive.text();
}

/// Fills in what a resize says and does; its failure is the text it returns.
std::string plan_resize(const Call& call, const GuestState& guest, TaskPlan& plan) {
  const std::string key = call.text("disk");
  if (auto old = refuse_old_digest(call, guest)) return old->message;
  if (auto locked = lock_problem(call, guest); !locked.empty()) return locked;
  if (guest.value(key).empty()) return "disk '" + key + "' does not exist";
  const Drive drive = parse_drive(guest.value(key));
  if (drive.file.find(':') == std::string::npos)
    return "unable to parse volume ID '" + drive.file + "'";
  if (drive.is_cdrom()) return "you can't resize a cdrom";
  const Volume* volume = call.state.storages.find(node_name(call.state, guest), drive.file);
  if (volume == nullptr) return "volume '" + drive.file + "' does not exist";
  if (auto locked = image_lock(call, guest, *volume, plan); !locked.empty()) return locked;
  const std::int64_t size = wanted_size(call.text("size"), volume->size);
  if (size < volume->size) return "shrinking disks is not supported";
  if (size == volume->size) return "";
  if (volume->format == "qcow2" && snapshot_holds(guest, drive.file))
    return "Can't resize volume with snapshots";
  if (!is_running(guest)) log_line(plan, "Image resized.", 50);
  const int vmid = guest.vmid;
  plan.effect = [vmid, key, size](State& state, const Task&) {
    if (GuestState* grown = guest_by_id(state, vmid)) grow(state, *grown, key, size);
  };
  return "";
}

Answer resize(const Call& call) {
  if (auto refused = refuse_skiplock(call)) return *refused;
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  TaskPlan plan = task_plan("resize", call.text("vmid"));
  plan.duration = 100;
  std::string problem = guest == nullptr ? missing_guest(call, GuestKind::kQemu).message
                                         : plan_resize(call, *guest, plan);
  if (!problem.empty()) plan.exit = std::move(problem);
  return fork_task(call, std::move(plan));
}

std::string human(std::int64_t bytes) {
  constexpr std::array<const char*, 5> kNames{"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kNames.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", value, kNames[unit]);
  return text.data();
}

Refused refuse_move(const Call& call, const GuestState& guest) {
  const std::string key = call.text("disk");
  const std::string given = call.text("digest");
  if (!given.empty() && given != guest_digest(guest))
    return failure(500, "detected modified configuration - file changed by other user? Try again.");
  if (auto refused = refuse_locked(call, guest)) return refused;
  if (guest.value(key).empty()) return failure(500, "disk '" + key + "' does not exist");
  const Drive drive = parse_drive(guest.value(key));
  if (drive.is_cdrom() && !drive.is_cloud_init()) return failure(500, "you can't move a cdrom");
  const auto parsed = call.state.storages.parse(drive.file);
  if (!parsed) return failure(500, "disk '" + key + "' has no associated volume");
  const std::string storage = call.text("storage");
  if (auto problem = call.state.storages.problem(storage, call.text("node")); !problem.empty())
    return failure(500, problem);
  const std::string format = call.text("format");
  if (parsed->storage == storage && (format.empty() || format == parsed->format))
    return failure(500, "you can't move to the same storage with same format");
  if (!snapshot_holds(guest, drive.file) || !call.flag("delete")) return std::nullopt;
  return failure(500, "you can't move a disk with snapshots and delete the source");
}

Answer move_to_storage(const Call& call, GuestState& guest) {
  if (auto refused =
          refuse_without(call, "/storage/" + call.text("storage"), "Datastore.AllocateSpace"))
    return *refused;
  if (auto refused = refuse_move(call, guest)) return *refused;
  const std::string key = call.text("disk");
  const std::string old = parse_drive(guest.value(key)).file;
  const std::string storage = call.text("storage");
  TaskPlan plan = task_plan("qmmove", call.text("vmid"));
  const Volume* found = call.state.storages.find(call.text("node"), old);
  if (found == nullptr)
    return fork_failure(call, std::move(plan),
                        "storage migration failed: volume '" + old + "' does not exist");
  const Volume source = *found;
  log_line(plan, "copying volume '" + old + "' from current storage '" + storage_of(old) +
                     "' to target storage '" + storage + "'");
  log_line(plan, "create full clone of drive " + key + " (" + old + ")", 10);
  const bool files = call.state.storages.is_directory(storage);
  std::string format = call.text("format");
  if (format.empty()) format = files ? source.format : "raw";
  DiskWork work(call.state, call.text("node"), guest.vmid, call.now / 1000);
  const std::string target = work.copy(source, storage, format);
  if (!work.problem.empty())
    return fork_failure(call, std::move(plan), "storage migration failed: " + work.problem);
  for (const auto& line : work.log) log_line(plan, line, 60);
  log_line(plan, "allocated target volume '" + target + "'", 70);
  for (const std::string& line : transfer_lines(source.size)) log_line(plan, line, 180);
  plan.duration = 200;
  const int vmid = guest.vmid;
  const bool drop = call.flag("delete");
  plan.effect = [vmid, key, target, drop](State& state, const Task&) {
    replace_volume(state, vmid, key, target, drop);
  };
  const std::string node = call.text("node");
  plan.undo = [target, node](State& state, const Task&) { state.storages.remove(node, target); };
  return fork_task(call, std::move(plan));
}

Refused refuse_reassign(const Call& call, const GuestState& guest, const GuestState*& target) {
  const std::string key = call.text("disk");
  const std::string id = call.text("target-vmid");
  const std::string slot = call.has("target-disk") ? call.text("target-disk") : key;
  if (id == call.text("vmid"))
    return bad_parameters({{"target-vmid", "must be different than source VMID to reassign disk"}});
  target = guest_by_id(call.state, std::atoi(id.c_str()));
  if (target == nullptr || target->kind != GuestKind::kQemu)
    return failure(500, "could not find target VM " + id);
  if (target->node != guest.node) return failure(500, "Both VMs need to be on the same node");
  if (auto refused = refuse_locked(call, guest)) return refused;
  if (auto refused = refuse_locked(call, *target)) return refused;
  const std::string current = guest.value(key);
  if (current.empty())
    return failure(500, "Disk '" + key + "' for VM '" + call.text("vmid") + "' does not exist");
  if (is_running(guest) && !key.starts_with("unused"))
    return failure(500, "Cannot move disk '" + key + "' of a running VM");
  if (parse_drive(current).is_cdrom())
    return failure(500, "CD-ROMs, cloud-init, EFI and TPM disks can't be reassigned.");
  if (snapshot_holds(guest, parse_drive(current).file))
    return failure(500, "Can't reassign disk used by a snapshot");
  if (!target->value(slot).empty() && !slot.starts_with("unused"))
    return failure(500, "Target disk key '" + slot + "' is already in use for VM '" + id + "'");
  return std::nullopt;
}

/// The volume becomes the other VM's, under a name of its own.
void finish_reassign(State& state, int from, const std::string& key, int to,
                     const std::string& slot, const std::string& volid) {
  GuestState* source = guest_by_id(state, from);
  GuestState* target = guest_by_id(state, to);
  if (source == nullptr || target == nullptr) return;
  const std::string node = node_name(state, *source);
  Drive drive = parse_drive(source->value(key));
  if (const Volume* old = state.storages.find(node, drive.file)) {
    Volume moved = *old;
    moved.volid = volid;
    moved.vmid = to;
    state.storages.remove(node, drive.file);
    state.storages.add(node, std::move(moved));
  }
  drive.file = volid;
  source->config.erase(key);
  target->config[slot] = slot.starts_with("unused") ? volid : drive.text();
}

Answer reassign(const Call& call, GuestState& guest) {
  const GuestState* target = nullptr;
  if (auto refused = refuse_reassign(call, guest, target)) return *refused;
  const std::string key = call.text("disk");
  const std::string slot = call.has("target-disk") ? call.text("target-disk") : key;
  const std::string from = call.text("vmid");
  const std::string to = call.text("target-vmid");
  Drive drive = parse_drive(guest.value(key));
  const auto parsed = call.state.storages.parse(drive.file);
  if (!parsed) return failure(500, "unable to parse volume ID '" + drive.file + "'");
  drive.file = call.state.storages.new_disk(call.text("node"), parsed->storage, target->vmid,
                                            parsed->format);
  TaskPlan plan = task_plan("qmmove", from + "-" + key + ">" + to + "-" + slot);
  log_line(plan, "reassign disk '" + key + "' from VM '" + from + "' as '" + slot + "' to VM '" +
                     to + "'");
  log_line(plan, "removing disk '" + key + "' from VM '" + from + "' config", 20);
  log_line(plan, "update VM " + to + ": -" + slot + " " + drive.text(), 30);
  plan.duration = 60;
  plan.effect = [source = guest.vmid, key, other = target->vmid, slot, volid = drive.file](
                    State& state, const Task&) {
    finish_reassign(state, source, key, other, slot, volid);
  };
  return fork_task(call, std::move(plan));
}

Answer move_disk(const Call& call) {
  if (auto refused = refuse_skiplock(call)) return *refused;
  const bool storage = call.has("storage");
  const bool other = call.has("target-vmid");
  if (storage && other)
    return bad_parameters({{"target-vmid", "either set 'storage' or 'target-vmid', but not both"},
                           {"storage", "either set 'storage' or 'target-vmid', but not both"}});
  if (!storage && !other) {
    const char* text = "both 'storage' and 'target-vmid' missing, either needs to be set";
    return bad_parameters({{"target-vmid", text}, {"storage", text}});
  }
  GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  return storage ? move_to_storage(call, *guest) : reassign(call, *guest);
}

/// A deletion of drives, in other words.
Answer unlink(const Call& call) {
  GuestState* guest = find_guest(call, GuestKind::kQemu);
  ConfigChange change;
  change.force = call.flag("force");
  for (const auto& name : list_items(call.text("idlist"))) {
    if (!is_drive_name(name) && !is_numbered(name, "unused"))
      return bad_parameters({{"delete", "unknown option '" + name + "'"}});
    change.remove.push_back(name);
  }
  if (change.remove.empty()) return failure(500, "no options specified");
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  if (auto refused = refuse_locked(call, *guest)) return *refused;
  ConfigWork work(call.state, *guest, call.now);
  work.carry_out(change);
  if (!work.problem.empty()) return failure(500, work.problem);
  return work.errors.empty() ? ok(nullptr) : bad_parameters(work.errors);
}

}  // namespace

std::vector<std::string> transfer_lines(std::int64_t size) {
  const std::string all = human(size);
  const std::string end = "transferred " + all + " of " + all + " (100.00%)";
  return {"transferred 0.0 B of " + all + " (0.00%)", end, end};
}

void add_qemu_disk_handlers(Handlers& handlers) {
  const std::string path = "/nodes/{node}/qemu/{vmid}/";
  handlers["PUT " + path + "resize"] = resize;
  handlers["POST " + path + "move_disk"] = move_disk;
  handlers["PUT " + path + "unlink"] = unlink;
}

}  // namespace pmx::sim
