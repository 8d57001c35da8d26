// A(A(x)) == A(x), byte for byte: what the engine wrote it leaves alone, also where a pseudonym
// stands in a place in which it completes a shape that the real value did not.
#include <random>

#include "fixture.h"
#include "hostile.h"

namespace pmx::anonymize {

TEST_CASE("idempotence: a pseudonym completes no shape that the real value did not") {
  Cluster cluster;
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kHost, "db51"}}).ok());
  cluster.engine->guard_secret(Secret("s3cret/x7"));
  for (const char* in : {"1.2.3.4s3cret/x7",
                         "s3cret/x72001:8::",
                         "s3cret/x7a@b",
                         "pw=as3cret/x7b",
                         "http://s3cret/x7@host/",
                         "x%2Fs3cret%2Fx7%2F10.1.2.3",
                         "$6$a.de",
                         "$6$nautilus+0",
                         "a@PBS:!tfa!",
                         "key:a:iso/8::1",
                         "a@b!a://:@",
                         "-key @a.de",
                         "-key #pw:s",
                         "contract 1-db51",
                         "+1.2.3.4",
                         "1.2.3.4-2001:8::",
                         "aa-bb-cc-dd-ee-ff-db51",
                         "path /srv/naut\xC4\xB1lus/log",
                         "password=\\nautilus",
                         "a:snippets/a:snippets/a",
                         "a@b!acme-widgets.de",
                         "a.acme-widgets.de8",
                         "payroll-db@d",
                         "%1.2.3.4",
                         "%aa:bb:cc:dd:ee:ff",
                         "%25bc:24:11:01:02:03",
                         "\x80\xff::nautilus\xe9::1",
                         "1.2.3.4.2nautilus"}) {
    CAPTURE(in);
    const std::string out = cluster.text(in);
    CAPTURE(out);
    CHECK(cluster.text(out) == out);
    for (const char* key : {"log", "tags", "hostname", "phone", "key", "user"}) {
      CAPTURE(key);
      const std::string document =
          cluster.json("{\"" + std::string(key) + "\":" + json_string(in) + "}");
      CAPTURE(document);
      CHECK(cluster.json(document) == document);
    }
  }
}

TEST_CASE("idempotence: what stands in other lines is read with what was written") {
  Cluster cluster;
  for (const char* in :
       {// What is written ends what looked like the body of a key.
        "-----BEGIN PRIVA K-z\nMIIEvQPRIV=root@pam!c=00000000-0000-4000-8000-000000000001\n-----n",
        "-----BEGIN M--\nMIIEvQ@IBADANBgkqhkiG90BAQ\nb PRI-\nM@I-----n",
        // A table whose columns move with what stands in the first.
        "NAME          STATUS   NODE\nnautilus      running  alpha\npayroll-db    stopped  beta\n",
        "VMID NAME       STATUS\n100  nautilus   payroll-db\n101  a          running\n"}) {
    CAPTURE(in);
    const std::string out = cluster.text(in);
    CAPTURE(out);
    CHECK(cluster.text(out) == out);
    const std::string padded = std::string(100000, '\n') + in;
    const std::string long_out = cluster.text(padded);
    CHECK(cluster.text(long_out) == long_out);
  }
}

TEST_CASE("idempotence: what a document says of its fields is read with what was written") {
  Cluster cluster;
  for (const char* in :
       {R"({"type":"nautilus","name":"qemu","id":"web"})",
        R"({"firstname":"Nautilus","lastname":"Payroll-Db","note":"Payroll-Db Nautilus"})",
        R"({"key":"nautilus","value":"payroll"})", R"({"nautilus":{"name":"a","value":"b"}})",
        R"({"x\u0041":"n\u0061utilus","log":"{\"name\":\"nautilus\",\"vmid\":1}"})"}) {
    CAPTURE(in);
    const std::string out = cluster.json(in);
    CAPTURE(out);
    CHECK(cluster.json(out) == out);
  }
}

TEST_CASE("idempotence: a pseudonym with a domain stays in a list of names") {
  Cluster cluster;
  const std::string out = cluster.json(R"({"tags":"acme-widgets.de"})");
  CHECK_FALSE(contains(out, "acme"));
  CHECK(cluster.json(out) == out);
}

TEST_CASE("idempotence: mail at a vendor's host and at a domain of ours") {
  Cluster cluster;
  for (const char* in : {"Proxmox Support Team <support@proxmox.com>",
                         "Acme Widgets <bob@shop.acme.co.uk>", "bob@shop.acme.co.uk"}) {
    CAPTURE(in);
    const std::string out = cluster.text(in);
    CAPTURE(out);
    CHECK(cluster.text(out) == out);
    CHECK(cluster.reveal(out) == in);
  }
  CHECK(cluster.text("x@proxmox.com").ends_with("@proxmox.com"));
}

TEST_CASE("idempotence: a guarded secret beside a name takes nothing else with it") {
  Cluster cluster;
  cluster.engine->guard_secret(Secret("s3cret/x7"));
  cluster.engine->guard_secret(Secret("x7nautil"));
  CHECK(cluster.text("a s3cret/x7 b") == "a [secret:guarded] b");
  CHECK(cluster.text("as3cret/x7b") == "a[secret:guarded]b");
  CHECK(cluster.text("s3cret/x7nautilus") == "[secret:guarded]us");
  const std::string beside = cluster.text("s3cret/x72nautilus!");
  CHECK(beside.starts_with("[secret:guarded]vm-"));
  CHECK(beside.ends_with("!"));
  CHECK(contains(cluster.text("pw=a,s3cret/x7 10.1.2.3 end"), " end"));
  CHECK(cluster.text("q%2Fs3cret%2Fx7%2Fz") == "q%2F%5Bsecret%3Aguarded%5D%2Fz");
}

TEST_CASE("idempotence: beginnings in any order") {
  Cluster cluster;
  cluster.engine->guard_secret(Secret("s3cret/x7"));
  std::mt19937 random(17);
  static constexpr std::string_view kNames[] = {
      "nautilus",          "pve-muc-01", "acme-widgets.de", "10.1.2.3",     "2001:db8::5",
      "bc:24:11:01:02:03", "s3cret/x7",  "anna.schmidt",    "Acme Widgets", "[secret:token]"};
  for (int i = 0; i < 1500; ++i) {
    std::string in;
    for (std::size_t part = 1 + random() % 6; part > 0; --part)
      in += random() % 3 == 0 ? kNames[random() % std::size(kNames)]
                              : kHostilePieces[random() % std::size(kHostilePieces)];
    CAPTURE(in);
    const std::string out = cluster.text(in);
    CAPTURE(out);
    CHECK(cluster.text(out) == out);
  }
}

TEST_CASE("idempotence: what a list of names holds beside them teaches no common word") {
  Cluster cluster;
  for (const char* in : {R"({"nodes":"pve-muc-01, VM 100 (web) qm set 100 --name web"})",
                         "{\"slaves\":\"ens1f0 q\u200bm\u200b \u200bs\u200be\u200bt\u200b\"}",
                         R"({"ugid":"x\\u0020set\\u002dname","groups":"&#115;et&#59; a"})",
                         R"({"tags":"bmFtZT1uYXV0aWx1cyBwb3J0PTIy"})"}) {
    CAPTURE(in);
    const std::string out = cluster.json(in);
    CAPTURE(out);
    CHECK(cluster.engine->check(out).ok());
    CHECK(cluster.json(out) == out);
    CHECK(cluster.reveal(out) == in);
  }
  for (const char* plain : {"VM 200", "qm set", "set", "u0020set", "name"})
    CHECK(cluster.text(plain) == plain);
}

TEST_CASE("idempotence: many values in other letters are issued in a few rounds") {
  Cluster cluster(false);
  std::vector<Name> names;
  std::string text;
  for (int i = 0; i < 40; ++i) {
    const std::string name = "lorem" + std::to_string(100 + i) + "x";
    names.push_back({Kind::kVm, name});
    text += "l\u200bo" + name.substr(2) + ' ';
  }
  REQUIRE(cluster.engine->learn(names).ok());
  const std::string out = cluster.text(text);
  CHECK_FALSE(contains(out, "rem1"));
  CHECK(cluster.text(out) == out);
  CHECK(cluster.reveal(out) == text);
}

}  // namespace pmx::anonymize
