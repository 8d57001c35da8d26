// /access/groups, /access/roles and /access/acl.
#include "sim/call.h"
#include "sim/permission.h"
#include "sim/section_file.h"

namespace pmx::sim {
namespace {

std::string joined(const std::set<std::string, std::less<>>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ",") + name;
  return out;
}

Answer no_such_group(const std::string& name) {
  return failure(500, "group '" + name + "' does not exist");
}

Answer no_such_role(const std::string& name) {
  return failure(500, "role '" + name + "' does not exist");
}

Answer list_groups(const Call& call) {
  Json out = Json::array();
  for (const auto& [name, group] : call.state.access.config.groups) {
    if (!call.state.access.allowed_any(call.caller, "/access/groups/" + name,
                                       {"User.Modify", "Sys.Audit", "Group.Allocate"}))
      continue;
    Json row{{"groupid", name}, {"users", joined(group.users)}};
    if (group.comment) row["comment"] = *group.comment;
    out.push_back(std::move(row));
  }
  return ok(out);
}

Answer create_group(const Call& call) {
  const std::string name = call.text("groupid");
  auto& groups = call.state.access.config.groups;
  if (groups.contains(name))
    return failed_to("create group", failure(500, "group '" + name + "' already exists"));
  Group& group = groups[name];
  if (!call.text("comment").empty()) group.comment = call.text("comment");
  return ok(nullptr);
}

Answer read_group(const Call& call) {
  const auto& groups = call.state.access.config.groups;
  const auto group = groups.find(call.text("groupid"));
  if (group == groups.end()) return no_such_group(call.text("groupid"));
  Json out{{"members", group->second.users}};
  if (group->second.comment) out["comment"] = *group->second.comment;
  return ok(out);
}

Answer update_group(const Call& call) {
  auto& groups = call.state.access.config.groups;
  const auto group = groups.find(call.text("groupid"));
  if (group == groups.end()) return failed_to("update group", no_such_group(call.text("groupid")));
  if (!call.has("comment")) return ok(nullptr);
  group->second.comment = call.text("comment");
  if (group->second.comment->empty()) group->second.comment.reset();
  return ok(nullptr);
}

Answer delete_group(const Call& call) {
  const std::string name = call.text("groupid");
  if (!call.state.access.config.groups.contains(name))
    return failed_to("delete group", no_such_group(name));
  call.state.access.config.forget_group(name);
  return ok(nullptr);
}

bool is_builtin(const Call& call, const std::string& role) {
  return builtin_roles(call.state.facts.version()).contains(role);
}

Answer list_roles(const Call& call) {
  Json out = Json::array();
  for (const auto& [name, privileges] : call.state.access.config.roles)
    out.push_back({{"roleid", name},
                   {"privs", joined(privileges)},
                   {"special", is_builtin(call, name) ? 1 : 0}});
  return ok(out);
}

Answer create_role(const Call& call) {
  const std::string name = call.text("roleid");
  const bool reserved =
      name.size() >= 3 && (name[0] | 32) == 'p' && (name[1] | 32) == 'v' && (name[2] | 32) == 'e';
  if (reserved)
    return bad_parameters(
        {{"roleid", "cannot use role ID starting with the (case-insensitive) 'PVE' namespace"}});
  Roles& roles = call.state.access.config.roles;
  if (roles.contains(name))
    return failed_to("create role", failure(500, "role '" + name + "' already exists"));
  const auto privileges = list_items(call.text("privs"));
  roles[name] = {privileges.begin(), privileges.end()};
  return ok(nullptr);
}

Answer read_role(const Call& call) {
  const Roles& roles = call.state.access.config.roles;
  const auto role = roles.find(call.text("roleid"));
  if (role == roles.end()) return no_such_role(call.text("roleid"));
  Json out = Json::object();
  for (const auto& privilege : role->second) out[privilege] = 1;
  return ok(out);
}

Answer update_role(const Call& call) {
  const std::string name = call.text("roleid");
  if (is_builtin(call, name))
    return failure(500, "auto-generated role '" + name + "' cannot be modified");
  Roles& roles = call.state.access.config.roles;
  const auto role = roles.find(name);
  if (role == roles.end()) return failed_to("update role", no_such_role(name));
  if (!call.flag("append")) role->second.clear();
  for (const std::string& privilege : list_items(call.text("privs")))
    role->second.insert(privilege);
  return ok(nullptr);
}

Answer delete_role(const Call& call) {
  const std::string name = call.text("roleid");
  if (is_builtin(call, name))
    return failure(500, "auto-generated role '" + name + "' cannot be deleted");
  UserConfig& config = call.state.access.config;
  if (config.roles.erase(name) == 0) return failed_to("delete role", no_such_role(name));
  for (auto& [path, entry] : config.acl)
    for (auto* holders : {&entry.users, &entry.groups, &entry.tokens})
      for (auto& [id, roles] : *holders) roles.erase(name);
  return ok(nullptr);
}

Answer read_acl(const Call& call) {
  const AccessControl& access = call.state.access;
  const bool all = call.may("/access", "Sys.Audit");
  Json out = Json::array();
  for (const auto& [path, entry] : access.config.acl) {
    if (!all && !access.may_modify(call.caller, path)) continue;
    const std::pair<const char*, const std::map<std::string, Rights, std::less<>>*> kinds[] = {
        {"user", &entry.users}, {"group", &entry.groups}, {"token", &entry.tokens}};
    for (const auto& [kind, holders] : kinds)
      for (const auto& [id, roles] : *holders)
        for (const auto& [role, inherited] : roles)
          out.push_back({{"path", path},
                         {"type", kind},
                         {"ugid", id},
                         {"roleid", role},
                         {"propagate", inherited ? 1 : 0}});
  }
  return ok(out);
}

/// Who may not hand out rights freely, hands out no more than it has itself.
std::optional<Answer> refuse_role(const Call& call, const std::string& path,
                                  const std::string& role, bool inherited) {
  const AccessControl& access = call.state.access;
  if (!access.config.roles.contains(role)) return no_such_role(role);
  const Rights own = access.rights(call.caller, path);
  if (own.contains("Permissions.Modify")) return std::nullopt;
  const bool removes = call.flag("delete");
  const std::string what =
      std::string("Cannot ") + (removes ? "remove" : "add") + " role '" + role + "'";
  for (const auto& privilege : access.config.roles.find(role)->second) {
    const auto had = own.find(privilege);
    if (had == own.end())
      return bad_parameters(
          {{"role", what + " - requires 'Permissions.Modify' or superset of privileges."}});
    if (inherited && !had->second && !removes)
      return bad_parameters({{"role", what + " with propagation - requires 'Permissions.Modify' or "
                                             "propagated superset of privileges."}});
  }
  if (role != "NoAccess") return std::nullopt;
  return bad_parameters({{"role", what + " - requires 'Permissions.Modify'"}});
}

/// The holders that a call names must all exist.
std::optional<Answer> refuse_holders(const Call& call) {
  const UserConfig& config = call.state.access.config;
  for (const std::string& group : list_items(call.text("groups")))
    if (!config.groups.contains(group)) return no_such_group(group);
  for (const std::string& user : list_items(call.text("users")))
    if (config.find_user(user) == nullptr)
      return failure(500, "user '" + user + "' does not exist");
  for (const std::string& token : list_items(call.text("tokens"))) {
    const auto who = parse_token_name(token);
    if (who && config.find_user(who->user) == nullptr)
      return failure(500, "no such user ('" + who->user + "')");
    if (!who || config.find_token(*who) == nullptr)
      return failure(500, "no such token '" + (who ? who->token : token) + "' for user '" +
                              (who ? who->user : "") + "'");
  }
  return std::nullopt;
}

void set_role(std::map<std::string, Rights, std::less<>>& holders, const std::string& names,
              const std::string& role, std::optional<bool> inherited) {
  for (const std::string& name : list_items(names)) {
    if (inherited) {
      holders[name][role] = *inherited;
    } else if (const auto known = holders.find(name); known != holders.end()) {
      known->second.erase(role);
      if (known->second.empty()) holders.erase(known);
    }
  }
}

Answer update_acl(const Call& call) {
  if (call.text("users").empty() && call.text("groups").empty() && call.text("tokens").empty()) {
    const char* why = "either 'users', 'groups' or 'tokens' is required.";
    return bad_parameters({{"users", why}, {"groups", why}, {"tokens", why}});
  }
  const auto path = normal_path(call.text("path"));
  if (!path || (!call.flag("delete") && !is_acl_path(*path)))
    return bad_parameters({{"path", "invalid ACL path '" + call.text("path") + "'"}});
  const bool inherited = !call.has("propagate") || call.flag("propagate");
  const auto roles = list_items(call.text("roles"));
  for (const std::string& role : roles) {
    auto bad = refuse_role(call, *path, role, inherited);
    if (!bad) bad = refuse_holders(call);
    if (bad) return failed_to("ACL update", *bad);
  }
  const std::optional<bool> value =
      call.flag("delete") ? std::nullopt : std::optional<bool>(inherited);
  AclEntry& entry = call.state.access.config.acl[*path];
  for (const std::string& role : roles) {
    set_role(entry.groups, call.text("groups"), role, value);
    set_role(entry.users, call.text("users"), role, value);
    set_role(entry.tokens, call.text("tokens"), role, value);
  }
  return ok(nullptr);
}

}  // namespace

void add_group_handlers(Handlers& handlers) {
  handlers["GET /access/groups"] = list_groups;
  handlers["POST /access/groups"] = create_group;
  handlers["GET /access/groups/{groupid}"] = read_group;
  handlers["PUT /access/groups/{groupid}"] = update_group;
  handlers["DELETE /access/groups/{groupid}"] = delete_group;
  handlers["GET /access/roles"] = list_roles;
  handlers["POST /access/roles"] = create_role;
  handlers["GET /access/roles/{roleid}"] = read_role;
  handlers["PUT /access/roles/{roleid}"] = update_role;
  handlers["DELETE /access/roles/{roleid}"] = delete_role;
  handlers["GET /access/acl"] = read_acl;
  handlers["PUT /access/acl"] = update_acl;
}

}  // namespace pmx::sim
