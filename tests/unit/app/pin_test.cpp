#include "app/pin.h"

#include <doctest/doctest.h>

using namespace pmx;
using namespace pmx::app;

namespace {

const std::string kPin = [] {
  std::string pin = "12";
  for (int i = 1; i < 32; ++i) pin += ":34";
  return pin;
}();

ConfigDocument read(const std::string& text) {
  auto document = parse_config_file(text, "c.yml");
  REQUIRE_MESSAGE(document.ok(), document.error().text());
  return std::move(document).value();
}

/// The text with the address pinned at its only place.
std::string pin(const std::string& text, const std::string& url = "https://a:8006") {
  const ConfigDocument document = read(text);
  const auto places = places_of(document, url);
  REQUIRE(places.size() == 1);
  const auto pinned = pinned_text(text, document, places[0], kPin);
  REQUIRE_MESSAGE(pinned.ok(), pinned.error().text());
  CHECK(places_of(read(*pinned), url)[0].pinned == kPin);
  return *pinned;
}

const std::string kQuoted = "\"" + kPin + "\"";

}  // namespace

TEST_CASE("pin: a new one stands below the url, and all else stays") {
  CHECK(pin("# mine\nclusters:\n  home:   # the rack\n    url: https://a\n    token: {env: T}\n") ==
        "# mine\nclusters:\n  home:   # the rack\n    url: https://a\n    fingerprint: " + kQuoted +
            "\n    token: {env: T}\n");
  CHECK(
      pin("clusters:\n  home:\n    token: {env: T}\n    url: 'https://a:8006/' # x") ==
      "clusters:\n  home:\n    token: {env: T}\n    url: 'https://a:8006/' # x\n    fingerprint: " +
          kQuoted);
}

TEST_CASE("pin: an old one is replaced in its place") {
  CHECK(pin("clusters:\n  home:\n    fingerprint: AB:CD   # old\n    url: https://a\n") ==
        "clusters:\n  home:\n    fingerprint: " + kQuoted + "   # old\n    url: https://a\n");
  CHECK(pin("clusters: {home: {url: 'https://a', fingerprint: 'AB', token: {env: T}}}\n") ==
        "clusters: {home: {url: 'https://a', fingerprint: " + kQuoted + ", token: {env: T}}}\n");
}

TEST_CASE("pin: braces and the spelling of JSON are understood") {
  CHECK(pin("clusters:\n  home: {url: 'https://a', token: {env: T}}\n") ==
        "clusters:\n  home: {fingerprint: " + kQuoted + ", url: 'https://a', token: {env: T}}\n");
  CHECK(pin(R"({"clusters": {"home": {"url": "https://a", "fingerprint": "AB"}}})") ==
        R"({"clusters": {"home": {"url": "https://a", "fingerprint": )" + kQuoted + "}}}");
}

TEST_CASE("pin: of several on a line only the one that is meant changes") {
  const std::string text =
      "clusters:\n  home: {url: 'https://b', fingerprint: AB, endpoints: [{url: 'https://a', "
      "fingerprint: CD}, {url: 'https://c'}]}\n";
  CHECK(pin(text) ==
        "clusters:\n  home: {url: 'https://b', fingerprint: AB, endpoints: [{url: "
        "'https://a', fingerprint: " +
            kQuoted + "}, {url: 'https://c'}]}\n");
  CHECK(pin(text, "https://c:8006").find("{fingerprint: " + kQuoted + ", url: 'https://c'}") !=
        std::string::npos);
}

TEST_CASE("pin: items of a list get theirs below") {
  CHECK(pin("clusters:\n  home:\n    url: https://b\n    endpoints:\n      - url: https://a\n"
            "      - url: https://c\n") ==
        "clusters:\n  home:\n    url: https://b\n    endpoints:\n      - url: https://a\n"
        "        fingerprint: " +
            kQuoted + "\n      - url: https://c\n");
}

TEST_CASE("pin: places are told apart by host and port") {
  const ConfigDocument document = read(
      "clusters:\n  one: {url: 'https://a'}\n  two: {url: 'https://a:8007'}\n"
      "  three: {url: 'https://b', endpoints: [{url: 'https://a:8006', fingerprint: X}]}\n");
  const auto places = places_of(document, "https://a");
  REQUIRE(places.size() == 2);
  CHECK(places[0].pointer == "/clusters/one");
  CHECK(places[1].pointer == "/clusters/three/endpoints/0");
  CHECK(places[1].pinned == "X");
  CHECK(places_of(document, "https://c").empty());
  CHECK(places_of(document, "nonsense").empty());
}

TEST_CASE("pin: a form that cannot be changed safely is left alone, with what to write") {
  const std::string odd = "clusters:\n  home:\n    url: >-\n      https://a\n    token: {env: T}\n";
  const ConfigDocument document = read(odd);
  const auto places = places_of(document, "https://a");
  REQUIRE(places.size() == 1);
  const auto pinned = pinned_text(odd, document, places[0], kPin);
  REQUIRE_FALSE(pinned.ok());
  CHECK(pinned.error().code == Code::kFailedPrecondition);
  CHECK(pinned.error().advice.find(kPin) != std::string::npos);
}
