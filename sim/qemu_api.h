// The handlers of VMs, by part; add_qemu_handlers() calls them all.
#pragma once

#include "sim/qemu_config.h"

namespace pmx::sim {

/// The items of .../pending of a VM or a container.
Json pending_items(const Call& call, const GuestState& guest);

/// The rows of .../snapshot: the snapshots, then where the guest is.
Json snapshot_rows(const GuestState& guest);

/// Whether a volume's storage has a feature: snapshot, clone (of a base or a snapshot) or copy.
bool volume_allows(const State& state, std::string_view feature, const std::string& volid,
                   bool of_snapshot);
/// Whether all disks of a configuration have it.
bool config_allows(const State& state, std::string_view feature, const Values& config,
                   bool of_snapshot);

/// A start that another worker waits for: a task that has run when that one ends.
void start_along(State& state, const Task& task);

/// The lines that copying a disk of this size logs.
std::vector<std::string> transfer_lines(std::int64_t size);

/// Where the memory of a VM would be saved, and its size in bytes.
std::string state_storage(const State& state, const GuestState& guest);
std::int64_t state_size(const GuestState& guest);

/// Why the image with a VM's settings for cloud-init cannot be made; empty when it can.
std::string cloud_init_problem(const State& state, const GuestState& guest);

/// Single actions that bulk actions are made of.
Answer start_vm(const Call& call);
Answer shutdown_vm(const Call& call);
Answer suspend_vm(const Call& call);
Answer migrate_vm(const Call& call);
Answer start_container(const Call& call);
Answer shutdown_container(const Call& call);

void add_qemu_create_handlers(Handlers& handlers);
void add_qemu_status_handlers(Handlers& handlers);
void add_qemu_power_handlers(Handlers& handlers);
void add_qemu_config_handlers(Handlers& handlers);
void add_qemu_disk_handlers(Handlers& handlers);
void add_qemu_clone_handlers(Handlers& handlers);
void add_snapshot_handlers(Handlers& handlers);
void add_qemu_migrate_handlers(Handlers& handlers);
void add_qemu_agent_handlers(Handlers& handlers);
void add_qemu_console_handlers(Handlers& handlers);
void add_qemu_cloud_init_handlers(Handlers& handlers);

}  // namespace pmx::sim
