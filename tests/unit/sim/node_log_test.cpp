#include "sim/node_log.h"

#include <doctest/doctest.h>

namespace pmx::sim {

TEST_CASE("node log: lines stand in the order of their times, whenever they were added") {
  NodeLog log;
  log.add(3000, "pve1", "kernel", "third");
  log.add(1000, "pve1", "kernel", "first");
  log.add(2000, "pve2", "kernel", "second");
  std::string all;
  for (const LogLine& line : log.lines()) all += line.text + " ";
  CHECK(all == "first second third ");
}

TEST_CASE("node log: a line is printed as the journal does, by the node's own clock") {
  const LogLine line{1'795'260'000'000, "pve1", "corosync[1021]", "link: 0 is down"};
  CHECK(log_text(line) == "Nov 21 11:20:00 pve1 corosync[1021]: link: 0 is down");
  CHECK(log_text(line, 61) == "Nov 21 11:21:01 pve1 corosync[1021]: link: 0 is down");
}

TEST_CASE("node log: the oldest lines go when there are too many") {
  NodeLog log;
  for (int i = 0; i < 20'010; ++i) log.add(i, "pve1", "kernel", std::to_string(i));
  CHECK(log.lines().size() == 20'000);
  CHECK(log.lines().front().text == "10");
}

}  // namespace pmx::sim
