// /cluster/metrics/server: a section file that nobody here acts upon.
#include "sim/call.h"

namespace pmx::sim {
namespace {

const Json& params_of(const Call& call, const char* path) {
  return *find_member(call.state.facts.method(Route{path, "POST", {}}), "params");
}

Json shown_server(const Call& call, const Section& server) {
  Json out = shown_values(params_of(call, "/cluster/metrics/server/{id}"), server.values);
  out["type"] = server.type;
  out.erase("token");
  return out;
}

Answer list_servers(const Call& call) {
  Json out = Json::array();
  for (const auto& [id, server] : call.state.metric_servers.sections) {
    Json row{{"id", id}, {"type", server.type}};
    const Json all = shown_server(call, server);
    for (const char* key : {"server", "port", "disable"})
      if (all.contains(key)) row[key] = all[key];
    out.push_back(std::move(row));
  }
  return ok(out);
}

Answer read_server(const Call& call) {
  const Section* server = call.state.metric_servers.find(call.text("id"));
  if (server == nullptr)
    return failure(500, "status server entry '" + call.text("id") + "' does not exist");
  return ok(shown_server(call, *server));
}

Answer create_server(const Call& call) {
  const std::string id = call.text("id");
  if (call.state.metric_servers.find(id) != nullptr)
    return failure(500, "Metric server '" + id + "' already exists");
  call.state.metric_servers.sections[id] = {call.text("type"),
                                            stored_values(call.params, {"id", "type"})};
  return ok(nullptr);
}

Answer update_server(const Call& call) {
  if (auto refused = refuse_digest(call.params, call.state.metric_servers.digest()))
    return *refused;
  Section* server = call.state.metric_servers.find(call.text("id"));
  if (server == nullptr) return failure(500, "no such server '" + call.text("id") + "'");
  change_values(server->values, call.params, {"id"});
  return ok(nullptr);
}

Answer remove_server(const Call& call) {
  if (call.state.metric_servers.find(call.text("id")) == nullptr)
    return failure(500,
                   "cannot lookup undefined type! at "
                   "/usr/share/perl5/PVE/API2/Cluster/MetricServer.pm line 295.");
  call.state.metric_servers.sections.erase(call.text("id"));
  return ok(nullptr);
}

}  // namespace

void add_metric_handlers(Handlers& handlers) {
  handlers["GET /cluster/metrics/server"] = list_servers;
  handlers["GET /cluster/metrics/server/{id}"] = read_server;
  handlers["POST /cluster/metrics/server/{id}"] = create_server;
  handlers["PUT /cluster/metrics/server/{id}"] = update_server;
  handlers["DELETE /cluster/metrics/server/{id}"] = remove_server;
}

}  // namespace pmx::sim
