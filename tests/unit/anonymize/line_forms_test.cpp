// Names that stand by their place in a line of a file, a plan, a log or a command.
#include "anonymize/places.h"
#include "fixture.h"

namespace pmx::anonymize {
namespace {

/// What stands at the places of a text, with bars between them.
std::string found(std::string_view text) {
  std::string out;
  for (const Place& place : find_places(text)) {
    if (!out.empty()) out += '|';
    out += text.substr(place.begin, place.end - place.begin);
  }
  return out;
}

}  // namespace

TEST_CASE("line forms: users of crontab") {
  CHECK(found("*/5 *\t* * *\tdrift\t/usr/bin/rsync -a /srv/ /x\n") == "drift");
  CHECK(found("0 3 1-7 jan mon kelp4 /bin/true\n") == "kelp4");
  CHECK(found("1 * * * * root cd / && x\n0 3 * * 0 kelp4 rsync -a /srv/ /x\n") == "kelp4");
  CHECK(found("0 3 * * 0 kelp4 rsync -a /srv/ /x\n").empty());
  for (const char* line :
       {"17 *\t* * *\troot\tcd / && run-parts\n", "*/5 * * * * /usr/bin/true --flag x\n",
        "5 4 3 2 1 ticks of the clock\n", "2026-11-28 10:00:00 a b drift /x\n", "* * * * *\n"}) {
    CAPTURE(line);
    CHECK(found(line).empty());
  }
}

TEST_CASE("line forms: what Terraform would change") {
  CHECK(found("      ~ name      = \"kelp-1\" -> \"drift-2\"\n") == "kelp-1|drift-2");
  CHECK(found("      ~ cores = 4 -> 8\n").empty());
  CHECK(found("      ~ engine = \"kelp-1\" -> \"drift-2\"\n").empty());
}

TEST_CASE("line forms: servers and users of haproxy") {
  CHECK(found("    server kelp-7 10.1.2.3:8443 check\n") == "kelp-7");
  CHECK(contains(found("    user drift insecure-password x\n"), "drift"));
  CHECK(found("    server 10.1.2.3:8080 max_fails=3;\n").empty());
  CHECK(found("    user www-data;\n").empty());
}

TEST_CASE("line forms: hosts of a zone's records") {
  CHECK(found("kelp4\tIN A     10.1.2.3\n") == "kelp4");
  CHECK(found("kelp4   3600 IN AAAA 2001:db8::1\n") == "kelp4");
  CHECK(found("traffic IN and OUT\n").empty());
  CHECK(found("kelp4.sea.lan. 300 IN A 10.1.2.3\n").empty());
}

TEST_CASE("line forms: cells under an aligned head, between SQL's rules, behind a node's number") {
  CHECK(found("NAME   SIZE TYPE MODEL        SERIAL\nsda    447G disk INTEL SSD    KELP4DRIFT\n"
              "├─sda1 1G   part\nsdb    1T   disk INTEL SSD    DRIFT77\n") == "KELP4DRIFT|DRIFT77");
  CHECK(found("+----+----------+\n| id | hostname |\n+----+----------+\n|  1 | kelp-7   |\n") ==
        "kelp-7");
  CHECK(found("    Nodeid      Votes Name\n0x00000002          1 kelp7\n") == "kelp7");
}

TEST_CASE("line forms: hosts that a program prints") {
  CHECK(found("   Host Name . . . . . . . . . . . . : KELP-7\n") == "KELP-7");
  CHECK(found("# hostname\n\nkelp7\n\n# date\n") == "kelp7");
  CHECK(found("Namespace 1 IEEE EUI-64:            002538 b1015a3f22\n") == "b1015a3f22");
  CHECK(found("Running command ['hostname', 'kelp7'] with\n") == "kelp7");
  check_hides("/dev/sda is ata-ST16000NM000J-2TW103_KELP4D7-part1", "KELP4D7");
  check_hides("IP-MIB::ipAdEntAddr.10.1.2.3 = IpAddress: 10.1.2.3", "10.1.2");
  check_hides("03:11:02.1 IP kelp7.acme-widgets.de.ssh > 10.1.2.3.50112: Flags", "kelp7");
  check_hides("kelp7 ansible_host=10.1.2.3 ansible_user=root", "kelp7");
  Cluster cluster;
  CHECK(contains(cluster.text("10.1.2.3 ssh-ed25519 AAAA"), " ssh-ed25519 "));
  CHECK(contains(cluster.text("\n10.1.2.3 answers\n"), " answers"));
}

TEST_CASE("line forms: who logs in") {
  check_hides("x sshd[1]: User drift_x from 10.1.2.3 not allowed because not listed", "drift_x");
  check_hides("root 12 0:00 sshd: drift_x [priv]", "drift_x");
  check_hides("'su root' failed for drift_x on /dev/pts/8", "drift_x");
  check_hides("Authentication for user [drift_x] -> [drift_x] FAILED with", "drift_x");
  check_hides("connect to service x as user drift_x (uid=1001, gid=1001)", "drift_x");
  check_hides("debug1: Authenticating to 10.1.2.3:22 as 'drift_x'", "drift_x");
  check_hides("VERIFY OK: depth=0, C=PT, O=Sea, CN=drift_x\n[drift_x] Peer", "drift_x");
  check_hides("Requested-By: drift_x (1000)", "drift_x");
  check_hides("    User drift_x\n", "drift_x");
  check_hides("Match User drift_x\n", "drift_x");
  Cluster cluster;
  for (const char* line : {"User experience is better", "CN=Proxmox Virtual Environment",
                           "backup failed for disk on volume", "srvreload:networking:root@pam:"})
    CHECK(cluster.text(line) == line);
  const std::string task = "UPID:x1:0002CC51:04DE1F3A:65CD8F13:srvreload:networking:root@pam:";
  CHECK(contains(cluster.text(task), ":srvreload:networking:root@pam:"));
}

TEST_CASE("line forms: names behind the words of a command") {
  check_hides("pvesm add cifs drift-nas --server 10.1.2.3", "drift-nas");
  check_hides("hostnamectl set-hostname drift7", "drift7");
  check_hides("qm snapshot 2001 before_drift", "before_drift");
  check_hides("useradd drift_x", "drift_x");
  check_hides("ipmitool -H 10.1.2.3 -U drift_x lan print", "drift_x");
  check_hides("mysql -h 10.1.2.3 -u drift_x -e x", "drift_x");
  Cluster cluster;
  for (const char* line : {"zpool status shows errors", "qm migrate 2001", "docker run -u 1000 x",
                           "pvesm add", "useradd failed"})
    CHECK(cluster.text(line) == line);
}

TEST_CASE("line forms: names of a document by the fields beside them") {
  Cluster cluster;
  for (const char* document : {R"([{"name":"drift-7","type":"ipset","ref":"+guest/drift-7"}])",
                               R"([{"Name":"drift-7","NetworkSettings":{"Gateway":"10.1.2.3"}}])",
                               R"({"type":"x_vm","name":"drift-7","instances":[]})"}) {
    CAPTURE(document);
    CHECK_FALSE(contains(cluster.json(document), "drift-7"));
  }
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kHost, "api2"}}).ok());
  const char* module = "GET /api2/json HTTP at /usr/share/perl5/PVE/API2/Qemu.pm line 4512.";
  CHECK(cluster.text(module) == module);
  const char* resource = R"({"type":"x_vm","name":"app","instances":[]})";
  CHECK(cluster.json(resource) == resource);
  CHECK_FALSE(contains(cluster.text("HWaddr=000c292ee9bf"), "2ee9bf"));
}

TEST_CASE("line forms: a person is one person in a distinguished name and behind a key, too") {
  Cluster cluster;
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kPerson, "Wendeline Korbmacher"}}).ok());
  const std::string person = cluster.text("by Wendeline Korbmacher").substr(3);
  CHECK(cluster.text("dn: CN=Wendeline Korbmacher,OU=people,DC=local\n") ==
        "dn: CN=" + person + ",OU=people,DC=local\n");
  CHECK(cluster.text("  name: \"Wendeline Korbmacher\"\n") == "  name: \"" + person + "\"\n");
  const std::string key =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHig0G0I5d58ca/G37E9aDdJD92JF/J3/GC5D7 ";
  CHECK(cluster.text(key + "Wendeline Korbmacher") == "ssh-ed25519 [secret:ssh-key] " + person);
}

}  // namespace pmx::anonymize
