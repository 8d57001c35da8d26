#include "sim/lacks.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/tasks.h"

namespace pmx::sim {
namespace {

constexpr std::array<std::pair<std::string_view, Part>, 6> kNames{{
    {"cstream", Part::kCstream},
    {"genisoimage", Part::kGenisoimage},
    {"lxc", Part::kLxc},
    {"sdn-route-maps", Part::kSdnRouteMaps},
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
  kBadParameter,  ///< 400, "NAME: TEXT"
};

struct MethodRow {
  Part part;
  std::string_view method;
  Way way;
  std::string_view text;
};

constexpr std::array kMethods{
    // Debian 12, below 8.4, always has the files; below 9.2 they are a package of their own.
    MethodRow{Part::kTimeZones, "PUT /nodes/{node}/time", Way::kBadParameter,
              "timezone: No such timezone"},
    MethodRow{Part::kZfs, "GET /nodes/{node}/scan/zfs", Way::kNoProgram,
              "zfs list -t filesystem -Hp -o name,avail,used"},
    MethodRow{Part::kZfs, "GET /nodes/{node}/disks/zfs", Way::kFails,
              "zfsutils-linux not installed"},
    MethodRow{Part::kZfs, "GET /nodes/{node}/disks/zfs/{name}", Way::kFails,
              "zfsutils-linux not installed"},
};

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

/// `text` with {id} replaced.
std::string filled(std::string_view text, const std::string& id) {
  constexpr std::string_view kId = "{id}";
  const auto at = text.find(kId);
  if (at == std::string_view::npos) return std::string(text);
  return std::string(text.substr(0, at)) + id + std::string(text.substr(at + kId.size()));
}

Answer bad_parameter(std::string_view text) {
  const auto colon = text.find(": ");
  return bad_parameters({{std::string(text.substr(0, colon)), text.substr(colon + 2)}});
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

std::optional<Answer> Lacks::refusal(std::string_view method) const {
  if (parts_.empty()) return std::nullopt;
  const auto row = std::find_if(kMethods.begin(), kMethods.end(), [&](const MethodRow& one) {
    return one.method == method && lacks(one.part);
  });
  if (row == kMethods.end()) return std::nullopt;
  const std::string text(row->text);
  switch (row->way) {
    case Way::kFails: return failure(500, text);
    case Way::kNoProgram: return failure(500, "command '" + text + "' failed: " + no_program(text));
    case Way::kBadParameter: return bad_parameter(text);
  }
  return std::nullopt;
}

void Lacks::spoil(TaskPlan& plan) const {
  for (const TaskRow& row : kTasks) {
    if (!lacks(row.part) || row.type != plan.type || row.version.value_or(version_) != version_)
      continue;
    // What was refused for another reason did not come so far.
    if (!row.first && plan.exit != "OK" && !plan.exit.starts_with("command '")) return;
    const std::string text = filled(row.text, plan.id);
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
