// pve://{cluster}/overview, and the list of concrete resources.
#include "app/catalogue.h"
#include "app/completions.h"
#include "app/published.h"
#include "ops/guests.h"

namespace pmx::app {
namespace {

/// By VMID alone: a name in a URI would come back pseudonymized and so confirm a guess.
bool is_vmid(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

/// Whether the cluster has the guest, or had it when it was last seen: what is unreachable now can
/// be subscribed to all the more.
Result<void> check_guest(const Toolbox& box, const Context& ctx, ops::Cluster& cluster,
                         const std::string& vmid) {
  const auto snapshot = cluster.snapshot(ctx);
  if (snapshot.ok()) {
    for (const auto& guest : (*snapshot)->resources.guests) {
      if (std::to_string(guest.vmid) == vmid) return {};
    }
    return Error{Code::kNotFound, "the cluster has no guest with this VMID", "see guest_list"};
  }
  PMX_TRY(const auto known, box.inventory.objects(cluster.name(), "guest"));
  for (const auto& object : known) {
    if (object.id == vmid) return {};
  }
  return snapshot.error();
}

Result<std::string> locate_guest(const Toolbox& box, const Context& ctx,
                                 const std::map<std::string, std::string>& variables) {
  const std::string& vmid = variables.find("vmid")->second;
  if (!is_vmid(vmid)) return Error{Code::kNotFound, "guests are addressed by VMID here", ""};
  PMX_TRY(ops::Cluster * cluster, box.clusters.find(variables.find("cluster")->second));
  PMX_TRY_VOID(check_guest(box, ctx, *cluster, vmid));
  return guest_uri(cluster->name(), vmid);
}

Result<std::string> locate_overview(const Toolbox& box,
                                    const std::map<std::string, std::string>& variables) {
  PMX_TRY(ops::Cluster * cluster, box.clusters.find(variables.find("cluster")->second));
  return overview_uri(cluster->name());
}

}  // namespace

mcp::ResourceTemplate overview_resource(const Toolbox& box) {
  return {
      Json{{"uriTemplate", "pve://{cluster}/overview"},
           {"name", "overview"},
           {"title", "Cluster overview"},
           {"description", "Nodes, guest counts, storages, quorum and what is degraded."},
           {"mimeType", "application/json"}},
      {{"cluster", "pve-cluster"}},
      [tool = cluster_overview(box)](const Context& ctx, const auto& variables) {
        return content_from_tool(tool, ctx, Json{{"cluster", variables.find("cluster")->second}});
      },
      argument_completer(box),
      [box](const Context&, const auto& variables) { return locate_overview(box, variables); }};
}

mcp::ResourceTemplate guest_resource(const Toolbox& box) {
  return {Json{{"uriTemplate", "pve://{cluster}/guests/{vmid}"},
               {"name", "guest"},
               {"title", "Guest"},
               {"description", "Live status and configuration of one VM or container, by VMID."},
               {"mimeType", "application/json"}},
          {{"cluster", "pve-cluster"}},
          [tool = guest_describe(box)](const Context& ctx,
                                       const auto& variables) -> Result<mcp::ResourceContent> {
            const std::string& vmid = variables.find("vmid")->second;
            if (!is_vmid(vmid))
              return Error{Code::kNotFound, "guests are addressed by VMID here", ""};
            return content_from_tool(
                tool, ctx, Json{{"cluster", variables.find("cluster")->second}, {"guest", vmid}});
          },
          argument_completer(box),
          [box](const Context& ctx, const auto& variables) {
            return locate_guest(box, ctx, variables);
          }};
}

Result<std::vector<Json>> list_resources(const Toolbox& box, const Context& ctx) {
  std::vector<Json> resources{Json{{"uri", "pve://privacy/stats"},
                                   {"name", "privacy-stats"},
                                   {"title", "Privacy figures"},
                                   {"mimeType", "application/json"}}};
  for (const auto& cluster : box.clusters.all()) {
    const std::string base = "pve://" + cluster->title();
    resources.push_back(Json{{"uri", base + "/overview"},
                             {"name", "overview"},
                             {"title", "Overview of cluster " + cluster->title()},
                             {"mimeType", "application/json"}});
    const auto snapshot = cluster->snapshot(ctx);
    if (!snapshot.ok()) continue;  // an unreachable cluster keeps its overview, which says why
    for (const auto& guest : (*snapshot)->resources.guests) {
      resources.push_back(Json{{"uri", base + "/guests/" + std::to_string(guest.vmid)},
                               {"name", "guest " + std::to_string(guest.vmid)},
                               {"title", shown_guest(box.engine, guest)},
                               {"mimeType", "application/json"}});
    }
  }
  return resources;
}

}  // namespace pmx::app
