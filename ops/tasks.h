// PVE worker tasks as the product sees them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ops/cluster.h"

namespace pmx::ops {

/// A task's status and a piece of its log.
struct TaskView {
  proxmox::TaskStatus status;
  proxmox::TaskLog log;
};

/// The cluster that a task belongs to: the named one, the only one, or the one that has the task's
/// node.
Result<Cluster*> locate_task(const Context& ctx, const Clusters& clusters, std::string_view cluster,
                             const proxmox::Upid& upid);

/// The UPIDs that the cluster lists, newest first (GET /cluster/tasks: the last days of all nodes).
Result<std::vector<std::string>> recent_tasks(const Context& ctx, Cluster& cluster);

/// Status and `limit` log lines from line `start` (0-based); without `start` the last ones.
Result<TaskView> view_task(const Context& ctx, Cluster& cluster, const proxmox::Upid& upid,
                           std::optional<std::int64_t> start, std::int64_t limit);

}  // namespace pmx::ops
