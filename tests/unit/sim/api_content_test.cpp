// Volumes over the API: made, listed, changed, pruned and removed.
#include <doctest/doctest.h>

#include "sim/prune.h"
#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

constexpr const char* kContent = "/nodes/pve1/storage/local/content";

}  // namespace

TEST_CASE_FIXTURE(Lab, "content: a disk is made at once, and its space is used") {
  const Json before = data("GET", "/nodes/pve1/storage/local/status");
  CHECK(data("POST", kContent, "vmid=900&filename=vm-901-disk-0.qcow2&size=1G") ==
        "local:900/vm-901-disk-0.qcow2");
  const Json rows = data("GET", kContent);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0]["vmid"] == 900);
  CHECK(rows[0]["format"] == "qcow2");
  CHECK(rows[0]["size"] == 1073741824);
  CHECK(rows[0]["parent"].is_null());
  const Json after = data("GET", "/nodes/pve1/storage/local/status");
  CHECK(after["used"].get<std::int64_t>() - before["used"].get<std::int64_t>() == rows[0]["used"]);
  CHECK(data("GET", "/nodes/pve2/storage/local/content").empty());
  CHECK(data("GET", std::string(kContent) + "?vmid=901").empty());
  CHECK(data("GET", std::string(kContent) + "/local:900/vm-901-disk-0.qcow2")["path"] ==
        "/var/lib/vz/images/900/vm-901-disk-0.qcow2");
}

TEST_CASE_FIXTURE(Lab, "content: a disk's name, size and format must fit together") {
  data("POST", kContent, "vmid=900&filename=vm-900-disk-0.raw&size=1G");
  CHECK(as_root("POST", kContent, "vmid=900&filename=vm-900-disk-0.raw&size=1G").reason ==
        "disk image '/var/lib/vz/images/900/vm-900-disk-0.raw' already exists");
  CHECK(as_root("POST", kContent, "vmid=900&filename=x&size=1G").reason ==
        "unable to parse volume filename 'x'");
  const Json errors = body(as_root(
      "POST", kContent, "vmid=900&filename=vm-900-disk-1.raw&size=1G&format=qcow2"))["errors"];
  CHECK(errors["format"] == "different storage formats (qcow2 != raw)");
}

TEST_CASE_FIXTURE(Lab, "content: removal is a task, and a missing volume is no error of it") {
  data("POST", kContent, "vmid=900&filename=vm-900-disk-0.raw&size=1G");
  const std::string volume = std::string(kContent) + "/local:900/vm-900-disk-0.raw";
  CHECK(task("DELETE", volume) == "OK");
  CHECK(log() == "Removed volume 'local:900/vm-900-disk-0.raw'\nTASK OK\n");
  CHECK(data("GET", kContent).empty());
  CHECK(task("DELETE", volume) == "OK");
  CHECK(as_root("GET", volume).reason ==
        "volume_size_info on 'local:900/vm-900-disk-0.raw' failed - no format");
}

TEST_CASE_FIXTURE(Lab, "content: a removal that is waited for tells how it ended") {
  data("POST", kContent, "vmid=900&filename=vm-900-disk-0.raw&size=1G");
  const std::string volume = std::string(kContent) + "/local:900/vm-900-disk-0.raw";
  const Response done = as_root("DELETE", volume + "?delay=5");
  CHECK(done.status == 200);
  CHECK(body(done)["data"].is_null());
  CHECK(done.delay == std::chrono::seconds{1});
  CHECK(data("GET", kContent).empty());
  CHECK(
      body(as_root(
          "DELETE",
          "/nodes/pve1/storage/shared/content/local:900/vm-900-disk-0.raw"))["errors"]["volume"] ==
      "storage ID mismatch (local != shared)\n");
}

TEST_CASE("content: a file is fetched by a task, if its name and its storage will do") {
  Harness h;
  const std::string node = "/nodes/" + h.cluster.nodes()[0];
  const auto fetch = [&](const std::string& storage, const std::string& form) {
    return h.send("POST", node + "/storage/" + storage + "/download-url",
                  "url=http://x.example/a.iso&" + form);
  };
  CHECK(fetch("local-lvm", "content=iso&filename=a.iso").reason ==
        "can't upload to storage type 'lvmthin', not a file based storage!");
  CHECK(Harness::body(fetch("local", "content=iso&filename=a.txt"))["errors"]["filename"] ==
        "wrong file extension");
  CHECK(h.send("PUT", "/storage/local", "content=backup").status == 200);
  CHECK(fetch("local", "content=iso&filename=a.iso").reason ==
        "storage 'local' is not configured for content-type 'iso'");
  CHECK(h.send("PUT", "/storage/local", "content=iso").status == 200);
  const std::string upid(
      string_member(Harness::body(fetch("local", "content=iso&filename=a b.iso")), "data"));
  CHECK(upid.find(":download:a_b.iso:") != std::string::npos);
  h.clock.tick(std::chrono::seconds{10});
  CHECK(h.get(Harness::task_path(upid) + "/status")["exitstatus"] == "OK");
  const Json meta = h.get(node + "/query-url-metadata?url=http://x.example/a.iso");
  CHECK(meta["filename"] == "a.iso");
  bool found = false;
  for (const Json& row : h.get(node + "/storage/local/content?content=iso"))
    found = found || (row["volid"] == "local:iso/a_b.iso" && row["size"] == meta["size"]);
  CHECK(found);
}

TEST_CASE("content: only backups have notes and protection, and not without end") {
  Harness h;
  const std::string node = "/nodes/" + h.cluster.nodes()[0];
  const std::string local = node + "/storage/local/content/";
  CHECK(h.send("PUT", local + "local:iso/x.iso", "notes=x").reason ==
        "only backups can have notes");
  CHECK(h.send("PUT", local + "local:iso/x.iso", "protected=1").reason ==
        "only backups support attribute 'protected'");
  CHECK(h.send("PUT", local + "local:nonsense", "notes=x").reason ==
        "unable to parse directory volume name 'nonsense'");
  const std::string archive = "local:backup/vzdump-qemu-101-2026_01_01-00_00_00.vma.zst";
  CHECK(h.send("PUT", local + archive, "notes=x").status == 200);
  CHECK(h.send_as(h.cluster.auditor(), "PUT", local + archive, "notes=x").reason ==
        "Permission check failed (/storage/local, Datastore.AllocateSpace)");
  CHECK(h.send_as(h.cluster.auditor(), "DELETE", local + "local:iso/x.iso").reason ==
        "Permission check failed (/storage/local, Datastore.Allocate)");
  CHECK(h.send("PUT", "/storage/local", "max-protected-backups=0").status == 200);
  CHECK(h.send("PUT", local + archive, "protected=1").reason ==
        "The number of protected backups per guest is limited to 0 on storage 'local'");
}

TEST_CASE("prune: each rule keeps the youngest of its last periods, the protected stay") {
  Options options;
  options.scenario = Scenario::kLab;
  Storages storages(Inventory(options, 1'000'000), 1'000'000);
  constexpr std::int64_t kDay = 86400;
  for (int day = 0; day < 6; ++day)
    for (int hour : {2, 14}) {
      Volume backup;
      backup.content = "backup";
      backup.vmid = 100;
      backup.ctime = day * kDay + hour * 3600;
      backup.volid = "local:backup/vzdump-qemu-100-1970_01_0" + std::to_string(day + 1) + "-" +
                     (hour < 10 ? "0" : "") + std::to_string(hour) + "_00_00.vma.zst";
      backup.is_protected = day == 0 && hour == 2;
      storages.add("pve1", backup);
    }
  const auto fates = [&](const std::string& keep) {
    std::string out;
    for (const PruneMark& one : prune_marks(storages, "pve1", "local", keep, 0, ""))
      out += one.mark.substr(0, 1);
    return out;
  };
  CHECK(fates("keep-last=3") == "prrrrrrrrkkk");
  CHECK(fates("keep-last=1,keep-daily=2") == "prrrrrrkrkrk");
  CHECK(fates("keep-all=1") == "pkkkkkkkkkkk");
}

TEST_CASE_FIXTURE(Lab, "prune: a storage without a retention refuses unless one is sent") {
  const std::string path = "/nodes/pve1/storage/local/prunebackups";
  CHECK(as_root("GET", path).reason == "no prune-backups options configured for storage 'local'");
  CHECK(task("DELETE", path) == "no prune-backups options configured for storage 'local'");
  CHECK(data("GET", path + "?prune-backups=keep-last%3D1") == Json::array());
  CHECK(task("DELETE", path + "?prune-backups=keep-last%3D1&vmid=100") == "OK");
  CHECK(upid.find(":prunebackups:100@local:") != std::string::npos);
}

}  // namespace pmx::sim
