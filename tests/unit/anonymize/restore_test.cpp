#include "anonymize/restore.h"

#include <algorithm>

#include "fixture.h"

namespace pmx::anonymize {

TEST_CASE(
    "restore: exact pseudonyms come back, with quotes, case slips and the VMID form forgiven") {
  Cluster cluster;
  const std::string vm = cluster.name(Kind::kVm, "payroll-db");
  CHECK(cluster.restore(vm, "pve-guest") == "payroll-db");
  CHECK(cluster.restore("`" + vm + "`", "pve-guest") == "payroll-db");
  CHECK(cluster.restore("**" + vm + "**.", "pve-guest") == "payroll-db");
  CHECK(cluster.restore("VM" + vm.substr(2), "pve-guest") == "payroll-db");
  CHECK(cluster.restore(vm + " (VMID 105)", "pve-guest") == "payroll-db");
  CHECK(cluster.restore(cluster.name(Kind::kNode, "pve-muc-01"), "pve-node") == "pve-muc-01");
}

TEST_CASE("restore: a guest named by its FQDN has one pseudonym everywhere and comes back") {
  for (const char* fqdn : {"payroll.corp.example", "nautilus.acme-widgets.de", "web.prod.lan",
                           "db.shop.example.co.uk", "Mail7.Corp.Example"}) {
    CAPTURE(fqdn);
    Cluster cluster;
    REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kVm, fqdn}}).ok());
    const std::string shown = cluster.name(Kind::kVm, fqdn);
    CAPTURE(shown);
    const std::string real = fqdn;
    CHECK(cluster.text("on " + real + " now") == "on " + shown + " now");
    CHECK(cluster.json(R"({"vmid":1,"name":")" + real + R"("})") ==
          R"({"vmid":1,"name":")" + shown + R"("})");
    CHECK(cluster.name(Kind::kContainer, fqdn) == shown);
    std::string loud = shown;
    std::transform(loud.begin(), loud.end(), loud.begin(), to_upper);
    for (const std::string& slip :
         {shown, shown + ".", "\"" + shown + "\"", "`" + shown + "`.", shown + " (VMID 105)"})
      CHECK(cluster.restore(slip, "pve-guest") == real);
    CHECK(lower(cluster.restore(loud, "pve-guest")) == lower(real));
    CHECK(cluster.reveal(shown) == real);
    std::string damaged = shown;
    damaged[damaged.find('-') + 6] ^= 1;
    CHECK(cluster.refused(damaged, "pve-guest"));
  }
  Cluster cluster;
  CHECK(cluster.restore("payroll.corp.example", "pve-guest") == "payroll.corp.example");
}

TEST_CASE("restore: users and tokens have one pseudonym everywhere") {
  Cluster cluster;
  for (const char* user : {"anna.schmidt@acme-ad", "new.one@acme-ad!ci7x", "root@pam"}) {
    const std::string shown = cluster.name(Kind::kUser, user);
    CHECK(cluster.text(user) == shown);
  }
}

TEST_CASE("restore: real values typed by the user pass unchanged") {
  Cluster cluster;
  for (const char* value :
       {"payroll-db", "pve-muc-01", "105", "vm-database", "local", "node-backup", "\"odd\"", ""}) {
    CAPTURE(value);
    CHECK(cluster.restore(value, "pve-guest") == value);
  }
  CHECK(cluster.restore("10.17.4.20", "ip") == "10.17.4.20");
  CHECK(cluster.restore("anything node-x", "unknown-format") == "anything node-x");
}

TEST_CASE("restore: damaged, invented and wrong-kind pseudonyms are refused without an echo") {
  Cluster cluster;
  const std::string vm = cluster.name(Kind::kVm, "payroll-db");
  std::string damaged = vm;
  damaged.back() = damaged.back() == 'x' ? 'z' : 'x';
  CHECK(cluster.refused(damaged, "pve-guest"));
  CHECK(cluster.refused("vm-k3x9q2f", "pve-guest"));
  CHECK(cluster.refused("node" + vm.substr(2), "pve-node"));
  CHECK(cluster.refused(vm, "pve-node"));
  CHECK(cluster.refused("241.9.9.9", "ip"));
  CHECK(cluster.refused("253.9.9.9", "ip"));
  CHECK(cluster.refused("0a:51:00:11:22:33", "mac-addr"));
  CHECK(cluster.refused("fd5e:1:2:3::4", "ip"));
  CHECK(cluster.refused("[secret:password]", "pve-guest"));
}

TEST_CASE("restore: addresses, volumes, users and tokens come back by part") {
  Cluster cluster;
  for (const char* ip :
       {"10.17.4.20", "192.168.3.7", "172.20.1.255", "100.70.3.1", "203.0.113.9",
        "2001:db8:7:1::25", "2001:db8:7:1:aa:bb:cc:dd", "fe80::be24:11ff:fe8a:1b2c",
        "fd12:3456:789a::1", "2001::1", "32b8::1", "2a00::1"}) {
    CAPTURE(ip);
    const std::string shown = cluster.text(ip);
    CAPTURE(shown);
    CHECK(shown != ip);
    CHECK(cluster.restore(shown, "ip") == ip);
  }
  CHECK(cluster.restore(cluster.text("BC:24:11:8A:1B:2C"), "mac-addr") == "BC:24:11:8A:1B:2C");
  CHECK(cluster.restore(cluster.text("tank-ssd:vm-100-disk-0"), "pve-volume-id") ==
        "tank-ssd:vm-100-disk-0");
  CHECK(cluster.restore(cluster.text("anna.schmidt@acme-ad"), "pve-userid") ==
        "anna.schmidt@acme-ad");
  CHECK(cluster.restore(cluster.text("anna.schmidt@acme-ad!monitoring-ro"), "pve-tokenid") ==
        "anna.schmidt@acme-ad!monitoring-ro");
  CHECK(cluster.restore(cluster.text("bob@mail.acme-widgets.de"), "email") ==
        "bob@mail.acme-widgets.de");
  CHECK(cluster.restore("root@pam", "pve-userid") == "root@pam");
}

TEST_CASE("restore: a name of several kinds serves all of them") {
  Cluster cluster;
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kStorage, "nautilus"}}).ok());
  const std::string shown = cluster.name(Kind::kVm, "nautilus");
  CHECK(cluster.restore(shown, "pve-storage-id") == "nautilus");
  CHECK(cluster.restore(shown, "pve-guest") == "nautilus");
  CHECK(cluster.refused(shown, "pve-node"));
}

TEST_CASE("restore: an object named like a pseudonym is never mistaken for the other one") {
  Cluster cluster;
  const std::string shown = cluster.name(Kind::kVm, "payroll-db");
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kVm, shown}}).ok());
  CHECK(cluster.refused(shown, "pve-guest"));
  CHECK(cluster.text("on " + shown) == "on " + shown);
}

TEST_CASE("reveal: gives the exact spelling back") {
  Cluster cluster;
  for (const char* text : {"PVE-MUC-01 and Pve-muc-01 and pve-muc-01", "nautilus2, NAUTILUS!",
                           "web01.mail.acme-widgets.de and pve-muc-01.lan",
                           "10.17.4.20/24 via 10.17.4.1, 203.0.113.9:8006, 2001:DB8:7:1::25 "
                           "2001:0db8:0007:0001:0000:0000:0000:0025",
                           "BC:24:11:8A:1B:2C bc24.118a.1b2c BC-24-11-8A-1B-2C",
                           "3b1f2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "VM 105 (web) on x",
                           "bob.meier@acme-ad!ci mailed bob@shop.example.co.uk"}) {
    CAPTURE(text);
    const std::string shown = cluster.text(text);
    CAPTURE(shown);
    CHECK(cluster.reveal(shown) == text);
  }
}

TEST_CASE("restore: of a typed name it is known whether it is shown, hidden or unknown") {
  Cluster cluster;
  const auto standing = [&](std::string_view value, const char* format) {
    const auto found = cluster.engine->standing(value, format);
    REQUIRE(found.ok());
    return *found;
  };
  const std::string node = cluster.name(Kind::kNode, "pve-muc-01");
  CHECK(standing(node, "pve-node") == Standing::kShown);
  CHECK(standing("`" + node + "`.", "pve-node") == Standing::kShown);
  CHECK(standing("pve-muc-01", "pve-node") == Standing::kHidden);
  CHECK(standing("PVE-MUC-01", "pve-node") == Standing::kHidden);
  CHECK(standing("pve-muc-01.lan", "pve-node") == Standing::kHidden);
  CHECK(standing("pve-muc-01", "pve-guest") == Standing::kUnknown);  // of another kind
  CHECK(standing("pve-muc-77", "pve-node") == Standing::kUnknown);
  CHECK(standing("105", "pve-guest") == Standing::kShown);
  CHECK(standing("local-lvm", "pve-storage-id") == Standing::kShown);
  const std::string rest = ":00001234:00005678:6AFDC000:qmstart:105:root@pam:";
  CHECK(standing("UPID:" + node + rest, "pve-upid") == Standing::kShown);
  for (const std::string& task : {"UPID:pve-muc-01" + rest, "UPID:pve-muc-77" + rest,
                                  "UPID:" + node + ":0001:", std::string("UPID")})
    CHECK(standing(task, "pve-upid") ==
          Standing::kUnknown);  // of what is made of parts: never hidden
  CHECK(standing("", "pve-node") == Standing::kUnknown);
  CHECK(standing("local-lvm:105", "pve-volume-id") == Standing::kShown);
  CHECK(standing("local:iso/a.iso", "pve-volume-id") == Standing::kUnknown);
  CHECK(standing("attic:105", "pve-volume-id") == Standing::kUnknown);
}

}  // namespace pmx::anonymize
