// Names and secrets whose place in a line, a file or a table says what they are: no list knows
// them.
#include "fixture.h"

namespace pmx::anonymize {
namespace {

struct Row {
  const char* text;
  const char* gone;  ///< what must not be readable
  const char* kept;  ///< what must still stand around it
};

template <std::size_t N>
void all_found(const Row (&rows)[N]) {
  for (const auto& [text, gone, kept] : rows) {
    Cluster cluster;
    CAPTURE(text);
    const std::string out = cluster.text(text);
    CAPTURE(out);
    CHECK_FALSE(contains(out, gone));
    CHECK(contains(out, kept));
    CHECK(cluster.text(out) == out);
    CHECK(cluster.engine->check(out).ok());
    if (!contains(out, "[secret:")) CHECK(cluster.reveal(out) == text);
  }
}

template <std::size_t N>
void all_kept(const char* const (&rows)[N]) {
  for (const char* row : rows) {
    Cluster cluster;
    CAPTURE(row);
    CHECK(cluster.text(row) == row);
  }
}

}  // namespace

TEST_CASE("grammar: the name beside an address") {
  constexpr Row kRows[] = {
      {"10.1.2.3 - k.drift7 [28/Nov/2026:04:12:31 +0100] \"GET / HTTP/2.0\" 302 0", "k.drift7",
       " - "},
      {"1795840001 bc:24:11:0a:0b:0c 10.1.2.3 driftbox-7 01:bc:24:11:0a:0b:0c", "driftbox", " 01:"},
      {"dnsmasq-dhcp[9]: DHCPACK(vmbr3) 10.1.2.3 bc:24:11:0a:0b:0c driftbox-7\n", "driftbox",
       "DHCPACK("},
      {"dhcpd: DHCPACK on 10.1.2.3 to bc:24:11:0a:0b:0c (driftbox-7) via vmbr3", "driftbox",
       ") via"},
      {"root=/dev/sda1 ip=10.1.2.3::10.1.2.1:255.255.255.0:driftbox-7:eno1:off", "driftbox",
       ":eno1:off"},
      {"127.0.0.1 localhost\n10.1.2.3 driftbox driftwood # spare\n", "driftwood", "# spare"},
      {"1795840001 bc:24:11:0a:0b:0c 10.1.2.3 * 01:bc:24:11:0a:0b:0c", "0a:0b:0c", " * 01:"},
      {"7.2.1.10.in-addr.arpa. 300 IN PTR x", "7.2.1.10", " 300 IN PTR"},
      {"enxb4969143067e: flags=4163", "b4969143067e", "enx"}};
  all_found(kRows);
}

TEST_CASE("grammar: who logs in, and on which host a line was written") {
  constexpr Row kRows[] = {
      {"Nov 28 04:12:01 driftbox kernel: driftbox up\n", "drift", " kernel: "},
      {"2026-11-28T04:12:01.123+01:00 driftbox sshd[9]: x", "drift", " sshd[9]: x"},
      {"<14>1 2026-11-28T04:12:01Z driftbox sshd 991 - - x", "drift", " sshd 991"},
      {"sshd[9]: Invalid user driftwood from 10.1.2.3 port 5", "drift", "Invalid user "},
      {"Disconnected from authenticating user driftwood 10.1.2.3 port 5", "drift", " user "},
      {"Accepted keyboard-interactive/pam for driftwood from 10.1.2.3", "drift", "/pam for "},
      {"sudo[12]:   driftwood : TTY=pts/0 ; USER=root", "drift", " : TTY=pts/0"},
      {"CRON[771]: (driftwood) CMD (sync)", "drift", ") CMD (sync)"},
      {"su[12]: (to postgres) driftwood on pts/1", "drift", " on pts/1"},
      {"postfix/pickup[9]: uid=1000 from=<driftwood>", "drift", "from=<"},
      {"smbd: user [DRIFTDOM]\\[driftwood] at", "driftwood", "] at"},
      {"succeeded for username 'driftwood'", "drift", "username '"},
      {"session opened for user driftwood(uid=1) by driftbox(uid=0)", "drift", "(uid=0)"},
      {"proxy_pass http://driftbox:8080;", "drift", "http://"},
      {"mount -t nfs driftbox:/export/x /mnt", "drift", ":/export/x"}};
  all_found(kRows);
  constexpr const char* kSame[] = {
      "migration on unix:/run/qemu-server/170.migrate\n", "Nov 28 04:12:01 INFO starting: x\n",
      "user is not known to us\n", "uri pve://overview/x\n", "the user can log in from home\n"};
  all_kept(kSame);
}

TEST_CASE("grammar: lines of passwd, shadow and group") {
  constexpr Row kRows[] = {
      {"root:*:1:0:9:7:::\nk.drift7:$6$saltsalt$hashhashhash:20011:0:99999:7:::\n", "drift7",
       "20011:0:99999"},
      {"drift:x:1001:1001:Ivo Drift,,,:/home/drift:/bin/bash\n", "rift", ":x:1001:1001:"},
      {"sudo:x:27:driftwood\n", "driftwood", "sudo:x:27:"}};
  all_found(kRows);
  constexpr const char* kSame[] = {"daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n",
                                   "adm:x:4:\n", "backup:*:19700:0:99999:7:::\n"};
  all_kept(kSame);
}

TEST_CASE("grammar: volume groups, controllers and snapshots") {
  constexpr Row kRows[] = {
      {"\u2514\u2500vg_drift7-vm--1010--disk--0 64G", "drift", "-vm--1010--disk--0"},
      {"remote: driftbox-7\n\tauth-id x@pbs\n", "driftbox", "remote: "},
      {"path /mapping/pci/driftbox-7", "driftbox", "/mapping/pci/"},
      {"[driftwood]\nparent: driftbox\nsnaptime: 1795000000\n", "drift", "snaptime"},
      {"/home/driftbox/.ssh", "driftbox", "/home/"},
      {"zone drift-10.1.2.0-24 is up, drift-203.0.113.0-24 too", "203.0.113", "-24 too"}};
  all_found(kRows);
  constexpr const char* kSame[] = {
      "mpatha (x) dm-5\n", "-snapshot __replicate_1010-0_1795800000__ |", "\tusername admin\n",
      "To: Support <x>\n", "lvm2-2.3.31.1-2 and libfoo 1.2.3.4-1\n"};
  all_kept(kSame);
}

TEST_CASE("grammar: only the secret goes") {
  constexpr Row kRows[] = {
      {"-H 'Authorization: PVEAPIToken=anna.schmidt@pam!x7=3b1f2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d' x",
       "3b1f2c4d", "Authorization: PVEAPIToken=usr-"},
      {"Authorization: Bearer drift4wood\n", "drift4wood", "Authorization: Bearer "},
      {"APP_KEY=base64:c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "c2VjcmV0", "APP_KEY=base64:"},
      {"https://hooks.slack.com/services/T1/B2/drift", "drift",
       "https://hooks.slack.com/services/"},
      {"https://discord.com/api/webhooks/12/drift", "drift", "https://discord.com/api/webhooks/"},
      {"sshpass -p 'drift4wood' ssh root@10.1.2.3 -p 2222 uptime", "drift4wood", " -p 2222 uptime"},
      {"htpasswd -b /etc/nginx/htpasswd driftbox drift4wood", "drift4wood", "/etc/nginx/htpasswd "},
      {"pvespiceproxy:6744A1B0:1010:driftbox::b3223bd7c94a155d", "b3223bd7",
       "pvespiceproxy:6744A1B0:1010:"},
      {"value=io.systemd.credential:ssh.root=drift4wood", "drift4wood", "credential:ssh.root="},
      {"wg set wg0 peer jOeotSirVyrj7VvfCEDDIxiPbmPwc8ZFvANa7EYJ3ls= endpoint", "jOeotSir",
       " endpoint"},
      {"peer +5G5++BuR1BLJeXCqlPPDyOOjn8oLYeOhzSoBr9t6Js= x", "5G5", "peer "},
      {"AccountName=driftbox;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net", "driftbox",
       ";EndpointSuffix=core.windows.net"}};
  all_found(kRows);
}

TEST_CASE("grammar: keys in other languages, tables and markup") {
  constexpr Row kRows[] = {{"* Passwort: `drift 4wood`\n", "drift", "* Passwort: `"},
                           {"* **Kennwort:** drift4wood\n", "drift4wood", "**Kennwort:** "},
                           {"* **Passwort**: drift4wood\n", "drift4wood", "**Passwort**: "},
                           {"| Passwort | drift4wood |\n", "drift4wood", "| Passwort | "},
                           {"<td>Password</td><td>drift4wood</td>", "drift4wood", "</td><td>"},
                           {"<password>drift4wood</password>", "drift4wood", "</password>"},
                           {"password = drift 4wood\n", "4wood", "password = "},
                           {"helo=<driftbox-7> proto", "driftbox", "helo=<"}};
  all_found(kRows);
  constexpr const char* kSame[] = {"Server: pve-api-daemon/3.0\n", "password | state |\n",
                                   "sha256-jOeotSirVyrj7VvfCEDDIxiPbmPwc8ZFvANa7EYJ3ls= x\n"};
  all_kept(kSame);
}

TEST_CASE("grammar: what network programs write") {
  constexpr Row kRows[] = {
      {"12:34:56.1 IP 10.1.2.3.60592 > 10.1.2.4.443: Flags [S]", "10.1.2.", ".60592 > "},
      {"IP drift.acme-corp.de.4711 > 10.1.2.4.53: 4711+", "drift", ".4711 > "},
      {"_ldap._tcp.drift-corp.de. SRV", "drift", "_ldap._tcp."},
      {"10-1-2-3.drift-corp.de", "10-1-2-3", "."},
      {"//10.1.2.3/driftwood on /mnt", "drift", " on /mnt"},
      {"dhcp-host=bc:24:11:0a:0b:0c,driftbox,10.1.2.3", "drift", "dhcp-host="},
      {" neighbor 10.1.2.3 password drift4wood\n", "drift4wood", " password "},
      {"rocommunity drift4wood 10.1.2.0/24\n", "drift4wood", "rocommunity "},
      {"maps = static:u@acme-corp.de:drift4wood\n", "drift4wood", "static:"},
      {"Set-Cookie: session=drift4wood; Path=/; HttpOnly\n", "drift4wood", "; Path=/; HttpOnly"},
      {"<P key=\"password\" value=\"drift4wood\"/>", "drift4wood", "value=\""},
      {"- name: DB_PASSWORD\n  value: drift4wood\n", "drift4wood", "  value: "},
      {"Workstation Name:\tDRIFTBOX7\n", "DRIFTBOX", "Workstation Name:"},
      {"SNMP Community String   : drift4wood\n", "drift4wood", "String   : "},
      {"\tSerial Number: DR1FT0246\n", "DR1FT", "\tSerial Number: "},
      {"x: zK8u6jww3/LzDPUFKC36DYz1cIauMe7Ilqr7ki5O7Sf7gV+jPquYxc4mqfnIvI4ATz94hgV4", "DYz1cI",
       "x: "}};
  all_found(kRows);
  constexpr const char* kSame[] = {"_ipp._tcp.local. (45)\n",
                                   "mount: secret=<hidden>,acl\n",
                                   "see https://nmap.org and http://schemas.dmtf.org/x\n",
                                   "Subsystem: Super Micro Computer Inc I350\n",
                                   "--resolvers.le.acme.email=x\n",
                                   "/etc/hosts.local\n",
                                   "Linux version 6.5.0 (build@proxmox)\n",
                                   "since Sun 2026-10-11 04:12:19 CEST; 9h ago\n"};
  all_kept(kSame);
}

TEST_CASE("grammar: a backup server's tasks and answers") {
  constexpr Row kRows[] = {
      {"UPID:driftbox:000B34E1:02875A30:AD2D2700:62B0F40E:backup:driftstore\\x3avm-105:root@pam:",
       "drift", ":backup:"}};
  all_found(kRows);
  Cluster cluster;
  const std::string out = cluster.json(
      R"({"id":"driftjob","store":"driftstore","remote":"driftbox","ns":"driftns/x","schedule":"1"})");
  CHECK_FALSE(contains(out, "drift"));
  CHECK(contains(cluster.json(R"({"name":"X-Api-Key","value":"drift4wood"})"), "[secret:api-key]"));
}

TEST_CASE("grammar: people, places and machines that nobody listed") {
  constexpr Row kRows[] = {
      {"please call Lena Driftwood if it fails again", "Driftwood", "please call "},
      {"Vertretung: J\u00fcrgen van der Drift (intern)", "Drift", " (intern)"},
      {"Torsten Q. Driftwood's rack; Driftwood has the key", "Driftwood", " has the key"},
      {"Owner: Mirja Driftwood\n", "Driftwood", "Owner: "},
      {"the spare is in Villeurbanne.", "Villeurbanne", "the spare is in "},
      {"Standort Driftstedt, Schrank 4", "Driftstedt", ", Schrank 4"},
      {"der Switch dort hei\u00dft drift-box7.", "drift", "der Switch dort hei"},
      {"a server called `driftwood` is gone", "driftwood", "` is gone"}};
  all_found(kRows);
  constexpr const char* kSame[] = {
      "TZ=Europe/Paris; timezone America/Chicago\n", "Jan Feb Mar: the month of Max Value\n",
      "Simon says that thomas-test.log is his\n", "a function called main is named so\n",
      "/srv/hamburg/x and london_db\n"};
  all_kept(kSame);
}

TEST_CASE("grammar: a known name inside a name of plain words") {
  Cluster cluster;
  CHECK(contains(cluster.json(R"({"rule":"keep-apart-nautilus"})"), "keep-apart-vm-"));
  CHECK(contains(cluster.json(R"({"bind_dn":"cn=svc-nautilus,ou=dienste,dc=intern"})"),
                 "cn=svc-vm-"));
  CHECK_FALSE(contains(cluster.json(R"({"rule":"driftwood-nautilus"})"), "driftwood"));
}

TEST_CASE("grammar: what follows a secret that is none is read") {
  Cluster cluster;
  const std::string out = cluster.text("password: not set; nautilus expired; 10.1.2.3 waits\n");
  CHECK_FALSE(contains(out, "nautilus"));
  CHECK_FALSE(contains(out, "10.1.2.3"));
  CHECK(contains(out, "password: not set; vm-"));
  CHECK(contains(cluster.text("=BACKUP:VM-6039839-DISK-0 \n"), ":VM-6039839-DISK-0"));
  CHECK_FALSE(contains(cluster.text("=BACKUP:VM-6039839-DISK-0 \n"), "BACKUP"));
}

TEST_CASE("grammar: addresses of captured packets have ports") {
  constexpr Row kRows[] = {
      {"IP 10.1.2.3.443 > 10.1.2.4.55123: Flags [S]", "10.1.2.3", ".443 > "},
      {"IP 10.1.2.3.443 > 10.1.2.4.55123: Flags [S]", "10.1.2.4", ".55123: "},
      {"IP6 2001:db8::7.5353 > ff02::fb.5353: 0 PTR", "2001:db8::7", ".5353 > ff02::fb.5353"}};
  all_found(kRows);
  constexpr const char* kSame[] = {"version 1.2.3.4.5 > 1.2.3\n", "OID 1.3.6.1.4.1.2021\n"};
  all_kept(kSame);
}

TEST_CASE("grammar: what every system has stays") {
  constexpr const char* kSame[] = {
      "fe00::0 ip6-localnet\n",
      "     Active: active (running) since Sun 2026-10-11 04:12:19 CEST; 9h ago\n",
      "Linux version 6.14.12-8-pve (build@proxmox) (gcc 14.2.0)\n",
      "\tManufacturer: Dell Inc.\n\tSubsystem: Super Micro Computer Inc I350\n",
      "BC:24:11 (Proxmox Server Solutions GmbH)\n",
      "addrtype=\"mac\" vendor=\"Proxmox Server Solutions GmbH\"/>\n",
      "Starting Nmap 7.95 ( https://nmap.org )\n",
      "  - path: /etc/hosts.local\n",
      "type ceph (rw,name=admin,secret=<hidden>,acl)\n",
      "0 PTR (QM)? _ipp._tcp.local. (45)\n",
      "--certificatesresolvers.le.acme.email=\n",
      "rpool/ROOT/pve-1 31.2G\n"};
  all_kept(kSame);
  Cluster cluster;
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kVm, "storage"}}).ok());
  CHECK(contains(cluster.text("GET /api2/json/nodes/pve-muc-01/storage/tank-ssd/content"),
                 "/storage/sto-"));
  for (const char* json : {R"({"zone":"CEST","offset":7200})", R"({"iface":"vlan571"})",
                           R"({"zone":"localnetwork"})", R"({"id":"totp:18b70200"})"}) {
    CAPTURE(json);
    CHECK(cluster.json(json) == json);
  }
  CHECK_FALSE(contains(cluster.text("Western Freight Ltd called\n"), "Western"));
  CHECK_FALSE(contains(cluster.text("totp: 123456\n"), "123456"));
  CHECK(contains(cluster.text("https://api.telegram.org/bot12345:AAxyzAAxyz/getMe\n"), "/getMe"));
}

TEST_CASE("grammar: ids and addresses in other programs' answers come back") {
  Cluster cluster;
  for (const char* json : {R"({"accountId":"fd213dc8-7c38-4fd9-983e-c1220e59d460"})",
                           R"({"id":"totp:d01f2e68-c7b3-480b-84d9-63f23f8c1ab5"})",
                           R"({"state_key":"@anna.schmidt:acme-widgets.de"})"}) {
    CAPTURE(json);
    const std::string out = cluster.json(json);
    CHECK(out != json);
    CHECK(cluster.reveal(out) == json);
  }
  CHECK(cluster.json(R"({"attr":"email=mail,firstname=givenName"})") ==
        R"({"attr":"email=mail,firstname=givenName"})");
  CHECK(cluster.text("<input type=\"hidden\" name=\"csrf_x\"/>") ==
        "<input type=\"hidden\" name=\"csrf_x\"/>");
  CHECK(cluster.text("DEV: dev_id=1 devname: drive-scsi0\n") ==
        "DEV: dev_id=1 devname: drive-scsi0\n");
  const std::string mail = "mailto:jo@acme-widgets.de?subject=Problem%20mit%20nautilus";
  const std::string shown = cluster.text(mail);
  CHECK(contains(shown, "@dom-"));
  CHECK(cluster.reveal(shown) == mail);
  const std::string rest = "rest:https://jo:drift4wood@nas7.acme-widgets.de:8000/nautilus";
  CHECK(contains(cluster.text(rest), "@host-"));
  CHECK_FALSE(contains(cluster.text(rest), "drift4wood"));
}

}  // namespace pmx::anonymize
