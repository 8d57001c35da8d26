// /nodes/{node}/storage/{storage}/content: volumes, listed, made, changed and removed.
#include <algorithm>

#include "base/crypto.h"
#include "sim/guest_disks.h"
#include "sim/pattern.h"
#include "sim/prune.h"
#include "sim/storage_options.h"
#include "sim/volume_access.h"

namespace pmx::sim {
namespace {

const NodeState& node_of(const Call& call) {
  return call.state.inventory.nodes[call.state.inventory.node_index(call.text("node")).value_or(0)];
}

std::optional<Answer> unusable(const Call& call) {
  const std::string bad = call.state.storages.problem(call.text("storage"), call.text("node"));
  return bad.empty() ? std::nullopt : std::optional(failure(500, bad));
}

bool holds(const Call& call, const std::string& content) {
  const auto contents = call.state.storages.contents(call.text("storage"));
  return std::find(contents.begin(), contents.end(), content) != contents.end();
}

/// A path parameter may name a volume with or without its storage.
std::string volid_of(const Call& call) {
  const std::string volume = call.text("volume");
  return volume.find(':') == std::string::npos ? call.text("storage") + ":" + volume : volume;
}

/// What a volume is to its owner: disks of containers are "rootdir".
std::string content_of(const Call& call, const Volume& volume) {
  if (volume.content != "images") return volume.content;
  const auto owner = call.state.inventory.guests.find(volume.vmid);
  const bool container =
      owner != call.state.inventory.guests.end() && owner->second.kind == GuestKind::kLxc;
  return container || volume.format == "subvol" ? "rootdir" : "images";
}

/// A volume of another storage than the path's.
Refused refuse_other_storage(const Call& call, const std::string& volid) {
  const std::string storage = storage_of(volid);
  if (storage == call.text("storage")) return std::nullopt;
  return bad_parameters(
      {{"volume", "storage ID mismatch (" + storage + " != " + call.text("storage") + ")\n"}});
}

Json row_of(const Call& call, const Volume& volume) {
  const bool files = call.state.storages.is_directory(storage_of(volume.volid));
  Json row{{"volid", volume.volid},
           {"content", content_of(call, volume)},
           {"format", volume.format},
           {"size", volume.size},
           {"ctime", volume.ctime}};
  if (volume.vmid != 0) row["vmid"] = volume.vmid;
  if (volume.content == "images" && files) {
    row["used"] = volume.used;
    row["parent"] = volume.parent.empty() ? Json() : Json(volume.parent);
  } else if (!volume.parent.empty()) {
    row["parent"] = volume.parent;
  }
  if (volume.content != "backup") return row;
  if (!volume.notes.empty()) row["notes"] = volume.notes;
  if (volume.is_protected) row["protected"] = 1;
  row["subtype"] =
      volume.volid.find("lxc") != std::string::npos || volume.format == "pbs-ct" ? "lxc" : "qemu";
  return row;
}

Answer list(const Call& call) {
  if (auto refused = unusable(call)) return *refused;
  Json out = Json::array();
  for (const Volume* volume : call.state.storages.list(call.text("node"), call.text("storage"))) {
    const std::string content = content_of(call, *volume);
    if (call.has("content") ? content != call.text("content") : !holds(call, content)) continue;
    if (call.has("vmid") && std::to_string(volume->vmid) != call.text("vmid")) continue;
    if (!refuse_volume_access(call, volume->volid)) out.push_back(row_of(call, *volume));
  }
  return ok(out);
}

Answer read(const Call& call) {
  const std::string volid = volid_of(call);
  if (auto refused = refuse_other_storage(call, volid)) return *refused;
  if (auto refused = refuse_volume_access(call, volid)) return *refused;
  const Volume* volume = call.state.storages.find(call.text("node"), volid);
  if (volume == nullptr)
    return failure(500, "volume_size_info on '" + volid + "' failed - no format");
  Json out{{"path", call.state.storages.path(volid)},
           {"size", volume->size},
           {"used", volume->used},
           {"format", volume->content == "images" ? volume->format : "raw"}};
  if (volume->content == "backup") {
    if (!volume->notes.empty()) out["notes"] = volume->notes;
    out["protected"] = volume->is_protected ? 1 : 0;
  }
  return ok(out);
}

/// Bytes of "512M" or of KiB without a unit.
std::int64_t size_of(const std::string& text) {
  const std::int64_t number = std::strtoll(text.c_str(), nullptr, 10);
  return number << (text.ends_with('G') ? 30 : text.ends_with('M') ? 20 : 10);
}

/// What is wrong with the wanted name of a new disk; empty when nothing is.
std::string name_problem(const Call& call, const std::string& name, const std::string& format,
                         const std::string& volid) {
  const Storages& storages = call.state.storages;
  const std::string vmid = call.text("vmid");
  if (!storages.is_directory(call.text("storage"))) {
    if (!name.starts_with("vm-" + vmid + "-"))
      return "illegal name '" + name + "' - should be 'vm-" + vmid + "-*'";
  } else if (!storages.parse(volid)) {
    return "unable to parse volume filename '" + name + "'";
  } else if (!name.ends_with("." + format)) {
    return "illegal name '" + name + "' - wrong extension for format ('" +
           name.substr(name.rfind('.') + 1) + "' != '" + format + "')";
  }
  if (storages.find(call.text("node"), volid) == nullptr) return "";
  return storages.is_directory(call.text("storage"))
             ? "disk image '" + storages.path(volid) + "' already exists"
             : "volume '" + name + "' already exists";
}

Answer allocate(const Call& call) {
  const std::string name = call.text("filename");
  const std::string storage = call.text("storage");
  std::string format = call.text("format");
  const auto dot = name.rfind('.');
  const std::string extension = dot == std::string::npos ? "" : name.substr(dot + 1);
  if (extension == "raw" || extension == "qcow2" || extension == "vmdk") {
    if (!format.empty() && format != extension)
      return bad_parameters(
          {{"format", "different storage formats (" + format + " != " + extension + ")"}});
    format = extension;
  }
  if (!matches_pattern("\\d+[MG]?", call.text("size")))
    return bad_parameters({{"size", "unable to parse size '" + call.text("size") + "'"}});
  if (auto refused = unusable(call)) return *refused;
  if (format.empty()) format = call.state.storages.default_format(storage);
  Volume volume;
  volume.vmid = static_cast<int>(call.number("vmid", 0));
  volume.volid = storage + ":" +
                 (call.state.storages.is_directory(storage) ? call.text("vmid") + "/" : "") + name;
  if (auto bad = name_problem(call, name, format, volume.volid); !bad.empty())
    return failure(500, bad);
  volume.content = "images";
  volume.format = format;
  volume.size = size_of(call.text("size"));
  volume.used = fresh_disk_use(format, volume.size);
  volume.ctime = call.now / 1000;
  if (auto bad = call.state.storages.full_problem(call.state.inventory, node_of(call), volume.volid,
                                                  volume.size, volume.used);
      !bad.empty())
    return failure(500, bad);
  return ok(call.state.storages.add(call.text("node"), std::move(volume)).volid);
}

/// Why a volume stays, in the words of the task that was to remove it; empty when it goes.
std::string removal_problem(const Call& call, const std::string& volid) {
  const std::string bad = call.state.storages.problem(storage_of(volid), call.text("node"));
  if (!bad.empty()) return bad;
  const Volume* volume = call.state.storages.find(call.text("node"), volid);
  if (volume == nullptr) return "";
  const std::string name = volid.substr(volid.find(':') + 1);
  if (volume->is_protected)
    return "cannot remove protected volume '" + name + "' on '" + storage_of(volid) + "'";
  if (name.find("base-") == std::string::npos) return "";
  for (const Volume* other : call.state.storages.list(call.text("node"), storage_of(volid)))
    if (other->volid.starts_with(volid + "/"))
      return "base volume '" + name + "' is still in use by linked clones";
  return "";
}

/// Backups may be removed by those who make them.
Refused refuse_removal(const Call& call, const VolumeName& volume) {
  const std::string path = "/storage/" + call.text("storage");
  if (volume.content != "backup" || volume.vmid == 0)
    return refuse_without(call, path, "Datastore.Allocate");
  if (auto refused = refuse_without(call, path, "Datastore.AllocateSpace")) return refused;
  return refuse_without(call, "/vms/" + std::to_string(volume.vmid), "VM.Backup");
}

/// With `delay` PVE looks each second whether the worker has ended, and tells how.
Answer waited(const Call& call, TaskPlan plan) {
  const std::string exit = plan.exit;
  plan.duration = 0;
  call.state.tasks.fork(node_of(call), call.caller, std::move(plan), call.now);
  call.state.tasks.advance(call.state, call.now);
  Answer answer = exit == "OK" ? ok(nullptr) : failure(500, exit);
  answer.delay = std::chrono::milliseconds{1000};
  return answer;
}

Answer remove(const Call& call) {
  const std::string volid = volid_of(call);
  if (auto refused = refuse_other_storage(call, volid)) return *refused;
  if (call.state.storages.config.find(call.text("storage")) == nullptr)
    return failure(500, "storage '" + call.text("storage") + "' does not exist");
  const auto parsed = call.state.storages.parse(volid);
  if (!parsed) return failure(500, unparsable_volume(call.state.storages, volid));
  if (auto refused = refuse_removal(call, *parsed)) return *refused;
  TaskPlan plan;
  plan.type = "imgdel";
  plan.id =
      (parsed->vmid != 0 ? std::to_string(parsed->vmid) + "@" : std::string()) + parsed->storage;
  const std::string bad = removal_problem(call, volid);
  if (!bad.empty()) {
    plan.exit = bad;
  } else {
    if (call.state.storages.find(call.text("node"), volid) == nullptr)
      plan.lines.push_back(
          {0, "disk image '" + call.state.storages.path(volid) + "' does not exist"});
    plan.lines.push_back({0, "Removed volume '" + volid + "'"});
    const std::string node = call.text("node");
    plan.effect = [node, volid](State& state, const Task&) { state.storages.remove(node, volid); };
  }
  if (call.has("delay")) return waited(call, std::move(plan));
  return ok(call.state.tasks.fork(node_of(call), call.caller, std::move(plan), call.now));
}

/// How many backups of a guest may be protected; those who own the storage have no limit.
std::optional<Answer> refuse_protection(const Call& call, const VolumeName& volume) {
  const std::string& storage = volume.storage;
  const Section* section = call.state.storages.config.find(storage);
  const auto given = section->values.find("max-protected-backups");
  const bool owns = call.may("/storage/" + storage, "Datastore.Allocate");
  const int most =
      given != section->values.end() ? std::atoi(given->second.c_str()) : (owns ? -1 : 5);
  int count = 0;
  for (const Volume* other : call.state.storages.list(call.text("node"), storage))
    count += other->content == "backup" && other->vmid == volume.vmid && other->is_protected;
  if (most < 0 || count < most) return std::nullopt;
  return failure(500, "The number of protected backups per guest is limited to " +
                          std::to_string(most) + " on storage '" + storage + "'");
}

/// Notes and the mark stand in files beside the archive, which need not be there.
Answer change(const Call& call) {
  const std::string volid = volid_of(call);
  if (auto refused = refuse_other_storage(call, volid)) return *refused;
  if (auto refused = refuse_volume_access(call, volid)) return *refused;
  const auto parsed = call.state.storages.parse(volid);
  Volume* volume = call.state.storages.find(call.text("node"), volid);
  const bool backup = parsed->content == "backup";
  if (call.has("notes")) {
    if (!backup) return failure(500, "only backups can have notes");
    if (volume != nullptr) volume->notes = call.text("notes");
  }
  if (!call.has("protected")) return ok(nullptr);
  if (!backup) return failure(500, "only backups support attribute 'protected'");
  const bool marked = volume != nullptr && volume->is_protected;
  if (call.flag("protected") && !marked)
    if (auto refused = refuse_protection(call, *parsed)) return *refused;
  if (volume != nullptr) volume->is_protected = call.flag("protected");
  return ok(nullptr);
}

Answer copy(const Call& call) {
  const std::string volid = volid_of(call);
  if (auto refused = unusable(call)) return *refused;
  TaskPlan plan;
  plan.type = "imgcopy";
  const Volume* volume = call.state.storages.find(call.text("node"), volid);
  if (volume == nullptr) plan.exit = "volume '" + volid + "' does not exist";
  const std::string target = call.text("target");
  const std::string there = call.has("target_node") ? call.text("target_node") : call.text("node");
  if (volume != nullptr) {
    Volume made = *volume;
    made.volid =
        target.find(':') == std::string::npos ? call.text("storage") + ":" + target : target;
    plan.lines.push_back({0, "copy '" + volid + "' to '" + made.volid + "'"});
    plan.effect = [there, made](State& state, const Task&) { state.storages.add(there, made); };
  }
  return ok(call.state.tasks.fork(node_of(call), call.caller, std::move(plan), call.now));
}

/// The options to prune by: the call's, or the storage's.
std::string prune_options(const Call& call) {
  if (call.has("prune-backups")) return call.text("prune-backups");
  const Section* section = call.state.storages.config.find(call.text("storage"));
  if (section == nullptr) return "";
  const auto found = section->values.find("prune-backups");
  return found == section->values.end() ? "" : found->second;
}

/// Why nothing can be pruned; empty when it can.
std::string prune_problem(const Call& call) {
  const std::string storage = call.text("storage");
  if (call.state.storages.config.find(storage) == nullptr)
    return "storage '" + storage + "' does not exist";
  if (!holds(call, "backup")) return "storage '" + storage + "' does not support backups";
  if (prune_options(call).empty())
    return "no prune-backups options configured for storage '" + storage + "'";
  return call.state.storages.problem(storage, call.text("node"));
}

Refused refuse_pruning(const Call& call) {
  const std::string path = "/storage/" + call.text("storage");
  if (!call.has("vmid")) return refuse_without(call, path, "Datastore.Allocate");
  if (auto refused = refuse_without(call, path, "Datastore.AllocateSpace")) return refused;
  return refuse_without(call, "/vms/" + call.text("vmid"), "VM.Backup");
}

std::vector<PruneMark> marks_of(const Call& call) {
  return prune_marks(call.state.storages, call.text("node"), call.text("storage"),
                     prune_options(call), static_cast<int>(call.number("vmid", 0)),
                     call.text("type"));
}

Answer prune_preview(const Call& call) {
  if (auto bad = prune_problem(call); !bad.empty()) return failure(500, bad);
  Json out = Json::array();
  for (const PruneMark& one : marks_of(call))
    out.push_back({{"volid", one.volid},
                   {"ctime", one.ctime},
                   {"mark", one.mark},
                   {"type", one.type},
                   {"vmid", one.vmid}});
  return ok(out);
}

Answer prune(const Call& call) {
  if (auto refused = refuse_pruning(call)) return *refused;
  TaskPlan plan;
  plan.type = "prunebackups";
  plan.id = (call.has("vmid") ? call.text("vmid") + "@" : "") + call.text("storage");
  const std::string node = call.text("node");
  if (auto bad = prune_problem(call); !bad.empty()) plan.exit = bad;
  std::vector<std::string> removed;
  for (const PruneMark& one : plan.exit == "OK" ? marks_of(call) : std::vector<PruneMark>{}) {
    if (one.mark != "remove") continue;
    removed.push_back(one.volid);
    plan.lines.push_back({0, "Removed volume '" + one.volid + "'"});
  }
  plan.effect = [node, removed](State& state, const Task&) {
    for (const std::string& volid : removed) state.storages.remove(node, volid);
  };
  return ok(call.state.tasks.fork(node_of(call), call.caller, std::move(plan), call.now));
}

}  // namespace

void add_content_handlers(Handlers& handlers) {
  const std::string base = "/nodes/{node}/storage/{storage}/";
  handlers["GET " + base + "content"] = list;
  handlers["POST " + base + "content"] = allocate;
  handlers["GET " + base + "content/{volume}"] = read;
  handlers["PUT " + base + "content/{volume}"] = change;
  handlers["POST " + base + "content/{volume}"] = copy;
  handlers["DELETE " + base + "content/{volume}"] = remove;
  handlers["GET " + base + "prunebackups"] = prune_preview;
  handlers["DELETE " + base + "prunebackups"] = prune;
}

}  // namespace pmx::sim
