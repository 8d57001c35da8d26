// From PVE's JSON to the model, leniently: booleans as 0/1/"1"/true, numbers as strings, missing
// keys, unknown entries skipped. A wrong shape is an Error (kUnavailable: the other side is not the
// PVE we know). Pure functions, any thread.
#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "proxmox/model.h"

namespace pmx::proxmox {

/// The `data` of GET /cluster/resources.
Result<Resources> decode_resources(const Json& data);

/// The `data` of GET /cluster/status.
Result<ClusterStatus> decode_cluster_status(const Json& data);

/// The `data` of GET /version.
Result<Version> decode_version(const Json& data);

/// The `data` of GET /nodes/{node}/tasks/{upid}/status.
Result<TaskStatus> decode_task_status(const Json& data);

/// The whole envelope of GET /nodes/{node}/tasks/{upid}/log: `total` stands beside `data`. PVE's
/// pseudo line for an empty or missing log is left out.
Result<TaskLog> decode_task_log(const Json& envelope, std::int64_t start);

/// Tags as PVE writes or accepts them: separated by ';', ',' or blanks.
std::vector<std::string> split_tags(std::string_view text);

}  // namespace pmx::proxmox
