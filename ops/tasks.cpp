#include "ops/tasks.h"

#include <algorithm>

namespace pmx::ops {
namespace {

bool has_node(const Snapshot& snapshot, const std::string& name) {
  const auto& nodes = snapshot.resources.nodes;
  return std::any_of(nodes.begin(), nodes.end(),
                     [&name](const auto& node) { return node.node == name; });
}

}  // namespace

Result<Cluster*> locate_task(const Context& ctx, const Clusters& clusters, std::string_view cluster,
                             const proxmox::Upid& upid) {
  PMX_TRY(const auto candidates, clusters.select(cluster));
  if (candidates.size() == 1) return candidates.front();
  for (Cluster* candidate : candidates) {
    const auto snapshot = candidate->snapshot(ctx);
    if (snapshot.ok() && has_node(**snapshot, upid.node)) return candidate;
  }
  return Error{Code::kNotFound, "no configured cluster has the node of this task",
               "name the cluster as well"};
}

Result<TaskView> view_task(const Context& ctx, Cluster& cluster, const proxmox::Upid& upid,
                           std::optional<std::int64_t> start, std::int64_t limit) {
  TaskView view;
  PMX_TRY(view.status, cluster.client().task_status(ctx, upid));
  if (!start) {
    PMX_TRY(const auto head, cluster.client().task_log(ctx, upid, 0, 1));
    start = std::max<std::int64_t>(0, head.total - limit);
  }
  if (limit > 0) {  // PVE reads limit 0 as "everything"
    PMX_TRY(view.log, cluster.client().task_log(ctx, upid, *start, limit));
  } else {
    PMX_TRY(view.log, cluster.client().task_log(ctx, upid, *start, 1));
    view.log.lines.clear();
  }
  return view;
}

Result<std::vector<std::string>> recent_tasks(const Context& ctx, Cluster& cluster) {
  PMX_TRY(const Json listed, cluster.client().get(ctx, "/cluster/tasks"));
  std::vector<std::pair<std::int64_t, std::string>> tasks;
  if (!listed.is_array()) return std::vector<std::string>{};
  for (const Json& task : listed) {
    const Json* begin = find_member(task, "starttime");
    const std::string upid(string_member(task, "upid"));
    if (upid.empty()) continue;
    const bool timed = begin != nullptr && begin->is_number_integer();
    tasks.emplace_back(timed ? begin->get<std::int64_t>() : 0, upid);
  }
  std::sort(tasks.rbegin(), tasks.rend());
  std::vector<std::string> upids;
  upids.reserve(tasks.size());
  for (auto& [begin, upid] : tasks) upids.push_back(std::move(upid));
  return upids;
}

}  // namespace pmx::ops
