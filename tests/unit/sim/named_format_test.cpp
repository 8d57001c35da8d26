#include "sim/named_format.h"

#include <doctest/doctest.h>

namespace pmx::sim {

TEST_CASE("named format: the whole value must fit, and the complaint names it") {
  constexpr NamedFormat kFormats[] = {{"day", "mon|tue", "invalid day '%'"},
                                      {"size", "\\d+", "no size"}};
  CHECK(check_named(kFormats, "day", "tue").empty());
  CHECK(check_named(kFormats, "day", "tuesday") == "invalid day 'tuesday'\n");
  CHECK(check_named(kFormats, "size", "") == "no size\n");
  CHECK(check_named(kFormats, "colour", "red").empty());
}

}  // namespace pmx::sim
