#include "mcp/server/subscriptions.h"

#include <functional>
#include <utility>
#include <variant>

#include "base/log.h"
#include "mcp/server/error_map.h"
#include "mcp/server/execution.h"
#include "mcp/server/handlers.h"
#include "mcp/server/observed.h"
#include "mcp/server/resource_match.h"
#include "mcp/server/task_wire.h"
#include "mcp/server/task_work.h"

namespace pmx::mcp {
namespace {

constexpr std::string_view kListen = "subscriptions/listen";
constexpr const char* kUpdated = "notifications/resources/updated";
constexpr const char* kSubscriptionId = "io.modelcontextprotocol/subscriptionId";

const char* method_of(ChangedList list) {
  switch (list) {
    case ChangedList::kTools: return "notifications/tools/list_changed";
    case ChangedList::kPrompts: return "notifications/prompts/list_changed";
    case ChangedList::kResources: return "notifications/resources/list_changed";
  }
  std::abort();
}

/// `own`: the client's own words and ids, which pass as they are.
Outbound notification(const char* method, Json own) {
  Outbound message;
  message.form = Outbound::Form::kNotification;
  message.method = method;
  message.verbatim = std::move(own);
  message.payload = Json::object();
  return message;
}

/// An open subscriptions/listen. Lives as long as the hub holds it, and its request with it.
class ListenReceiver final : public Receiver {
 public:
  ListenReceiver(std::shared_ptr<Job> job, Json honoured)
      : job_(std::move(job)), honoured_(std::move(honoured)) {}

  /// The client's cancellation closes the subscription; at once when it came already.
  void end_with_client(Events& events, Events::Ticket ticket) {
    cancelled_.emplace(job_->call.ctx.stop, [&events, ticket] { events.close(ticket); });
  }

  void opened() override {
    send("notifications/subscriptions/acknowledged", {{"notifications", std::move(honoured_)}});
  }
  void changed(ChangedList list) override { send(method_of(list), Json::object()); }
  void updated(const std::string& word) override { send(kUpdated, {{"uri", word}}); }

  /// The whole task, as tasks/get shows it; nothing when that is what was sent last.
  bool task_changed(const std::string& id) override {
    const bool goes_on = tell(id);
    if (!goes_on) told_.erase(id);
    return goes_on;
  }

  void ended(bool /*graceful*/) override {
    Answer answer(Json{{"resultType", "complete"}});
    Json meta = own_meta();
    meta["io.modelcontextprotocol/serverInfo"] = job_->core->server_info(job_->call.version);
    answer.verbatim = {{"_meta", std::move(meta)}};
    job_->reply.send(kListen, answer);  // says nothing to a client that cancelled
  }

 private:
  bool tell(const std::string& id) {
    const Call& call = job_->call;
    const auto row = find_task(*job_->core, call.ctx, id);
    if (!row.ok()) return row.error().code != Code::kNotFound;
    Json own = Json::object();
    Json task = detailed_task(*job_->core, call.ctx, *row, own);
    if (Json& last = told_[id]; last != task) {
      last = task;
      send("notifications/tasks", std::move(own), std::move(task));
    }
    return !row->over();
  }

  [[nodiscard]] Json own_meta() const { return {{kSubscriptionId, job_->call.id}}; }

  void send(const char* method, Json own, Json payload = Json::object()) {
    if (job_->call.ctx.stop.stop_requested()) return;
    own["_meta"] = own_meta();
    Outbound message = notification(method, std::move(own));
    message.payload = std::move(payload);
    job_->channel->send(job_->core->gate.clear(job_->call.ctx, std::move(message)));
  }

  const std::shared_ptr<Job> job_;  // shared with whoever opened the subscription
  Json honoured_;
  std::map<std::string, Json> told_;  // tasks that have not ended, as they were sent last
  std::optional<std::stop_callback<std::function<void()>>> cancelled_;
};

/// Everything for one client of the versions before.
class StandingReceiver final : public Receiver {
 public:
  StandingReceiver(std::shared_ptr<const Core> core, const Conversation& conversation)
      : core_(std::move(core)),
        principal_(conversation.principal),
        channel_(conversation.standing) {}

  void changed(ChangedList list) override { send(notification(method_of(list), nullptr)); }
  void updated(const std::string& word) override { send(notification(kUpdated, {{"uri", word}})); }

  /// The status alone: a client of this version that wants more asks for it.
  bool task_changed(const std::string& id) override {
    const bool goes_on = tell(id);
    if (!goes_on) told_.erase(id);
    return goes_on;
  }

 private:
  bool tell(const std::string& id) {
    const auto row = core_->tasks->store().find(id);
    if (!row.ok()) return row.error().code != Code::kNotFound;
    if (row->principal != principal_) return false;
    TaskStatus& told = told_.try_emplace(id, TaskStatus::kWorking).first->second;
    if (std::exchange(told, row->status) != row->status) {
      Json own = Json::object();
      Json task = plain_task(*row, Version::k2025_11_25, own);
      Outbound message = notification("notifications/tasks/status", std::move(own));
      message.payload = std::move(task);
      send(message);
    }
    return !row->over();
  }

  void send(Outbound message) { channel_->send(core_->gate.clear(Context{}, std::move(message))); }

  const std::shared_ptr<const Core> core_;  // shared: subscriptions may outlive a server's run
  const std::string principal_;
  const std::shared_ptr<Channel> channel_;  // shared: a conversation's standing channel
  std::map<std::string, TaskStatus> told_;  // tasks that have not ended
};

Result<Events::Ticket> open_unsolicited(const Core& core, Conversation& conversation) {
  return conversation.unsolicited.open(
      *core.catalogue.events, &conversation,
      std::make_shared<StandingReceiver>(core.shared_from_this(), conversation), core.publishes());
}

/// The real URI behind the client's word for a resource, or why there is none.
std::variant<std::string, RpcError> locate(const Core& core, const Call& call,
                                           const std::string& word) {
  const ResourceMatch match = match_resource(core, word);
  if (match.found == nullptr) return resource_not_found(word, "", call.version);
  const ResourceLocator& locator = match.found->resource->locate;
  if (!locator) {
    return RpcError{kInvalidParams,
                    "this kind of resource sends no updates; read it when you need it",
                    {{"uri", word}}};
  }
  Context ctx = call.ctx;
  ctx.tool = match.name();
  auto uri = walled(ctx, [&]() -> Result<std::string> {
    PMX_TRY(const UriVariables real, admit_variables(core, ctx, match));
    const Json arguments(real);
    return observe(core, ctx, Observed{ctx.tool, arguments, false}, [&](CallOutcome& outcome) {
      outcome.note = "subscribed";
      return locator(ctx, real);
    });
  });
  if (uri.ok()) return *std::move(uri);
  const Code code = uri.error().code;
  if (code == Code::kNotFound || code == Code::kInvalidArgument) {
    return resource_not_found(word, error_text(uri.error()), call.version);
  }
  return to_rpc_error(uri.error());
}

/// What a listen request asks for, and what of it we honour.
struct Filter {
  Topics wants;
  Json honoured = Json::object();
  Events::Watches watches;
  std::set<std::string> tasks;
};

std::optional<RpcError> read_flag(const Json& asked, const char* name, bool published, bool& wanted,
                                  Json& honoured) {
  const Json* flag = find_member(asked, name);
  if (flag == nullptr) return std::nullopt;
  if (!flag->is_boolean()) {
    return invalid_params(std::string("notifications/") + name + " must be true or false");
  }
  wanted = published && flag->get<bool>();
  if (wanted) honoured[name] = true;
  return std::nullopt;
}

std::optional<RpcError> read_resources(const Core& core, const Call& call, const Json& asked,
                                       Filter& filter) {
  const Json* words = find_member(asked, "resourceSubscriptions");
  if (words == nullptr) return std::nullopt;
  if (!words->is_array()) {
    return invalid_params("notifications/resourceSubscriptions must be an array of URIs");
  }
  if (!core.publishes().updates) return std::nullopt;  // not honoured
  if (words->size() > core.catalogue.events->limits().resources_of_one) {
    return invalid_params("too many resourceSubscriptions; at most " +
                          std::to_string(core.catalogue.events->limits().resources_of_one));
  }
  Json honoured = Json::array();
  for (const Json& word : *words) {
    const auto* text = word.get_ptr<const std::string*>();
    if (text == nullptr || text->empty()) {
      return invalid_params("notifications/resourceSubscriptions must hold URIs, strings");
    }
    auto uri = locate(core, call, *text);
    if (auto* wrong = std::get_if<RpcError>(&uri)) return std::move(*wrong);
    if (!filter.watches.emplace(*text, *std::get_if<std::string>(&uri)).second) continue;
    honoured.push_back(*text);
  }
  filter.wants.updates = true;
  filter.honoured["resourceSubscriptions"] = std::move(honoured);
  return std::nullopt;
}

/// Tasks that there are not, or not for this caller, are left out without a word.
std::optional<RpcError> read_tasks(const Core& core, const Call& call, const Json& asked,
                                   Filter& filter) {
  const Json* ids = find_member(asked, "taskIds");
  if (ids == nullptr || !core.tells_of_tasks()) return std::nullopt;
  if (auto refused = refuse_undeclared(call)) return refused;
  if (!ids->is_array()) return invalid_params("notifications/taskIds must be an array of task ids");
  const std::size_t most = core.catalogue.events->limits().resources_of_one;
  if (ids->size() > most) {
    return invalid_params("too many taskIds; at most " + std::to_string(most));
  }
  Json honoured = Json::array();
  for (const Json& id : *ids) {
    const auto* text = id.get_ptr<const std::string*>();
    if (text == nullptr) return invalid_params("notifications/taskIds must hold strings");
    const auto row = find_task(core, call.ctx, *text);
    if (!row.ok() && row.error().code != Code::kNotFound) return to_rpc_error(row.error());
    if (row.ok() && filter.tasks.insert(*text).second) honoured.push_back(*text);
  }
  filter.honoured["taskIds"] = std::move(honoured);
  return std::nullopt;
}

std::optional<RpcError> read_filter(const Core& core, const Call& call, Filter& filter) {
  const Json* asked = find_member(call.params, "notifications");
  if (asked == nullptr || !asked->is_object()) {
    return invalid_params("subscriptions/listen needs notifications, an object");
  }
  const Topics topics = core.publishes();
  Topics& wants = filter.wants;
  Json& honoured = filter.honoured;
  if (auto wrong = read_flag(*asked, "toolsListChanged", topics.tools, wants.tools, honoured)) {
    return wrong;
  }
  if (auto wrong =
          read_flag(*asked, "promptsListChanged", topics.prompts, wants.prompts, honoured)) {
    return wrong;
  }
  if (auto wrong =
          read_flag(*asked, "resourcesListChanged", topics.resources, wants.resources, honoured)) {
    return wrong;
  }
  if (auto wrong = read_resources(core, call, *asked, filter)) return wrong;
  return read_tasks(core, call, *asked, filter);
}

void open_listen(const std::shared_ptr<Job>& job, const Filter& filter) {
  Events& events = *job->core->catalogue.events;
  auto lease = job->core->quotas->stream(job->conversation->principal);
  if (!lease.ok()) return job->reply.send(kListen, to_rpc_error(lease.error()));
  job->reply.hold(*std::move(lease));
  const auto receiver = std::make_shared<ListenReceiver>(job, filter.honoured);
  const auto ticket =
      events.open(job->conversation.get(), receiver, filter.wants, filter.watches, filter.tasks);
  if (!ticket.ok()) return job->reply.send(kListen, to_rpc_error(ticket.error()));
  receiver->end_with_client(events, *ticket);
}

}  // namespace

Answer listen(const Core& core, const Call& call) {
  Filter filter;
  if (auto wrong = read_filter(core, call, filter)) return *std::move(wrong);
  return Answer::later_by(
      [filter = std::move(filter)](const std::shared_ptr<Job>& job) { open_listen(job, filter); });
}

Answer subscribe(const Core& core, const Call& call) {
  const std::string word(string_member(call.params, "uri"));
  if (word.empty()) return invalid_params("resources/subscribe needs uri, a string");
  auto uri = locate(core, call, word);
  if (auto* wrong = std::get_if<RpcError>(&uri)) return std::move(*wrong);
  const auto ticket = open_unsolicited(core, *call.conversation);
  if (!ticket.ok()) return to_rpc_error(ticket.error());
  const auto watched = core.catalogue.events->watch(*ticket, word, *std::get_if<std::string>(&uri));
  if (!watched.ok()) return to_rpc_error(watched.error());
  return Json::object();
}

Answer unsubscribe(const Core&, const Call& call) {
  const std::string word(string_member(call.params, "uri"));
  if (word.empty()) return invalid_params("resources/unsubscribe needs uri, a string");
  call.conversation->unsolicited.unwatch(word);
  return Json::object();
}

void announce_changes(const Core& core, Conversation& conversation) {
  if (!core.publishes().any() || !conversation.handshake()) return;
  const auto opened = open_unsolicited(core, conversation);
  if (opened.ok()) return;
  log::warn(Context{}, "events.unsubscribed", {{"why", opened.error().message}});
}

void announce_task(const Core& core, const Call& call, const std::string& id) {
  const Features& features = features_of(call.version);
  if (features.modern || !features.tasks || !core.tells_of_tasks()) return;
  const auto opened = open_unsolicited(core, *call.conversation);
  const auto watched =
      opened.ok() ? core.catalogue.events->watch_task(*opened, id) : Result<void>(opened.error());
  if (!watched.ok()) log::info(call.ctx, "task.unwatched", {{"why", watched.error().message}});
}

}  // namespace pmx::mcp
