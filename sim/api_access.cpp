// /version and /access: tickets, permissions, users, realms.
#include "sim/call.h"

namespace pmx::sim {
namespace {

constexpr std::chrono::milliseconds kRefused{3000};

Json version_data() {
  return {{"version", "9.2.11"}, {"release", "9.2"}, {"repoid", "14a22df35955d97d"}};
}

Answer version(const Call&) { return ok(version_data()); }

Answer root_index(const Call&) {
  Json out = Json::array();
  for (const char* name : {"version", "cluster", "nodes", "storage", "access", "pools"})
    out.push_back({{"subdir", name}});
  return ok(out);
}

/// The sections of a ticket's `cap`: which privileges the web interface looks for where.
struct Section {
  const char* name;
  std::initializer_list<std::string_view> prefixes;
};

Json capabilities(const Call& call, const Caller& user) {
  static const Section kSections[] = {
      {"vms", {"VM.", "Permissions.Modify"}},
      {"storage", {"Datastore.", "Permissions.Modify"}},
      {"access", {"User.Modify", "Group.Allocate", "Permissions.Modify"}},
      {"dc", {"Sys.Audit", "Sys.Modify", "SDN."}},
      {"nodes", {"Sys.", "Permissions.Modify"}},
      {"sdn", {"SDN.", "Permissions.Modify"}},
      {"mapping", {"Mapping.", "Permissions.Modify"}},
  };
  Json out = Json::object();
  for (const auto& section : kSections) {
    Json rights = Json::object();
    for (const auto privilege : call.state.access.privileges(user))
      for (const auto prefix : section.prefixes)
        if (privilege.starts_with(prefix)) rights[std::string(privilege)] = 1;
    out[section.name] = rights;
  }
  return out;
}

Answer refused() {
  Answer answer = failure(401, "authentication failure");
  answer.delay = kRefused;
  return answer;
}

Answer create_ticket(const Call& call) {
  std::string user = call.text("username");
  if (call.has("realm") && !user.ends_with("@" + call.text("realm"))) {
    if (user.find('@') != std::string::npos) return refused();
    user += "@" + call.text("realm");
  }
  const std::string password = call.text("password");
  const std::int64_t now = call.now / 1000;
  const auto renewed = call.state.access.by_ticket(password, now);
  const bool good =
      renewed ? renewed->user == user : call.state.access.password_fits(user, password);
  if (!good) return refused();
  const Caller who{user, ""};
  const Ticket ticket = call.state.access.issue(user, now);
  Json data{{"username", user},
            {"ticket", ticket.ticket},
            {"CSRFPreventionToken", ticket.csrf},
            {"cap", capabilities(call, who)}};
  if (call.state.access.allowed(who, "/", "Sys.Audit") && call.state.inventory.nodes.size() > 1)
    data["clustername"] = call.state.inventory.cluster_name;
  return ok(data);
}

Answer read_ticket(const Call&) { return ok(nullptr); }

Answer permissions(const Call& call) {
  Json rights = Json::object();
  for (const auto privilege : call.state.access.privileges(call.caller))
    rights[std::string(privilege)] = 1;
  Json out = Json::object();
  if (rights.empty()) return ok(out);
  if (call.has("path")) {
    out[call.text("path")] = rights;
    return ok(out);
  }
  for (const char* path : {"/", "/access", "/access/groups", "/access/realm", "/mapping", "/nodes",
                           "/pool", "/sdn", "/storage", "/vms"})
    out[path] = rights;
  return ok(out);
}

Answer users(const Call& call) {
  const bool all =
      call.may("/access/groups", "Sys.Audit") || call.may("/access/groups", "User.Modify");
  Json out = Json::array();
  for (const auto& user : call.state.inventory.users) {
    if (!all && user.id != call.caller.user) continue;
    const std::string realm = user.id.substr(user.id.find('@') + 1);
    Json row{{"userid", user.id},
             {"enable", 1},
             {"expire", 0},
             {"realm-type", realm == "pam" || realm == "pve" ? realm : "ad"}};
    if (!user.email.empty()) row["email"] = user.email;
    if (!user.last.empty()) {
      row["firstname"] = user.first;
      row["lastname"] = user.last;
    }
    out.push_back(std::move(row));
  }
  return ok(out);
}

Answer create_token(const Call& call) {
  const std::string user = call.text("userid");
  const std::string id = call.text("tokenid");
  Json info{{"privsep", call.has("privsep") ? call.text("privsep") : "1"}};
  for (const char* key : {"comment", "expire"})
    if (call.has(key)) info[key] = call.text(key);
  return ok({{"full-tokenid", user + "!" + id},
             {"value", call.state.access.make_token(user, id)},
             {"info", std::move(info)}});
}

Answer domains(const Call& call) {
  const Inventory& inventory = call.state.inventory;
  return ok(Json::array(
      {{{"realm", "pam"}, {"type", "pam"}, {"comment", "Linux PAM standard authentication"}},
       {{"realm", "pve"}, {"type", "pve"}, {"comment", "Proxmox VE authentication server"}},
       {{"realm", inventory.realm()},
        {"type", "ad"},
        {"comment", "Directory of " + std::string(inventory.company().name)}}}));
}

}  // namespace

void add_access_handlers(Handlers& handlers) {
  handlers["POST /access/users/{userid}/token/{tokenid}"] = create_token;
  handlers["GET "] = root_index;
  handlers["GET /version"] = version;
  handlers["GET /nodes/{node}/version"] = version;
  handlers["GET /access/ticket"] = read_ticket;
  handlers["POST /access/ticket"] = create_ticket;
  handlers["GET /access/permissions"] = permissions;
  handlers["GET /access/users"] = users;
  handlers["GET /access/domains"] = domains;
}

}  // namespace pmx::sim
