#include "mcp/server/session.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/log.h"
#include "mcp/server/era.h"
#include "mcp/server/execution.h"

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

/// Unique in the process, so that two connections never share a request id in the log.
std::string next_request_id() {
  static std::atomic<std::uint64_t> counter{0};
  return "r" + std::to_string(++counter);
}

}  // namespace

Session::Session(std::shared_ptr<const Core> core, std::shared_ptr<Connection> connection)
    : core_(std::move(core)), connection_(std::move(connection)) {}

void Session::receive(std::string_view line) {
  Incoming incoming = parse_message(line);
  if (incoming.batch) return take_batch(std::move(incoming));
  for (Message& message : incoming.messages) take(std::move(message), direct());
}

void Session::refuse(const RpcError& error) { connection_->send(clear_error(nullptr, error)); }

void Session::take(Message message, const Deliver& deliver) {
  if (auto* request = std::get_if<Request>(&message)) {
    take_request(std::move(*request), deliver);
  } else if (const auto* notification = std::get_if<Notification>(&message)) {
    take_notification(*notification);
  } else if (const auto* malformed = std::get_if<Malformed>(&message)) {
    log::info(Context{}, "rpc.malformed", {{"code", std::to_string(malformed->error.code)}});
    deliver(clear_error(malformed->id, malformed->error));
  }
  // A Response answers nothing: this server asks its clients nothing.
}

void Session::take_batch(Incoming incoming) {
  const auto& messages = incoming.messages;
  if (!legacy_.version || !features_of(*legacy_.version).batches) {
    return refuse({kInvalidRequest, "Invalid Request: batches exist in 2025-03-26 only", nullptr});
  }
  if (messages.empty() || messages.size() > kMaxBatch ||
      std::any_of(messages.begin(), messages.end(), unfit_for_batch)) {
    return refuse({kInvalidRequest,
                   "Invalid Request: a batch holds 1 to " + std::to_string(kMaxBatch) +
                       " well-formed messages, without initialize and without modern _meta",
                   nullptr});
  }
  const auto requests = std::count_if(messages.begin(), messages.end(), is_request);
  // Shared by the answers of this batch, which come from several threads.
  auto batch = std::make_shared<Batch>(connection_, static_cast<std::size_t>(requests));
  const Deliver deliver = [batch](std::optional<Cleared> answer) { batch->add(std::move(answer)); };
  for (Message& message : incoming.messages) take(std::move(message), deliver);
}

void Session::take_request(Request request, const Deliver& deliver) {
  auto envelope = read_envelope(request, legacy_);
  if (const auto* wrong = std::get_if<RpcError>(&envelope)) {
    return deliver(clear_error(request.id, *wrong));
  }
  const auto stop = connection_->requests.open(request.id);
  if (!stop) {
    return deliver(clear_error(
        request.id, {kInvalidRequest, "Invalid Request: this id is in use already", nullptr}));
  }
  const auto& [version, client, token] = *std::get_if<Envelope>(&envelope);
  Context ctx = make_context(request.id);
  ctx.client = client;
  ctx.stop = *stop;
  Job job{core_, connection_,
          Call{std::move(ctx), version, std::move(request.id), std::move(request.params), token},
          deliver};
  const SteadyTime now = core_->clock.steady();
  if (request.method == "initialize" && !features_of(version).modern) {
    return conclude(job, request.method, now, legacy_.initialize(*core_, job.call.params));
  }
  const Method* method = find_method(*core_, request.method, version);
  if (method == nullptr) {
    return conclude(job, "(unknown)", now, RpcError{kMethodNotFound, "Method not found", nullptr});
  }
  execute(std::move(job), *method);
}

void Session::take_notification(const Notification& notification) {
  if (notification.method != "notifications/cancelled") return;
  const Json* id = find_member(notification.params, "requestId");
  if (id != nullptr && is_request_id(*id)) connection_->requests.cancel(*id);
}

Context Session::make_context(const Json& id) {
  Context ctx;
  ctx.request_id = next_request_id();
  ctx.rpc_id = id_key(id).substr(0, kLoggedId);
  ctx.deadline = core_->clock.steady() + core_->options.request_timeout;
  return ctx;
}

Deliver Session::direct() const {
  return [connection = connection_](const std::optional<Cleared>& answer) {
    connection->send(answer);
  };
}

std::optional<Cleared> Session::clear_error(const Json& id, const RpcError& error) const {
  Outbound message;
  message.form = Outbound::Form::kError;
  message.id = id;
  // JSON-RPC asks for null; the schemas allow no null, and no absence either before 2025-11-25.
  message.omit_null_id = !legacy_.version || *legacy_.version >= Version::k2025_11_25;
  message.payload = {{"code", error.code}, {"message", error.message}};
  message.echo = error.echo;
  return core_->gate.clear(Context{}, message);
}

}  // namespace pmx::mcp
