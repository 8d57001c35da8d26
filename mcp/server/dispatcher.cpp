#include "mcp/server/dispatcher.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <utility>

#include "base/log.h"
#include "base/trace_context.h"
#include "mcp/server/error_map.h"
#include "mcp/server/execution.h"
#include "mcp/server/handshake.h"
#include "mcp/server/rounds.h"
#include "mcp/server/subscriptions.h"

namespace pmx::mcp {
namespace {

constexpr std::size_t kMaxBatch = 256;
constexpr std::size_t kLoggedId = 64;

bool is_request(const Message& message) { return std::holds_alternative<Request>(message); }

/// What a batch must not hold: malformed or modern messages, and initialize.
bool unfit_for_batch(const Message& message) {
  if (std::holds_alternative<Malformed>(message)) return true;
  const auto* request = std::get_if<Request>(&message);
  return request != nullptr && (request->method == "initialize" || claims_modern(request->params));
}

RpcError to_error(RequestTable::Refusal refusal) {
  switch (refusal) {
    case RequestTable::Refusal::kIdInUse:
      return {kInvalidRequest, "Invalid Request: this id is in use already", nullptr, true};
    case RequestTable::Refusal::kTooManyBytes:
      return to_rpc_error({Code::kResourceExhausted,
                           "the requests that are not answered yet hold too many bytes",
                           "wait for answers, then send this one again"});
  }
  std::abort();
}

/// Unique in the process, so that two conversations never share a request id in the log.
std::string next_request_id() {
  static std::atomic<std::uint64_t> counter{0};
  return "r" + std::to_string(++counter);
}

}  // namespace

Dispatcher::Dispatcher(std::shared_ptr<const Core> core, std::shared_ptr<Conversation> conversation,
                       const RequestHeaders* headers)
    : core_(std::move(core)), conversation_(std::move(conversation)), headers_(headers) {}

void Dispatcher::receive(std::string_view line, const std::shared_ptr<Channel>& channel) {
  take(parse_message(line), line.size(), channel);
}

void Dispatcher::take(Incoming incoming, std::size_t bytes,
                      const std::shared_ptr<Channel>& channel) {
  if (incoming.batch) return take_batch(std::move(incoming), bytes, channel);
  for (Message& message : incoming.messages) take_one(std::move(message), bytes, channel);
}

void Dispatcher::refuse(RpcError error, Channel& channel) const {
  error.refused = true;
  answer_error(nullptr, error, channel);
}

void Dispatcher::take_one(Message message, std::size_t bytes,
                          const std::shared_ptr<Channel>& channel) {
  if (auto* request = std::get_if<Request>(&message)) {
    take_request(std::move(*request), bytes, channel);
  } else if (const auto* notification = std::get_if<Notification>(&message)) {
    take_notification(*notification);
  } else if (auto* malformed = std::get_if<Malformed>(&message)) {
    log::info(Context{}, "rpc.malformed", {{"code", std::to_string(malformed->error.code)}});
    malformed->error.refused = true;
    answer_error(malformed->id, malformed->error, *channel);
  } else if (const auto* response = std::get_if<Response>(&message)) {
    if (headers_ == nullptr) return conversation_->questions.answer(*response);
    refuse({kInvalidRequest, "Invalid Request: nothing was asked that this could answer", nullptr},
           *channel);
  }
}

void Dispatcher::take_batch(Incoming incoming, std::size_t bytes,
                            const std::shared_ptr<Channel>& channel) {
  const auto& messages = incoming.messages;
  const auto handshake = conversation_->handshake();
  if (!handshake || !features_of(handshake->version).batches) {
    return refuse({kInvalidRequest, "Invalid Request: batches exist in 2025-03-26 only", nullptr},
                  *channel);
  }
  if (messages.empty() || messages.size() > kMaxBatch ||
      std::any_of(messages.begin(), messages.end(), unfit_for_batch)) {
    return refuse({kInvalidRequest,
                   "Invalid Request: a batch holds 1 to " + std::to_string(kMaxBatch) +
                       " well-formed messages, without initialize and without modern _meta",
                   nullptr},
                  *channel);
  }
  const auto requests = std::count_if(messages.begin(), messages.end(), is_request);
  // Shared by the answers of this batch, which come from several threads.
  const auto batch = std::make_shared<BatchChannel>(channel, static_cast<std::size_t>(requests));
  const std::size_t share = bytes / messages.size() + 1;
  for (Message& message : incoming.messages) take_one(std::move(message), share, batch);
}

void Dispatcher::take_request(Request request, std::size_t bytes,
                              const std::shared_ptr<Channel>& channel) {
  if (headers_ != nullptr) {
    if (const auto wrong = check_version_header(*headers_, request)) {
      return answer_error(request.id, *wrong, *channel);
    }
  }
  auto envelope = read_envelope(request, *conversation_);
  if (const auto* wrong = std::get_if<RpcError>(&envelope)) {
    return answer_error(request.id, *wrong, *channel);
  }
  // What the headers call modern is never taken for a handshake.
  if (headers_ != nullptr && !claims_modern(request.params)) {
    RpcError unclaimed = invalid_params("_meta must name the protocol version, as the header does");
    unclaimed.refused = true;
    return answer_error(request.id, unclaimed, *channel);
  }
  start(std::move(request), bytes, std::move(*std::get_if<Envelope>(&envelope)), channel);
}

void Dispatcher::start(Request request, std::size_t bytes, Envelope envelope,
                       const std::shared_ptr<Channel>& channel) {
  const bool modern = features_of(envelope.version).modern;
  if (headers_ != nullptr && modern) {
    if (const auto wrong = check_standard_headers(*headers_, request)) {
      return answer_error(request.id, *wrong, *channel);
    }
  }
  auto lease = core_->quotas->request(conversation_->principal, bytes);
  if (!lease.ok()) return answer_error(request.id, to_rpc_error(lease.error()), *channel);
  const auto opened = conversation_->requests.open(request.id, bytes);
  if (const auto* refusal = std::get_if<RequestTable::Refusal>(&opened)) {
    lease->reset();
    return answer_error(request.id, to_error(*refusal), *channel);
  }
  Call call = make_call(request, std::move(envelope), *std::get_if<std::stop_token>(&opened));
  const auto job = std::make_shared<Job>(core_, conversation_, channel, std::move(call));
  job->reply.hold(*std::move(lease));
  if (request.method == "initialize" && !modern) {
    return job->reply.send(request.method, initialize(*core_, *conversation_, job->call.params));
  }
  begin(job, request.method);
}

Call Dispatcher::make_call(Request& request, Envelope envelope, const std::stop_token& stop) const {
  Call call;
  call.ctx = make_context(request.id);
  if (const Json* meta = find_member(request.params, "_meta")) {
    set_trace(call.ctx, string_member(*meta, "traceparent"), string_member(*meta, "tracestate"));
  }
  call.conversation = conversation_.get();
  call.ctx.client = std::move(envelope.client);
  call.ctx.stop = stop;
  call.version = envelope.version;
  call.id = std::move(request.id);
  call.params = std::move(request.params);
  call.progress_token = std::move(envelope.progress_token);
  call.capabilities = std::move(envelope.capabilities);
  call.log_level = envelope.log_level;
  return call;
}

void Dispatcher::begin(const std::shared_ptr<Job>& job, const std::string& name) const {
  const bool modern = features_of(job->call.version).modern;
  const Method* method = find_method(*core_, name, job->call.version);
  if (method == nullptr) {
    return job->reply.send("(unknown)", RpcError{kMethodNotFound, "Method not found", nullptr});
  }
  if (headers_ != nullptr && modern) {
    if (auto wrong = check_param_headers(*headers_, *core_, name, job->call.params)) {
      return job->reply.send(method->name, *std::move(wrong));
    }
  }
  if (auto wrong = take_round(*core_, method->name, job->call)) {
    return job->reply.send(method->name, *std::move(wrong));
  }
  execute(job, *method);
}

void Dispatcher::take_notification(const Notification& notification) {
  if (notification.method == "notifications/initialized") {
    return announce_changes(*core_, *conversation_);
  }
  if (notification.method != "notifications/cancelled") return;
  const Json* id = find_member(notification.params, "requestId");
  if (id != nullptr && is_request_id(*id)) conversation_->requests.cancel(*id);
}

Context Dispatcher::make_context(const Json& id) const {
  Context ctx;
  ctx.request_id = next_request_id();
  ctx.rpc_id = id_key(id).substr(0, kLoggedId);
  ctx.principal = conversation_->principal;
  ctx.deadline = core_->clock.steady() + core_->options.request_timeout;
  return ctx;
}

void Dispatcher::answer_error(const Json& id, const RpcError& error, Channel& channel) const {
  Outbound message;
  message.form = Outbound::Form::kError;
  message.id = id;
  // JSON-RPC asks for null; the schemas allow no null, and no absence either before 2025-11-25.
  const auto handshake = conversation_->handshake();
  message.omit_null_id = !handshake || handshake->version >= Version::k2025_11_25;
  message.payload = {{"code", error.code}, {"message", error.message}};
  message.echo = error.echo;
  channel.finish(core_->gate.clear(Context{}, std::move(message)), &error);
}

}  // namespace pmx::mcp
