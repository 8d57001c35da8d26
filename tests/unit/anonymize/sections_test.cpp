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

TEST_CASE(
    "sections: names behind a priority, groups of an access list, mapped devices, locked "
    "accounts") {
  const std::pair<const char*, const char*> rows[] = {
      {"node-affinity: x\n\tnodes kelp:3,driftwood\n", "driftwood"},
      {"acl:1:/sdn/zones/z/v/812:@driftwood:PVESDNUser:\n", "driftwood"},
      {"acl:1:/:jo@pve,@driftwood:PVEAdmin:\n", "driftwood"},
      {"driftwood\n\tmap id=8086:1572,iommugroup=5,node=x\n", "driftwood"},
      {"driftwood:!$1$z7ap6n0R$2zJbg37bSExUYk6cdCPvyw:20391:0:99999:7:::\n", "driftwood"},
      {"driftwood:$2b$12$b0A8.a64GbFAdBdBfa6/0e.BA5aGcbcBEBAG6FBeCadB63be4e2aa\n", "driftwood"},
      {"/mnt/pve/driftwood-2/dump\n", "driftwood"},
      {"pam_unix(sudo:session): session opened for user root(uid=0) by driftwood(uid=1002)",
       "driftwood"},
      {"pveum user token add jo@pve driftwood --privsep 0\n", "driftwood"},
      {"AllowUsers kelp_4 driftwood jo@10.1.2.3\n", "driftwood"},
      {"Host kelp-4 driftwood\n", "driftwood"},
      {"rouser driftwood authpriv\n", "driftwood"},
      {"    alias driftwood\n", "driftwood"},
      {"    stats auth driftwood:x\n", "driftwood"},
      {"# driftwood, people, acme\ndn: uid=driftwood,ou=people,dc=acme\n", "driftwood"}};
  for (const auto& [line, hidden] : rows) {
    Cluster cluster;
    CAPTURE(line);
    const std::string out = cluster.text(line);
    CAPTURE(out);
    CHECK_FALSE(contains(out, hidden));
    CHECK(cluster.text(out) == out);
  }
  Cluster cluster;
  CHECK(
      contains(cluster.text("jo:!$1$z7ap6n0R$2zJbg37bSExUYk6cdCPvyw:20391:0:99999:7:::\n"), ":!["));
}

TEST_CASE("sections: lists of names, however they are written") {
  for (const char* line :
       {"tag-style: color-map=kelp:ff0000;driftwood:00ff00,ordering=config\n",
        "registered-tags: kelp;driftwood\n", "  tags      = [\"kelp\", \"driftwood\"]\n",
        "exitnodes=kelp,driftwood\n"}) {
    Cluster cluster;
    CAPTURE(line);
    const std::string out = cluster.text(line);
    CAPTURE(out);
    CHECK_FALSE(contains(out, "driftwood"));
    CHECK(cluster.text(out) == out);
    CHECK(cluster.reveal(out) == line);
  }
  Cluster cluster;
  for (const char* line : {"    groups: [sudo, docker]\n", "\tpath /mnt/pve/sicher\n",
                           "Host x not found: 3(NXDOMAIN)\n",
                           "INSERT INTO s (`name`,`value`) VALUES ('pve_url','x');\n"}) {
    CAPTURE(line);
    CHECK(cluster.text(line) == line);
  }
  const std::string out =
      cluster.text("targets: ['kelp-1', '10.1.2.3:9100', '[2001:db8:1::1]:9100']\n");
  CAPTURE(out);
  CHECK_FALSE(contains(out, "10.1.2.3"));
  CHECK_FALSE(contains(out, "2001:db8:1::1"));
}

TEST_CASE("sections: attributes of XML, forms, facts of Ansible, connection strings") {
  for (const char* line :
       {"<Data Name='TargetUserName'>driftwood</Data>",
        "<Data Name=\"WorkstationName\">driftwood</Data>",
        "name=driftwood&net0=virtio%3DBC%3A24%3A11%3A01%3A02%3A03%2Cbridge%3Dvmbr0",
        "ansible_user_id: driftwood\n",
        "Server=10.1.2.3;Database=x;User Id=driftwood;Encrypt=True"}) {
    Cluster cluster;
    CAPTURE(line);
    const std::string out = cluster.text(line);
    CAPTURE(out);
    CHECK_FALSE(contains(out, "driftwood"));
    CHECK(cluster.text(out) == out);
    CHECK(cluster.reveal(out) == line);
  }
  Cluster cluster;
  const char* element = "<label for='password'>Kennwort</label>";
  CHECK(cluster.text(element) == element);
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
