#include "app/catalogue.h"

namespace pmx::app {

const std::vector<LevelledTool>& all_tools() {
#define PMX_LIST_TOOL(name, level) {#name, name, Access::level},
  static const std::vector<LevelledTool> kTools{PMX_TOOLS(PMX_LIST_TOOL)};
#undef PMX_LIST_TOOL
  return kTools;
}

mcp::Catalogue make_catalogue(const Toolbox& box, Access access) {
  mcp::Catalogue catalogue;
  for (const auto& tool : all_tools()) {
    if (tool.level <= access) catalogue.tools.push_back(tool.make(box));
  }
  catalogue.templates = {overview_resource(box), guest_resource(box), task_log_resource(box),
                         privacy_resource(box)};
  catalogue.list_resources = [box](const Context& ctx) { return list_resources(box, ctx); };
  catalogue.prompts = {troubleshoot_prompt(box)};
  return catalogue;
}

}  // namespace pmx::app
