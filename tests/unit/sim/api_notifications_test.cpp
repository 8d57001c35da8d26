// /cluster/notifications: what PVE brings along, what is changed of it, and what is kept apart.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

const std::string kPath = "/cluster/notifications/";

std::string refusal(const Response& response) {
  return std::to_string(response.status) + " " + response.reason;
}

}  // namespace

TEST_CASE_FIXTURE(Lab, "notifications: a new cluster mails everything to root") {
  const Json targets = data("GET", kPath + "targets");
  REQUIRE(targets.size() == 1);
  CHECK(targets[0]["name"] == "mail-to-root");
  CHECK(targets[0]["type"] == "sendmail");
  CHECK(targets[0]["origin"] == "builtin");
  const Json matcher = data("GET", kPath + "matchers/default-matcher");
  CHECK(matcher["target"] == Json::array({"mail-to-root"}));
  CHECK(matcher["mode"] == "all");
  CHECK(string_member(matcher, "digest").size() == 64);
  CHECK(data("GET", kPath + "endpoints/gotify").empty());
}

TEST_CASE_FIXTURE(Lab, "notifications: a change of what is built in is taken back by deleting it") {
  CHECK(as_root("PUT", kPath + "endpoints/sendmail/mail-to-root", "disable=1").status == 200);
  CHECK(data("GET", kPath + "targets")[0]["origin"] == "modified-builtin");
  CHECK(data("GET", kPath + "targets")[0]["disable"] == 1);
  CHECK(as_root("DELETE", kPath + "endpoints/sendmail/mail-to-root").status == 200);
  CHECK(data("GET", kPath + "targets")[0]["origin"] == "builtin");
  CHECK(refusal(as_root("DELETE", kPath + "endpoints/sendmail/mail-to-root")) ==
        "400 cannot delete 'mail-to-root', referenced by: default-matcher");
}

TEST_CASE_FIXTURE(Lab, "notifications: secrets go in and never come out") {
  CHECK(as_root("POST", kPath + "endpoints/gotify", "name=g1&server=https://g.example&token=t0p")
            .status == 200);
  CHECK(as_root("POST", kPath + "endpoints/smtp",
                "name=s1&server=smtp.example&from-address=a@x.example&mailto=b@x.example&"
                "password=pss&port=587")
            .status == 200);
  CHECK(as_root("POST", kPath + "endpoints/webhook",
                "name=w1&url=https://w.example&method=post&secret=" +
                    percent_encode("name=key,value=czNjcmV0"))
            .status == 200);
  std::string all;
  for (const char* path : {"endpoints/gotify/g1", "endpoints/smtp/s1", "endpoints/webhook/w1",
                           "endpoints/gotify", "endpoints/smtp", "endpoints/webhook", "targets"})
    all += data("GET", kPath + path).dump();
  for (const char* secret : {"t0p", "pss", "czNjcmV0"})
    CHECK(all.find(secret) == std::string::npos);
  CHECK(data("GET", kPath + "endpoints/smtp/s1")["port"] == 587);
  CHECK(data("GET", kPath + "endpoints/smtp/s1")["mailto"] == Json::array({"b@x.example"}));
  CHECK(data("GET", kPath + "endpoints/webhook/w1")["secret"] == Json::array({"name=key"}));
}

TEST_CASE_FIXTURE(Lab, "notifications: a matcher keeps its targets") {
  CHECK(refusal(as_root("POST", kPath + "matchers", "name=ma1&target=m1")) ==
        "404 endpoint 'm1' does not exist");
  CHECK(as_root("POST", kPath + "endpoints/sendmail", "name=m1&mailto=a@x.example").status == 200);
  CHECK(as_root("POST", kPath + "matchers", "name=ma1&target=m1&match-severity=error").status ==
        200);
  CHECK(refusal(as_root("DELETE", kPath + "endpoints/sendmail/m1")) ==
        "400 cannot delete 'm1', referenced by: ma1");
  CHECK(as_root("PUT", kPath + "matchers/ma1", "delete=target").status == 200);
  CHECK(as_root("DELETE", kPath + "endpoints/sendmail/m1").status == 200);
  CHECK(data("GET", kPath + "matchers/ma1")["match-severity"] == Json::array({"error"}));
}

TEST_CASE_FIXTURE(Lab, "notifications: what cannot be is refused with its own status") {
  CHECK(refusal(as_root("GET", kPath + "endpoints/gotify/nosuch")) ==
        "404 endpoint 'nosuch' not found");
  CHECK(refusal(as_root("GET", kPath + "matchers/nosuch")) == "404 matcher 'nosuch' not found");
  CHECK(refusal(as_root("POST", kPath + "endpoints/sendmail", "name=mail-to-root&mailto=a@b.c")) ==
        "400 Cannot create 'mail-to-root', an entity with the same name already exists");
  CHECK(refusal(as_root("POST", kPath + "endpoints/sendmail", "name=m1")) ==
        "400 must at least provide one recipient, either in mailto or in mailto-user");
  CHECK(refusal(as_root("PUT", kPath + "endpoints/sendmail/mail-to-root",
                        "comment=x&digest=" + std::string(64, '0'))) ==
        "400 detected modified configuration - file changed by other user? Try again.");
  const std::string digest(
      string_member(data("GET", kPath + "matchers/default-matcher"), "digest"));
  CHECK(as_root("PUT", kPath + "matchers/default-matcher", "comment=x&digest=" + digest).status ==
        200);
  CHECK(as_root("POST", kPath + "targets/mail-to-root/test").status == 200);
  CHECK(refusal(as_root("POST", kPath + "targets/nosuch/test")) ==
        "404 endpoint 'nosuch' does not exist");
}

TEST_CASE_FIXTURE(Lab, "notifications: fields may be what the cluster knows") {
  CHECK(data("GET", kPath + "matcher-fields").size() == 3);
  const Json values = data("GET", kPath + "matcher-field-values");
  CHECK(values.size() == 8);
  CHECK(values.back() == Json{{"field", "hostname"}, {"value", "pve3"}});
}

}  // namespace pmx::sim
