// What the handlers of the firewall share: which file a call is about.
#pragma once

#include "sim/call.h"
#include "sim/firewall.h"

namespace pmx::sim {

/// The file that holds what `environment` means in this call; made empty when nobody wrote it yet.
FirewallFile& firewall_file(const Call& call, RuleEnvironment environment);

/// The file whose names are known besides; null where that is the same one.
const FirewallFile* shared_firewall_file(const Call& call, RuleEnvironment environment);

/// Why the virtual network {vnet} may not be looked at or changed; nothing for other environments.
std::optional<Answer> refuse_vnet(const Call& call, RuleEnvironment environment, bool write);

/// The rules of all environments; the rest is registered by add_firewall_handlers().
void add_firewall_rule_handlers(Handlers& handlers);

}  // namespace pmx::sim
