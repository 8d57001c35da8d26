// Index lists and answers made from the facts.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
TEST_CASE_FIXTURE(Lab, "stateless: an index lists what lies below it, by the key PVE uses") {
  struct Row {
    const char* path;
    const char* key;
    const char* child;
  };
  for (const Row& row :
       {Row{"/", "subdir", "nodes"}, Row{"/cluster", "name", "backup"},
        Row{"/nodes/pve1/apt", "id", "versions"}, Row{"/nodes/pve1/scan", "method", "nfs"},
        Row{"/nodes/pve1/hardware", "type", "pci"},
        Row{"/nodes/pve1/qemu/999", "subdir", "status"}}) {
    CAPTURE(row.path);
    const Response answer = as_root("GET", row.path);
    CHECK_FALSE(answer.headers.contains("x-sim-stateless"));
    const Json rows = body(answer)["data"];
    CHECK(rows.dump().find(Json{{row.key, row.child}}.dump()) != std::string::npos);
  }
}

TEST_CASE_FIXTURE(Lab, "stateless: what nobody keeps is typed, and says that it is made up") {
  const Response status =
      as_root("GET", "/nodes/pve1/ceph/cmd-safety?service=osd&id=0&action=stop");
  CHECK(status.headers.at("x-sim-stateless") == "1");
  CHECK(body(status)["data"] == Json{{"safe", 0}});
}

TEST_CASE_FIXTURE(Lab, "stateless: a method that forks a worker forks one, on its node") {
  const Response answer = as_root("POST", "/nodes/pve2/ceph/osd", "dev=/dev/sdb");
  CHECK(answer.headers.at("x-sim-stateless") == "1");
  const std::string forked(string_member(body(answer), "data"));
  CHECK(forked.starts_with("UPID:pve2:"));
  clock.tick(std::chrono::seconds{1});
  CHECK(data("GET", task_path(forked) + "/status")["exitstatus"] == "OK");
}

}  // namespace pmx::sim
