#include "proxmox/task_watch.h"

#include <doctest/doctest.h>

#include "fakes.h"

namespace pmx::proxmox {
namespace {

using namespace std::chrono_literals;

constexpr const char* kUpid = "UPID:pve2:0000013D:0009BFAD:6B017C89:qmstart:105:root@pam!mpc:";
constexpr const char* kTask =
    "/nodes/pve2/tasks/UPID%3Apve2%3A0000013D%3A0009BFAD%3A6B017C89%3Aqmstart%3A105%3Aroot%40pam"
    "%21mpc%3A";

struct Watch {
  FakeHttp http;
  FakeClock clock;
  Context ctx;
  Client client{http, ApiToken::parse(kTokenText).value(), clock};
  Upid upid = Upid::parse(kUpid).value();
  std::vector<std::string> seen;

  void running() { http.data(R"({"status":"running"})"); }
  void stopped(const std::string& exit) {
    http.data(R"({"status":"stopped","exitstatus":")" + exit + "\"}");
  }
  void log(std::int64_t first, std::int64_t count, std::int64_t total) {
    Json lines = Json::array();
    for (std::int64_t i = first; i < first + count; ++i) {
      lines.push_back({{"n", i + 1}, {"t", "line " + std::to_string(i)}});
    }
    http.reply(200, dump_json(Json{{"data", lines}, {"total", total}}));
  }
  std::function<void(std::string_view)> collect() {
    return [this](std::string_view line) { seen.emplace_back(line); };
  }
};

}  // namespace

TEST_CASE_FIXTURE(Watch, "wait: polls the task's own node with growing pauses until it ends") {
  for (int i = 0; i < 12; ++i) running();
  stopped("OK");
  log(0, 2, 2);
  const auto outcome = client.wait_task(ctx, upid);
  REQUIRE(outcome.ok());
  CHECK(outcome->status.succeeded());
  CHECK(outcome->log_tail == std::vector<std::string>{"line 0", "line 1"});
  CHECK(http.requests[0].path == std::string(kTask) + "/status");
  REQUIRE(clock.waits.size() == 12);
  CHECK(clock.waits.front() == 100ms);
  CHECK(clock.waits.back() == 2000ms);
  for (std::size_t i = 1; i < clock.waits.size(); ++i) CHECK(clock.waits[i] >= clock.waits[i - 1]);
}

TEST_CASE_FIXTURE(Watch, "wait: reports each log line once, in order, going on where it was") {
  running();
  http.reply(200, R"({"data":[{"n":1,"t":"no content"}],"total":1})");
  running();
  log(0, 2, 2);
  running();
  log(2, 0, 2);
  stopped("OK");
  log(2, 1, 3);
  const auto outcome = client.wait_task(ctx, upid, collect());
  REQUIRE(outcome.ok());
  CHECK(seen == std::vector<std::string>{"line 0", "line 1", "line 2"});
  CHECK(outcome->log_tail == seen);
  CHECK(param(http.requests[3], "start") == "0");
  CHECK(param(http.requests[5], "start") == "2");
  CHECK(http.finished());
}

TEST_CASE_FIXTURE(Watch, "wait: who waits again goes on behind the lines that it had") {
  running();
  log(7, 1, 8);
  stopped("OK");
  log(8, 1, 9);
  const auto outcome = client.wait_task(ctx, upid, collect(), 7);
  REQUIRE(outcome.ok());
  CHECK(seen == std::vector<std::string>{"line 7", "line 8"});
  CHECK(param(http.requests[1], "start") == "7");
}

TEST_CASE_FIXTURE(Watch, "wait: warnings are a success, being killed is none") {
  for (const auto& [exit, good] : {std::pair{"OK", true}, std::pair{"WARNINGS: 2", true},
                                   std::pair{"unexpected status", false}, std::pair{"", false}}) {
    CAPTURE(exit);
    stopped(exit);
    log(0, 0, 0);
    const auto outcome = client.wait_task(ctx, upid);
    REQUIRE(outcome.ok());
    CHECK(outcome->status.succeeded() == good);
  }
}

TEST_CASE_FIXTURE(Watch, "stop: asks the task's own node") {
  http.data("null");
  REQUIRE(client.stop_task(ctx, upid).ok());
  CHECK(http.requests[0].method == "DELETE");
  CHECK(http.requests[0].path == kTask);
}

TEST_CASE_FIXTURE(Watch, "wait: a failed task is an outcome, not an error") {
  stopped("VM quit/powerdown failed - got timeout");
  log(0, 0, 0);
  const auto outcome = client.wait_task(ctx, upid);
  REQUIRE(outcome.ok());
  CHECK_FALSE(outcome->status.succeeded());
  CHECK(outcome->status.exitstatus == "VM quit/powerdown failed - got timeout");
}

TEST_CASE_FIXTURE(Watch,
                  "wait: of a long log only the end is kept, and the middle is not fetched") {
  stopped("OK");
  log(0, 500, 10'000);
  log(9'980, 20, 10'000);
  const auto outcome = client.wait_task(ctx, upid);
  REQUIRE(outcome.ok());
  REQUIRE(outcome->log_tail.size() == 20);
  CHECK(outcome->log_tail.front() == "line 9980");
  CHECK(outcome->log_tail.back() == "line 9999");
  CHECK(param(http.requests[2], "start") == "9980");
}

TEST_CASE_FIXTURE(Watch, "wait: a log that cannot be read does not hide the outcome") {
  stopped("OK");
  http.reply(403, R"({"message":"Permission check failed\n"})");
  const auto outcome = client.wait_task(ctx, upid);
  REQUIRE(outcome.ok());
  CHECK(outcome->log_tail.empty());
}

TEST_CASE_FIXTURE(Watch, "wait: up to five failures in a row are sat out") {
  const auto hiccup = [&](int i) {
    if (i % 2 == 0) http.reply(595, "", "No route to host");
    if (i % 2 == 1) http.fail(Code::kDeadlineExceeded, "timed out");
  };
  SUBCASE("five, then an answer, then five again") {
    for (int i = 0; i < 5; ++i) hiccup(i);
    running();
    for (int i = 0; i < 5; ++i) hiccup(i);
    stopped("OK");
    log(0, 1, 1);
    CHECK(client.wait_task(ctx, upid).ok());
  }
  SUBCASE("a minute in all") {
    for (int i = 0; i < 5; ++i) hiccup(i);
    stopped("OK");
    log(0, 1, 1);
    REQUIRE(client.wait_task(ctx, upid).ok());
    CHECK(clock.waits == std::vector<std::chrono::milliseconds>{2s, 4s, 8s, 16s, 32s});
  }
  SUBCASE("the sixth is reported") {
    for (int i = 0; i < 6; ++i) hiccup(i + 1);
    const auto outcome = client.wait_task(ctx, upid);
    REQUIRE_FALSE(outcome.ok());
    CHECK(outcome.error().code == Code::kUnavailable);
  }
  CHECK(http.finished());
}

TEST_CASE_FIXTURE(Watch, "wait: errors that waiting cannot cure end it at once") {
  SUBCASE("no such task") {
    http.reply(400, R"({"data":null,"message":"Parameter verification failed.\n",
                        "errors":{"upid":"no such task"}})");
    const auto outcome = client.wait_task(ctx, upid);
    REQUIRE_FALSE(outcome.ok());
    CHECK(outcome.error().code == Code::kNotFound);
  }
  SUBCASE("no permission") {
    http.reply(403, R"({"message":"Permission check failed (/nodes/pve2, Sys.Audit)\n"})");
    const auto outcome = client.wait_task(ctx, upid);
    REQUIRE_FALSE(outcome.ok());
    CHECK(outcome.error().code == Code::kPermissionDenied);
  }
  CHECK(http.requests.size() == 1);
}

TEST_CASE_FIXTURE(Watch, "wait: the deadline ends it and says that the task goes on") {
  for (int i = 0; i < 50; ++i) running();
  ctx.deadline = clock.steady() + 3s;
  const auto outcome = client.wait_task(ctx, upid);
  REQUIRE_FALSE(outcome.ok());
  CHECK(outcome.error().code == Code::kDeadlineExceeded);
  CHECK(outcome.error().message.find(kUpid) != std::string::npos);
  CHECK(clock.steady() == *ctx.deadline);
}

TEST_CASE_FIXTURE(Watch, "wait: a stop request ends it") {
  std::stop_source source;
  ctx.stop = source.get_token();
  running();
  log(0, 1, 1);
  const auto outcome =
      client.wait_task(ctx, upid, [&](std::string_view) { source.request_stop(); });
  REQUIRE_FALSE(outcome.ok());
  CHECK(outcome.error().code == Code::kCancelled);
  CHECK(http.finished());
}

}  // namespace pmx::proxmox
