#include "sim/format.h"

#include <doctest/doctest.h>

namespace pmx::sim {

TEST_CASE("format: each format takes PVE's values and refuses their neighbours") {
  struct Row {
    const char* format;
    std::vector<const char*> good;
    std::vector<const char*> bad;
  };
  const Row rows[] = {
      {"dns-name", {"a", "web-1.example.org", "1a"}, {"", "-a", "a-", "a..b", "a_b", "a.", "ä"}},
      {"pve-node", {"pve1", "p-1"}, {"", "p.1", "-p", "p-", "p_1", "../x"}},
      {"pve-vmid", {"100", "999999999"}, {"", "99", "0100", "1000000000", "-100", "1e5"}},
      {"pve-configid", {"ab", "a_-9"}, {"", "a", "1a", "a.b", "-a"}},
      {"pve-storage-id", {"ab", "a-b_c.9"}, {"", "a", "1a", "a-", "a/b", "a b"}},
      {"pve-poolid", {"a", "a/b/c", "1.x_-"}, {"", "a/b/c/d", "/a", "a/", "a b"}},
      {"pve-userid", {"root@pam", "a@b@corp"}, {"", "root", "@pam", "a:b@pam", "a b@pam", "r@p"}},
      {"mac-addr",
       {"BC:24:11:00:00:01", "02:00:00:00:00:00"},
       {"", "01:00:00:00:00:00", "BC:24:11:00:00", "BC-24-11-00-00-01", "BC:24:11:00:00:0G"}},
      {"disk-size", {"0", "32G", "1.5T"}, {"", "G", "-1", "1.G", "32g", "32GB"}},
      {"pve-tag", {"a", "_x", "a+b.c-d"}, {"", "-a", "a b", "a;b"}},
      {"pve-bridge-id", {"vmbr0", "x.1"}, {"", "a b", "a/b"}},
      {"pve-iface", {"eno1", "bond0.100", "eno1:2"}, {"", "e", "1e", "eno-1"}},
      {"email", {"a@b", "a.b+c@d-e.org"}, {"", "a", "a@", "@b", "a b@c"}},
      {"ipv4",
       {"0.0.0.0", "255.255.255.255", "10.17.4.20"},
       {"", "1.2.3", "1.2.3.256", "1.2.3.4.5"}},
      {"ip", {"10.0.0.1", "::", "fd00::1", "::ffff:10.0.0.1"}, {"", "host", "10.0.0.1/24"}},
      {"CIDR", {"10.0.0.0/8", "10.0.0.1/32", "fd00::/64", "::/128"}, {"", "10.0.0.0", "/8", "x/8"}},
      {"pve-ipv4-config", {"dhcp", "manual", "10.0.0.1/24"}, {"", "auto", "10.0.0.1", "DHCP"}},
      {"address", {"host_1", "fe80::1%eth0"}, {"", "a b", "a/b"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.format);
    for (const char* value : row.good) {
      CAPTURE(value);
      CHECK(check_format(row.format, value).empty());
    }
    for (const char* value : row.bad) {
      CAPTURE(value);
      CHECK(check_format(row.format, value).ends_with("\n"));
    }
  }
}

TEST_CASE("format: complaints are PVE's, with the value where PVE shows it") {
  CHECK(check_format("pve-configid", "1x") == "invalid configuration ID '1x'\n");
  CHECK(check_format("pve-storage-id", "a") ==
        "storage ID 'a' cannot be shorter than 2 characters\n");
  CHECK(check_format("pve-storage-id", "a b") == "storage ID 'a b' contains illegal characters\n");
  CHECK(check_format("pve-iface", "%") == "invalid network interface name '%'\n");
}

TEST_CASE("format: a list is checked item by item, separated as PVE does") {
  for (const char* good : {"", "100", "100,101", "100;101 102", "100, 101,", ",,"})
    CHECK(check_format("pve-vmid-list", good).empty());
  for (const char* bad : {"100,1", "x", "100:101", "100,101|102"})
    CHECK(check_format("pve-vmid-list", bad) == "value does not look like a valid VM ID\n");
}

TEST_CASE("format: an optional one may be empty, an unknown one takes everything") {
  CHECK(check_format("pve-configid-opt", "").empty());
  CHECK_FALSE(check_format("pve-configid-opt", "1").empty());
  CHECK(check_format("pve-something-new", "\x01 anything").empty());
}

TEST_CASE("format: addresses and prefixes that no network has are refused") {
  struct Row {
    const char* format;
    std::vector<const char*> bad;
  };
  const Row rows[] = {
      {"ipv4", {"01.2.3.4", "1.2.3.04", "1.2.3.+4"}},
      {"ipv6", {":", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1.2.3"}},
      {"CIDR", {"10.0.0.0/33", "10.0.0.0/7", "10.0.0.0/999", "fd00::/129", "fd00::/7", ":::/64"}},
      {"pve-ipv4-config", {"10.0.0.1/33", "10.0.0.1/0", "999.0.0.1/24", "fd00::1/64"}},
  };
  for (const Row& row : rows)
    for (const char* value : row.bad) {
      CAPTURE(row.format);
      CAPTURE(value);
      CHECK_FALSE(check_format(row.format, value).empty());
    }
  for (const char* good : {"1:2:3:4:5:6:7:8", "fe80::1%eth0", "::ffff:1.2.3.4"})
    CHECK(check_format("ipv6", good).empty());
}

TEST_CASE("format: those of users, guests and storages") {
  struct Row {
    const char* format;
    std::vector<const char*> good;
    std::vector<const char*> bad;
  };
  const Row rows[] = {
      {"pve-roleid", {"A.b-_9"}, {"", "a b"}},
      {"pve-tokenid", {"a@pve!t1"}, {"a@pve", "a!t1", "a@pve!t"}},
      {"pve-priv", {"VM.Audit", "Sys.Modify"}, {"", "VM.Monitor", "VM.Nothing"}},
      {"ldap-simple-attr", {"uid"}, {"", "u-id"}},
      {"storage-pair", {"a1:b1", "b1", "1"}, {"a1:", "a 1", "a1:b1:c"}},
      {"pve-hotplug-features", {"0", "1", "disk,network"}, {"disk,nothing"}},
      {"pve-ipv6-config", {"auto", "dhcp", "manual", "fd00::1/64"}, {"", "fd00::1", "10.0.0.1/8"}},
      {"pve-qm-bootdisk", {"ide0", "scsi30", "virtio15", "sata5"}, {"", "ide4", "scsi31"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.format);
    for (const char* value : row.good) {
      CAPTURE(value);
      CHECK(check_format(row.format, value).empty());
    }
    for (const char* value : row.bad) {
      CAPTURE(value);
      CHECK(check_format(row.format, value).ends_with("\n"));
    }
  }
  CHECK(check_format("pve-userid", "ab") == "user name 'ab' is too short\n");
  CHECK(check_format("pve-poolid", "a/b/c/d") ==
        "pool name 'a/b/c/d' nested too deeply (max levels = 3)\n");
  CHECK(check_format("pve-priv", "VM.Monitor", PveVersion::k8).empty());
  CHECK(check_format("pve-storage-id", "a", PveVersion::k8) ==
        "storage ID 'a' contains illegal characters\n");
}

}  // namespace pmx::sim
