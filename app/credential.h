// Secrets that systemd hands to a unit: LoadCredential= and LoadCredentialEncrypted=.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace pmx::app {

/// All bytes of the credential `name` in `directory` ($CREDENTIALS_DIRECTORY, which systemd keeps
/// others out of). kFailedPrecondition without a directory, kResourceExhausted above `max_bytes`.
Result<std::string> read_credential(const std::string& directory, const std::string& name,
                                    std::size_t max_bytes);

}  // namespace pmx::app
