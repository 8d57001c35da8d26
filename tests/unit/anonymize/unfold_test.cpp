#include "anonymize/unfold.h"

#include "anonymize/chars.h"
#include "fixture.h"

namespace pmx::anonymize {
namespace {

std::string meant(std::string_view text) {
  return unfold(text, [](std::string_view, std::size_t) { return std::size_t{0}; }).text;
}

}  // namespace

TEST_CASE("unfold: what is written otherwise is read as it is meant") {
  const std::pair<const char*, const char*> rows[] = {
      {"n&#97;utilus &amp; M&uuml;ller", "nautilus & Müller"},
      {"\\u006eautilus \\x2d", "nautilus -"},
      {"ｎａｕｔｉｌｕｓ", "nautilus"},
      {"n\xD0\xB0utilus", "nautilus"},
      {"nau\xE2\x80\x8Btilus nau\xC2\xADtilus", "nautilus nautilus"},
      {"10[.]1[.]2[.]3", "10.1.2.3"},
      {"Mu\xCC\x88ller", "Müller"},
      {"KEY=\nOTHER=1", "KEY=\nOTHER=1"},
      {"a plain line", "a plain line"}};
  for (const auto& [written, read] : rows) {
    CAPTURE(written);
    CHECK(meant(written) == read);
  }
}

TEST_CASE("unfold: a known name in any spelling has one pseudonym and comes back as it was") {
  Cluster cluster;
  const std::string plain = lower(cluster.text("payroll-db"));
  for (const char* written : {"p&#97;yroll-db", "pay\xE2\x80\x8Broll-db", "ｐａｙｒｏｌｌ-db",
                              "p\xD0\xB0yroll-db", "payroll\\u002ddb"}) {
    CAPTURE(written);
    const std::string out = cluster.text(written);
    CHECK(lower(out) == plain);
    CHECK(cluster.text(out) == out);
    CHECK(cluster.reveal(out) == written);
  }
}

TEST_CASE("unfold: a backslash before a known name is no escape") {
  Cluster cluster;
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kUser, "nadine.k"}}).ok());
  CHECK_FALSE(contains(cluster.text("ACME\\nadine.k logged in"), "nadine"));
  CHECK_FALSE(contains(cluster.text("line\\nnadine.k logged in"), "nadine"));
}

}  // namespace pmx::anonymize
