// One request on its way through the server, and its answer before the gate. Values; copied when
// work crosses to another thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/context.h"
#include "base/json.h"
#include "mcp/protocol/versions.h"
#include "mcp/rpc/error.h"
#include "mcp/server/interaction.h"
#include "mcp/server/questions.h"

namespace pmx::mcp {

class Conversation;
struct Job;

struct Call {
  Context ctx;
  Conversation* conversation = nullptr;  ///< outlives the call
  Version version = kModern;
  Json id;
  Json params;                               ///< an object
  std::optional<Json> progress_token;        ///< string or integer
  std::shared_ptr<const Json> capabilities;  ///< of the client, an object
  std::optional<LogLevel> log_level;         ///< what the client wants to see; nothing = no logs
  Answers answers;                           ///< of the client to what a round before asked
  Json state = nullptr;                      ///< what that round wanted back
  int round = 0;                             ///< how often the client was asked
};

/// Whether the client declared a capability, as a dotted path: "elicitation.url". Elicitation
/// without members means forms.
bool client_can(const Call& call, std::string_view capability);

/// The same for the capabilities themselves; nullptr = none.
bool client_can(const Json* capabilities, std::string_view capability);

/// Takes a request over that is answered later: it stays open, without a thread, until somebody
/// answers it through Job::reply. See execution.h.
using Later = std::function<void(std::shared_ptr<Job> job)>;

/// Exactly one of: an error, a result serialised already (owned by the server's core), questions to
/// the client, somebody who answers later, a task to wait for before the method runs again, a
/// result.
struct Answer {
  Answer(Json value)
      : result(std::move(value)) {
  }  // NOLINT(google-explicit-constructor): handlers return either half
  Answer(RpcError failure)
      : error(std::move(failure)) {
  }  // NOLINT(google-explicit-constructor): handlers return either half
  Answer(InputRequired questions)
      : ask(std::move(questions)) {
  }  // NOLINT(google-explicit-constructor): handlers return either half
  static Answer later_by(Later whoever) {
    Answer answer{Json(nullptr)};
    answer.later = std::move(whoever);
    return answer;
  }
  static Answer serialised(std::string_view text) {
    Answer answer{Json(nullptr)};
    answer.text = text;
    return answer;
  }

  /// Not yet: the method runs again when the task is no longer working.
  static Answer after_task(std::string id) {
    Answer answer{Json(nullptr)};
    answer.awaited_task = std::move(id);
    return answer;
  }

  Json result;
  std::string_view text;
  std::optional<RpcError> error;
  std::optional<InputRequired> ask;
  Later later;
  std::string awaited_task;
  std::function<void()> then = {};  ///< called when the answer has left, while the job lives
  Json verbatim;  ///< members of the result that bypass the scrubber; see Outbound::verbatim
};

}  // namespace pmx::mcp
