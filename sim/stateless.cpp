#include "sim/stateless.h"

#include <algorithm>
#include <array>
#include <set>

namespace pmx::sim {
namespace {

/// Below these paths PVE lists less than it has.
struct Unlisted {
  std::string_view path;
  std::string_view child;
};
constexpr std::array<Unlisted, 9> kUnlisted{{
    {"/cluster/metrics", "export"},
    {"/nodes/{node}/scan", "lvmthin"},
    {"/cluster/sdn", "dry-run"},
    {"/cluster/sdn", "lock"},
    {"/cluster/sdn", "rollback"},
    {"/nodes/{node}/sdn/fabrics/{fabric}", "interfaces"},
    {"/nodes/{node}/firewall", "refs"},
    {"/nodes/{node}/lxc/{vmid}/firewall", "log"},
    {"/nodes/{node}/qemu/{vmid}/firewall", "log"},
}};

bool is_listed(std::string_view path, std::string_view child) {
  return std::none_of(kUnlisted.begin(), kUnlisted.end(),
                      [&](const Unlisted& one) { return one.path == path && one.child == child; });
}

/// The name of the one member that an index's rows have.
std::string index_key(std::string_view path, const Json& returns) {
  if (path.ends_with("/snapshot/{snapname}")) return "cmd";
  if (path.empty() || path == "/") return "subdir";
  const Json* items = find_member(returns, "items");
  const Json* members = items == nullptr ? nullptr : find_member(*items, "properties");
  if (members == nullptr || members->empty()) return "name";
  return members->size() == 1 ? members->begin().key() : "";
}

class Maker {
 public:
  explicit Maker(const Call& call) : call_(call) {}

  Json make(const Json& schema, std::string_view name) {
    const auto type = string_member(schema, "type");
    const Json* members = find_member(schema, "properties");
    if (type == "null") return nullptr;
    if (type == "array") return Json::array();
    if (type == "string") return text(schema, name);
    if (type == "integer" || type == "number" || type == "boolean") return number(schema, name);
    Json out = Json::object();
    if (members == nullptr) return out;
    for (const auto& [key, member] : members->items())
      if (const Json* optional = find_member(member, "optional");
          optional == nullptr || *optional == Json(0))
        out[key] = make(member, key);
    return out;
  }

  std::string fork(const std::string& type) {
    TaskPlan plan;
    plan.type = type;
    for (const char* key : {"vmid", "service", "name", "id", "storage"})
      if (plan.id.empty()) plan.id = call_.text(key);
    const auto& nodes = call_.state.inventory.nodes;
    const auto node = call_.state.inventory.node_index(call_.text("node")).value_or(call_.asked);
    return call_.state.tasks.fork(nodes[node], call_.caller, std::move(plan), call_.now);
  }

 private:
  Json number(const Json& schema, std::string_view name) const {
    if (call_.has(name)) return call_.number(name, 0);
    if (name == "port" || name == "tls-port") return 5900;
    for (const char* key : {"default", "minimum"})
      if (const Json* value = find_member(schema, key); value != nullptr && value->is_number())
        return *value;
    return 0;
  }

  Json text(const Json& schema, std::string_view name) {
    if (call_.has(name)) return call_.text(name);
    const Json* given = find_member(schema, "enum");
    if (given != nullptr && given->is_array() && !given->empty()) return given->front();
    if (const Json* value = find_member(schema, "default"); value != nullptr) {
      return value->is_string() ? *value : Json(dump_json(*value));
    }
    if (name == "upid") return fork("vncshell");
    if (name == "user") return call_.caller.user;
    if (name == "port") return "5900";
    if (name == "ticket") return "PVEVNC:" + stamp() + "::" + std::string(64, 'A') + "==";
    if (name == "digest") return std::string(40, '0');
    if (string_member(schema, "format") == "mac-addr") return "BC:24:11:00:00:01";
    return std::string(name);
  }

  [[nodiscard]] std::string stamp() const { return std::to_string(call_.now / 1000); }

  const Call& call_;
};

}  // namespace

std::optional<Answer> index_answer(const Route& route, const Call& call) {
  if (route.method != "GET") return std::nullopt;
  const Json returns = call.state.facts.returns(route);
  if (!route.path.empty() && string_member(returns, "type") != "array") return std::nullopt;
  const std::string key = index_key(route.path, returns);
  if (key.empty()) return std::nullopt;
  Json out = Json::array();
  for (const std::string_view child : call.state.facts.children(route.path)) {
    if (child.starts_with('{')) return std::nullopt;
    const std::string whole = std::string(route.path) + "/" + std::string(child);
    if (is_listed(route.path, child) && call.state.lacks.knows(whole))
      out.push_back({{key, child}});
  }
  return out.empty() ? std::nullopt : std::optional(ok(out));
}

Answer stateless_answer(const Route& route, const Call& call) {
  const Json returns = call.state.facts.returns(route);
  Maker maker(call);
  const Json* worker = find_member(call.facts, "upid");
  std::string type(string_member(call.facts, "name"));
  type.erase(std::remove(type.begin(), type.end(), '_'), type.end());
  Answer answer =
      ok(worker != nullptr && string_member(returns, "type") == "string" ? Json(maker.fork(type))
                                                                         : maker.make(returns, ""));
  answer.stateless = true;
  return answer;
}

}  // namespace pmx::sim
