// All methods that are simulated, of every area.
#pragma once

#include "sim/call.h"

namespace pmx::sim {

Handlers all_handlers();

}  // namespace pmx::sim
