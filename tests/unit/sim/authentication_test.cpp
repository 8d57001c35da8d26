#include "sim/authentication.h"

#include <doctest/doctest.h>

#include "base/percent.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kNow = 1'795'260'000;

struct Fixture {
  Inventory inventory{{3, 4, 7}, kNow};
  AccessControl access{inventory, Options{}};
  Ticket ticket = access.issue("root@pam", kNow);
  std::string cookie = "PVEAuthCookie=" + percent_encode(ticket.ticket);

  /// The caller's full name, or the reason phrase of the 401.
  std::string ask(const std::string& method, const std::map<std::string, std::string>& headers) {
    Request request;
    request.method = method;
    request.headers = headers;
    const auto caller = authenticate(access, request, kNow);
    if (!caller.ok()) CHECK(caller.error().code == Code::kUnauthenticated);
    return caller.ok() ? caller->full() : caller.error().message;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "authentication: a token in any other form than PVE's is no token") {
  const std::string& token = access.administrator().token;
  const std::string name = token.substr(0, token.find('='));
  for (const std::string& form : {"PVEAPIToken=" + token, "PVEAPIToken " + token,
                                  "x PVEAPIToken=" + token, "PVEAPIToken=" + token + ";x"})
    CHECK(ask("DELETE", {{"authorization", form}}) == name);
  for (const std::string& form :
       {"Bearer " + token, "pveapitoken=" + token, "xPVEAPIToken=" + token,
        std::string("PVEAPIToken="), token, std::string()}) {
    CAPTURE(form);
    CHECK(ask("GET", {{"authorization", form}}) == "No ticket");
  }
  for (const std::string& bad : {token + " ", token.substr(1), name}) {
    CAPTURE(bad);
    CHECK(ask("GET", {{"authorization", "PVEAPIToken=" + bad}}) == "Authentication failed!");
  }
}

TEST_CASE_FIXTURE(Fixture, "authentication: the ticket is found among other cookies") {
  for (const std::string& cookies :
       {cookie, "lang=de; " + cookie, cookie + "; lang=de", "a=b; " + cookie + ";c=d"}) {
    CAPTURE(cookies);
    CHECK(ask("GET", {{"cookie", cookies}}) == "root@pam");
  }
  for (const char* none : {"", "lang=de", "PVEAuthCookie=", "PVEAuthCookie", "pveauthcookie=x"}) {
    CAPTURE(none);
    CHECK(ask("GET", {{"cookie", none}}) == "No ticket");
  }
  CHECK(ask("GET", {{"cookie", "PVEAuthCookie=PVE%3Aroot"}}) == "Authentication failed!");
}

TEST_CASE_FIXTURE(Fixture,
                  "authentication: every change with a ticket needs that user's CSRF token") {
  const std::string other = access.issue(access.auditor().username, kNow).csrf;
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    CAPTURE(method);
    CHECK(ask(method, {{"cookie", cookie}, {"csrfpreventiontoken", ticket.csrf}}) == "root@pam");
    for (const std::string& bad : {std::string(), other, ticket.csrf + "x"})
      CHECK(ask(method, {{"cookie", cookie}, {"csrfpreventiontoken", bad}}) ==
            "Permission denied - invalid csrf token");
  }
  CHECK(ask("GET", {{"cookie", cookie}}) == "root@pam");
}

TEST_CASE_FIXTURE(Fixture, "authentication: a ticket counts before a token, in either header") {
  const std::string good = "PVEAPIToken=" + access.auditor().token;
  CHECK(ask("GET", {{"authorization", good}, {"cookie", cookie}}) == "root@pam");
  CHECK(ask("GET", {{"authorization", good}, {"cookie", "PVEAuthCookie=x"}}) ==
        "Authentication failed!");
  CHECK(ask("GET", {{"authorization", cookie}}) == "root@pam");
  CHECK(ask("PUT", {{"authorization", good}, {"cookie", cookie}}) ==
        "Permission denied - invalid csrf token");
}

TEST_CASE_FIXTURE(Fixture,
                  "authentication: a cookie whose name only ends like PVE's is another one") {
  CHECK(ask("GET", {{"cookie", "MyPVEAuthCookie=x; " + cookie}}) == "root@pam");
  CHECK(ask("GET", {{"cookie", "MyPVEAuthCookie=" + percent_encode(ticket.ticket)}}) ==
        "No ticket");
}

}  // namespace pmx::sim
