// completion/complete: what may stand for an argument of a prompt or a resource template.
#include "mcp/server/error_map.h"
#include "mcp/server/handlers.h"
#include "mcp/server/observed.h"

namespace pmx::mcp {
namespace {

constexpr std::size_t kMaxValues = 100;  // spec: completion

using Settled = std::map<std::string, std::string>;

/// The completer that `ref` names, or nullptr; `known` says whether there is such a thing at all.
struct Found {
  bool known = false;
  Completer completer;
};

Found find_completer(const Core& core, const Json& ref) {
  const std::string_view type = string_member(ref, "type");
  if (type == "ref/prompt") {
    const Prompt* prompt = core.find_prompt(string_member(ref, "name"));
    return prompt == nullptr ? Found{} : Found{true, prompt->complete};
  }
  if (type != "ref/resource") return {};
  const std::string_view uri = string_member(ref, "uri");
  for (const CompiledTemplate& candidate : core.templates()) {
    if (string_member(candidate.resource->definition, "uriTemplate") == uri) {
      return {true, candidate.resource->complete};
    }
  }
  return {};
}

/// context.arguments, as far as it is strings.
Settled settled_arguments(const Json& params) {
  Settled settled;
  const Json* context = find_member(params, "context");
  const Json* arguments = context == nullptr ? nullptr : find_member(*context, "arguments");
  if (arguments == nullptr || !arguments->is_object()) return settled;
  for (const auto& [name, value] : arguments->items()) {
    if (const auto* text = value.get_ptr<const std::string*>()) settled[name] = *text;
  }
  return settled;
}

Json to_result(const Completions& completions) {
  const std::size_t count = std::min(completions.values.size(), kMaxValues);
  const std::size_t total = completions.total.value_or(completions.values.size());
  const Json values(std::vector<std::string>(
      completions.values.begin(), completions.values.begin() + static_cast<std::ptrdiff_t>(count)));
  return {{"completion", {{"values", values}, {"total", total}, {"hasMore", total > count}}}};
}

}  // namespace

Answer complete(const Core& core, const Call& call) {
  const auto counted = core.quotas->count(call.ctx.principal, Quotas::Rate::kCompletions);
  if (!counted.ok()) return to_rpc_error(counted.error());
  const Json* ref = find_member(call.params, "ref");
  const Json* argument = find_member(call.params, "argument");
  if (ref == nullptr || argument == nullptr) {
    return invalid_params("completion/complete needs ref and argument, objects");
  }
  const std::string_view name = string_member(*argument, "name");
  const Json* typed = find_member(*argument, "value");
  if (name.empty() || typed == nullptr || !typed->is_string()) {
    return invalid_params("argument needs name and value, strings");
  }
  const Found found = find_completer(core, *ref);
  if (!found.known) {
    return invalid_params("ref names no prompt and no resource template; the lists name them");
  }
  if (!found.completer) return to_result({});
  auto completed = walled(call.ctx, [&] {
    return found.completer(call.ctx, name, *typed->get_ptr<const std::string*>(),
                           settled_arguments(call.params));
  });
  if (!completed.ok()) return to_rpc_error(completed.error());
  return to_result(*completed);
}

}  // namespace pmx::mcp
