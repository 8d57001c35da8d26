#include "app/published.h"

#include "base/percent.h"

namespace pmx::app {

std::string overview_uri(std::string_view cluster) {
  return "pve://" + percent_encode(cluster) + "/overview";
}

std::string guest_uri(std::string_view cluster, std::string_view vmid) {
  return "pve://" + percent_encode(cluster) + "/guests/" + std::string(vmid);
}

void publish(mcp::Events& events, const state::Event& event) {
  events.resource_updated(overview_uri(event.cluster));
  if (event.kind != "guest") return;
  events.resource_updated(guest_uri(event.cluster, event.object));
  if (event.path.empty() || event.path == "/name") events.resources_changed();
}

}  // namespace pmx::app
