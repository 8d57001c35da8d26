// Telephone numbers in text and in fields.
#include "fixture.h"

namespace pmx::anonymize {

TEST_CASE("phone: numbers get a number nobody has, and come back") {
  Cluster cluster;
  const struct {
    const char* text;
    const char* secret;
  } rows[] = {{"call +49 89 1234567 please", "1234567"},
              {"phone +49 30 263 6256", "6256"},
              {"Tel.: 089 / 1234567", "1234567"},
              {"mobile=01701234567", "0170"},
              {"fax: (089) 123-4567", "4567"},
              {"office (089) 1234567, 2nd floor", "089"},
              {"+41 44 231 4600 105", "4600"},
              {"+1-202-555-0143.", "0143"},
              {"+491701234567", "1701234567"},
              {"phone number: 123456", "123456"},
              {"+49 (0)89 12345-678", "678"},
              {"call 0049 89 1234567", "1234567"},
              {"\"phone\": \"089 1234567\"", "1234567"}};
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const std::string out = cluster.text(row.text);
    CAPTURE(out);
    CHECK(contains(out, "+00 000 "));
    CHECK_FALSE(contains(out, row.secret));
    CHECK(cluster.text(out) == out);
    CHECK(cluster.reveal(out) == row.text);
    CHECK(cluster.engine->check(out).ok());
  }
  CHECK(contains(cluster.text("+41 44 231 4600 105"), " 105"));
  CHECK_FALSE(cluster.engine->check("call +49 89 1234567").ok());
  CHECK(contains(cluster.json(R"({"phone":"089 1234567","tel":"12345678"})"), "\"+00 000 "));
}

TEST_CASE("phone: counters, sizes, dates and times stay") {
  Cluster cluster;
  for (const char* row :
       {"maxmem 34359738368, mem +34359738368 bytes", "call 1048576 times", "call 2026-11-21 12:00",
        "2026-11-21T12:00:00+02:00 +0200", "call trace 00000000 1234", "+1234567890%",
        "mobile: 2026-11-21", "diff +12 -3", "(0000) 12345678", "(0) 1 of 2", "1e+1234567890",
        "fax 3 of 7", "phone home", "+00 000 123456", "tel: 5", "cell 100 200 300 400"}) {
    CAPTURE(row);
    CHECK(cluster.text(row) == row);
  }
}

}  // namespace pmx::anonymize
