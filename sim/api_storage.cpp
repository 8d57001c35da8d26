// /storage: the storages of the cluster, storage.cfg.
#include <algorithm>

#include "sim/call.h"
#include "sim/storage_options.h"

namespace pmx::sim {
namespace {

std::string missing(const std::string& storage) {
  return "storage '" + storage + "' does not exist";
}

/// The words by which PVE tells that a storage was made but cannot be reached; empty when it can.
std::string activation_problem(const Lacks& lacks, const std::string& storage,
                               const Section& section) {
  const auto value = [&](std::string_view key) {
    const auto found = section.values.find(key);
    return found == section.values.end() ? std::string() : found->second;
  };
  const std::string& type = section.type;
  if (value("disable") == "1") return "";
  if (type == "dir" || type == "btrfs" || type == "lvm" || type == "esxi" || type == "iscsi")
    return "";
  if (type == "lvmthin")
    return "no such logical volume " + value("vgname") + "/" + value("thinpool");
  if (type == "zfspool") {
    const std::string pool = value("pool").substr(0, value("pool").find('/'));
    const std::string command = "zpool import -d /dev/disk/by-id/ -o cachefile=none " + pool;
    return "could not activate storage '" + storage + "', zfs error: " +
           (lacks.lacks(Part::kZfs) ? lacks.no_program(command)
                                    : "cannot import '" + pool + "': no such pool available");
  }
  if (type == "pbs")
    return "pbs-api: error fetching datastores - 500 Can't connect to " + value("server") +
           ":8007 (Connection timed out)";
  return "storage '" + storage + "' is not online";
}

/// What PVE::SectionConfig finds wrong with the values of a section; empty when it is fine.
std::string config_problem(const std::string& type, const Values& values, bool create) {
  for (const auto& [key, value] : values) {
    const auto option = storage_option(type, key);
    if (!option) return "unexpected property '" + key + "'";
    if (!create && option->fixed) return "can't change value of fixed parameter '" + key + "'";
  }
  if (!create) return "";
  for (const std::string_view key : required_options(type))
    if (!values.contains(key))
      return "missing value for required option '" + std::string(key) + "'";
  return "";
}

/// Values that PVE adds when it reads a section.
void add_defaults(const std::string& storage, Section& section) {
  Values& values = section.values;
  values.erase("maxfiles");  // prune-backups took its place
  if (!values.contains("content")) values["content"] = std::string(default_content(section.type));
  if (is_directory_type(section.type) && !values.contains("path"))
    values["path"] = "/mnt/pve/" + storage;
}

Json shown(const Call& call, const std::string& storage, const Section& section) {
  const Route create{"/storage", "POST", {}};
  Json out = shown_values(*find_member(call.state.facts.method(create), "params"), section.values);
  out["storage"] = storage;
  out["type"] = section.type;
  out["digest"] = call.state.storages.config.digest();
  if (is_shared_type(section.type)) out["shared"] = 1;
  return out;
}

bool may_see(const Call& call, const std::string& storage) {
  const std::string path = "/storage/" + storage;
  return call.may(path, "Datastore.Audit") || call.may(path, "Datastore.Allocate") ||
         call.may(path, "Datastore.AllocateSpace");
}

Answer list(const Call& call) {
  Json out = Json::array();
  for (const auto& [storage, section] : call.state.storages.config.sections)
    if ((!call.has("type") || call.text("type") == section.type) && may_see(call, storage))
      out.push_back(shown(call, storage, section));
  return ok(out);
}

Answer read(const Call& call) {
  const std::string storage = call.text("storage");
  const Section* section = call.state.storages.config.find(storage);
  return section == nullptr ? failure(500, missing(storage)) : ok(shown(call, storage, *section));
}

Values without_secrets(Values values) {
  for (auto at = values.begin(); at != values.end();)
    at = is_storage_secret(at->first) ? values.erase(at) : std::next(at);
  return values;
}

Answer create(const Call& call) {
  const std::string storage = call.text("storage");
  Section section{call.text("type"), stored_values(call.params, {"storage", "type"})};
  if (section.values["nodes"].empty()) section.values.erase("nodes");
  if (auto bad = config_problem(section.type, section.values, true); !bad.empty())
    return failure(500, bad);
  auto& config = call.state.storages.config;
  const std::string failed = "create storage failed: ";
  if (config.find(storage) != nullptr)
    return failure(500, failed + "storage ID '" + storage + "' already defined");
  if (auto bad = activation_problem(call.state.lacks, storage, section); !bad.empty())
    return failure(500, failed + bad);
  section.values = without_secrets(std::move(section.values));
  add_defaults(storage, section);
  config.sections[storage] = section;
  return ok({{"storage", storage}, {"type", section.type}});
}

/// What PVE says about the list `delete`; empty when all of it may go.
std::string delete_problem(const Call& call, const Section& section, const Values& changes) {
  for (const std::string& key : list_items(call.text("delete"))) {
    const auto option = storage_option(section.type, key);
    if (!option) return "no such option '" + key + "'";
    if (!option->optional) return "unable to delete required option '" + key + "'";
    if (option->fixed) return "unable to delete fixed option '" + key + "'";
    if (changes.contains(key))
      return "cannot set and delete property '" + key + "' at the same time!";
  }
  return "";
}

Answer update(const Call& call) {
  const std::string storage = call.text("storage");
  const std::string failed = "update storage failed: ";
  auto& config = call.state.storages.config;
  if (auto refused = refuse_digest(call.params, config.digest()))
    return failure(500, failed + refused->message);
  Section* section = config.find(storage);
  if (section == nullptr) return failure(500, failed + missing(storage));
  const Values changes = stored_values(call.params, {"storage", "delete", "digest"});
  std::string bad = config_problem(section->type, changes, false);
  if (bad.empty()) bad = delete_problem(call, *section, changes);
  if (!bad.empty()) return failure(500, failed + bad);
  change_values(section->values, call.params, {"storage"});
  section->values = without_secrets(std::move(section->values));
  add_defaults(storage, *section);
  return ok({{"storage", storage}, {"type", section->type}});
}

Answer remove(const Call& call) {
  const std::string storage = call.text("storage");
  const std::string failed = "delete storage failed: ";
  auto& sections = call.state.storages.config.sections;
  const auto found = sections.find(storage);
  if (found == sections.end()) return failure(500, failed + missing(storage));
  for (const auto& [other, section] : sections)
    if (const auto base = section.values.find("base");
        base != section.values.end() && base->second.starts_with(storage + ":"))
      return failure(500,
                     failed + "can't remove storage - storage is used as base of another storage");
  sections.erase(found);
  return ok(nullptr);
}

}  // namespace

void add_storage_handlers(Handlers& handlers) {
  handlers["GET /storage"] = list;
  handlers["POST /storage"] = create;
  handlers["GET /storage/{storage}"] = read;
  handlers["PUT /storage/{storage}"] = update;
  handlers["DELETE /storage/{storage}"] = remove;
}

}  // namespace pmx::sim
