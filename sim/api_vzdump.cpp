// /nodes/{node}/vzdump: backups at once, their defaults, and the configuration in an archive.
#include <algorithm>

#include "sim/backup.h"
#include "sim/backup_options.h"
#include "sim/call.h"

namespace pmx::sim {
namespace {

const NodeState& node_of(const Call& call) {
  return call.state.inventory.nodes[call.state.inventory.node_index(call.text("node")).value_or(0)];
}

Answer start(const Call& call) {
  if (Json errors = backup_option_errors(call.params, call.caller, true); !errors.empty())
    return bad_parameters(std::move(errors));
  if (const std::string pool = call.text("pool");
      !pool.empty() && !call.state.access.config.pools.contains(pool))
    return failure(500, "pool '" + pool + "' does not exist");
  const Values options = stored_values(call.params, {"node"});
  std::vector<int> here;
  const auto& guests = call.state.inventory.guests;
  for (const int vmid : backup_guests(call.state, options)) {
    const auto guest = guests.find(vmid);
    if (guest == guests.end() ||
        call.state.inventory.node_of(guest->second).name == node_of(call).name)
      here.push_back(vmid);
  }
  if (here.empty() && !call.flag("all")) return ok("OK");
  return ok(call.state.tasks.fork(node_of(call), call.caller,
                                  backup_task(call.state, node_of(call), here, options, call.now),
                                  call.now));
}

Answer defaults(const Call& call) {
  Json out{{"mode", "snapshot"},
           {"compress", "0"},
           {"ionice", 7},
           {"bwlimit", 0},
           {"lockwait", 180},
           {"stopwait", 10},
           {"stdexcludes", 1},
           {"quiet", 0},
           {"all", 0},
           {"remove", 1},
           {"stop", 0},
           {"pigz", 0},
           {"zstd", 1},
           {"mailnotification", "always"},
           {"storage", "local"},
           {"dumpdir", "/var/lib/vz/dump"},
           {"fleecing", {{"enabled", 0}}},
           {"prune-backups", "keep-all=1"},
           {"performance", {{"max-workers", 16}, {"pbs-entries-max", 1048576}}}};
  out["notification-mode"] = "auto";
  if (!call.is_9()) out["notification-policy"] = "always";
  if (!call.has("storage")) return ok(out);
  const std::string storage = call.text("storage");
  const Section* section = call.state.storages.config.find(storage);
  if (section == nullptr) return failure(500, "storage '" + storage + "' does not exist");
  out["storage"] = storage;
  if (const auto keep = section->values.find("prune-backups"); keep != section->values.end())
    out["prune-backups"] = keep->second;
  return ok(out);
}

Answer extract_config(const Call& call) {
  const std::string node = call.text("node");
  const std::string archive = call.text("volume");
  if (auto bad = archive_problem(call.state, node, archive); !bad.empty()) return failure(500, bad);
  const auto parsed = call.state.storages.parse(archive);
  if (!parsed || parsed->content != "backup")
    return failure(500, "'" + archive + "' is not a backup volume");
  std::string text;
  for (const auto& [key, value] : archive_config(call.state, node, archive))
    text += key + ": " + value + "\n";
  return ok(text);
}

}  // namespace

void add_vzdump_handlers(Handlers& handlers) {
  handlers["POST /nodes/{node}/vzdump"] = start;
  handlers["GET /nodes/{node}/vzdump/defaults"] = defaults;
  handlers["GET /nodes/{node}/vzdump/extractconfig"] = extract_config;
}

}  // namespace pmx::sim
