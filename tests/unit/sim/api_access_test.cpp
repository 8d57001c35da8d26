// Tickets, permissions and users as the API shows them to the different callers.
#include <doctest/doctest.h>

#include <set>

#include "tests/unit/sim/harness.h"

namespace pmx::sim {
namespace {

Response login(Harness& h, const std::string& body) {
  Request request;
  request.method = "POST";
  request.path = "/access/ticket";
  request.body = body;
  return h.cluster.handle(request);
}

}  // namespace

TEST_CASE("api: a login names the user with its realm, in one parameter or in two") {
  Harness h;
  const Access& root = h.cluster.access();
  const std::string secret = "&password=" + percent_encode(root.password);
  for (const char* good : {"username=root%40pam", "username=root&realm=pam"}) {
    CAPTURE(good);
    CHECK(Harness::body(login(h, good + secret))["data"]["username"] == "root@pam");
  }
  for (const char* bad : {"username=root", "username=root&realm=pve",
                          "username=root%40pam&realm=pam",  // names root@pam@pam
                          "username=root%40pam&realm=pve", "username=nobody%40pam"}) {
    CAPTURE(bad);
    const Response refused = login(h, bad + secret);
    CHECK(refused.status == 401);
    CHECK(refused.delay == std::chrono::seconds{3});
  }
}

TEST_CASE("api: a ticket renews its own user's login, root's anybody's, and no other") {
  Harness h;
  const auto ticket_of = [&](const Access& access) {
    const Response answer = login(h, "username=" + percent_encode(access.username) +
                                         "&password=" + percent_encode(access.password));
    return std::string(string_member(Harness::body(answer)["data"], "ticket"));
  };
  const std::string auditor = ticket_of(h.cluster.auditor());
  CHECK(login(h, "username=" + percent_encode(h.cluster.auditor().username) +
                     "&password=" + percent_encode(auditor))
            .status == 200);
  CHECK(login(h, "username=root%40pam&password=" + percent_encode(auditor)).status == 401);
  const Response other = login(h, "username=" + percent_encode(h.cluster.auditor().username) +
                                      "&password=" + percent_encode(ticket_of(h.cluster.access())));
  CHECK(Harness::body(other)["data"]["username"] == h.cluster.auditor().username);
}

TEST_CASE(
    "api: a login tells what the web interface may offer, and the cluster's name to auditors") {
  Harness h;
  const auto data_of = [&](const Access& access) {
    return Harness::body(login(h, "username=" + percent_encode(access.username) +
                                      "&password=" + percent_encode(access.password)))["data"];
  };
  const Json root = data_of(h.cluster.access());
  const Json auditor = data_of(h.cluster.auditor());
  const Json outsider = data_of(h.cluster.outsider());
  CHECK(root["cap"]["nodes"]["Sys.PowerMgmt"] == 1);
  CHECK(auditor["cap"]["vms"] == Json{{"VM.Audit", 1}, {"VM.GuestAgent.Audit", 1}});
  CHECK(outsider["cap"]["vms"].empty());
  CHECK(root.contains("clustername"));
  CHECK(auditor.contains("clustername"));
  CHECK_FALSE(outsider.contains("clustername"));
}

TEST_CASE("api: permissions are the caller's own, for all paths or the one that was asked for") {
  Harness h;
  const auto of = [&](const Access& access, const std::string& query) {
    return Harness::body(h.send_as(access, "GET", "/access/permissions" + query))["data"];
  };
  CHECK(of(h.cluster.access(), "")["/vms"]["VM.PowerMgmt"] == 1);
  CHECK(of(h.cluster.access(), "?userid=" + h.cluster.auditor().username)["/"].size() == 7);
  CHECK(h.send_as(h.cluster.outsider(), "GET", "/access/permissions?userid=root@pam").status ==
        403);
  CHECK(of(h.cluster.auditor(), "")["/vms"].contains("VM.Audit"));
  CHECK_FALSE(of(h.cluster.auditor(), "")["/vms"].contains("VM.PowerMgmt"));
  CHECK(of(h.cluster.auditor(), "?path=/vms/100").size() == 1);
  CHECK(of(h.cluster.auditor(), "?path=/vms/100").contains("/vms/100"));
  CHECK(of(h.cluster.outsider(), "") == Json::object());
}

TEST_CASE("api: who may not see users sees itself, its token not even that; nobody sees secrets") {
  Harness h;
  const auto of = [&](const Access& access) {
    return Harness::body(h.send_as(access, "GET", "/access/users"))["data"];
  };
  CHECK(of(h.cluster.access()).size() == 7);
  CHECK(of(h.cluster.outsider()).empty());
  Request own;
  own.method = "GET";
  own.path = "/access/users";
  const std::string& outsider = h.cluster.outsider().username;
  const Response answer = login(h, "username=" + percent_encode(outsider) + "&password=" +
                                       percent_encode(h.cluster.outsider().password));
  own.headers["cookie"] =
      "PVEAuthCookie=" + percent_encode(string_member(Harness::body(answer)["data"], "ticket"));
  const Json seen = Harness::body(h.cluster.handle(own))["data"];
  REQUIRE(seen.size() == 1);
  CHECK(seen[0]["userid"] == outsider);
  const std::string all = dump_json(of(h.cluster.access()));
  for (const Access* access : {&h.cluster.access(), &h.cluster.auditor()}) {
    CHECK(all.find(access->password) == std::string::npos);
    CHECK(all.find(access->token.substr(access->token.find('=') + 1)) == std::string::npos);
  }
}

TEST_CASE("api: realms are told to the world, versions are not") {
  Harness h;
  Request request;
  request.method = "GET";
  request.path = "/access/domains";
  const Json realms = Harness::body(h.cluster.handle(request))["data"];
  REQUIRE(realms.size() == 3);
  std::set<std::string> types;
  for (const auto& realm : realms) types.insert(std::string(string_member(realm, "type")));
  CHECK(types == std::set<std::string>{"ad", "pam", "pve"});
  request.path = "/version";
  CHECK(h.cluster.handle(request).status == 401);
}

}  // namespace pmx::sim
