// What a backup server writes: UPIDs, repositories, messages, its API.
#include "fixture.h"

namespace pmx::anonymize {

TEST_CASE("backup server: the object of a task is made of names") {
  Cluster cluster;
  const std::string head = "UPID:kelp-pbs:0019CCEA:06B43431:0A22BDC7:68077B71:";
  for (const char* tail :
       {"syncjob:drift-remote\\x3adrift-a\\x3adrift-b\\x3adrift-ns\\x3as-4f11aa:root@pam:",
        "backup:drift\\x2da\\x3avm-100:drift@pbs!drift-t:", "garbage_collection:drift-a:root@pam:",
        "backup:drift-a\\x3ahost-drift7:root@pam:", "prune:drift-a:drift@pbs:"}) {
    const std::string in = head + tail;
    CAPTURE(in);
    const std::string out = cluster.text(in);
    CHECK_FALSE(contains(out, "kelp"));
    CHECK_FALSE(contains(out, "drift"));
    CHECK(contains(out, ":0019CCEA:06B43431:0A22BDC7:68077B71:"));
    CHECK(cluster.reveal(out) == in);
    CHECK(cluster.text(out) == out);
  }
  const std::string json = R"({"upid":")" + head + R"(backup:drift-a\\x3adrift-b:root@pam:"})";
  CHECK(cluster.reveal(cluster.json(json)) == json);
  const std::string out = cluster.text(head + "backup:drift-a\\x3avm-100:root@pam:");
  CHECK(out.ends_with("\\x3avm-100:root@pam:"));
  CHECK(contains(cluster.text(head + "verify:drift-a\\x3av-1a2b3c4d:root@pam:"), "v-1a2b3c4d"));
  CHECK(contains(cluster.text(head + "srvreload::root@pam:"), ":srvreload::root@pam:"));
}

TEST_CASE("backup server: a repository is a host, a port and a datastore") {
  Cluster cluster;
  for (const char* in :
       {"PBS_REPOSITORY=drift@pbs@10.1.2.3:8007:drift-a", "PBS_REPOSITORY=drift-h:drift-a",
        "export PBS_REPOSITORY=\"drift@pbs!drift-t@drift-h:8007:drift-a\"",
        "PBS_REPOSITORY=drift-a", "backup x --repository drift-h:8007:drift-a",
        "PBS_REPOSITORY=[2001:db8::d1]:8007:drift-a"}) {
    CAPTURE(in);
    const std::string out = cluster.text(in);
    CHECK_FALSE(contains(out, "drift"));
    CHECK_FALSE(contains(out, "10.1.2.3"));
    CHECK_FALSE(contains(out, "db8"));
    CHECK(cluster.reveal(out) == in);
  }
  CHECK(contains(cluster.text("PBS_REPOSITORY=drift.reef.lan:drift-a"), ".lan:"));
  CHECK(cluster.text("clone --repository archive") == "clone --repository archive");
}

TEST_CASE("backup server: messages name datastores, remotes and namespaces") {
  Cluster cluster;
  for (const char* in : {"sync datastore 'drift-a' from 'drift-r/drift-b'",
                         "Starting datastore sync job 'drift-r:drift-b:drift-a:drift-ns:s-4f11aa'",
                         "starting garbage collection on store drift-a",
                         "Pruning datastore 'drift-a' namespace 'drift-ns/drift-x', keep-last: 3",
                         "verify job on datastore drift-a"}) {
    CAPTURE(in);
    const std::string out = cluster.text(in);
    CHECK_FALSE(contains(out, "drift"));
    CHECK(cluster.reveal(out) == in);
  }
  for (const char* in : {"the store is full", "on store level", "datastore 'x", "a datastore: yes"})
    CHECK(cluster.text(in) == in);
}

TEST_CASE("backup server: the fields of its jobs, remotes and snapshots are names") {
  Cluster cluster;
  const std::string out = cluster.json(
      R"({"jobs":[{"id":"drift-j","store":"drift-a","remote":"drift-r","remote-store":"drift-b",)"
      R"("ns":"drift-n/drift-m","remote-ns":"drift-o","schedule":"daily"}],)"
      R"("remotes":[{"name":"drift-q","host":"10.1.2.3","auth-id":"drift@pbs"}],)"
      R"("snapshots":[{"backup-type":"host","backup-id":"drift-h"},)"
      R"({"backup-type":"vm","backup-id":"100"}]})");
  CHECK_FALSE(contains(out, "drift"));
  CHECK(contains(out, R"("backup-id":"100")"));
  CHECK(contains(out, R"("schedule":"daily")"));
}

}  // namespace pmx::anonymize
