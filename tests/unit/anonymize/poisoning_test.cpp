// Who may write a note, a log line or a guest's name must not decide what other text looks like.
#include "fixture.h"

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

}  // namespace pmx::anonymize
