#include "mcp/server/rounds.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/crypto.h"
#include "base/log.h"
#include "mcp/protocol/projection.h"
#include "mcp/server/error_map.h"
#include "mcp/server/modern.h"
#include "mcp/server/task_wire.h"

namespace pmx::mcp {
namespace {

constexpr int kMaxRounds = 10;

/// The capability that a client needs to be asked this.
std::string_view needed_capability(const InputRequest& request) {
  if (request.method == "sampling/createMessage") {
    return request.params.contains("tools") ? "sampling.tools" : "sampling";
  }
  if (request.method == "roots/list") return "roots";
  return string_member(request.params, "mode") == "url" ? "elicitation.url" : "elicitation.form";
}

/// Whether a form lets the user choose several of a list.
bool has_several_choices(const Json& params) {
  const Json* schema = find_member(params, "requestedSchema");
  const Json* properties = schema == nullptr ? nullptr : find_member(*schema, "properties");
  if (properties == nullptr || !properties->is_object()) return false;
  return std::any_of(properties->begin(), properties->end(), [](const Json& property) {
    return string_member(property, "type") == "array";
  });
}

/// What of a question `version` has no words for, whatever its client declares; empty when it knows
/// all of it.
std::string_view unknown_to(Version version, const InputRequest& request) {
  const Features& features = features_of(version);
  const std::string_view needed = needed_capability(request);
  const bool form = needed == "elicitation.form";
  if (form && !features.structured_content) return needed;
  if (form && !features.icons && has_several_choices(request.params)) {
    return "forms with several choices";
  }
  const bool recent = needed == "elicitation.url" || needed == "sampling.tools";
  return recent && !features.icons ? needed : "";
}

/// What the client of a version with a handshake lacks; empty when it can be asked.
std::string_view lacking_before_modern(const Call& call, const InputRequired& ask) {
  for (const auto& [key, request] : ask.requests) {
    const std::string_view unknown = unknown_to(call.version, request);
    if (!unknown.empty()) return unknown;
  }
  return lacking(call.capabilities.get(), ask);
}

/// A failure as the method's client should read it: for a tool in its result.
Answer failure(const Job& job, const Method& method, const Error& error) {
  if (method.name != "tools/call") return to_rpc_error(error);
  Json result = make_tool_error(error_text(error));
  complete_result(*job.core, job.call.version, method.cacheable, result);
  return result;
}

StateScope scope_of(const Call& call, std::string_view method) {
  return {call.ctx.principal, method, call.params};
}

Answer input_required(const Job& job, const Method& method, InputRequired ask) {
  Json requests = Json::object();
  for (const auto& [key, request] : ask.requests) {
    requests[key] = {{"method", request.method}, {"params", wire_params(request)}};
  }
  Answer answer(Json{{"inputRequests", std::move(requests)}});
  complete_result(*job.core, job.call.version, /*cacheable=*/false, answer.result);
  answer.result["resultType"] = "input_required";
  if (!ask.state.is_null()) {
    answer.verbatim = {
        {"requestState", job.core->states.seal(scope_of(job.call, method.name), ask.state)}};
  }
  return answer;
}

/// A choice with titles in the spelling of 2025-06-18.
void spell_choice_older(Json& property) {
  const auto choices = property.find("oneOf");
  if (choices == property.end() || !choices->is_array()) return;
  Json values = Json::array();
  Json names = Json::array();
  for (const Json& choice : *choices) {
    const std::string_view value = string_member(choice, "const");
    const std::string_view title = string_member(choice, "title");
    values.push_back(value);
    names.push_back(title.empty() ? value : title);
  }
  property.erase("oneOf");
  property["enum"] = std::move(values);
  property["enumNames"] = std::move(names);
}

/// A question as 2025-06-18 knows it: no modes, defaults for booleans alone.
void spell_older(Json& params) {
  params.erase("mode");
  const auto schema = params.find("requestedSchema");
  if (schema == params.end() || !schema->is_object()) return;
  schema->erase("$schema");
  const auto properties = schema->find("properties");
  if (properties == schema->end() || !properties->is_object()) return;
  for (Json& property : *properties) {
    if (!property.is_object()) continue;
    if (string_member(property, "type") != "boolean") property.erase("default");
    spell_choice_older(property);
  }
}

/// Sends one of our requests (before 2026-07-28), as this version knows it.
void send_question(const Job& job, const Method& method, const std::string& id,
                   const InputRequest& request) {
  Outbound message;
  // A question that a task asks names it, with the word of the client's own request.
  if (method.area == Area::kTasks) message.verbatim = related_task(job.call.params["taskId"]);
  message.form = Outbound::Form::kRequest;
  message.id = id;
  message.method = request.method;
  message.payload = wire_params(request);
  // 2025-11-25 wants a name for what happens at the URL; later versions have none.
  const bool url = string_member(request.params, "mode") == "url";
  if (url && !request.params.contains("elicitationId")) {
    message.verbatim["elicitationId"] = "elicitation-" + crypto::hex(crypto::random_bytes(8));
  }
  if (!features_of(job.call.version).icons) spell_older(message.payload);
  job.channel->send(job.core->gate.clear(job.call.ctx, std::move(message)));
}

/// Tells the client that an answer to this question would come too late.
void withdraw_question(const Job& job, const std::string& id) {
  Outbound message;
  message.form = Outbound::Form::kNotification;
  message.method = "notifications/cancelled";
  message.verbatim = {{"requestId", id}};
  message.payload = {{"reason", "not answered in time"}};
  job.channel->send(job.core->gate.clear(job.call.ctx, std::move(message)));
}

/// A round of questions that is on its way.
struct AskedRound {
  Json state;
  SteadyTime since;
};

/// The next round of a job whose questions were answered, or its end.
void resume(const std::shared_ptr<Job>& job, const Method& method, AskedRound& round,
            const std::vector<std::string>& ids, Result<Answers> answers) {
  if (!answers.ok()) {
    const bool late = answers.error().code == Code::kDeadlineExceeded;
    for (const std::string& id : ids) {
      if (late) withdraw_question(*job, id);
    }
    return job->reply.send(method.name, failure(*job, method, answers.error()));
  }
  Call& call = job->call;
  // What the user thought about is not the handler's time.
  if (call.ctx.deadline) *call.ctx.deadline += job->core->clock.steady() - round.since;
  call.answers.merge(*answers);
  call.state = std::move(round.state);
  ++call.round;
  execute(job, method);
}

void ask_by_requests(const std::shared_ptr<Job>& job, const Method& method, InputRequired ask) {
  std::vector<std::string> keys;
  for (const auto& [key, request] : ask.requests) {
    keys.push_back(key);
    job->call.answers.erase(key);  // asked again: the old answer was no good
  }
  const Core& core = *job->core;
  const SteadyTime now = core.clock.steady();
  const auto round = std::make_shared<AskedRound>(AskedRound{std::move(ask.state), now});
  const auto ids = job->conversation->questions.open(
      keys, job->call.ctx.stop, {*core.deadlines, now + core.options.question_timeout},
      [job, &method, round](const std::vector<std::string>& asked, Result<Answers> answers) {
        resume(job, method, *round, asked, std::move(answers));
      });
  for (std::size_t i = 0; i < ids.size(); ++i) {
    send_question(*job, method, ids[i], ask.requests[keys[i]]);
  }
}

}  // namespace

std::string_view lacking(const Json* capabilities, const InputRequired& ask) {
  for (const auto& [key, request] : ask.requests) {
    const std::string_view needed = needed_capability(request);
    if (!client_can(capabilities, needed)) return needed;
  }
  return {};
}

Json wire_params(const InputRequest& request) {
  constexpr std::string_view kKnown[] = {"email", "uri", "date", "date-time"};
  Json params = request.params;
  const auto schema = params.find("requestedSchema");
  if (schema == params.end() || !schema->is_object()) return params;
  const auto properties = schema->find("properties");
  if (properties == schema->end() || !properties->is_object()) return params;
  for (Json& property : *properties) {
    const std::string_view format = string_member(property, "format");
    const bool known = std::find(std::begin(kKnown), std::end(kKnown), format) != std::end(kKnown);
    if (property.is_object() && !known) property.erase("format");
  }
  return params;
}

RpcError missing_capability(std::string_view capability) {
  Json needed = Json::object();
  Json* at = &needed;
  while (!capability.empty()) {
    const std::size_t dot = std::min(capability.find('.'), capability.size());
    at = &((*at)[std::string(capability.substr(0, dot))] = Json::object());
    capability.remove_prefix(std::min(dot + 1, capability.size()));
  }
  return RpcError{kMissingCapability,
                  "Missing required client capability",
                  {{"requiredCapabilities", std::move(needed)}},
                  true};
}

std::optional<Answer> ask_client(const std::shared_ptr<Job>& job, const Method& method,
                                 InputRequired ask) {
  const bool modern = features_of(job->call.version).modern;
  const std::string_view lacks =
      modern ? lacking(job->call.capabilities.get(), ask) : lacking_before_modern(job->call, ask);
  if (!lacks.empty() && modern) return missing_capability(lacks);
  if (!lacks.empty()) {
    return failure(*job, method,
                   {Code::kFailedPrecondition,
                    "this needs an answer of the user, and the client cannot ask (it lacks " +
                        std::string(lacks) + ")",
                    "use a client that can"});
  }
  if (modern) return input_required(*job, method, std::move(ask));
  if (job->call.round >= kMaxRounds) {
    return failure(*job, method, {Code::kFailedPrecondition, "asked too often; gave up", ""});
  }
  ask_by_requests(job, method, std::move(ask));
  return std::nullopt;
}

std::optional<RpcError> take_round(const Core& core, std::string_view method, Call& call) {
  if (!features_of(call.version).modern) return std::nullopt;
  const Json* responses = find_member(call.params, "inputResponses");
  if (responses != nullptr && responses->is_object()) {
    for (const auto& [key, value] : responses->items()) call.answers[key] = value;
  }
  const Json* sealed = find_member(call.params, "requestState");
  if (sealed == nullptr) return std::nullopt;
  const auto* text = sealed->get_ptr<const std::string*>();
  const CompiledTool* tool = core.find_tool(string_member(call.params, "name"));
  const bool once = method == "tools/call" && tool != nullptr && !tool->tool->read_only();
  auto state = core.states.open(scope_of(call, method), text == nullptr ? "" : *text, once);
  if (!state.ok() && state.error().code != Code::kInvalidArgument) {
    return to_rpc_error(state.error());
  }
  if (!state.ok()) {
    return RpcError{kInvalidParams, state.error().message, {{"reason", "invalid_request_state"}}};
  }
  call.state = *std::move(state);
  return std::nullopt;
}

}  // namespace pmx::mcp
