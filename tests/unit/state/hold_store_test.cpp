#include "state/hold_store.h"

#include "state/inventory_store.h"
#include "tests/unit/state/temporary.h"

namespace pmx::state {
namespace {

using testing::need;
using testing::open_at;
using testing::TemporaryDirectory;

class SetClock final : public Clock {
 public:
  SystemTime now() const override { return SystemTime(elapsed); }
  SteadyTime steady() const override { return SteadyTime(elapsed); }
  bool wait(const std::stop_token& stop, std::chrono::milliseconds duration) override {
    elapsed += duration;
    return !stop.stop_requested();
  }
  std::chrono::milliseconds elapsed{std::chrono::hours(1000)};
};

/// One opening of the shared state directory, as a process has it.
struct Process {
  Process(const TemporaryDirectory& directory, Clock& clock)
      : clock_(clock), database(open_at(directory)), store(*database, clock) {}

  Recorded look(const char* status, SystemTime asked) {
    return need(store.record("lab", {"guest"},
                             {{"guest", "101", {{"status", status}, {"name", "web"}}}}, asked));
  }
  Recorded look(const char* status) { return look(status, clock_.now()); }

  HoldId hold(const char* status = "stopped") {
    return need(store.holds().begin("lab", guest(status)));
  }
  HoldId hold_expecting(const char* status, const char* cause) {
    const HoldId id = hold();
    need(store.holds().expect(id, {{"status", status}}, cause));
    return id;
  }
  std::size_t read_live(const char* status, const char* cause) {
    return need(store.record_one("lab", guest(status), clock_.now(), cause)).size();
  }
  std::string stored() {
    return std::string(string_member(need(store.objects("lab", "guest"))[0].fields, "status"));
  }
  std::vector<Event> events() { return need(store.events({})); }

  static Object guest(const char* status) { return {"guest", "101", {{"status", status}}}; }

 private:
  Clock& clock_;

 public:
  std::unique_ptr<Database> database;
  InventoryStore store;
};

/// Two processes on one state directory; guest 101 of cluster lab is known to be stopped.
struct Bench {
  Bench() : ours(directory, clock), other(directory, clock) { ours.look("stopped"); }

  TemporaryDirectory directory;
  SetClock clock;
  Process ours;
  Process other;
};

TEST_CASE("a field that our change holds is left alone by the look of another process") {
  Bench bench;
  bench.ours.hold();
  const auto recorded = bench.other.look("running");
  CHECK(recorded.events.empty());
  REQUIRE(recorded.held.size() == 1);
  CHECK(recorded.held[0].id == "101");
  CHECK(recorded.held[0].fields == Json{{"status", "stopped"}});
  CHECK(bench.other.stored() == "stopped");
  CHECK(bench.other.look("stopped").held.size() == 1);  // agreeing does not end it
  CHECK(bench.ours.read_live("running", "UPID:x") == 1);
  CHECK(bench.other.look("running").events.empty());
  CHECK(bench.other.events()[0].cause == "UPID:x");
}

TEST_CASE("other fields, objects and clusters are recorded while one field is held") {
  Bench bench;
  bench.ours.hold();
  const auto events =
      need(bench.other.store.record("lab", {"guest"},
                                    {{"guest", "101", {{"status", "running"}, {"name", "new"}}},
                                     {"guest", "102", {{"name", "db"}}}},
                                    bench.clock.now()));
  CHECK(events.events.size() == 2);
  need(bench.other.store.record("home", {"guest"}, {Process::guest("stopped")}, bench.clock.now()));
  const auto home = need(
      bench.other.store.record("home", {"guest"}, {Process::guest("running")}, bench.clock.now()));
  CHECK(home.events.size() == 1);
  CHECK(home.held.empty());
}

TEST_CASE("what was read live wins over another process's lagging look until its lists caught up") {
  Bench bench;
  bench.ours.read_live("running", "UPID:x");
  const auto lagging = bench.other.look("stopped");
  CHECK(lagging.events.empty());
  REQUIRE(lagging.held.size() == 1);
  CHECK(lagging.held[0].fields == Json{{"status", "running"}});
  CHECK(bench.other.look("running").held.empty());
  CHECK(bench.other.look("stopped").events.size() == 1);  // now it means it
}

TEST_CASE("what was read live is held for the lag of the lists and no longer") {
  Bench bench;
  bench.ours.read_live("running", "UPID:x");
  bench.clock.elapsed += kListLag - std::chrono::milliseconds(1);
  CHECK(bench.other.look("stopped").events.empty());
  bench.clock.elapsed += std::chrono::milliseconds(1);
  CHECK(bench.other.look("stopped").events.size() == 1);
}

TEST_CASE("what was read live is held although its process has ended") {
  Bench bench;
  {
    Process third(bench.directory, bench.clock);
    third.read_live("running", "UPID:x");
  }
  CHECK(bench.other.look("stopped").events.empty());
}

TEST_CASE("a slow look that was asked for before the change was read live does not undo it") {
  Bench bench;
  const SystemTime asked = bench.clock.now();
  bench.clock.elapsed += std::chrono::seconds(1);
  bench.ours.read_live("running", "UPID:x");
  bench.clock.elapsed += kListLag * 2;
  CHECK(bench.other.look("stopped", asked).events.empty());
  CHECK(bench.other.stored() == "running");
}

TEST_CASE("the hold of a process that is gone ends") {
  Bench bench;
  {
    Process third(bench.directory, bench.clock);
    third.hold();
    CHECK(bench.other.look("running").events.empty());
  }
  const auto recorded = bench.other.look("running");
  REQUIRE(recorded.events.size() == 1);
  CHECK(recorded.events[0].cause.empty());
}

TEST_CASE("a change whose process is gone is still explained by its task") {
  Bench bench;
  {
    Process third(bench.directory, bench.clock);
    third.hold_expecting("running", "UPID:x");
  }
  CHECK(bench.other.look("stopped").events.empty());
  const auto recorded = bench.other.look("running");
  REQUIRE(recorded.events.size() == 1);
  CHECK(recorded.events[0].cause == "UPID:x");
}

TEST_CASE("a hold whose end could not be stored does not last for ever") {
  Bench bench;
  bench.ours.hold_expecting("running", "UPID:x");
  bench.clock.elapsed += kLongestHold;
  const auto recorded = bench.other.look("running");
  REQUIRE(recorded.events.size() == 1);
  CHECK(recorded.events[0].cause == "UPID:x");
}

TEST_CASE("a released change is recorded by the next look of any process, with its cause") {
  Bench bench;
  need(bench.ours.store.holds().release(bench.ours.hold_expecting("running", "UPID:x")));
  CHECK(bench.other.look("stopped").events.empty());
  const auto recorded = bench.other.look("running");
  REQUIRE(recorded.events.size() == 1);
  CHECK(recorded.events[0].cause == "UPID:x");
  CHECK(recorded.held.empty());
  CHECK(bench.other.events()[0].cause == "UPID:x");
}

TEST_CASE("a cause explains the change that was expected, and once") {
  Bench bench;
  need(bench.ours.store.holds().release(bench.ours.hold_expecting("running", "UPID:x")));
  need(bench.ours.store.holds().release(bench.ours.hold_expecting("running", "UPID:y")));
  const auto rename = need(bench.other.store.record(
      "lab", {"guest"}, {{"guest", "101", {{"status", "paused"}, {"name", "running"}}}},
      bench.clock.now()));
  REQUIRE(rename.events.size() == 2);
  for (const Event& event : rename.events) CHECK(event.cause.empty());
  CHECK(bench.other.look("running").events[0].cause.empty());  // the name goes back to web
  CHECK(bench.other.events()[0].cause == "UPID:x");
  bench.other.look("stopped");
  CHECK(bench.other.look("running").events[0].cause.empty());
}

TEST_CASE("a cause explains late changes up to the first look after its time") {
  for (const bool looked : {false, true}) {
    CAPTURE(looked);
    Bench bench;
    need(bench.ours.store.holds().release(bench.ours.hold_expecting("running", "UPID:x")));
    bench.clock.elapsed += kLateChange + std::chrono::milliseconds(1);
    if (looked) bench.other.look("stopped");
    const auto recorded = bench.other.look("running");
    REQUIRE(recorded.events.size() == 1);
    CHECK(recorded.events[0].cause == (looked ? "" : "UPID:x"));
  }
}

TEST_CASE("nothing is expected of a change that failed") {
  Bench bench;
  need(bench.ours.store.holds().abandon(bench.ours.hold_expecting("running", "UPID:x")));
  CHECK(bench.other.look("running").events[0].cause.empty());
}

TEST_CASE("a hold shows what is stored, not what its holder believed") {
  Bench bench;
  bench.other.look("running");
  bench.ours.hold("stopped");
  CHECK(bench.other.look("running").events.empty());
  CHECK(bench.other.stored() == "running");
}

TEST_CASE("two changes of one object are held until both have ended") {
  Bench bench;
  const HoldId failing = bench.other.hold();
  bench.ours.hold_expecting("running", "UPID:x");
  need(bench.other.store.holds().abandon(failing));
  CHECK(bench.other.look("running").events.empty());
  const HoldId later = bench.other.hold();
  bench.ours.read_live("running", "UPID:x");
  CHECK(bench.ours.look("stopped").events.empty());
  CHECK(bench.ours.look("running").held.size() == 1);  // the later one holds the new value
  need(bench.other.store.holds().release(later));
  CHECK(bench.ours.look("running").held.empty());
}

TEST_CASE("release after the change was read live does nothing") {
  Bench bench;
  const HoldId hold = bench.ours.hold_expecting("running", "UPID:x");
  bench.ours.read_live("running", "UPID:x");
  need(bench.ours.store.holds().release(hold));
  bench.clock.elapsed += kListLag;
  bench.other.look("stopped");
  CHECK(bench.other.look("running").events[0].cause.empty());
}

TEST_CASE("ending no hold does nothing") {
  Bench bench;
  auto& holds = bench.ours.store.holds();
  need(holds.expect(0, {{"status", "running"}}, "UPID:x"));
  need(holds.release(0));
  need(holds.abandon(0));
  CHECK(bench.ours.look("running").events[0].cause.empty());
}

TEST_CASE("holds keep their length when the clock is set back") {
  Bench bench;
  bench.ours.read_live("running", "UPID:x");
  bench.clock.elapsed -= std::chrono::hours(5);
  CHECK(bench.other.look("stopped").events.empty());
  bench.clock.elapsed += kListLag;
  CHECK(bench.other.look("stopped").events.size() == 1);
}

TEST_CASE("a look that another process overtook changes nothing") {
  Bench bench;
  const SystemTime asked = bench.clock.now();
  bench.clock.elapsed += std::chrono::seconds(2);
  CHECK(bench.other.look("running").events.size() == 1);
  bench.clock.elapsed += std::chrono::seconds(2);
  CHECK(bench.ours.look("stopped", asked).events.empty());
  CHECK(bench.ours.stored() == "running");
  CHECK(need(bench.ours.store.last_sync("lab")) == asked + std::chrono::seconds(2));
  CHECK(bench.ours.events().size() == 1);
}

TEST_CASE("an overtaken look still records the kinds that nobody else looked at") {
  Bench bench;
  const SystemTime asked = bench.clock.now();
  need(bench.ours.store.record("lab", {"node"}, {{"node", "n1", {{"a", 1}}}}, asked));
  bench.clock.elapsed += std::chrono::seconds(2);
  bench.other.look("running");
  const auto recorded =
      need(bench.ours.store.record("lab", {"guest", "node"}, {{"node", "n1", {{"a", 2}}}}, asked));
  REQUIRE(recorded.events.size() == 1);
  CHECK(recorded.events[0].kind == "node");
}

TEST_CASE("an overtaken look shows what is held and ends no hold") {
  Bench bench;
  const SystemTime asked = bench.clock.now();
  bench.clock.elapsed += std::chrono::seconds(2);
  bench.ours.read_live("running", "UPID:x");
  bench.ours.look("stopped");
  CHECK(bench.other.look("running", asked).held.size() == 1);
  CHECK(bench.other.look("stopped").events.empty());
}

TEST_CASE("after the clock was set back looks are recorded") {
  Bench bench;
  bench.clock.elapsed -= std::chrono::hours(5);
  CHECK(bench.other.look("running").events.size() == 1);
  CHECK(need(bench.other.store.last_sync("lab")) == bench.clock.now());
}

}  // namespace
}  // namespace pmx::state
