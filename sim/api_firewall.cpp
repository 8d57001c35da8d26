// The firewall but for its rules: options, aliases, IP sets, security groups, what may be referred
// to, the log.
#include "sim/api_firewall.h"

#include <algorithm>

#include "sim/pattern.h"
#include "sim/section_file.h"
#include "sim/values.h"

namespace pmx::sim {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// What may stand in the file among what the method takes: not its place, not how it is changed.
bool is_option(const Call& call, const std::string& name) {
  static const std::vector<std::string> kOthers{"node", "vmid", "vnet", "delete", "digest"};
  const Json* schema = find_member(call.facts, "params");
  return schema != nullptr && schema->contains(name) &&
         std::find(kOthers.begin(), kOthers.end(), name) == kOthers.end();
}

/// The method that changes the options knows their types.
Json shown_options(const Call& call, RuleEnvironment environment, const Values& options) {
  static constexpr std::array<std::string_view, 6> kPaths{
      "/cluster/firewall/options",
      "/nodes/{node}/firewall/options",
      "/nodes/{node}/qemu/{vmid}/firewall/options",
      "/nodes/{node}/lxc/{vmid}/firewall/options",
      "/cluster/sdn/vnets/{vnet}/firewall/options",
      "/cluster/firewall/options"};
  const Route route{kPaths[static_cast<std::size_t>(environment)], "PUT", {}};
  return shown_values(*find_member(call.state.facts.method(route), "params"), options);
}

template <RuleEnvironment environment>
Answer read_options(const Call& call) {
  if (auto refused = refuse_vnet(call, environment, false)) return *refused;
  return ok(
      with_digest(shown_options(call, environment, firewall_file(call, environment).options)));
}

template <RuleEnvironment environment>
Answer update_options(const Call& call) {
  if (auto refused = refuse_vnet(call, environment, true)) return *refused;
  Values& options = firewall_file(call, environment).options;
  if (auto refused = refuse_digest(call.params, firewall_digest(Json(options)))) return *refused;
  const auto removed = list_items(call.text("delete"));
  for (const std::string& name : removed)
    if (!is_option(call, name))
      return bad_parameters({{"delete", "no such option '" + name + "'"}});
  for (const std::string& name : removed) options.erase(name);
  for (const auto& [name, value] : call.params.items())
    if (is_option(call, name)) options[name] = stored_text(value);
  if (environment == RuleEnvironment::kCluster && call.number("enable", 0) > 1)
    options["enable"] = std::to_string(call.now / 1000);  // PVE's guard against locking oneself out
  return ok(nullptr);
}

Json shown_alias(const Values& alias) {
  Json out(alias);
  out["ipversion"] = address_family(alias.at("cidr"));
  return out;
}

Json shown_aliases(const FirewallFile& file) {
  Json out = Json::array();
  for (const auto& [name, alias] : file.aliases) out.push_back(shown_alias(alias));
  return with_digest(std::move(out));
}

/// What a list's digest is; `list` has it in each item.
std::string digest_in(const Json& list) {
  return list.empty() ? firewall_digest(list) : std::string(string_member(list[0], "digest"));
}

Values alias_of(const Call& call, const std::string& name) {
  Values alias{{"name", name}, {"cidr", call.text("cidr")}};
  if (!call.text("comment").empty()) alias["comment"] = call.text("comment");
  return alias;
}

Answer alias_exists(const std::string& name) {
  return bad_parameters({{"name", "alias '" + name + "' already exists"}});
}

template <RuleEnvironment environment>
Answer list_aliases(const Call& call) {
  return ok(shown_aliases(firewall_file(call, environment)));
}

template <RuleEnvironment environment>
Answer create_alias(const Call& call) {
  auto& aliases = firewall_file(call, environment).aliases;
  const std::string name = call.text("name");
  if (aliases.contains(lower(name))) return alias_exists(name);
  aliases[lower(name)] = alias_of(call, name);
  return ok(nullptr);
}

template <RuleEnvironment environment>
Answer read_alias(const Call& call) {
  const auto& aliases = firewall_file(call, environment).aliases;
  const auto found = aliases.find(lower(call.text("name")));
  if (found == aliases.end()) return bad_parameters({{"name", "no such alias"}});
  return ok(shown_alias(found->second));
}

template <RuleEnvironment environment>
Answer update_alias(const Call& call) {
  FirewallFile& file = firewall_file(call, environment);
  if (auto refused = refuse_digest(call.params, digest_in(shown_aliases(file)))) return *refused;
  const std::string name = lower(call.text("name"));
  if (!file.aliases.contains(name)) return bad_parameters({{"name", "no such alias"}});
  const std::string renamed = lower(call.text("rename"));
  const bool moves = !renamed.empty() && renamed != name;
  if (moves && file.aliases.contains(renamed)) return alias_exists(call.text("rename"));
  file.aliases.erase(name);
  file.aliases[moves ? renamed : name] = alias_of(call, call.text(moves ? "rename" : "name"));
  return ok(nullptr);
}

template <RuleEnvironment environment>
Answer delete_alias(const Call& call) {
  FirewallFile& file = firewall_file(call, environment);
  if (auto refused = refuse_digest(call.params, digest_in(shown_aliases(file)))) return *refused;
  file.aliases.erase(lower(call.text("name")));
  return ok(nullptr);
}

/// The heads of named things with comments, as sets and groups are listed.
template <class Things>
Json shown_heads(const Things& things, const char* key) {
  Json out = Json::array();
  for (const auto& [name, thing] : things) {
    Json row{{key, name}};
    if (!thing.comment.empty()) row["comment"] = thing.comment;
    out.push_back(std::move(row));
  }
  return with_digest(std::move(out));
}

/// Makes the thing {key}, or renames {rename} to it, which also changes its comment; `label` is
/// PVE's word for it.
template <class Things>
Answer make_or_rename(const Call& call, Things& things, const char* key, const std::string& label) {
  const std::string name = call.text(key);
  const std::string old = call.text("rename");
  const auto say = [&](const std::string& which, const char* what) {
    return bad_parameters({{key, label + " '" + which + "' " + what}});
  };
  if (old.empty()) {
    if (things.contains(name)) return say(name, "already exists");
    things[name].comment = call.text("comment");
    return ok(nullptr);
  }
  if (auto refused = refuse_digest(call.params, digest_in(shown_heads(things, key))))
    return *refused;
  if (!things.contains(old)) return say(old, "does not exist");
  if (things.contains(name) && name != old) return say(name, "does already exist");
  auto thing = std::move(things[old]);
  things.erase(old);
  if (call.has("comment")) thing.comment = call.text("comment");
  things[name] = std::move(thing);
  return ok(nullptr);
}

template <RuleEnvironment environment>
Answer list_sets(const Call& call) {
  return ok(shown_heads(firewall_file(call, environment).sets, "name"));
}

template <RuleEnvironment environment>
Answer create_set(const Call& call) {
  return make_or_rename(call, firewall_file(call, environment).sets, "name", "IPSet");
}

Answer no_set(const Call& call) {
  return failure(500, "no such IPSet '" + call.text("name") + "'");
}

AddressSet* find_set(const Call& call, RuleEnvironment environment) {
  auto& sets = firewall_file(call, environment).sets;
  const auto found = sets.find(call.text("name"));
  return found == sets.end() ? nullptr : &found->second;
}

Json shown_entries(const AddressSet& set) {
  Json out = Json::array();
  for (const auto& [cidr, entry] : set.entries) {
    Json row{{"cidr", cidr}};
    if (const auto comment = entry.find("comment"); comment != entry.end())
      row["comment"] = comment->second;
    if (entry.contains("nomatch")) row["nomatch"] = 1;
    out.push_back(std::move(row));
  }
  return with_digest(std::move(out));
}

Values entry_of(const Call& call) {
  Values entry;
  if (!call.text("comment").empty()) entry["comment"] = call.text("comment");
  if (call.flag("nomatch")) entry["nomatch"] = "1";
  return entry;
}

template <RuleEnvironment environment>
Answer list_entries(const Call& call) {
  const AddressSet* set = find_set(call, environment);
  return set == nullptr ? no_set(call) : ok(shown_entries(*set));
}

template <RuleEnvironment environment>
Answer delete_set(const Call& call) {
  const AddressSet* set = find_set(call, environment);
  if (set == nullptr) return no_set(call);
  if (!set->entries.empty() && !call.flag("force"))
    return failure(500, "IPSet '" + call.text("name") + "' is not empty");
  firewall_file(call, environment).sets.erase(call.text("name"));
  return ok(nullptr);
}

/// Whether the alias that an entry names exists, here or in the cluster.
bool knows_alias(const Call& call, RuleEnvironment environment, std::string name) {
  if (const auto slash = name.find('/'); slash != std::string::npos) name.erase(0, slash + 1);
  const FirewallFile* shared = shared_firewall_file(call, environment);
  return firewall_file(call, environment).aliases.contains(lower(name)) ||
         (shared != nullptr && shared->aliases.contains(lower(name)));
}

/// "10.0.0.1/32" names a host, as "10.0.0.1" does.
std::string without_host_bits(std::string cidr) {
  for (const std::string_view all : {"/32", "/128"})
    if (cidr.ends_with(all) && (cidr.find(':') != std::string::npos) == (all == "/128"))
      cidr.resize(cidr.size() - all.size());
  return cidr;
}

template <RuleEnvironment environment>
Answer create_entry(const Call& call) {
  AddressSet* set = find_set(call, environment);
  if (set == nullptr) return no_set(call);
  std::string cidr = call.text("cidr");
  if (address_family(cidr) == 0) {
    if (!knows_alias(call, environment, cidr))
      return failure(500, "no such alias '" + cidr.substr(cidr.find('/') + 1) + "'");
  } else {
    cidr = without_host_bits(cidr);
  }
  if (set->entries.contains(cidr))
    return bad_parameters({{"cidr", "address '" + cidr + "' already exists"}});
  if (matches_pattern(".*/0+", cidr))
    return bad_parameters({{"cidr", "a zero prefix is not allowed in ipset entries"}});
  set->entries[cidr] = entry_of(call);
  return ok(nullptr);
}

template <RuleEnvironment environment>
Answer read_entry(const Call& call) {
  const AddressSet* set = find_set(call, environment);
  if (set == nullptr) return no_set(call);
  for (const Json& entry : shown_entries(*set))
    if (string_member(entry, "cidr") == call.text("cidr")) return ok(entry);
  return bad_parameters({{"cidr", "no such IP/Network"}});
}

template <RuleEnvironment environment>
Answer update_entry(const Call& call) {
  AddressSet* set = find_set(call, environment);
  if (set == nullptr) return no_set(call);
  if (auto refused = refuse_digest(call.params, digest_in(shown_entries(*set)))) return *refused;
  const auto found = set->entries.find(call.text("cidr"));
  if (found == set->entries.end()) return bad_parameters({{"cidr", "no such IP/Network"}});
  found->second = entry_of(call);
  return ok(nullptr);
}

template <RuleEnvironment environment>
Answer delete_entry(const Call& call) {
  AddressSet* set = find_set(call, environment);
  if (set == nullptr) return no_set(call);
  if (auto refused = refuse_digest(call.params, digest_in(shown_entries(*set)))) return *refused;
  set->entries.erase(call.text("cidr"));
  return ok(nullptr);
}

Answer list_groups(const Call& call) {
  return ok(shown_heads(call.state.firewall.cluster.groups, "group"));
}

/// The rules that use a group follow its name.
void rename_in_rules(std::vector<Values>& rules, const std::string& from, const std::string& to) {
  for (Values& rule : rules)
    if (rule["type"] == "group" && rule["action"] == from) rule["action"] = to;
}

Answer create_group(const Call& call) {
  FirewallState& all = call.state.firewall;
  Answer answer = make_or_rename(call, all.cluster.groups, "group", "Security group");
  if (answer.status != 200 || !call.has("rename")) return answer;
  const std::string from = call.text("rename");
  const std::string to = call.text("group");
  rename_in_rules(all.cluster.rules, from, to);
  for (auto& [node, file] : all.nodes) rename_in_rules(file.rules, from, to);
  for (auto& [vmid, file] : all.guests) rename_in_rules(file.rules, from, to);
  return answer;
}

Answer delete_group(const Call& call) {
  auto& groups = call.state.firewall.cluster.groups;
  const auto found = groups.find(call.text("group"));
  if (found == groups.end())
    return failure(500, "no such security group '" + call.text("group") + "'");
  if (!found->second.rules.empty())
    return failure(500, "Security group '" + call.text("group") + "' is not empty");
  groups.erase(found);
  return ok(nullptr);
}

Answer macros(const Call& call) {
  static_cast<void>(call);
  Json out = Json::array();
  for (const auto& macro : firewall_macros())
    out.push_back({{"macro", macro.name}, {"descr", macro.description}});
  return ok(std::move(out));
}

void add_references(const Call& call, const FirewallFile& file, const char* scope, Json& out) {
  const std::string type = call.text("type");
  const auto add = [&](const char* kind, const std::string& name, const std::string& reference,
                       const std::string& comment) {
    if (!type.empty() && type != kind) return;
    Json row{{"type", kind}, {"name", name}, {"ref", reference}, {"scope", scope}};
    if (!comment.empty()) row["comment"] = comment;
    out.push_back(std::move(row));
  };
  for (const auto& [name, set] : file.sets) add("ipset", name, "+" + name, set.comment);
  for (const auto& [name, alias] : file.aliases) {
    const auto comment = alias.find("comment");
    add("alias", name, name, comment == alias.end() ? "" : comment->second);
  }
}

template <RuleEnvironment environment>
Answer references(const Call& call) {
  Json out = Json::array();
  add_references(call, call.state.firewall.cluster, "dc", out);
  if (environment != RuleEnvironment::kCluster)
    add_references(call, firewall_file(call, environment), "guest", out);
  return ok(std::move(out));
}

/// Nothing was logged yet; in the lab no firewall runs, so the file is not even there, of which 8.4
/// tells without a list.
Answer firewall_log(const Call& call) {
  const bool lab = call.state.scenario == Scenario::kLab;
  const Json line{{"n", 1},
                  {"t", lab ? "unable to open file - No such file or directory" : "no content"}};
  Answer answer = ok(lab && !call.is_9() ? line : Json::array({line}));
  answer.total = 1;
  return answer;
}

template <RuleEnvironment environment>
void add_names(Handlers& handlers, const std::string& path) {
  handlers["GET " + path + "/aliases"] = list_aliases<environment>;
  handlers["POST " + path + "/aliases"] = create_alias<environment>;
  handlers["GET " + path + "/aliases/{name}"] = read_alias<environment>;
  handlers["PUT " + path + "/aliases/{name}"] = update_alias<environment>;
  handlers["DELETE " + path + "/aliases/{name}"] = delete_alias<environment>;
  handlers["GET " + path + "/ipset"] = list_sets<environment>;
  handlers["POST " + path + "/ipset"] = create_set<environment>;
  handlers["GET " + path + "/ipset/{name}"] = list_entries<environment>;
  handlers["POST " + path + "/ipset/{name}"] = create_entry<environment>;
  handlers["DELETE " + path + "/ipset/{name}"] = delete_set<environment>;
  handlers["GET " + path + "/ipset/{name}/{cidr}"] = read_entry<environment>;
  handlers["PUT " + path + "/ipset/{name}/{cidr}"] = update_entry<environment>;
  handlers["DELETE " + path + "/ipset/{name}/{cidr}"] = delete_entry<environment>;
  handlers["GET " + path + "/refs"] = references<environment>;
}

template <RuleEnvironment environment>
void add_options(Handlers& handlers, const std::string& path) {
  handlers["GET " + path + "/options"] = read_options<environment>;
  handlers["PUT " + path + "/options"] = update_options<environment>;
}

}  // namespace

FirewallFile& firewall_file(const Call& call, RuleEnvironment environment) {
  FirewallState& all = call.state.firewall;
  switch (environment) {
    case RuleEnvironment::kHost: return all.nodes[call.text("node")];
    case RuleEnvironment::kVm:
    case RuleEnvironment::kCt: return all.guests[static_cast<int>(call.number("vmid", 0))];
    case RuleEnvironment::kVnet: return all.vnets[call.text("vnet")];
    case RuleEnvironment::kCluster:
    case RuleEnvironment::kGroup: break;
  }
  return all.cluster;
}

const FirewallFile* shared_firewall_file(const Call& call, RuleEnvironment environment) {
  const bool own =
      environment == RuleEnvironment::kCluster || environment == RuleEnvironment::kGroup;
  return own ? nullptr : &call.state.firewall.cluster;
}

std::optional<Answer> refuse_vnet(const Call& call, RuleEnvironment environment, bool write) {
  if (environment != RuleEnvironment::kVnet) return std::nullopt;
  const std::string name = call.text("vnet");
  const Section* vnet = call.state.sdn.files["vnets"].find(name);
  if (vnet == nullptr)
    return failure(
        500, "invalid vnet specified at /usr/share/perl5/PVE/API2/Firewall/Helpers.pm line 54.");
  const std::string guard = "/sdn/zones/" + vnet->values.at("zone") + "/" + name;
  if (call.may(guard, "SDN.Allocate") || (!write && call.may(guard, "SDN.Audit")))
    return std::nullopt;
  return failure(403, "Permission check failed (" + guard +
                          (write ? ", SDN.Allocate)" : ", SDN.Allocate|SDN.Audit)"));
}

void add_firewall_handlers(Handlers& handlers) {
  add_firewall_rule_handlers(handlers);
  handlers["GET /cluster/firewall/macros"] = macros;
  handlers["GET /cluster/firewall/groups"] = list_groups;
  handlers["POST /cluster/firewall/groups"] = create_group;
  handlers["DELETE /cluster/firewall/groups/{group}"] = delete_group;
  add_options<RuleEnvironment::kCluster>(handlers, "/cluster/firewall");
  add_options<RuleEnvironment::kVnet>(handlers, "/cluster/sdn/vnets/{vnet}/firewall");
  add_options<RuleEnvironment::kHost>(handlers, "/nodes/{node}/firewall");
  add_options<RuleEnvironment::kVm>(handlers, "/nodes/{node}/qemu/{vmid}/firewall");
  add_options<RuleEnvironment::kCt>(handlers, "/nodes/{node}/lxc/{vmid}/firewall");
  add_names<RuleEnvironment::kCluster>(handlers, "/cluster/firewall");
  add_names<RuleEnvironment::kVm>(handlers, "/nodes/{node}/qemu/{vmid}/firewall");
  add_names<RuleEnvironment::kCt>(handlers, "/nodes/{node}/lxc/{vmid}/firewall");
  for (const char* path :
       {"/nodes/{node}", "/nodes/{node}/qemu/{vmid}", "/nodes/{node}/lxc/{vmid}"})
    handlers["GET " + std::string(path) + "/firewall/log"] = firewall_log;
}

}  // namespace pmx::sim
