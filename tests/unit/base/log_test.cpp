#include "base/log.h"

#include <filesystem>

#include "tests/unit/base/log_file.h"

using pmx::testing::LogFile;

TEST_CASE("log: before a redactor is set, values are withheld") {
  const LogFile file;
  pmx::log::info(pmx::Context{}, "start", {{"name", "payroll-db"}});
  CHECK(file.text().find("start") != std::string::npos);
  CHECK(file.text().find("payroll") == std::string::npos);
}

TEST_CASE("log: values pass the redactor and cannot forge lines") {
  const LogFile file;
  pmx::log::set_redactor([](std::string_view line) {
    std::string text(line);
    const std::size_t at = text.find("payroll-db");
    if (at != std::string::npos) text.replace(at, 10, "vm-x");
    return text;
  });
  pmx::Context ctx;
  ctx.request_id = "r1";
  pmx::log::info(ctx, "call", {{"name", "payroll-db"}, {"note", "a\nb \"c\""}, {"empty", ""}});
  pmx::log::debug(ctx, "hidden", {{"x", "y"}});
  const std::string text = file.text();
  CHECK(text.find("call rid=r1 name=vm-x note=\"a\\x0ab \\\"c\\\"\"\n") != std::string::npos);
  CHECK(text.find("payroll-db") == std::string::npos);
  CHECK(text.find("hidden") == std::string::npos);
}

TEST_CASE("log: a line names the caller's trace, which the redactor does not touch") {
  const LogFile file;
  pmx::log::set_redactor([](std::string_view) { return std::string(" hidden"); });
  pmx::Context ctx;
  ctx.request_id = "r1";
  ctx.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  ctx.tracestate = "vendor=payroll";
  pmx::log::info(ctx, "call");
  CHECK(file.text().find("call rid=r1 trace=4bf92f3577b34da6a3ce929d0e0e4736 "
                         "span=00f067aa0ba902b7 hidden") != std::string::npos);
}

TEST_CASE("log: levels are read by name") {
  CHECK(pmx::log::parse_level("warn").value() == pmx::log::Level::kWarn);
  CHECK_FALSE(pmx::log::parse_level("loud").ok());
}

TEST_CASE("log: each level writes itself and what is graver") {
  using pmx::log::Level;
  const struct {
    Level level;
    const char* written;
  } rows[] = {{Level::kDebug, "dbg nfo wrn err"},
              {Level::kInfo, "nfo wrn err"},
              {Level::kWarn, "wrn err"},
              {Level::kError, "err"},
              {Level::kOff, ""}};
  const LogFile file;
  for (const auto& row : rows) {
    CAPTURE(row.written);
    const std::string path = file.directory().file(std::to_string(static_cast<int>(row.level)));
    REQUIRE(pmx::log::init({row.level, path}).ok());
    pmx::log::debug({}, "dbg");
    pmx::log::info({}, "nfo");
    pmx::log::warn({}, "wrn");
    pmx::log::error({}, "err");
    std::string seen;
    for (const char* event : {"dbg", "nfo", "wrn", "err"})
      if (pmx::read_file(path).value().find(event) != std::string::npos)
        seen += (seen.empty() ? "" : " ") + std::string(event);
    CHECK(seen == row.written);
  }
}

TEST_CASE("log: a new file is private, and one that cannot be opened is an error") {
  const LogFile file;
  CHECK((std::filesystem::status(file.path()).permissions() &
         (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
        std::filesystem::perms::none);
  const auto refused =
      pmx::log::init({pmx::log::Level::kInfo, file.directory().file("no/such/log")});
  CHECK(refused.error().code == pmx::Code::kInvalidArgument);
  CHECK(refused.error().advice.find("--log-file") != std::string::npos);
}

TEST_CASE("log: taking the redactor away withholds values again") {
  const LogFile file;
  pmx::log::set_redactor([](std::string_view line) { return std::string(line); });
  pmx::log::info({}, "one", {{"name", "alpha"}});
  pmx::log::set_redactor({});
  pmx::log::info({}, "two", {{"name", "beta"}});
  CHECK(file.text().find("alpha") != std::string::npos);
  CHECK(file.text().find("beta") == std::string::npos);
  CHECK(file.text().find("two") != std::string::npos);
}

TEST_CASE("log: of the client's own words only a hash is written, and the redactor never sees it") {
  const LogFile file;
  std::string judged;
  pmx::log::set_redactor([&judged](std::string_view line) {
    judged += line;
    return std::string(" <gone>");
  });
  pmx::Context ctx;
  ctx.request_id = "r7";
  ctx.rpc_id = "payroll-db";
  ctx.tool = "guest_list";
  pmx::log::info(ctx, "call");
  CHECK(file.text().find("call rid=r7 jrpc=hash:") != std::string::npos);
  CHECK(file.text().find(" <gone>\n") != std::string::npos);
  CHECK(file.text().find("payroll-db") == std::string::npos);
  ctx.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  ctx.tracestate = "vendor=payroll-db";
  for (const char* id : {"\"10.0.0.5\"", "1.5", "123456789012345678901", "-", "7 8"}) {
    ctx.rpc_id = id;
    pmx::log::info(ctx, "call");
  }
  CHECK(file.text().find("10.0.0.5") == std::string::npos);
  CHECK(file.text().find("payroll-db") == std::string::npos);
  CHECK(judged.find("jrpc") == std::string::npos);
  CHECK(judged.find("vendor") == std::string::npos);
}

TEST_CASE("log: equal words have equal hashes, other words others") {
  const LogFile file;
  pmx::Context ctx;
  for (const char* id : {"payroll-db", "payroll-dc", "payroll-db"}) {
    ctx.rpc_id = id;
    pmx::log::info(ctx, "call");
  }
  std::vector<std::string> hashes;
  const std::string text = file.text();
  for (std::size_t at = text.find("hash:"); at != std::string::npos;
       at = text.find("hash:", at + 1))
    hashes.push_back(text.substr(at, text.find_first_of(" \n", at) - at));
  REQUIRE(hashes.size() == 3);
  CHECK(hashes[0] == hashes[2]);
  CHECK(hashes[0] != hashes[1]);
}

TEST_CASE("log: an id that is an integer stands as it is") {
  const LogFile file;
  pmx::log::set_redactor([](std::string_view) { return std::string(" <gone>"); });
  pmx::Context ctx;
  for (const char* id : {"0", "-42", "18446744073709551615"}) {
    ctx.rpc_id = id;
    pmx::log::info(ctx, "call");
    CHECK(file.text().find("jrpc=" + ctx.rpc_id + " <gone>\n") != std::string::npos);
  }
}

TEST_CASE("log: no control character of a value reaches the terminal") {
  const LogFile file;
  pmx::log::set_redactor([](std::string_view line) { return std::string(line); });
  for (int c = 0; c < 0x20; ++c)
    pmx::log::info({}, "v", {{"x", "a" + std::string(1, static_cast<char>(c))}});
  pmx::log::info({}, "v", {{"x", "\x1b[2J"}, {"y", "a\x7f"}});
  const std::string text = file.text();
  CHECK(text.find("x=\"\\x1b[2J\" y=\"a\\x7f\"") != std::string::npos);
  for (const char c : text)
    CHECK((c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)));
}
