#include "sim/json_text.h"

#include <doctest/doctest.h>

namespace pmx::sim {

TEST_CASE("json text: gives the bytes that dump_json() gives") {
  JsonText text;
  text.open();
  text.add("cpu", 0.1);
  text.add("id", "qemu/100");
  text.add("name", std::string("a \"quoted\" \\ name\n\x7f \xC3\xBC"));
  text.add("negative", std::int64_t{-5});
  text.add("vmid", 100);
  text.add("zero", Json());
  text.close();
  text.row({{"id", "node/pve1"}});
  const Json rows = {{{"cpu", 0.1},
                      {"id", "qemu/100"},
                      {"name", "a \"quoted\" \\ name\n\x7f \xC3\xBC"},
                      {"negative", -5},
                      {"vmid", 100},
                      {"zero", nullptr}},
                     {{"id", "node/pve1"}}};
  CHECK(text.take() == dump_json(rows));
}

TEST_CASE("json text: an array without rows") { CHECK(JsonText().take() == "[]"); }

}  // namespace pmx::sim
