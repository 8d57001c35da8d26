// What is kept of values from one document to the next changes nothing: an engine that saw other
// documents before writes what one writes that sees its first.
#include "anonymize/value_memo.h"

#include <random>

#include "anonymize/ledger.h"
#include "anonymize/pseudonym.h"
#include "anonymize/resolve.h"
#include "fixture.h"

namespace pmx::anonymize {
namespace {

/// What an engine over the same map writes that was just opened.
std::string fresh(Cluster& cluster, std::string_view json) {
  auto engine = Engine::open(Secret(std::string(32, 'k')), cluster.mapping);
  REQUIRE(engine.ok());
  auto out = engine.value()->anonymize_json(json);
  REQUIRE(out.ok());
  return out.value();
}

void same_as_fresh(Cluster& cluster, std::string_view json) {
  CAPTURE(json);
  const std::string shown = cluster.json(json);
  CHECK(cluster.json(json) == shown);
  CHECK(fresh(cluster, json) == shown);
}

std::string pick(std::mt19937& random, std::initializer_list<const char*> of) {
  return of.begin()[random() % of.size()];
}

std::string document(std::mt19937& random) {
  std::string out = "[";
  for (std::size_t row = 1 + random() % 4; row > 0; --row) {
    out += out.size() > 1 ? ",{" : "{";
    for (std::size_t field = 1 + random() % 5; field > 0; --field) {
      out += "\"" +
             pick(random, {"node", "name", "storage", "vmid", "id", "comment", "notes", "userid",
                           "type", "upid", "password", "key", "value", "host", "description"}) +
             "\":\"" +
             pick(random, {"zebrafish",
                           "see zebrafish",
                           "hostname: zebrafish",
                           "reef-7",
                           "bridge=reef-7",
                           "node 'reef-7' is up",
                           "11-reef and 22-reef",
                           "hostname: 22-reef",
                           "payroll-db",
                           "qemu",
                           "node",
                           "10.1.2.3",
                           "web",
                           "hunter2",
                           "password: hunter2",
                           "local",
                           "anna.schmidt@pam",
                           "UPID:pve-muc-01:0012AB34:01C2D3E4:65A1B2C3:qmstart:105:root@pam:",
                           "{\\\"node\\\":\\\"zebrafish\\\"}",
                           "Customer Brandt Logistik"}) +
             "\"" + (field > 1 ? "," : "");
    }
    out += "}";
  }
  return out + "]";
}

}  // namespace

TEST_CASE("value memo: a document is written as an engine writes it that saw no other") {
  Cluster cluster;
  std::mt19937 random(43);
  for (int i = 0; i < 1500; ++i) same_as_fresh(cluster, document(random));
}

TEST_CASE("value memo: a name that is announced behind values that are known is found in them") {
  Cluster cluster;
  const std::string shown = cluster.json(R"({"notes":"see zebrafish"})");
  CHECK(shown == R"({"notes":"see zebrafish"})");
  same_as_fresh(cluster, R"([{"notes":"see zebrafish"},{"notes":"hostname: zebrafish"}])");
  CHECK(cluster.json(R"([{"notes":"see zebrafish"},{"notes":"hostname: zebrafish"}])")
            .find("zebrafish") == std::string::npos);
}

TEST_CASE("value memo: a payload is read again for a name announced behind what was not read") {
  MemoryMapping mapping;
  const Scheme scheme(Secret(std::string(32, 'k')));
  Ledger ledger(scheme, mapping);
  for (const bool recalls : {false, true}) {
    PayloadNames payload;
    Resolver resolver(ledger, &payload);
    const FreeText free(resolver);
    if (recalls) resolver.recall();
    resolver.announce("zebrafish");
    CHECK(payload.grew == recalls);
  }
}

TEST_CASE("value memo: what is learned or guarded since is found in values that are known") {
  Cluster cluster;
  CHECK(cluster.json(R"({"notes":"see driftbox-x"})") == R"({"notes":"see driftbox-x"})");
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kNode, "driftbox"}}).ok());
  CHECK(cluster.json(R"({"notes":"see driftbox-x"})").find("driftbox") == std::string::npos);
  CHECK(cluster.json(R"({"notes":"see s3cretword"})") == R"({"notes":"see s3cretword"})");
  cluster.engine->guard_secret(Secret("s3cretword"));
  CHECK(cluster.json(R"({"notes":"see s3cretword"})") == R"({"notes":"see [secret:guarded]"})");
}

TEST_CASE("value memo: holds no secret that was found, and no long text") {
  ValueMemo memo;
  memo.keep("a", 1, {{0, 1, "vm-k3x9q2f", {}}});
  memo.keep("b", 1, {{0, 1, "[secret:token]", {}}});
  memo.keep(std::string(ValueMemo::kLongest + 1, 'c'), 1, {});
  REQUIRE(memo.find("a", 1) != nullptr);
  CHECK(memo.find("a", 1)->front().text == "vm-k3x9q2f");
  CHECK(memo.find("a", 2) == nullptr);
  CHECK(memo.find("b", 1) == nullptr);
  CHECK(memo.find(std::string(ValueMemo::kLongest + 1, 'c'), 1) == nullptr);
}

TEST_CASE("value memo: many values, and none of another state") {
  Memories memories;
  auto memory = memories.take(1);
  for (int i = 0; i < 40'000; ++i) {
    memory->values.keep(std::to_string(i), 0, {});
    REQUIRE(memory->values.find(std::to_string(i), 0) != nullptr);
  }
  memories.give(std::move(memory), 1);
  memory = memories.take(1);
  CHECK(memory->values.find("39999", 0) != nullptr);
  memories.give(std::move(memory), 1);
  CHECK(memories.take(2)->values.find("39999", 0) == nullptr);
}

TEST_CASE("word memo: a text is written as an engine writes it that saw no other") {
  Cluster cluster;
  std::mt19937 random(47);
  for (int i = 0; i < 1500; ++i) {
    std::string text;
    for (int word = 0; word < 12; ++word)
      text += pick(random,
                   {"zebrafish", "reef-7", "hostname: zebrafish", "11-reef", "payroll-db", "web (105)",
                    "VM", "105", "10.1.2.3", "from", "user", "anna.schmidt@pam", "sshd[12]:",
                    "12:34:56", "password: hunter2", "node 'reef-7'", "Acme", "Widgets", "GmbH",
                    "Customer Brandt", "curl -u kelp:drift4wood", "(0351)", "437021", "\n"}) +
              pick(random, {" ", " ", " ", "\n", ", "});
    CAPTURE(text);
    const std::string shown = cluster.text(text);
    CHECK(cluster.text(text) == shown);
    auto engine = Engine::open(Secret(std::string(32, 'k')), cluster.mapping);
    REQUIRE(engine.ok());
    CHECK(engine.value()->anonymize_text(text).value() == shown);
  }
}

TEST_CASE("word memo: words that come again stay when it is full, and what it holds stays true") {
  WordMemo memo;
  const auto learn = [&memo](const std::string& text) {
    Word word = WordMemo::read(text, 3);
    word.reach = word.end + 1;
    memo.keep(text, word, {});
  };
  const auto knows = [&memo](const std::string& text) {
    return memo.find(text, WordMemo::read(text, 3)) != nullptr;
  };
  const auto text_of = [](std::string word) { return "at " + std::move(word) + " and so on"; };
  const std::string often = text_of("often");
  learn(often);
  for (int i = 0; i < 100'000; ++i) {
    const std::string once = text_of("x" + std::to_string(i) + "y" + std::to_string(i % 7));
    if (!knows(once)) learn(once);
    if (i % 1000 == 0) REQUIRE(memo.pass_plain(often + often, 3, 20) == 9);
  }
  CHECK(knows(often));
  CHECK_FALSE(knows(text_of("never")));
}

TEST_CASE("word memo: of a word that goes on in ever other ways the last ones are known") {
  WordMemo memo;
  const auto text_of = [](int i) { return "at Started K" + std::to_string(10'000 + i) + " now."; };
  for (int i = 0; i < 5000; ++i) {
    const std::string text = text_of(i);
    Word word = WordMemo::read(text, 3);
    word.reach = word.end + 7;
    REQUIRE(memo.find(text, word) == nullptr);
    memo.keep(text, word, {});
    REQUIRE(memo.find(text, word) != nullptr);
  }
  CHECK(memo.pass_plain(text_of(4999) + text_of(4999), 3, 10) == 3);
}

}  // namespace pmx::anonymize
