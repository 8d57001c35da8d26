// Completion of the arguments of prompts and resource templates, in pseudonyms.
//
// What was typed is compared with what the outside sees and never with a real name: so typing the
// beginning of a real name finds nothing, and the list tells nothing that guest_list does not.
#pragma once

#include "app/toolbox.h"

namespace pmx::app {

/// Completes arguments by their names: cluster, guest, vmid, node, storage, task and upid; others
/// have no values. A settled argument `cluster` narrows the rest. Clusters that do not answer give
/// none.
mcp::Completer argument_completer(const Toolbox& box);

}  // namespace pmx::app
