// How to get a privilege that PVE missed: the command that grants it. Pure, any thread.
#pragma once

#include <string>

#include "proxmox/refusal.h"

namespace pmx::proxmox {

/// Whose credentials were refused, for the advice.
struct Caller {
  std::string id;  ///< USER@REALM!TOKENID or USER@REALM
  bool is_token = false;
};

/// Advice for a refusal of kind kForbidden.
std::string grant_advice(const Refusal& refusal, const Caller& caller);

}  // namespace pmx::proxmox
