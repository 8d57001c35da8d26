#include "ops/api_guide.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"

namespace pmx::ops {
namespace {

using proxmox::ApiRelease;

std::string title(const proxmox::ApiMethod& method) {
  return std::string(method.method) + " " + std::string(method.path);
}

ApiGuide& guide(ApiRelease release) {
  static ApiGuides guides;
  auto found = guides.of(release);
  REQUIRE(found.ok());
  return **found;
}

/// The place of the first right method, from 1; 0 when it is not among the first `limit`.
std::size_t place_of_answer(ApiGuide& guide, const Json& question, std::size_t limit) {
  const auto found = guide.search(string_member(question, "ask"), "", limit);
  REQUIRE(found.ok());
  for (std::size_t i = 0; i < found->size(); ++i) {
    for (const Json& answer : question["answers"])
      if (answer == title(*(*found)[i])) return i + 1;
  }
  return 0;
}

bool is_there(ApiGuide& guide, const Json& question) {
  for (const auto& method : guide.schema().methods()) {
    for (const Json& answer : question["answers"])
      if (answer == title(method)) return true;
  }
  return false;
}

std::vector<Json> questions(const char* name) {
  const auto file = std::filesystem::path(__FILE__).parent_path() / "../../data" / name;
  std::ifstream in(file);
  std::vector<Json> out;
  for (std::string line; std::getline(in, line);) {
    auto question = parse_json(line);
    REQUIRE(question.ok());
    out.push_back(std::move(question).value());
  }
  return out;
}

struct Score {
  int right = 0;
  int asked = 0;
  [[nodiscard]] bool enough() const { return right * 10 >= asked * 9; }
  [[nodiscard]] std::string text() const {
    return std::to_string(right) + " of " + std::to_string(asked);
  }
};

struct Scores {
  Score tuned;
  Score held;
  std::string missed;
};

/// What a release does not have is not asked of it.
Scores ask_all(ApiGuide& guide, const char* file) {
  Scores scores;
  for (const Json& question : questions(file)) {
    if (!is_there(guide, question)) continue;
    Score& score = question.value("held", false) ? scores.held : scores.tuned;
    const bool right = place_of_answer(guide, question, 3) != 0;
    ++score.asked;
    score.right += right ? 1 : 0;
    if (!right) scores.missed += "\n" + question["ask"].get<std::string>();
  }
  return scores;
}

}  // namespace

TEST_CASE("api guide: the right method is among the first three of nine questions in ten") {
  CHECK(questions("api_questions.jsonl").size() == 100);
  for (const ApiRelease release : {ApiRelease::k8, ApiRelease::k9}) {
    const Scores scores = ask_all(guide(release), "api_questions.jsonl");
    const Scores late = ask_all(guide(release), "api_questions_late.jsonl");
    CAPTURE(scores.missed);
    CAPTURE(late.missed);
    MESSAGE(std::string(proxmox::release_name(release)), ": of those it was tuned with ",
            scores.tuned.text(), ", of those held back ", scores.held.text(),
            ", of those that came later ", late.tuned.text());
    CHECK(scores.tuned.enough());
    CHECK(scores.held.enough());
    CHECK(late.tuned.enough());
    CHECK(scores.held.asked + scores.tuned.asked >= 99);
  }
}

TEST_CASE("api guide: every method of both releases has a summary and is found by its path") {
  for (const ApiRelease release : {ApiRelease::k8, ApiRelease::k9}) {
    ApiGuide& one = guide(release);
    CHECK(one.schema().methods().size() == (release == ApiRelease::k8 ? 606U : 675U));
    for (const auto& method : one.schema().methods()) {
      CAPTURE(title(method));
      CHECK_FALSE(one.summary(method).empty());
      const auto found = one.search(method.path, method.method, 3);
      REQUIRE(found.ok());
      REQUIRE_FALSE(found->empty());
      CHECK(found->front() == &method);
      const auto by_title = one.search(title(method), "", 5);
      REQUIRE(by_title.ok());
      CHECK(std::ranges::find(*by_title, &method) != by_title->end());
    }
  }
}

TEST_CASE("api guide: a verb is kept to, and a limit") {
  const auto found = guide(ApiRelease::k9).search("snapshot of a VM", "DELETE", 4);
  REQUIRE(found.ok());
  CHECK(found->size() == 4);
  for (const auto* method : *found) CHECK(method->method == "DELETE");
  CHECK(title(*found->front()) == "DELETE /nodes/{node}/qemu/{vmid}/snapshot/{snapname}");
}

TEST_CASE("api guide: what no method knows finds nothing, whatever it is made of") {
  for (const char* text :
       {"", " ", "?", "xyzzyqq", "the of a", "\"", "* OR (", "-\"NEAR(", "///"}) {
    CAPTURE(text);
    const auto found = guide(ApiRelease::k9).search(text, "", 3);
    REQUIRE(found.ok());
    CHECK(found->size() <= 3);
  }
  CHECK(guide(ApiRelease::k9).search("xyzzyqq", "", 3)->empty());
}

}  // namespace pmx::ops
