#include <set>

#include "mcp/protocol/projection.h"
#include "mcp/server/error_map.h"
#include "mcp/server/handlers.h"
#include "mcp/server/observed.h"

namespace pmx::mcp {
namespace {

using Arguments = std::map<std::string, std::string>;

Error bad(const std::string& what) { return Error{Code::kInvalidArgument, what, ""}; }

/// The client's arguments as strings, checked against the prompt's declared ones.
Result<Arguments> read_arguments(const Prompt& prompt, const Json& params) {
  const Json* given = find_member(params, "arguments");
  if (given != nullptr && !given->is_object()) return bad("arguments must be an object");
  Arguments arguments;
  const Json* declared = find_member(prompt.definition, "arguments");
  for (const Json& argument : declared == nullptr ? Json::array() : *declared) {
    const std::string name(string_member(argument, "name"));
    const Json* value = given == nullptr ? nullptr : find_member(*given, name);
    const Json* required = find_member(argument, "required");
    if (value == nullptr && required != nullptr && *required == true) {
      return bad("argument " + name + " is required");
    }
    if (value == nullptr) continue;
    if (!value->is_string()) return bad("argument " + name + " must be a string");
    arguments.emplace(name, *value->get_ptr<const std::string*>());
  }
  if (given != nullptr && given->size() > arguments.size()) {
    return bad("there is an argument that this prompt does not have; prompts/list names them");
  }
  return arguments;
}

Result<PromptReply> fill(const Core& core, const Call& call, const Prompt& prompt,
                         Interaction& interaction) {
  PMX_TRY(Arguments arguments, read_arguments(prompt, call.params));
  for (const auto& [name, format] : prompt.formats) {
    const auto slot = arguments.find(name);
    if (slot == arguments.end()) continue;
    PMX_TRY(slot->second, core.gate.admit_value(call.ctx, slot->second, format));
  }
  return prompt.get(call.ctx, arguments, interaction);
}

}  // namespace

Answer get_prompt(const Core& core, const Call& call, Interaction& interaction) {
  const std::string_view name = string_member(call.params, "name");
  if (name.empty()) return invalid_params("prompts/get needs name, a string");
  const Prompt* prompt = core.find_prompt(name);
  if (prompt == nullptr)
    return invalid_params("unknown prompt; prompts/list names those there are");
  auto filled = walled(call.ctx, [&] { return fill(core, call, *prompt, interaction); });
  if (filled.ok()) {
    if (auto* ask = std::get_if<InputRequired>(&*filled)) return std::move(*ask);
    return project_prompt_result(std::get<Json>(*filled), call.version);
  }
  const Error& error = filled.error();
  if (error.code == Code::kNotFound || error.code == Code::kInvalidArgument) {
    return invalid_params(error_text(error));
  }
  return to_rpc_error(error);
}

}  // namespace pmx::mcp
