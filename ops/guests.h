// Guests (VMs and containers) as the product sees them: find, list, describe, start. Free of MCP.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ops/cluster.h"

namespace pmx::ops {

/// "payroll-db (VMID 105)": how every text names a guest.
std::string guest_title(const proxmox::Guest& guest);

/// Which guests, in which order. Empty members do not filter.
struct GuestQuery {
  std::string status{};  ///< running, stopped, ...
  std::string type{};    ///< qemu, lxc
  std::string node{};
  std::string pool{};
  std::string tag{};
  std::string
      search{};  ///< part of the name as the outside sees it: never matched against real names
  std::string sort = "vmid";  ///< vmid, name, status, node, cpu, mem, uptime
  bool descending = false;
  int offset = 0;
  int limit = 50;
};

/// A page of guests and figures over all that matched.
struct GuestPage {
  std::vector<proxmox::Guest> guests;
  std::size_t total = 0;                         ///< guests in the cluster
  std::size_t matched = 0;                       ///< guests the filter selects
  std::map<std::string, std::size_t> by_status;  ///< of the matched ones
};

/// Filters, sorts and cuts. Names are compared as pseudonyms, so that order and matches tell
/// nothing about them.
Result<GuestPage> list_guests(const Snapshot& snapshot, const GuestQuery& query,
                              anonymize::Engine& engine);

/// A guest by VMID ("105") or whole name. kNotFound; kInvalidArgument when the name is not unique
/// (names VMIDs).
Result<proxmox::Guest> find_guest(const Snapshot& snapshot, std::string_view reference);

/// Where a guest was found.
struct LocatedGuest {
  Cluster* cluster = nullptr;
  proxmox::Guest guest;
};

/// Looks in the named cluster, or in all of them for "". Looks once more after a refresh before it
/// says kNotFound.
Result<LocatedGuest> locate_guest(const Context& ctx, const Clusters& clusters,
                                  std::string_view cluster, std::string_view reference);

/// A guest with what PVE says of it live. The parts that could not be read are null and named in
/// `warnings`.
struct GuestDetails {
  proxmox::Guest guest;
  Json status;  ///< GET .../status/current
  Json config;  ///< GET .../config (pending values included)
  std::vector<std::string> warnings;
};

Result<GuestDetails> describe_guest(const Context& ctx, Cluster& cluster,
                                    const proxmox::Guest& guest);

/// What a start came to.
struct StartOutcome {
  proxmox::Guest guest;
  std::string action;      ///< start, resume, or none (was running)
  std::string status;      ///< read back after the task
  std::string upid;        ///< empty for none
  std::string exitstatus;  ///< the task's, "OK" or "WARNINGS: n" on success
  std::vector<std::string> log_tail;
};

/// Called with what happens meanwhile.
struct StartEvents {
  std::function<void(const std::string& upid)> on_task;
  std::function<void(std::string_view line)> on_log_line;
};

/// A start that PVE has begun: all that is needed to wait for it, also in another process.
struct Starting {
  proxmox::Guest guest;
  std::string action;  ///< start or resume
  std::string upid;
  state::HoldId hold = 0;  ///< until finish_start(), looks show the guest as it was
};

/// Asks PVE to start a stopped guest or to resume a paused one. Follows a guest that moved, once. A
/// guest that runs is an outcome already. What is begun must be given to finish_start().
Result<std::variant<StartOutcome, Starting>> begin_start(const Context& ctx, Cluster& cluster,
                                                         const proxmox::Guest& guest);

/// True when the task of a start ends within `patience`, or nothing is known of it any more.
bool ends_within(const Context& ctx, Cluster& cluster, const Starting& starting,
                 std::chrono::milliseconds patience);

/// Waits for the task and reads the result back. A task that failed is an Error
/// (kFailedPrecondition) with its exit status and log tail. May be done again after an
/// interruption.
Result<StartOutcome> finish_start(const Context& ctx, Cluster& cluster, const Starting& starting,
                                  const StartEvents& events);

/// begin_start() and finish_start().
Result<StartOutcome> start_guest(const Context& ctx, Cluster& cluster, const proxmox::Guest& guest,
                                 const StartEvents& events);

}  // namespace pmx::ops
