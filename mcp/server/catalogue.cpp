#include "mcp/server/catalogue.h"

#include <set>

#include "mcp/server/core.h"

namespace pmx::mcp {
namespace {

Error bad(const std::string& what) { return Error{Code::kInvalidArgument, what, ""}; }

Result<void> check_tool(const Tool& tool) {
  auto compiled = CompiledTool::compile(tool);
  if (compiled.ok()) return {};
  return bad("tool \"" + std::string(tool.name()) + "\": " + compiled.error().message);
}

Result<void> check_template(const ResourceTemplate& resource) {
  const std::string text(string_member(resource.definition, "uriTemplate"));
  auto uri = UriTemplate::parse(text);
  if (!uri.ok() || !resource.read || string_member(resource.definition, "name").empty()) {
    return bad("resource template \"" + text +
               "\" needs a name, a level 1 uriTemplate and a handler");
  }
  const std::set<std::string> variables(uri->variables().begin(), uri->variables().end());
  for (const auto& [name, format] : resource.formats) {
    if (!variables.contains(name)) return bad(text + " has no variable \"" + name + "\"");
  }
  return {};
}

}  // namespace

bool Tool::read_only() const {
  const Json* annotations = find_member(definition, "annotations");
  const Json* hint = annotations == nullptr ? nullptr : find_member(*annotations, "readOnlyHint");
  return hint != nullptr && *hint == true;
}

Result<void> check_catalogue(const Catalogue& catalogue) {
  std::set<std::string_view> names;
  for (const Tool& tool : catalogue.tools) {
    PMX_TRY_VOID(check_tool(tool));
    if (!names.insert(tool.name()).second) {
      return bad("two tools are named \"" + std::string(tool.name()) + "\"");
    }
  }
  for (const ResourceTemplate& resource : catalogue.templates) {
    PMX_TRY_VOID(check_template(resource));
  }
  names.clear();
  for (const Prompt& prompt : catalogue.prompts) {
    if (prompt.name().empty() || !prompt.get || !names.insert(prompt.name()).second) {
      return bad("prompt \"" + std::string(prompt.name()) + "\" needs a unique name and a handler");
    }
  }
  return {};
}

}  // namespace pmx::mcp
