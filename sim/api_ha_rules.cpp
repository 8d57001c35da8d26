// /cluster/ha/rules of 9.x: which resources keep to which nodes, and to one another.
#include "sim/call.h"
#include "sim/values.h"

namespace pmx::sim {
namespace {

constexpr const char* kNodes = "node-affinity";

Answer no_rule(const Call& call) {
  return failure(500, "no such ha rule '" + call.text("rule") + "'");
}

bool is_disabled(const Section& rule) { return rule.values.contains("disable"); }

std::vector<std::string> items_of(const Section& rule, const char* key) {
  const auto found = rule.values.find(key);
  return found == rule.values.end() ? std::vector<std::string>() : list_items(found->second);
}

bool names_resource(const Section& rule, const std::string& id) {
  const auto items = items_of(rule, "resources");
  return std::find(items.begin(), items.end(), id) != items.end();
}

/// What keeps an enabled rule from working beside the others; empty when nothing does.
std::string conflict_of(const Call& call, const std::string& id) {
  const SectionFile& rules = call.state.ha.rules;
  const Section& rule = *rules.find(id);
  if (is_disabled(rule)) return "";
  const auto resources = items_of(rule, "resources");
  if (rule.type != kNodes) {
    if (resources.size() < 2) return "rule is ineffective as there are less than two resources";
    const bool negative = rule.values.at("affinity") == "negative";
    return negative && resources.size() > call.state.inventory.nodes.size()
               ? "rule defines more resources than available nodes"
               : "";
  }
  for (const auto& [other, theirs] : rules.sections)
    for (const std::string& resource : resources)
      if (other != id && theirs.type == kNodes && !is_disabled(theirs) &&
          names_resource(theirs, resource))
        return "resource '" + resource + "' is already used in another node affinity rule";
  return "";
}

Json shown_rule(const Call& call, const std::string& id) {
  static const Json kTypes =
      parse_json(R"({"disable": {"type": "boolean"}, "strict": {"type": "boolean"}})").value();
  const SectionFile& rules = call.state.ha.rules;
  const Section& rule = *rules.find(id);
  Json out = shown_values(kTypes, rule.values);
  out["rule"] = id;
  out["type"] = rule.type;
  out["digest"] = rules.digest();
  out["order"] = call.state.ha.rule_order.at(id);
  if (const std::string conflict = conflict_of(call, id); !conflict.empty())
    out["errors"]["resources"] = Json::array({conflict});
  return out;
}

Answer list_rules(const Call& call) {
  std::map<int, Json> sorted;
  for (const auto& [id, rule] : call.state.ha.rules.sections) {
    if (call.has("type") && rule.type != call.text("type")) continue;
    if (call.has("resource") && !names_resource(rule, call.text("resource"))) continue;
    sorted[call.state.ha.rule_order.at(id)] = shown_rule(call, id);
  }
  Json out = Json::array();
  for (auto& [order, row] : sorted) out.push_back(std::move(row));
  return ok(std::move(out));
}

Answer read_rule(const Call& call) {
  if (call.state.ha.rules.find(call.text("rule")) == nullptr) return no_rule(call);
  return ok(shown_rule(call, call.text("rule")));
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

/// Resources that HA does not manage and nodes that are none; empty when all is well.
std::string unknown_names(const Call& call) {
  std::vector<std::string> unmanaged;
  for (const std::string& id : list_items(call.text("resources")))
    if (call.state.ha.resources.find(id) == nullptr) unmanaged.push_back(id);
  if (!unmanaged.empty()) return "cannot use unmanaged resource(s) " + joined(unmanaged) + ".";
  std::vector<std::string> missing;
  for (const std::string& item : list_items(call.text("nodes")))
    if (const std::string node = item.substr(0, item.find(':'));
        !call.state.inventory.node_index(node))
      missing.push_back(node);
  return missing.empty() ? "" : "cannot use non-existent node(s) " + joined(missing) + ".";
}

/// Takes over `rule` when it works beside the others, else leaves all as it was.
Answer store(const Call& call, const std::string& id, Section rule) {
  SectionFile& rules = call.state.ha.rules;
  const SectionFile before = rules;
  if (rule.values["disable"] != "1") rule.values.erase("disable");
  rules.sections[id] = std::move(rule);
  const std::string conflict = conflict_of(call, id);
  if (conflict.empty()) return ok(nullptr);
  rules = before;
  Answer answer = failure(400, "Rule '" + id + "' is invalid.");
  answer.errors = {{"resources", conflict}};
  return answer;
}

Answer create_rule(const Call& call) {
  const std::string id = call.text("rule");
  const std::string type = call.text("type");
  const std::string needed = type == kNodes ? "nodes" : "affinity";
  if (!call.has(needed))
    return bad_parameters(
        {{"oneOf[" + type + "]." + needed, "property is missing and it is not optional"}});
  const std::string what = "create ha rule failed: ";
  HaState& ha = call.state.ha;
  if (ha.rules.find(id) != nullptr)
    return failure(500, what + "HA rule '" + id + "' already defined");
  if (const std::string bad = unknown_names(call); !bad.empty()) return failure(500, what + bad);
  int last = 0;
  for (const auto& [rule, section] : ha.rules.sections) last = std::max(last, ha.rule_order[rule]);
  Answer answer = store(call, id, {type, stored_values(call.params, {"rule", "type"})});
  if (answer.status == 200) ha.rule_order[id] = last + 1;
  return answer;
}

Answer update_rule(const Call& call) {
  const std::string what = "update HA rules failed: ";
  const std::string id = call.text("rule");
  SectionFile& rules = call.state.ha.rules;
  if (auto refused = refuse_digest(call.params, rules.digest()))
    return failure(500, what + refused->message);
  const Section* rule = rules.find(id);
  if (rule == nullptr) return failure(500, what + "HA rule '" + id + "' does not exist");
  if (const std::string bad = unknown_names(call); !bad.empty()) return failure(500, what + bad);
  for (const std::string& key : list_items(call.text("delete")))
    if (key == "resources" || key == (rule->type == kNodes ? "nodes" : "affinity"))
      return failure(500, what + "unable to delete required option '" + key + "'");
  Section changed = *rule;
  change_values(changed.values, call.params, {"rule", "type"});
  return store(call, id, std::move(changed));
}

Answer delete_rule(const Call& call) {
  call.state.ha.rules.sections.erase(call.text("rule"));
  return ok(nullptr);
}

}  // namespace

void add_ha_rule_handlers(Handlers& handlers) {
  handlers["GET /cluster/ha/rules"] = list_rules;
  handlers["POST /cluster/ha/rules"] = create_rule;
  handlers["GET /cluster/ha/rules/{rule}"] = read_rule;
  handlers["PUT /cluster/ha/rules/{rule}"] = update_rule;
  handlers["DELETE /cluster/ha/rules/{rule}"] = delete_rule;
}

}  // namespace pmx::sim
