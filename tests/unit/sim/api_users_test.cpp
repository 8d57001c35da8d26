// Users and their API tokens.
#include <doctest/doctest.h>

#include "tests/unit/sim/access_lab.h"

namespace pmx::sim {

TEST_CASE("users: one is made, listed, changed and removed") {
  AccessLab lab;
  CHECK(lab.call("POST", "/access/users", "userid=a@pve&comment=x&firstname=Al&password=secret78")
            .status == 200);
  CHECK(lab.call("POST", "/access/users", "userid=a@pve").reason ==
        "create user failed: user 'a@pve' already exists");
  CHECK(lab.call("POST", "/access/users", "userid=b@pve&groups=no").reason ==
        "create user failed: no such group 'no'");
  CHECK(lab.get("/access/users/a@pve") == Json{{"comment", "x"},
                                               {"email", ""},
                                               {"enable", 1},
                                               {"expire", 0},
                                               {"firstname", "Al"},
                                               {"groups", Json::array()},
                                               {"tokens", nullptr}});
  CHECK(lab.call("PUT", "/access/users/a@pve", "comment=&enable=0&expire=5").status == 200);
  CHECK(lab.get("/access/users/a@pve")["enable"] == 0);
  CHECK_FALSE(lab.get("/access/users/a@pve").contains("comment"));
  CHECK(lab.get("/access/users").size() == 2);
  CHECK(lab.get("/access/users?enabled=1").size() == 1);
  CHECK(lab.get("/access/users?enabled=0")[0]["userid"] == "a@pve");
  CHECK(lab.get("/access/users?full=1")[0]["groups"] == "");
  CHECK(lab.call("DELETE", "/access/users/a@pve").status == 200);
  CHECK(lab.call("GET", "/access/users/a@pve").reason == "no such user ('a@pve')");
}

TEST_CASE("users: who is disabled, expired or of an unknown realm cannot log in") {
  AccessLab lab;
  lab.add_user("a@pve");
  CHECK(lab.call("GET", "/version", "", "a@pve").status == 200);
  for (const char* change : {"enable=0", "expire=1600000000"}) {
    CAPTURE(change);
    CHECK(lab.call("PUT", "/access/users/a@pve", change).status == 200);
    CHECK(lab.call("GET", "/version", "", "a@pve").reason == "Authentication failed!");
    CHECK(lab.login("a@pve", "secret78").status == 401);
    CHECK(lab.call("PUT", "/access/users/a@pve", "enable=1&expire=0").status == 200);
    CHECK(lab.login("a@pve", "secret78").status == 200);
  }
  CHECK(lab.call("POST", "/access/users", "userid=x@nosuch").status == 200);
  CHECK(lab.call("POST", "/access/users", "userid=y@nosuch&password=secret78").reason ==
        "create user failed: auth domain 'nosuch' does not exist");
  CHECK_FALSE(lab.get("/access/users").back().contains("realm-type"));
}

TEST_CASE("users: groups are joined one by one or all anew, and leave with the user") {
  AccessLab lab;
  lab.call("POST", "/access/groups", "groupid=g1&comment=One");
  lab.call("POST", "/access/groups", "groupid=g2");
  CHECK(lab.call("POST", "/access/users", "userid=a@pve&groups=g1").status == 200);
  CHECK(lab.call("PUT", "/access/users/a@pve", "groups=g2&append=1").status == 200);
  CHECK(lab.get("/access/users/a@pve")["groups"] == Json{"g1", "g2"});
  CHECK(lab.call("PUT", "/access/users/a@pve", "groups=nope").reason ==
        "update user failed: no such group 'nope'");
  CHECK(lab.call("PUT", "/access/users/a@pve", "groups=g2").status == 200);
  CHECK(lab.get("/access/groups/g1")["members"] == Json::array());
  CHECK(lab.get("/access/groups")[1] == Json{{"groupid", "g2"}, {"users", "a@pve"}});
  lab.call("DELETE", "/access/users/a@pve");
  CHECK(lab.get("/access/groups/g2")["members"] == Json::array());
}

TEST_CASE("users: root@pam survives its removal; its tokens do not") {
  AccessLab lab;
  const auto made = lab.call("POST", "/access/users/root@pam/token/t1", "privsep=0");
  const std::string token = "root@pam!t1=" + std::string(string_member(made.data, "value"));
  CHECK(lab.call("GET", "/version", "", token).status == 200);
  CHECK(lab.call("DELETE", "/access/users/root@pam").status == 200);
  CHECK(lab.call("GET", "/version", "", token).reason == "Authentication failed!");
  CHECK(lab.login("root@pam", "secret").status == 200);
}

TEST_CASE("tokens: what was sent comes back as text, what is kept as numbers; the secret once") {
  AccessLab lab;
  const auto made =
      lab.call("POST", "/access/users/root@pam/token/t1", "privsep=0&expire=9999999999&comment=c");
  CHECK(made.data["full-tokenid"] == "root@pam!t1");
  CHECK(made.data["info"] == Json{{"privsep", "0"}, {"expire", "9999999999"}, {"comment", "c"}});
  CHECK(lab.call("POST", "/access/users/root@pam/token/t2").data["info"] == Json{{"privsep", 1}});
  CHECK(lab.get("/access/users/root@pam/token/t1") ==
        Json{{"privsep", 0}, {"expire", 9999999999}, {"comment", "c"}});
  CHECK(lab.get("/access/users/root@pam/token").size() == 2);
  CHECK(lab.get("/access/users?full=1")[0]["tokens"][0]["tokenid"] == "t1");
  CHECK(lab.call("POST", "/access/users/root@pam/token/t1").error("tokenid") ==
        "Token already exists.");
  CHECK(lab.call("GET", "/access/users/root@pam/token/no").reason ==
        "no such token 'no' for user 'root@pam'");
}

TEST_CASE("tokens: an update changes, forgets and renews; the old secret is dead at once") {
  AccessLab lab;
  const auto made = lab.call("POST", "/access/users/root@pam/token/t1", "privsep=0&comment=c");
  const std::string secret(string_member(made.data, "value"));
  const std::string path = "/access/users/root@pam/token/t1";
  CHECK(lab.call("PUT", path, "delete=comment&expire=0").data ==
        Json{{"privsep", 0}, {"expire", "0"}});
  CHECK(lab.call("PUT", path, "delete=expire").reason ==
        "updating token info failed: 400 Parameter verification failed.");
  const auto renewed = lab.call("PUT", path, "regenerate=1");
  CHECK(renewed.data["full-tokenid"] == "root@pam!t1");
  CHECK(lab.call("GET", "/version", "", "root@pam!t1=" + secret).status == 401);
  const std::string fresh = "root@pam!t1=" + std::string(string_member(renewed.data, "value"));
  CHECK(lab.call("GET", "/version", "", fresh).status == 200);
  CHECK(lab.call("DELETE", path, "", fresh).status == 200);
  CHECK(lab.call("DELETE", path).reason == "no such token 't1' for user 'root@pam'");
}

TEST_CASE("tokens: 8.4 has no way to renew one") {
  AccessLab lab(PveVersion::k8);
  lab.call("POST", "/access/users/root@pam/token/t1");
  CHECK(lab.call("PUT", "/access/users/root@pam/token/t1", "regenerate=1").status == 400);
}

}  // namespace pmx::sim
