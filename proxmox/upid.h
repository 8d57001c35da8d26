// UPID: the name of a PVE worker task,
// "UPID:node:pid:pstart:starttime:type:id:user@realm[!token]:".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pmx::proxmox {

/// A task id taken apart; `node` says where to ask about it.
struct Upid {
  std::string text;  ///< byte-exact, as PVE wants it back
  std::string node;
  std::uint32_t pid = 0;
  std::int64_t starttime = 0;  ///< seconds since the epoch
  std::string type;
  std::string id;    ///< often a VMID; may be empty
  std::string user;  ///< with the token id, if one was used

  /// Reads PVE's form (PVE::Tools upid_decode); kInvalidArgument otherwise.
  static Result<Upid> parse(std::string_view text);
};

}  // namespace pmx::proxmox
