#include "ops/api_access.h"

#include <algorithm>
#include <array>

#include "base/percent.h"
#include "ops/guests.h"

namespace pmx::ops {
namespace {

using proxmox::ApiMethod;

struct Refusal {
  std::string_view path;  ///< with everything below it; "*" is any variable
  std::string_view reason;
};

constexpr std::string_view kStream = "it is a connection for a console, not an answer";
constexpr std::string_view kFile = "it answers with the bytes of a file";
constexpr std::string_view kOutside =
    "it makes the node call another machine with words of the caller";
constexpr std::string_view kGuestFile = "it reads files inside a guest";

constexpr std::array kRefusals{
    Refusal{"/nodes/*/vncwebsocket", kStream},
    Refusal{"/nodes/*/qemu/*/vncwebsocket", kStream},
    Refusal{"/nodes/*/lxc/*/vncwebsocket", kStream},
    Refusal{"/nodes/*/qemu/*/mtunnelwebsocket", kStream},
    Refusal{"/nodes/*/lxc/*/mtunnelwebsocket", kStream},
    Refusal{"/nodes/*/storage/*/file-restore/download", kFile},
    Refusal{"/nodes/*/scan/cifs", kOutside},
    Refusal{"/nodes/*/scan/glusterfs", kOutside},
    Refusal{"/nodes/*/scan/iscsi", kOutside},
    Refusal{"/nodes/*/scan/nfs", kOutside},
    Refusal{"/nodes/*/scan/pbs", kOutside},
    Refusal{"/nodes/*/query-url-metadata", kOutside},
    Refusal{"/nodes/*/query-oci-repo-tags", kOutside},
    Refusal{"/cluster/acme/meta", kOutside},
    Refusal{"/cluster/acme/tos", kOutside},
    Refusal{"/nodes/*/qemu/*/agent/file-read", kGuestFile},
};

constexpr std::array kSelectors{
    Selector{"/pools", "poolid", "/pools/{poolid}"},
    Selector{"/nodes/{node}/storage", "storage", "/nodes/{node}/storage/{storage}/status"},
    Selector{"/nodes/{node}/qemu/{vmid}/config", "snapshot",
             "/nodes/{node}/qemu/{vmid}/snapshot/{snapshot}/config"},
    Selector{"/nodes/{node}/lxc/{vmid}/config", "snapshot",
             "/nodes/{node}/lxc/{vmid}/snapshot/{snapshot}/config"},
};

bool is_any(std::string_view segment) {
  return segment == "*" || !proxmox::variable_name(segment).empty();
}

/// PVE takes this for the node that is asked, whichever that is.
template <class Segments>
bool is_some_node(const Segments& segments, std::size_t at) {
  return at == 1 && segments[0] == "nodes" && segments[1] == "localhost";
}

/// Whether the pattern is the beginning of a path. An empty segment of the path has no value yet.
template <class Pattern, class Segments>
bool begins(const Pattern& pattern, const Segments& segments) {
  if (pattern.size() > segments.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!is_any(pattern[i]) && pattern[i] != segments[i] && !is_some_node(segments, i))
      return false;
  }
  return true;
}

/// Whether some path of the API begins so; a name may stand for a variable.
bool is_of_the_api(const std::vector<std::string>& pattern) {
  for (const auto release : {proxmox::ApiRelease::k9, proxmox::ApiRelease::k8}) {
    const proxmox::ApiSchema schema(release);
    for (const ApiMethod& method : schema.methods()) {
      if (pattern.size() > method.segments.size()) continue;
      bool fits = true;
      for (std::size_t i = 0; fits && i < pattern.size(); ++i)
        fits = is_any(pattern[i]) || is_any(method.segments[i]) || pattern[i] == method.segments[i];
      if (fits) return true;
    }
  }
  return false;
}

/// Values are compared as they mean, so an entry is decoded as a path of a call is.
Result<std::vector<std::string>> pattern_of(const std::string& entry) {
  std::vector<std::string> pattern;
  for (const auto segment : proxmox::path_segments(entry)) {
    auto meant = percent_decode(segment);
    if (!meant.ok())
      return Error{Code::kInvalidArgument, "has a broken percent-escape: " + entry,
                   "write a percent sign as %25"};
    pattern.push_back(std::move(meant).value());
  }
  return pattern;
}

bool has_variable(std::string_view path, std::string_view name) {
  return path.find("{" + std::string(name) + "}") != std::string_view::npos;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Error other_kind(const proxmox::Guest& guest) {
  const bool container = guest.type == "lxc";
  return {Code::kInvalidArgument,
          std::string("the guest is a ") + (container ? "container" : "VM") +
              ", and the path is one of " + (container ? "VMs" : "containers"),
          container ? "write lxc in place of qemu" : "write qemu in place of lxc"};
}

bool of_other_kind(std::string_view path, const proxmox::Guest& guest) {
  const std::string_view other = guest.type == "lxc" ? "/qemu/" : "/lxc/";
  return path.starts_with("/nodes/{node}" + std::string(other));
}

/// Fills in what the inventory says of the guest.
Result<ApiTarget> complete_from_guest(const Context& ctx, const Clusters& clusters, ApiRead& read) {
  std::string& vmid = read.values["vmid"];
  PMX_TRY(const auto located, locate_guest(ctx, clusters, read.cluster, vmid));
  if (of_other_kind(read.path, located.guest)) return other_kind(located.guest);
  vmid = std::to_string(located.guest.vmid);
  ApiTarget target{located.cluster, false};
  if (has_variable(read.path, "node") && !read.values.contains("node")) {
    read.values["node"] = located.guest.node;
    target.node_is_ours = true;
  }
  return target;
}

/// Whether the inventory has to be asked for what the caller said of the guest.
bool needs_guest(const Clusters& clusters, const ApiRead& read) {
  const auto vmid = read.values.find("vmid");
  if (vmid == read.values.end()) return false;
  if (!is_number(vmid->second)) return true;
  if (!has_variable(read.path, "vmid")) return false;
  return !read.values.contains("node") || (read.cluster.empty() && clusters.all().size() > 1);
}

/// The segments of a path with values for variables; "" for a value that is missing.
std::vector<std::string> filled_segments(const std::vector<std::string_view>& path,
                                         const std::map<std::string, std::string>& values) {
  std::vector<std::string> segments;
  for (const std::string_view segment : path) {
    const std::string_view name = proxmox::variable_name(segment);
    if (name.empty()) {
      segments.emplace_back(segment);
      continue;
    }
    const auto value = values.find(std::string(name));
    segments.push_back(value == values.end() ? "" : value->second);
  }
  return segments;
}

std::string request_path(const ApiMethod& method, const ApiRead& read) {
  std::string path;
  for (const std::string& segment : filled_segments(method.segments, read.values))
    path += "/" + percent_encode(segment);
  return path;
}

proxmox::Params query_of(const ApiMethod& method, const ApiRead& read) {
  proxmox::Params params;
  for (const auto& [name, value] : read.values) {
    if (!has_variable(method.path, name)) params.emplace_back(name, value);
  }
  return params;
}

/// Every request goes through here, so that none leaves that is denied.
Result<Json> send_once(const Context& ctx, const ApiDenyList& denied, const ApiTarget& target,
                       const ApiMethod& method, const ApiRead& read) {
  if (denies_read(denied, method, read.values))
    return Error{Code::kPermissionDenied, "the operator denies this path (api.deny)",
                 "work without it, or ask the operator"};
  return target.cluster->client().get(ctx, request_path(method, read), query_of(method, read));
}

/// Whether the guest is on another node than the read asked; that node is then asked.
Result<bool> follow_guest(const Context& ctx, const ApiTarget& target, ApiRead& read) {
  PMX_TRY(const auto snapshot, target.cluster->refresh(ctx));
  PMX_TRY(const auto guest, find_guest(*snapshot, read.values["vmid"]));
  const bool moved = guest.node != read.values["node"];
  read.values["node"] = guest.node;
  return moved;
}

}  // namespace

Result<ApiDenyList> ApiDenyList::parse(const std::vector<std::string>& entries, std::size_t& bad) {
  ApiDenyList list;
  for (bad = 0; bad < entries.size(); ++bad) {
    const std::string& entry = entries[bad];
    PMX_TRY(auto pattern, pattern_of(entry));
    if (!entry.starts_with('/') || !is_of_the_api(pattern))
      return Error{Code::kInvalidArgument, "is no path of the API: " + entry,
                   "write it as the API does, for example /access or /nodes/*/storage"};
    list.entries_.push_back(std::move(pattern));
  }
  return list;
}

bool ApiDenyList::denies(const std::vector<std::string>& segments) const {
  return std::ranges::any_of(entries_,
                             [&](const auto& pattern) { return begins(pattern, segments); });
}

std::string_view never_read(const ApiMethod& method) {
  for (const Refusal& refusal : kRefusals) {
    if (begins(proxmox::path_segments(refusal.path), method.segments)) return refusal.reason;
  }
  return {};
}

std::span<const Selector> selectors() { return kSelectors; }

bool denies_read(const ApiDenyList& denied, const ApiMethod& method,
                 const std::map<std::string, std::string>& values) {
  if (denied.denies(filled_segments(method.segments, values))) return true;
  return std::ranges::any_of(kSelectors, [&](const Selector& selector) {
    return selector.path == method.path && values.contains(std::string(selector.parameter)) &&
           denied.denies(filled_segments(proxmox::path_segments(selector.object), values));
  });
}

Result<ApiTarget> complete_read(const Context& ctx, const Clusters& clusters, ApiRead& read) {
  if (needs_guest(clusters, read)) return complete_from_guest(ctx, clusters, read);
  const auto upid = read.values.find("upid");
  if (upid != read.values.end() && has_variable(read.path, "node") &&
      !read.values.contains("node")) {
    const auto task = proxmox::Upid::parse(upid->second);
    if (task.ok()) read.values["node"] = task->node;
  }
  PMX_TRY(Cluster * cluster, clusters.find(read.cluster));
  return ApiTarget{cluster, false};
}

Result<Json> send_read(const Context& ctx, const ApiDenyList& denied, const ApiTarget& target,
                       const ApiMethod& method, ApiRead& read) {
  auto answer = send_once(ctx, denied, target, method, read);
  if (answer.ok() || !target.node_is_ours || answer.error().code != Code::kNotFound) return answer;
  const auto moved = follow_guest(ctx, target, read);
  if (!moved.ok() || !*moved) return answer;
  return send_once(ctx, denied, target, method, read);
}

}  // namespace pmx::ops
