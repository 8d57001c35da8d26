#include "sim/form.h"

#include <doctest/doctest.h>

#include "base/percent.h"

namespace pmx::sim {

TEST_CASE("form: pairs split on & and ;, a second = ends the value, repeated keys make an array") {
  const Json form = decode_form("a=1;b=x%20y+z&c=p=q&d=1&d=2&e&=5");
  CHECK(form["a"] == "1");
  CHECK(form["b"] == "x y z");
  CHECK(form["c"] == "p");
  CHECK(form["d"] == Json::array({"1", "2"}));
  CHECK(form["e"] == "");
  CHECK(form.size() == 5);
}

TEST_CASE("form: what is encoded stays in one value, whatever it holds") {
  std::string all;
  for (int c = 1; c < 128; ++c) all += static_cast<char>(c);
  for (const std::string& value :
       {all, std::string("a=b;c&d"), std::string("\xC3\xA4 +%"), std::string()})
    CHECK(decode_form("k=" + percent_encode(value) + "&x=1") == Json{{"k", value}, {"x", "1"}});
}

TEST_CASE("form: broken text is taken as it is and loses nothing else") {
  struct Row {
    const char* text;
    Json params;
  };
  const Row rows[] = {
      {"", Json::object()},
      {"&&;;&", Json::object()},
      {"=", Json::object()},
      {"a", {{"a", ""}}},
      {"a=%zz&b=1", {{"a", "%zz"}, {"b", "1"}}},
      {"a=%", {{"a", "%"}}},
      {"a==1", {{"a", ""}}},
      {"%61=1&a=2", {{"a", {"1", "2"}}}},
      {"a=1&a=2&a=3", {{"a", {"1", "2", "3"}}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(decode_form(row.text) == row.params);
  }
}

TEST_CASE("form: merging keeps both sides and names the parameter they disagree on") {
  Json params{{"a", "1"}, {"b", "2"}};
  REQUIRE(merge_params(params, {{"b", "2"}, {"c", "3"}}).ok());
  CHECK(params == Json{{"a", "1"}, {"b", "2"}, {"c", "3"}});
  CHECK(merge_params(params, {{"a", "other"}}).error().message == "a");
}

TEST_CASE("form: a JSON number and its text are the same value, as in Perl") {
  Json params{{"vmid", "101"}, {"on", "1"}};
  CHECK(merge_params(params, {{"vmid", 101}, {"on", true}}).ok());
  CHECK(merge_params(params, {{"vmid", 102}}).error().message == "vmid");
  CHECK(merge_params(params, {{"on", false}}).error().message == "on");
}

}  // namespace pmx::sim
