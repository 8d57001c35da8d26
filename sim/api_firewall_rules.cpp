// The rules of the firewall, the same for cluster, nodes, guests, virtual networks and groups.
#include "sim/api_firewall.h"
#include "sim/section_file.h"

namespace pmx::sim {
namespace {

constexpr std::array<const char*, 14> kProperties{
    "type",   "action", "macro", "iface", "source",  "dest",      "proto",
    "enable", "log",    "sport", "dport", "comment", "icmp-type", "pos"};

/// The rules that a call is about; null for a group that there is not.
std::vector<Values>* rules_of(const Call& call, RuleEnvironment environment) {
  FirewallFile& file = firewall_file(call, environment);
  if (environment != RuleEnvironment::kGroup) return &file.rules;
  const auto group = file.groups.find(call.text("group"));
  return group == file.groups.end() ? nullptr : &group->second.rules;
}

std::optional<Answer> refuse(const Call& call, RuleEnvironment environment, bool write) {
  if (auto refused = refuse_vnet(call, environment, write)) return refused;
  if (rules_of(call, environment) != nullptr) return std::nullopt;
  return failure(500, "no such security group '" + call.text("group") + "'");
}

Json shown_rule(const Call& call, RuleEnvironment environment, Values rule) {
  const Complaints complaints = judge_rule(rule, environment, &firewall_file(call, environment),
                                           shared_firewall_file(call, environment));
  Json out = Json::object();
  for (const auto& [key, value] : rule) {
    if (key == "enable" || key == "ipversion")
      out[key] = std::atoi(value.c_str());
    else
      out[key] = value;
  }
  for (const auto& [parameter, text] : complaints) out["errors"][parameter] = text;
  return out;
}

Json shown_rules(const Call& call, RuleEnvironment environment) {
  Json out = Json::array();
  for (const Values& rule : *rules_of(call, environment))
    out.push_back(shown_rule(call, environment, rule));
  return with_digest(std::move(out));
}

std::string digest_of(const Call& call, RuleEnvironment environment) {
  Json rules = shown_rules(call, environment);
  return rules.empty() ? firewall_digest(rules) : std::string(string_member(rules[0], "digest"));
}

Answer no_rule(const Call& call) { return failure(500, "no rule at position " + call.text("pos")); }

/// What every change of a rule needs: its place, and a digest that still fits.
std::optional<Answer> refuse_change(const Call& call, RuleEnvironment environment) {
  if (auto refused = refuse(call, environment, true)) return refused;
  if (auto refused = refuse_digest(call.params, digest_of(call, environment))) return refused;
  const auto place = static_cast<std::size_t>(call.number("pos", 0));
  return place < rules_of(call, environment)->size() ? std::nullopt : std::optional(no_rule(call));
}

/// An empty value and "-" take a property away.
void take_properties(const Call& call, Values& rule) {
  for (const char* key : kProperties) {
    if (!call.has(key) || std::string_view(key) == "pos") continue;
    const std::string value = call.text(key);
    if (value.empty() || value == "-")
      rule.erase(key);
    else
      rule[key] = std::string_view(key) == "enable" && value != "0" ? "1" : value;
  }
  rule.erase("ipversion");
}

std::optional<Answer> drop_properties(const Call& call, Values& rule) {
  for (const std::string& key : list_items(call.text("delete"))) {
    if (std::find(kProperties.begin(), kProperties.end(), key) == kProperties.end())
      return bad_parameters({{"delete", "no such property ('" + key + "')"}});
    if (key == "type" || key == "action")
      return bad_parameters({{"delete", "unable to delete required property '" + key + "'"}});
    rule.erase(key);
  }
  return std::nullopt;
}

/// The first complaint about `rule`, as an answer.
std::optional<Answer> refuse_rule(const Call& call, RuleEnvironment environment, Values& rule) {
  const Complaints complaints = judge_rule(rule, environment, &firewall_file(call, environment),
                                           shared_firewall_file(call, environment));
  rule.erase("ipversion");
  if (complaints.empty()) return std::nullopt;
  return bad_parameters({{complaints.front().first, complaints.front().second}});
}

template <RuleEnvironment environment>
Answer list_rules(const Call& call) {
  if (auto refused = refuse(call, environment, false)) return *refused;
  Json rules = shown_rules(call, environment);
  for (std::size_t i = 0; i < rules.size(); ++i) rules[i]["pos"] = i;
  return ok(std::move(rules));
}

template <RuleEnvironment environment>
Answer read_rule(const Call& call) {
  if (auto refused = refuse(call, environment, false)) return *refused;
  Json rules = shown_rules(call, environment);
  const auto place = static_cast<std::size_t>(call.number("pos", 0));
  if (place >= rules.size()) return no_rule(call);
  rules[place]["pos"] = call.text("pos");  // PVE hands back the path's text
  return ok(rules[place]);
}

template <RuleEnvironment environment>
Answer create_rule(const Call& call) {
  if (auto refused = refuse(call, environment, true)) return *refused;
  Values rule;
  take_properties(call, rule);
  if (auto refused = refuse_rule(call, environment, rule)) return *refused;
  rule.try_emplace("enable", "0");
  auto& rules = *rules_of(call, environment);
  rules.insert(rules.begin(), std::move(rule));  // "pos" counts for nothing here
  return ok(nullptr);
}

/// A rule that moves up to `target` comes to stand before the one that is there.
void move_rule(std::vector<Values>& rules, std::size_t from, std::size_t target) {
  Values rule = std::move(rules[from]);
  const std::size_t to = target > from ? target - 1 : target;
  rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(from));
  rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(std::min(to, rules.size())),
               std::move(rule));
}

template <RuleEnvironment environment>
Answer update_rule(const Call& call) {
  if (auto refused = refuse_change(call, environment)) return *refused;
  auto& rules = *rules_of(call, environment);
  const auto place = static_cast<std::size_t>(call.number("pos", 0));
  if (call.has("moveto") && call.number("moveto", 0) != call.number("pos", 0)) {
    move_rule(rules, place, static_cast<std::size_t>(call.number("moveto", 0)));
    return ok(nullptr);
  }
  Values rule = rules[place];
  take_properties(call, rule);
  if (auto refused = drop_properties(call, rule)) return *refused;
  if (auto refused = refuse_rule(call, environment, rule)) return *refused;
  rule.try_emplace("enable", "1");
  rules[place] = std::move(rule);
  return ok(nullptr);
}

template <RuleEnvironment environment>
Answer delete_rule(const Call& call) {
  if (auto refused = refuse_change(call, environment)) return *refused;
  auto& rules = *rules_of(call, environment);
  rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(call.number("pos", 0)));
  return ok(nullptr);
}

template <RuleEnvironment environment>
void add_rules(Handlers& handlers, const std::string& path) {
  handlers["GET " + path] = list_rules<environment>;
  handlers["POST " + path] = create_rule<environment>;
  handlers["GET " + path + "/{pos}"] = read_rule<environment>;
  handlers["PUT " + path + "/{pos}"] = update_rule<environment>;
  handlers["DELETE " + path + "/{pos}"] = delete_rule<environment>;
}

}  // namespace

void add_firewall_rule_handlers(Handlers& handlers) {
  add_rules<RuleEnvironment::kCluster>(handlers, "/cluster/firewall/rules");
  add_rules<RuleEnvironment::kGroup>(handlers, "/cluster/firewall/groups/{group}");
  add_rules<RuleEnvironment::kVnet>(handlers, "/cluster/sdn/vnets/{vnet}/firewall/rules");
  add_rules<RuleEnvironment::kHost>(handlers, "/nodes/{node}/firewall/rules");
  add_rules<RuleEnvironment::kVm>(handlers, "/nodes/{node}/qemu/{vmid}/firewall/rules");
  add_rules<RuleEnvironment::kCt>(handlers, "/nodes/{node}/lxc/{vmid}/firewall/rules");
}

}  // namespace pmx::sim
