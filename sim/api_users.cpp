// /access/users: users as user.cfg keeps them.
#include "sim/api_access.h"
#include "sim/section_file.h"

namespace pmx::sim {
namespace {

constexpr const char* kAbout[] = {"firstname", "lastname", "email", "comment", "keys"};

Answer no_such_user(const std::string& id) { return failure(500, "no such user ('" + id + "')"); }

/// What the file says about a user. It keeps a place for an empty mail address before a comment.
Json shown_user(const User& user) {
  Json out{{"enable", user.enable ? 1 : 0}, {"expire", user.expire}};
  for (const auto& [key, value] : user.about) out[key] = value;
  if ((out.contains("comment") || out.contains("keys")) && !out.contains("email"))
    out["email"] = "";
  return out;
}

Json token_map(const User& user) {
  Json out;
  for (const auto& [id, token] : user.tokens) out[id] = shown_token(token);
  return out;
}

Json token_list(const User& user) {
  Json out;
  for (const auto& [id, token] : user.tokens) {
    Json row = shown_token(token);
    row["tokenid"] = id;
    out.push_back(std::move(row));
  }
  return out;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ",") + name;
  return out;
}

Answer list_users(const Call& call) {
  const AccessControl& access = call.state.access;
  const std::vector<std::string_view> privileges{"User.Modify", "Sys.Audit"};
  const bool all = access.allowed_any(call.caller, "/access/groups", privileges);
  Json out = Json::array();
  for (const auto& [id, user] : access.config.users) {
    if (!all && id != call.caller.full() && !access.in_allowed_group(call.caller, id, privileges))
      continue;
    if (call.has("enabled") && call.flag("enabled") != user.enable) continue;
    Json row = shown_user(user);
    row["userid"] = id;
    if (call.flag("full")) {
      row["groups"] = joined(access.config.groups_of(id));
      row["tokens"] = token_list(user);
    }
    if (const Section* realm = access.domains.find(parse_user_name(id)->realm))
      row["realm-type"] = realm->type;
    out.push_back(std::move(row));
  }
  return ok(out);
}

Answer read_user(const Call& call) {
  const std::string id = call.text("userid");
  const User* user = call.state.access.config.find_user(id);
  if (user == nullptr) return no_such_user(id);
  Json out = shown_user(*user);
  out["groups"] = call.state.access.config.groups_of(id);
  out["tokens"] = token_map(*user);
  return ok(out);
}

/// Puts a user into the groups that a call names; a missing one refuses all of them.
std::optional<Answer> join_groups(const Call& call, const std::string& id) {
  UserConfig& config = call.state.access.config;
  const auto names = list_items(call.text("groups"));
  for (const std::string& name : names)
    if (!config.groups.contains(name)) return failure(500, "no such group '" + name + "'");
  if (call.has("groups") && !call.flag("append"))
    for (auto& [name, group] : config.groups) group.users.erase(id);
  for (const std::string& name : names) config.groups[name].users.insert(id);
  return std::nullopt;
}

void take_about(const Call& call, User& user) {
  for (const char* key : kAbout) {
    if (!call.has(key)) continue;
    if (call.text(key).empty())
      user.about.erase(key);
    else
      user.about[key] = call.text(key);
  }
  if (call.has("enable")) user.enable = call.flag("enable");
  user.expire = call.number("expire", user.expire);
}

Answer create_user(const Call& call) {
  constexpr std::string_view kWhat = "create user";
  const std::string id = call.text("userid");
  AccessControl& access = call.state.access;
  if (access.config.find_user(id) != nullptr)
    return failed_to(kWhat, failure(500, "user '" + id + "' already exists"));
  if (call.has("password"))
    if (auto bad = access.password_refusal(id)) return failed_to(kWhat, *bad);
  if (auto bad = join_groups(call, id)) return failed_to(kWhat, *bad);
  User user;
  take_about(call, user);
  user.password = call.text("password");
  access.config.users.emplace(id, std::move(user));
  return ok(nullptr);
}

Answer update_user(const Call& call) {
  const std::string id = call.text("userid");
  User* user = call.state.access.config.find_user(id);
  if (user == nullptr) return failed_to("update user", no_such_user(id));
  if (auto bad = join_groups(call, id)) return failed_to("update user", *bad);
  take_about(call, *user);
  return ok(nullptr);
}

/// root@pam comes back at once, without its tokens: its password is the system's.
Answer delete_user(const Call& call) {
  const std::string id = call.text("userid");
  UserConfig& config = call.state.access.config;
  const User* user = config.find_user(id);
  const std::string password = user == nullptr ? "" : user->password;
  config.forget_user(id);
  if (id == "root@pam") config.users[id].password = password;
  return ok(nullptr);
}

Answer unlock_second_factor(const Call&) { return ok(0); }

Answer second_factor_types(const Call& call) {
  const std::string id = call.text("userid");
  const std::string realm = parse_user_name(id)->realm;
  if (call.state.access.domains.find(realm) == nullptr)
    return failure(500, "auth domain '" + realm + "' does not exist");
  Json out = Json::object();
  const User* user = call.state.access.config.find_user(id);
  if (!call.flag("multiple")) return ok(out);
  std::set<std::string> types;
  if (user != nullptr)
    for (const SecondFactor& factor : user->factors) types.insert(factor.type);
  out["user"] = types;
  return ok(out);
}

}  // namespace

void add_user_handlers(Handlers& handlers) {
  handlers["GET /access/users"] = list_users;
  handlers["POST /access/users"] = create_user;
  handlers["GET /access/users/{userid}"] = read_user;
  handlers["PUT /access/users/{userid}"] = update_user;
  handlers["DELETE /access/users/{userid}"] = delete_user;
  handlers["PUT /access/users/{userid}/unlock-tfa"] = unlock_second_factor;
  handlers["GET /access/users/{userid}/tfa"] = second_factor_types;
}

}  // namespace pmx::sim
