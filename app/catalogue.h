// Everything the product offers over MCP. A new tool is one line in PMX_TOOLS.
#pragma once

#include "app/config.h"
#include "app/toolbox.h"
#include "mcp/server/catalogue.h"

namespace pmx::app {

/// Every tool and the access level it needs: a new tool is one line here. Each is made by the
/// function of its name in app/tools/<name>.cpp from schemas/tools/<name>.json.
#define PMX_TOOLS(X)            \
  X(cluster_overview, kObserve) \
  X(guest_list, kObserve)       \
  X(guest_describe, kObserve)   \
  X(guest_start, kOperate)      \
  X(task_get, kObserve)         \
  X(changes_list, kObserve)     \
  X(privacy_status, kObserve)   \
  X(api_search, kObserve)       \
  X(api_describe, kObserve)     \
  X(api_get, kObserve)

#define PMX_DECLARE_TOOL(name, level) mcp::Tool name(const Toolbox& box);
PMX_TOOLS(PMX_DECLARE_TOOL)
#undef PMX_DECLARE_TOOL

mcp::ResourceTemplate overview_resource(const Toolbox& box);
mcp::ResourceTemplate guest_resource(const Toolbox& box);
mcp::ResourceTemplate task_log_resource(const Toolbox& box);
mcp::ResourceTemplate privacy_resource(const Toolbox& box);

/// A resource that is what a tool answers, so that both always say the same.
Result<mcp::ResourceContent> content_from_tool(const mcp::Tool& tool, const Context& ctx,
                                               const Json& arguments);

/// The concrete resources of resources/list: the privacy figures, then one overview per cluster
/// with its guests by VMID.
Result<std::vector<Json>> list_resources(const Toolbox& box, const Context& ctx);

mcp::Prompt troubleshoot_prompt(const Toolbox& box);

/// Tools of all levels with the level each needs.
struct LevelledTool {
  std::string_view name;
  mcp::Tool (*make)(const Toolbox& box);
  Access level;
};
const std::vector<LevelledTool>& all_tools();

/// What a server at `access` offers.
mcp::Catalogue make_catalogue(const Toolbox& box, Access access);

}  // namespace pmx::app
