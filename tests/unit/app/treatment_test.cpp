#include "app/treatment.h"

#include <doctest/doctest.h>

namespace pmx::app {
namespace {

using anonymize::Kind;

struct Fixture {
  Fixture() {
    auto opened = anonymize::Engine::open(Secret(std::string(32, 'k')), mapping);
    REQUIRE(opened.ok());
    engine = std::move(opened).value();
    const std::vector<anonymize::Name> names{{Kind::kVm, "payroll-db"}};
    REQUIRE(engine->learn(names).ok());
  }
  anonymize::MemoryMapping mapping;
  std::unique_ptr<anonymize::Engine> engine;
};

std::string fed(Treatment& treatment, std::string_view text) {
  std::string out;
  for (; !text.empty(); text.remove_prefix(1)) {
    REQUIRE(treatment.feed(text.substr(0, 1), out, nullptr).ok());
  }
  REQUIRE(treatment.finish(out, nullptr).ok());
  return out;
}

}  // namespace

TEST_CASE("treatment: what is fed is treated as the whole is, and revealed again") {
  Fixture fixture;
  const std::string text = "payroll-db (VM 105) answers on 10.20.30.40\n";
  Anonymizing whole(*fixture.engine);
  const auto shown = whole.whole(text, nullptr);
  REQUIRE(shown.ok());
  CHECK(shown->find("payroll") == std::string::npos);
  Anonymizing pieces(*fixture.engine);
  CHECK(pieces.takes_documents_whole());
  CHECK(fed(pieces, text) == *shown);
  Revealing back(*fixture.engine);
  CHECK_FALSE(back.takes_documents_whole());
  CHECK(back.whole(*shown, nullptr).value() == text);
  CHECK(fed(back, *shown) == text);
}

TEST_CASE("treatment: a document is edited where it stands, and what only looks like one is text") {
  Fixture fixture;
  Anonymizing treatment(*fixture.engine);
  const auto document = treatment.whole("{\"n\": 1.50, \"name\":\"payroll-db\"}", nullptr);
  REQUIRE(document.ok());
  CHECK(document->starts_with("{\"n\": 1.50, \"name\":\""));
  CHECK(document->find("payroll") == std::string::npos);
  const auto text = treatment.whole("[12:00] payroll-db is up", nullptr);
  REQUIRE(text.ok());
  CHECK(text->starts_with("[12:00] vm-"));
}

TEST_CASE(
    "treatment: with a key VMIDs are others, as many digits, and explanations keep their places") {
  Fixture fixture;
  const std::string text = "VM 10542 is up, then payroll-db\n";
  Anonymizing plain(*fixture.engine);
  Anonymizing permuting(*fixture.engine, Secret(std::string(32, 'v')));
  anonymize::Explanation why;
  const std::string before = fed(plain, text);
  const auto after = permuting.whole(text, &why);
  REQUIRE(after.ok());
  CHECK(after->size() == before.size());
  CHECK(after->find("10542") == std::string::npos);
  CHECK(fed(permuting, text) == *after);
  REQUIRE(why.size() == 1);
  CHECK(after->substr(why[0].begin, 3) == "vm-");
}

}  // namespace pmx::app
