// /nodes/{node}: name resolution, time zone, configuration, wake-up and services.
#include <array>
#include <ctime>

#include "base/crypto.h"
#include "sim/call.h"
#include "sim/pattern.h"

namespace pmx::sim {
namespace {

NodeSettings& settings_of(const Call& call) { return call.state.nodes[call.text("node")]; }

const NodeState& node_of(const Call& call) {
  return call.state.inventory.nodes[call.state.inventory.node_index(call.text("node")).value_or(0)];
}

std::string digest_of(const std::string& text) { return crypto::hex(crypto::sha1(text)); }

Answer read_dns(const Call& call) { return ok(Json(settings_of(call).dns)); }

Answer write_dns(const Call& call) {
  settings_of(call).dns = stored_values(call.params, {"node"});
  return ok(nullptr);
}

Answer read_hosts(const Call& call) {
  const std::string& text = settings_of(call).hosts;
  return ok({{"data", text}, {"digest", digest_of(text)}});
}

Answer write_hosts(const Call& call) {
  std::string& text = settings_of(call).hosts;
  if (auto refused = refuse_digest(call.params, digest_of(text))) return *refused;
  text = call.text("data");
  return ok(nullptr);
}

Answer read_time(const Call& call) {
  const std::int64_t now = call.now / 1000 + node_of(call).clock_offset;
  return ok({{"time", now}, {"localtime", now}, {"timezone", settings_of(call).timezone}});
}

Answer write_time(const Call& call) {
  const std::string zone = call.text("timezone");
  if (!matches_pattern("UTC|(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|"
                       "Indian|Pacific|Etc)/[A-Z][A-Za-z0-9_+\\-/]*",
                       zone))
    return bad_parameters({{"timezone", "No such timezone"}});
  settings_of(call).timezone = zone;
  return ok(nullptr);
}

std::string config_digest(const Values& config) {
  std::string text;
  for (const auto& [key, value] : config) text += key + ": " + value + "\n";
  return digest_of(text);
}

/// Values are shown as the file holds them: numbers stay text, a description ends its line.
Answer read_config(const Call& call) {
  const Values& config = settings_of(call).config;
  Json out = Json::object();
  for (const auto& [key, value] : config) out[key] = key == "description" ? value + "\n" : value;
  if (call.has("property")) {
    const std::string key = call.text("property");
    return ok(out.contains(key) ? Json{{key, out[key]}} : Json::object());
  }
  if (!config.empty()) out["digest"] = config_digest(config);
  return ok(out);
}

Answer write_config(const Call& call) {
  Values& config = settings_of(call).config;
  if (!config.empty())
    if (auto refused = refuse_digest(call.params, config_digest(config))) return *refused;
  change_values(config, call.params, {"node"});
  return ok(nullptr);
}

Answer wake(const Call& call) {
  const std::string node = call.text("node");
  if (node == call.state.inventory.nodes[call.asked].name)
    return failure(500, "'" + node + "' is local node, cannot wake my self!");
  const Values& config = settings_of(call).config;
  const auto wake_on_lan = config.find("wakeonlan");
  if (wake_on_lan == config.end())
    return failure(500, "No wake on LAN MAC address defined for '" + node + "'!");
  const std::string mac = wake_on_lan->second.substr(0, wake_on_lan->second.find(','));
  return ok(mac.starts_with("mac=") ? mac.substr(4) : mac);
}

/// When the subscription of the call's node ran out, in milliseconds; 0 = it has none.
std::int64_t subscription_end(const Call& call) {
  for (const Incident& one : call.state.incidents.active)
    if (one.name == "subscription-expired" && one.argument(0) == call.text("node"))
      return one.since;
  return 0;
}

std::string date_text(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
  return text.data();
}

Answer subscription(const Call& call) {
  constexpr std::int64_t kYear = 365 * 86400;
  std::string id = digest_of(node_of(call).fingerprint).substr(0, 32);
  for (char& c : id) c = static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
  if (const std::int64_t end = subscription_end(call) / 1000; end != 0)
    return ok({{"status", "expired"},
               {"message", "Subscription expired"},
               {"serverid", id},
               {"productname", "Proxmox VE Basic Subscription 1 CPU/year"},
               {"level", "b"},
               {"sockets", 1},
               {"regdate", date_text(end - kYear) + " 00:00:00"},
               {"nextduedate", date_text(end)},
               {"checktime", call.now / 1000 / 86400 * 86400},
               {"url", "https://www.proxmox.com/en/proxmox-virtual-environment/pricing"}});
  return ok({{"status", "notfound"},
             {"message", "There is no subscription key"},
             {"serverid", id},
             {"url", "https://www.proxmox.com/en/proxmox-virtual-environment/pricing"}});
}

struct Service {
  std::string_view name;
  std::string_view description;
};
constexpr std::array<Service, 14> kServices{{
    {"chrony", "chrony, an NTP client/server"},
    {"corosync", "Corosync Cluster Engine"},
    {"cron", "Regular background program processing daemon"},
    {"postfix", "Postfix Mail Transport Agent"},
    {"pve-cluster", "The Proxmox VE cluster filesystem"},
    {"pve-firewall", "Proxmox VE firewall"},
    {"pve-ha-crm", "PVE Cluster HA Resource Manager Daemon"},
    {"pve-ha-lrm", "PVE Local HA Resource Manager Daemon"},
    {"pvedaemon", "PVE API Daemon"},
    {"pveproxy", "PVE API Proxy Server"},
    {"pvestatd", "PVE Status Daemon"},
    {"spiceproxy", "PVE SPICE Proxy Server"},
    {"sshd", "OpenBSD Secure Shell server"},
    {"systemd-journald", "Journal Service"},
}};

/// The lab's nodes run without systemd, which knows no service there.
Json service_row(const Call& call, std::string_view name) {
  Json row{{"service", name}, {"name", nullptr}, {"desc", nullptr}, {"state", "unknown"}};
  row["active-state"] = row["unit-state"] = "unknown";
  if (call.state.scenario == Scenario::kLab) return row;
  for (const Service& one : kServices) {
    if (one.name != name) continue;
    row["name"] = name;
    row["desc"] = one.description;
    row["state"] = "running";
    row["active-state"] = "active";
    row["unit-state"] = "enabled";
  }
  return row;
}

Answer services(const Call& call) {
  Json out = Json::array();
  if (call.state.scenario == Scenario::kLab) return ok(out);
  for (const Service& one : kServices) out.push_back(service_row(call, one.name));
  return ok(out);
}

Answer service_state(const Call& call) { return ok(service_row(call, call.text("service"))); }

template <char const* kType>
Answer service_task(const Call& call) {
  TaskPlan plan;
  plan.type = kType;
  plan.id = call.text("service");
  plan.duration = 900;
  return ok(call.state.tasks.fork(node_of(call), call.caller, std::move(plan), call.now));
}

constexpr char kStart[] = "srvstart";
constexpr char kStop[] = "srvstop";
constexpr char kRestart[] = "srvrestart";
constexpr char kReload[] = "srvreload";

}  // namespace

std::map<std::string, NodeSettings, std::less<>> node_settings(const Inventory& inventory,
                                                               Scenario scenario) {
  const bool lab = scenario == Scenario::kLab;
  const std::string domain = lab ? "" : "." + std::string(inventory.company().domain);
  std::map<std::string, NodeSettings, std::less<>> out;
  std::string hosts = "127.0.0.1 localhost\n";
  for (const NodeState& node : inventory.nodes)
    hosts += node.ip + " " + (lab ? "" : node.name + domain + " ") + node.name + "\n";
  for (const NodeState& node : inventory.nodes) {
    NodeSettings& settings = out[node.name];
    settings.hosts = hosts;
    settings.dns["dns1"] = lab ? "127.0.0.1" : gateway_of(node);
    if (!lab) settings.dns["search"] = std::string(inventory.company().domain);
  }
  return out;
}

void add_node_config_handlers(Handlers& handlers) {
  handlers["GET /nodes/{node}/dns"] = read_dns;
  handlers["PUT /nodes/{node}/dns"] = write_dns;
  handlers["GET /nodes/{node}/hosts"] = read_hosts;
  handlers["POST /nodes/{node}/hosts"] = write_hosts;
  handlers["GET /nodes/{node}/time"] = read_time;
  handlers["PUT /nodes/{node}/time"] = write_time;
  handlers["GET /nodes/{node}/config"] = read_config;
  handlers["PUT /nodes/{node}/config"] = write_config;
  handlers["POST /nodes/{node}/wakeonlan"] = wake;
  handlers["GET /nodes/{node}/subscription"] = subscription;
  handlers["GET /nodes/{node}/services"] = services;
  handlers["GET /nodes/{node}/services/{service}/state"] = service_state;
  handlers["POST /nodes/{node}/services/{service}/start"] = service_task<kStart>;
  handlers["POST /nodes/{node}/services/{service}/stop"] = service_task<kStop>;
  handlers["POST /nodes/{node}/services/{service}/restart"] = service_task<kRestart>;
  handlers["POST /nodes/{node}/services/{service}/reload"] = service_task<kReload>;
}

}  // namespace pmx::sim
