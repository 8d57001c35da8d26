// /cluster/acme and the certificates of nodes that come from there: accounts at a directory,
// plugins that answer its challenges. The directory is simulated too: it takes everybody.
#include "sim/guest_work.h"

namespace pmx::sim {
namespace {

constexpr const char* kDirectory = "https://acme-v02.api.letsencrypt.org/directory";
constexpr const char* kTerms = "https://letsencrypt.org/documents/LE-SA-v1.6-August-18-2025.pdf";

const Json& params_of(const Call& call, const char* path) {
  return *find_member(call.state.facts.method(Route{path, "POST", {}}), "params");
}

std::string account_name(const Call& call) {
  return call.has("name") ? call.text("name") : "default";
}

Section* account_of(const Call& call) { return call.state.acme_accounts.find(account_name(call)); }

Answer no_account(const Call& call) {
  return bad_parameters(
      {{"name", "ACME account config file '" + account_name(call) + "' does not exist."}});
}

Answer list_accounts(const Call& call) {
  Json out = Json::array();
  for (const auto& [name, account] : call.state.acme_accounts.sections)
    out.push_back({{"name", name}});
  return ok(std::move(out));
}

Answer read_account(const Call& call) {
  const Section* account = account_of(call);
  if (account == nullptr) return no_account(call);
  const auto value = [&](const char* key) {
    const auto found = account->values.find(key);
    return found == account->values.end() ? Json() : Json(found->second);
  };
  Json contact = Json::array();
  for (const std::string& address : list_items(account->values.at("contact")))
    contact.push_back("mailto:" + address);
  Json out{{"account",
            {{"status", "valid"},
             {"contact", std::move(contact)},
             {"createdAt", value("created")},
             {"key", {{"kty", "RSA"}, {"e", "AQAB"}}}}},
           {"directory", value("directory")},
           {"location", value("location")}};
  out["tos"] = value("tos");
  return ok(std::move(out));
}

/// A task of the cluster's own, on the node that was asked.
Answer fork_here(const Call& call, TaskPlan plan) {
  return ok(call.state.tasks.fork(call.state.inventory.nodes[call.asked], call.caller,
                                  std::move(plan), call.now));
}

/// "https://HOST/acme/acct/NUMBER" of a directory's URL.
std::string account_url(const Call& call, const std::string& directory) {
  const auto host = directory.find('/', directory.find("//") + 2);
  return directory.substr(0, host) + "/acme/acct/" +
         std::to_string(1'700'000'000 + call.state.made++);
}

Answer register_account(const Call& call) {
  const std::string name = account_name(call);
  if (account_of(call) != nullptr)
    return bad_parameters({{"name", "ACME account config file '" + name + "' already exists."}});
  Section account{"account", {{"contact", call.text("contact")}}};
  account.values["directory"] = call.has("directory") ? call.text("directory") : kDirectory;
  account.values["location"] = account_url(call, account.values["directory"]);
  account.values["created"] = std::to_string(call.now / 1000);
  if (call.has("tos_url")) account.values["tos"] = call.text("tos_url");
  TaskPlan plan = task_plan("acmeregister", "");
  log_line(plan, "Generating ACME account key..");
  log_line(plan, "Registering ACME account..", 400);
  log_line(plan, "Registration successful, account URL: '" + account.values["location"] + "'", 900);
  plan.duration = 950;
  plan.effect = [name, account](State& state, const Task&) {
    state.acme_accounts.sections[name] = account;
  };
  return fork_here(call, std::move(plan));
}

Answer update_account(const Call& call) {
  if (account_of(call) == nullptr) return no_account(call);
  const bool changes = call.has("contact");
  TaskPlan plan = task_plan(changes ? "acmeupdate" : "acmerefresh", "");
  plan.duration = 500;
  plan.effect = [name = account_name(call), contact = call.text("contact")](State& state,
                                                                            const Task&) {
    Section* account = state.acme_accounts.find(name);
    if (account != nullptr && !contact.empty()) account->values["contact"] = contact;
  };
  return fork_here(call, std::move(plan));
}

/// The account's file stays under another name.
Answer deactivate_account(const Call& call) {
  if (account_of(call) == nullptr) return no_account(call);
  const std::string name = account_name(call);
  const std::string folder = "/etc/pve/priv/acme/";
  int slot = 0;
  const auto kept = [&] { return "_deactivated_" + name + "_" + std::to_string(slot); };
  while (call.state.acme_accounts.find(kept()) != nullptr) ++slot;
  TaskPlan plan = task_plan("acmedeactivate", "");
  plan.duration = 500;
  log_line(plan, "Renaming account file from '" + folder + name + "' to '" + folder + kept() + "'",
           450);
  plan.effect = [name, other = kept()](State& state, const Task&) {
    if (auto account = state.acme_accounts.sections.extract(name)) {
      account.key() = other;
      state.acme_accounts.sections.insert(std::move(account));
    }
  };
  return fork_here(call, std::move(plan));
}

Answer terms(const Call&) { return ok(kTerms); }

Answer meta(const Call&) {
  return ok({{"termsOfService", kTerms},
             {"website", "https://letsencrypt.org"},
             {"caaIdentities", {"letsencrypt.org"}}});
}

Answer directories(const Call&) {
  return ok(Json::array({{{"name", "Let's Encrypt V2"}, {"url", kDirectory}},
                         {{"name", "Let's Encrypt V2 Staging"},
                          {"url", "https://acme-staging-v02.api.letsencrypt.org/directory"}}}));
}

/// The names that the node's configuration wants a certificate for.
std::vector<std::string> domains_of(const Call& call) {
  std::vector<std::string> out;
  for (const auto& [key, value] : call.state.nodes[call.text("node")].config) {
    if (!key.starts_with("acme")) continue;
    const auto begin = key == "acme" ? value.find("domains=") : std::string::npos;
    const std::string text =
        key == "acme" ? (begin == std::string::npos ? "" : value.substr(begin + 8)) : value;
    std::string list = text.substr(0, text.find(','));
    if (list.starts_with("domain=")) list.erase(0, 7);
    for (std::string& domain : list_items(list)) out.push_back(std::move(domain));
  }
  return out;
}

/// The account by the node's configuration.
std::string account_of_node(const Call& call) {
  const Values& config = call.state.nodes[call.text("node")].config;
  const auto acme = config.find("acme");
  const auto begin = acme == config.end() ? std::string::npos : acme->second.find("account=");
  if (begin == std::string::npos) return "default";
  return acme->second.substr(begin + 8, acme->second.find(',', begin) - begin - 8);
}

/// Orders, renews or revokes; `line` is where PVE looks at what a node without domains has not.
Answer certificate_task(const Call& call, const std::string& type, int line) {
  const auto domains = domains_of(call);
  if (domains.empty())
    return failure(500,
                   "Can't use an undefined value as a HASH reference at "
                   "/usr/share/perl5/PVE/API2/ACME.pm line " +
                       std::to_string(line) + ".");
  TaskPlan plan = task_plan(type, "");
  const std::string account = account_of_node(call);
  if (call.state.acme_accounts.find(account) == nullptr)
    return fork_failure(call, std::move(plan),
                        "ACME account config file '" + account + "' does not exist.");
  log_line(plan, "Loading ACME account details");
  if (type == "acmerevoke") {
    log_line(plan, "Revoking old certificate", 200);
  } else {
    log_line(plan, "Placing ACME order", 200);
    for (const std::string& domain : domains)
      log_line(plan, "The validation for " + domain + " is complete!", 1500);
    log_line(plan, "Setting pveproxy certificate and key", 2000);
  }
  log_line(plan, "Restarting pveproxy", 2000);
  plan.duration = 2200;
  return fork_task(call, std::move(plan));
}

Answer order_certificate(const Call& call) { return certificate_task(call, "acmenewcert", 195); }
Answer renew_certificate(const Call& call) { return certificate_task(call, "acmerenew", 276); }
Answer revoke_certificate(const Call& call) { return certificate_task(call, "acmerevoke", 345); }

std::string no_plugin(const std::string& id) { return "ACME plugin '" + id + "' not defined"; }

Json shown_plugin(const Call& call, const std::string& id, const Section& plugin) {
  Json out = shown_values(params_of(call, "/cluster/acme/plugins"), plugin.values);
  out["plugin"] = id;
  out["type"] = plugin.type;
  out["digest"] = call.state.acme_plugins.digest();
  return out;
}

Answer list_plugins(const Call& call) {
  Json out = Json::array();
  for (const auto& [id, plugin] : call.state.acme_plugins.sections)
    if (!call.has("type") || call.text("type") == plugin.type)
      out.push_back(shown_plugin(call, id, plugin));
  return ok(out);
}

Answer read_plugin(const Call& call) {
  const Section* plugin = call.state.acme_plugins.find(call.text("id"));
  if (plugin == nullptr) return failure(500, no_plugin(call.text("id")));
  return ok(shown_plugin(call, call.text("id"), *plugin));
}

Answer create_plugin(const Call& call) {
  const std::string id = call.text("id");
  if (call.state.acme_plugins.find(id) != nullptr)
    return failure(500, "ACME plugin ID '" + id + "' already exists");
  call.state.acme_plugins.sections[id] = {call.text("type"),
                                          stored_values(call.params, {"id", "type"})};
  return ok(nullptr);
}

Answer update_plugin(const Call& call) {
  if (auto refused = refuse_digest(call.params, call.state.acme_plugins.digest())) return *refused;
  Section* plugin = call.state.acme_plugins.find(call.text("id"));
  if (plugin == nullptr)
    return failure(500, "ACME plugin ID '" + call.text("id") + "' does not exist");
  change_values(plugin->values, call.params, {"id"});
  return ok(nullptr);
}

Answer remove_plugin(const Call& call) {
  call.state.acme_plugins.sections.erase(call.text("id"));
  return ok(nullptr);
}

}  // namespace

void add_acme_handlers(Handlers& handlers) {
  const std::string accounts = "/cluster/acme/account";
  handlers["GET " + accounts] = list_accounts;
  handlers["POST " + accounts] = register_account;
  handlers["GET " + accounts + "/{name}"] = read_account;
  handlers["PUT " + accounts + "/{name}"] = update_account;
  handlers["DELETE " + accounts + "/{name}"] = deactivate_account;
  handlers["GET /cluster/acme/tos"] = terms;
  handlers["GET /cluster/acme/meta"] = meta;
  handlers["GET /cluster/acme/directories"] = directories;
  handlers["GET /cluster/acme/plugins"] = list_plugins;
  handlers["GET /cluster/acme/plugins/{id}"] = read_plugin;
  handlers["POST /cluster/acme/plugins"] = create_plugin;
  handlers["PUT /cluster/acme/plugins/{id}"] = update_plugin;
  handlers["DELETE /cluster/acme/plugins/{id}"] = remove_plugin;
  const std::string certificate = " /nodes/{node}/certificates/acme/certificate";
  handlers["POST" + certificate] = order_certificate;
  handlers["PUT" + certificate] = renew_certificate;
  handlers["DELETE" + certificate] = revoke_certificate;
}

}  // namespace pmx::sim
