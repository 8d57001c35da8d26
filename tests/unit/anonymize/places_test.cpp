// Names that the form of a line or of a table tells.
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

TEST_CASE("places: the host of a log line") {
  CHECK(found("Nov 28 10:00:00 kelp4 sshd[12]: x\n") == "kelp4");
  CHECK(found("Nov  8 10:00:00 kelp-a.sea.lan kernel: x") == "kelp-a.sea.lan");
  CHECK(found("2026-11-28T10:00:00.123456+01:00 KELP pvedaemon[1]: x\n") == "KELP");
  CHECK(found("2026-11-28T10:00:00Z kelp corosync[1]: x\r\n") == "kelp");
  CHECK(found("<30>Nov 28 10:00:00 kelp cron[1]: x\n") == "kelp");
  CHECK(found("<34>1 2026-10-11T22:14:15.003Z kelp su - ID47 - x\n") == "kelp");
  // A word is a host where a process id says that it must be.
  CHECK(found("Nov 28 10:00:00 master crmd[12]: x\n") == "master");
}

TEST_CASE("places: what only looks like a host is none") {
  for (const char* line :
       {"Nov 28 10:00:00 INFO: backup started\n", "Nov 28 10:00:00 INFO backup: started\n",
        "Nov 28 10:00:00 kernel: x: y\n", "Nov 28 10:00:00 started session: 5\n",
        "2020-02-04 22:30:03 INFO: VM 100\n", "Nov 28 10:00:00 localhost sshd[1]: x\n",
        "Nov 28 10:00:00 pve sshd[1]: x\n", "Nov 28 10:00 kelp sshd[1]: x\n",
        "Nov 28 10:00:00 systemd[1]: Started x\n", "Nov 28 10:00:00", "Nov 28 10:00:00 kelp",
        "2026-11-28T10:00:00 kelp\n", "<30>", "<99999999999999999999>1 x y z"}) {
    CAPTURE(line);
    CHECK(found(line).empty());
  }
}

TEST_CASE("places: users of a log line, of id and of ls") {
  CHECK(found("Nov 28 10:00:00 kelp CRON[1]: (drift) CMD (/x)\n") == "kelp|drift");
  CHECK(found("Nov 28 10:00:00 kelp sudo:   drift : TTY=pts/0 ; PWD=/x\n") == "kelp|drift");
  CHECK(found("uid=1000(drift) gid=1000(drift) groups=1000(drift),27(sudo)\n") ==
        "drift|drift|drift");
  CHECK(found("drwxr-xr-x 2 drift kelpers 4096 Nov 28 10:00 x\n") == "drift|kelpers");
  CHECK(found("-rw-r--r-- 1 root root 4096 Nov 28 10:00 x\n").empty());
  CHECK(found("see /home/drift/notes") == "drift");
  CHECK(found("see /home/user/notes and /home/kelp.txt").empty());
}

TEST_CASE("places: a quoted name behind its noun") {
  CHECK(found("storage 'kelp' is not online") == "kelp");
  CHECK(found("migration to node \"kelp-2\" (10.1.2.3)") == "kelp-2");
  CHECK(found("no such pool 'kelp'\nUser 'drift' unknown") == "kelp|drift");
  CHECK(found("option 'storage' is missing, value 'kelp'").empty());
  CHECK(found("storage 'kelp drift'").empty());
  CHECK(found("storage 'kelp").empty());
  CHECK(found("INFO: VM Name: lasso\nINFO: CT Name: kelp") == "lasso|kelp");
  CHECK(found("user name: Name: kelp").empty());
}

TEST_CASE("places: the snapshots of a guest") {
  CHECK(found("`-> before_kelp        2026-09-30 11:02:11     no-description\n"
              " `-> current                                You are here!\n") == "before_kelp");
}

TEST_CASE("places: nodes of cluster messages") {
  CHECK(found("notice: Node kelp1 state is now lost") == "kelp1");
  CHECK(found("Our DC node (kelp1) left the cluster") == "kelp1");
  CHECK(found("master kelp (active, Fri)\nlrm drift (idle)\nservice vm:100 (kelp, started)\n") ==
        "kelp|drift|kelp");
  for (const char* line : {"node 167910415 state=2", "node v18.2.0", "node x86_64", "this node is",
                           "node id=5", "master of all", "service is down", "fromnode kelp1"}) {
    CAPTURE(line);
    CHECK(found(line).empty());
  }
}

TEST_CASE("places: the host and the user of a prompt") {
  CHECK(found("root@KELP-RIGHT:/tmp# zpool status") == "root|KELP-RIGHT");
  CHECK(found("drift@kelp:~$ ls") == "drift|kelp");
  CHECK(found("drift@kelp:5 is # no prompt").empty());
}

TEST_CASE("places: the tables of programs") {
  CHECK(found("      VMID NAME                 STATUS     MEM(MB)    BOOTDISK(GB) PID\n"
              "       100 kelp-db              running    4096              32.00 2134\n"
              "       101 web                  stopped    2048              16.00 0\n\n"
              "       102 behind               stopped    2048              16.00 0\n") ==
        "kelp-db|web");
  CHECK(found("VMID       Status     Lock         Name                \n"
              "200        running                 kelp                \n"
              "201        stopped    backup       drift               \n") == "kelp|drift");
  CHECK(found("    Nodeid      Votes Name\n         1          1 kelp (local)\n"
              "         2          1 drift\n0x00000000          1 Qdevice\n") == "kelp|drift");
  CHECK(found("  VG     #PV #LV #SN Attr   VSize    VFree  \n"
              "  kelp     1   5   0 wz--n- <931.51g 120.00g\n") == "kelp");
  CHECK(found("NAME          USED  AVAIL  REFER  MOUNTPOINT\n"
              "kelp/drift    1.2T   500G    96K  -\n") == "kelp/drift|-");
  CHECK(found("USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n"
              "drift       2134  0.5  1.2 123456 65432 ?        Sl   10:00   0:12 kvm\n") ==
        "drift");
  CHECK(
      found("NAME         SIZE MODEL        SERIAL\nsda        931.5G Samsung      S5Y\n").empty());
}

TEST_CASE("places: a table ends where rows do not fit") {
  CHECK(found("Name             Type     Status           Total            Used       Available\n"
              "kelp              nfs     active      1000000000       500000000       500000000\n"
              "Nov 28 10:00:00 this is a line of something else altogether\n") == "kelp");
}

TEST_CASE("places: tables that people write") {
  CHECK(found("| Host | IP | Owner |\n|------|:--:|------:|\n"
              "| kelp | 10.1.2.3 | Jo Drift |\n| `reed` | - | - |\n") == "kelp|Jo Drift|reed|-");
  CHECK(found("vmid,name,node,owner\n100,kelp,drift,Jo Drift\n") == "kelp|drift|Jo Drift");
  CHECK(found("Kunde;Ansprechpartner;Server\nKelp GmbH;Jo Drift;reed-7\n") ==
        "Kelp GmbH|Jo Drift|reed-7");
  CHECK(found("│ key      │ value │\n╞══════════╪═══════╡\n│ hostname │ kelp  │\n"
              "│ memory   │ 512   │\n") == "kelp");
  for (const std::string text :
       {"first, second, and user\nthen this, that, and more\n", "| only | a | line |\n",
        "name,node\nkelp,drift\n", "a|b|c\nd|e|f\n", "10,20,30\n40,50,60\n"}) {
    CAPTURE(text);
    CHECK(found(text).empty());
  }
}

TEST_CASE("places: commas within quotes, and rows of SQL") {
  CHECK(found("vmid,name,node,note\n100,kelp-1,drift-2,\"a, b\"\n101,kelp-3,drift-4,x\n") ==
        "kelp-1|drift-2|kelp-3|drift-4");
  CHECK(
      found("INSERT INTO hosts (hostname, ip) VALUES ('kelp-1', '10.1.2.3'), ('kelp-2', 'x');\n") ==
      "kelp-1|kelp-2");
  CHECK(found("COPY public.users (id, username, email) FROM "
              "stdin;\n1\tkelp\tx@y.de\n2\tdrift\tz\n\\.\n") == "kelp|drift");
  CHECK(found("INSERT INTO x VALUES ('kelp');\nCOPY the file (or a link) FROM stdin;\n").empty());
}

TEST_CASE("places: more tables of programs") {
  CHECK(found("NAME               MAJ:MIN RM   SIZE RO TYPE MOUNTPOINTS\nsda                  8:0  "
              "  0 447G  0 disk\n"
              "├─kelp_2-root      252:1    0    96G  0 lvm   /\n  └─kelp--a-data_tmeta 252:2 0 "
              "3.4G 0 lvm\n") == "kelp_2|kelp--a");
  CHECK(found("Node                  Generic               SN                   Model\n"
              "/dev/nvme2n1  /dev/ng2n1  PTQQC45L0H8K  KIOXIA KCD8XRUG3T84  1\n") ==
        "PTQQC45L0H8K");
  CHECK(found("ID  Name  Callin  Link Auth\n2   root  true true\n3   kelp_4  true    true\n") ==
        "root|kelp_4");
  CHECK(found("NAMESPACE NAME READY STATUS RESTARTS AGE IP NODE\n"
              "kube-system kelp-1 1/1 Running 0 5d 10.1.2.3 drift-7\n") ==
        "kelp-1|10.1.2.3|drift-7");
}

TEST_CASE("places: docker's first head has two words") {
  CHECK(found("CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n"
              "3f2a9c1d0b7e   nginx     \"/x\"      2 days    Up 2      80/tcp    kelp\n") ==
        "kelp");
}

TEST_CASE("places: greetings and signatures name people") {
  CHECK(found("Dear Torsten, please restart it.") == "Torsten");
  CHECK(found("Hallo Frau Kelpmann,\nbitte") == "Kelpmann");
  CHECK(found("Hi Jo Drift,\n\nthe disk is full\n\nBest regards\nMara Reed\n") ==
        "Jo Drift|Mara Reed");
  CHECK(found("Regards, Miriam Oduya, Kelp AG") == "Miriam Oduya");
  CHECK(found("Viele Grüße\nJürgen Dörfler-Kelp\n+49 1") == "Jürgen Dörfler-Kelp");
  for (const std::string text :
       {"Hello World,\n", "Hi all,\n", "Hello Team,\n", "Dear customer,\n", "regards the disk\n",
        "Hello, the disk\n", "Best regards\n\n-- \n", "Thanks\nThe server is up\n",
        "Best regards\nSupport Team\n", "Dear Sir or Madam,\n", "Hallo zusammen,\n"}) {
    CAPTURE(text);
    CHECK(found(text).empty());
  }
}

TEST_CASE("places: monitors, pools and hosts of ceph") {
  CHECK(found("    mon: 3 daemons, quorum kelp,reed (age 3d)\n"
              "    mgr: kelp(active, since 5d), standbys: reed, drift\n") ==
        "kelp|reed|kelp|reed|drift");
  CHECK(found("-3         14.55        host kelp                           \n") == "kelp");
  CHECK(found("--- POOLS ---\nPOOL             ID  PGS   STORED  OBJECTS     USED  %USED\n"
              ".mgr              1    1  1.1 MiB        2  3.3 MiB      0\n"
              "kelp-fast         2  128  1.2 TiB  320.1k  3.6 TiB  22.10\n") == ".mgr|kelp-fast");
}

TEST_CASE("places: tables in boxes, as text is read") {
  Cluster cluster;
  const std::string out = cluster.text(
      "┌────────┬─────────┐\n│ node   │ status  │\n╞════════╪═════════╡\n│ beacon │ offline │\n"
      "└────────┴─────────┘\n");
  CHECK_FALSE(contains(out, "beacon"));
  CHECK(contains(out, "│ offline │"));
}

TEST_CASE("places: keys and secrets of switches and of SQL") {
  CHECK(found("hostname kelp-sw1\n") == "kelp-sw1");
  CHECK(found("enable secret 9 $9$kelp\n") == "$9$kelp");
  CHECK(found("username jo privilege 15 password 7 0822455D0A16\n") == "0822455D0A16");
  CHECK(found("set system host-name kelp-mx1\n") == "kelp-mx1");
  CHECK(found("set system radius-server 10.1.2.3 secret \"$9$kelpX\"\n") == "$9$kelpX");
  CHECK(found("set snmp community kelpRO8 authorization read-only\n") == "kelpRO8");
  CHECK(found("tacacs server x\n address ipv4 10.1.2.3\n key 7 0822455D0A16\n") == "0822455D0A16");
  CHECK(found("key \"k\" { algorithm hmac-sha256; secret \"a2VscGtlbHA=\"; };") == "a2VscGtlbHA=");
  CHECK(found(" standby 1 authentication md5 key-string drift4wood\n") == "drift4wood");
  CHECK(found("# serial number = ZEE1J3R53\n") == "ZEE1J3R53");
  CHECK(found("\tVendor SN                 : MN2HFFY51\n") == "MN2HFFY51");
  CHECK(found("  Host: kelp-fvm Kernel: 6.8.0 arch: x86_64\n") == "kelp-fvm");
  CHECK(found("ROLE jo WITH LOGIN PASSWORD 'drift4wood';") == "drift4wood");
  CHECK(found("('smtp_password','drift4wood'),('smtp_port','587');") == "drift4wood");
  for (const std::string text :
       {"set the secret to the one below\n", "hostname is not set\n", "hostname lookup failed\n",
        "('node','kelp')", "enable it with a secret\n", "the secret \"service\" is no word"}) {
    CAPTURE(text);
    CHECK(found(text).empty());
  }
  Cluster cluster;
  CHECK_FALSE(contains(cluster.json(R"({"tls_psk":"8d25967580","otp_seed":"PSMXP3UZ"})"), "8d25"));
  CHECK_FALSE(contains(cluster.json(R"({"SECRET_KEY_BASE":"aef7ac86d66c7a64"})"), "aef7"));
  CHECK_FALSE(contains(cluster.text("802-11-wireless-security.psk:   3uSsXDh8QVkB\n"), "3uSs"));
  CHECK_FALSE(contains(cluster.text("devname=\"kasa-vmm5\" devid=1\n"), "kasa"));
}

TEST_CASE("places: they are hidden wherever the payload has them, and stay so") {
  Cluster cluster;
  const std::string in =
      "      VMID NAME                 STATUS     MEM(MB)    BOOTDISK(GB) PID\n"
      "       100 kelpforest           running    4096              32.00 2134\n"
      "\nkelpforest is slow; vm-100-disk-0 stays\n";
  const std::string out = cluster.text(in);
  CHECK_FALSE(contains(out, "kelpforest"));
  CHECK(contains(out, "vm-100-disk-0 stays"));
  CHECK(cluster.text(out) == out);
  CHECK(cluster.reveal(out) == in);
  CHECK(cluster.text("root@pve:~# ls\n") == "root@pve:~# ls\n");
}

}  // namespace pmx::anonymize
