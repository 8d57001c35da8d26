// Lines of PVE's own files, command lines, devices, hints.
#include "anonymize/chars.h"
#include "fixture.h"

namespace pmx::anonymize {

TEST_CASE("sections: what a file announces is hidden in the whole file, and nowhere else") {
  Cluster cluster;
  const std::string in =
      "nfs: kelpstore\n\tserver 10.1.2.3\n\texport /srv/kelpstore\n\tpassword two words\n"
      "# kelpstore is slow\n";
  const std::string out = cluster.text(in);
  CHECK_FALSE(contains(out, "kelpstore"));
  CHECK_FALSE(contains(out, "two words"));
  CHECK(contains(out, "nfs: "));
  CHECK(cluster.text(out) == out);
  CHECK(cluster.text("kelpstore is a word") == "kelpstore is a word");
}

TEST_CASE("sections: lines that announce something") {
  const std::pair<const char*, const char*> rows[] = {
      {"[IPSET driftwood]\n", "driftwood"},
      {"[ALIASES]\n\ndriftwood 10.1.2.3\n", "driftwood"},
      {"GROUP driftwood -i net0\n", "driftwood"},
      {"user:kelp@pve:1:0:Drift:Wood:::x:\n", "Drift"},
      {"acl:1:/storage/local:kelp@driftwood:PVEAdmin:\n", "driftwood"},
      {"ad: driftwood\n\tdomain kelp.lan\n", "driftwood"},
      {"/dev/driftwood/vm-100-disk-0\n", "driftwood"},
      {"driftwood (36007829b095d9e4db8e0e67c6aaacca4) dm-3 X\n", "driftwood"},
      {"Accepted publickey for driftwood from 10.1.2.3 port 22\n", "driftwood"},
      {"curl -u kelp:drift4wood https://x.lan\n", "drift4wood"},
      {"mysql -u kelp -pdrift4wood -h x\n", "drift4wood"},
      {"sshpass -p drift4wood ssh x\n", "drift4wood"},
      {"echo 'kelp:drift4wood' | chpasswd\n", "drift4wood"},
      {"smbclient //x/y -U kelp%drift4wood\n", "drift4wood"},
      {"target iqn.2004-04.com.driftwood:kelp up\n", "driftwood"},
      {"LU WWN Device Id: 5 000c50 0a1b2c3d4\n", "0a1b2c3d4"},
      {"wwn 0x5000c5000a1b2c3d\n", "5000c5000a1b2c3d"},
      {"key ABCDE-12345-FGHIJ-67890-KLMNO now\n", "FGHIJ"},
      {"key VKAEC-XEPUA-ZJRPV-MDCFE-CKNFA now\n", "ZJRPV"},
      {"https://hooks.slack.com/services/T01/B02/drift\n", "drift"},
      {"ping 10.1.2.*\n", "10.1.2"},
      {"please ask Driftwood about it\n", "Driftwood"},
      {"the keys are with Frau Driftwood from Kelpstadt\n", "Kelpstadt"}};
  for (const auto& [line, hidden] : rows) {
    Cluster cluster;
    CAPTURE(line);
    const std::string out = cluster.text(line);
    CHECK_FALSE(contains(out, hidden));
    CHECK(cluster.text(out) == out);
  }
}

TEST_CASE("sections: lines that announce nothing stay as they are") {
  Cluster cluster;
  for (const char* line :
       {"dir: local\n\tpath /var/lib/vz\n\tcontent iso\n", "[global]\n\tkeyring = /etc/pve/x\n",
        "Call Trace:\n ? foo+0x1/0x2\n", "please contact Proxmox support\n", "password: not set\n",
        "-vnc unix:/x.vnc,password=on\n", "upgrade to 8.2.4.1 done\n",
        "PWD=/root ; USER=root ; COMMAND=/usr/sbin/qm start 105\n",
        "abar m2048@0xfebd2000 port 0xfebd2100\n", "local:backup/vzdump-qemu-100-x.vma.zst\n"}) {
    CAPTURE(line);
    CHECK(cluster.text(line) == line);
  }
}

TEST_CASE("sections: a pseudonym of a guest is no volume whose parent has a name") {
  Cluster cluster;
  for (int i = 0; i < 60; ++i) {
    const std::string shown = cluster.name(Kind::kVm, "kelpguest" + std::to_string(i) + "x");
    CAPTURE(shown);
    CHECK(cluster.text("path /srv/" + shown + "/log") == "path /srv/" + shown + "/log");
  }
}

TEST_CASE("sections: what real answers say in fields of the same name stays") {
  Cluster cluster;
  for (
      const char* answer :
      {R"({"data":[{"subdir":"start"},{"subdir":"users"}]})",
       R"({"errors":{"password":"value must be at least 8 characters long","node":"no such node"}})",
       R"({"searchdomain":"example.org","server1":"ldap.example.org"})"}) {
    CAPTURE(answer);
    CHECK(cluster.json(answer) == answer);
  }
}

TEST_CASE("spellings: a person has one pseudonym in every order and case") {
  Cluster cluster;
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kPerson, "Łukasz Imanović"}}).ok());
  const std::string plain = lower(cluster.text("Łukasz Imanović"));
  for (const char* written : {"ŁUKASZ IMANOVIĆ", "Imanović, Łukasz"}) {
    CAPTURE(written);
    CHECK(lower(cluster.text(written)) == plain);
    CHECK(cluster.reveal(cluster.text(written)) == written);
  }
}

}  // namespace pmx::anonymize
