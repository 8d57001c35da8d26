#include "app/installation.h"
#include "tests/unit/app/workbench.h"
#include "tests/unit/base/log_file.h"

using namespace pmx;

namespace {

std::int64_t rows(app::Installation& installation) {
  std::int64_t all = 0;
  const auto counts = installation.pseudonym_counts();
  for (const auto& count : counts.value()) all += count.count;
  return all;
}

}  // namespace

TEST_CASE("log: what a client makes us log issues no pseudonym, and unknown values are masked") {
  const testing::LogFile file;
  app::test::JumpingClock clock;
  const auto installation = app::Installation::open_demo(clock, Secret(std::string(32, 'k')));
  REQUIRE(installation.ok());
  const std::vector<anonymize::Name> known{{anonymize::Kind::kVm, "payroll-db"}};
  REQUIRE((*installation)->engine().learn(known).ok());
  const std::string shown =
      (*installation)->engine().pseudonym(anonymize::Kind::kVm, "payroll-db").value();
  const std::int64_t before = rows(**installation);
  Context ctx;
  ctx.rpc_id = "\"10.0.0.5\"";
  ctx.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  ctx.tracestate = "vendor=10.0.0.6";
  log::info(ctx, "plain");
  const std::vector<const char*> values{
      "10.77.3.4",
      "2001:db8:77::beef:1:2:3",
      "zelda.quibble@hyrule-corp.de",
      "4e:77:12:34:56:78",
      "7d1f2a34-0000-4bcd-9abc-1234567890ab",
      "https://zelda:hunter2hunter2@vault.hyrule-corp.de:8006/x",
      "UPID:hyrule-node:00001234:00005678:6AFDC000:qmstart:100:zelda@hyrule:",
      "+49 89 1234567",
      "MTAuNzcuMy40IGlzIHRoZSBhZGRyZXNzIG9mIHZhdWx0Lmh5cnVsZS1jb3JwLmRl",
  };
  for (const char* value : values) log::warn(ctx, "odd", {{"why", value}, {"guest", "payroll-db"}});
  CHECK(rows(**installation) == before);
  const std::string text = file.text();
  for (const char* part : {"10.0.0.5", "10.0.0.6", "10.77.3", "beef", "zelda", "hyrule", "4e:77",
                           "7d1f2a34", "hunter2", "89 1234567", "MTAuNzcuMy40", "payroll-db"}) {
    CAPTURE(part);
    CHECK(text.find(part) == std::string::npos);
  }
  CHECK(text.find("guest=" + shown) != std::string::npos);
  CHECK(text.find("withheld") == std::string::npos);
}
