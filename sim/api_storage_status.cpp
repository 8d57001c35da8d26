// /nodes/{node}/storage: what a node sees of the storages.
#include <algorithm>

#include "sim/call.h"
#include "sim/storage_options.h"

namespace pmx::sim {
namespace {

const NodeState& node_of(const Call& call) {
  return call.state.inventory.nodes[call.state.inventory.node_index(call.text("node")).value_or(0)];
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ",") + item;
  return out;
}

/// What lists and the single status say alike.
Json status_of(const Call& call, const std::string& storage, const Section& section) {
  const Storages& storages = call.state.storages;
  const NodeState& node = node_of(call);
  const StorageSpace space = storages.space(call.state.inventory, node, storage);
  return {{"type", section.type},
          {"content", joined(storages.contents(storage))},
          {"shared", storages.is_shared(storage) ? 1 : 0},
          {"enabled", storages.problem(storage, node.name).empty() ? 1 : 0},
          {"active", space.active ? 1 : 0},
          {"total", space.total},
          {"used", space.used},
          {"avail", space.total - space.used}};
}

/// The formats of disks that a storage takes, as the option `format` asks for.
void add_formats(const Call& call, const std::string& storage, const Section& section, Json& row) {
  std::vector<std::string> supported;
  if (is_directory_type(section.type)) supported = {"qcow2", "raw", "subvol", "vmdk"};
  if (section.type == "zfspool") supported = {"raw", "subvol"};
  if (supported.empty()) return;
  Json set = Json::object();
  for (const std::string& format : supported) set[format] = 1;
  const std::string fallback = call.state.storages.default_format(storage);
  row["format"] = Json::array({set, fallback});
  if (call.is_9()) row["formats"] = {{"supported", supported}, {"default", fallback}};
}

bool holds_one_of(const std::vector<std::string>& contents,
                  const std::vector<std::string>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& one) {
    return std::find(contents.begin(), contents.end(), one) != contents.end();
  });
}

bool is_wanted(const Call& call, const std::string& storage) {
  const Storages& storages = call.state.storages;
  const std::string node = call.text("node");
  const std::string path = "/storage/" + storage;
  if (!call.may(path, "Datastore.Audit") && !call.may(path, "Datastore.AllocateSpace"))
    return false;
  if (call.has("storage") && call.text("storage") != storage) return false;
  const bool enabled = storages.problem(storage, node).empty();
  if (call.has("content") &&
      (!enabled || !holds_one_of(storages.contents(storage), list_items(call.text("content")))))
    return false;
  const Values& values = storages.config.find(storage)->values;
  if (call.flag("enabled") && values.contains("disable") && values.at("disable") == "1")
    return false;
  const std::string target = call.text("target");
  if (target.empty() || target == node) return true;
  const std::string there = " is not available on node '";
  return storages.is_shared(storage) &&
         storages.problem(storage, target).find(there) == std::string::npos &&
         storages.problem(storage, node).find(there) == std::string::npos;
}

Answer list(const Call& call) {
  if (call.has("storage") && call.state.storages.config.find(call.text("storage")) == nullptr)
    return bad_parameters({{"storage", "No such storage."}});
  Json out = Json::array();
  for (const auto& [storage, section] : call.state.storages.config.sections) {
    if (!is_wanted(call, storage)) continue;
    Json row = status_of(call, storage, section);
    row["storage"] = storage;
    const auto total = row["total"].get<double>();
    if (total > 0) row["used_fraction"] = row["used"].get<double>() / total;
    if (call.flag("format")) add_formats(call, storage, section, row);
    out.push_back(std::move(row));
  }
  return ok(out);
}

Answer status(const Call& call) {
  const Section* section = call.state.storages.config.find(call.text("storage"));
  if (section == nullptr) return bad_parameters({{"storage", "No such storage."}});
  return ok(status_of(call, call.text("storage"), *section));
}

Answer identity(const Call& call) {
  const Section* section = call.state.storages.config.find(call.text("storage"));
  if (section == nullptr)
    return failure(500, "storage '" + call.text("storage") + "' does not exist");
  if (section->type != "pbs")
    return failure(500,
                   "get_identity not implemented for this plugin at "
                   "/usr/share/perl5/PVE/Storage/Plugin.pm line 2681.");
  const Dice dice(call.state.inventory.seed(), call.text("storage"));
  return ok({{"id", Dice(dice).uuid()}, {"type", "pbs-instance"}});
}

}  // namespace

Json storage_resources(const Call& call) {
  const State& state = call.state;
  Json out = Json::array();
  for (const auto& node : state.inventory.nodes) {
    for (const auto& [storage, section] : state.storages.config.sections) {
      const bool here = state.storages.problem(storage, node.name).empty();
      if (!here || !call.may("/storage/" + storage, "Datastore.Audit")) continue;
      const StorageSpace space = state.storages.space(state.inventory, node, storage);
      Json row{{"id", "storage/" + node.name + "/" + storage},
               {"type", "storage"},
               {"storage", storage},
               {"node", node.name},
               {"status", node.online && space.active ? "available" : "unknown"},
               {"plugintype", section.type},
               {"content", joined(state.storages.contents(storage))},
               {"shared", state.storages.is_shared(storage) ? 1 : 0}};
      row["disk"] = node.online ? space.used : 0;
      row["maxdisk"] = node.online ? space.total : 0;
      out.push_back(std::move(row));
    }
  }
  return out;
}

void add_storage_status_handlers(Handlers& handlers) {
  handlers["GET /nodes/{node}/storage"] = list;
  handlers["GET /nodes/{node}/storage/{storage}/status"] = status;
  handlers["GET /nodes/{node}/storage/{storage}/identity"] = identity;
}

}  // namespace pmx::sim
