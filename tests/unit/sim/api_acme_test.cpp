// /cluster/acme: accounts, plugins and the certificates that nodes order with them.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {

TEST_CASE_FIXTURE(Lab, "acme: an account is registered by a task, and deactivated by another") {
  CHECK(task("POST", "/cluster/acme/account",
             "contact=a@x.example,b@x.example&tos_url=https://t") == "OK");
  CHECK(upid.find(":acmeregister::") != std::string::npos);
  CHECK(data("GET", "/cluster/acme/account") == Json::array({{{"name", "default"}}}));
  const Json account = data("GET", "/cluster/acme/account/default");
  CHECK(account["account"]["contact"] == Json::array({"mailto:a@x.example", "mailto:b@x.example"}));
  CHECK(account["tos"] == "https://t");
  CHECK(Harness::body(
            as_root("POST", "/cluster/acme/account", "contact=c@x.example"))["errors"]["name"] ==
        "ACME account config file 'default' already exists.");
  CHECK(task("PUT", "/cluster/acme/account/default", "contact=c@x.example") == "OK");
  CHECK(data("GET", "/cluster/acme/account/default")["account"]["contact"] ==
        Json::array({"mailto:c@x.example"}));
  CHECK(task("DELETE", "/cluster/acme/account/default") == "OK");
  CHECK(data("GET", "/cluster/acme/account")[0]["name"] == "_deactivated_default_0");
  CHECK(as_root("GET", "/cluster/acme/account/default").status == 400);
}

TEST_CASE_FIXTURE(Lab, "acme: a plugin that is not there can be deleted, not changed") {
  CHECK(as_root("POST", "/cluster/acme/plugins", "id=dns1&type=dns&api=cf&data=Zm9v").status ==
        200);
  CHECK(data("GET", "/cluster/acme/plugins/dns1")["plugin"] == "dns1");
  CHECK(as_root("DELETE", "/cluster/acme/plugins/dns1").status == 200);
  CHECK(as_root("DELETE", "/cluster/acme/plugins/dns1").status == 200);
  CHECK(as_root("PUT", "/cluster/acme/plugins/dns1", "api=cf").reason ==
        "ACME plugin ID 'dns1' does not exist");
  CHECK(as_root("GET", "/cluster/acme/plugins/dns1").reason == "ACME plugin 'dns1' not defined");
}

TEST_CASE_FIXTURE(Lab, "acme: a node orders its certificate with the account that it names") {
  const std::string path = "/nodes/pve1/certificates/acme/certificate";
  CHECK(as_root("DELETE", path).reason.starts_with("Can't use an undefined value"));
  CHECK(as_root("PUT", "/nodes/pve1/config", "acme=" + percent_encode("domains=pve1.x.example"))
            .status == 200);
  CHECK(task("POST", path) == "ACME account config file 'default' does not exist.");
  CHECK(task("POST", "/cluster/acme/account", "contact=a@x.example") == "OK");
  CHECK(task("POST", path) == "OK");
  CHECK(log().find("pve1.x.example") != std::string::npos);
}

TEST_CASE_FIXTURE(Lab, "cpu models: kept with and without their prefix") {
  const std::string path = "/cluster/qemu/custom-cpu-models";
  CHECK(as_root("GET", path + "/nosuch").reason == "Custom cputype 'nosuch' not found");
  CHECK(as_root("POST", path, "cputype=mine&reported-model=host&level=4").status == 200);
  const Json model = data("GET", path + "/custom-mine");
  CHECK(model["cputype"] == "custom-mine");
  CHECK(model["level"] == 4);
  CHECK(as_root("PUT", path + "/mine", "delete=reported-model").reason ==
        "cannot delete 'reported-model'");
  CHECK(as_root("PUT", path + "/mine", "delete=level").status == 200);
  CHECK_FALSE(data("GET", path)[0].contains("level"));
  CHECK(as_root("DELETE", path + "/mine").status == 200);
  CHECK(as_root("DELETE", path + "/mine").reason == "custom CPU model 'mine' does not exist");
}

}  // namespace pmx::sim
