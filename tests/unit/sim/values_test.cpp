#include "sim/values.h"

#include <doctest/doctest.h>

namespace pmx::sim {
namespace {

const Json kSchema{{"cores", {{"type", "integer"}}},
                   {"onboot", {{"type", "boolean"}}},
                   {"memory", {{"type", "string"}}},
                   {"net[n]", {{"type", "string"}, {"maxIndex", 31}}},
                   {"numa[n]", {{"type", "integer"}, {"maxIndex", "7"}}}};

}  // namespace

TEST_CASE("values: the facts decide what is shown as a number") {
  CHECK(dump_json(shown_values(
            kSchema,
            {{"cores", "4"}, {"memory", "512"}, {"onboot", "1"}, {"numa3", "2"}, {"meta", "7"}})) ==
        R"({"cores":4,"memory":"512","meta":"7","numa3":2,"onboot":1})");
  CHECK(shown_value(kSchema, "cores", "four") == "four");
}

TEST_CASE("values: a numbered parameter belongs to its family as far as that goes") {
  CHECK(find_parameter(kSchema, "net0") == find_member(kSchema, "net[n]"));
  CHECK(find_parameter(kSchema, "net31") != nullptr);
  CHECK(find_parameter(kSchema, "numa7") != nullptr);
  for (const char* none : {"net32", "net01", "net", "numa8", "net9999999", "7", ""})
    CHECK(find_parameter(kSchema, none) == nullptr);
}

}  // namespace pmx::sim
