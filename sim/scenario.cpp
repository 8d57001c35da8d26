#include "sim/scenario.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "base/fields.h"
#include "base/files.h"
#include "base/yaml.h"
#include "sim/lacks.h"
#include "sim/pattern.h"

namespace pmx::scenarios {
std::string_view embedded_file(std::string_view name);
std::vector<std::string_view> embedded_files(std::string_view prefix);
}  // namespace pmx::scenarios

namespace pmx::sim {
namespace {

constexpr std::string_view kEnding = ".yml";

// The file as it stands; members named as its keys.

struct NodesEntry {
  std::optional<int> count;
  std::vector<std::string> names;
  std::string prefix;
  int cpus = 0;
  int memory = 0;
  template <class V>
  void fields(V& v) {
    v.optional("count", count);
    v.optional("names", names);
    v.optional("prefix", prefix);
    v.optional("cpus", cpus);
    v.optional("memory", memory);
  }
};

struct GuestsEntry {
  int count = 24;
  int ha = 0;
  template <class V>
  void fields(V& v) {
    v.optional("count", count);
    v.optional("ha", ha);
  }
};

struct StorageEntry {
  std::string name;
  std::string type;
  std::string content;
  std::string server;
  bool shared = false;
  int size = 0;
  template <class V>
  void fields(V& v) {
    v.required("name", name);
    v.required("type", type);
    v.required("content", content);
    v.optional("server", server);
    v.optional("shared", shared);
    v.required("size", size);
  }
};

struct EventEntry {
  std::string at;
  std::string action;
  template <class V>
  void fields(V& v) {
    v.required("at", at);
    v.required("do", action);
  }
};

struct ScenarioFile {
  std::string title;
  std::string base = "generated";
  std::string pve = "9.2";
  std::int64_t seed = 7;
  NodesEntry nodes;
  GuestsEntry guests;
  std::vector<StorageEntry> storages;
  std::vector<std::string> lacks;
  std::vector<EventEntry> events;
  template <class V>
  void fields(V& v) {
    v.required("title", title);
    v.optional("base", base);
    v.optional("pve", pve);
    v.optional("seed", seed);
    v.optional("nodes", nodes);
    v.optional("guests", guests);
    v.optional("storages", storages);
    v.optional("lacks", lacks);
    v.optional("events", events);
  }
};

/// "5m", "-7d", "0": milliseconds.
std::optional<std::chrono::milliseconds> parse_time(const std::string& text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
  if (error != std::errc() || std::abs(number) > 1'000'000) return std::nullopt;
  if (unit.empty() && number == 0) return std::chrono::milliseconds{0};
  if (unit == "s") return std::chrono::seconds{number};
  if (unit == "m") return std::chrono::minutes{number};
  if (unit == "h") return std::chrono::hours{number};
  if (unit == "d") return std::chrono::hours{24 * number};
  return std::nullopt;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& one : names) out += (out.empty() ? "" : ", ") + one;
  return out;
}

/// The words of a switch as one types it; quotes hold a word together.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> out;
  bool quoted = false;
  bool inside = false;
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      inside = false;
      continue;
    }
    if (!std::exchange(inside, true)) out.emplace_back();
    if (c != '"') out.back() += c;
  }
  return out;
}

/// Turns the file into a plan, and complains with the line.
class Reader {
 public:
  Reader(const YamlDocument& document, std::string file)
      : document_(document), file_(std::move(file)) {}

  Result<Plan> read() {
    auto decoded = decode<ScenarioFile>(document_.value, Unknown::kReject);
    if (!decoded.ok()) return decode_error(decoded.error());
    const ScenarioFile& file = *decoded;
    Plan plan;
    plan.title = file.title;
    PMX_TRY_VOID(read_cluster(file, plan.options));
    PMX_TRY_VOID(read_storages(file, plan.options));
    PMX_TRY_VOID(read_lacks(file, plan.options));
    PMX_TRY_VOID(read_events(file, plan.events));
    return plan;
  }

 private:
  [[nodiscard]] std::string place(std::string_view pointer) const {
    return file_ + ":" + std::to_string(document_.line_of(pointer));
  }

  [[nodiscard]] Error error_at(std::string_view pointer, const std::string& what,
                               std::string advice = "") const {
    return Error{Code::kInvalidArgument, place(pointer) + ": " + what, std::move(advice)};
  }

  /// "/nodes/count must be an integer": the pointer says where.
  [[nodiscard]] Error decode_error(const Error& error) const {
    const bool points = error.message.starts_with('/');
    const std::string pointer = points ? error.message.substr(0, error.message.find(' ')) : "";
    return error_at(pointer, error.message, error.advice);
  }

  [[nodiscard]] Result<void> check_range(const char* pointer, std::int64_t value, std::int64_t low,
                                         std::int64_t high) const {
    if (value >= low && value <= high) return {};
    return error_at(pointer, std::string(pointer) + " must be between " + std::to_string(low) +
                                 " and " + std::to_string(high));
  }

  Result<void> read_cluster(const ScenarioFile& file, Options& options) const {
    if (file.base != "generated" && file.base != "lab")
      return error_at("/base", "base must be generated or lab");
    if (file.pve != "8.4" && file.pve != "9.2")
      return error_at("/pve", "pve must be \"8.4\" or \"9.2\"");
    PMX_TRY_VOID(check_names(file.nodes));
    const auto named = static_cast<int>(file.nodes.names.size());
    options.nodes = file.nodes.count.value_or(named == 0 ? 3 : named);
    PMX_TRY_VOID(check_range("/nodes/count", options.nodes, std::max(1, named), 100));
    PMX_TRY_VOID(check_range("/guests/count", file.guests.count, 0, 100'000));
    PMX_TRY_VOID(check_range("/guests/ha", file.guests.ha, 0, file.guests.count));
    PMX_TRY_VOID(check_range("/nodes/cpus", file.nodes.cpus, 0, 4096));
    PMX_TRY_VOID(check_range("/nodes/memory", file.nodes.memory, 0, 1 << 20));
    PMX_TRY_VOID(check_range("/seed", file.seed, 0, std::numeric_limits<std::int64_t>::max()));
    options.scenario = file.base == "lab" ? Scenario::kLab : Scenario::kGenerated;
    options.pve = file.pve == "8.4" ? PveVersion::k8 : PveVersion::k9;
    options.seed = static_cast<std::uint64_t>(file.seed);
    options.guests = file.guests.count;
    options.ha_guests = file.guests.ha;
    options.node_names = file.nodes.names;
    options.node_prefix = file.nodes.prefix;
    options.node_cpus = file.nodes.cpus;
    options.node_gib = file.nodes.memory;
    return {};
  }

  [[nodiscard]] Result<void> check_names(const NodesEntry& nodes) const {
    constexpr const char* kName = "[a-zA-Z0-9](?:[a-zA-Z0-9\\-]{0,61}[a-zA-Z0-9])?";
    std::set<std::string> seen;
    for (std::size_t i = 0; i < nodes.names.size(); ++i) {
      const std::string pointer = "/nodes/names/" + std::to_string(i);
      if (!matches_pattern(kName, nodes.names[i]))
        return error_at(pointer, "not a host name: '" + nodes.names[i] + "'");
      if (!seen.insert(nodes.names[i]).second)
        return error_at(pointer, "two nodes are called '" + nodes.names[i] + "'");
    }
    if (nodes.prefix.empty() || matches_pattern(kName, nodes.prefix + "1")) return {};
    return error_at("/nodes/prefix", "not the beginning of a host name: '" + nodes.prefix + "'");
  }

  Result<void> read_storages(const ScenarioFile& file, Options& options) const {
    std::set<std::string> seen;
    bool disks = false;
    for (std::size_t i = 0; i < file.storages.size(); ++i) {
      const StorageEntry& one = file.storages[i];
      const std::string pointer = "/storages/" + std::to_string(i);
      PMX_TRY_VOID(check_storage(pointer, one));
      if (!seen.insert(one.name).second)
        return error_at(pointer + "/name", "two storages are called '" + one.name + "'");
      disks = disks || one.content.find("images") != std::string::npos;
      options.storages.push_back(
          {one.name, one.type, one.content, one.server, one.shared, one.size});
    }
    if (file.storages.empty() || disks) return {};
    return error_at("/storages", "no storage has images among its content",
                    "the guests' disks must lie somewhere");
  }

  /// Disks are named as on block devices, so a directory cannot hold them here.
  [[nodiscard]] Result<void> check_storage(const std::string& pointer,
                                           const StorageEntry& one) const {
    static const std::set<std::string_view> kBlocks{"lvm", "lvmthin", "zfspool", "rbd"};
    static const std::set<std::string_view> kFiles{"dir", "nfs", "cifs", "cephfs", "pbs"};
    const bool block = kBlocks.contains(one.type);
    if (!block && !kFiles.contains(one.type))
      return error_at(pointer + "/type",
                      "type must be lvm, lvmthin, zfspool, rbd, dir, nfs, cifs, "
                      "cephfs or pbs");
    if (!matches_pattern("[a-zA-Z][a-zA-Z0-9\\-_.]*[a-zA-Z0-9]", one.name))
      return error_at(pointer + "/name", "not the name of a storage: '" + one.name + "'");
    const bool images = one.content.find("images") != std::string::npos;
    if (images && !block)
      return error_at(pointer + "/content", "images lie on lvm, lvmthin, zfspool or rbd here");
    if (one.size < 1 || one.size > 1'000'000'000)
      return error_at(pointer + "/size", "size must be between 1 and 1000000000 (GiB)");
    return {};
  }

  Result<void> read_lacks(const ScenarioFile& file, Options& options) const {
    for (std::size_t i = 0; i < file.lacks.size(); ++i) {
      const std::string& part = file.lacks[i];
      if (!part_named(part))
        return error_at("/lacks/" + std::to_string(i), "no such part: '" + part + "'",
                        "nodes can lack " + joined(part_names()));
      options.lacks.insert(part);
    }
    return {};
  }

  Result<void> read_events(const ScenarioFile& file, std::vector<Event>& events) const {
    for (std::size_t i = 0; i < file.events.size(); ++i) {
      const std::string pointer = "/events/" + std::to_string(i);
      const auto at = parse_time(file.events[i].at);
      if (!at)
        return error_at(pointer + "/at", "not a time: '" + file.events[i].at + "'",
                        "90s, 5m, 2h, 7d, or as much before the start: -7d");
      std::vector<std::string> words = words_of(file.events[i].action);
      if (words.empty()) return error_at(pointer + "/do", "what is to be done?");
      Event event;
      event.at = *at;
      event.action = words.front();
      event.arguments.assign(words.begin() + 1, words.end());
      event.place = place(pointer);
      events.push_back(std::move(event));
    }
    return {};
  }

  const YamlDocument& document_;
  std::string file_;
};

}  // namespace

std::vector<std::string> scenario_names() {
  std::vector<std::string> out;
  for (const std::string_view file : scenarios::embedded_files(""))
    out.emplace_back(file.substr(0, file.size() - kEnding.size()));
  std::sort(out.begin(), out.end());
  return out;
}

Result<Plan> load_scenario(const std::string& name) {
  if (name.ends_with(kEnding) || name.ends_with(".yaml") || name.find('/') != std::string::npos) {
    PMX_TRY(const std::string text, read_file(name));
    return parse_scenario(text, name);
  }
  const std::string file = name + std::string(kEnding);
  if (const std::string_view text = scenarios::embedded_file(file); !text.empty())
    return parse_scenario(text, file);
  return Error{
      Code::kInvalidArgument, "there is no scenario '" + name + "'",
      "there are: " + joined(scenario_names()) + ", or a file of your own that ends in .yml"};
}

Result<Plan> parse_scenario(std::string_view text, const std::string& file) {
  PMX_TRY(YamlDocument document, parse_yaml(text, file));
  if (document.value.is_null()) document.value = Json::object();
  return Reader(document, file).read();
}

}  // namespace pmx::sim
