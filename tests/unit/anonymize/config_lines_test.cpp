// Secrets that the form of a line shows, and numbers of devices and telephones.
#include "fixture.h"

namespace pmx::anonymize {

TEST_CASE("config lines: the secrets of directives") {
  Cluster cluster;
  for (const char* in :
       {" key-string drift4wood",
        "   key-string 7 drift4wood",
        "com2sec ro default drift4wood",
        "trapsink 10.1.2.3 drift4wood",
        "trap2sink 10.1.2.3 drift4wood 162",
        "createUser driftwood SHA drift4wood AES drift5wood",
        "snmp-server community drift4wood RO",
        "snmp-server host 10.1.2.3 version 2c drift4wood",
        "snmp-server user driftwood g v3 auth sha drift4wood priv aes 128 drift5wood",
        "  stats auth admin:drift4wood",
        "  user admin insecure-password drift4wood",
        " ip ospf authentication-key drift4wood",
        " ip ospf message-digest-key 1 md5 drift4wood",
        " isis password drift4wood",
        "ppp chap password drift4wood",
        " password drift4wood",
        "set system login user driftwood authentication plaintext-password \"drift4wood\"",
        "    auth_pass drift4wood",
        "requirepass drift4wood",
        "masterauth drift4wood",
        "[smtp.reef.lan]:587 admin:drift4wood"}) {
    CAPTURE(in);
    const std::string out = cluster.text(in);
    CHECK_FALSE(contains(out, "drift"));
    CHECK(cluster.text(out) == out);
  }
  for (const char* in :
       {" password required", "password and user", "set user to it", "ip route add", "key chain x",
        "area 0 authentication", "snmp-server enable traps", "user mode is on", "[12]: x:y z",
        "stats auth", "com2sec a b"})
    CHECK(cluster.text(in) == in);
}

TEST_CASE("config lines: a password that somebody tells") {
  Cluster cluster;
  for (const char* in :
       {"Password is \"drift4wood\"", "Das Passwort ist `drift4wood`.",
        "Kennwort lautet 'drift4wood'", "the password was set to 'drift4wood' now"}) {
    CAPTURE(in);
    CHECK_FALSE(contains(cluster.text(in), "drift"));
  }
  for (const char* in : {"password for 'x7' failed", "password is 'required'", "password is '",
                         "password is wrong", "Passwort ist \"\""})
    CHECK(cluster.text(in) == in);
}

TEST_CASE("config lines: serials and service tags") {
  Cluster cluster;
  for (const char* in : {"Service Tag: 7DRKX68", "\tSerial Number: DRKX68P",
                         "    Serial Number          : DRKX68P", "<serial>DRKX68P</serial>"}) {
    CAPTURE(in);
    const std::string out = cluster.text(in);
    CHECK_FALSE(contains(out, "DRKX68"));
    CHECK(cluster.reveal(out) == in);
  }
  for (const char* in : {"Serial Number: Not Specified", "Service Tag: None"})
    CHECK(cluster.text(in) == in);
}

TEST_CASE("config lines: telephone numbers with a slash") {
  Cluster cluster;
  for (const char* in :
       {"Fragen: 0351/437021 (Durchwahl 22)", "(0351/437021-58)", "an 089/7221675."}) {
    CAPTURE(in);
    const std::string out = cluster.text(in);
    CHECK(contains(out, "+00 000 "));
    CHECK(cluster.reveal(out) == in);
  }
  for (const char* in :
       {"10/2026", "0016/0032", "0351/437021/5", "path/0351/437021", "0351/437021.5"})
    CHECK(cluster.text(in) == in);
}

TEST_CASE("config lines: what is no secret elsewhere is one in a key, a header or behind a flag") {
  Cluster cluster;
  const std::string key(40, 'Q');
  for (const std::string& in :
       {R"({"kty":"oct","k":"-)" + key + R"("})", R"({"kty":"RSA","n":"_)" + key + R"("})",
        R"({"header":[{"name":"X-Auth-Token","value":")" + key + R"("}]})",
        R"({"env":[{"name":"DB_PASSWORD","value":")" + key + R"("}]})"}) {
    CAPTURE(in);
    CHECK_FALSE(contains(cluster.json(in), key));
    CHECK_FALSE(contains(cluster.text("see " + in), "QQ-"));
  }
  const std::string in = R"(x {"name":"X-Auth-Token","value":"drift4"})";
  CHECK(cluster.text(in) == R"(x {"name":"X-Auth-Token","value":"[secret:token]"})");
  CHECK(cluster.text("mysql -u root -pDrift%53") == "mysql -u root -p[secret:password]");
  CHECK_FALSE(contains(cluster.text("249.33.167.10.in-addr.arpa"), "167"));
  CHECK_FALSE(contains(cluster.text("domain:   driftwood.pl"), "drift"));
  CHECK(cluster.text("see kelp.pl") == "see kelp.pl");
}

}  // namespace pmx::anonymize
