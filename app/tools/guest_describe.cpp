// guest_describe: one guest in full, as PVE tells it.
#include "app/catalogue.h"
#include "ops/guests.h"

namespace pmx::app {
namespace {

struct Args {
  Json guest;
  std::string cluster;
  template <class V>
  void fields(V& v) {
    v.required("guest", guest);
    v.optional("cluster", cluster);
  }
};

struct Out {
  std::string cluster;
  int vmid = 0;
  std::string name;
  std::string type;
  std::string node;
  Json status;
  Json config;
  std::vector<std::string> warnings;
  template <class V>
  void fields(V& v) {
    v.required("cluster", cluster);
    v.required("vmid", vmid);
    v.required("name", name);
    v.required("type", type);
    v.required("node", node);
    v.required("status", status);
    v.required("config", config);
    v.required("warnings", warnings);
  }
};

std::string describe(const ops::GuestDetails& details, anonymize::Engine& engine) {
  const auto& guest = details.guest;
  std::string text = shown_guest(engine, guest) + ", " +
                     (guest.type == "lxc" ? "container" : "VM") + " on " +
                     shown_node(engine, guest.node) + ": ";
  const std::string_view status = string_member(details.status, "status");
  text += status.empty() ? guest.status : std::string(status);
  if (guest.maxcpu) text += ", " + std::to_string(static_cast<int>(*guest.maxcpu)) + " cores";
  if (guest.maxmem) text += ", memory " + format_bytes(*guest.maxmem);
  if (guest.is_template) text += ", template";
  if (!guest.lock.empty()) text += ", locked (" + guest.lock + ")";
  return text + "." + format_warnings(details.warnings);
}

}  // namespace

mcp::Tool guest_describe(const Toolbox& box) {
  return make_tool<Args, Out>(
      "guest_describe",
      [box](const Context& ctx, const Args& args, mcp::Progress&) -> Result<Answer<Out>> {
        PMX_TRY(const auto located,
                ops::locate_guest(ctx, box.clusters, args.cluster, guest_reference(args.guest)));
        PMX_TRY(const auto details, ops::describe_guest(ctx, *located.cluster, located.guest));
        const auto& guest = details.guest;
        return Answer<Out>{Out{located.cluster->title(), guest.vmid, guest.name, guest.type,
                               guest.node, details.status, details.config, details.warnings},
                           describe(details, box.engine)};
      });
}

}  // namespace pmx::app
