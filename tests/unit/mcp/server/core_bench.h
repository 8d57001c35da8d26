// A core without a server around it, for handlers that are called directly.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "base/executor.h"
#include "mcp/server/call.h"
#include "mcp/server/conversation.h"
#include "mcp/server/core.h"
#include "tests/unit/mcp/fixture.h"

namespace pmx::mcp::test {

/// The catalogue of the fixture, changed by `extend`, and a conversation over a MemoryTransport.
class CoreBench {
 public:
  explicit CoreBench(const std::function<void(Catalogue&)>& extend = nullptr,
                     ServerOptions options = Harness::default_options())
      : catalogue(extended_catalogue(clock, extend)),
        core(std::make_shared<const Core>(std::move(options),
                                          Parts{catalogue, gate, observer, executor, clock})) {}

  /// A call of `version` with `params`, as the dispatcher hands it over.
  Call call(Json params = Json::object(), Version version = kModern) {
    Call made;
    made.conversation = conversation.get();
    made.version = version;
    made.id = 1;
    made.params = std::move(params);
    made.capabilities = std::make_shared<const Json>(Json::object());
    return made;
  }

  FakeClock clock;
  FakeGate gate;
  FakeObserver observer;
  Executor executor{1, 1};
  Catalogue catalogue;
  MemoryTransport transport;
  std::shared_ptr<const Core> core;
  std::shared_ptr<PipeChannel> channel = std::make_shared<PipeChannel>(transport);
  std::shared_ptr<Conversation> conversation =
      std::make_shared<Conversation>("local", channel, 1000);
};

}  // namespace pmx::mcp::test
