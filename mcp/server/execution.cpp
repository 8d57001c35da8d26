#include "mcp/server/execution.h"

#include <chrono>
#include <utility>

#include "base/log.h"
#include "mcp/protocol/projection.h"
#include "mcp/server/call_interaction.h"
#include "mcp/server/error_map.h"
#include "mcp/server/modern.h"
#include "mcp/server/observed.h"
#include "mcp/server/rounds.h"

namespace pmx::mcp {
namespace {

std::string outcome_name(const Answer& answer, bool sent) {
  if (!sent) return "cancelled";
  if (answer.error) return "error " + std::to_string(answer.error->code);
  const Json* failed = find_member(answer.result, "isError");
  return failed != nullptr && *failed == true ? "tool_error" : "ok";
}

Outbound to_outbound(const Call& call, const Answer& answer) {
  Outbound message;
  message.id = call.id;
  message.verbatim = answer.verbatim;
  if (answer.error) {
    message.form = Outbound::Form::kError;
    message.payload = {{"code", answer.error->code}, {"message", answer.error->message}};
    message.echo = answer.error->echo;
  } else if (!answer.text.empty()) {
    message.payload_text = answer.text;
  } else {
    message.payload = answer.result;
  }
  return message;
}

/// One round of the method, behind the wall.
Answer run_round(const Job& job, const Method& method) {
  CallInteraction interaction(*job.core, *job.channel, job.call);
  auto ran = walled(job.call.ctx, [&]() -> Result<Answer> {
    if (job.call.ctx.stop.stop_requested()) return Answer(Json::object());  // never leaves
    Answer answer = method.run(*job.core, job.call, interaction);
    if (answer.result.is_object()) {
      complete_result(*job.core, job.call.version, method.cacheable, answer.result);
    }
    return answer;
  });
  interaction.finish();
  return ran.ok() ? *std::move(ran) : Answer(to_rpc_error(ran.error()));
}

/// Leaves the job to `later`. It counts as in flight until then, so that a server that ends finds it
/// either here or there.
void stand(const std::shared_ptr<Job>& job, const Later& later) {
  const auto conversation = job->conversation;  // the job may be over when `later` returns
  job->standing = true;
  job->call.params = nullptr;  // it may wait for long
  job->call.capabilities.reset();
  later(job);
  conversation->requests.left();
}

void run(const std::shared_ptr<Job>& job, const Method& method) {
  Answer answer = run_round(*job, method);
  if (answer.later) return stand(job, answer.later);
  if (answer.ask) {
    auto asked = ask_client(job, method, *std::move(answer.ask));
    if (!asked) return;  // another round follows when the answers are in
    answer = *std::move(asked);
  }
  conclude(*job, method.name, std::move(answer));
}

/// A full executor inside a tool call is something the model should read; elsewhere it is an error.
Answer refusal(const Job& job, const Method& method, const Error& error) {
  if (method.name != "tools/call") return to_rpc_error(error);
  Json result = make_tool_error(error_text(error));
  complete_result(*job.core, job.call.version, method.cacheable, result);
  return result;
}

}  // namespace

void execute(std::shared_ptr<Job> job, const Method& method) {
  if (!method.slow) return run(job, method);
  auto posted = job->core->executor.post([job, &method] { run(job, method); });
  if (posted.ok()) return;
  conclude(*job, method.name, refusal(*job, method, posted.error()));
}

void conclude(const Job& job, std::string_view method, Answer answer) {
  auto cleared = job.core->gate.clear(job.call.ctx, to_outbound(job.call, answer));
  const bool wanted = job.conversation->requests.settle(job.call.id);
  if (!wanted) cleared.reset();
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(job.core->clock.steady() - job.begin);
  job.channel->finish(std::move(cleared), answer.error ? &*answer.error : nullptr);
  log::info(job.call.ctx, "rpc.done",
            {{"method", std::string(method)},
             {"ms", std::to_string(took.count())},
             {"outcome", outcome_name(answer, wanted)}});
  if (!job.standing) job.conversation->requests.left();
}

}  // namespace pmx::mcp
