#include "mcp/server/execution.h"

#include <utility>

#include "mcp/protocol/projection.h"
#include "mcp/server/error_map.h"
#include "mcp/server/modern.h"
#include "mcp/server/observed.h"
#include "mcp/server/progress_reporter.h"

namespace pmx::mcp {
namespace {

void run(const Job& job, const Method& method) {
  const SteadyTime begin = job.core->clock.steady();
  ProgressReporter progress(*job.core, *job.connection, job.call);
  auto ran = walled(job.call.ctx, [&]() -> Result<Answer> {
    if (job.call.ctx.stop.stop_requested()) return Answer(Json::object());  // never leaves
    Answer answer = method.run(*job.core, job.call, progress);
    if (answer.result.is_object()) {
      complete_result(*job.core, job.call.version, method.cacheable, answer.result);
    }
    return answer;
  });
  // A report that cannot leave must not cost the answer to work that is done.
  const auto reported = walled(job.call.ctx, [&progress]() -> Result<void> {
    progress.finish();
    return {};
  });
  static_cast<void>(reported);  // it is in the log
  job.reply->send(method.name, begin, ran.ok() ? *std::move(ran) : to_rpc_error(ran.error()));
}

/// A full executor inside a tool call is something the model should read; elsewhere it is an error.
Answer refusal(const Job& job, const Method& method, const Error& error) {
  if (method.name != "tools/call") return to_rpc_error(error);
  Json result = make_tool_error(error_text(error));
  complete_result(*job.core, job.call.version, method.cacheable, result);
  return result;
}

}  // namespace

void execute(Job job, const Method& method) {
  if (!method.slow) return run(job, method);
  auto posted = job.core->executor.post([job, &method] { run(job, method); });
  if (posted.ok()) return;
  job.reply->send(method.name, job.core->clock.steady(), refusal(job, method, posted.error()));
}

}  // namespace pmx::mcp
