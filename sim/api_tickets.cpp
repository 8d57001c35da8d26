// /access/ticket, /access/vncticket, /access/password, /access/openid: logging in.
#include <algorithm>

#include "sim/api_access.h"
#include "sim/permission.h"
#include "sim/second_factor.h"
#include "sim/section_file.h"

namespace pmx::sim {
namespace {

constexpr std::chrono::milliseconds kRefused{3000};

Answer refused() {
  Answer answer = failure(401, "authentication failure");
  answer.delay = kRefused;
  return answer;
}

/// Where in a ticket's `cap` a privilege on a path is told; empty = nowhere.
std::vector<std::string> sections_of(const std::string& path, std::string_view privilege) {
  struct Section {
    std::string_view name;
    std::vector<std::string_view> prefixes;
  };
  static const std::vector<Section> kSections{
      {"vms", {"VM.", "Permissions.Modify"}},
      {"access", {"User.", "Group.", "Permissions.Modify"}},
      {"storage", {"Datastore.", "Permissions.Modify"}},
      {"nodes", {"Sys.", "Permissions.Modify"}},
      {"sdn", {"SDN.", "Permissions.Modify"}},
      {"dc", {"Sys.Audit", "Sys.Modify", "SDN."}},
      {"mapping", {"Mapping.", "Permissions.Modify"}},
  };
  const std::string top = path == "/" ? "dc" : path.substr(1, path.find('/', 1) - 1);
  std::vector<std::string> out;
  for (const Section& section : kSections) {
    const bool of_pool = top == "pool" && (section.name == "vms" || section.name == "storage");
    if (section.name != top && !of_pool) continue;
    for (const auto prefix : section.prefixes)
      if (privilege.starts_with(prefix)) out.emplace_back(section.name);
  }
  return out;
}

/// What the web interface may offer: privileges by area, from all paths that have ACLs.
Json capabilities(const AccessControl& access, const Caller& user) {
  std::set<std::string> paths{"/",        "/nodes", "/access/groups", "/vms",
                              "/storage", "/sdn",   "/mapping"};
  for (const auto& [path, entry] : access.config.acl) paths.insert(path);
  Json out = Json::object();
  for (const char* name : {"vms", "access", "storage", "nodes", "sdn", "dc", "mapping"})
    out[name] = Json::object();
  for (const std::string& path : paths)
    for (const auto& [privilege, inherited] : access.rights(user, path))
      for (const std::string& section : sections_of(path, privilege)) out[section][privilege] = 1;
  return out;
}

/// A login with path and privileges makes no ticket; it says whether they are there.
bool has_rights(const Call& call, const Caller& who) {
  const auto path = normal_path(call.text("path"));
  const auto privileges = list_items(call.text("privs"));
  if (!path || privileges.empty()) return false;
  return std::all_of(privileges.begin(), privileges.end(), [&](const std::string& privilege) {
    return call.state.access.allowed(who, *path, privilege);
  });
}

/// Whether the first step is done: with a ticket of the user or of root, or with the password.
bool is_known(const Call& call, const std::string& user) {
  const std::string password = call.text("password");
  const auto known = call.state.access.by_ticket(password, call.now / 1000);
  if (known && (known->user == user || known->user == "root@pam")) return true;
  return call.state.access.authenticates(user, password);
}

/// A ticket, or half of one when a second factor is still to come.
std::optional<Json> make_ticket(const Call& call, const std::string& user) {
  AccessControl& access = call.state.access;
  const std::int64_t now = call.now / 1000;
  User& entry = *access.config.find_user(user);
  Json data{{"username", user}};
  Ticket ticket;
  if (call.has("tfa-challenge")) {
    const auto challenge = access.challenge_in(call.text("tfa-challenge"), user, now);
    if (!challenge || call.has("otp") || !take_response(entry, call.text("password")))
      return std::nullopt;
    ticket = access.issue(user, now);
  } else {
    const bool renews = access.by_ticket(call.text("password"), now).has_value();
    if (!is_known(call, user)) return std::nullopt;
    const Json challenge = challenge_of(entry);
    const bool answered = call.has("otp") && take_response(entry, call.text("otp"));
    if (call.has("otp") && !answered && !renews) return std::nullopt;
    const bool half = !challenge.empty() && !renews && !answered;
    ticket = half ? access.issue_half(user, challenge, now) : access.issue(user, now);
    if (half) data["NeedTFA"] = 1;
  }
  data["ticket"] = ticket.ticket;
  data["CSRFPreventionToken"] = ticket.csrf;
  return data;
}

Answer create_ticket(const Call& call) {
  AccessControl& access = call.state.access;
  std::string user = call.text("username");
  if (call.has("realm")) user += "@" + call.text("realm");
  if (!access.config.is_active(user, call.now / 1000)) return refused();
  const Caller who{user, ""};
  Json data{{"username", user}};
  if (call.has("path") && call.has("privs")) {
    if (!is_known(call, user) || !has_rights(call, who)) return refused();
  } else {
    auto made = make_ticket(call, user);
    if (!made) return refused();
    data = std::move(*made);
  }
  if (!data.contains("NeedTFA")) data["cap"] = capabilities(access, who);
  if (access.allowed(who, "/", "Sys.Audit") && call.state.inventory.nodes.size() > 1)
    data["clustername"] = call.state.inventory.cluster_name;
  return ok(data);
}

Answer read_ticket(const Call&) { return ok(nullptr); }

Answer verify_vnc_ticket(const Call& call) {
  const std::string who = call.text("authid");
  const auto path = normal_path(call.text("path"));
  const auto token = parse_token_name(who);
  const bool good = path &&
                    call.state.access.vnc_fits(call.text("vncticket"), who, *path,
                                               call.text("port"), call.now / 1000) &&
                    has_rights(call, token.value_or(Caller{who, ""}));
  return good ? ok(nullptr) : refused();
}

Answer change_password(const Call& call) {
  const std::string user = call.text("userid");
  if (auto bad = refuse_change(call, user, "confirmation-password")) return *bad;
  const bool other = call.caller.full() != user;
  if (!call.caller.is_root() && other && user.ends_with("@pam")) return no_permission();
  if (auto bad = call.state.access.password_refusal(user)) return *bad;
  call.state.access.config.find_user(user)->password = call.text("password");
  return ok(nullptr);
}

Answer openid_index(const Call&) {
  return ok(Json::array({{{"subdir", "auth-url"}}, {{"subdir", "login"}}}));
}

/// The provider is asked for its addresses first; there is none to be reached.
Answer openid_url(const Call& call) {
  const std::string name = call.text("realm");
  const Section* realm = call.state.access.domains.find(name);
  if (realm == nullptr) return failure(500, "authentication domain '" + name + "' does not exist");
  if (realm->type != "openid")
    return failure(500, "wrong realm type (" + realm->type + " != openid)");
  return failure(500, "OpenID Connect discovery failed: Request failed: error sending request");
}

/// No login was ever begun at a provider, so there is no state that could fit.
Answer openid_login(const Call&) { return refused(); }

}  // namespace

std::optional<Answer> refuse_change(const Call& call, const std::string& userid,
                                    const std::string& name) {
  const AccessControl& access = call.state.access;
  if (access.config.find_user(userid) == nullptr)
    return failure(500, "no such user ('" + userid + "')");
  if (call.caller.is_root()) return std::nullopt;
  if (userid == "root@pam") return no_permission();
  if (!call.has(name)) return bad_parameters({{name, "password is required to modify user"}});
  if (access.authenticates(call.caller.user, call.text(name))) return std::nullopt;
  return failure(
      500, call.caller.user.ends_with("@pam") ? "Authentication failure" : "invalid credentials");
}

void add_ticket_handlers(Handlers& handlers) {
  handlers["GET /access/ticket"] = read_ticket;
  handlers["POST /access/ticket"] = create_ticket;
  handlers["POST /access/vncticket"] = verify_vnc_ticket;
  handlers["PUT /access/password"] = change_password;
  handlers["GET /access/openid"] = openid_index;
  handlers["POST /access/openid/auth-url"] = openid_url;
  handlers["POST /access/openid/login"] = openid_login;
}

}  // namespace pmx::sim
