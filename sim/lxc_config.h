// A container's configuration: mount points, what a caller may set, and how a change is carried
// out. Shared by the handlers of containers (api_lxc_*.cpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/guest_disks.h"
#include "sim/guest_work.h"

namespace pmx::sim {

/// "rootfs" or "mp0" to "mp255".
bool is_mount_point(std::string_view key);
/// The mount points of `config` that are volumes, the root first; unused ones last.
std::vector<NamedDrive> volumes_of(const Values& config, bool with_unused);

/// Whether the container, or a container made of `values`, runs unprivileged.
bool is_unprivileged(const Values& values);

/// What the parameters are in the file: network devices with type and MAC address, notes with their
/// last newline.
Values container_values(const Call& call, std::initializer_list<std::string_view> left_out);

/// Refuses what the caller may not set or remove on /vms/{vmid}, by PVE's classes of options.
Refused refuse_container_options(const Call& call, int vmid, const Values& set,
                                 const std::vector<std::string>& remove, bool unprivileged);

/// Refuses mount points on storages that do not exist, hold no containers or are closed to the
/// caller; `fallback` is the storage of a size without one.
Refused refuse_mount_points(const Call& call, const Values& values, const std::string& fallback);

/// The mount point as the file shall hold it: a new volume allocated, with the words of mkfs; what
/// is no size stays.
std::string make_mount_point(State& state, DiskWork& work, const std::string& value,
                             const std::string& fallback);

/// Frees all volumes of a container and the container; with `purge` all that names it.
void destroy_container(State& state, int vmid, bool unreferenced, bool purge);

void add_lxc_config_handlers(Handlers& handlers);
void add_lxc_create_handlers(Handlers& handlers);
void add_lxc_work_handlers(Handlers& handlers);

}  // namespace pmx::sim
