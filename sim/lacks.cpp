#include "sim/lacks.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/call.h"
#include "sim/tasks.h"

namespace pmx::sim {
namespace {

constexpr std::array<std::pair<std::string_view, Part>, 10> kNames{{
    {"apt-repositories", Part::kAptRepositories},
    {"cstream", Part::kCstream},
    {"genisoimage", Part::kGenisoimage},
    {"lxc", Part::kLxc},
    {"notifications", Part::kNotifications},
    {"sdn-fabrics", Part::kSdnFabrics},
    {"sdn-route-maps", Part::kSdnRouteMaps},
    {"subscription-keys", Part::kSubscriptionKeys},
    {"time-zones", Part::kTimeZones},
    {"zfs", Part::kZfs},
}};

/// Whole paths that an older package does not have.
struct Unknown {
  Part part;
  std::string_view path;
};
constexpr std::array<Unknown, 2> kUnknown{{
    {Part::kSdnRouteMaps, "/cluster/sdn/prefix-lists"},
    {Part::kSdnRouteMaps, "/cluster/sdn/route-maps"},
}};

/// How a method answers without its part.
enum class Way : std::uint8_t {
  kFails,         ///< 500 with the text
  kNoProgram,     ///< 500, since the command of the text is not there
  kMissing,       ///< 500, the stand-in of a library has no function of this name
  kUnblessed,     ///< 500, the stand-in of a library has no such method; "[WHAT|]METHOD FILE"
  kBadParameter,  ///< 400, "NAME: TEXT"
  kEmpty,         ///< 200 with the text as JSON
  kWithout,       ///< its rows lack the member of the text
};

/// In texts {NAME} is the call's parameter.
struct MethodRow {
  Part part;
  std::string_view method;
  Way way;
  std::string_view text;
};

constexpr std::string_view kNotify = "/cluster/notifications/";

constexpr std::array kMethods{
    MethodRow{Part::kAptRepositories, "POST /nodes/{node}/apt/repositories", Way::kFails, "no"},
    MethodRow{Part::kAptRepositories, "PUT /nodes/{node}/apt/repositories", Way::kFails, "no"},
    MethodRow{Part::kSubscriptionKeys, "PUT /nodes/{node}/subscription", Way::kFails, "no"},
    // Debian 12, below 8.4, always has the files; below 9.2 they are a package of their own.
    MethodRow{Part::kTimeZones, "PUT /nodes/{node}/time", Way::kBadParameter,
              "timezone: No such timezone"},
    MethodRow{Part::kZfs, "GET /nodes/{node}/scan/zfs", Way::kNoProgram,
              "zfs list -t filesystem -Hp -o name,avail,used"},
    MethodRow{Part::kZfs, "GET /nodes/{node}/disks/zfs", Way::kFails,
              "zfsutils-linux not installed"},
    MethodRow{Part::kZfs, "GET /nodes/{node}/disks/zfs/{name}", Way::kFails,
              "zfsutils-linux not installed"},
    MethodRow{Part::kNotifications, "GET /cluster/notifications/endpoints/sendmail", Way::kEmpty,
              "[]"},
    MethodRow{Part::kNotifications, "GET /cluster/notifications/matchers", Way::kWithout,
              "comment"},
    MethodRow{Part::kNotifications, "GET /cluster/notifications/targets", Way::kWithout, "comment"},
    MethodRow{Part::kNotifications, "GET /cluster/notifications/matchers/{name}", Way::kMissing,
              "get_matcher"},
    MethodRow{Part::kNotifications, "POST /cluster/notifications/matchers", Way::kMissing,
              "add_matcher"},
    MethodRow{Part::kNotifications, "PUT /cluster/notifications/matchers/{name}", Way::kMissing,
              "update_matcher"},
    MethodRow{Part::kNotifications, "DELETE /cluster/notifications/matchers/{name}", Way::kMissing,
              "delete_matcher"},
    MethodRow{Part::kNotifications, "POST /cluster/notifications/targets/{name}/test",
              Way::kMissing, "test_target"},
    MethodRow{Part::kSdnFabrics, "GET /cluster/sdn/fabrics/all", Way::kUnblessed,
              "list_all Fabrics.pm line 141."},
    MethodRow{Part::kSdnFabrics, "GET /cluster/sdn/fabrics/fabric", Way::kUnblessed,
              "list_fabrics Fabrics/Fabric.pm line 74."},
    MethodRow{Part::kSdnFabrics, "GET /cluster/sdn/fabrics/fabric/{id}", Way::kUnblessed,
              "get_fabric Fabrics/Fabric.pm line 116."},
    MethodRow{Part::kSdnFabrics, "GET /cluster/sdn/fabrics/node", Way::kUnblessed,
              "digest Fabrics/Node.pm line 85."},
    MethodRow{Part::kSdnFabrics, "GET /cluster/sdn/fabrics/node/{fabric_id}", Way::kUnblessed,
              "digest Fabrics/FabricNode.pm line 79."},
    MethodRow{Part::kSdnFabrics, "GET /cluster/sdn/fabrics/node/{fabric_id}/{node_id}",
              Way::kUnblessed, "get_node Fabrics/FabricNode.pm line 127."},
    MethodRow{Part::kSdnFabrics, "GET /nodes/{node}/sdn/fabrics/{fabric}/interfaces", Way::kEmpty,
              "{}"},
    MethodRow{Part::kSdnFabrics, "GET /nodes/{node}/sdn/fabrics/{fabric}/neighbors", Way::kEmpty,
              "{}"},
    MethodRow{Part::kSdnFabrics, "GET /nodes/{node}/sdn/fabrics/{fabric}/routes", Way::kEmpty,
              "{}"},
    MethodRow{Part::kSdnFabrics, "POST /cluster/sdn/fabrics/fabric", Way::kUnblessed,
              "adding fabric failed|add_fabric Fabrics/Fabric.pm line 166."},
    MethodRow{Part::kSdnFabrics, "PUT /cluster/sdn/fabrics/fabric/{id}", Way::kUnblessed,
              "updating fabric failed|update_fabric Fabrics/Fabric.pm line 206."},
    MethodRow{Part::kSdnFabrics, "DELETE /cluster/sdn/fabrics/fabric/{id}", Way::kUnblessed,
              "deleting fabric failed|delete_fabric Fabrics/Fabric.pm line 246."},
    MethodRow{Part::kSdnFabrics, "POST /cluster/sdn/fabrics/node/{fabric_id}", Way::kUnblessed,
              "adding node failed|add_node Fabrics/FabricNode.pm line 174."},
    MethodRow{Part::kSdnFabrics, "PUT /cluster/sdn/fabrics/node/{fabric_id}/{node_id}",
              Way::kUnblessed, "updating node failed|update_node Fabrics/FabricNode.pm line 217."},
    MethodRow{Part::kSdnFabrics, "DELETE /cluster/sdn/fabrics/node/{fabric_id}/{node_id}",
              Way::kUnblessed, "deleting node failed|delete_node Fabrics/FabricNode.pm line 258."},
};

/// The four kinds of notification targets share the functions' names.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kEndpointFunctions{
    {{"GET", "get"}, {"POST", "add"}, {"PUT", "update"}, {"DELETE", "delete"}}};

/// How a worker ends without a part. In texts {id} is the task's.
struct TaskRow {
  Part part;
  std::optional<PveVersion> version;  ///< nothing = both
  std::string_view type;
  bool first;  ///< before anything else is looked at
  std::string_view line;
  Way way;                ///< kFails or kNoProgram
  std::string_view text;  ///< "OK": it tells of success, and nothing was done
};
constexpr std::string_view kNoMonitor = "failed to connect to monitor socket: Connection refused";
constexpr std::array kTasks{
    TaskRow{Part::kCstream, std::nullopt, "vzdump", true, "", Way::kFails,
            "unable to find command 'cstream'"},
    TaskRow{Part::kLxc, PveVersion::k8, "vzstart", false, kNoMonitor, Way::kFails, "OK"},
    TaskRow{Part::kLxc, PveVersion::k9, "vzstart", false, kNoMonitor, Way::kNoProgram,
            "lxc-info -n {id} -p"},
    TaskRow{Part::kLxc, std::nullopt, "vzresume", false, "", Way::kNoProgram,
            "lxc-checkpoint -n {id} -r --foreground -D /var/lib/vz/dump"},
};

bool covers(std::string_view whole, std::string_view path) {
  return path.starts_with(whole) && (path.size() == whole.size() || path[whole.size()] == '/');
}

/// `text` with each {NAME} replaced by what `value_of_name` says.
template <class Value>
std::string filled(std::string_view text, const Value& value_of_name) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    const auto close = text.find('}', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    out += text.substr(0, open);
    out += value_of_name(text.substr(open + 1, close - open - 1));
    text.remove_prefix(close + 1);
  }
  return out + std::string(text);
}

Answer not_in_stand_in(std::string_view function) {
  return failure(500, std::string(function) + ": not in this stand-in");
}

/// "METHOD FILE line N.", or "what was to be done failed|METHOD FILE line N."
Answer unblessed(std::string_view text) {
  const auto bar = text.find('|');
  std::string what(text.substr(0, bar == std::string_view::npos ? 0 : bar));
  if (!what.empty()) what += ": ";
  if (bar != std::string_view::npos) text.remove_prefix(bar + 1);
  const auto space = text.find(' ');
  return failure(500, what + "Can't call method \"" + std::string(text.substr(0, space)) +
                          "\" on unblessed reference at /usr/share/perl5/PVE/API2/Network/SDN/" +
                          std::string(text.substr(space + 1)));
}

Answer bad_parameter(std::string_view text) {
  const auto colon = text.find(": ");
  return bad_parameters({{std::string(text.substr(0, colon)), text.substr(colon + 2)}});
}

/// The function of a target's kind that the method would call; empty for other methods and lists.
std::string endpoint_function(std::string_view method) {
  const auto space = method.find(' ');
  const std::string_view path = method.substr(space + 1);
  const std::string prefix = std::string(kNotify) + "endpoints/";
  if (!path.starts_with(prefix)) return "";
  const std::string_view rest = path.substr(prefix.size());
  const std::string_view kind = rest.substr(0, rest.find('/'));
  const bool lists = method.starts_with("GET ") && kind == rest;
  for (const auto& [verb, function] : kEndpointFunctions)
    if (!lists && method.substr(0, space) == verb)
      return std::string(function) + "_" + std::string(kind) + "_endpoint";
  return "";
}

}  // namespace

std::vector<std::string> part_names() {
  std::vector<std::string> out;
  for (const auto& [name, part] : kNames) out.emplace_back(name);
  return out;
}

std::optional<Part> part_named(std::string_view name) {
  for (const auto& [known, part] : kNames)
    if (known == name) return part;
  return std::nullopt;
}

Lacks::Lacks(const std::set<std::string>& names, PveVersion version) : version_(version) {
  for (const std::string& name : names)
    if (const auto part = part_named(name); part) parts_.insert(*part);
  if (version == PveVersion::k8) parts_.erase(Part::kTimeZones);
}

bool Lacks::knows(std::string_view path) const {
  return std::none_of(kUnknown.begin(), kUnknown.end(), [&](const Unknown& one) {
    return lacks(one.part) && covers(one.path, path);
  });
}

std::string Lacks::no_program(std::string_view command) const {
  return "open3: exec of " + std::string(command) +
         " failed: No such file or directory at /usr/share/perl5/PVE/" +
         (version_ == PveVersion::k8 ? "Tools.pm line 527." : "Cmd.pm line 174.");
}

std::optional<Answer> Lacks::refusal(std::string_view method, const Call& call) const {
  if (parts_.empty()) return std::nullopt;
  if (const std::string function = endpoint_function(method);
      lacks(Part::kNotifications) && !function.empty())
    return not_in_stand_in(function);
  const auto row = std::find_if(kMethods.begin(), kMethods.end(), [&](const MethodRow& one) {
    return one.method == method && lacks(one.part);
  });
  if (row == kMethods.end()) return std::nullopt;
  const std::string text =
      filled(row->text, [&](std::string_view name) { return call.text(name); });
  switch (row->way) {
    case Way::kFails: return failure(500, text);
    case Way::kNoProgram: return failure(500, "command '" + text + "' failed: " + no_program(text));
    case Way::kMissing: return not_in_stand_in(text);
    case Way::kUnblessed: return unblessed(text);
    case Way::kBadParameter: return bad_parameter(text);
    case Way::kEmpty: return ok(parse_json(row->text).value_or(Json()));
    case Way::kWithout: return std::nullopt;
  }
  return std::nullopt;
}

void Lacks::thin_out(std::string_view method, Answer& answer) const {
  if (parts_.empty() || !answer.data.is_array()) return;
  for (const MethodRow& row : kMethods)
    if (row.way == Way::kWithout && row.method == method && lacks(row.part))
      for (Json& item : answer.data)
        if (item.is_object()) item.erase(std::string(row.text));
}

void Lacks::spoil(TaskPlan& plan) const {
  for (const TaskRow& row : kTasks) {
    if (!lacks(row.part) || row.type != plan.type || row.version.value_or(version_) != version_)
      continue;
    // What was refused for another reason did not come so far.
    if (!row.first && plan.exit != "OK" && !plan.exit.starts_with("command '")) return;
    const std::string text = filled(row.text, [&](std::string_view) { return plan.id; });
    plan.lines.clear();
    if (!row.line.empty()) plan.lines.push_back({0, std::string(row.line)});
    plan.exit =
        row.way == Way::kFails ? text : "command '" + text + "' failed: " + no_program(text);
    plan.effect = nullptr;
    plan.duration = std::min<std::int64_t>(plan.duration, 40);
    return;
  }
}

}  // namespace pmx::sim
