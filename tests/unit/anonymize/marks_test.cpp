#include "anonymize/marks.h"

#include <random>
#include <string>

#include "anonymize/chars.h"
#include "fixture.h"

namespace pmx::anonymize {
namespace {

/// What the pass is to find, byte by byte: where `phrase` stands, `marked` bytes further.
std::vector<std::size_t> places_of(std::string_view text, std::string_view phrase,
                                   std::size_t marked) {
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < text.size(); ++at)
    if (text.substr(at).starts_with(phrase)) places.push_back(at + marked);
  return places;
}

std::vector<std::size_t> slashes_of(std::string_view text) {
  std::vector<std::size_t> places;
  for (std::size_t at = 1; at + 1 < text.size(); ++at)
    if (text[at] == '/' && is_digit(text[at - 1]) && is_digit(text[at + 1])) places.push_back(at);
  return places;
}

void same_marks(std::string_view text) {
  CAPTURE(text);
  const Marks marks(text);
  CHECK(marks.of(Marks::kQuoted) == places_of(text, " '", 1));
  CHECK(marks.of(Marks::kDoublyQuoted) == places_of(text, " \"", 1));
  CHECK(marks.of(Marks::kHome) == places_of(text, "/h", 0));
  CHECK(marks.of(Marks::kBranch) == places_of(text, "`-", 0));
  CHECK(marks.of(Marks::kName) == places_of(text, " N", 0));
  CHECK(marks.of(Marks::kEquals) == places_of(text, " =", 0));
  CHECK(marks.of(Marks::kNode) == places_of(text, "ode ", 0));
  CHECK(marks.of(Marks::kWord) == places_of(text, "wor", 0));
  CHECK(marks.of(Marks::kSerial) == places_of(text, "SN", 0));
  CHECK(marks.of(Marks::kClient) == places_of(text, "=1:", 0));
  CHECK(marks.of(Marks::kIndented) == places_of(text, "\n k", 0));
  CHECK(marks.of(Marks::kComma) == places_of(text, "','", 0));
  CHECK(marks.of(Marks::kSlash) == slashes_of(text));
}

}  // namespace

TEST_CASE("marks: every phrase, wherever a step of the pass is cut") {
  for (const char* phrase : {" '", " \"", "/h", "`-", " N", " =", "ode ", "wor", "SN",
                             "=1:", "\n k", "','", "0/9", "','','", " ' \"", "9/9/9"})
    for (std::size_t before = 0; before < 40; ++before)
      for (const std::size_t behind : {0U, 1U, 2U, 15U, 16U, 17U})
        same_marks(std::string(before, 'x') + phrase + std::string(behind, 'y'));
}

TEST_CASE("marks: any bytes") {
  std::mt19937 random(41);
  constexpr std::string_view kSpice = " '\"/h`-N=odewrSN1:\nk,09/:@G\xE2";
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (std::size_t left = random() % 90; left > 0; --left)
      text +=
          random() % 8 != 0 ? kSpice[random() % kSpice.size()] : static_cast<char>(random() % 256);
    same_marks(text);
  }
}

}  // namespace pmx::anonymize
