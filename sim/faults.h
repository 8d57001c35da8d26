// Faults on demand: what happens to requests on their way, whatever the cluster would answer. Not
// thread-safe: Cluster holds the lock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pmx::sim {

struct Response;

enum class FaultKind : std::uint8_t {
  kLatency,      ///< the answer comes `value` milliseconds later, of real time
  kDrop,         ///< the connection is closed without an answer
  kCut,          ///< the body breaks off after `value` bytes
  kStatus,       ///< the status `value` with `reason` and no body, and nothing is done
  kGarbage,      ///< a body that is no JSON
  kSlow,         ///< `value` bytes a second
  kCertificate,  ///< new connections meet another certificate
};

struct Fault {
  FaultKind kind = FaultKind::kStatus;
  std::int64_t value = 0;
  std::string reason;
  std::chrono::milliseconds delay{0};  ///< before a status, of the cluster's time
  int left = 0;                        ///< requests that it still meets; 0 = until it is cleared
  std::string node;                    ///< the node that is asked; empty = every one
  std::string path;                    ///< what the path begins with; empty = every one
};

/// Reads "latency 2000 for=3 node=pve2 path=/nodes": the kind, what it needs, and where it holds.
Result<Fault> parse_fault(const std::vector<std::string>& words);
/// What parse_fault() reads, for help.
std::string_view fault_syntax();
/// nullopt when there is no such kind.
std::optional<FaultKind> fault_kind(std::string_view name);

/// The faults that hold.
class Faults {
 public:
  void add(Fault fault) { faults_.push_back(std::move(fault)); }
  /// All of a kind, or all; whether there were any.
  bool clear(std::optional<FaultKind> kind);

  /// The answer that comes instead of the cluster's; counts the request.
  std::optional<Fault> status(std::string_view node, std::string_view path);
  /// What happens to an answer on its way; counts the request.
  void spoil(std::string_view node, std::string_view path, Response& response);
  [[nodiscard]] bool changes_certificate(std::string_view node) const;

 private:
  std::vector<Fault> faults_;
};

}  // namespace pmx::sim
