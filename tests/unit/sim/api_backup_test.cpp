// Backups at once, backup jobs and replication, on a generated cluster.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

struct Fixture {
  std::string store() {
    for (const Json& row : h.get("/storage?type=pbs"))
      return std::string(string_member(row, "storage"));
    return "";
  }

  std::string node_of(int vmid) {
    const std::string path = h.guest_path(vmid);
    return path.substr(0, path.find('/', 7));
  }

  Json backups(int vmid) {
    return h.get(node_of(vmid) + "/storage/" + store() + "/content?vmid=" + std::to_string(vmid));
  }

  /// Forks a backup and answers its UPID.
  std::string start(int vmid, const std::string& options) {
    const Json answer =
        Harness::body(h.send("POST", node_of(vmid) + "/vzdump",
                             "vmid=" + std::to_string(vmid) + "&storage=" + store() + options));
    return std::string(string_member(answer, "data"));
  }

  std::string exit(const std::string& upid) {
    return std::string(string_member(h.get(Harness::task_path(upid) + "/status"), "exitstatus"));
  }

  Harness h;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "vzdump: locks the guest while it runs, and leaves an archive") {
  const std::size_t before = backups(part::kRunningVm).size();
  const std::string upid = start(part::kRunningVm, "&notes-template={{guestname}}&protected=1");
  CHECK(h.get(h.guest_path(part::kRunningVm) + "/status/current")["lock"] == "backup");
  h.clock.tick(std::chrono::minutes{3});
  CHECK(exit(upid) == "OK");
  CHECK_FALSE(h.get(h.guest_path(part::kRunningVm) + "/status/current").contains("lock"));
  const Json after = backups(part::kRunningVm);
  REQUIRE(after.size() == before + 1);
  CHECK(after.back()["notes"] == "web");
  CHECK(after.back()["protected"] == 1);
  const std::string volid(string_member(after.back(), "volid"));
  const Json config =
      h.get(node_of(part::kRunningVm) + "/vzdump/extractconfig?volume=" + percent_encode(volid));
  CHECK(config.dump().find("name: web") != std::string::npos);
  CHECK(config.dump().find("lock") == std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "vzdump: stopped half-way it leaves no archive and no lock") {
  const std::size_t before = backups(part::kRunningVm).size();
  const std::string upid = start(part::kRunningVm, "");
  h.clock.tick(std::chrono::seconds{1});
  h.send("DELETE", Harness::task_path(upid));
  CHECK_FALSE(h.get(h.guest_path(part::kRunningVm) + "/status/current").contains("lock"));
  CHECK(backups(part::kRunningVm).size() == before);
}

TEST_CASE_FIXTURE(Fixture, "vzdump: what is wrong with a guest or a storage fails in the task") {
  const std::string locked = start(part::kLockedVm, "");
  h.clock.tick(std::chrono::minutes{3});
  CHECK(exit(locked) == "job errors");
  CHECK(h.get(Harness::task_path(locked) + "/log").dump().find("VM is locked (backup)") !=
        std::string::npos);
  const std::string path = node_of(part::kRunningVm) + "/vzdump";
  const Json missing = h.run(path + "?vmid=99999&storage=local", std::chrono::minutes{1});
  CHECK(missing["exitstatus"] == "job errors");
  const Json unknown = h.run(path + "?vmid=100&storage=nosuch");
  CHECK(unknown["exitstatus"] ==
        "could not get storage information for 'nosuch': storage 'nosuch' does not exist");
}

TEST_CASE_FIXTURE(Fixture, "vzdump: a node without any of the guests has nothing to do") {
  std::string other;
  for (const Json& row : h.get("/nodes"))
    if ("/nodes/" + std::string(string_member(row, "node")) != node_of(100))
      other = "/nodes/" + std::string(string_member(row, "node"));
  CHECK(Harness::body(h.send("POST", other + "/vzdump", "vmid=100"))["data"] == "OK");
}

TEST_CASE_FIXTURE(Fixture, "backup jobs: the nightly one covers every guest") {
  const Json jobs = h.get("/cluster/backup");
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0]["all"] == 1);
  CHECK(jobs[0]["next-run"].get<std::int64_t>() % 86400 == 7200);
  CHECK(h.get("/cluster/backup-info/not-backed-up").empty());
  const Json volumes = h.get("/cluster/backup/backup-nightly/included_volumes");
  CHECK(volumes["children"].size() == 24);
  CHECK(volumes["children"][0]["children"][0]["id"] == "scsi0");
  h.send("DELETE", "/cluster/backup/backup-nightly");
  CHECK(h.get("/cluster/backup-info/not-backed-up").size() == 24);
}

TEST_CASE_FIXTURE(Lab, "backup jobs: made, changed, and missing in PVE's two ways") {
  CHECK(as_root("POST", "/cluster/backup",
                "id=j1&vmid=100,101&storage=local&schedule=sun 01:00&prune-backups=keep-last%3D3")
            .status == 200);
  Json job = data("GET", "/cluster/backup/j1");
  CHECK(job["prune-backups"] == Json{{"keep-last", "3"}});
  CHECK(job["enabled"] == 1);
  CHECK(as_root("PUT", "/cluster/backup/j1", "all=1&delete=prune-backups").status == 200);
  job = data("GET", "/cluster/backup/j1");
  CHECK_FALSE(job.contains("vmid"));
  CHECK_FALSE(job.contains("prune-backups"));
  CHECK(body(as_root("GET", "/cluster/backup/x1"))["errors"]["id"] == "No such job 'x1'");
  const Response gone = as_root("DELETE", "/cluster/backup/x1");
  CHECK(gone.status == 500);
  CHECK(body(gone)["message"] == "400 Parameter verification failed.\nid: No such job 'x1'\n");
  CHECK(as_root("POST", "/cluster/backup", "id=j2&vmid=100&all=1&schedule=daily").status == 400);
}

TEST_CASE_FIXTURE(Lab, "jobs: a schedule is analyzed, and realm-sync jobs are kept") {
  const Json times = data("GET", "/cluster/jobs/schedule-analyze?schedule=daily&iterations=2");
  REQUIRE(times.size() == 2);
  CHECK(times[1]["timestamp"].get<std::int64_t>() - times[0]["timestamp"].get<std::int64_t>() ==
        86400);
  CHECK(std::string(string_member(times[0], "utc")).ends_with(" 00:00:00 UTC"));
  data("POST", "/cluster/jobs/realm-sync/s1", "realm=pve&schedule=daily");
  CHECK(data("GET", "/cluster/jobs/realm-sync")[0]["id"] == "s1");
  CHECK(data("GET", "/cluster/backup").empty());
  CHECK(as_root("DELETE", "/cluster/jobs/realm-sync/s1").status == 200);
}

TEST_CASE_FIXTURE(Fixture, "replication: a job is checked, kept, and goes when it is forced") {
  std::string other;
  for (const Json& row : h.get("/nodes"))
    if ("/nodes/" + std::string(string_member(row, "node")) != node_of(100))
      other = std::string(string_member(row, "node"));
  const auto make = [&](const std::string& id, const std::string& target) {
    return h.send("POST", "/cluster/replication", "type=local&id=" + id + "&target=" + target);
  };
  CHECK(make("999-0", other).reason == "Guest '999' does not exist.");
  CHECK(make("100-0", node_of(100).substr(7)).reason == "Source and target must not be identical");
  CHECK(make("100-0", "nosuch").reason == "Target 'nosuch' does not exist.");
  CHECK(make("100-0", other).reason ==
        "missing replicate feature on volume 'local-lvm:vm-100-disk-0'");
  const std::string home = node_of(101).substr(7);
  CHECK(make("101-0", home == other ? node_of(100).substr(7) : other).status == 200);
  CHECK(h.get("/cluster/replication/101-0")["guest"] == 101);
  CHECK(h.get(node_of(101) + "/replication")[0]["id"] == "101-0");
  h.send("DELETE", "/cluster/replication/101-0");
  CHECK(h.get("/cluster/replication/101-0")["remove_job"] == "full");
  h.send("DELETE", "/cluster/replication/101-0?force=1");
  CHECK(h.get("/cluster/replication").empty());
}

}  // namespace pmx::sim
