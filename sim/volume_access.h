// Who may use a volume: PVE's one check for archives, images, templates and what lists show.
#pragma once

#include <string>
#include <string_view>

#include "sim/guest_work.h"

namespace pmx::sim {

/// Refuses a volid that its storage does not understand, that is of another content than `content`
/// (any when empty), or that the caller may not use for guest `vmid` (0 = none).
Refused refuse_volume_access(const Call& call, const std::string& volid, int vmid = 0,
                             std::string_view content = "");

}  // namespace pmx::sim
