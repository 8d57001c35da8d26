// The roots of the API, /version and what /access tells about itself; add_access_handlers() adds
// all of /access and /pools.
#include "sim/call.h"
#include "sim/permission.h"

namespace pmx::sim {
namespace {

Json index_of(const char* key, std::initializer_list<const char*> names) {
  Json out = Json::array();
  for (const char* name : names) out.push_back({{key, name}});
  return out;
}

Answer version(const Call& call) {
  if (call.is_9())
    return ok({{"version", "9.2.11"}, {"release", "9.2"}, {"repoid", "14a22df35955d97d"}});
  return ok({{"version", "8.4.21"}, {"release", "8.4"}, {"repoid", "2606ac850d46da29"}});
}

Answer root_index(const Call&) {
  return ok(index_of("subdir", {"version", "cluster", "nodes", "storage", "access", "pools"}));
}

Answer access_index(const Call&) {
  return ok(index_of("subdir", {"users", "groups", "roles", "acl", "domains", "openid", "tfa",
                                "ticket", "password"}));
}

/// Whose permissions a call asks for.
Caller asked_for(const Call& call) {
  if (!call.has("userid")) return call.caller;
  const std::string id = call.text("userid");
  return parse_token_name(id).value_or(Caller{id, ""});
}

Json shown_rights(const Rights& rights) {
  Json out = Json::object();
  for (const auto& [privilege, inherited] : rights) out[privilege] = inherited ? 1 : 0;
  return out;
}

std::set<std::string> known_paths(const Call& call) {
  std::set<std::string> paths{"/",     "/access", "/access/groups", "/nodes",
                              "/pool", "/sdn",    "/storage",       "/vms"};
  const UserConfig& config = call.state.access.config;
  for (const auto& [path, entry] : config.acl) paths.insert(path);
  for (const auto& [name, pool] : config.pools) {
    for (const int vmid : pool.absent_guests) paths.insert("/vms/" + std::to_string(vmid));
    for (const auto& storage : pool.storages) paths.insert("/storage/" + storage);
  }
  for (const auto& [vmid, guest] : call.state.inventory.guests)
    if (!guest.pool.empty()) paths.insert("/vms/" + std::to_string(vmid));
  return paths;
}

/// Everybody sees its own, a user also those of its tokens.
Answer permissions(const Call& call) {
  const AccessControl& access = call.state.access;
  const Caller who = asked_for(call);
  const bool own_token = !who.token.empty() && who.user == call.caller.full();
  if (who.full() != call.caller.full() && !own_token)
    if (auto bad = require(access, call.caller, "/access", {"Sys.Audit"})) return *bad;
  Json out = Json::object();
  if (!call.text("path").empty()) {
    out[call.text("path")] = shown_rights(access.rights(who, call.text("path")));
    return ok(out);
  }
  for (const std::string& path : known_paths(call))
    if (const Rights rights = access.rights(who, path); !rights.empty())
      out[path] = shown_rights(rights);
  return ok(out);
}

}  // namespace

void add_access_handlers(Handlers& handlers) {
  handlers["GET "] = root_index;
  handlers["GET /version"] = version;
  handlers["GET /nodes/{node}/version"] = version;
  handlers["GET /access"] = access_index;
  handlers["GET /access/permissions"] = permissions;
  add_user_handlers(handlers);
  add_token_handlers(handlers);
  add_group_handlers(handlers);
  add_ticket_handlers(handlers);
  add_tfa_handlers(handlers);
  add_domain_handlers(handlers);
  add_pool_handlers(handlers);
}

}  // namespace pmx::sim
