// /cluster/qemu/custom-cpu-models: a section file, by names that may begin with "custom-".
#include "sim/call.h"
#include "sim/values.h"

namespace pmx::sim {
namespace {

constexpr std::string_view kPrefix = "custom-";

std::string name_of(const Call& call) {
  const std::string type = call.text("cputype");
  return type.starts_with(kPrefix) ? type.substr(kPrefix.size()) : type;
}

std::optional<Answer> refuse_missing(const Call& call) {
  if (call.state.cpu_models.find(name_of(call)) != nullptr) return std::nullopt;
  return failure(500, "custom CPU model '" + name_of(call) + "' does not exist");
}

Json shown(const Call& call, const std::string& name) {
  const Json* schema = find_member(
      call.state.facts.method(Route{"/cluster/qemu/custom-cpu-models", "POST", {}}), "params");
  Json out = shown_values(*schema, call.state.cpu_models.find(name)->values);
  out["cputype"] = std::string(kPrefix) + name;
  out["digest"] = call.state.cpu_models.digest();
  return out;
}

Answer list(const Call& call) {
  Json out = Json::array();
  for (const auto& [name, model] : call.state.cpu_models.sections) {
    const std::string path = "/mapping/cpu/" + name;
    if (call.may(path, "Mapping.Modify") || call.may(path, "Mapping.Use") ||
        call.may(path, "Mapping.Audit"))
      out.push_back(shown(call, name));
  }
  return ok(std::move(out));
}

Answer read(const Call& call) {
  const std::string name = name_of(call);
  if (call.state.cpu_models.find(name) == nullptr)
    return failure(500, "Custom cputype '" + name + "' not found");
  return ok(shown(call, name));
}

Answer create(const Call& call) {
  const std::string name = name_of(call);
  if (call.state.cpu_models.find(name) != nullptr)
    return failure(500, "custom CPU model '" + name + "' already exists");
  call.state.cpu_models.sections[name] = {"cpu-model", stored_values(call.params, {"cputype"})};
  return ok(nullptr);
}

Answer update(const Call& call) {
  for (const std::string& key : list_items(call.text("delete")))
    if (key == "cputype" || key == "reported-model")
      return failure(500, "cannot delete '" + key + "'");
  if (auto refused = refuse_digest(call.params, call.state.cpu_models.digest())) return *refused;
  if (auto refused = refuse_missing(call)) return *refused;
  change_values(call.state.cpu_models.find(name_of(call))->values, call.params, {"cputype"});
  return ok(nullptr);
}

Answer remove(const Call& call) {
  if (auto refused = refuse_missing(call)) return *refused;
  call.state.cpu_models.sections.erase(name_of(call));
  return ok(nullptr);
}

/// The list comes with PVE's own QEMU, which the lab has not.
Answer flags(const Call& call) {
  if (call.state.scenario == Scenario::kLab)
    return failure(500,
                   "Cannot query understood QEMU CPU flags for architecture: x86_64 (file not "
                   "found)");
  return ok(Json::array({{{"name", "aes"},
                          {"description", "Activate AES instruction set for HW acceleration."},
                          {"supported-on", Json::array()}}}));
}

}  // namespace

void add_cpu_model_handlers(Handlers& handlers) {
  const std::string path = "/cluster/qemu/custom-cpu-models";
  handlers["GET " + path] = list;
  handlers["POST " + path] = create;
  handlers["GET " + path + "/{cputype}"] = read;
  handlers["PUT " + path + "/{cputype}"] = update;
  handlers["DELETE " + path + "/{cputype}"] = remove;
  handlers["GET /cluster/qemu/cpu-flags"] = flags;
}

}  // namespace pmx::sim
