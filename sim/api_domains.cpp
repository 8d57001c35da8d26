// /access/domains: realms (domains.cfg) and the synchronisation of LDAP and AD ones.
#include <algorithm>

#include "sim/call.h"
#include "sim/section_file.h"

namespace pmx::sim {
namespace {

/// The options of a realm type beside "comment" and "default", which all have.
struct RealmType {
  std::string_view name;
  std::vector<std::string_view> required;
  std::vector<std::string_view> optional;
};

const RealmType& type_of(std::string_view name) {
  static const std::vector<std::string_view> kDirectory{
      "server2",         "bind_dn",      "password",      "port",
      "secure",          "sslversion",   "tfa",           "verify",
      "capath",          "cert",         "certkey",       "filter",
      "sync_attributes", "user_classes", "group_dn",      "mode",
      "group_name_attr", "group_filter", "group_classes", "sync-defaults-options",
      "case-sensitive",  "base_dn",      "user_attr"};
  static const std::vector<RealmType> kTypes{
      {"pam", {}, {"tfa"}},
      {"pve", {}, {"tfa"}},
      {"ldap", {"user_attr", "base_dn", "server1"}, kDirectory},
      {"ad", {"server1", "domain"}, kDirectory},
      {"openid",
       {"issuer-url", "client-id"},
       {"client-key", "autocreate", "username-claim", "groups-claim", "groups-autocreate",
        "groups-overwrite", "prompt", "scopes", "acr-values", "audiences", "query-userinfo"}}};
  return *std::find_if(kTypes.begin(), kTypes.end(),
                       [&](const RealmType& type) { return type.name == name; });
}

bool is_among(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_directory(std::string_view type) { return type == "ldap" || type == "ad"; }

bool is_builtin(std::string_view name) { return name == "pam" || name == "pve"; }

/// What no realm keeps in its section.
bool is_kept(std::string_view key) {
  return key != "realm" && key != "type" && key != "check-connection" && key != "password" &&
         key != "delete" && key != "digest";
}

/// An option that the realm's type does not have.
std::optional<Answer> refuse_options(const Json& params, const RealmType& type) {
  for (const auto& [key, value] : params.items())
    if (is_kept(key) && key != "comment" && key != "default" && !is_among(type.required, key) &&
        !is_among(type.optional, key))
      return failure(500, "unexpected property '" + key + "'");
  return std::nullopt;
}

/// A required option without a value, if there is one.
std::string missing_option(const Values& values, const RealmType& type) {
  for (const auto name : type.required)
    if (!values.contains(name)) return std::string(name);
  return "";
}

/// No directory can be reached from the simulated cluster.
constexpr const char* kUnreachable = "Temporary failure in name resolution";

Answer list_domains(const Call& call) {
  Json out = Json::array();
  for (const auto& [name, realm] : call.state.access.domains.sections) {
    Json row{{"realm", name}, {"type", realm.type}};
    for (const auto& [key, value] : realm.values) {
      if (key == "comment") row["comment"] = value;
      if (key == "default" && value == "1") row["default"] = 1;
      if (key == "tfa") row["tfa"] = value.find("oath") == std::string::npos ? "yubico" : "oath";
    }
    out.push_back(std::move(row));
  }
  return ok(out);
}

Answer read_domain(const Call& call) {
  const std::string name = call.text("realm");
  const AccessControl& access = call.state.access;
  const Section* realm = access.domains.find(name);
  if (realm == nullptr) return failure(500, "domain '" + name + "' does not exist");
  const Json& facts = call.state.facts.method({"/access/domains", "POST", {}});
  const Json* schema = find_member(facts, "params");
  Json out = shown_values(schema == nullptr ? Json::object() : *schema, realm->values);
  out["type"] = realm->type;
  out["digest"] = access.domains_digest();
  if (name == "pam") out["plugin"] = "PVE::Auth::PAM";
  return ok(out);
}

/// At most one realm is the default.
void unset_default(SectionFile& domains, const Values& values) {
  const auto wish = values.find("default");
  if (wish == values.end() || wish->second != "1") return;
  for (auto& [name, realm] : domains.sections) realm.values.erase("default");
}

std::optional<Answer> refuse_new(const Call& call, const std::string& name,
                                 const std::string& type) {
  if (call.state.access.domains.find(name) != nullptr)
    return failure(500, "domain '" + name + "' already exists");
  if (is_builtin(type)) return failure(500, "unable to create builtin type '" + type + "'");
  if (call.has("check-connection") && !is_directory(type))
    return failure(500,
                   "'check-connection' parameter can only be set for realms of type 'ldap' or "
                   "'ad'");
  return refuse_options(call.params, type_of(type));
}

Answer create_domain(const Call& call) {
  constexpr std::string_view kWhat = "add auth server";
  const std::string name = call.text("realm");
  const std::string type = call.text("type");
  if (auto bad = refuse_new(call, name, type)) return failed_to(kWhat, *bad);
  Section realm{type,
                stored_values(call.params, {"realm", "type", "password", "check-connection"})};
  if (const auto missing = missing_option(realm.values, type_of(type)); !missing.empty())
    return failed_to(kWhat, failure(500, "missing value for required option '" + missing + "'"));
  if (call.flag("check-connection")) return failed_to(kWhat, failure(500, kUnreachable));
  SectionFile& domains = call.state.access.domains;
  unset_default(domains, realm.values);
  domains.sections.emplace(name, std::move(realm));
  return ok(nullptr);
}

std::optional<Answer> refuse_update(const Call& call, const Section* realm) {
  if (auto bad = refuse_digest(call.params, call.state.access.domains_digest())) return bad;
  if (realm == nullptr)
    return failure(500,
                   "cannot lookup undefined type! at /usr/share/perl5/PVE/API2/Domains.pm line "
                   "261.");
  if (call.has("check-connection") && !is_directory(realm->type))
    return failure(500,
                   "'check-connection' parameter can only be set for realms of type 'ldap' or "
                   "'ad'");
  const bool any = std::any_of(call.params.items().begin(), call.params.items().end(),
                               [](const auto& item) { return is_kept(item.key()); });
  if (!any && !call.has("password") && call.text("delete").empty())
    return failure(500, "no options specified");
  if (call.has("username-claim") && realm->type == "openid")
    return failure(500, "can't change value of fixed parameter 'username-claim'");
  return refuse_options(call.params, type_of(realm->type));
}

Answer update_domain(const Call& call) {
  constexpr std::string_view kWhat = "update auth server";
  const std::string name = call.text("realm");
  SectionFile& domains = call.state.access.domains;
  Section* realm = domains.find(name);
  if (auto bad = refuse_update(call, realm)) return failed_to(kWhat, *bad);
  Values values = realm->values;
  change_values(values, call.params, {"realm", "password", "check-connection"});
  if (const auto missing = missing_option(values, type_of(realm->type)); !missing.empty())
    return failed_to(kWhat,
                     failure(500, "section '" + name + "' - missing value for required option '" +
                                      missing + "'"));
  if (call.flag("check-connection")) return failed_to(kWhat, failure(500, kUnreachable));
  unset_default(domains, stored_values(call.params, {}));
  realm->values = std::move(values);
  return ok(nullptr);
}

/// The system's realms come back at once, as they were at first.
Answer delete_domain(const Call& call) {
  const std::string name = call.text("realm");
  AccessControl& access = call.state.access;
  if (access.domains.find(name) == nullptr)
    return failed_to("delete auth server",
                     failure(500, "authentication domain '" + name + "' does not exist"));
  access.domains.sections.erase(name);
  access.add_builtin_domains();
  return ok(nullptr);
}

/// "scope=users,enable-new=1" of a realm's defaults.
std::string default_scope(const Section& realm) {
  const auto defaults = realm.values.find("sync-defaults-options");
  if (defaults == realm.values.end()) return "";
  for (const std::string& item : list_items(defaults->second))
    if (item.starts_with("scope=")) return item.substr(6);
  return "";
}

Answer sync_domain(const Call& call) {
  const std::string name = call.text("realm");
  const Section* realm = call.state.access.domains.find(name);
  if (realm == nullptr) return bad_parameters({{"realm", "Realm does not exist."}});
  if (!is_directory(realm->type))
    return failure(
        500, "Cannot sync realm type '" + realm->type + "'! Only LDAP/AD realms can be synced.");
  if (!call.has("scope") && default_scope(*realm).empty())
    return bad_parameters(
        {{"scope", "Not passed as parameter and not defined in realm default sync options."}});
  const bool dry = call.flag("dry-run");
  TaskPlan plan;
  plan.type = dry ? "auth-realm-sync-test" : "auth-realm-sync";
  plan.id = name;
  plan.lines = {
      {10, std::string(dry ? "(dry test run) " : "") + "starting sync for realm " + name}};
  plan.exit = kUnreachable;
  return ok(call.state.tasks.fork(call.state.inventory.nodes[call.asked], call.caller,
                                  std::move(plan), call.now));
}

}  // namespace

void add_domain_handlers(Handlers& handlers) {
  handlers["GET /access/domains"] = list_domains;
  handlers["POST /access/domains"] = create_domain;
  handlers["GET /access/domains/{realm}"] = read_domain;
  handlers["PUT /access/domains/{realm}"] = update_domain;
  handlers["DELETE /access/domains/{realm}"] = delete_domain;
  handlers["POST /access/domains/{realm}/sync"] = sync_domain;
}

}  // namespace pmx::sim
