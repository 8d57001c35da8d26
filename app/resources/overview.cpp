// pve://{cluster}/overview, and the list of concrete resources.
#include "app/catalogue.h"
#include "ops/guests.h"

namespace pmx::app {
namespace {

/// resources/list is for people who pick by hand; a model uses guest_list. More than this helps
/// nobody.
constexpr std::size_t kMaxListedGuests = 200;

/// Calls the tool that already gives this answer, so that both always say the same.
Result<mcp::ResourceContent> from_tool(const mcp::Tool& tool, const Context& ctx,
                                       const Json& arguments) {
  class Silent final : public mcp::Progress {
   public:
    void report(double, double, std::string_view) override {}
  } silent;
  PMX_TRY(const auto output, tool.run(ctx, arguments, silent));
  return mcp::ResourceContent{"application/json", dump_json(output.structured)};
}

/// By VMID alone: a name in a URI would come back pseudonymized and so confirm a guess.
bool is_vmid(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

mcp::ResourceTemplate overview_resource(const Toolbox& box) {
  return {Json{{"uriTemplate", "pve://{cluster}/overview"},
               {"name", "overview"},
               {"title", "Cluster overview"},
               {"description", "Nodes, guest counts, storages, quorum and what is degraded."},
               {"mimeType", "application/json"}},
          {{"cluster", "pve-cluster"}},
          [tool = cluster_overview(box)](const Context& ctx, const auto& variables) {
            return from_tool(tool, ctx, Json{{"cluster", variables.find("cluster")->second}});
          }};
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
            return from_tool(tool, ctx,
                             Json{{"cluster", variables.find("cluster")->second}, {"guest", vmid}});
          }};
}

Result<std::vector<Json>> list_resources(const Toolbox& box, const Context& ctx) {
  std::vector<Json> resources;
  for (const auto& cluster : box.clusters.all()) {
    const std::string base = "pve://" + cluster->title();
    resources.push_back(Json{{"uri", base + "/overview"},
                             {"name", "overview"},
                             {"title", "Overview of cluster " + cluster->title()},
                             {"mimeType", "application/json"}});
    const auto snapshot = cluster->snapshot(ctx);
    if (!snapshot.ok()) continue;  // an unreachable cluster keeps its overview, which says why
    for (const auto& guest : (*snapshot)->resources.guests) {
      if (resources.size() > kMaxListedGuests) break;
      resources.push_back(Json{{"uri", base + "/guests/" + std::to_string(guest.vmid)},
                               {"name", "guest " + std::to_string(guest.vmid)},
                               {"title", shown_guest(box.engine, guest)},
                               {"mimeType", "application/json"}});
    }
  }
  return resources;
}

}  // namespace pmx::app
