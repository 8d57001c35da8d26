#include "sim/disorder.h"

#include <doctest/doctest.h>

#include "base/json.h"

using namespace pmx;

namespace {

const Json kValue = *parse_json(
    R"({"a":1,"b":[{"x":"\"\n","y":null},[],{}],"c":{"d":1.5,"e":true,"f":"","g":-2},"h":0})");

}  // namespace

TEST_CASE("disorder: the text means the value") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto read = parse_json(sim::dump_disordered(kValue, seed));
    REQUIRE(read.ok());
    CHECK(*read == kValue);
  }
  CHECK(sim::dump_disordered(Json::object(), 1) == "{}");
  CHECK(sim::dump_disordered(Json::array(), 1) == "[]");
  CHECK(sim::dump_disordered(Json("x"), 1) == "\"x\"");
}

TEST_CASE("disorder: a seed has an order of its own and keeps it") {
  CHECK(sim::dump_disordered(kValue, 7) == sim::dump_disordered(kValue, 7));
  int sorted = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    if (sim::dump_disordered(kValue, seed) == dump_json(kValue)) ++sorted;
  CHECK(sorted < 5);
}
