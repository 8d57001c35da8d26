#include "base/log.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"

namespace {

struct LogFile {
  LogFile() {
    char name[] = "/tmp/pmx-log-XXXXXX";
    directory = mkdtemp(name);
    REQUIRE(pmx::log::init({pmx::log::Level::kInfo, directory + "/log"}).ok());
  }
  ~LogFile() {
    pmx::log::set_redactor({});
    std::filesystem::remove_all(directory);
  }
  std::string text() const { return pmx::read_file(directory + "/log").value(); }
  std::string directory;
};

}  // namespace

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
