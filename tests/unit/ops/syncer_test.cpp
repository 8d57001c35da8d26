#include "ops/syncer.h"

#include <algorithm>
#include <condition_variable>
#include <optional>

#include "tests/unit/ops/fake_pve.h"
#include "tests/unit/state/temporary.h"

using pmx::Clock;
using pmx::Context;
using pmx::SteadyTime;
using pmx::SystemTime;
using pmx::ops::Cluster;
using pmx::ops::Clusters;
using pmx::ops::Syncer;
using pmx::ops::test::Bench;
using pmx::state::testing::open_at;
using pmx::state::testing::TemporaryDirectory;

namespace {

using std::chrono::milliseconds;
constexpr std::chrono::seconds kPatience{20};

/// Time passes when the test says so: every wait is written down, and ends with pass() or a stop.
class HandClock final : public Clock {
 public:
  SystemTime now() const override { return SystemTime(std::chrono::hours(500'000)); }
  SteadyTime steady() const override { return SteadyTime(std::chrono::hours(1)); }
  bool wait(const std::stop_token& stop, milliseconds duration) override {
    std::unique_lock lock(mutex_);
    waits_.push_back(duration);
    changed_.notify_all();
    if (!changed_.wait(lock, stop, [this] { return passes_ > 0; })) return false;
    --passes_;
    return true;
  }

  /// Ends the wait that runs and waits for the next one: what was between them is done then.
  void pass() {
    std::unique_lock lock(mutex_);
    const std::size_t before = waits_.size();
    ++passes_;
    changed_.notify_all();
    REQUIRE(changed_.wait_for(lock, kPatience, [&] { return waits_.size() > before; }));
  }

  /// The waits so far; there is one at least.
  std::vector<milliseconds> waits() {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, kPatience, [this] { return !waits_.empty(); }));
    return waits_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<milliseconds> waits_;
  int passes_ = 0;
};

/// One PVE behind two clusters of the configuration.
struct Scene {
  explicit Scene(std::unique_ptr<pmx::state::Database> database = Bench::open_database())
      : bench(std::move(database)), clusters(both()) {}

  std::vector<std::unique_ptr<Cluster>> both() {
    std::vector<std::unique_ptr<Cluster>> made;
    for (const char* name : {"one", "two"}) {
      made.push_back(std::make_unique<Cluster>(
          name, name,
          pmx::ops::ClusterParts{bench.client, *bench.engine, bench.inventory, bench.clock}));
    }
    return made;
  }

  void start() {
    syncer.emplace(clusters, *bench.database, clock, milliseconds(7), milliseconds(60),
                   [this] { ++rounds; });
    static_cast<void>(clock.waits());
  }

  std::size_t looks() {
    const std::lock_guard lock(bench.pve.mutex);
    return static_cast<std::size_t>(
        std::count(bench.pve.calls.begin(), bench.pve.calls.end(), "GET /cluster/resources"));
  }

  Bench bench;
  HandClock clock;
  Clusters clusters;
  int rounds = 0;  ///< read while the syncer waits
  std::optional<Syncer> syncer;
};

}  // namespace

TEST_CASE("syncer: looks at every cluster after the delay, then each interval") {
  Scene scene;
  scene.start();
  CHECK(scene.looks() == 0);
  CHECK(scene.rounds == 0);
  scene.clock.pass();
  CHECK(scene.looks() == 2);
  CHECK(scene.rounds == 1);
  scene.clock.pass();
  CHECK(scene.looks() == 4);
  CHECK(scene.rounds == 2);
  CHECK(scene.clock.waits() ==
        std::vector<milliseconds>{milliseconds(7), milliseconds(60), milliseconds(60)});
}

TEST_CASE("syncer: a cluster that cannot be read keeps nobody from the others and the next round") {
  Scene scene;
  int failing = 1;  // the first of the clusters
  scene.bench.pve.on_the_way = [&failing](const Context&,
                                          const std::string& key) -> pmx::Result<void> {
    if (key != "GET /cluster/resources" || failing-- <= 0) return {};
    return pmx::Error{pmx::Code::kUnavailable, "no route", ""};
  };
  scene.start();
  scene.clock.pass();
  CHECK(scene.looks() == 2);
  CHECK(scene.rounds == 1);
  CHECK_FALSE(scene.bench.inventory.last_sync("one").value().has_value());
  CHECK(scene.bench.inventory.last_sync("two").value().has_value());
  scene.clock.pass();
  CHECK(scene.bench.inventory.last_sync("one").value().has_value());
}

TEST_CASE("syncer: only the process that leads looks; another takes over when it ends") {
  const TemporaryDirectory directory;
  auto leader = open_at(directory);
  REQUIRE(leader->try_lead());
  Scene scene(open_at(directory));
  scene.start();
  scene.clock.pass();
  CHECK(scene.looks() == 0);
  CHECK(scene.rounds == 0);
  leader.reset();
  scene.clock.pass();
  CHECK(scene.looks() == 2);
  CHECK(scene.rounds == 1);
  CHECK_FALSE(open_at(directory)->try_lead());
}

TEST_CASE("syncer: without a callback it looks all the same") {
  Scene scene;
  scene.syncer.emplace(scene.clusters, *scene.bench.database, scene.clock, milliseconds(7),
                       milliseconds(60));
  static_cast<void>(scene.clock.waits());
  scene.clock.pass();
  CHECK(scene.looks() == 2);
}

TEST_CASE("syncer: its end interrupts a wait, and a look that hangs") {
  Scene waiting;
  waiting.start();
  waiting.syncer.reset();
  CHECK(waiting.looks() == 0);

  Scene hanging;
  std::mutex mutex;
  std::condition_variable_any changed;
  bool reached = false;
  hanging.bench.pve.on_the_way = [&](const Context& ctx, const std::string&) -> pmx::Result<void> {
    std::unique_lock lock(mutex);
    reached = true;
    changed.notify_all();
    changed.wait(lock, ctx.stop, [] { return false; });
    return pmx::Error{pmx::Code::kCancelled, "stopped", ""};
  };
  hanging.syncer.emplace(hanging.clusters, *hanging.bench.database, hanging.bench.clock,
                         milliseconds(7), milliseconds(60));
  {
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, kPatience, [&] { return reached; }));
  }
  hanging.syncer.reset();
  CHECK_FALSE(hanging.bench.inventory.last_sync("one").value().has_value());
}
