// /pools, in both forms: the pool in the path, or as the parameter poolid (the only one for nested
// pools).
#include <algorithm>

#include "sim/call.h"
#include "sim/permission.h"
#include "sim/resource_rows.h"
#include "sim/section_file.h"

namespace pmx::sim {
namespace {

Answer no_such_pool(const std::string& name) {
  return failure(500, "pool '" + name + "' does not exist");
}

void add_guests(const Call& call, const std::string& name, Json& members) {
  const std::string type = call.text("type");
  for (const auto& [vmid, guest] : call.state.inventory.guests) {
    if (guest.pool != name || (!type.empty() && type != kind_name(guest.kind))) continue;
    Json row =
        guest_resource(call.state.inventory, guest, call.now / 1000, call.state.facts.version());
    row.erase("pool");
    members.push_back(std::move(row));
  }
}

void add_storages(const Call& call, const Pool& pool, Json& members) {
  if (call.has("type") && call.text("type") != "storage") return;
  const std::string& asked = call.state.inventory.nodes[call.asked].name;
  for (Json& row : storage_resources(call))
    if (string_member(row, "node") == asked &&
        pool.storages.contains(string_member(row, "storage")))
      members.push_back(std::move(row));
}

Json shown_pool(const Call& call, const std::string& name, const Pool& pool) {
  Json members = Json::array();
  add_guests(call, name, members);
  add_storages(call, pool, members);
  Json out{{"poolid", name}, {"members", std::move(members)}};
  if (!pool.comment.empty()) out["comment"] = pool.comment;
  return out;
}

Answer read_pool(const Call& call) {
  const auto& pools = call.state.access.config.pools;
  const auto pool = pools.find(call.text("poolid"));
  if (pool == pools.end()) return no_such_pool(call.text("poolid"));
  return ok(shown_pool(call, pool->first, pool->second));
}

Answer list_pools(const Call& call) {
  if (call.has("poolid")) {
    const Answer one = read_pool(call);
    return one.status == 200 ? ok(Json::array({one.data})) : one;
  }
  Json out = Json::array();
  for (const auto& [name, pool] : call.state.access.config.pools) {
    if (!call.may("/pool/" + name, "Pool.Audit")) continue;
    Json row{{"poolid", name}};
    if (!pool.comment.empty()) row["comment"] = pool.comment;
    out.push_back(std::move(row));
  }
  return ok(out);
}

Answer create_pool(const Call& call) {
  constexpr std::string_view kWhat = "create pool";
  const std::string name = call.text("poolid");
  auto& pools = call.state.access.config.pools;
  if (pools.contains(name))
    return failed_to(kWhat, failure(500, "pool '" + name + "' already exists"));
  const auto slash = name.rfind('/');
  if (slash != std::string::npos && !pools.contains(name.substr(0, slash)))
    return failed_to(kWhat, failure(500, "parent '" + name.substr(0, slash) + "' of pool '" + name +
                                             "' does not exist"));
  const char first = name[slash == std::string::npos ? 0 : slash + 1];
  if ((first | 32) < 'a' || (first | 32) > 'z')
    return failed_to(kWhat, failure(500, "pool name must start with a letter"));
  pools[name].comment = call.text("comment");
  return ok(nullptr);
}

bool is_member(const Call& call, const std::string& name, const Pool& pool, int vmid) {
  return pool.absent_guests.contains(vmid) || call.state.access.pool_of(vmid) == name;
}

/// Where a VMID belongs now, also one that does not exist.
std::string pool_with(const Call& call, int vmid) {
  for (const auto& [name, pool] : call.state.access.config.pools)
    if (is_member(call, name, pool, vmid)) return name;
  return "";
}

void move_guest(const Call& call, int vmid, const std::string& name) {
  UserConfig& config = call.state.access.config;
  for (auto& [other, pool] : config.pools) pool.absent_guests.erase(vmid);
  const auto guest = call.state.inventory.guests.find(vmid);
  if (guest != call.state.inventory.guests.end())
    guest->second.pool = name;
  else if (!name.empty())
    config.pools[name].absent_guests.insert(vmid);
}

std::optional<Answer> change_guest(const Call& call, const std::string& name, int vmid) {
  const std::string text = std::to_string(vmid);
  const std::string path = "/vms/" + text;
  const AccessControl& access = call.state.access;
  if (auto bad = require_any(access, call.caller, path, AccessControl::modifying_privileges(path)))
    return bad;
  const std::string current = pool_with(call, vmid);
  if (call.flag("delete")) {
    if (current != name) return failure(500, "VM " + text + " is not a pool member");
    move_guest(call, vmid, "");
    return std::nullopt;
  }
  if (current == name) return failure(500, "VM " + text + " is already a pool member");
  if (!current.empty()) {
    if (!call.flag("allow-move"))
      return failure(500, "VM " + text + " belongs already to pool '" + current +
                              "' and 'allow-move' is not set");
    if (auto bad = require(access, call.caller, "/pool/" + current, {"Pool.Allocate"})) return bad;
  }
  move_guest(call, vmid, name);
  return std::nullopt;
}

std::optional<Answer> change_storage(const Call& call, Pool& pool, const std::string& storage) {
  const std::string path = "/storage/" + storage;
  if (auto bad = require_any(call.state.access, call.caller, path,
                             AccessControl::modifying_privileges(path)))
    return bad;
  if (call.flag("delete")) {
    if (pool.storages.erase(storage) == 0)
      return failure(500, "Storage '" + storage + "' is not a pool member");
    return std::nullopt;
  }
  if (!pool.storages.insert(storage).second)
    return failure(500, "Storage '" + storage + "' is already a pool member");
  return std::nullopt;
}

/// All of a call's changes or none: PVE writes the file at the end.
std::optional<Answer> change_pool(const Call& call, const std::string& name) {
  auto& pools = call.state.access.config.pools;
  const auto pool = pools.find(name);
  if (pool == pools.end()) return no_such_pool(name);
  if (call.has("comment")) pool->second.comment = call.text("comment");
  for (const std::string& vmid : list_items(call.text("vms")))
    if (auto bad = change_guest(call, name, std::atoi(vmid.c_str()))) return bad;
  for (const std::string& storage : list_items(call.text("storage")))
    if (auto bad = change_storage(call, pool->second, storage)) return bad;
  return std::nullopt;
}

Answer update_pool(const Call& call) {
  auto& pools = call.state.access.config.pools;
  const auto before = pools;
  std::map<int, std::string> members;
  for (const auto& [vmid, guest] : call.state.inventory.guests) members[vmid] = guest.pool;
  const auto bad = change_pool(call, call.text("poolid"));
  if (!bad) return ok(nullptr);
  pools = before;
  for (auto& [vmid, guest] : call.state.inventory.guests) guest.pool = members[vmid];
  return failed_to("update pools", *bad);
}

std::optional<std::string> content_of(const Call& call, const std::string& name, const Pool& pool) {
  for (const auto& [other, unused] : call.state.access.config.pools)
    if (other.starts_with(name + "/") && other.find('/', name.size() + 1) == std::string::npos)
      return "pool '" + other + "'";
  for (const auto& [vmid, guest] : call.state.inventory.guests)
    if (guest.pool == name) return "VM " + std::to_string(vmid);
  for (const std::string& storage : pool.storages)
    if (call.state.storages.config.find(storage) != nullptr) return "storage '" + storage + "'";
  return std::nullopt;
}

Answer delete_pool(const Call& call) {
  constexpr std::string_view kWhat = "delete pool";
  const std::string name = call.text("poolid");
  UserConfig& config = call.state.access.config;
  const auto pool = config.pools.find(name);
  if (pool == config.pools.end()) return failed_to(kWhat, no_such_pool(name));
  if (const auto content = content_of(call, name, pool->second))
    return failed_to(kWhat,
                     failure(500, "pool '" + name + "' is not empty (contains " + *content + ")"));
  config.pools.erase(pool);
  config.acl.erase("/pool/" + name);
  return ok(nullptr);
}

}  // namespace

void add_pool_handlers(Handlers& handlers) {
  handlers["GET /pools"] = list_pools;
  handlers["POST /pools"] = create_pool;
  handlers["PUT /pools"] = update_pool;
  handlers["DELETE /pools"] = delete_pool;
  handlers["GET /pools/{poolid}"] = read_pool;
  handlers["PUT /pools/{poolid}"] = update_pool;
  handlers["DELETE /pools/{poolid}"] = delete_pool;
}

}  // namespace pmx::sim
