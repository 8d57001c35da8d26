// Incidents: what goes wrong in a cluster, with a cause that can be found and the traces that an
// administrator finds in tasks, logs, statuses and statistics. Each is a switch of its name; it
// plays on until it is ended. Not thread-safe: Cluster holds the lock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/node_log.h"

namespace pmx::sim {

struct State;

/// One that is under way.
struct Incident {
  std::string name;
  std::vector<std::string> arguments;
  std::int64_t since = 0;  ///< milliseconds since the epoch
  std::int64_t due = 0;    ///< of its next step; 0 = nothing more happens by itself
  int steps = 0;           ///< so far

  [[nodiscard]] const std::string& argument(std::size_t index) const { return arguments[index]; }
};

/// All that are under way, and what the nodes log.
struct Incidents {
  std::vector<Incident> active;
  NodeLog log;
  std::vector<bool> online;  ///< the nodes as the log knows them
};

/// How a kind of incident plays. Arguments were checked: nodes, guests and storages exist.
struct IncidentKind {
  std::string_view name;
  std::string_view
      arguments;            ///< as those of a switch: "NODE SECONDS"; in brackets = may be left out
  std::string_view effect;  ///< what goes wrong, for the list of switches
  /// Changes the state as of incident.since and says when the first step is due.
  Result<void> (*begin)(State& state, Incident& incident);
  /// What happens at `at`; sets the time of the next step. May be null.
  void (*step)(State& state, Incident& incident, std::int64_t at);
  /// Puts in order what does not mend by itself. May be null.
  void (*end)(State& state, const Incident& incident, std::int64_t at);
};

/// Each file of incidents has a list of its own.
std::vector<IncidentKind> storage_incidents();
std::vector<IncidentKind> node_incidents();
std::vector<IncidentKind> guest_incidents();

const std::vector<IncidentKind>& incident_kinds();
/// nullptr when there is none of this name.
const IncidentKind* find_incident_kind(std::string_view name);

/// Times in milliseconds since the epoch, here and below. kAlreadyExists when the same is under
/// way.
Result<void> begin_incident(State& state, std::string_view name,
                            const std::vector<std::string>& arguments, std::int64_t now);
/// Ends those of this name that begin with these arguments; kNotFound when there is none.
Result<void> end_incident(State& state, std::string_view name,
                          const std::vector<std::string>& arguments, std::int64_t now);
/// Lets steps happen up to `now`, each as of its own time, and logs which nodes came and went.
void advance_incidents(State& state, std::int64_t now);

}  // namespace pmx::sim
