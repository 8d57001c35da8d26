#include "state/diff.h"

#include <algorithm>
#include <limits>

#include "tests/unit/state/temporary.h"

namespace pmx::state {
namespace {

using testing::need;

struct Row {
  const char* what;
  Json before;
  Json after;
  std::vector<Change> changes;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows{
      {"equal objects", {{"a", 1}, {"b", {{"c", 2}}}}, {{"b", {{"c", 2}}}, {"a", 1}}, {}},
      {"nothing on both sides", Json::object(), Json::object(), {}},
      {"one appeared", Json::object(), {{"a", 1}}, {{"/a", nullptr, 1}}},
      {"one went away", {{"a", 1}}, Json::object(), {{"/a", 1, nullptr}}},
      {"an inner one", {{"a", {{"b", 1}}}}, {{"a", {{"b", 2}}}}, {{"/a/b", 1, 2}}},
      {"an inner one appeared and one went away",
       {{"a", {{"b", 1}}}},
       {{"a", {{"c", 1}}}},
       {{"/a/b", 1, nullptr}, {"/a/c", nullptr, 1}}},
      {"a whole object appeared",
       Json::object(),
       {{"a", {{"b", 1}}}},
       {{"/a", nullptr, {{"b", 1}}}}},
      {"an object became empty",
       {{"a", {{"b", 1}}}},
       {{"a", Json::object()}},
       {{"/a/b", 1, nullptr}}},
      {"an object became a value", {{"a", {{"b", 1}}}}, {{"a", "b"}}, {{"/a", {{"b", 1}}, "b"}}},
      {"a value became an object", {{"a", 1}}, {{"a", {{"b", 1}}}}, {{"/a", 1, {{"b", 1}}}}},
      {"an array is compared whole", {{"a", {1, 2}}}, {{"a", {2, 1}}}, {{"/a", {1, 2}, {2, 1}}}},
      {"an object in an array is not entered",
       {{"a", Json::array({{{"b", 1}}})}},
       {{"a", Json::array({{{"b", 2}}})}},
       {{"/a", Json::array({{{"b", 1}}}), Json::array({{{"b", 2}}})}}},
      {"false, zero and the empty text differ",
       {{"a", false}, {"b", ""}},
       {{"a", 0}, {"b", false}},
       {{"/a", false, 0}, {"/b", "", false}}},
      {"names are escaped as RFC 6901 says",
       {{"a/b", 1}, {"c~d", 1}, {"e~1", 1}, {"", 1}},
       {{"a/b", 2}, {"c~d", 2}, {"e~1", 2}, {"", 2}},
       {{"/", 1, 2}, {"/a~1b", 1, 2}, {"/c~0d", 1, 2}, {"/e~01", 1, 2}}},
  };
  return kRows;
}

TEST_CASE("diff: each difference is told by its path, with what was and what is") {
  for (const Row& row : rows()) {
    CAPTURE(std::string(row.what));
    const auto changes = diff_fields(row.before, row.after);
    REQUIRE(changes.size() == row.changes.size());
    for (std::size_t i = 0; i < changes.size(); ++i) {
      CHECK(changes[i].path == row.changes[i].path);
      CHECK(changes[i].before == row.changes[i].before);
      CHECK(changes[i].after == row.changes[i].after);
    }
  }
}

TEST_CASE("diff: the differences come in order of path, whether they came, went or changed") {
  const Json before{{"b", 1}, {"d", 1}, {"a", {{"x", 1}}}, {"a~", 1}};
  const Json after{{"a", {{"x", 2}}}, {"a-b", 1}, {"c", 1}, {"d", 2}, {"a/b", 1}};
  std::vector<std::string> paths;
  for (const Change& change : diff_fields(before, after)) paths.push_back(change.path);
  CHECK(paths.size() == 7);
  CHECK(std::is_sorted(paths.begin(), paths.end()));
}

TEST_CASE("diff: the text has sorted keys and no member that is null, at any depth") {
  CHECK(need(canonical_text(parse_json(R"({"b": null, "a": {"d": 1, "c": null}})").value())) ==
        R"({"a":{"d":1}})");
  CHECK(need(canonical_text(Json::object())) == "{}");
  CHECK(need(canonical_text({{"a", {{"b", nullptr}}}})) == R"({"a":{}})");
  const Json in_array{{"a", Json::array({nullptr, Json{{"b", nullptr}, {"c", 1}}})}};
  CHECK(need(canonical_text(in_array)) == R"({"a":[null,{"c":1}]})");  // an item keeps its place
}

TEST_CASE("diff: what is no number counts as absent, as it would read back") {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const double endless = std::numeric_limits<double>::infinity();
  CHECK(need(canonical_text({{"a", none}, {"b", -endless}, {"c", 1}})) == R"({"c":1})");
}

TEST_CASE("diff: the text reads back as itself") {
  const Json fields{
      {"t", "\xff\x01\"\\"}, {"n", 0.1}, {"m", -9223372036854775807}, {"a", {1, "x"}}};
  const std::string text = need(canonical_text(fields));
  CHECK(need(canonical_text(need(parse_json(text)))) == text);
  CHECK(diff_fields(need(parse_json(text)), need(parse_json(text))).empty());
}

/// `levels` objects or arrays, one in the other, around a value.
Json nested(int levels, bool arrays) {
  Json value = 1;
  for (int level = 1; level < levels; ++level) {
    value = arrays ? Json::array({std::move(value)}) : Json{{"a", std::move(value)}};
  }
  return Json{{"a", std::move(value)}};
}

TEST_CASE("diff: 64 levels are taken, 65 are refused, whether of objects or arrays") {
  for (const bool arrays : {false, true}) {
    CHECK(canonical_text(nested(64, arrays)).ok());
    CHECK(canonical_text(nested(65, arrays)).error().code == Code::kInvalidArgument);
  }
  CHECK(canonical_text(nested(5000, true)).error().code == Code::kInvalidArgument);
}

TEST_CASE("diff: fields that are no object are refused") {
  for (const Json& fields : {Json(), Json::array({1}), Json("a"), Json(1)}) {
    CHECK(canonical_text(fields).error().code == Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace pmx::state
