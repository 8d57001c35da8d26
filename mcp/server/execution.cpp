#include "mcp/server/execution.h"

#include <utility>

#include "base/executor.h"
#include "mcp/protocol/projection.h"
#include "mcp/server/call_interaction.h"
#include "mcp/server/error_map.h"
#include "mcp/server/modern.h"
#include "mcp/server/observed.h"
#include "mcp/server/rounds.h"

namespace pmx::mcp {
namespace {

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
  // A report that cannot leave must not cost the answer to work that is done.
  attempt(job.call.ctx, [&interaction] { interaction.finish(); });
  return ran.ok() ? *std::move(ran) : Answer(to_rpc_error(ran.error()));
}

/// Leaves the job to `later`. It counts as in flight until then, so that a server that ends finds
/// it either here or there.
void stand(const std::shared_ptr<Job>& job, const Later& later) {
  const auto conversation = job->conversation;  // the job may be over when `later` returns
  job->reply.stand();
  job->call.params = nullptr;  // it may wait for long
  job->call.capabilities.reset();
  later(job);
  conversation->requests.left();
}

void run(const std::shared_ptr<Job>& job, const Method& method) {
  Answer answer = run_round(*job, method);
  if (answer.later) return stand(job, answer.later);
  if (!answer.awaited_task.empty()) {
    return job->core->tasks->wait(answer.awaited_task, job->call.ctx.stop,
                                  [job, &method] { execute(job, method); });
  }
  if (answer.ask) {
    auto asked = ask_client(job, method, *std::move(answer.ask));
    if (!asked) return;  // another round follows when the answers are in
    answer = *std::move(asked);
  }
  job->reply.send(method.name, answer);
}

/// A full executor inside a tool call is something the model should read; elsewhere it is an error.
Answer refusal(const Job& job, const Method& method, const Error& error) {
  if (method.name != "tools/call") return to_rpc_error(error);
  Json result = make_tool_error(error_text(error));
  complete_result(*job.core, job.call.version, method.cacheable, result);
  return result;
}

}  // namespace

Job::Job(std::shared_ptr<const Core> its_core, std::shared_ptr<Conversation> its_conversation,
         std::shared_ptr<Channel> its_channel, Call its_call)
    : core(std::move(its_core)),
      conversation(std::move(its_conversation)),
      channel(std::move(its_channel)),
      call(std::move(its_call)),
      reply(*core, *conversation, *channel, call.ctx, call.id) {}

void execute(std::shared_ptr<Job> job, const Method& method) {
  if (!method.slow) return run(job, method);
  auto posted = job->core->executor.post([job, &method]() mutable {
    const auto core = job->core;
    run(job, method);
    job.reset();  // the request is answered, or waits elsewhere: its thread may turn to tasks
    core->tasks->work_off();
  });
  if (posted.ok()) return;
  job->reply.send(method.name, refusal(*job, method, posted.error()));
}

}  // namespace pmx::mcp
