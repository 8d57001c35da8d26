// storage.cfg over the API, and what a node sees of it.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

std::string reason(Lab& lab, const std::string& method, const std::string& path,
                   const std::string& form) {
  return lab.as_root(method, path, form).reason;
}

}  // namespace

TEST_CASE_FIXTURE(Lab, "storage: one is made, shown with its defaults, changed and removed") {
  CHECK(data("POST", "/storage", "storage=n1&type=nfs&server=192.0.2.1&export=/e&disable=1") ==
        Json{{"storage", "n1"}, {"type", "nfs"}});
  Json shown = data("GET", "/storage/n1");
  CHECK(shown["path"] == "/mnt/pve/n1");
  CHECK(shown["content"] == "images");
  CHECK(shown["shared"] == 1);
  CHECK(shown["disable"] == 1);
  data("PUT", "/storage/n1", "content=iso&delete=disable");
  shown = data("GET", "/storage/n1");
  CHECK(shown["content"] == "iso");
  CHECK_FALSE(shown.contains("disable"));
  CHECK(as_root("DELETE", "/storage/n1").status == 200);
  CHECK(as_root("GET", "/storage/n1").reason == "storage 'n1' does not exist");
}

TEST_CASE_FIXTURE(Lab, "storage: what the type does not take is refused, in PVE's words") {
  CHECK(reason(*this, "POST", "/storage", "storage=n2&type=nfs&export=/e") ==
        "missing value for required option 'server'");
  CHECK(reason(*this, "POST", "/storage", "storage=n2&type=dir&path=/x&vgname=pve") ==
        "unexpected property 'vgname'");
  CHECK(reason(*this, "POST", "/storage", "storage=local&type=dir&path=/x") ==
        "create storage failed: storage ID 'local' already defined");
  CHECK(reason(*this, "POST", "/storage", "storage=n2&type=nfs&export=/e&server=192.0.2.1") ==
        "create storage failed: storage 'n2' is not online");
  CHECK(reason(*this, "PUT", "/storage/local", "delete=path") ==
        "update storage failed: unable to delete required option 'path'");
  CHECK(reason(*this, "PUT", "/storage/local", "content=iso&digest=" + std::string(40, '0')) ==
        "update storage failed: detected modified configuration - file changed by other user? Try "
        "again.");
}

TEST_CASE_FIXTURE(Lab, "storage: passwords are taken and never shown") {
  data("POST", "/storage",
       "storage=c1&type=cifs&server=192.0.2.1&share=s&username=u&password=p&disable=1");
  const Json shown = data("GET", "/storage/c1");
  CHECK(shown["username"] == "u");
  CHECK_FALSE(shown.contains("password"));
}

TEST_CASE_FIXTURE(Lab, "storage: a node lists what it may use, filtered as asked") {
  data("POST", "/storage", "storage=two&type=dir&path=/mnt/two&nodes=pve2&content=iso");
  data("POST", "/storage", "storage=off&type=dir&path=/mnt/off&disable=1");
  const auto names = [&](const std::string& query) {
    std::string out;
    for (const Json& row : data("GET", "/nodes/pve1/storage" + query))
      out += std::string(string_member(row, "storage")) + " ";
    return out;
  };
  CHECK(names("") == "local off shared two ");
  CHECK(names("?content=iso") == "local shared ");
  CHECK(names("?enabled=1") == "local shared two ");
  CHECK(names("?target=pve2") == "shared ");
  CHECK(data("GET", "/nodes/pve1/storage/two/status")["enabled"] == 0);
  CHECK(data("GET", "/nodes/pve2/storage/two/status")["active"] == 1);
  CHECK(as_root("GET", "/nodes/pve1/storage/off/content").reason == "storage 'off' is disabled");
  CHECK(as_root("GET", "/nodes/pve1/storage/two/content").reason ==
        "storage 'two' is not available on node 'pve1'");
}

TEST_CASE_FIXTURE(Lab, "storage: the resources of the cluster name each storage once a node") {
  std::string ids;
  for (const Json& row : data("GET", "/cluster/resources?type=storage"))
    ids += std::string(string_member(row, "id")) + " ";
  CHECK(ids ==
        "storage/pve1/local storage/pve1/shared storage/pve2/local storage/pve2/shared "
        "storage/pve3/local storage/pve3/shared ");
}

}  // namespace pmx::sim
