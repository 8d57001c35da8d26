// The journal: raw text between two cursors.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

struct Journal : Harness {
  Json lines(const std::string& query) {
    return body(send("GET", "/nodes/" + cluster.nodes()[0] + "/journal?" + query))["data"];
  }
};

}  // namespace

TEST_CASE_FIXTURE(Journal, "journal: the last lines stand between two cursors") {
  const Json last = lines("lastentries=3");
  REQUIRE(last.size() == 5);
  CHECK(std::string(last[0]).starts_with("s="));
  CHECK(std::string(last[4]).starts_with("s="));
  CHECK(std::string(last[1]).find(" " + cluster.nodes()[0] + " ") != std::string::npos);
  const Json all = lines("");
  CHECK(all.size() > 5);
  CHECK(all[all.size() - 2] == last[3]);
}

TEST_CASE_FIXTURE(Journal, "journal: goes on behind a cursor, and ends before one") {
  const Json last = lines("lastentries=3");
  const std::string first(last[0]);
  const Json after = lines("startcursor=" + percent_encode(first));
  REQUIRE(after.size() == 4);
  CHECK(after[1] == last[2]);
  const Json before = lines("endcursor=" + percent_encode(first));
  CHECK(before.size() == lines("").size() - 3);
  CHECK(lines("startcursor=" + percent_encode(std::string(last[4]))).empty());
  CHECK(lines("since=4000000000").empty());
}

TEST_CASE_FIXTURE(Journal, "journal: a task is noted when it begins and when it ends") {
  const std::string guest = guest_path(part::kStoppedVm);
  const std::string node = guest.substr(7, guest.find('/', 7) - 7);
  CHECK(run(guest + "/status/start")["exitstatus"] == "OK");
  const std::string text =
      body(send("GET", "/nodes/" + node + "/journal?lastentries=4"))["data"].dump();
  CHECK(text.find("starting task " + upid) != std::string::npos);
  CHECK(text.find("end task " + upid + " OK") != std::string::npos);
}

TEST_CASE_FIXTURE(Lab, "journal: the lab has none, so nothing comes") {
  const Response response = as_root("GET", "/nodes/pve1/journal");
  CHECK(response.status == 200);
  CHECK(response.body.empty());
}

}  // namespace pmx::sim
