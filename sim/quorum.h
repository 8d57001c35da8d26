// What a node may do while less than half of the cluster is left: /etc/pve can be read, but nobody
// may write there. Not thread-safe: Cluster holds the lock.
#pragma once

#include <functional>
#include <string_view>

#include "sim/call.h"

namespace pmx::sim {

/// Whether more than half of the nodes are there.
bool is_quorate(const Inventory& inventory);

/// Who meets the missing quorum, and how.
enum class Meets : std::uint8_t {
  kNothing,       ///< works on this node only
  kCheck,         ///< asks for the quorum before anything else: 500 at once
  kLock,          ///< waits for the lock of a file or domain, which nobody can get: 500 after 9 s
  kWrite,         ///< goes well until the file is to be written: 500 at once
  kWorker,        ///< the same, inside the task that it forks
  kVolume,        ///< needs the lock of a storage that all nodes share, and of no other
  kVolumeWorker,  ///< the same, inside the task that it forks
};

/// How the method "POST /access/users" behaves without quorum; nothing when the table does not
/// tell.
std::optional<Meets> met_without_quorum(std::string_view method);

/// Answers a call that changes something while there is no quorum; `carry_out` is the method.
Answer without_quorum(std::string_view method, const Call& call,
                      const std::function<Answer()>& carry_out);

}  // namespace pmx::sim
