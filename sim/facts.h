// The facts of the PVE API (schemas/pve/api-*.jsonl), one method a line. The lines are indexed by
// path and method without parsing them; a method's JSON is parsed when it is first called and kept,
// because parsing all of it would cost more memory than the rest of the simulator. Not thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "sim/cluster.h"

namespace pmx::sim {

/// A method of the API that fits a request's path.
struct Route {
  std::string_view path;                         ///< "/nodes/{node}/qemu/{vmid}/status/current"
  std::string_view method;                       ///< "GET"
  std::map<std::string, std::string> variables;  ///< node -> "pve1"; decoded
};

/// The index of all methods; method() fills its cache, so calls must not run side by side.
class Facts {
 public:
  /// Indexes the embedded facts of one release; parses none of them yet.
  explicit Facts(PveVersion version = PveVersion::k9);

  /// The method that answers `method` on a still percent-encoded path; nothing when PVE would say
  /// "not implemented". Literal segments win over variables.
  [[nodiscard]] std::optional<Route> find(std::string_view method, std::string_view path) const;

  [[nodiscard]] PveVersion version() const { return version_; }

  /// The method's facts: params, permissions, allowtoken, proxyto, ... An empty object when absent.
  const Json& method(const Route& route);

  /// The schema of what the method returns; parsed each time. An empty object when absent.
  [[nodiscard]] Json returns(const Route& route) const;

  /// The segments that follow `path` in the paths of other methods, in order, each once.
  [[nodiscard]] std::vector<std::string_view> children(std::string_view path) const;

  /// Every method there is.
  [[nodiscard]] std::vector<Route> routes() const;

 private:
  struct Line {
    std::string_view path;
    std::string_view method;
    std::string_view text;
    std::vector<std::string_view> segments;
  };

  static bool fits(const Line& line, const std::vector<std::string>& segments);

  PveVersion version_;
  std::vector<Line> lines_;
  std::map<std::string_view, Json> parsed_;  ///< by the line's text
};

}  // namespace pmx::sim
