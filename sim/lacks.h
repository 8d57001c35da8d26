// What the nodes of a cluster lack: a program that is not installed, a package that is older than
// the rest. One table says for each part which methods and tasks answer how without it.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/call_answer.h"
#include "sim/cluster.h"

namespace pmx::sim {

struct TaskPlan;

/// A part of PVE that nodes may lack.
enum class Part : std::uint8_t {
  kCstream,       ///< the program that vzdump pipes archives through
  kGenisoimage,   ///< the program that makes images of cloud-init
  kLxc,           ///< LXC's programs: containers can be made, and never run
  kSdnRouteMaps,  ///< a pve-network with prefix lists and route maps
  kTimeZones,     ///< the files of tzdata
  kZfs,           ///< ZFS's programs
};

/// As scenarios name them, sorted.
std::vector<std::string> part_names();
std::optional<Part> part_named(std::string_view name);

/// The parts that one cluster's nodes lack, and what they answer for it.
class Lacks {
 public:
  Lacks(const std::set<std::string>& names, PveVersion version);

  [[nodiscard]] bool lacks(Part part) const { return parts_.contains(part); }

  /// Whether an older package knows the method at this template path.
  [[nodiscard]] bool knows(std::string_view path) const;

  /// What a verified call answers instead of being carried out; nothing when it is.
  [[nodiscard]] std::optional<Answer> refusal(std::string_view method) const;

  /// A worker that needs a part comes to another end.
  void spoil(TaskPlan& plan) const;

  /// Perl's words about a program that is not there.
  [[nodiscard]] std::string no_program(std::string_view command) const;

 private:
  std::set<Part> parts_;
  PveVersion version_;
};

}  // namespace pmx::sim
