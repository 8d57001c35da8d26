#include "app/credential.h"

#include "base/files.h"

namespace pmx::app {

Result<std::string> read_credential(const std::string& directory, const std::string& name,
                                    std::size_t max_bytes) {
  if (directory.empty()) {
    return Error{Code::kFailedPrecondition,
                 "is the credential " + name +
                     ", but CREDENTIALS_DIRECTORY is not set: systemd did not start this program",
                 "name it in the unit: LoadCredentialEncrypted=" + name +
                     "; for one command: systemd-run -P -p LoadCredentialEncrypted=" + name +
                     " proxmox-mpc ..."};
  }
  const bool plain =
      !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
  if (!plain) return Error{Code::kInvalidArgument, "names no credential: a name has no /", ""};
  return read_file(directory + "/" + name, max_bytes);
}

}  // namespace pmx::app
