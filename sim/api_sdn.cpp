// /cluster/sdn: zones, virtual networks, subnets, controllers, IPAMs and DNS servers, and applying
// them; /nodes/{node}/sdn: what runs of them.
#include "sim/call.h"
#include "sim/firewall.h"
#include "sim/values.h"

namespace pmx::sim {
namespace {

/// One kind of section and the words that PVE has for it.
struct Kind {
  std::string_view file;
  std::string_view key;  ///< of its id in parameters and answers
  std::string_view path;
  std::string_view missing;  ///< before the id
};

constexpr std::array<Kind, 6> kKinds{{
    {"zones", "zone", "/cluster/sdn/zones", "sdn"},
    {"vnets", "vnet", "/cluster/sdn/vnets", "sdn vnet"},
    {"subnets", "subnet", "/cluster/sdn/vnets/{vnet}/subnets", "sdn subnet"},
    {"controllers", "controller", "/cluster/sdn/controllers", "sdn"},
    {"ipams", "ipam", "/cluster/sdn/ipams", "sdn"},
    {"dns", "dns", "/cluster/sdn/dns", "sdn"},
}};
enum : std::size_t { kZones, kVnets, kSubnets, kControllers, kIpams, kDns };

std::string value_of(const Section& section, std::string_view key) {
  const auto found = section.values.find(key);
  return found == section.values.end() ? "" : found->second;
}

SectionFile& file_of(const Call& call, const Kind& kind) {
  return call.state.sdn.files[std::string(kind.file)];
}

std::string missing_text(const Kind& kind, const std::string& id) {
  return std::string(kind.missing) + " '" + id + "' does not exist";
}

/// PVE's words around a failure under the lock of the SDN files; a complaint about a parameter
/// loses its own status there.
std::string locked_text(const char* verb, const Kind& kind, const std::string& why) {
  return std::string(verb) + " sdn " + std::string(kind.key) + " object failed: " + why;
}

std::string about(const std::string& parameter, const std::string& text) {
  return "400 Parameter verification failed.\n" + parameter + ": " + text;
}

/// "zone1-10.0.0.0-24" of the parameter, which may be the network itself.
std::string id_of(const Call& call, const Kind& kind) {
  std::string id = call.text(kind.key);
  const auto slash = id.find('/');
  if (kind.file != "subnets" || slash == std::string::npos) return id;
  const Section* vnet = file_of(call, kKinds[kVnets]).find(call.text("vnet"));
  return (vnet == nullptr ? "" : value_of(*vnet, "zone")) + "-" + id.replace(slash, 1, "-");
}

/// The start and end of each "start-address=A,end-address=B", one a line.
Json dhcp_ranges(const std::string& text) {
  Json out = Json::array();
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    Json range = Json::object();
    for (const std::string& part : list_items(text.substr(begin, end - begin))) {
      const auto equals = std::min(part.find('='), part.size());
      range[part.substr(0, equals)] = part.substr(std::min(equals + 1, part.size()));
    }
    out.push_back(std::move(range));
    begin = end + 1;
  }
  return out;
}

/// The method that makes sections knows the types of their values.
Json shown(const Call& call, const Kind& kind, const std::string& id, const Section& section) {
  const Route route{kind.path, "POST", {}};
  Json out = shown_values(*find_member(call.state.facts.method(route), "params"), section.values);
  out["type"] = section.type;
  if (kind.file != "subnets") return out;
  const auto first = id.find('-');
  const auto last = id.rfind('-');
  out["zone"] = id.substr(0, first);
  out["network"] = id.substr(first + 1, last - first - 1);
  out["mask"] = id.substr(last + 1);
  out["cidr"] = id.substr(first + 1, last - first - 1) + "/" + id.substr(last + 1);
  out["dhcp-range"] = dhcp_ranges(value_of(section, "dhcp-range"));
  return out;
}

Json shown_file(const Call& call, const Kind& kind, const SdnFiles& files) {
  Json out = Json::object();
  const auto file = files.find(kind.file);
  if (file == files.end()) return out;
  for (const auto& [id, section] : file->second.sections) out[id] = shown(call, kind, id, section);
  return out;
}

/// All objects of a kind in the view that the call asks for.
Json objects_of(const Call& call, const Kind& kind) {
  const Json configured = shown_file(call, kind, call.state.sdn.files);
  if (!call.flag("pending") && !call.flag("running")) return configured;
  const Json running = shown_file(call, kind, call.state.sdn.running);
  return call.flag("pending") ? sdn_pending(running, configured) : running;
}

/// The path of permissions that guards an object.
std::string guard_of(const Kind& kind, const std::string& id, const Json& object) {
  if (kind.file == "vnets" || kind.file == "subnets") {
    const std::string zone(string_member(
        object.contains("zone") || !object.contains("pending") ? object : object["pending"],
        "zone"));
    return "/sdn/zones/" + zone + "/" +
           (kind.file == "vnets" ? id : std::string(string_member(object, "vnet")));
  }
  return "/sdn/" + std::string(kind.file) + "/" + id;
}

std::optional<Answer> refuse_vnet(const Call& call, const Kind& kind, bool write) {
  if (kind.file != "vnets" && kind.file != "subnets") return std::nullopt;
  const std::string vnet = call.text("vnet");
  const Section* section = file_of(call, kKinds[kVnets]).find(vnet);
  if (section == nullptr) return failure(500, missing_text(kKinds[kVnets], vnet));
  const std::string guard = "/sdn/zones/" + value_of(*section, "zone") + "/" + vnet;
  if (call.may(guard, "SDN.Allocate") || (!write && call.may(guard, "SDN.Audit")))
    return std::nullopt;
  return failure(403, "Permission check failed (" + guard +
                          (write ? ", SDN.Allocate)" : ", SDN.Audit|SDN.Allocate)"));
}

template <std::size_t which>
Answer list(const Call& call) {
  const Kind& kind = kKinds[which];
  if (which == kSubnets)
    if (auto refused = refuse_vnet(call, kind, false)) return *refused;
  Json out = Json::array();
  Json objects = objects_of(call, kind);
  for (auto& [id, object] : objects.items()) {
    const std::string guard = guard_of(kind, id, object);
    if (!call.may(guard, "SDN.Audit") && !call.may(guard, "SDN.Allocate")) continue;
    if (call.has("type") && string_member(object, "type") != call.text("type")) continue;
    if (which == kSubnets && string_member(object, "vnet") != call.text("vnet")) continue;
    object[kind.key] = id;
    if (!call.flag("running") && !call.flag("pending"))
      object["digest"] = file_of(call, kind).digest();
    out.push_back(object);
  }
  return ok(std::move(out));
}

template <std::size_t which>
Answer read(const Call& call) {
  const Kind& kind = kKinds[which];
  if (auto refused = refuse_vnet(call, kind, false)) return *refused;
  const std::string id = id_of(call, kind);
  Json objects = objects_of(call, kind);
  if (!objects.contains(id)) return failure(500, missing_text(kind, id));
  Json out = std::move(objects[id]);
  if (which == kSubnets && string_member(out, "vnet") != call.text("vnet"))
    return bad_parameters({{"vnet", "wrong vnet"}});
  out[kind.key] = id;
  if (!call.flag("running") && !call.flag("pending")) out["digest"] = file_of(call, kind).digest();
  return ok(std::move(out));
}

bool exists(const Call& call, std::size_t which, const std::string& id) {
  return file_of(call, kKinds[which]).find(id) != nullptr;
}

/// What a zone refers to; empty when all of it exists.
std::string zone_complaint(const Call& call, const std::string& id, const Section& zone) {
  for (const char* key : {"dns", "reversedns"})
    if (const std::string server = value_of(zone, key);
        !server.empty() && !exists(call, kDns, server))
      return about(key, server + " don't exist");
  if (!value_of(zone, "dnszone").empty() && value_of(zone, "dns").empty())
    return about("dnszone", "missing dns server");
  if (const std::string ipam = value_of(zone, "ipam"); !ipam.empty() && !exists(call, kIpams, ipam))
    return about("ipam", ipam + " not existing");
  const bool peers = !value_of(zone, "peers").empty();
  if (zone.type == "vxlan" && peers == !value_of(zone, "fabric").empty() && call.is_9())
    return about("fabric",
                 "must have exactly one of peers / fabric defined\n"
                 "peers: must have exactly one of peers / fabric defined");
  if (zone.type != "evpn") return "";
  const std::string line = " at /usr/share/perl5/PVE/Network/SDN/Zones/EvpnPlugin.pm line 354.";
  const std::string controller = value_of(zone, "controller");
  const Section* known = file_of(call, kKinds[kControllers]).find(controller);
  if (known == nullptr) return "controller " + controller + " don't exist" + line;
  if (known->type != "evpn") return controller + " is not a evpn controller type" + line;
  for (const auto& [other, section] : file_of(call, kKinds[kZones]).sections)
    if (other != id && value_of(section, "vrf-vxlan") == value_of(zone, "vrf-vxlan"))
      return "vrf-vxlan " + value_of(zone, "vrf-vxlan") + " is already declared in " + other + line;
  return "";
}

bool has_subnets(const Call& call, const std::string& vnet) {
  for (const auto& [id, subnet] : file_of(call, kKinds[kSubnets]).sections)
    if (value_of(subnet, "vnet") == vnet) return true;
  return false;
}

std::string tag_complaint(const Call& call, const std::string& id, const Section& vnet,
                          const Section& zone) {
  const std::string tag = value_of(vnet, "tag");
  const bool wide = zone.type == "vxlan" || zone.type == "evpn";
  const std::string name = wide ? "vxlan" : "vlan";
  if (zone.type == "simple")
    return tag.empty() ? "" : about("tag", "vlan tag is not allowed on simple zone");
  if (tag.empty() && zone.type != "qinq") return about("tag", "missing " + name + " tag");
  const int most = wide ? 16777216 : 4096;
  if (std::atoi(tag.c_str()) > most)
    return about("tag", name + " tag max value is " + std::to_string(most));
  for (const auto& [other, section] : file_of(call, kKinds[kVnets]).sections)
    if (other != id && !tag.empty() && value_of(section, "tag") == tag &&
        value_of(section, "zone") == value_of(vnet, "zone"))
      return about("tag", wide ? "vxlan tag " + tag + " already exist in vnet " + other +
                                     " in zone " + value_of(vnet, "zone") + " "
                               : "tag " + tag + " already exist in vnet " + other);
  return "";
}

std::string vnet_complaint(const Call& call, const std::string& id, const Section& vnet) {
  const Section* zone = file_of(call, kKinds[kZones]).find(value_of(vnet, "zone"));
  if (zone == nullptr) return "unknown section type ''";
  if (auto bad = tag_complaint(call, id, vnet, *zone); !bad.empty()) return bad;
  if (value_of(vnet, "vlanaware") == "1" && has_subnets(call, id))
    return about("vlanaware", "vlanaware vnet is not compatible with subnets");
  return "";
}

std::string subnet_complaint(const Call& call, const std::string& id, const Section& subnet) {
  const std::string name = value_of(subnet, "vnet");
  const Section* vnet = file_of(call, kKinds[kVnets]).find(name);
  if (vnet != nullptr && value_of(*vnet, "vlanaware") == "1")
    return about("vnet", "you can't add a subnet on a vlanaware vnet");
  const auto first = id.find('-');
  const auto last = id.rfind('-');
  const std::string cidr = id.substr(first + 1, last - first - 1) + "/" + id.substr(last + 1);
  const std::string gateway = value_of(subnet, "gateway");
  if (!gateway.empty() && !network_holds(cidr, gateway))
    return about("gateway", gateway + " is not in subnet " + cidr);
  return "";
}

std::string controller_complaint(const Call& call, const std::string& id,
                                 const Section& controller) {
  if (controller.type != "evpn") return "";
  const std::string line =
      " at /usr/share/perl5/PVE/Network/SDN/Controllers/EvpnPlugin.pm line 500.";
  for (const auto& [other, section] : file_of(call, kKinds[kControllers]).sections)
    if (other != id && section.type == "evpn")
      return "only 1 global evpn controller can be defined" + line;
  const bool peers = !value_of(controller, "peers").empty();
  return call.is_9() && peers == !value_of(controller, "fabric").empty()
             ? "must have exactly one of peers / fabric defined" + line
             : "";
}

std::string complaint(const Call& call, const Kind& kind, const std::string& id,
                      const Section& section) {
  if (kind.file == "zones") return zone_complaint(call, id, section);
  if (kind.file == "vnets") return vnet_complaint(call, id, section);
  if (kind.file == "subnets") return subnet_complaint(call, id, section);
  return kind.file == "controllers" ? controller_complaint(call, id, section) : "";
}

/// Somebody else holds the configuration.
std::string lock_complaint(const Call& call) {
  const std::string& lock = call.state.sdn.lock;
  if (lock.empty() || call.text("lock-token") == lock) return "";
  return "invalid lock token provided! at /usr/share/perl5/PVE/Network/SDN.pm line 291.";
}

Values given_values(const Call& call, const Kind& kind) {
  Values values = stored_values(call.params,
                                {kind.key, "type", "digest", "delete", "lock-token", "dhcp-range"});
  if (const Json* ranges = find_member(call.params, "dhcp-range"); ranges != nullptr)
    for (const Json& range : ranges->is_array() ? *ranges : Json::array({*ranges}))
      values["dhcp-range"] += (values["dhcp-range"].empty() ? "" : "\n") + stored_text(range);
  return values;
}

template <std::size_t which>
Answer create(const Call& call) {
  const Kind& kind = kKinds[which];
  if (which == kSubnets)
    if (auto refused = refuse_vnet(call, kind, true)) return *refused;
  const std::string id = id_of(call, kind);
  const auto refuse = [&](const std::string& why) {
    return failure(500, locked_text("create", kind, why));
  };
  const std::string type = call.has("type") ? call.text("type") : std::string(kind.key);
  const Section section{type, given_values(call, kind)};
  const std::string incomplete = sdn_complaint(kind.file, section, true);
  // zones and controllers are looked at before the lock is taken
  if (!incomplete.empty() && (which == kZones || which == kControllers))
    return failure(500, incomplete);
  if (auto bad = lock_complaint(call); !bad.empty()) return refuse(bad);
  if (!incomplete.empty()) return refuse(incomplete);
  if (exists(call, which, id))
    return refuse("sdn " + std::string(kind.key) + " object ID '" + id + "' already defined");
  if (auto bad = complaint(call, kind, id, section); !bad.empty()) return refuse(bad);
  file_of(call, kind).sections[id] = section;
  return ok(nullptr);
}

template <std::size_t which>
Answer update(const Call& call) {
  const Kind& kind = kKinds[which];
  if (auto refused = refuse_vnet(call, kind, true)) return *refused;
  const std::string id = id_of(call, kind);
  const auto refuse = [&](const std::string& why) {
    return failure(500, locked_text("update", kind, why));
  };
  SectionFile& file = file_of(call, kind);
  if (auto bad = lock_complaint(call); !bad.empty()) return refuse(bad);
  if (auto refused = refuse_digest(call.params, file.digest())) return refuse(refused->message);
  const Section* section = file.find(id);
  if (section == nullptr) return refuse(missing_text(kind, id));
  Section changed = *section;
  for (const std::string& key : list_items(call.text("delete"))) {
    if (!sdn_complaint(kind.file, {changed.type, {{key, ""}}}, false).empty())
      return refuse("no such option '" + key + "'");
    changed.values.erase(key);
  }
  for (auto& [key, value] : given_values(call, kind)) changed.values[key] = value;
  if (auto bad = sdn_complaint(kind.file, changed, false); !bad.empty()) return refuse(bad);
  if (which == kVnets && value_of(changed, "zone") != value_of(*section, "zone") &&
      has_subnets(call, id))
    return refuse(about("zone", "can't change zone if subnets exist"));
  if (auto bad = complaint(call, kind, id, changed); !bad.empty()) return refuse(bad);
  file.sections[id] = std::move(changed);
  return ok(nullptr);
}

/// Who still needs the object; empty when nobody does.
std::string use_of(const Call& call, const Kind& kind, const std::string& id) {
  const auto users = [&](std::size_t which, const char* key) {
    for (const auto& [user, section] : file_of(call, kKinds[which]).sections)
      if (value_of(section, key) == id) return user;
    return std::string();
  };
  if (kind.file == "zones")
    if (const std::string vnet = users(kVnets, "zone"); !vnet.empty())
      return "zone " + id + " is used by vnet " + vnet +
             " at /usr/share/perl5/PVE/Network/SDN/Zones/Plugin.pm line 250.";
  if (kind.file == "controllers")
    if (const std::string zone = users(kZones, "controller"); !zone.empty())
      return "controller " + id + " is used by " + zone +
             " at /usr/share/perl5/PVE/Network/SDN/Controllers/EvpnPlugin.pm line 485.";
  if (kind.file == "vnets" && has_subnets(call, id))
    return about("vnet", "Can't delete vnet if subnets exists");
  return "";
}

template <std::size_t which>
Answer remove(const Call& call) {
  const Kind& kind = kKinds[which];
  if (auto refused = refuse_vnet(call, kind, true)) return *refused;
  const std::string id = id_of(call, kind);
  const auto refuse = [&](const std::string& why) {
    return failure(500, locked_text("delete", kind, why));
  };
  if (auto bad = lock_complaint(call); !bad.empty()) return refuse(bad);
  if (which != kSubnets && !exists(call, which, id)) return refuse(missing_text(kind, id));
  if (auto used = use_of(call, kind, id); !used.empty()) return refuse(used);
  file_of(call, kind).sections.erase(id);
  return ok(nullptr);
}

/// What is configured runs from now on; each node reloads its networks.
Answer apply(const Call& call) {
  if (auto bad = lock_complaint(call); !bad.empty())
    return failure(500, "could not commit SDN config: " + bad);
  call.state.sdn.running = call.state.sdn.files;
  if (call.flag("release-lock")) call.state.sdn.lock.clear();
  const auto& nodes = call.state.inventory.nodes;
  for (const NodeState& node : nodes) {
    TaskPlan reload;
    reload.type = "srvreload";
    reload.id = "networking";
    reload.duration = 1500;
    if (node.online) call.state.tasks.fork(node, call.caller, std::move(reload), call.now);
  }
  TaskPlan plan;
  plan.type = "reloadnetworkall";
  plan.duration = 800;
  for (const NodeState& node : nodes)
    plan.lines.push_back({100, node.name + ": reloading network config"});
  return ok(call.state.tasks.fork(nodes[call.asked], call.caller, std::move(plan), call.now));
}

Answer lock(const Call& call) {
  SdnState& sdn = call.state.sdn;
  const std::string what = "could not acquire lock for SDN config: ";
  if (auto bad = lock_complaint(call); !bad.empty()) return failure(500, what + bad);
  bool changed = false;
  for (std::size_t i = kZones; i <= kControllers; ++i)
    changed |= shown_file(call, kKinds[i], sdn.files) != shown_file(call, kKinds[i], sdn.running);
  if (changed && !call.flag("allow-pending"))
    return failure(500, what +
                            "configuration has pending changes at "
                            "/usr/share/perl5/PVE/API2/Network/SDN.pm line 150.");
  sdn.lock =
      Dice(call.state.inventory.seed(), "sdn-lock", static_cast<std::uint64_t>(call.now)).uuid();
  return ok(sdn.lock);
}

Answer unlock(const Call& call) {
  if (auto bad = lock_complaint(call); !bad.empty() && !call.flag("force"))
    return failure(500, "could not release lock: " + bad);
  call.state.sdn.lock.clear();
  return ok(nullptr);
}

Answer rollback(const Call& call) {
  if (auto bad = lock_complaint(call); !bad.empty())
    return failure(500, "could not rollback SDN configuration: " + bad);
  for (std::size_t i = kZones; i <= kControllers; ++i)
    file_of(call, kKinds[i]) = call.state.sdn.running[std::string(kKinds[i].file)];
  if (call.flag("release-lock")) call.state.sdn.lock.clear();
  return ok(nullptr);
}

Answer ipam_status(const Call& call) {
  const Section* ipam = file_of(call, kKinds[kIpams]).find(call.text("ipam"));
  if (ipam == nullptr || ipam->type != "pve")
    return failure(500,
                   "Currently only PVE IPAM is supported! at "
                   "/usr/share/perl5/PVE/API2/Network/SDN/Ipams.pm line 319.");
  Json out = Json::array();
  for (const auto& [id, subnet] : file_of(call, kKinds[kSubnets]).sections)
    if (const std::string gateway = value_of(subnet, "gateway"); !gateway.empty()) {
      const Json all = shown(call, kKinds[kSubnets], id, subnet);
      out.push_back({{"zone", all["zone"]},
                     {"vnet", all["vnet"]},
                     {"subnet", all["cidr"]},
                     {"ip", gateway},
                     {"gateway", 1}});
    }
  return ok(std::move(out));
}

/// The zones that run on {node}.
Json running_zones(const Call& call) {
  Json out = Json::object();
  const Json zones = shown_file(call, kKinds[kZones], call.state.sdn.running);
  for (const auto& [id, zone] : zones.items()) {
    const auto nodes = list_items(string_member(zone, "nodes"));
    if (nodes.empty() || std::find(nodes.begin(), nodes.end(), call.text("node")) != nodes.end())
      out[id] = zone;
  }
  return out;
}

Answer node_zones(const Call& call) {
  Json out = Json::array();
  const Json zones = running_zones(call);
  for (const auto& [id, zone] : zones.items())
    if (call.may("/sdn/zones/" + id, "SDN.Audit"))
      out.push_back({{"zone", id}, {"status", "available"}});
  return ok(std::move(out));
}

Answer zone_content(const Call& call) {
  Json out = Json::array();
  const Json vnets = shown_file(call, kKinds[kVnets], call.state.sdn.running);
  for (const auto& [id, vnet] : vnets.items())
    if (string_member(vnet, "zone") == call.text("zone"))
      out.push_back({{"vnet", id}, {"status", "available"}});
  return ok(std::move(out));
}

/// What the kernel has for a zone.
Answer zone_kernel(const Call& call) {
  if (running_zones(call).contains(call.text("zone"))) return ok(Json::array());
  return bad_parameters({{"zone", "zone does not exist"}});
}

Answer node_vnet(const Call& call) {
  if (auto refused = refuse_vnet(call, kKinds[kVnets], false)) return *refused;
  return ok(Json::array({{{"subdir", "mac-vrf"}}}));
}

Answer vnet_macs(const Call& call) {
  if (auto refused = refuse_vnet(call, kKinds[kVnets], false)) return *refused;
  return ok(Json::array());
}

template <std::size_t which>
void add_kind(Handlers& handlers) {
  const std::string path(kKinds[which].path);
  const std::string one = path + "/{" + std::string(kKinds[which].key) + "}";
  handlers["GET " + path] = list<which>;
  handlers["POST " + path] = create<which>;
  handlers["GET " + one] = read<which>;
  handlers["PUT " + one] = update<which>;
  handlers["DELETE " + one] = remove<which>;
}

}  // namespace

void add_sdn_handlers(Handlers& handlers) {
  add_kind<kZones>(handlers);
  add_kind<kVnets>(handlers);
  add_kind<kSubnets>(handlers);
  add_kind<kControllers>(handlers);
  add_kind<kIpams>(handlers);
  add_kind<kDns>(handlers);
  handlers["PUT /cluster/sdn"] = apply;
  handlers["POST /cluster/sdn/lock"] = lock;
  handlers["DELETE /cluster/sdn/lock"] = unlock;
  handlers["POST /cluster/sdn/rollback"] = rollback;
  handlers["GET /cluster/sdn/ipams/{ipam}/status"] = ipam_status;
  handlers["GET /nodes/{node}/sdn/zones"] = node_zones;
  handlers["GET /nodes/{node}/sdn/zones/{zone}/content"] = zone_content;
  handlers["GET /nodes/{node}/sdn/zones/{zone}/bridges"] = zone_kernel;
  handlers["GET /nodes/{node}/sdn/zones/{zone}/ip-vrf"] = zone_kernel;
  handlers["GET /nodes/{node}/sdn/vnets/{vnet}"] = node_vnet;
  handlers["GET /nodes/{node}/sdn/vnets/{vnet}/mac-vrf"] = vnet_macs;
}

}  // namespace pmx::sim
