#include "mcp/server/methods.h"

#include "mcp/server/handlers.h"
#include "mcp/server/modern.h"

namespace pmx::mcp {
namespace {

using Plain = Answer (*)(const Core&, const Call&);

/// Most handlers neither report nor ask.
template <Plain F>
Answer quiet(const Core& core, const Call& call, Interaction&) {
  return F(core, call);
}

constexpr Method kMethods[] = {
    // name, legacy, modern, area, slow, cacheable, run
    {"server/discover", false, true, Area::kBase, false, true, &quiet<&discover>},
    {"ping", true, false, Area::kBase, false, false, &quiet<&ping>},
    {"tools/list", true, true, Area::kTools, false, true, &quiet<&list_tools>},
    {"tools/call", true, true, Area::kTools, true, false, &call_tool},
    {"resources/list", true, true, Area::kResources, true, true, &quiet<&list_resources>},
    {"resources/templates/list", true, true, Area::kResources, false, true,
     &quiet<&list_templates>},
    {"resources/read", true, true, Area::kResources, true, true, &quiet<&read_resource>},
    {"resources/subscribe", true, false, Area::kUpdates, true, false, &quiet<&subscribe>},
    {"resources/unsubscribe", true, false, Area::kUpdates, false, false, &quiet<&unsubscribe>},
    {"subscriptions/listen", false, true, Area::kEvents, true, false, &quiet<&listen>},
    {"completion/complete", true, true, Area::kCompletions, true, false, &quiet<&complete>},
    {"logging/setLevel", true, false, Area::kLogging, false, false, &quiet<&set_log_level>},
    {"prompts/list", true, true, Area::kPrompts, false, true, &quiet<&list_prompts>},
    {"prompts/get", true, true, Area::kPrompts, true, false, &get_prompt},
    {"tasks/get", true, true, Area::kTasks, false, false, &quiet<&get_task>},
    {"tasks/update", false, true, Area::kTasks, true, false, &quiet<&update_task>},
    {"tasks/cancel", true, true, Area::kTasks, false, false, &quiet<&cancel_task>},
    {"tasks/result", true, false, Area::kTasks, true, false, &quiet<&task_result>},
    {"tasks/list", true, false, Area::kTasks, false, false, &quiet<&list_tasks>},
};

bool has_area(const Core& core, Area area, Version version) {
  switch (area) {
    case Area::kBase:
    case Area::kTools: return true;
    case Area::kResources: return core.has_resources();
    case Area::kPrompts: return core.has_prompts();
    case Area::kCompletions: return core.has_completions();
    case Area::kLogging: return core.catalogue.logs;
    case Area::kEvents: return core.publishes().any() || core.tells_of_tasks();
    case Area::kUpdates: return core.publishes().updates;
    case Area::kTasks: return features_of(version).tasks && core.has_tasks();
  }
  std::abort();
}

}  // namespace

const Method* find_method(const Core& core, std::string_view name, Version version) {
  const bool modern = features_of(version).modern;
  for (const Method& method : kMethods) {
    if (method.name != name) continue;
    const bool known = modern ? method.modern : method.legacy;
    return known && has_area(core, method.area, version) ? &method : nullptr;
  }
  return nullptr;
}

}  // namespace pmx::mcp
