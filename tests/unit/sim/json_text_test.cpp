#include "sim/json_text.h"

#include <doctest/doctest.h>

namespace pmx::sim {

TEST_CASE("json text: gives the bytes that dump_disordered() gives") {
  constexpr std::uint64_t kSeed = 7;
  JsonText text(kSeed);
  text.open();
  text.add("cpu", 0.1);
  text.add("id", "qemu/100");
  text.add("name", std::string("a \"quoted\" \\ name\n\x7f \xC3\xBC"));
  text.add("negative", std::int64_t{-5});
  text.add("vmid", 100);
  text.add("zero", Json());
  text.close();
  for (const int vmid : {101, 102}) {
    text.open();
    text.add("ha", Json{{"state", "started"}, {"managed", 1}});
    text.add("vmid", vmid);
    text.close();
  }
  text.row({{"id", "node/pve1"}});
  const Json rows = {{{"cpu", 0.1},
                      {"id", "qemu/100"},
                      {"name", "a \"quoted\" \\ name\n\x7f \xC3\xBC"},
                      {"negative", -5},
                      {"vmid", 100},
                      {"zero", nullptr}},
                     {{"ha", {{"state", "started"}, {"managed", 1}}}, {"vmid", 101}},
                     {{"ha", {{"state", "started"}, {"managed", 1}}}, {"vmid", 102}},
                     {{"id", "node/pve1"}}};
  CHECK(text.take() == dump_disordered(rows, kSeed));
}

TEST_CASE("json text: an array without rows") { CHECK(JsonText(7).take() == "[]"); }

}  // namespace pmx::sim
