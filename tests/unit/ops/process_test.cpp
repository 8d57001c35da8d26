// Two clusters over one state directory stand for two processes that serve the same cluster.
#include <future>

#include "base/percent.h"
#include "ops/cluster.h"
#include "ops/guests.h"
#include "state/sqlite.h"
#include "tests/unit/ops/fake_pve.h"
#include "tests/unit/state/temporary.h"

using pmx::Code;
using pmx::Context;
using pmx::Error;
using pmx::Json;
using pmx::Result;
using pmx::ops::test::Bench;
using pmx::state::testing::open_at;
using pmx::state::testing::TemporaryDirectory;

namespace {

const std::string kUpid = "UPID:alpha:00001234:00005678:6AFDC000:qmstart:100:root@pam!mcp:";
const std::string kTask = "GET /nodes/alpha/tasks/" + pmx::percent_encode(kUpid);

/// Both have seen guest 100 stopped.
struct Processes {
  Processes() : one(open_at(directory)), two(open_at(directory)) {
    look(one);
    look(two);
    for (Bench* bench : {&one, &two}) {
      bench->pve.answers["GET /nodes/alpha/qemu/100/status/current"] = Json{{"status", "stopped"}};
      bench->pve.answers["POST /nodes/alpha/qemu/100/status/start"] = kUpid;
      set_task(*bench, Json{{"upid", kUpid}, {"status", "running"}});
    }
  }

  /// What the process shows of guest 100 after a new look.
  static pmx::proxmox::Guest look(Bench& bench) {
    const auto snapshot = bench.cluster->refresh(Context{});
    REQUIRE(snapshot.ok());
    return (*snapshot)->resources.guests.front();
  }
  static std::string shown(Bench& bench) { return look(bench).status; }

  static void set_list(Bench& bench, const char* status) {
    bench.pve.answers["GET /cluster/resources"][2]["status"] = status;
  }
  static void set_task(Bench& bench, const Json& status) {
    bench.pve.answers[kTask + "/status"] = status;
  }

  auto start(const Context& ctx, const pmx::ops::StartEvents& events = {}) {
    return pmx::ops::start_guest(ctx, *one.cluster, look(one), events);
  }

  /// "status cause" of each event, oldest first.
  std::vector<std::string> events() {
    std::vector<std::string> lines;
    const auto events = two.inventory.events({});
    REQUIRE(events.ok());
    for (const auto& event : *events)
      lines.insert(lines.begin(), event.new_value.get<std::string>() + " " + event.cause);
    return lines;
  }

  TemporaryDirectory directory;
  Bench one;
  Bench two;
};

}  // namespace

TEST_CASE("processes: a look of one leaves the running change of the other alone and shows it so") {
  Processes both;
  const auto hold = both.one.cluster->hold(both.look(both.one));
  both.set_list(both.two, "running");
  CHECK(both.shown(both.two) == "stopped");
  CHECK(both.events().empty());
  both.one.cluster->observed(both.look(both.one), "running", kUpid);
  both.one.cluster->release(hold);
  both.set_list(both.two, "stopped");  // the lists lag
  CHECK(both.shown(both.two) == "running");
  CHECK(both.shown(both.one) == "running");
  CHECK(both.events() == std::vector<std::string>{"running " + kUpid});
}

TEST_CASE("processes: a slow look that another process overtook does not undo it") {
  Processes both;
  both.one.pve.on_the_way = [&](const Context&, const std::string& key) -> Result<void> {
    both.one.clock.elapsed += std::chrono::seconds(3);
    if (key != "GET /cluster/resources") return {};
    both.two.clock.elapsed += std::chrono::seconds(1);
    both.set_list(both.two, "running");
    CHECK(both.shown(both.two) == "running");
    return {};
  };
  const auto asked = both.one.clock.now();
  const auto slow = both.one.cluster->refresh(Context{});
  REQUIRE(slow.ok());
  CHECK((*slow)->time == asked);
  CHECK(both.events() == std::vector<std::string>{"running "});
}

TEST_CASE("start_guest: a change whose task is not waited for keeps its cause") {
  Processes both;
  std::stop_source stop;
  Context ctx;
  pmx::ops::StartEvents events;
  Code code{};
  SUBCASE("because the time is over") {
    ctx.deadline = both.one.clock.steady() + std::chrono::seconds(5);
    code = Code::kDeadlineExceeded;
  }
  SUBCASE("because the caller cancelled") {
    ctx.stop = stop.get_token();
    events.on_task = [&stop](const std::string&) { stop.request_stop(); };
    code = Code::kCancelled;
  }
  SUBCASE("because the node cannot be asked any more") {
    both.one.pve.failures[kTask + "/status"] = {403, "Permission check failed"};
    code = Code::kPermissionDenied;
  }
  const auto outcome = both.start(ctx, events);
  REQUIRE_FALSE(outcome.ok());
  CHECK(outcome.error().code == code);
  CHECK(both.shown(both.two) == "stopped");
  both.set_list(both.two, "running");
  CHECK(both.shown(both.two) == "running");
  both.set_list(both.one, "running");
  CHECK(both.shown(both.one) == "running");
  CHECK(both.events() == std::vector<std::string>{"running " + kUpid});
}

TEST_CASE("start_guest: a change that succeeded and could not be read back keeps its cause") {
  Processes both;
  both.set_task(both.one, Json{{"upid", kUpid}, {"status", "stopped"}, {"exitstatus", "OK"}});
  pmx::ops::StartEvents events;
  events.on_task = [&both](const std::string&) {
    both.one.pve.failures["GET /nodes/alpha/qemu/100/status/current"] = {595, "No route to host"};
  };
  const auto outcome = both.start(Context{}, events);
  REQUIRE(outcome.ok());
  CHECK(outcome->status == "unknown");
  both.set_list(both.two, "running");
  CHECK(both.shown(both.two) == "running");
  CHECK(both.events() == std::vector<std::string>{"running " + kUpid});
}

TEST_CASE("start_guest: a task that failed explains nothing that comes later") {
  Processes both;
  both.set_task(both.one,
                Json{{"upid", kUpid}, {"status", "stopped"}, {"exitstatus", "start failed"}});
  const auto outcome = both.start(Context{});
  REQUIRE_FALSE(outcome.ok());
  CHECK(outcome.error().code == Code::kFailedPrecondition);
  both.set_list(both.two, "running");
  CHECK(both.shown(both.two) == "running");
  CHECK(both.events() == std::vector<std::string>{"running "});
}

TEST_CASE("start_guest: waits, reads back and records once, whoever looks meanwhile") {
  Processes both;
  pmx::ops::StartEvents events;
  events.on_task = [&both](const std::string&) {
    both.set_list(both.two, "running");
    CHECK(both.shown(both.two) == "stopped");
    both.set_task(both.one, Json{{"upid", kUpid}, {"status", "stopped"}, {"exitstatus", "OK"}});
    both.one.pve.answers["GET /nodes/alpha/qemu/100/status/current"] = Json{{"status", "running"}};
  };
  const auto outcome = both.start(Context{}, events);
  REQUIRE(outcome.ok());
  CHECK(outcome->status == "running");
  CHECK(both.shown(both.one) == "running");  // its list still says stopped
  CHECK(both.shown(both.two) == "running");
  CHECK(both.events() == std::vector<std::string>{"running " + kUpid});
}

TEST_CASE("cluster: answers and changes go on when nothing can be remembered") {
  Processes both;
  {
    auto& db = both.one.database->db();
    const auto lock = db.lock();
    REQUIRE(db.execute("DROP TABLE hold; DROP TABLE object").ok());
  }
  both.set_task(both.one, Json{{"upid", kUpid}, {"status", "stopped"}, {"exitstatus", "OK"}});
  both.one.pve.answers["GET /cluster/resources"][3] = Json{
      {"id", "qemu/101"}, {"type", "qemu"}, {"vmid", 101}, {"node", "beta"}, {"status", "unknown"}};
  const auto outcome = both.start(Context{});
  REQUIRE(outcome.ok());
  CHECK(outcome->exitstatus == "OK");
  CHECK(both.shown(both.two) == "stopped");
}

namespace {

/// Lets the first call wait on its way until it is let go or its context stops.
struct Obstacle {
  explicit Obstacle(pmx::ops::test::FakePve& pve) {
    pve.on_the_way = [this](const Context& ctx, const std::string&) -> Result<void> {
      std::unique_lock lock(mutex);
      if (met) return {};
      met = true;
      reached.set_value();
      if (signal.wait(lock, ctx.stop, [this] { return open; })) return {};
      return Error{Code::kCancelled, "the call was cancelled", ""};
    };
  }
  void let_go() {
    const std::lock_guard lock(mutex);
    open = true;
    signal.notify_all();
  }

  std::promise<void> reached;

 private:
  std::mutex mutex;
  std::condition_variable_any signal;
  bool met = false;
  bool open = false;
};

}  // namespace

TEST_CASE("cluster: who waits for another caller's look ends with its own context") {
  Bench bench;
  Obstacle obstacle(bench.pve);
  auto first = std::async(std::launch::async, [&] { return bench.cluster->refresh(Context{}); });
  obstacle.reached.get_future().wait();
  std::stop_source stop;
  Context stoppable;
  stoppable.stop = stop.get_token();
  auto waiting = std::async(std::launch::async, [&] { return bench.cluster->snapshot(stoppable); });
  stop.request_stop();
  CHECK(waiting.get().error().code == Code::kCancelled);
  CHECK(bench.cluster->refresh(stoppable).error().code == Code::kCancelled);
  Context late;
  late.deadline = std::chrono::steady_clock::now();
  CHECK(bench.cluster->snapshot(late).error().code == Code::kDeadlineExceeded);
  CHECK(bench.cluster->refresh(late).error().code == Code::kDeadlineExceeded);
  auto patient = std::async(std::launch::async, [&] { return bench.cluster->snapshot(Context{}); });
  obstacle.let_go();
  CHECK(first.get().ok());
  CHECK(patient.get().ok());
}

TEST_CASE("cluster: a caller that gives up leaves those who wait a look of their own") {
  Bench bench;
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  bench.clock.elapsed += std::chrono::seconds(6);
  Obstacle obstacle(bench.pve);
  std::stop_source stop;
  Context hasty;
  hasty.stop = stop.get_token();
  auto first = std::async(std::launch::async, [&] { return bench.cluster->snapshot(hasty); });
  obstacle.reached.get_future().wait();
  {
    const std::lock_guard lock(bench.pve.mutex);
    bench.pve.answers["GET /cluster/resources"][2]["status"] = "running";
  }
  auto patient = std::async(std::launch::async, [&] { return bench.cluster->snapshot(Context{}); });
  stop.request_stop();
  CHECK(first.get().error().code == Code::kCancelled);
  const auto snapshot = patient.get();
  REQUIRE(snapshot.ok());
  CHECK((*snapshot)->resources.guests.front().status == "running");
}

TEST_CASE("cluster: a look that was under way when a change of ours ended is not kept") {
  Bench bench;
  const auto before = bench.cluster->refresh(Context{});
  REQUIRE(before.ok());
  const auto guest = (*before)->resources.guests.front();
  const auto hold = bench.cluster->hold(guest);
  bench.pve.on_the_way = [&](const Context&, const std::string& key) -> Result<void> {
    if (key != "GET /cluster/status" || bench.pve.calls.size() > 4) return {};
    bench.cluster->observed(guest, "running", kUpid);
    bench.cluster->release(hold);
    return {};
  };
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  const auto calls = bench.pve.calls.size();
  const auto after = bench.cluster->snapshot(Context{});
  REQUIRE(after.ok());
  CHECK(bench.pve.calls.size() == calls + 2);
  CHECK((*after)->resources.guests.front().status == "running");
}
