#include "anonymize/json_walk.h"

#include <doctest/doctest.h>

namespace pmx::anonymize {

TEST_CASE("json walk: where a string ends, wherever a step over its bytes is cut") {
  for (std::size_t before = 0; before < 40; ++before) {
    const std::string plain(before, 'x');
    for (const std::string& inside :
         {plain, plain + "\xC3\xBC", plain + "\\\"" + plain + "\\\\", plain + "\\u00e9"}) {
      CAPTURE(inside);
      const auto found = scan_json("[\"" + inside + "\",1]");
      REQUIRE(found.ok());
      REQUIRE(found.value().strings.size() == 1);
      CHECK(found.value().strings[0].end == 2 + inside.size());
      CHECK(found.value().strings[0].escaped == (inside.find('\\') != std::string::npos));
    }
    for (const std::string& inside : {plain + "\x1F", plain + "\\x" + plain, plain + "\\"}) {
      CAPTURE(inside);
      CHECK_FALSE(scan_json("[\"" + inside + "\"]").ok());
    }
    CHECK(json_escape(plain + "\"\x01" + plain + "\\") == plain + "\\\"\\u0001" + plain + "\\\\");
  }
}

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
