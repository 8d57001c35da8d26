// Second factors of a login, as proxmox-tfa keeps them. The simulator has no clock of its own to
// compute codes from, so every TOTP entry takes the code kTotpCode.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "sim/user_config.h"

namespace pmx::sim {

/// What a device would show, at any time.
inline constexpr std::string_view kTotpCode = "123456";

/// What a user may answer after the password ({"totp":true}); an empty object = nothing is asked.
Json challenge_of(const User& user);

/// Whether `response` ("totp:123456", "recovery:...") fits; a recovery code is used up by that.
bool take_response(User& user, std::string_view response);

/// An entry as lists show it.
Json shown_factor(const SecondFactor& factor);

}  // namespace pmx::sim
