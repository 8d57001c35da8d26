#include "mcp/server/reply_once.h"

#include <chrono>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/wall.h"
#include "mcp/server/error_map.h"

namespace pmx::mcp {
namespace {

std::string outcome_name(const Answer& answer, bool sent) {
  if (!sent) return "cancelled";
  if (answer.error) return "error " + std::to_string(answer.error->code);
  const Json* failed = find_member(answer.result, "isError");
  return failed != nullptr && *failed == true ? "tool_error" : "ok";
}

Outbound to_outbound(const Json& id, const Answer& answer) {
  Outbound message;
  message.id = id;
  message.verbatim = answer.verbatim;
  if (answer.error) {
    message.form = Outbound::Form::kError;
    message.payload = {{"code", answer.error->code}, {"message", answer.error->message}};
    message.echo = answer.error->echo;
  } else {
    message.payload_text =
        answer.text.empty() ? dump_json(answer.result) : std::string(answer.text);
  }
  return message;
}

/// Tells the table, last of all, that the request is over: a shutdown waits for it.
class Leaving {
 public:
  Leaving(RequestTable& requests, bool counted) : requests_(requests), counted_(counted) {}
  Leaving(const Leaving&) = delete;
  Leaving& operator=(const Leaving&) = delete;
  ~Leaving() {
    if (counted_) requests_.left();
  }

 private:
  RequestTable& requests_;
  const bool counted_;
};

}  // namespace

ReplyOnce::ReplyOnce(const Core& core, Conversation& conversation, Channel& channel,
                     const Context& ctx, const Json& id)
    : core_(core),
      conversation_(conversation),
      channel_(channel),
      ctx_(ctx),
      id_(id),
      begin_(core.clock.steady()) {}

ReplyOnce::~ReplyOnce() {
  if (ended_) return;
  const Error lost{Code::kInternal, "an internal fault ended the request", "see the server's log"};
  send("(lost)", to_rpc_error(lost));
}

std::optional<Cleared> ReplyOnce::clear(const Answer& answer) const {
  const auto cleared = [this](const Answer& given) {
    return walled(ctx_, [&]() -> Result<std::optional<Cleared>> {
      return core_.gate.clear(ctx_, to_outbound(id_, given));
    });
  };
  auto wanted = cleared(answer);
  if (wanted.ok()) return *std::move(wanted);
  auto fault = cleared(to_rpc_error(wanted.error()));
  return fault.ok() ? *std::move(fault) : std::nullopt;
}

void ReplyOnce::send(std::string_view method, const Answer& answer) {
  if (ended_.exchange(true)) {
    log::error(ctx_, "rpc.second_answer", {{"method", std::string(method)}});
    return;
  }
  const Leaving leaving(conversation_.requests, !standing_);
  auto cleared = clear(answer);
  bool wanted = true;
  attempt(ctx_, [&] { wanted = conversation_.requests.settle(id_); });
  if (!wanted) cleared.reset();
  lease_.reset();
  attempt(ctx_,
          [&] { channel_.finish(std::move(cleared), answer.error ? &*answer.error : nullptr); });
  if (wanted && answer.then) attempt(ctx_, answer.then);
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(core_.clock.steady() - begin_);
  attempt(ctx_, [&] {
    log::info(ctx_, "rpc.done",
              {{"method", std::string(method)},
               {"ms", std::to_string(took.count())},
               {"outcome", outcome_name(answer, wanted)}});
  });
}

}  // namespace pmx::mcp
