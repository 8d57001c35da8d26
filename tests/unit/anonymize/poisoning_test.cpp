// Who may write a note, a log line or a guest's name must not decide what other text looks like.
#include "anonymize/pseudonym.h"
#include "fixture.h"
#include "hostile.h"

namespace pmx::anonymize {

TEST_CASE("poisoning: free text never teaches the dictionary") {
  const char* notes[] = {"VM 9 (resultType) VM 9 (descending)",
                         "qm set --name resultType --hostname descending",
                         "name=resultType hostname: descending node=matchedrows",
                         "resultType@pve descending@resultType!matchedrows",
                         "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJhG resultType",
                         "resultType:vm-100-disk-0 descending:iso/x.iso",
                         "resultType.matchedrows.lan descending.evil-corp.com",
                         "mail descending@resulttype.com or x@result-type.de",
                         "Customer: Descending Resulttype GmbH",
                         "Descending Resulttype <a@evil-corp.com>",
                         "https://resultType:descending@10.0.0.1/",
                         "UPID:resultType:0012AB34:01C2D3E4:65A1B2C3:descending:matchedrows:a@b:",
                         R"({"vmid":9,"name":"resultType","node":"descending"})"};
  const char* later = "resultType of descending and matchedrows; result-type, result type";
  const char* document =
      R"({"resultType":"complete","descending":true,"matchedrows":1,"log":"resultType descending"})";
  for (const char* note : notes) {
    Cluster cluster;
    CAPTURE(note);
    const std::string shown = cluster.text(note);
    const std::string inside = cluster.json(R"({"notes":")" + [note] {
      std::string out;
      for (const char c : std::string_view(note)) out += c == '"' ? "\\\"" : std::string(1, c);
      return out;
    }() + R"("})");
    CHECK(cluster.text(later) == later);
    CHECK(cluster.json(document) == document);
    CHECK(cluster.engine->check(document).ok());
    CHECK(cluster.text(shown) == shown);
    CHECK(cluster.json(inside) == inside);
  }
}

TEST_CASE("poisoning: a name that only text showed is hidden there and comes back") {
  Cluster cluster;
  const std::string in = "VM 9 (oldhuber7) moved";
  const std::string out = cluster.text(in);
  CHECK_FALSE(contains(out, "oldhuber7"));
  CHECK(cluster.text(in) == out);
  CHECK(cluster.reveal(out) == in);
  const std::string shown = out.substr(6, out.find(')') - 6);
  CHECK(cluster.restore(shown, "pve-guest") == "oldhuber7");
  CHECK(cluster.text("oldhuber7 is a word") == "oldhuber7 is a word");
  // A typed source may teach it at any time, and the earlier pseudonym still stands for it.
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kVm, "oldhuber7"}}).ok());
  CHECK_FALSE(contains(cluster.text("oldhuber7 is a guest"), "oldhuber7"));
  CHECK(cluster.restore(shown, "pve-guest") == "oldhuber7");
  CHECK(cluster.reveal(out) == in);
}

TEST_CASE("poisoning: objects named like keys of the protocol change no key") {
  Cluster cluster;
  std::vector<Name> named;
  for (const char* key : {"resultType", "structuredContent", "descending", "matched", "isError",
                          "inputSchema", "ttlMs", "by_status", "uniqueItems", "nextCursor"})
    for (const Kind kind : {Kind::kVm, Kind::kPool, Kind::kTag}) named.push_back({kind, key});
  REQUIRE(cluster.engine->learn(named).ok());
  const char* keys =
      R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","isError":false,"ttlMs":1,"structuredContent":{"matched":3,"descending":true,"by_status":{},"nextCursor":null},"tools":[{"inputSchema":{"uniqueItems":true}}]}})";
  CHECK(cluster.json(keys) == keys);
  CHECK(cluster.engine->check(keys).ok());
  const std::string typed = cluster.json(
      R"({"vmid":1,"name":"resultType","pool":"nextCursor","tags":"structuredContent"})");
  CHECK(contains(typed, R"({"vmid":1,"name":"vm-)"));
  CHECK_FALSE(contains(typed, "nextCursor"));
  CHECK_FALSE(contains(typed, "structuredContent"));
  CHECK(contains(cluster.json(R"({"payroll-db":1})"), R"({"vm-)"));
}

TEST_CASE("poisoning: a name without a letter gets no pseudonym") {
  Cluster cluster;
  const auto rows = cluster.mapping.load(0).value().size();
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kVm, "101"}, {Kind::kPool, "20-1"}}).ok());
  CHECK(cluster.name(Kind::kVm, "101") == "101");
  const char* row = R"x({"vmid":105,"name":"101","node":"7","pool":"20-1","note":"VM 105 (101)"})x";
  CHECK(cluster.json(row) == row);
  CHECK(cluster.text("VM 105 (101) --name 101 name=101") == "VM 105 (101) --name 101 name=101");
  CHECK(cluster.mapping.load(0).value().size() == rows);
}

TEST_CASE("poisoning: a pseudonym of a number is not restored as a guest") {
  MemoryMapping mapping;
  const Secret key(std::string(32, 'k'));
  const std::string old = Scheme(key).name(Kind::kVm, "101", 0);
  REQUIRE(mapping.claim(std::vector<MapRow>{{0, Kind::kVm, "101", old}}).ok());
  const auto engine = Engine::open(key, mapping);
  REQUIRE(engine.ok());
  for (const std::string& value : {old, old + " (VMID 105)"})
    CHECK((*engine)->restore(value, "pve-guest").error().code == Code::kInvalidArgument);
  Cluster cluster;
  const std::string shown = cluster.name(Kind::kVm, "payroll-db");
  CHECK(cluster.restore(shown + " (VMID 105)", "pve-guest") == "payroll-db");
}

// No clock: read once for every beginning, each of these would take minutes.
TEST_CASE("poisoning: a long run of beginnings is read once") {
  Cluster cluster;
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kHost, "db51"}}).ok());
  for (const std::string_view piece :
       {"-eyJ",         "_eyJ",    "ssh-", "db51",      "AAAA-",       "-----BEGIN ",
        "PVE:",         "PVE:a::", "Sys.", "contract/", "pw=[secret:", "token=-----BEGIN/",
        "name=,",       "a.",      "::",   "YWFhYWFh/", "YWE/",        "a:b chpasswd ",
        "curl -u a:b ", "&#00"}) {
    CAPTURE(piece);
    const std::string in = repeated(piece, 20000);
    CHECK_FALSE(cluster.text(in).empty());
    CHECK_FALSE(cluster.reveal(in).empty());
    static_cast<void>(cluster.engine->check(in + ".eyJ").ok());
  }
  for (const char* key : {"hostname", "tags", "user", "key", "phone"}) {
    CAPTURE(key);
    const std::string in =
        "{\"" + std::string(key) + "\":" + json_string(repeated("a.", 20000)) + "}";
    CHECK_FALSE(cluster.json(in).empty());
  }
  const std::string token = "-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln";
  CHECK(cluster.text("x" + token) == "x-[secret:token]");
  CHECK_FALSE(cluster.engine->check("-eyJ" + token).ok());
}

TEST_CASE("poisoning: every beginning is accepted in text and in JSON") {
  Cluster cluster;
  for (const std::string_view piece : kHostilePieces) {
    CAPTURE(piece);
    const std::string in = repeated(piece, 400);
    static_cast<void>(cluster.text(in));
    static_cast<void>(cluster.engine->check(in).ok());
    static_cast<void>(cluster.json(json_string(in)));
    static_cast<void>(cluster.json("{\"log\":" + json_string(json_string(in)) + "}"));
  }
}

TEST_CASE("poisoning: an object that is called like a command hides its name and teaches none") {
  Cluster cluster;
  for (const char* json : {R"({"vmid":9,"name":"rsync"})", R"({"userid":"rsync@pam"})",
                           R"({"storage":"rsync","type":"dir"})", R"({"poolid":"rsync"})"}) {
    const std::string hidden = cluster.json(json);
    CHECK_MESSAGE(!contains(hidden, "rsync"), hidden);
    CHECK(cluster.json(hidden) == hidden);
  }
  CHECK(cluster.text("rsync -a /etc x; name=rsync") == "rsync -a /etc x; name=rsync");
}

TEST_CASE("poisoning: no field makes a name of a command") {
  Cluster cluster;
  CHECK(contains(cluster.json(R"({"vmid":9,"name":"web","tags":"qm pct heron9"})"), "qm pct "));
  cluster.json(R"({"storage":"zpool","vg":"vgs","pool":"pvesm","node":"journalctl"})");
  for (const char* text :
       {"name=qm set 105", "pct list; pvesm status", "node=zpool vgs journalctl"})
    CHECK(cluster.text(text) == text);
  // Who calls a guest so is told apart by its place.
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kVm, "zpool"}}).ok());
  CHECK_FALSE(contains(cluster.text("VM 105 (zpool)"), "zpool"));
}

TEST_CASE("embedded: a text twin says the same as the structured form") {
  Cluster cluster;
  const std::string plain = R"({"vmid":1,"name":"web","node":"heron9","tags":"prod;huber"})";
  const std::string twin =
      R"({\"vmid\":1,\"name\":\"web\",\"node\":\"heron9\",\"tags\":\"prod;huber\"})";
  const std::string out = cluster.json(R"({"a":)" + plain + R"(,"text":")" + twin + "\"}");
  CAPTURE(out);
  const std::string shown = cluster.json(plain);
  std::string escaped;
  for (const char c : shown) escaped += c == '"' ? "\\\"" : std::string(1, c);
  CHECK(out == R"({"a":)" + shown + R"(,"text":")" + escaped + "\"}");
  CHECK_FALSE(contains(out, "web"));
  CHECK(cluster.json(out) == out);
}

}  // namespace pmx::anonymize
