// What the handlers below /access share.
#pragma once

#include "sim/call.h"

namespace pmx::sim {

/// A token as lists show it; never its secret.
Json shown_token(const ApiToken& token);

/// Nothing when the caller may change the password or the second factors of `userid`: root@pam any,
/// others after showing their own password in the parameter `name`, and never root@pam's.
std::optional<Answer> refuse_change(const Call& call, const std::string& userid,
                                    const std::string& name);

}  // namespace pmx::sim
