#include "mcp/schema/values.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

using namespace pmx;
using namespace pmx::mcp::schema;

namespace {

constexpr std::size_t kPlenty = 1'000'000;

Json parsed(const char* text) {
  auto value = parse_json(text);
  REQUIRE(value.ok());
  return *std::move(value);
}

int sign(int way) { return way < 0 ? -1 : static_cast<int>(way > 0); }

int ordered(const Json& a, const Json& b) {
  Work work{kPlenty};
  const int way = sign(compare(a, b, work));
  CHECK_FALSE(work.exceeded);
  return way;
}

Json nested(int levels) {
  Json value = Json::array();
  for (int level = 1; level < levels; ++level) {
    Json outer = Json::array();
    outer.push_back(std::move(value));
    value = std::move(outer);
  }
  return value;
}

}  // namespace

TEST_CASE("values: work is spent to the last step, and once exceeded for good") {
  Work work{3};
  CHECK(work.spend(2));
  CHECK(work.spend(1));
  CHECK(work.spend(0));
  CHECK_FALSE(work.exceeded);
  CHECK_FALSE(work.spend(1));
  CHECK(work.exceeded);
  CHECK_FALSE(work.spend(0));
  Work huge{5};
  CHECK_FALSE(huge.spend(std::numeric_limits<std::size_t>::max()));
  CHECK_FALSE(huge.spend(1));
}

TEST_CASE("values: the largest integers keep their value") {
  CHECK(to_number(parsed("18446744073709551615")) == 18446744073709551615.0L);
  CHECK(to_number(parsed("-9223372036854775808")) == -9223372036854775808.0L);
  CHECK(to_number(parsed("9007199254740993")) != to_number(parsed("9007199254740992.0")));
  CHECK(to_number(parsed("0.5")) == 0.5L);
}

TEST_CASE("values: a number without a fraction is whole, however it is written") {
  for (const char* whole :
       {"5", "5.0", "-5.0", "0", "-0.0", "1e300", "5e-0", "18446744073709551615"}) {
    CAPTURE(std::string(whole));
    CHECK(is_whole(parsed(whole)));
  }
  for (const char* other : {"5.5", "-0.1", "1e-300", "\"5\"", "true", "null", "[5]", "{}"}) {
    CAPTURE(std::string(other));
    CHECK_FALSE(is_whole(parsed(other)));
  }
}

TEST_CASE("values: a multiple is one in decimal, not in binary") {
  struct Row {
    const char* value;
    const char* divisor;
    bool multiple;
  };
  const Row rows[] = {
      {"0.3", "0.1", true},
      {"4.35", "0.01", true},
      {"1.1", "0.3", false},
      {"0.0075", "0.0001", true},
      {"0.00751", "0.0001", false},
      {"7", "2.5", false},
      {"7.5", "2.5", true},
      {"300", "150.0", true},
      {"150", "100.0", false},
      {"200", "50.0", true},
      {"1e20", "3", false},
      {"3e20", "3", true},
      {"1e300", "1e-300", true},
      {"1e-300", "1e300", false},
      {"1", "3e300", false},
      {"-6", "4", false},
      {"-8", "4", true},
      {"-9223372036854775808", "2", true},
      {"-9223372036854775808", "3", false},
      {"18446744073709551615", "5", true},
      {"18446744073709551615", "18446744073709551615", true},
      {"18446744073709551614", "18446744073709551615", false},
      {"0", "7", true},
      {"0.0", "1e-300", true},
      {"5e-324", "5e-324", true},
      {"1.7976931348623157e308", "7", false},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.value) + " of " + row.divisor);
    CHECK(is_multiple(parsed(row.value), parsed(row.divisor)) == row.multiple);
  }
}

TEST_CASE("values: equal in the sense of JSON Schema is equal, and nothing else is") {
  const std::pair<const char*, const char*> equals[] = {
      {"1", "1.0"},
      {"-0.0", "0"},
      {"1e2", "100"},
      {"null", "null"},
      {"[1, [2]]", "[1.0, [2.0]]"},
      {R"({"a": 1, "b": 2})", R"({"b": 2.0, "a": 1})"},
      {"\"\\u0061\"", "\"a\""},
  };
  for (const auto& [a, b] : equals) {
    CAPTURE(std::string(a) + " " + b);
    CHECK(ordered(parsed(a), parsed(b)) == 0);
    Work work{kPlenty};
    CHECK(equal(parsed(a), parsed(b), work));
  }
  const std::pair<const char*, const char*> others[] = {
      {"1", "true"},
      {"0", "false"},
      {"0", "null"},
      {"\"\"", "null"},
      {"\"1\"", "1"},
      {"[]", "{}"},
      {"[]", "null"},
      {"[1, 2]", "[2, 1]"},
      {"[1]", "[1, 1]"},
      {"{}", R"({"a": null})"},
      {R"({"a": 1})", R"({"b": 1})"},
      {"9007199254740993", "9007199254740992.0"},
      {"18446744073709551615", "18446744073709551614"},
  };
  for (const auto& [a, b] : others) {
    CAPTURE(std::string(a) + " " + b);
    Work work{kPlenty};
    CHECK_FALSE(equal(parsed(a), parsed(b), work));
  }
}

TEST_CASE("values: the order is total, so that sorting finds what is equal") {
  std::vector<Json> values;
  for (const char* text : {"null",
                           "true",
                           "false",
                           "0",
                           "-1",
                           "1.5",
                           "18446744073709551615",
                           "-9223372036854775808",
                           "\"\"",
                           "\"a\"",
                           "\"b\"",
                           "[]",
                           "[0]",
                           "[1]",
                           "[0,0]",
                           "{}",
                           R"({"a":1})",
                           R"({"a":2})",
                           R"({"b":1})",
                           R"({"a":1,"b":1})"}) {
    values.push_back(parsed(text));
  }
  for (const Json& a : values) {
    CHECK(ordered(a, a) == 0);
    for (const Json& b : values) {
      CHECK(ordered(a, b) == -ordered(b, a));
      CHECK((ordered(a, b) == 0) == (&a == &b));
      for (const Json& c : values) {
        if (ordered(a, b) < 0 && ordered(b, c) < 0) CHECK(ordered(a, c) < 0);
      }
    }
  }
}

TEST_CASE("values: what is too deep or too large is not called equal, and the work is over") {
  const Json deep = nested(5'000);
  Work work{kPlenty};
  CHECK_FALSE(equal(deep, deep, work));
  CHECK(work.exceeded);
  Work enough{kPlenty};
  CHECK(equal(nested(900), nested(900), enough));
  const Json long_text(std::string(64'000, 'x'));
  Work little{100};
  CHECK_FALSE(equal(long_text, long_text, little));
  Work more{2'000};
  CHECK(equal(long_text, long_text, more));
}

TEST_CASE("values: duplicates are found wherever they stand") {
  const std::pair<const char*, bool> rows[] = {
      {"[]", false},
      {"[1]", false},
      {"[1, 2, 3, 1.0]", true},
      {"[1, true, \"1\", null, [1], {\"1\": 1}]", false},
      {"[{\"a\": [1]}, 7, {\"a\": [1.0]}]", true},
      {"[null, 0, null]", true},
      {"[[], {}, \"\", 0, false, null]", false},
  };
  for (const auto& [array, found] : rows) {
    CAPTURE(std::string(array));
    Work work{kPlenty};
    CHECK(has_duplicates(parsed(array), work) == found);
    CHECK_FALSE(work.exceeded);
  }
}

TEST_CASE("values: looking for duplicates ends with the work, without finding any") {
  Json array = Json::array();
  for (int n = 0; n < 1'000; ++n) array.push_back(n % 10);
  Work work{2'000};
  CHECK_FALSE(has_duplicates(array, work));
  CHECK(work.exceeded);
}
