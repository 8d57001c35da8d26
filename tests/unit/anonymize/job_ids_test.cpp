// Ids that PVE makes for jobs: they keep their form, and come back.
#include <doctest/doctest.h>

#include <string>

#include "anonymize/chars.h"
#include "anonymize/pseudonym.h"
#include "fixture.h"

namespace pmx::anonymize {
namespace {

constexpr std::string_view kBackup = "backup-1a2b3c4d-5e6f";
constexpr std::string_view kSync = "realmsync-00c0ffee-0123";

/// `text` with the id in it, pseudonymized; the id's pseudonym.
std::string shown(Cluster& cluster, std::string_view text, std::string_view id = kBackup) {
  const std::size_t at = text.find("{}");
  const std::string after(text.substr(at + 2));
  const std::string whole = std::string(text.substr(0, at)) + std::string(id) + after;
  const std::string out = whole.starts_with('{') ? cluster.json(whole) : cluster.text(whole);
  CHECK_MESSAGE(!contains(out, id), out);
  CHECK(cluster.reveal(out) == whole);
  CHECK((whole.starts_with('{') ? cluster.json(out) : cluster.text(out)) == out);
  CHECK(cluster.engine->check(out).ok());
  CHECK(out.ends_with(after));
  const std::string_view before = std::string_view(out).substr(0, out.size() - after.size());
  return std::string(before.substr(before.size() - id.size()));
}

}  // namespace

TEST_CASE("job ids: what PVE made is replaced in its form, wherever it stands") {
  Cluster cluster;
  const std::string job = shown(cluster, "INFO: starting job {} now");
  CHECK(job_id_end(job, 0) == kBackup.size());
  CHECK(job.starts_with("backup-"));
  for (const char* text :
       {"vzdump: {}\n\tschedule 02:30\n",
        R"({"data":[{"id":"{}","schedule":"daily","type":"vzdump"}]})", R"({"id":"{}"})",
        "UPID:pve-muc-01:00001234:00005678:68000000:vzdump:{}:root@pam:",
        "job '{}' failed: exit code 255", "vzdump --job-id {} --all 1",
        "/var/lib/pve-manager/jobs/vzdump-{}.json", "pvesh get /cluster/backup/{}", "id={}", "{}",
        R"({"jobs":{"{}":1}})", "job_{}: done"})
    CHECK_MESSAGE(shown(cluster, text) == job, text);
  const std::string sync = shown(cluster, "realm-sync: {}\n\tschedule daily\n", kSync);
  CHECK(sync.starts_with("realmsync-"));
  CHECK(lower(cluster.text("BACKUP-1A2B3C4D-5E6F")) == job);
}

TEST_CASE("job ids: what only looks like one stays") {
  Cluster cluster;
  for (const char* text :
       {"replication job 101-0 failed", "backup-1a2b3c4d", "backup-20260215-0311x",
        "backup-1a2b3c4d-5e6f7", "backup-of-the-day", "mybackup-1a2b3c4d-5e6f"})
    CHECK(cluster.text(text) == text);
}

TEST_CASE("job ids: text teaches no word of an id") {
  Cluster cluster;
  cluster.text("job backup-1a2b3c4d-5e6f");
  CHECK(cluster.text("backup done, 1a2b3c4d") == "backup done, 1a2b3c4d");
}

TEST_CASE(
    "job ids: an issued one is restored in a task's id, a real one passes, an invented one is "
    "refused") {
  Cluster cluster;
  const std::string real =
      "UPID:pve1:00001234:00005678:68000000:vzdump:backup-1a2b3c4d-5e6f:root@pam:";
  const std::string task = cluster.text(real);
  CHECK(cluster.restore(task, "pve-upid") == real);
  const std::string other =
      "UPID:pve1:00001234:00005678:68000000:vzdump:backup-9a2b3c4d-5e6f:root@pam:";
  CHECK(cluster.restore(other, "pve-upid") == other);
  const Scheme scheme(Secret(std::string(32, 'k')));
  CHECK(scheme.read_name(scheme.job(kBackup, 0), 0)->verified);
  CHECK(scheme.job(kBackup, 0) != scheme.job(kBackup, 1));
  CHECK_FALSE(scheme.read_name(kBackup, 0));
}

}  // namespace pmx::anonymize
