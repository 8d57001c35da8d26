#include "app/completions.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "ops/tasks.h"

namespace pmx::app {
namespace {

using anonymize::Kind;

struct Scope {
  const Toolbox& box;
  const Context& ctx;
  std::vector<ops::Cluster*> clusters;
};
using Values = std::vector<std::string>;

/// Calls `visit` with every snapshot that can be had.
template <class Visit>
Result<void> each_snapshot(const Scope& scope, Visit visit) {
  for (ops::Cluster* cluster : scope.clusters) {
    const auto snapshot = cluster->snapshot(scope.ctx);
    if (snapshot.ok()) PMX_TRY_VOID(visit(**snapshot));
  }
  return {};
}

Values sorted(const std::set<std::string>& values) { return {values.begin(), values.end()}; }

Result<Values> clusters(const Scope& scope) {
  Values values;
  for (const ops::Cluster* cluster : scope.clusters) values.push_back(cluster->title());
  return values;
}

/// By number, as the lists have them.
Result<Values> vmids(const Scope& scope) {
  std::set<int> numbers;
  PMX_TRY_VOID(each_snapshot(scope, [&](const ops::Snapshot& snapshot) -> Result<void> {
    for (const auto& guest : snapshot.resources.guests) numbers.insert(guest.vmid);
    return {};
  }));
  Values values;
  for (const int number : numbers) values.push_back(std::to_string(number));
  return values;
}

/// Pseudonyms, then VMIDs: a guest is named by either.
Result<Values> guests(const Scope& scope) {
  std::set<std::string> names;
  PMX_TRY_VOID(each_snapshot(scope, [&](const ops::Snapshot& snapshot) -> Result<void> {
    for (const auto& guest : snapshot.resources.guests) {
      if (guest.name.empty()) continue;
      const Kind kind = guest.type == "lxc" ? Kind::kContainer : Kind::kVm;
      PMX_TRY(std::string name, scope.box.engine.pseudonym(kind, guest.name));
      names.insert(std::move(name));
    }
    return {};
  }));
  Values values = sorted(names);
  PMX_TRY(const Values numbers, vmids(scope));
  values.insert(values.end(), numbers.begin(), numbers.end());
  return values;
}

Result<Values> nodes(const Scope& scope) {
  std::set<std::string> names;
  PMX_TRY_VOID(each_snapshot(scope, [&](const ops::Snapshot& snapshot) -> Result<void> {
    for (const auto& node : snapshot.resources.nodes) {
      PMX_TRY(std::string name, scope.box.engine.pseudonym(Kind::kNode, node.node));
      names.insert(std::move(name));
    }
    return {};
  }));
  return sorted(names);
}

Result<Values> storages(const Scope& scope) {
  std::set<std::string> names;
  PMX_TRY_VOID(each_snapshot(scope, [&](const ops::Snapshot& snapshot) -> Result<void> {
    for (const auto& storage : snapshot.resources.storages) {
      PMX_TRY(std::string name, scope.box.engine.pseudonym(Kind::kStorage, storage.storage));
      names.insert(std::move(name));
    }
    return {};
  }));
  return sorted(names);
}

/// UPIDs as answers show them, newest first.
Result<Values> tasks(const Scope& scope) {
  Values values;
  for (ops::Cluster* cluster : scope.clusters) {
    const auto recent = ops::recent_tasks(scope.ctx, *cluster);
    if (!recent.ok()) continue;
    const Json real(*recent);
    PMX_TRY(const std::string text,
            scope.box.engine.anonymize_json(dump_json(Json{{"tasks", real}})));
    PMX_TRY(const Json shown, parse_json(text));
    for (const Json& upid : shown["tasks"]) values.push_back(upid.get<std::string>());
  }
  return values;
}

struct Argument {
  std::string_view name;
  Result<Values> (*values)(const Scope& scope);
};
constexpr std::array<Argument, 7> kArguments{{{"cluster", &clusters},
                                              {"guest", &guests},
                                              {"vmid", &vmids},
                                              {"node", &nodes},
                                              {"storage", &storages},
                                              {"task", &tasks},
                                              {"upid", &tasks}}};

bool begins_with(std::string_view value, std::string_view typed) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return typed.size() <= value.size() &&
         std::equal(typed.begin(), typed.end(), value.begin(), same);
}

/// The clusters to look in. By title alone: a real name must find as little as any other word.
std::vector<ops::Cluster*> selected(const Toolbox& box,
                                    const std::map<std::string, std::string>& settled) {
  const auto wanted = settled.find("cluster");
  std::vector<ops::Cluster*> clusters;
  for (const auto& cluster : box.clusters.all()) {
    const bool fits =
        wanted == settled.end() || wanted->second.empty() || wanted->second == cluster->title();
    if (fits) clusters.push_back(cluster.get());
  }
  return clusters;
}

}  // namespace

mcp::Completer argument_completer(const Toolbox& box) {
  return [box](const Context& ctx, std::string_view name, std::string_view typed,
               const std::map<std::string, std::string>& settled) -> Result<mcp::Completions> {
    const auto argument = std::find_if(kArguments.begin(), kArguments.end(),
                                       [&](const Argument& known) { return known.name == name; });
    if (argument == kArguments.end()) return mcp::Completions{};
    const Scope scope{box, ctx, selected(box, settled)};
    PMX_TRY(Values values, argument->values(scope));
    std::erase_if(values, [&](const std::string& value) { return !begins_with(value, typed); });
    return mcp::Completions{std::move(values), std::nullopt};
  };
}

}  // namespace pmx::app
