// Names that programs always announce in the same words.
#include "fixture.h"

namespace pmx::anonymize {

TEST_CASE("phrases: accounts in the logs of daemons") {
  for (const char* line :
       {"x.py[DEBUG]: Adding user kelp_4\n",
        "Login OK: [kelp_4/<via Auth-Type = eap>] (from",
        "(81) Login incorrect (mschap: x is incorrect): [kelp_4/<via Auth-Type = eap>] (from\n",
        "proftpd[5]: 10.1.2.3 (10.1.2.4[10.1.2.5]) - USER kelp_4 (Login failed): Incorrect",
        "vsftpd[514]: [kelp_4] FAIL LOGIN: Client",
        "assigning virtual IP 10.1.2.3 to peer 'kelp_4'",
        "remote host [ipv4:10.1.2.3:51234] mapped to [WORKGROUP]\\[kelp_4]. local host",
        "CLIENT_LIST,kelp_4,10.1.2.3:51234,10.8.0.2,,8",
        "MULTI: Learn: 10.8.0.2 -> kelp_4/10.1.2.3:5",
        "CMD 'username \"Auth\" \"kelp_4\"'",
        "res=success'UID=\"root\" AUID=\"kelp_4\" ID=\"kelp_4\"\n",
        "# User@Host: kelp_4[kelp_4] @ x [10.1.2.3]  Id: 8",
        "ALTER USER kelp_4 SUPERUSER;",
        "kelp_4   pts/3        10.1.2.3     Sun Mar  1 03:11   still logged in",
        "kelp_4 ALL=(root) NOPASSWD: /usr/sbin/qm",
        "%kelp_4 ALL=(ALL) ALL",
        "   valid users = kelp_4 @drift7\n",
        "pct exec 5014 -- passwd kelp_4\n",
        "useradd -m -s /bin/bash kelp_4\n",
        "Get-ADUser -Identity kelp_4 -Server x",
        "PSCredential(\"kelp_4\", (x",
        "invalidCredentials: uid=kelp_4,ou=svc,DC=x",
        "ci-info: | kelp_4 | ssh-ed25519 | x",
        "entity='client.kelp_4' cmd=",
        "\tkeyring = /etc/pve/priv/ceph.client.kelp_4.keyring\n",
        "conf=/etc/pve/ceph.conf:id=kelp_4:keyring=/etc/x",
        "client.kelp_4\n\tkey: x\n"})
    check_hides(line, "kelp_4");
  check_hides("%kelpers drift-7=(ALL) ALL", "drift-7");
  check_hides("   valid users = kelp_4 @drift-7\n", "drift-7");
}

TEST_CASE("phrases: hosts") {
  for (const char* line :
       {"[    9.0] systemd[1]: Hostname set to <drift-7>.",
        "[DEBUG]: Setting the hostname to x.acme.de (drift-7)",
        "    Hostname Option 12, length 7: \"drift-7\"", "SNMPv2-MIB::sysName.0 = STRING: drift-7",
        "iso.3.6.1.2.1.1.1.0 = STRING: \"Linux drift-7 6.14.8-2-pve #1 SMP x\"",
        "HOST: drift-7                   Loss%   Snt",
        "Health check for server be/drift-7 failed, r", "    extra_hosts: [\"drift-7:10.1.2.3\"]",
        "dhcp-host=id:*,drift-7\n", "# User@Host: x[x] @ drift-7 [10.1.2.3]  Id: 8",
        "status [x] workstation [drift-7] remote", "creating keys for 'mgr.drift-7'",
        "1: [v2:[x]:3300/0,v1:10.1.2.3:6789/0] mon.drift-7\n",
        "5014-0     Yes        local/drift-7        2026-03-01_03:00:12",
        "| host/drift-7/2026-03-01T00:11:02Z |"})
    check_hides(line, "drift-7");
}

TEST_CASE("phrases: storages, volume groups, pools, sets") {
  for (const char* line :
       {"2026: verify drift7:vm/5001/2026-03-01T00:11:02Z", "the size of thin pool drift7/data and",
        "  Cannot process volume group drift7\n", "/dev/drift7/swap none swap sw 0 0",
        "/dev/mapper/drift7-root  94G  12G", "zfs error: cannot import 'drift7': no such pool",
        "/dev/sda3: LABEL=\"drift7\" UUID=\"812\" TYPE=\"zfs_member\"", "\tset drift7 {\n"})
    check_hides(line, "drift7");
}

TEST_CASE("phrases: serials of disks without a table's head") {
  check_hides("nvme2n1  /dev/ng2n1  PTQQC45L0H8K  KIOXIA KCD8XRUG3T84  1  3.84 TB / 3.84 TB  512 B",
            "PTQQC45L0H8K");
}

TEST_CASE("phrases: words of a sentence and what every installation has stay") {
  Cluster cluster;
  for (const char* line :
       {"Adding user support\n", "set timeout {\n", "/dev/pve/root / ext4", "dev/mapper/pve-root",
        "root ALL=(ALL:ALL) ALL", "%sudo ALL=(ALL) ALL", "root     pts/0   Sun Mar  1 03:11",
        "local/pve 2026-03-01", "UID=\"root\" AUID=\"unset\"", "client.admin\n\tkey: x\n",
        "client.bootstrap-osd\n\tkey: AQ\n", "client.log.blob",
        "size of whole volume group (931.01 GiB).\n", "CREATE USER IF NOT EXISTS",
        "Linux version 6.8.12-4-pve (build@proxmox) #1"}) {
    CAPTURE(line);
    CHECK(cluster.text(line) == line);
  }
}

}  // namespace pmx::anonymize
