#include "proxmox/client.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <future>

#include "base/files.h"
#include "base/log.h"
#include "fakes.h"

namespace pmx::proxmox {
namespace {

using namespace std::chrono_literals;

constexpr const char* kUpid = "UPID:pve2:0000013D:0009BFAD:6B017C89:qmstart:105:root@pam!mpc:";

struct Fixture {
  FakeHttp http;
  FakeClock clock;
  Context ctx;
  Client token{http, ApiToken::parse(kTokenText).value(), clock};
  Client login{http, Login{"ops@pve", Secret("p&=ss")}, clock};

  void ticket(const std::string& number) {
    http.data(R"({"ticket":"PVE:ops@pve:)" + number + R"(::ab+/=","CSRFPreventionToken":"csrf)" +
              number + R"(","username":"ops@pve"})");
  }
};

Guest guest(const char* type) {
  Guest out;
  out.vmid = 105;
  out.type = type;
  out.node = "pve1";
  return out;
}

}  // namespace

TEST_CASE("client: each call leaves a line in the log that names the caller's trace") {
  char name[] = "/tmp/pmx-client-XXXXXX";
  const std::string folder = mkdtemp(name);
  REQUIRE(log::init({log::Level::kDebug, folder + "/log"}).ok());
  log::set_redactor([](std::string_view line) { return std::string(line); });
  Fixture f;
  f.http.data(R"({"version":"8.2.4","release":"8.2","repoid":"x"})");
  f.ctx.request_id = "r7";
  f.ctx.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  REQUIRE(f.token.version(f.ctx).ok());
  const std::string text = read_file(folder + "/log").value();
  log::set_redactor({});
  REQUIRE(log::init({log::Level::kOff, ""}).ok());
  std::filesystem::remove_all(folder);
  CHECK(text.find("pve.call rid=r7 trace=4bf92f3577b34da6a3ce929d0e0e4736 span=00f067aa0ba902b7 "
                  "method=GET path=/version outcome=200 ms=") != std::string::npos);
}

TEST_CASE("token: read from its text, errors never show the secret") {
  const auto token = ApiToken::parse("a@b@corp!t1=0a0b0c0d-0000-4000-8000-0123456789AB");
  REQUIRE(token.ok());
  CHECK(token->id == "a@b@corp!t1");
  CHECK(token->secret.expose() == "0a0b0c0d-0000-4000-8000-0123456789AB");
  for (const char* text : {"", "root@pam", "root@pam!t1", "root!t1=S3CRET", "root@pam!t=S3CRET",
                           "@pam!t1=S3CRET", "root@!t1=S3CRET", "root@pam!t1=S3CRET",
                           "ro ot@pam!t1=00000000-0000-4000-8000-000000000004",
                           "root@pam!t1=0000000-00000-4000-8000-000000000004",
                           "PVEAPIToken=root@pam!t1=S3CRET-00000000-0000-4000-8000-0000"}) {
    CAPTURE(text);
    const auto bad = ApiToken::parse(text);
    REQUIRE_FALSE(bad.ok());
    CHECK(bad.error().code == Code::kInvalidArgument);
    CHECK(bad.error().text().find("S3CRET") == std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "client: a token goes into the Authorization header of every call") {
  http.data(R"({"version":"9.2.11","release":"9.2"})");
  const auto version = token.version(ctx);
  REQUIRE(version.ok());
  CHECK(version->version == "9.2.11");
  CHECK(version->release == "9.2");
  REQUIRE(http.requests.size() == 1);
  CHECK(http.requests[0].path == "/version");
  CHECK(header(http.requests[0], "Authorization") == std::string("PVEAPIToken=") + kTokenText);
  CHECK(header(http.requests[0], "Cookie").empty());
}

TEST_CASE_FIXTURE(Fixture, "client: a refused token is not tried again") {
  http.reply(401, "", "invalid token");
  const auto answer = token.get(ctx, "/version");
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().code == Code::kUnauthenticated);
  CHECK(answer.error().text().find("000000000004") == std::string::npos);
  CHECK(http.requests.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "client: a login's ticket travels as encoded cookie, CSRF on changes") {
  ticket("1");
  http.data("[]");
  http.data("null");
  CHECK(login.get(ctx, "/nodes").ok());
  CHECK(login.put(ctx, "/pools", {{"poolid", "x"}}).ok());
  REQUIRE(http.requests.size() == 3);
  CHECK(http.requests[0].path == "/access/ticket");
  CHECK(param(http.requests[0], "username") == "ops@pve");
  CHECK(param(http.requests[0], "password") == "p&=ss");
  CHECK(header(http.requests[1], "Cookie") == "PVEAuthCookie=PVE%3Aops%40pve%3A1%3A%3Aab%2B%2F%3D");
  CHECK(header(http.requests[1], "CSRFPreventionToken").empty());
  CHECK(header(http.requests[2], "CSRFPreventionToken") == "csrf1");
}

TEST_CASE_FIXTURE(Fixture, "client: a ticket is renewed with itself before two hours are over") {
  ticket("1");
  http.data("[]");
  REQUIRE(login.get(ctx, "/nodes").ok());
  clock.tick(91min);
  ticket("2");
  http.data("[]");
  REQUIRE(login.get(ctx, "/nodes").ok());
  CHECK(param(http.requests[2], "password") == "PVE:ops@pve:1::ab+/=");
  CHECK(header(http.requests[3], "Cookie").find("%3A2%3A") != std::string::npos);
  clock.tick(10h);
  ticket("3");
  http.data("[]");
  REQUIRE(login.get(ctx, "/nodes").ok());
  CHECK(param(http.requests[4], "password") == "p&=ss");
}

TEST_CASE_FIXTURE(Fixture, "client: a renewal that fails falls back as far as it is sensible") {
  ticket("1");
  http.data("[]");
  REQUIRE(login.get(ctx, "/nodes").ok());
  clock.tick(91min);
  SUBCASE("unreachable: the old ticket still serves") {
    http.fail(Code::kUnavailable, "down");
    http.data("[]");
    REQUIRE(login.get(ctx, "/nodes").ok());
    CHECK(header(http.requests.back(), "Cookie").find("%3A1%3A") != std::string::npos);
  }
  SUBCASE("refused: the password is used once") {
    http.reply(401, "", "permission denied - invalid PVE ticket");
    ticket("2");
    http.data("[]");
    REQUIRE(login.get(ctx, "/nodes").ok());
    CHECK(header(http.requests.back(), "Cookie").find("%3A2%3A") != std::string::npos);
  }
  CHECK(http.finished());
}

TEST_CASE_FIXTURE(Fixture,
                  "client: a 401 leads to one new login when the ticket may have expired") {
  ticket("1");
  http.data("[]");
  REQUIRE(login.get(ctx, "/nodes").ok());
  http.reply(401, "", "permission denied - invalid PVE ticket");
  SUBCASE("an old ticket") {
    clock.tick(30min);
    ticket("2");
    SUBCASE("and the new one is accepted") {
      http.data("\"UPID\"");
      CHECK(login.post(ctx, "/x").ok());
    }
    SUBCASE("and the new one is refused too") {
      http.reply(401, "", "permission denied - invalid PVE ticket");
      const auto answer = login.post(ctx, "/x");
      REQUIRE_FALSE(answer.ok());
      CHECK(answer.error().code == Code::kUnauthenticated);
    }
    CHECK(http.requests.size() == 5);
    CHECK(header(http.requests[4], "CSRFPreventionToken") == "csrf2");
  }
  SUBCASE("a fresh ticket is not replaced") {
    CHECK_FALSE(login.post(ctx, "/x").ok());
    CHECK(http.requests.size() == 3);
  }
  CHECK(http.finished());
}

TEST_CASE_FIXTURE(Fixture, "client: a login that needs a second factor points to tokens") {
  http.data(R"({"NeedTFA":1,"ticket":"PVE:!tfa!x"})");
  const auto answer = login.get(ctx, "/nodes");
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().code == Code::kUnauthenticated);
  CHECK(answer.error().advice.find("API token") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "client: a wrong password is sent once and not shown") {
  http.reply(401, "", "authentication failure");
  const auto answer = login.get(ctx, "/nodes");
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().code == Code::kUnauthenticated);
  CHECK(answer.error().text().find("p&=ss") == std::string::npos);
  CHECK(http.requests.size() == 1);
}

TEST_CASE("client: calls that come during a login wait for it, until they are stopped") {
  struct SlowLogin final : Http {
    Result<HttpResponse> send(const Context&, const HttpRequest& request) override {
      if (request.path != "/access/ticket") return HttpResponse{200, "", "{\"data\":[]}"};
      ++logins;
      started.set_value();
      release.get_future().wait();
      return HttpResponse{200, "", R"({"data":{"ticket":"PVE:x","CSRFPreventionToken":"c"}})"};
    }
    std::atomic<int> logins{0};
    std::promise<void> started, release;
  } http;
  FakeClock clock;
  Client client(http, Login{"ops@pve", Secret("p")}, clock);
  auto first = std::async(std::launch::async, [&] { return client.get({}, "/nodes").ok(); });
  http.started.get_future().wait();
  auto second = std::async(std::launch::async, [&] { return client.get({}, "/nodes").ok(); });
  std::stop_source source;
  source.request_stop();
  Context stopped;
  stopped.stop = source.get_token();
  const auto answer = client.get(stopped, "/nodes");
  http.release.set_value();
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().code == Code::kCancelled);
  CHECK(first.get());
  CHECK(second.get());
  CHECK(http.logins == 1);
}

TEST_CASE_FIXTURE(Fixture, "client: nothing is sent twice, whatever the failure") {
  for (const Code code : {Code::kUnavailable, Code::kDeadlineExceeded, Code::kCancelled}) {
    http.fail(code, "broke");
    const auto answer = token.post(ctx, "/nodes/pve1/qemu/105/status/start");
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().code == code);
  }
  for (const int status : {500, 595, 596, 599}) {
    http.reply(status, "", "broke");
    CHECK_FALSE(token.post(ctx, "/x").ok());
  }
  CHECK(http.requests.size() == 7);
  CHECK(http.finished());
}

TEST_CASE_FIXTURE(Fixture, "client: an answer that is not PVE's JSON is an error") {
  for (const char* body : {"", "<html>", "[]", "7", "{}", "{\"data\":", "\"x\""}) {
    CAPTURE(body);
    http.reply(200, body);
    const auto answer = token.get(ctx, "/version");
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().code == Code::kUnavailable);
  }
}

TEST_CASE_FIXTURE(Fixture, "client: typed endpoints ask for the right paths") {
  http.data("[]");
  http.data("[]");
  http.data("{}");
  http.data("{}");
  http.data("{}");
  CHECK(token.resources(ctx).ok());
  CHECK(token.cluster_status(ctx).ok());
  CHECK(token.permissions(ctx).ok());
  CHECK(token.guest_status(ctx, guest("qemu")).ok());
  CHECK(token.guest_config(ctx, guest("lxc")).ok());
  std::vector<std::string> paths;
  for (const auto& request : http.requests) paths.push_back(request.path);
  CHECK(paths == std::vector<std::string>{
                     "/cluster/resources", "/cluster/status", "/access/permissions",
                     "/nodes/pve1/qemu/105/status/current", "/nodes/pve1/lxc/105/config"});
}

TEST_CASE_FIXTURE(Fixture, "client: power actions post once and return the task") {
  http.data("\"" + std::string(kUpid) + "\"");
  const auto upid = token.guest_power(ctx, guest("qemu"), "shutdown", {{"timeout", "60"}});
  REQUIRE(upid.ok());
  CHECK(upid->text == kUpid);
  REQUIRE(http.requests.size() == 1);
  CHECK(http.requests[0].method == "POST");
  CHECK(http.requests[0].path == "/nodes/pve1/qemu/105/status/shutdown");
  CHECK(param(http.requests[0], "timeout") == "60");
}

TEST_CASE_FIXTURE(Fixture, "client: power actions that make no sense are refused before sending") {
  CHECK_FALSE(token.guest_power(ctx, guest("lxc"), "reset").ok());
  CHECK_FALSE(token.guest_power(ctx, guest("qemu"), "../../../x").ok());
  CHECK_FALSE(token.guest_power(ctx, guest("storage"), "start").ok());
  CHECK_FALSE(token.guest_power(ctx, Guest{}, "start").ok());
  CHECK(http.requests.empty());
  http.data("null");
  const auto odd = token.guest_power(ctx, guest("qemu"), "start");
  REQUIRE_FALSE(odd.ok());
  CHECK(odd.error().code == Code::kUnavailable);
}

}  // namespace pmx::proxmox
