#include "mcp/server/server.h"

#include <utility>

#include "base/log.h"
#include "mcp/server/connection.h"
#include "mcp/server/core.h"
#include "mcp/server/error_map.h"
#include "mcp/server/session.h"

namespace pmx::mcp {
namespace {

/// What cancelled handlers get to return in.
constexpr std::chrono::milliseconds kLastWait{40};

void read_all(Transport& transport, Session& session) {
  while (true) {
    auto line = transport.read();
    if (line.ok() && !line->has_value()) return;
    if (line.ok()) {
      session.receive(**line);
    } else if (line.error().code == Code::kResourceExhausted) {
      session.refuse({kInvalidRequest, "Invalid Request: " + error_text(line.error()), nullptr});
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

  bool serve(Transport& transport) {
    auto connection = std::make_shared<Connection>(
        transport, core_->options.max_in_flight_bytes);  // shared with running requests
    Session session(core_, connection);
    read_all(transport, session);
    bool idle = connection->requests.wait_idle(core_->options.exit_grace);
    if (!idle) {
      connection->requests.stop_all();
      idle = connection->requests.wait_idle(kLastWait);
    }
    connection->close();
    return idle;
  }

 private:
  const std::shared_ptr<const Core> core_;  // shared with handlers that outlive the server
};

Server::Server(ServerOptions options, const Catalogue& catalogue, Gate& gate,
               CallObserver& observer, Executor& executor, Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options),
                                   Parts{catalogue, gate, observer, executor, clock})) {}

Server::~Server() = default;

bool Server::serve(Transport& transport) { return impl_->serve(transport); }

}  // namespace pmx::mcp
