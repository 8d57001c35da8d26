// The PVE API by its facts (schemas/pve/): which methods a release has, and what each takes and
// gives. Immutable, so thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace pmx::proxmox {

/// The releases whose facts are here.
enum class ApiRelease { k8, k9 };

/// Of the text of GET /version: 8.x has its own facts, everything else those of the newest.
ApiRelease api_release(std::string_view version);

/// "8.4", "9.2".
std::string_view release_name(ApiRelease release);

/// One method. `facts` parses its line: params, returns, permissions, protected, upid, ...
struct ApiMethod {
  std::string_view path;    ///< "/nodes/{node}/qemu/{vmid}/config"
  std::string_view method;  ///< "GET"
  std::string_view line;
  std::vector<std::string_view> segments;

  [[nodiscard]] Json facts() const;
};

/// A method that a path names, and what the path says of its variables.
struct ApiRoute {
  const ApiMethod* method = nullptr;
  std::map<std::string, std::string> variables;  ///< node -> "pve1"; decoded
};

class ApiSchema {
 public:
  explicit ApiSchema(ApiRelease release);

  [[nodiscard]] ApiRelease release() const { return release_; }
  [[nodiscard]] const std::vector<ApiMethod>& methods() const { return methods_; }

  /// `path` as PVE's paths are written, with names ("/nodes/pve1/status", percent-encoded or not)
  /// or with variables ("/nodes/{node}/status"), of which nothing is said then. Literal segments
  /// win over variables.
  [[nodiscard]] std::optional<ApiRoute> find(std::string_view method, std::string_view path) const;

 private:
  ApiRelease release_;
  std::vector<ApiMethod> methods_;
};

/// The segments of a path; empty ones do not count.
std::vector<std::string_view> path_segments(std::string_view path);

/// "node" of "{node}"; empty for a literal segment.
std::string_view variable_name(std::string_view segment);

}  // namespace pmx::proxmox
