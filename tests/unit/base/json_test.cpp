#include "base/json.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

using pmx::Code;
using pmx::Json;
using pmx::parse_json;

TEST_CASE("json: reads what RFC 8259 allows and keeps integers exact") {
  const auto value = parse_json(R"({"a":[1,-2,9007199254740993,1.5,true,null,"x\u00e4"]})");
  REQUIRE(value.ok());
  CHECK(value->dump() == "{\"a\":[1,-2,9007199254740993,1.5,true,null,\"xä\"]}");
}

TEST_CASE("json: refuses broken text and names the byte") {
  for (const char* text :
       {"", "{", "[1,]", "{\"a\":1,}", "nul", "\"\\x\"", "1 2", "\"\xff\"", "{'a':1}"}) {
    CAPTURE(text);
    const auto value = parse_json(text);
    REQUIRE_FALSE(value.ok());
    CHECK(value.error().code == Code::kInvalidArgument);
    CHECK(value.error().message.find("byte") != std::string::npos);
  }
}

TEST_CASE("json: bounds depth before it recurses") {
  const std::string deep(100'000, '[');
  const auto value = parse_json(deep);
  REQUIRE_FALSE(value.ok());
  CHECK(value.error().code == Code::kResourceExhausted);
  CHECK(
      parse_json("[\"[[[[\\\"[[[\"]", {.max_depth = 2}).ok());  // brackets in strings do not count
}

TEST_CASE("json: bounds size") {
  CHECK(parse_json("[1,2,3]", {.max_bytes = 3}).error().code == Code::kResourceExhausted);
}

TEST_CASE("json: dumps invalid UTF-8 as replacement characters instead of throwing") {
  CHECK(pmx::dump_json(Json("a\xff")) == "\"a\xEF\xBF\xBD\"");
}

TEST_CASE("json: members are found safely on any value") {
  const Json object{{"name", "x"}, {"n", 1}};
  CHECK(pmx::string_member(object, "name") == "x");
  CHECK(pmx::string_member(object, "n").empty());
  CHECK(pmx::string_member(Json(3), "name").empty());
  CHECK(pmx::find_member(Json::array(), "name") == nullptr);
}

TEST_CASE("json: limits hold at the limit and not one before") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(parse_json(nested(256)).ok());
  CHECK(parse_json(nested(257)).error().code == Code::kResourceExhausted);
  CHECK(parse_json("[1,2]", {.max_bytes = 5}).ok());
  CHECK(parse_json("[1,2]", {.max_bytes = 4}).error().code == Code::kResourceExhausted);
}

TEST_CASE("json: the byte that is named is the one after which nothing fits") {
  const struct {
    const char* text;
    const char* place;
  } rows[] = {{"[1,x]", "at byte 4"}, {"{\"a\" 1}", "at byte 6"}, {"[1", "at byte 3"}};
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(parse_json(row.text).error().message.find(row.place) != std::string::npos);
  }
}

TEST_CASE("json: numbers that no double holds and lone surrogates are refused, not thrown") {
  for (const char* text : {"1e999", "[-1e400]", R"("\ud800")", R"("\udc00x")", "\"\xC0\x80\""}) {
    CAPTURE(text);
    CHECK(parse_json(text).error().code == Code::kInvalidArgument);
  }
}

TEST_CASE("json: what was dumped is read back the same") {
  const Json value{{"text", "line\n\t\"quoted\" \u00e4 \x01"},
                   {"numbers", {0, -1, 1.5, INT64_MAX, UINT64_MAX}},
                   {"nothing", nullptr},
                   {"", Json::object()}};
  CHECK(parse_json(pmx::dump_json(value)).value() == value);
  CHECK(parse_json(pmx::pretty_json(value)).value() == value);
  CHECK(pmx::dump_json(value).find('\n') == std::string::npos);
}

TEST_CASE("json: the text is nlohmann's, byte for byte, whatever the value holds") {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same values in every run
  const auto some = [&random](std::size_t below) { return random() % below; };
  const std::array<std::string, 15> pieces{"plain",
                                           "\"\\/\b\f\n\r\t",
                                           std::string(1, '\0'),
                                           "\x01\x1f\x7f",
                                           "ü€😀",
                                           "\xc3",
                                           "\xe2\x82",
                                           "\xed\xa0\x80",
                                           "\xf4\x90\x80\x80",
                                           "\xc0\xaf",
                                           "\xff\xfe",
                                           "",
                                           "12345678",
                                           "a run of plain bytes, longer than two registers",
                                           std::string(3000, 'x')};
  const auto text = [&] {
    std::string made;
    for (std::size_t i = some(4); i > 0; --i) made += pieces[some(pieces.size())];
    return made;
  };
  for (int i = 0; i < 2000; ++i) {
    Json value{{text(), text()}, {"numbers", {some(100), -static_cast<int>(some(100)), 0.1}}};
    value["extremes"] = {INT64_MIN, UINT64_MAX, 1e300, -0.0, nullptr, true, false};
    value["empty"] = {Json::object(), Json::array(), text()};
    value["bytes"] = Json::binary({1, 2});
    CHECK(pmx::dump_json(value) == value.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
}

namespace {

/// Equal in every value and its type: nlohmann's == takes 1, 1u and 1.0 for the same.
bool is_same(const Json& a, const Json& b) {
  if (a.type() != b.type() || a != b || a.size() != b.size()) return false;
  if (!a.is_structured()) return true;
  return std::equal(a.begin(), a.end(), b.begin(), is_same);
}

void check_read_as_nlohmann_does(const std::string& text) {
  CAPTURE(text);
  const auto read = parse_json(text);
  const Json expected = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  REQUIRE(read.ok() == !expected.is_discarded());
  if (read.ok()) CHECK(is_same(*read, expected));
}

}  // namespace

TEST_CASE("json: reads as nlohmann does, value and type, what is rare") {
  for (const char* text :
       {"0", "-0", "-1", "18446744073709551615", "18446744073709551616", "-9223372036854775808",
        "-9223372036854775809", "1e2", "-0.0", "1E-400", "4.9e-324", "1.7976931348623157e308", "01",
        "-", "1.", ".5", "1e", "+1", R"({"a":1,"a":{"b":2},"a":[]})", R"({"a":{"b":1},"a":null})",
        R"("\ud83d\ude00 \u0000 \u00fc \u20ac \/\b\f\n\r\t\\\"")", R"("\ud83d\u0041")", R"("\u12g4")",
        R"("\u+123")", "\"\x7f\"", "\"\t\"", " \t\r\n[ ] ", "[1 , 2]", "{\"a\" : 1 , \"b\":2}", "\"",
        "\"\\", "[", "{\"a\"", "{\"a\":", "[1,", "tru", "truex", "nullnull", "\xef\xbb\xbf[1]",
        "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"12345678\xc3\"", "{1:2}", "[]]"}) {
    check_read_as_nlohmann_does(text);
  }
  check_read_as_nlohmann_does(std::string("[1]\0x", 5));
}

TEST_CASE("json: reads as nlohmann does what random edits make of a document") {
  const std::string document =
      R"({"jsonrpc":"2.0","id":-7,"params":{"text":"a \"word\", ü€😀 \u00e4\ud83d\ude00","list":)"
      R"([1,2.5e3,true,false,null,{},[],""],"long member name of more than sixteen":1e-7}})";
  constexpr std::string_view kBytes = "{}[]\",:\\u0e-.1 \n\x01\xc3\xff";
  std::mt19937 random(11);  // NOLINT(cert-msc51-cpp): the same edits in every run
  for (int i = 0; i < 20'000; ++i) {
    std::string text = document;
    for (std::size_t edits = random() % 3 + 1; edits > 0 && !text.empty(); --edits) {
      const std::size_t at = random() % text.size();
      const char byte = kBytes[random() % kBytes.size()];
      switch (random() % 4) {
        case 0: text[at] = byte; break;
        case 1: text.insert(at, 1, byte); break;
        case 2: text.erase(at, 1); break;
        default: text.resize(at + 1);
      }
    }
    check_read_as_nlohmann_does(text);
  }
}
