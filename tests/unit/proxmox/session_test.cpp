// The ticket's life as a caller of Session sees it; client_test.cpp shows the same through
// requests.
#include "proxmox/session.h"

#include <doctest/doctest.h>

#include "fakes.h"

namespace pmx::proxmox {
namespace {

using namespace std::chrono_literals;

struct Fixture {
  FakeHttp http;
  FakeClock clock;
  Context ctx;
  Session session{http, Login{"ops@pve", Secret("p&=ss")}, clock};

  void ticket(const std::string& name) {
    http.data(R"({"ticket":"T)" + name + R"(","CSRFPreventionToken":"C)" + name + R"("})");
  }

  /// The request as it would be sent; the ticket's number lands in `number`.
  HttpRequest authorized(const std::string& method = "GET") {
    HttpRequest request{method, "/x", {}, {}};
    const auto used = session.authorize(ctx, request);
    CHECK(used.ok());
    number = used.ok() ? *used : 0;
    return request;
  }

  std::uint64_t number = 0;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "session: a token authenticates without a request and never expires") {
  Session token(http, ApiToken::parse(kTokenText).value(), clock);
  HttpRequest request{"POST", "/x", {}, {}};
  CHECK(token.authorize(ctx, request).value() == 0);
  CHECK(header(request, "Authorization") == "PVEAPIToken=" + std::string(kTokenText));
  CHECK(header(request, "CSRFPreventionToken").empty());
  CHECK_FALSE(token.forget_expired(0));
  CHECK(token.caller().id == "root@pam!mpc");
  CHECK(token.caller().is_token);
  CHECK(http.requests.empty());
}

TEST_CASE_FIXTURE(Fixture, "session: everything but GET carries the CSRF token") {
  ticket("1");
  for (const char* method : {"GET", "POST", "PUT", "DELETE"}) {
    CAPTURE(method);
    const HttpRequest request = authorized(method);
    CHECK(header(request, "Cookie") == "PVEAuthCookie=T1");
    CHECK(header(request, "CSRFPreventionToken") == (std::string(method) == "GET" ? "" : "C1"));
    CHECK(header(request, "Authorization").empty());
  }
  CHECK(http.requests.size() == 1);
  CHECK(http.requests[0].path == "/access/ticket");
  CHECK(param(http.requests[0], "username") == "ops@pve");
}

TEST_CASE_FIXTURE(Fixture, "session: a ticket serves ninety minutes, then is renewed with itself") {
  ticket("1");
  (void)authorized();
  clock.tick(90min - 1ms);
  (void)authorized();
  CHECK(http.requests.size() == 1);
  clock.tick(1ms);
  ticket("2");
  CHECK(header(authorized(), "Cookie") == "PVEAuthCookie=T2");
  CHECK(param(http.requests[1], "password") == "T1");
  CHECK(number == 2);
}

TEST_CASE_FIXTURE(Fixture, "session: a ticket too old to renew with is not even tried") {
  ticket("1");
  (void)authorized();
  clock.tick(119min);
  ticket("2");
  (void)authorized();
  CHECK(param(http.requests[1], "password") == "p&=ss");
}

TEST_CASE_FIXTURE(Fixture, "session: only a 401 that age can explain makes it log in again") {
  ticket("1");
  (void)authorized();
  const std::uint64_t first = number;
  SUBCASE("a ticket refused in its first minute was not refused for its age") {
    clock.tick(1min - 1ms);
    CHECK_FALSE(session.forget_expired(first));
    (void)authorized();
    CHECK(http.requests.size() == 1);
  }
  SUBCASE("an older one is replaced, with the password") {
    clock.tick(1min);
    CHECK(session.forget_expired(first));
    ticket("2");
    (void)authorized();
    CHECK(param(http.requests[1], "password") == "p&=ss");
    SUBCASE("and a late 401 about the first one does not throw the second away") {
      CHECK(session.forget_expired(first));
      CHECK(header(authorized(), "Cookie") == "PVEAuthCookie=T2");
      CHECK(http.requests.size() == 2);
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "session: a login that fails is tried anew by the next call only") {
  HttpRequest request{"GET", "/x", {}, {}};
  http.fail(Code::kUnavailable, "down");
  CHECK(session.authorize(ctx, request).error().code == Code::kUnavailable);
  http.reply(401, "", "authentication failure");
  CHECK(session.authorize(ctx, request).error().code == Code::kUnauthenticated);
  CHECK(request.headers.empty());
  ticket("1");
  CHECK(header(authorized(), "Cookie") == "PVEAuthCookie=T1");
  CHECK(http.requests.size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "session: a login's answer must hold both ticket and CSRF token") {
  for (const char* data :
       {"{}", "null", "[]", R"({"ticket":"T1"})", R"({"CSRFPreventionToken":"C"})",
        R"({"ticket":7,"CSRFPreventionToken":"C"})"}) {
    CAPTURE(data);
    http.data(data);
    HttpRequest request{"GET", "/x", {}, {}};
    CHECK(session.authorize(ctx, request).error().code == Code::kUnavailable);
  }
}

TEST_CASE_FIXTURE(Fixture, "session: a second factor is asked for only when PVE says so") {
  for (const char* no : {"0", "\"0\"", "false"}) {
    CAPTURE(no);
    Session fresh(http, Login{"ops@pve", Secret("x")}, clock);
    http.data(std::string(R"({"ticket":"T","CSRFPreventionToken":"C","NeedTFA":)") + no + "}");
    HttpRequest request{"GET", "/x", {}, {}};
    CHECK(fresh.authorize(ctx, request).ok());
  }
  for (const char* yes : {"1", "\"1\"", "true"}) {
    CAPTURE(yes);
    http.data(std::string(R"({"ticket":"PVE:!tfa!T","CSRFPreventionToken":"C","NeedTFA":)") + yes +
              "}");
    HttpRequest request{"GET", "/x", {}, {}};
    const auto refused = session.authorize(ctx, request);
    CHECK(refused.error().code == Code::kUnauthenticated);
    CHECK(refused.error().advice.find("pveum user token add") != std::string::npos);
  }
}

namespace {

/// A user with a second factor. The clock starts at 1,000 s, ten seconds into a TOTP period.
struct SecondFactor : Fixture {
  static Login with_totp() {
    return {"ops@pve", Secret("p&=ss"), Secret("12345678901234567890"), {}};
  }
  static Login with_recovery() { return {"ops@pve", Secret("p&=ss"), {}, Secret("ab-12-cd-34")}; }

  void challenge() {
    http.data(R"({"ticket":"PVE:!tfa!half","CSRFPreventionToken":"C","NeedTFA":1})");
  }
  Result<std::uint64_t> log_in(Session& with) {
    HttpRequest request{"GET", "/x", {}, {}};
    return with.authorize(ctx, request);
  }
};

}  // namespace

TEST_CASE_FIXTURE(SecondFactor, "session: a TOTP key answers the challenge, with its half-ticket") {
  Session totp(http, with_totp(), clock);
  challenge();
  ticket("1");
  REQUIRE(log_in(totp).ok());
  REQUIRE(http.requests.size() == 2);
  const HttpRequest& second = http.requests[1];
  CHECK(second.path == "/access/ticket");
  CHECK(second.headers.empty());
  CHECK(param(second, "username") == "ops@pve");
  CHECK(param(second, "tfa-challenge") == "PVE:!tfa!half");
  CHECK(param(second, "password").starts_with("totp:"));
  CHECK(param(second, "password").size() == 11);
}

TEST_CASE_FIXTURE(SecondFactor,
                  "session: a ticket that needed a second factor is renewed without") {
  Session totp(http, with_totp(), clock);
  challenge();
  ticket("1");
  REQUIRE(log_in(totp).ok());
  clock.tick(90min);
  ticket("2");
  REQUIRE(log_in(totp).ok());
  CHECK(http.requests.size() == 3);
  CHECK(param(http.requests[2], "password") == "T1");
}

TEST_CASE_FIXTURE(SecondFactor,
                  "session: no TOTP code is given twice; the next period is awaited") {
  Session totp(http, with_totp(), clock);
  challenge();
  http.fail(Code::kUnavailable, "cut off");
  CHECK(log_in(totp).error().code == Code::kUnavailable);
  const std::string first = param(http.requests[1], "password");
  SUBCASE("when there is time") {
    challenge();
    ticket("1");
    REQUIRE(log_in(totp).ok());
    REQUIRE(clock.waits.size() == 1);
    CHECK(clock.waits[0] == 20s);  // the clock stood at 1,000 s: ten into a period
    CHECK(param(http.requests[3], "password") != first);
  }
  SUBCASE("not beyond the deadline") {
    ctx.deadline = clock.steady() + 19s;
    challenge();
    CHECK(log_in(totp).error().code == Code::kDeadlineExceeded);
    CHECK(clock.waits.empty());
    CHECK(http.requests.size() == 3);
  }
}

TEST_CASE_FIXTURE(SecondFactor,
                  "session: a refused second factor is not tried again for ten minutes") {
  Session totp(http, with_totp(), clock);
  challenge();
  http.reply(401, "", "authentication failure");
  const auto refused = log_in(totp);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::kUnauthenticated);
  CHECK(refused.error().message.find("second factor") != std::string::npos);
  clock.tick(10min - 1ms);
  CHECK(log_in(totp).error().code == Code::kUnauthenticated);
  CHECK(http.requests.size() == 2);
  clock.tick(1ms);
  challenge();
  ticket("1");
  CHECK(log_in(totp).ok());
}

TEST_CASE_FIXTURE(SecondFactor, "session: a recovery code is given once, whatever becomes of it") {
  Session recovery(http, with_recovery(), clock);
  challenge();
  http.fail(Code::kDeadlineExceeded, "timed out");
  CHECK(log_in(recovery).error().code == Code::kDeadlineExceeded);
  CHECK(param(http.requests[1], "password") == "recovery:ab-12-cd-34");
  challenge();
  const auto spent = log_in(recovery);
  REQUIRE_FALSE(spent.ok());
  CHECK(spent.error().code == Code::kUnauthenticated);
  CHECK(spent.error().message.find("works only once") != std::string::npos);
  CHECK(spent.error().text().find("ab-12") == std::string::npos);
  CHECK(http.requests.size() == 3);
}

}  // namespace pmx::proxmox
