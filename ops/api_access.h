// What may be read of the PVE API by its paths: what the operator denies, what never works this
// way, and how a call is completed from what is known of guests and tasks. Thread-safe.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ops/api_guide.h"

namespace pmx::ops {

/// Paths that the operator denies, each with everything below it. A segment is a word of the API's
/// path, a name of the cluster, or "*" or a variable ("{node}") for any; percent-escapes are
/// decoded.
class ApiDenyList {
 public:
  ApiDenyList() = default;

  /// kInvalidArgument, saying what is wrong with which entry, from 0 (`bad`), when one does not
  /// begin as any path of the API does, or holds a broken percent-escape.
  static Result<ApiDenyList> parse(const std::vector<std::string>& entries, std::size_t& bad);

  /// `segments`: of the method's path, with the values of its variables.
  [[nodiscard]] bool denies(const std::vector<std::string>& segments) const;

 private:
  std::vector<std::vector<std::string>> entries_;
};

/// What the tools of the API share.
struct ApiAccess {
  ApiGuides guides;
  ApiDenyList denied;
};

/// Why the method cannot be read by its path, whoever asks; empty when it can.
std::string_view never_read(const proxmox::ApiMethod& method);

/// A GET with real values, by the names of its parameters.
struct ApiRead {
  std::string path;  ///< with variables
  std::map<std::string, std::string> values{};
  std::string cluster{};  ///< as callers name it
};

/// A list or a default that a parameter of the query narrows to one object with a path of its own.
struct Selector {
  std::string_view path;
  std::string_view parameter;
  std::string_view object;  ///< with the parameter as a variable, called as there
};
std::span<const Selector> selectors();

/// Whether the operator denies the method's path with these values, or that of the object that
/// they select.
bool denies_read(const ApiDenyList& denied, const proxmox::ApiMethod& method,
                 const std::map<std::string, std::string>& values);

/// Where a read goes to.
struct ApiTarget {
  Cluster* cluster = nullptr;
  bool node_is_ours = false;  ///< the node was taken from the inventory
};

/// Finds the cluster. A guest's name becomes its VMID, and a node that is missing the guest's or
/// the task's. kInvalidArgument when the path is that of the other kind of guest.
Result<ApiTarget> complete_read(const Context& ctx, const Clusters& clusters, ApiRead& read);

/// Sends it, once, and once more when the guest has moved meanwhile. All variables have values.
/// Nothing that is denied is sent, either time: kPermissionDenied.
Result<Json> send_read(const Context& ctx, const ApiDenyList& denied, const ApiTarget& target,
                       const proxmox::ApiMethod& method, ApiRead& read);

}  // namespace pmx::ops
