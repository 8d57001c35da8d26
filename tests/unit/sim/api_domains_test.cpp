// Realms and their synchronisation.
#include <doctest/doctest.h>

#include "tests/unit/sim/access_lab.h"

namespace pmx::sim {

TEST_CASE("realms: one is made of its type's options, and only of those") {
  AccessLab lab;
  const std::string ldap = "type=ldap&server1=l.example.org&base_dn=dc%3Dx&user_attr=uid";
  CHECK(lab.call("POST", "/access/domains", "realm=corp&verify=1&" + ldap).status == 200);
  CHECK(lab.call("POST", "/access/domains", "realm=corp&" + ldap).reason ==
        "add auth server failed: domain 'corp' already exists");
  CHECK(lab.call("POST", "/access/domains", "realm=x2&type=ad&server1=a").reason ==
        "add auth server failed: missing value for required option 'domain'");
  CHECK(lab.call("POST", "/access/domains", "realm=x2&type=pam").reason ==
        "add auth server failed: unable to create builtin type 'pam'");
  CHECK(lab.call("POST", "/access/domains", "realm=x2&autocreate=1&" + ldap).reason ==
        "add auth server failed: unexpected property 'autocreate'");
  Json corp = lab.get("/access/domains/corp");
  corp.erase("digest");
  CHECK(corp == Json{{"type", "ldap"},
                     {"server1", "l.example.org"},
                     {"base_dn", "dc=x"},
                     {"user_attr", "uid"},
                     {"verify", 1}});
  CHECK(lab.call("GET", "/access/domains/no").reason == "domain 'no' does not exist");
}

TEST_CASE("realms: there is one default at most, and a digest guards the file") {
  AccessLab lab;
  const std::string fresh(string_member(lab.get("/access/domains/pam"), "digest"));
  CHECK(fresh == "da39a3ee5e6b4b0d3255bfef95601890afd80709");  // there is no file yet
  CHECK(lab.call("PUT", "/access/domains/pam", "default=1&digest=" + fresh).status == 200);
  CHECK(lab.call("PUT", "/access/domains/pve", "default=1&digest=" + fresh).reason ==
        "update auth server failed: detected modified configuration - file changed by other user? "
        "Try again.");
  CHECK(lab.call("PUT", "/access/domains/pve", "default=1").status == 200);
  for (const auto& realm : lab.get("/access/domains"))
    CHECK(realm.contains("default") == (realm["realm"] == "pve"));
  CHECK(lab.call("PUT", "/access/domains/pve").reason ==
        "update auth server failed: no options specified");
}

TEST_CASE("realms: what a type requires cannot be deleted; the system's come back by themselves") {
  AccessLab lab;
  lab.call("POST", "/access/domains",
           "realm=oid&type=openid&issuer-url=https://id&client-id=x&comment=c");
  CHECK(lab.call("PUT", "/access/domains/oid", "delete=client-id").reason ==
        "update auth server failed: section 'oid' - missing value for required option 'client-id'");
  CHECK(lab.get("/access/domains/oid")["client-id"] == "x");
  CHECK(lab.call("PUT", "/access/domains/oid", "delete=comment").status == 200);
  CHECK_FALSE(lab.get("/access/domains/oid").contains("comment"));
  CHECK(lab.call("DELETE", "/access/domains/oid").status == 200);
  CHECK(lab.call("DELETE", "/access/domains/oid").reason ==
        "delete auth server failed: authentication domain 'oid' does not exist");
  CHECK(lab.call("PUT", "/access/domains/pam", "comment=Linux").status == 200);
  CHECK(lab.call("DELETE", "/access/domains/pam").status == 200);
  CHECK(lab.get("/access/domains/pam")["comment"] == "Linux PAM standard authentication");
}

TEST_CASE("realms: only LDAP and AD are synchronised, by a task that finds no server") {
  AccessLab lab;
  CHECK(lab.call("POST", "/access/domains/pam/sync", "scope=users").reason ==
        "Cannot sync realm type 'pam'! Only LDAP/AD realms can be synced.");
  CHECK(lab.call("POST", "/access/domains/no/sync", "scope=users").error("realm") ==
        "Realm does not exist.");
  lab.call("POST", "/access/domains", "realm=ad1&type=ad&server1=a&domain=b");
  CHECK(lab.call("POST", "/access/domains/ad1/sync").error("scope") ==
        "Not passed as parameter and not defined in realm default sync options.");
  const auto forked = lab.call("POST", "/access/domains/ad1/sync", "scope=both&dry-run=1");
  const std::string upid(string_member(Json{{"upid", forked.data}}, "upid"));
  CHECK(upid.find(":auth-realm-sync-test:ad1:root@pam:") != std::string::npos);
  lab.clock.tick(std::chrono::seconds{5});
  const Json status = lab.get("/nodes/pve1/tasks/" + percent_encode(upid) + "/status");
  CHECK(status["exitstatus"] == "Temporary failure in name resolution");
}

TEST_CASE("openid: a provider is looked for in the realms, and cannot be reached") {
  AccessLab lab;
  lab.call("POST", "/access/domains", "realm=oid&type=openid&issuer-url=https://id&client-id=x");
  const auto ask = [&](const std::string& realm) {
    return lab.call("POST", "/access/openid/auth-url", "realm=" + realm + "&redirect-url=https://x",
                    "");
  };
  CHECK(ask("nosuch").reason == "authentication domain 'nosuch' does not exist");
  CHECK(ask("pam").reason == "wrong realm type (pam != openid)");
  CHECK(ask("oid").status == 500);
  CHECK(lab.call("GET", "/access/openid", "", "").reason == "No ticket");
  CHECK(lab.get("/access/openid").size() == 2);
  CHECK(lab.call("POST", "/access/openid/login", "code=a&state=b&redirect-url=c", "").status ==
        401);
}

}  // namespace pmx::sim
