#include "mcp/server/deadlines.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace pmx;
using mcp::Deadlines;

namespace {

SteadyTime at(int seconds) { return SteadyTime(std::chrono::seconds(seconds)); }

}  // namespace

TEST_CASE("deadlines: what is due is called once, earliest first") {
  Deadlines deadlines;
  std::string called;
  deadlines.add(at(20), [&] { called += 'b'; });
  deadlines.add(at(10), [&] { called += 'a'; });
  deadlines.add(at(30), [&] { called += 'c'; });
  deadlines.run(at(9));
  CHECK(called.empty());
  deadlines.run(at(20));
  CHECK(called == "ab");
  deadlines.run(at(29));
  deadlines.run(at(31));
  CHECK(called == "abc");
}

TEST_CASE("deadlines: what was dropped in time is not called, and dropping may happen meanwhile") {
  Deadlines deadlines;
  std::string called;
  Deadlines::Ticket second = 0;
  const auto first = deadlines.add(at(10), [&] {
    called += 'a';
    deadlines.drop(second);
    deadlines.add(at(5), [&] { called += 'n'; });
  });
  second = deadlines.add(at(12), [&] { called += 'b'; });
  deadlines.run(at(15));  // both are due
  CHECK(called == "a");
  deadlines.drop(first);  // over already
  deadlines.run(at(20));
  CHECK(called == "an");
}

TEST_CASE("deadlines: one that throws keeps no other from being called") {
  Deadlines deadlines;
  std::string called;
  deadlines.add(at(10), [] { throw std::runtime_error("bad"); });
  deadlines.add(at(11), [] { throw 7; });
  deadlines.add(at(12), [&] { called += 'c'; });
  deadlines.run(at(12));
  CHECK(called == "c");
}
