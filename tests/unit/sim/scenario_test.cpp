#include "sim/scenario.h"

#include <doctest/doctest.h>

#include "tests/unit/sim/fake_clock.h"

namespace pmx::sim {
namespace {

std::string complaint(const std::string& text) {
  const auto plan = parse_scenario(text, "mine.yml");
  return plan.ok() ? "" : plan.error().message;
}

}  // namespace

TEST_CASE("scenarios: the built-in ones are read and can be played") {
  CHECK(scenario_names() ==
        std::vector<std::string>{"datacenter", "empty", "generated", "homelab", "lab", "office"});
  for (const std::string& name : scenario_names()) {
    CAPTURE(name);
    const auto plan = load_scenario(name);
    REQUIRE_MESSAGE(plan.ok(), plan.error().message);
    CHECK_FALSE(plan->title.empty());
    FakeClock clock;
    Cluster cluster(plan->options, clock);
    const auto done = cluster.schedule(plan->events);
    CHECK_MESSAGE(done.ok(), (done.ok() ? "" : done.error().message));
  }
}

TEST_CASE("scenarios: generated is what a cluster is without any") {
  const Options fresh;
  const Options read = load_scenario("generated")->options;
  CHECK(read.nodes == fresh.nodes);
  CHECK(read.guests == fresh.guests);
  CHECK(read.seed == fresh.seed);
  CHECK(read.pve == fresh.pve);
  CHECK(read.scenario == fresh.scenario);
  CHECK(load_scenario("lab")->options.scenario == Scenario::kLab);
  CHECK(load_scenario("empty")->options.scenario == Scenario::kLab);
}

TEST_CASE("scenarios: a file says what the cluster is and what happens") {
  const auto plan = parse_scenario(R"(title: Mine
pve: "8.4"
seed: 5
nodes: {count: 3, names: [alpha], prefix: hv, cpus: 16, memory: 128}
guests: {count: 30, ha: 4}
storages:
  - {name: pool1, type: zfspool, content: "images,rootdir", size: 500}
  - {name: dump, type: nfs, content: "backup,iso", server: nas.example, shared: true, size: 900}
events:
  - {at: -7d, do: node-down hv02}
  - at: 90s
    do: fault status 502 for=1 reason="bad gateway"
)",
                                   "mine.yml");
  REQUIRE_MESSAGE(plan.ok(), plan.error().message);
  FakeClock clock;
  Cluster cluster(plan->options, clock);
  CHECK(cluster.nodes() == std::vector<std::string>{"alpha", "hv02", "hv03"});
  REQUIRE(plan->events.size() == 2);
  CHECK(plan->events[0].at == std::chrono::hours{-7 * 24});
  CHECK(plan->events[1].at == std::chrono::seconds{90});
  CHECK(plan->events[1].arguments ==
        std::vector<std::string>{"status", "502", "for=1", "reason=bad gateway"});
  CHECK(plan->events[1].place == "mine.yml:11");
  CHECK(cluster.schedule(plan->events).ok());
}

TEST_CASE("scenarios: what is wrong in a file is told with its line") {
  const struct {
    const char* text;
    const char* place;
    const char* word;
  } rows[] = {
      {"nodes: {count: 3}\n", "mine.yml:1", "title is required"},
      {"title: x\nnodes:\n  count: many\n", "mine.yml:3", "integer"},
      {"title: x\nnodes:\n  count: 101\n", "mine.yml:3", "between 1 and 100"},
      {"title: x\ncolour: red\n", "mine.yml:2", "colour"},
      {"title: x\nbase: moon\n", "mine.yml:2", "generated or lab"},
      {"title: x\npve: \"7.4\"\n", "mine.yml:2", "8.4"},
      {"title: x\nnodes:\n  names:\n    - a\n    - a\n", "mine.yml:5", "two nodes"},
      {"title: x\nnodes: {names: [\"a b\"]}\n", "mine.yml:2", "host name"},
      {"title: x\nstorages:\n  - {name: a1, type: dir, content: images, size: 5}\n", "mine.yml:3",
       "images lie on"},
      {"title: x\nstorages:\n  - {name: a1, type: dir, content: iso, size: 5}\n", "mine.yml:2",
       "no storage has images"},
      {"title: x\nstorages:\n  - {name: a1, type: floppy, content: iso, size: 5}\n", "mine.yml:3",
       "type must be"},
      {"title: x\nevents:\n  - {at: soon, do: node-down a}\n", "mine.yml:3", "not a time"},
      {"title: x\nevents:\n  - {at: 5m, do: \"\"}\n", "mine.yml:3", "what is to be done"},
      {"title: x\nlacks: [zfs, perl]\n", "mine.yml:2", "no such part: 'perl'"},
      {"title: [\n", "mine.yml:", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const std::string message = complaint(row.text);
    CHECK(message.starts_with(row.place));
    CHECK(message.find(row.word) != std::string::npos);
  }
}

TEST_CASE("scenarios: an event that the cluster cannot play is told with its line") {
  for (const std::string action :
       {"explode", "node-down nowhere", "storage-full nothing", "runaway-guest 99", "clock-skew"}) {
    CAPTURE(action);
    const auto plan =
        parse_scenario("title: x\nevents:\n  - {at: 5m, do: " + action + "}\n", "m.yml");
    REQUIRE(plan.ok());
    FakeClock clock;
    Cluster cluster(plan->options, clock);
    const auto done = cluster.schedule(plan->events);
    REQUIRE_FALSE(done.ok());
    CHECK(done.error().message.starts_with("m.yml:3: "));
  }
}

TEST_CASE("scenarios: a name that is none is told with those that are") {
  const auto unknown = load_scenario("atlantis");
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.error().advice.find("datacenter, empty, generated, homelab, lab, office") !=
        std::string::npos);
  CHECK(load_scenario("./nowhere.yml").error().code == Code::kNotFound);
}

}  // namespace pmx::sim
