#include "anonymize/json_walk.h"

#include <doctest/doctest.h>

namespace pmx::anonymize {

TEST_CASE("json walk: strings know their key and object") {
  const auto found = scan_json(R"({"a":"x","b":["y",{"c":"z"}],"d":-1.5e+3})");
  REQUIRE(found.ok());
  const auto& strings = found->strings;
  REQUIRE(strings.size() == 7);
  CHECK(strings[0].is_key);
  CHECK(strings[1].key == 0);
  CHECK(strings[3].key == 2);
  CHECK(strings[3].object == 0);
  CHECK(strings[5].key == 4);
  CHECK(strings[5].object == 1);
  CHECK(found->objects == 2);
}

TEST_CASE("json walk: a decoded string knows where its bytes came from") {
  const Layer layer = json_layer(R"(a\n\u00e4\ud83d\ude00\/z)");
  CHECK(layer.text == "a\n\xc3\xa4\xf0\x9f\x98\x80/z");
  CHECK(layer.offsets.front() == 0);
  CHECK(layer.offsets[1] == 1);
  CHECK(layer.offsets[2] == 3);
  CHECK(layer.offsets.back() == 24);
}

TEST_CASE("json walk: escaping covers quotes, backslashes and control bytes") {
  CHECK(json_escape("a\"\\\n") == "a\\\"\\\\\\u000a");
}

}  // namespace pmx::anonymize
