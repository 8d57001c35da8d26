#include "mcp/server/core.h"

#include <algorithm>

#include "base/log.h"
#include "mcp/protocol/projection.h"
#include "mcp/server/header_rules.h"
#include "mcp/server/memory_task_store.h"
#include "mcp/server/modern.h"
#include "mcp/server/task_wire.h"

namespace pmx::mcp {
namespace {

void skip(const char* what, const Error& why) {
  log::error(Context{}, "catalogue.skipped", {{"what", what}, {"why", why.message}});
}

}  // namespace

Result<CompiledTool> CompiledTool::compile(const Tool& tool) {
  const Error bad{Code::kInvalidArgument,
                  "tool \"" + std::string(tool.name()) +
                      "\" needs a name, an inputSchema of type "
                      "object and a handler",
                  ""};
  const Json* input = find_member(tool.definition, "inputSchema");
  if (tool.name().empty() || !tool.run || input == nullptr) return bad;
  if (string_member(*input, "type") != "object") return bad;
  PMX_TRY(auto compiled_input, Validator::compile(*input));
  CompiledTool compiled{&tool, std::move(compiled_input), std::nullopt, {}};
  PMX_TRY(compiled.headers, param_headers(*input));
  if (const Json* output = find_member(tool.definition, "outputSchema")) {
    PMX_TRY(compiled.output, Validator::compile(*output));
  }
  return compiled;
}

Core::Core(ServerOptions server_options, const Parts& parts)
    : options(std::move(server_options)),
      catalogue(parts.catalogue),
      gate(parts.gate),
      observer(parts.observer),
      executor(parts.executor),
      clock(parts.clock),
      states(options.state_key, parts.clock, "mcp.request-state", options.spend_state),
      resource_pages("resources/list", options.page_size, options.state_key, parts.clock),
      task_store(options.tasks != nullptr ? options.tasks : std::make_shared<MemoryTaskStore>()),
      tasks(std::make_unique<TaskDesk>(*task_store, options.tasks_at_once)),
      quotas(std::make_unique<Quotas>(options.quotas, parts.clock)),
      deadlines(std::make_unique<Deadlines>()),
      result_meta_{{"io.modelcontextprotocol/serverInfo", server_info(kModern)}} {
  for (const Tool& tool : catalogue.tools) {
    auto compiled = CompiledTool::compile(tool);
    if (!compiled.ok()) {
      skip("tool", compiled.error());
      continue;
    }
    const auto [slot, fresh] = tools_.emplace(tool.name(), *std::move(compiled));
    if (fresh) tool_order_.push_back(&slot->second);
  }
  for (const ResourceTemplate& resource : catalogue.templates) {
    auto uri = UriTemplate::parse(string_member(resource.definition, "uriTemplate"));
    if (!uri.ok()) {
      skip("resource template", uri.error());
      continue;
    }
    templates_.push_back({&resource, *std::move(uri)});
  }
  tasks->listen([this](const std::string& id) {
    if (catalogue.events != nullptr) catalogue.events->task_changed(id);
  });
}

const CompiledTool* Core::find_tool(std::string_view name) const {
  const auto slot = tools_.find(name);
  return slot == tools_.end() ? nullptr : &slot->second;
}

const Prompt* Core::find_prompt(std::string_view name) const {
  for (const Prompt& prompt : catalogue.prompts) {
    if (prompt.name() == name) return &prompt;
  }
  return nullptr;
}

Topics Core::publishes() const {
  return catalogue.events == nullptr ? Topics{} : catalogue.events->publishes();
}

bool Core::has_resources() const {
  return catalogue.list_resources != nullptr || !catalogue.templates.empty();
}

bool Core::has_completions() const {
  const auto completes = [](const auto& entry) { return entry.complete != nullptr; };
  return std::any_of(catalogue.prompts.begin(), catalogue.prompts.end(), completes) ||
         std::any_of(catalogue.templates.begin(), catalogue.templates.end(), completes);
}

bool Core::has_tasks() const {
  return std::any_of(tools_.begin(), tools_.end(),
                     [](const auto& entry) { return entry.second.tool->resume != nullptr; });
}

Json Core::capabilities(Version version) const {
  const Features& features = features_of(version);
  Json capabilities{{"tools", Json::object()}};
  if (catalogue.logs) capabilities["logging"] = Json::object();
  if (has_resources()) capabilities["resources"] = Json::object();
  if (has_prompts()) capabilities["prompts"] = Json::object();
  const Topics topics = publishes();
  if (topics.tools) capabilities["tools"]["listChanged"] = true;
  if (topics.prompts && has_prompts()) capabilities["prompts"]["listChanged"] = true;
  if (topics.resources && has_resources()) capabilities["resources"]["listChanged"] = true;
  if (topics.updates && has_resources()) capabilities["resources"]["subscribe"] = true;
  if (features.annotations && has_completions()) capabilities["completions"] = Json::object();
  if (has_tasks()) add_task_capabilities(version, capabilities);
  return capabilities;
}

Json Core::server_info(Version version) const {
  Json info{{"name", options.name}, {"version", options.version}};
  if (!options.title.empty()) info["title"] = options.title;
  return project_implementation(info, version);
}

Json Core::build_list(FixedList list, Version version) const {
  Json entries = Json::array();
  switch (list) {
    case FixedList::kTools:
      for (const CompiledTool* compiled : tool_order_) {
        entries.push_back(project_tool(listed_tool(*compiled->tool), version));
      }
      return {{"tools", std::move(entries)}};
    case FixedList::kTemplates:
      for (const CompiledTemplate& compiled : templates_) {
        if (compiled.uri.variables().empty()) continue;  // one resource, listed as such
        entries.push_back(project_resource(compiled.resource->definition, version));
      }
      return {{"resourceTemplates", std::move(entries)}};
    case FixedList::kPrompts:
      for (const Prompt& prompt : catalogue.prompts) {
        entries.push_back(project_prompt(prompt.definition, version));
      }
      return {{"prompts", std::move(entries)}};
  }
  std::abort();
}

std::string_view Core::fixed_list(FixedList list, Version version) const {
  const std::lock_guard lock(lists_mutex_);
  std::string& text = lists_[{list, version}];
  if (text.empty()) {
    Json result = build_list(list, version);
    complete_result(*this, version, /*cacheable=*/true, result);
    text = dump_json(result);
  }
  return text;
}

}  // namespace pmx::mcp
