#include "anonymize/engine.h"

#include "anonymize/chars.h"
#include "fixture.h"

namespace pmx::anonymize {

TEST_CASE("engine: refuses a key that has not 32 bytes") {
  MemoryMapping mapping;
  CHECK_FALSE(Engine::open(Secret("short"), mapping).ok());
}

TEST_CASE("engine: real values never survive in any of their contexts") {
  Cluster cluster;
  const struct {
    const char* text;
    const char* secret;
  } rows[] = {
      {"migrated to pve-muc-01 at once", "pve-muc-01"},
      {"PVE-MUC-01 is down", "PVE-MUC-01"},
      {"pre_nautilus_upgrade", "nautilus"},
      {"nautilus2 and nautilus's disk", "nautilus"},
      {"path /mnt/pve/tank-ssd/images", "tank-ssd"},
      {"tank-ssd:vm-100-disk-0", "tank-ssd"},
      {"x%3Anautilus%3Ay", "nautilus"},
      {"x%253Anautilus%253Ay", "nautilus"},
      {"VM 105 (web)", "web"},
      {"VM Name: web", "web"},
      {"qm set --name web --cores 2", "web"},
      {"hostname: web", "web"},
      {"web.acme-widgets.de answers", "acme-widgets"},
      {"mail bob@acme-widgets.de now", "bob"},
      {"anna.schmidt@pam logged in", "anna.schmidt"},
      {"user bob.meier@acme-ad!ci failed", "bob.meier"},
      {"ip=10.17.4.20/24,gw=10.17.4.1", "10.17"},
      {"from 10.17.4.20-10.17.4.30", "10.17"},
      {"::ffff:10.17.4.20 - root@pam", "10.17"},
      {"http://10.17.4.20:8006/", "10.17"},
      {"[2001:db8:7:1::25]:8006", "2001:db8"},
      {"addr:fe80::be24:11ff:fe8a:1b2c", "be24:11ff"},
      {"node:2001:DB8:7::1", "DB8"},
      {"net0: virtio=BC:24:11:8A:1B:2C,bridge=vmbr0", "8A:1B:2C"},
      {"bc24.118a.1b2c", "8a"},
      {"uuid=3b1f2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "3b1f2c4d"},
      {"cipassword: 10.0.0.1", "10.0.0.1"},
      {"password=hunter2,user=root", "hunter2"},
      {"--password hunter2", "hunter2"},
      {"{\"password\":\"hu\\\"nter\",\"a\":1}", "nter"},
      {"{\\\"password\\\":\\\"hunter\\\"}", "hunter"},
      {"ssh bob@2001:db8:5::1 and x", "bob"},
      {"bob@acme-xhttps://u:hunter2@h.acme.de/", "hunter2"},
      {"route 2001:db8:64::10.1.2.3 via", "db8"},
      {"\"password\": \"hunter 2x\"", "2x"},
      {"https://x/y?token=abcdef&z=1", "abcdef"},
      {"smb://joe:hunter2@nas/x", "hunter2"},
      {"PVEAPIToken=root@pam!ci=3b1f2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "3b1f2c4d"},
      {"root@pam!ci 3b1f2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "3b1f2c4d"},
      {"PVE:root@pam:65A1B2C3::c2VjcmV0c2VjcmV0", "c2VjcmV0"},
      {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJhG jsmith@laptop7", "jsmith"},
      {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJhG jsmith@laptop7", "IJhG"},
      {"$6$rounds=5000$saltsalt$hashhashhashhash", "hashhash"},
      {"call +49 89 1234567 please", "1234567"},
      {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJzdWIi"},
      {"-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----", "MIIEabc"},
      {"-----BEGIN RSA PRIVATE KEY-----\\nMIIEabc", "MIIEabc"},
      {"fp AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD", "44:55"},
      {"https://acme-corp.webhook.office.com/webhookb2/9f2@x/IncomingWebhook/1", "acme-corp"},
      {"https://acme-corp.webhook.office.com/webhookb2/9f2@x/IncomingWebhook/1", "9f2"},
      {"https://hc-ping.com/9f2-drift", "9f2"},
      {"10[dot]17[dot]4[dot]20 is up", "17"},
      {"10(dot)17(dot)4(dot)20 is up", "17"},
      {"10[.]17[dot]4.20 is up", "17"},
      {"web.acme-widgets(dot)de answers", "acme"},
      {"n&#0000000097;utilus is up", "utilus"},
      {"\x1B[1mnautilus\x1B[0m is up", "utilus"},
      {"mail from jane.unknown@0xlabs.de came", "jane"},
      {"update from 91.12.3.4 failed", "91.12"},
      {"updated from 185.10.1.2 to 185.10.1.3", "185.10"},
      {"upgraded to 91.12.3.4 now", "91.12"},
      {"update 91.12.3.4 failed", "91.12"},
      {"wwn 5-000c50-0a1b2c3d4 failed", "0a1b2c3d4"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const std::string out = cluster.text(row.text);
    CAPTURE(out);
    CHECK_FALSE(contains(out, row.secret));
    CHECK(cluster.engine->check(out).ok());
    CHECK(cluster.text(out) == out);
  }
}

TEST_CASE("engine: what is no secret stays byte for byte") {
  Cluster cluster;
  const char* rows[] = {
      "VM 105 started at 12:34:56, 3 of 4 done",
      "pve-manager/8.2.4 (running kernel: 6.8.12-4-pve)",
      "libfoo 2.03.31.1-2, driver version 550.54.15.1 and version 8.2.4.1",
      "netmask 255.255.255.0, any 0.0.0.0/0, lo 127.0.0.1, dns 8.8.8.8",
      "upgraded from 8.2.4.1 to 8.3.0.2, upgrade to 8.2.4.1, update 8.2.4.1 is out",
      "abar m2048@0xfebd2000 port 0xfebd2100",
      "root@pam on vmbr0, bond0, enp3s0f1, tap105i0, fwbr105i0",
      "local:iso/debian-12.iso and local-lvm:vm-105-disk-0",
      "the status of the web server is unknown; data is stored",
      "0000:01:00.0 VGA, digest 9e107d9d372bb6826bd81d3542a419d6aabbccdd",
      "PVE::QemuServer::config a::b::c std::move ::1 ff02::1",
      "http://download.proxmox.com/debian/pve bookworm",
      "filter by node, storage or pool; token: the id; user@realm",
      "VM.Config.Network and SDN.Use, Sys.Audit",
      "user@1000.service getty@tty1.service",
      "net0: name=eth0,bridge=vmbr0,firewall=1,ip=dhcp,type=veth",
      "net1: name=uplink,bridge=vmbr1,type=veth",
      "name=eth0 name=ens18 name=eno1 name=enp3s0",
      "mp0: local-lvm:subvol-105-disk-1,mp=/srv/data,backup=1,size=8G",
      "rootfs: local-lvm:subvol-105-disk-0,size=8G",
      "hostpci0: 0000:01:00.0,pcie=1,x-vga=1",
      "cpu: host,flags=+aes;+pcid",
      "boot: order=scsi0;ide2;net0",
      "features: nesting=1,keyctl=1,mount=nfs;cifs",
      "efidisk0: local-lvm:vm-105-disk-1,efitype=4m,pre-enrolled-keys=1,size=4M",
      "agent: enabled=1,fstrim_cloned_disks=1,type=virtio",
      "startup: order=1,up=30,down=60",
      "\xff\xfe broken bytes \x80",
  };
  for (const char* row : rows) {
    CAPTURE(row);
    CHECK(cluster.text(row) == row);
  }
}

TEST_CASE("engine: a webhook is at its service or below it") {
  Cluster cluster;
  CHECK(cluster.text("https://xhc-ping.com/drift/wood").ends_with("/drift/wood"));
  CHECK(cluster.text("https://hc-ping.com/drift/wood") == "https://hc-ping.com/[secret:webhook]");
  const std::string out = cluster.text("https://acme-corp.webhook.office.com/webhookb2/drift");
  CHECK(out.starts_with("https://host-"));
  CHECK(out.ends_with(".webhook.office.com/webhookb2/[secret:webhook]"));
}

TEST_CASE("engine: a UPID keeps its frame and comes back exactly") {
  Cluster cluster;
  const std::string upid =
      "UPID:pve-muc-01:0012AB34:01C2D3E4:65A1B2C3:qmstart:105:anna.schmidt@acme-ad!ci:";
  const std::string out = cluster.text(upid);
  CHECK(out.starts_with("UPID:node-"));
  CHECK(contains(out, ":0012AB34:01C2D3E4:65A1B2C3:qmstart:105:usr-"));
  CHECK(out.ends_with(":"));
  CHECK(cluster.restore(out, "pve-upid") == upid);
  CHECK(cluster.reveal("see " + out) == "see " + upid);
  const std::string encoded = cluster.text(
      "log UPID%3Apve-muc-01%3A0012AB34%3A01C2D3E4%3A65A1B2C3%3Aqmstart%3A105%3Aroot%40pam%3A");
  CHECK_FALSE(contains(encoded, "muc"));
  CHECK(contains(encoded, "%3Aqmstart%3A105%3Aroot%40pam%3A"));
}

TEST_CASE("engine: a damaged frame is no reason to fail") {
  Cluster cluster;
  CHECK_FALSE(contains(
      cluster.text("UPID:pve-muc-01:0012AB34:01C2D3E4:65A1B2C3:qmstart:105:a@b!::"), "muc"));
  CHECK_FALSE(contains(cluster.text("UPID:pve-muc-01"), "muc"));
}

TEST_CASE("engine: a guest that is called by an everyday word is replaced in its contexts only") {
  Cluster cluster;
  const std::vector<Name> words = {
      {Kind::kVm, "anchor"}, {Kind::kPerson, "Baker"}, {Kind::kNode, "lemon"}};
  REQUIRE(cluster.engine->learn(words).ok());
  CHECK(cluster.text("the anchor was dropped") == "the anchor was dropped");
  for (const char* line :
       {"VM 105 (anchor)", "hostname: anchor\n", "ask Baker", "lemon is down"}) {
    CAPTURE(line);
    CHECK(cluster.text(line) != line);
  }
}

TEST_CASE("engine: vendors' hosts stay, what lies below a service that many share does not") {
  Cluster cluster;
  for (const char* host : {"raw.githubusercontent.com", "login.microsoftonline.com",
                           "storage.googleapis.com", "zen.spamhaus.org"}) {
    CAPTURE(host);
    CHECK(cluster.text(host) == host);
  }
  CHECK_FALSE(contains(cluster.text("kelp-backups.storage.googleapis.com"), "kelp"));
}

TEST_CASE("engine: JSON is edited in place") {
  Cluster cluster(false);
  const std::string in =
      "{ \"data\" : [ {\"vmid\":105,\"name\":\"web\",\"node\":\"n7\", \"mem\":1.50e3, "
      "\"a\":1,\"a\":2,"
      "\"type\":\"qemu\",\"status\":\"running\",\"tags\":\"huber;prod\"},\n\t{\"storage\":"
      "\"fast\\u0041\",\"id\":\"node/n7\"} ] }\n";
  const std::string out = cluster.json(in);
  CHECK(contains(out, "\"mem\":1.50e3, \"a\":1,\"a\":2,"));
  CHECK(contains(out, "\"type\":\"qemu\",\"status\":\"running\""));
  CHECK_FALSE(contains(out, "\"web\""));
  CHECK_FALSE(contains(out, "n7"));
  CHECK_FALSE(contains(out, "huber"));
  CHECK_FALSE(contains(out, "fast"));
  CHECK(out.ends_with(" ] }\n"));
  CHECK(cluster.json(out) == out);
}

TEST_CASE("engine: a name is known before the payload that introduces it leaves") {
  Cluster cluster(false);
  const std::string out = cluster.json(
      R"({"log":"start of falconbox on heron9","name":"falconbox","vmid":1,"node":"heron9"})");
  CHECK_FALSE(contains(out, "falconbox"));
  CHECK_FALSE(contains(out, "heron9"));
}

TEST_CASE("engine: secrets by field are replaced whole and strings stay strings") {
  Cluster cluster;
  const std::string out = cluster.json(
      R"({"cipassword":"a\"b,c","full-tokenid":"root@pam!ci","value":"3b1f2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d","description":"pw: x\npassword: two words\n-----BEGIN KEY-----\nabc\n-----END KEY-----\n","n":null})");
  CHECK(contains(out, R"("cipassword":"[secret:password]")"));
  CHECK(contains(out, R"("value":"[secret:token]")"));
  CHECK_FALSE(contains(out, "words"));
  CHECK_FALSE(contains(out, "abc"));
  CHECK(contains(out, R"("n":null)"));
}

TEST_CASE("engine: keys that are names are replaced, schema keys never") {
  Cluster cluster;
  const std::string out = cluster.json(R"({"status":{"pve-muc-01":"ok","status":1},"web":2})");
  CHECK_FALSE(contains(out, "pve-muc-01"));
  CHECK(contains(out, R"({"status":{"node-)"));
  CHECK(contains(out, R"("status":1},"web":2})"));
}

TEST_CASE("engine: a guest called like a word is hidden in its configuration too") {
  for (const char* row :
       {R"({"vmid":100,"name":"web","config":{"name":"web","digest":"0a"}})",
        R"({"vmid":100,"detail":{"config":{"hostname":"web"}}})", R"({"name":"web","vmgenid":"x"})",
        R"({"hostname":"web","ostype":"debian"})", R"({"hostname":"web","rootfs":"local:8"})",
        R"({"data":[{"name":"web","vmid":1}]})", R"([{"id":"qemu/1","type":"qemu","name":"web"}])",
        R"({"vmid":1,"rows":[{"key":"name","value":"web"}]})", R"([{"key":"name","value":"web"}])",
        R"([{"key":"hostname","value":"web","pending":"web"},{"key":"digest","value":"0"}])"}) {
    Cluster cluster(false);
    CAPTURE(row);
    const std::string out = cluster.json(row);
    CAPTURE(out);
    CHECK_FALSE(contains(out, "\"web\""));
    CHECK(cluster.json(out) == out);
  }
}

TEST_CASE("engine: names of the protocol never change") {
  Cluster cluster;
  REQUIRE(
      cluster.engine->learn(std::vector<Name>{{Kind::kVm, "overview"}, {Kind::kVm, "guest"}}).ok());
  for (
      const char* row :
      {R"({"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"guest_list","inputSchema":{"type":"object","properties":{"vmid":{"type":"integer"},"name":{"type":"string"}}}}]}})",
       R"({"resources":[{"name":"overview","uri":"pve://overview"}]})",
       R"({"vmid":1,"link":{"name":"overview","uri":"pve://overview"}})",
       R"({"serverInfo":{"name":"web","version":"1.0"},"protocolVersion":"x"})",
       R"({"prompts":[{"name":"guest","arguments":[{"name":"web","required":true}]}]})"}) {
    CAPTURE(row);
    CHECK(cluster.json(row) == row);
  }
}

TEST_CASE("engine: snapshots and interfaces in a guest are not guests") {
  Cluster cluster;
  const std::string out = cluster.json(
      R"({"vmid":1,"snapshots":[{"name":"before7x","snaptime":1},{"name":"current","digest":"a"}],"interfaces":[{"name":"eth0","hwaddr":"bc:24:11:00:00:01"}]})");
  CHECK(contains(out, R"("name":"nam-)"));
  CHECK(contains(out, R"("name":"current","digest")"));
  CHECK(contains(out, R"("name":"eth0")"));
}

TEST_CASE("engine: property strings of a container keep their interface names in JSON") {
  Cluster cluster;
  const std::string out = cluster.json(
      R"({"vmid":1,"name":"web","config":{"net0":"name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,type=veth","hostpci0":"mapping=gpu-huber4,pcie=1","rootfs":"local-lvm:subvol-1-disk-0,size=8G"}})");
  CHECK(contains(out, R"("net0":"name=eth0,bridge=vmbr0,hwaddr=0A:51:)"));
  CHECK(contains(out, R"("hostpci0":"mapping=nam-)"));
  CHECK(contains(out, R"("rootfs":"local-lvm:subvol-1-disk-0,size=8G")"));
}

TEST_CASE("engine: a UUID whose digits spell a text is a UUID") {
  Cluster cluster;
  const std::string uuid = "57406f41-fb8e-4b55-9970-84d5619c9647";
  const std::string out = cluster.text("id " + uuid + " up");
  CHECK(out.starts_with("id "));
  CHECK(out.ends_with(" up"));
  CHECK(out.size() == 42);
  const std::string shown = out.substr(3, uuid.size());
  CHECK(shown != uuid);
  CHECK(cluster.restore(shown, "uuid") == uuid);
  CHECK(cluster.text("id 57406f41-0000-0000-0000-000000000001 up").substr(11, 1) == "-");
  CHECK(cluster.text(out) == out);
}

TEST_CASE("engine: a cluster with the standard name keeps it") {
  Cluster cluster;
  CHECK(cluster.json(R"({"cluster":"default"})") == R"({"cluster":"default"})");
  CHECK(cluster.name(Kind::kCluster, "default") == "default");
  CHECK(cluster.name(Kind::kCluster, "local") == "local");
  CHECK(cluster.name(Kind::kStorage, "local") == "local");
  CHECK(cluster.name(Kind::kCluster, "web") != "web");
}

TEST_CASE("engine: what is not JSON is refused") {
  Cluster cluster;
  for (const char* bad :
       {"", "{", "{\"a\":}", "[1,]", "{\"a\" 1}", "01", "\"\\x\"", "[1] 2", "nul", "\"a\nb\""})
    CHECK(cluster.engine->anonymize_json(bad).error().code == Code::kInvalidArgument);
  CHECK(cluster.json("[" + std::string(20000, '[') + std::string(20000, ']') + "]").size() ==
        40002);
}

TEST_CASE("engine: a guarded secret is replaced and found") {
  Cluster cluster;
  cluster.engine->guard_secret(Secret("zq-Top%Secret"));
  CHECK(cluster.text("x zq-Top%Secret y") == "x [secret:guarded] y");
  CHECK_FALSE(cluster.engine->check("xzq-Top%Secrety").ok());
  CHECK_FALSE(cluster.engine->check(R"({"a":"zq-Top\u0025Secret"})").ok());
}

TEST_CASE("engine: the second look fires on planted leaks and not on pseudonyms") {
  Cluster cluster;
  cluster.text("10.17.4.20 203.0.113.9 bc:24:11:8a:1b:2c");
  for (const char* leak :
       {"on pve-muc-01", "PVE-MUC-01", "a%2Fnautilus%2F", "{\"a\":\"n\\u0061utilus\"}",
        "10.17.4.99", "192.168.3.4", "203.0.113.9", "BC-24-11-8A-1B-2C",
        "-----BEGIN PRIVATE KEY-----\nabc", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x"}) {
    CAPTURE(leak);
    const auto result = cluster.engine->check(leak);
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code == Code::kInternal);
    CHECK_FALSE(contains(result.error().text(), leak));
  }
  CHECK(cluster.engine->check("the status of web is fine, 12:34:56, 241.1.2.3, prenautilusx").ok());
}

TEST_CASE(
    "engine: the second look reads escapes as JSON means them and backslashes of other text") {
  Cluster cluster;
  CHECK(cluster.engine->check(R"({"a":"x\nautilus"})").ok());
  CHECK_FALSE(cluster.engine->check(R"({"a":"ACME\\nautilus"})").ok());
  CHECK_FALSE(cluster.engine->check(R"(ACME\nautilus logged in)").ok());
  CHECK_FALSE(cluster.engine->check(R"({"a":"{\"b\":\"nautilus\"}"})").ok());
}

TEST_CASE("engine: digits that happen to spell a name block nothing and are not replaced") {
  Cluster cluster;
  REQUIRE(
      cluster.engine->learn(std::vector<Name>{{Kind::kHost, "db51"}, {Kind::kHost, "db88"}}).ok());
  for (const char* row : {"sha 129d7d50db51fb0b4c1fd6508be0", "db51fb0b4c1fd6508be07d50"}) {
    CHECK(cluster.text(row) == row);
    CHECK(cluster.engine->check(row).ok());
  }
  CHECK(cluster.engine->check("0a1b2c3d-db88-8551-bf6c-b1b5db88ea34").ok());
  CHECK(cluster.engine->check("fd5e:1:db88::5").ok());
  CHECK_FALSE(cluster.engine->check("on db88").ok());
  CHECK_FALSE(cluster.engine->check("on x-db88-y").ok());
  // A pseudonym whose code spells a name.
  const std::string shown = cluster.name(Kind::kVm, "payroll-db");
  const std::string inner = shown.substr(3);
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kHost, inner}}).ok());
  CHECK(cluster.engine->check("is " + shown + " up").ok());
  CHECK_FALSE(cluster.engine->check("is " + inner + " up").ok());
}

TEST_CASE("engine: snippets are named, their folder and ending stay") {
  Cluster cluster;
  const std::string in = "user=local:snippets/userdata-okm-103.yaml,meta=tank-ssd:snippets/x7y.yml";
  const std::string out = cluster.text(in);
  CHECK(contains(out, "user=local:snippets/nam-"));
  CHECK(contains(out, ".yaml,meta=sto-"));
  CHECK(cluster.text(out) == out);
  CHECK(cluster.reveal(out) == in);
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kName, "userdata-okm-103"}}).ok());
  CHECK_FALSE(contains(cluster.text("open /var/lib/vz/snippets/userdata-okm-103.yaml"), "okm"));
  CHECK(cluster.text("local:iso/debian-12.9.0-amd64-netinst.iso") ==
        "local:iso/debian-12.9.0-amd64-netinst.iso");
}

TEST_CASE("engine: customers, companies and contracts are found where something announces them") {
  Cluster cluster;
  const struct {
    const char* text;
    const char* secret;
  } rows[] = {{"Customer **Brandt Logistik GmbH**, contract V-249474, do not", "Brandt"},
              {"Customer **Brandt Logistik GmbH**, contract V-249474, do not", "249474"},
              {"customer: Meridian Tierklinik", "Meridian"},
              {"belongs to Nordlys Shipping AS.", "Nordlys"},
              {"Kunde Meier & S\xc3\xb6hne KG hat", "Meier"},
              {"Client=\"Solvang Seafood\"", "Solvang"},
              {"Vertrag Nr. 4711-0815", "4711"},
              {"info@blue-heron.com of Blue Heron", "Blue Heron"},
              {"Directory of Kestrel Freight", "Kestrel"},
              {"nas.bluewhaleco.net of Blue Whaleco", "Blue W"}};
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const std::string out = cluster.text(row.text);
    CAPTURE(out);
    CHECK_FALSE(contains(out, row.secret));
    CHECK(cluster.text(out) == out);
    CHECK(cluster.reveal(out) == row.text);
    CHECK(cluster.engine->check(out).ok());
  }
  for (const char* row : {"Client Certificate expired", "customer data is kept", "Running AS Root",
                          "BGP AS 64512", "the contract ends", "Company: none", "PVE AG Status",
                          "tenant isolation", "The Quick Start AS", "partner 12345"}) {
    CAPTURE(row);
    CHECK(cluster.text(row) == row);
  }
}

TEST_CASE("engine: two processes on one map agree and learn from each other") {
  Cluster cluster;
  auto other = Engine::open(Secret(std::string(32, 'k')), cluster.mapping);
  REQUIRE(other.ok());
  const std::string mine = cluster.name(Kind::kVm, "late-comer7");
  CHECK((*other)->restore(mine, "pve-guest").value() == "late-comer7");
  CHECK((*other)->pseudonym(Kind::kVm, "late-comer7").value() == mine);
  CHECK((*other)->anonymize_text("10.1.2.3 x late-comer7").value() ==
        cluster.text("10.1.2.3 x late-comer7"));
}

/// Another process on the cluster's map.
std::unique_ptr<Engine> second_engine(Mapping& mapping) {
  auto opened = Engine::open(Secret(std::string(32, 'k')), mapping);
  REQUIRE(opened.ok());
  return std::move(opened).value();
}

TEST_CASE("engine: a name that another process learned is known here at once") {
  const std::vector<Name> news{{Kind::kVm, "quokka"}};
  const std::string text = "quokka is up";
  SUBCASE("in text") {
    Cluster cluster;
    const auto other = second_engine(cluster.mapping);
    CHECK(cluster.text(text) == text);
    REQUIRE(other->learn(news).ok());
    CHECK(cluster.text(text) == other->anonymize_text(text).value());
    CHECK(cluster.text(text) != text);
  }
  SUBCASE("in documents") {
    Cluster cluster;
    const auto other = second_engine(cluster.mapping);
    REQUIRE(other->learn(news).ok());
    CHECK(cluster.json(R"({"log":"quokka is up"})").find("quokka") == std::string::npos);
  }
  SUBCASE("by the second look") {
    Cluster cluster;
    const auto other = second_engine(cluster.mapping);
    CHECK(cluster.engine->check(text).ok());
    REQUIRE(other->learn(news).ok());
    CHECK_FALSE(cluster.engine->check(text).ok());
  }
  SUBCASE("in another spelling") {
    Cluster cluster;
    const auto other = second_engine(cluster.mapping);
    REQUIRE(other->learn(news).ok());
    CHECK(cluster.name(Kind::kVm, "Quokka") == other->pseudonym(Kind::kVm, "Quokka").value());
  }
}

/// Counts what is asked of a map and what it gives; its version may move without rows.
class CountingMapping final : public Mapping {
 public:
  Result<std::vector<MapRow>> load(std::int64_t after) override {
    ++loads;
    auto result = inner.load(after);
    rows += result->size();
    return result;
  }
  Result<std::int64_t> version() override {
    if (broken) return Error{Code::kUnavailable, "held by another process", ""};
    return inner.version().value() + unrelated;
  }
  Result<std::vector<MapRow>> claim(std::span<const MapRow> wanted) override {
    return inner.claim(wanted);
  }
  MemoryMapping inner;
  std::size_t loads = 0;
  std::size_t rows = 0;
  std::int64_t unrelated = 0;
  bool broken = false;
};

TEST_CASE("engine: the map is read when its version moved, and no row of ours twice") {
  CountingMapping mapping;
  const auto engine = second_engine(mapping);
  REQUIRE(engine->learn(Cluster::names()).ok());
  const std::string shown = engine->anonymize_text("payroll-db at 10.17.4.20").value();
  REQUIRE(engine->check(shown).ok());
  CHECK(mapping.rows == 0);
  const std::size_t loads = mapping.loads;
  for (int i = 0; i < 10; ++i) {
    CHECK(engine->anonymize_text("payroll-db at 10.17.4.20").value() == shown);
    REQUIRE(engine->check(shown).ok());
    REQUIRE(engine->restore("pve-muc-01", "pve-node").ok());
  }
  CHECK(mapping.loads == loads);
  ++mapping.unrelated;  // another process wrote something else
  for (int i = 0; i < 10; ++i) REQUIRE(engine->check(shown).ok());
  CHECK(mapping.loads == loads + 1);
  CHECK(mapping.rows == 0);
}

TEST_CASE("engine: rows of two processes in turn reach both") {
  CountingMapping mapping;
  const auto one = second_engine(mapping);
  const auto two = second_engine(mapping);
  for (int i = 0; i < 20; ++i) {
    const std::string name = "quokka" + std::to_string(i) + "x";
    const auto& learner = i % 3 == 0 ? one : two;
    REQUIRE(learner->learn(std::vector<Name>{{Kind::kVm, name}}).ok());
  }
  for (int i = 0; i < 20; ++i) {
    const std::string text = "on quokka" + std::to_string(i) + "x now";
    CHECK(one->anonymize_text(text).value() == two->anonymize_text(text).value());
    CHECK(one->anonymize_text(text).value() != text);
  }
}

TEST_CASE("engine: nothing is cleared while the map cannot be asked") {
  CountingMapping mapping;
  const auto engine = second_engine(mapping);
  mapping.broken = true;
  CHECK_FALSE(engine->anonymize_text("all is well").ok());
  CHECK_FALSE(engine->anonymize_json("{}").ok());
  CHECK_FALSE(engine->check("{}").ok());
  CHECK_FALSE(engine->restore("105", "pve-guest").ok());
}

TEST_CASE("engine: another key gives other pseudonyms") {
  Cluster one;
  Cluster two(true, 'q');
  CHECK(one.name(Kind::kNode, "pve-muc-01") != two.name(Kind::kNode, "pve-muc-01"));
  CHECK(one.text("10.17.4.20") != two.text("10.17.4.20"));
}

}  // namespace pmx::anonymize
