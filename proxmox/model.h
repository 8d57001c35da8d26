// What the PVE API answers, as plain structs: only what the product uses. Units are PVE's: bytes,
// seconds, cpu as a fraction of all cores (0..1).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace pmx::proxmox {

/// A node as /cluster/resources lists it.
struct Node {
  std::string node;
  std::string status;  ///< online, offline, unknown
  std::optional<double> cpu;
  std::optional<double> maxcpu;
  std::optional<std::int64_t> mem;
  std::optional<std::int64_t> maxmem;
  std::optional<std::int64_t> disk;
  std::optional<std::int64_t> maxdisk;
  std::optional<std::int64_t> uptime;
};

/// A guest (QEMU VM or LXC container) as /cluster/resources lists it.
struct Guest {
  int vmid = 0;
  std::string type;  ///< qemu or lxc
  std::string node;
  std::string name;
  std::string status;  ///< running, stopped, unknown
  bool is_template = false;
  std::string pool;
  std::vector<std::string> tags;
  std::string lock;
  std::string hastate;
  std::optional<double> cpu;
  std::optional<double> maxcpu;
  std::optional<std::int64_t> mem;
  std::optional<std::int64_t> maxmem;
  std::optional<std::int64_t> disk;
  std::optional<std::int64_t> maxdisk;
  std::optional<std::int64_t> uptime;
};

/// A storage on a node as /cluster/resources lists it; a shared one appears once per node.
struct Storage {
  std::string storage;
  std::string node;
  std::string status;
  std::string plugintype;
  std::string content;
  bool shared = false;
  std::optional<std::int64_t> disk;
  std::optional<std::int64_t> maxdisk;
};

/// Everything GET /cluster/resources says that the product uses.
struct Resources {
  std::vector<Node> nodes;
  std::vector<Guest> guests;
  std::vector<Storage> storages;
  std::vector<std::string> pools;
};

/// GET /cluster/status. A single node has no cluster entry: name empty, quorate true.
struct ClusterStatus {
  std::string name;
  bool quorate = true;
  std::vector<std::string> online;
  std::vector<std::string> offline;
  std::map<std::string, std::string> addresses;  ///< node -> ip
};

/// GET /version.
struct Version {
  std::string version;
  std::string release;
};

/// GET /nodes/{node}/tasks/{upid}/status.
struct TaskStatus {
  std::string upid;
  std::string node;
  std::string type;
  std::string id;
  std::string user;
  std::int64_t starttime = 0;  ///< seconds since the epoch
  bool running = false;
  std::string exitstatus;  ///< empty while running

  /// PVE's rule: "OK" and "WARNINGS: n" are success.
  [[nodiscard]] bool succeeded() const {
    return exitstatus == "OK" || exitstatus.starts_with("WARNINGS");
  }
};

/// GET /nodes/{node}/tasks/{upid}/log.
struct TaskLog {
  std::vector<std::string> lines;
  std::int64_t start = 0;  ///< number of the first line here, from 0
  std::int64_t total = 0;
};

}  // namespace pmx::proxmox
