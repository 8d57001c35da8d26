// Everything the product offers over MCP. A new tool is one line in catalogue.cpp.
#pragma once

#include "app/config.h"
#include "app/toolbox.h"
#include "mcp/server/catalogue.h"

namespace pmx::app {

mcp::Tool cluster_overview(const Toolbox& box);
mcp::Tool guest_list(const Toolbox& box);
mcp::Tool guest_describe(const Toolbox& box);
mcp::Tool guest_start(const Toolbox& box);
mcp::Tool task_get(const Toolbox& box);
mcp::Tool changes_list(const Toolbox& box);

mcp::ResourceTemplate overview_resource(const Toolbox& box);
mcp::ResourceTemplate guest_resource(const Toolbox& box);
mcp::ResourceTemplate task_log_resource(const Toolbox& box);

/// The concrete resources of resources/list: one overview per cluster, then its guests by VMID.
Result<std::vector<Json>> list_resources(const Toolbox& box, const Context& ctx);

mcp::Prompt troubleshoot_prompt();

/// Tools of all levels with the level each needs.
struct LevelledTool {
  mcp::Tool (*make)(const Toolbox& box);
  Access level;
};
const std::vector<LevelledTool>& all_tools();

/// What a server at `access` offers.
mcp::Catalogue make_catalogue(const Toolbox& box, Access access);

}  // namespace pmx::app
