#include "mcp/server/server.h"

#include <utility>

#include "base/log.h"
#include "mcp/server/conversation.h"
#include "mcp/server/core.h"
#include "mcp/server/dispatcher.h"
#include "mcp/server/error_map.h"
#include "mcp/server/task_work.h"

namespace pmx::mcp {
namespace {

/// What cancelled handlers get to return in.
constexpr std::chrono::milliseconds kLastWait{40};
/// What the results of open subscriptions get to leave in.
constexpr std::chrono::milliseconds kEventWait{20};

/// Ends the subscriptions of a conversation; false when its client takes no more.
bool end_subscriptions(const Core& core, const Conversation& conversation) {
  Events* events = core.catalogue.events;
  if (events == nullptr) return true;
  events->close_all(&conversation);
  return events->settle(kEventWait);
}

void read_all(Transport& transport, Dispatcher& dispatcher,
              const std::shared_ptr<Channel>& channel) {
  while (true) {
    auto line = transport.read();
    if (line.ok() && !line->has_value()) return;
    if (line.ok()) {
      dispatcher.receive(**line, channel);
    } else if (line.error().code == Code::kResourceExhausted) {
      dispatcher.refuse({kInvalidRequest, "Invalid Request: " + error_text(line.error()), nullptr},
                        *channel);
    } else {
      log::error(Context{}, "transport.read", {{"why", line.error().message}});
      return;
    }
  }
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, const Parts& parts)
      : core_(std::make_shared<const Core>(std::move(options), parts)) {}

  ~Impl() { stop_tasks(); }

  [[nodiscard]] const std::shared_ptr<const Core>& core() const { return core_; }

  bool serve(Transport& transport) {
    // Both are shared with running requests.
    const auto channel = std::make_shared<PipeChannel>(transport, &core_->executor);
    const auto conversation =
        std::make_shared<Conversation>("local", channel, core_->options.max_in_flight_bytes);
    Dispatcher dispatcher(core_, conversation);
    read_all(transport, dispatcher, channel);
    conversation->questions.close();
    bool idle = conversation->requests.wait_idle(core_->options.exit_grace);
    bool quiet = end_subscriptions(*core_, *conversation);
    if (!idle) {
      conversation->requests.stop_all();
      idle = conversation->requests.wait_idle(kLastWait);
      quiet = end_subscriptions(*core_, *conversation);  // what was opened meanwhile
    }
    idle = channel->wait_written(kLastWait) && idle;
    channel->close();
    return stop_tasks() && idle && quiet;
  }

  bool stop_tasks() { return core_->tasks->close(core_->options.exit_grace); }

 private:
  const std::shared_ptr<const Core> core_;  // shared with handlers that outlive the server
};

Server::Server(ServerOptions options, const Catalogue& catalogue, Gate& gate,
               CallObserver& observer, Executor& executor, Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options),
                                   Parts{catalogue, gate, observer, executor, clock})) {}

Server::~Server() = default;

bool Server::serve(Transport& transport) { return impl_->serve(transport); }

std::size_t Server::resume_tasks(const std::function<bool(std::string_view principal)>& serves) {
  return mcp::resume_tasks(
      *impl_->core(), [&serves](const TaskRow& row) { return !serves || serves(row.principal); });
}

void Server::look_around() {
  const Core& core = *impl_->core();
  core.deadlines->run(core.clock.steady());
  core.tasks->look();
  if (core.tells_of_tasks() && core.tasks->changed_elsewhere())
    core.catalogue.events->tasks_changed();
}

bool Server::stop_tasks() { return impl_->stop_tasks(); }

const std::shared_ptr<const Core>& Server::core() const { return impl_->core(); }

}  // namespace pmx::mcp
