// The operator's own rules: words, patterns, names that stay, classes and presets.
#include "anonymize/policy.h"

#include <iterator>
#include <random>

#include "fixture.h"

namespace pmx::anonymize {
namespace {

using Type = OperatorRule::Type;

OperatorRule word(std::string text, std::optional<Kind> kind = Kind::kName) {
  return {Type::kWord, std::move(text), kind, "", Fate::kReplace, "rules.yml:3"};
}
OperatorRule pattern(std::string text, std::optional<Kind> kind = Kind::kName,
                     std::string context = "") {
  return {Type::kPattern, std::move(text), kind, std::move(context), Fate::kReplace, "rules.yml:4"};
}
OperatorRule keep(std::string text) {
  return {Type::kKeep, std::move(text), Kind::kName, "", Fate::kKeep, "rules.yml:5"};
}
OperatorRule fate(std::optional<Kind> kind, Fate fate) {
  return {Type::kFate, "", kind, "", fate, "rules.yml:6"};
}

/// The small cluster under a policy.
struct Ruled {
  explicit Ruled(std::vector<OperatorRule> rules, Preset preset = Preset::kStrict) {
    auto policy = Policy::make(preset, std::move(rules));
    REQUIRE(policy.ok());
    auto opened = Engine::open(Secret(std::string(32, 'k')), mapping, policy.value());
    REQUIRE(opened.ok());
    engine = std::move(opened).value();
    REQUIRE(engine->learn(Cluster::names()).ok());
  }

  /// Anonymized, with what must always hold: the second look passes, a second pass changes nothing.
  std::string text(std::string_view in) {
    auto out = engine->anonymize_text(in);
    REQUIRE_MESSAGE(out.ok(), in);
    CHECK_MESSAGE(engine->check(out.value()).ok(), in, " -> ", out.value());
    CHECK(engine->anonymize_text(out.value()).value() == out.value());
    return out.value();
  }
  std::string json(std::string_view in) {
    auto out = engine->anonymize_json(in);
    REQUIRE_MESSAGE(out.ok(), in);
    CHECK_MESSAGE(engine->check(out.value()).ok(), in, " -> ", out.value());
    CHECK(engine->anonymize_json(out.value()).value() == out.value());
    return out.value();
  }

  MemoryMapping mapping;
  std::unique_ptr<Engine> engine;
};

/// Whether `word` stands in `text` in any letter case, beside edges.
bool holds_word(std::string_view text, std::string_view word) {
  const std::string folded = lower(text);
  const std::string wanted = lower(word);
  for (std::size_t at = folded.find(wanted); at != std::string::npos;
       at = folded.find(wanted, at + 1)) {
    const std::size_t end = at + wanted.size();
    const bool begins = at == 0 || is_edge(folded[at - 1], folded[at]);
    if (begins && (end == folded.size() || is_edge(folded[end - 1], folded[end]))) return true;
  }
  return false;
}

std::string refusal(std::vector<OperatorRule> rules) {
  const auto policy = Policy::make(Preset::kStrict, std::move(rules));
  return policy.ok() ? "" : policy.error().message + " / " + policy.error().advice;
}

}  // namespace

TEST_CASE("policy: no rules are no policy") {
  CHECK(Policy::make(Preset::kStrict, {}).value() == nullptr);
  CHECK(Policy::make(Preset::kNames, {}).value() != nullptr);
}

TEST_CASE("policy: an own word is hidden in every place, a common word too") {
  Ruled ruled({word("data"), word("Kestrel"), word("Project Falcon"), word("local")});
  for (const char* in :
       {"all the data there", "KESTREL-7 is up", "kestrel's disk", "x%2Fkestrel%2Fy",
        "about project falcon today", "a local copy", "path /srv/data/x", "pre_kestrel_2"}) {
    const std::string out = lower(ruled.text(in));
    for (const char* hidden : {"kestrel", "falcon", "data", "local"})
      CHECK_MESSAGE(!contains(out, hidden), in, " -> ", out);
    CHECK(ruled.engine->reveal(ruled.text(in)).value() == in);
  }
  CHECK_FALSE(contains(ruled.json(R"({"version":"8.2-kestrel","note":"kestrel"})"), "kestrel"));
  CHECK(contains(ruled.json(R"({"data":{"name":"x"}})"), "\"data\""));  // a key of the protocol
}

TEST_CASE("policy: an own pattern is hidden by its class, with a context only there") {
  Ruled ruled({pattern("INV-[0-9]{4,6}"), pattern("[0-9]{8}", Kind::kName, "contract"),
               pattern("LIC[A-Z0-9]{6}", std::nullopt)});
  const std::string out = ruled.text("see INV-4711, xINV-4712y and INV-4711");
  CHECK_FALSE(contains(out, "INV-47"));
  CHECK(ruled.engine->reveal(out).value() == "see INV-4711, xINV-4712y and INV-4711");
  CHECK(ruled.text("counter 12345678") == "counter 12345678");
  CHECK_FALSE(contains(ruled.text("Contract no. 12345678"), "12345678"));
  CHECK(ruled.text("key LICAB12CD here") == "key [secret:text] here");
  CHECK_FALSE(contains(ruled.json(R"({"digest":"INV-4711","INV-4712":1,"vmid":12345678})"), "INV"));
}

TEST_CASE("policy: what this engine wrote is no match") {
  Ruled ruled({pattern("[a-z]+-[0-9a-z]+"), pattern("[0-9.]+", Kind::kName, "build")});
  const std::string out = ruled.text("build 10.1.2.3 of ab-cd12 on payroll-db and pve-muc-01");
  CHECK(ruled.engine->reveal(out).value() ==
        "build 10.1.2.3 of ab-cd12 on payroll-db and pve-muc-01");
}

TEST_CASE(
    "policy: a pattern that matches inside a secret or an address takes nothing of it apart") {
  const char* values[] = {"glpat-abcDEF12345-xyzQQQ7777",
                          "$6$salt12345$hashhashhashhashhash",
                          "3b1f2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d",
                          "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJlMTIzNDU",
                          "bc:24:11:8a:1b:2c",
                          "10.17.4.20",
                          "password=hunter12345x"};
  for (const char* rule : {"[0-9]{5}", "[0-9]{2,3}", "[0-9a-f]{4}", "[a-zA-Z]+[0-9]"}) {
    Ruled plain({});
    Ruled ruled({pattern(rule)});
    for (const std::string_view value : values) {
      const std::string in = "it is " + std::string(value) + " now";
      const std::string before = plain.text(in);
      const std::string after = ruled.text(in);
      CAPTURE(rule);
      CAPTURE(after);
      if (contains(before, "[secret:")) CHECK(after == before);
      for (std::size_t at = 0; at + 5 <= value.size(); ++at)
        CHECK((contains(before, value.substr(at, 5)) || !contains(after, value.substr(at, 5))));
    }
  }
}

TEST_CASE("policy: a match that begins inside a pseudonym leaves it whole") {
  Ruled ruled({pattern("[0-9]{2,3}"), pattern("[a-z][0-9]")});
  std::vector<Name> names;
  std::string in;
  for (std::size_t i = 0; i < 200; ++i) {
    const std::string letter(1, static_cast<char>('a' + i % 26));
    names.push_back({Kind::kVm, "machine" + letter + "-" + std::string(1 + i / 26, 'q')});
    in += names.back().value + " ";
  }
  REQUIRE(ruled.engine->learn(names).ok());
  const std::string out = ruled.text(in + "at 10.1.2.3");
  CHECK_FALSE(contains(out, "nam-"));
  CHECK(ruled.engine->reveal(out).value() == in + "at 10.1.2.3");
}

TEST_CASE("policy: patterns are held against a name as it is spelled") {
  Ruled ruled({pattern("Kunde[0-9]+")}, Preset::kNames);
  CHECK_FALSE(contains(ruled.json(R"({"vmid":100,"name":"Kunde42-db"})"), "Kunde42"));
  CHECK(contains(refusal({pattern("Kunde[0-9]+"), keep("Kunde42")}), "rules.yml:5"));
}

TEST_CASE("policy: a secret word is hidden in any letter case, and with it the name it stands in") {
  Ruled ruled({word("hunter22", std::nullopt)}, Preset::kNames);
  for (const char* in : {"it is hunter22", "it is Hunter22", "HUNTER22 and xhunter22y"})
    CHECK_FALSE(contains(lower(ruled.text(in)), "hunter22"));
  CHECK_FALSE(contains(ruled.json(R"({"vmid":100,"name":"hunter22-db"})"), "hunter22"));
  CHECK(contains(refusal({word("hunter22", std::nullopt), keep("hunter22")}), "rules.yml:5"));
}

TEST_CASE("policy: a name that stays does not cover one that overlaps its end") {
  Ruled ruled({}, Preset::kNames);
  const std::vector<Name> names{{Kind::kVm, "web-dbx"}, {Kind::kUser, "dbx-geheim"}};
  REQUIRE(ruled.engine->learn(names).ok());
  CHECK(ruled.text("web-dbx is up") == "web-dbx is up");
  CHECK_FALSE(contains(ruled.text("web-dbx-geheim is up"), "dbx-geheim"));
}

TEST_CASE("policy: a name on the own list stays, what holds it does not") {
  Ruled ruled({keep("payroll-db"), keep("acme-widgets.de")});
  CHECK(ruled.text("payroll-db is up") == "payroll-db is up");
  CHECK(ruled.json(R"({"vmid":100,"name":"payroll-db"})") == R"({"vmid":100,"name":"payroll-db"})");
  CHECK(ruled.text("https://www.acme-widgets.de/") == "https://www.acme-widgets.de/");
  CHECK(contains(ruled.json(R"({"password":"payroll-db"})"), "[secret:password]"));
  CHECK_FALSE(contains(ruled.text("nautilus is up"), "nautilus"));
  CHECK(ruled.engine->standing("payroll-db", "pve-guest").value() == Standing::kShown);
}

TEST_CASE("policy: names shows guests, nodes, storages and pools, and nothing else") {
  Ruled ruled({}, Preset::kNames);
  const char* shown[] = {"payroll-db on pve-muc-01", "VM 105 (web)", "tank-ssd:vm-100-disk-0",
                         "pool=kunde-huber", "node pve-muc-02 is gone"};
  for (const char* in : shown) CHECK(ruled.text(in) == in);
  CHECK(ruled.json(R"({"node":"pve-new-09","host":"pve-new-09","vmid":7,"name":"crm"})") ==
        R"({"node":"pve-new-09","host":"pve-new-09","vmid":7,"name":"crm"})");
  const std::string out = ruled.text("anna.schmidt@acme-ad from 10.17.4.20, password=hunter22");
  for (const char* hidden : {"anna", "acme", "10.17", "hunter22"}) CHECK(!contains(out, hidden));
  const std::string upid =
      ruled.text("UPID:pve-muc-01:000A1B2C:0123ABCD:65A1B2C3:qmstart:105:anna.schmidt@pam:");
  CHECK(upid.starts_with("UPID:pve-muc-01:000A1B2C:"));
  CHECK_FALSE(contains(upid, "anna"));
  CHECK(ruled.engine->standing(upid, "pve-upid").value() == Standing::kShown);
  CHECK(ruled.engine->standing("pve-muc-01", "pve-node").value() == Standing::kShown);
  CHECK(ruled.engine->standing("no-such-node", "pve-node").value() == Standing::kShown);
  CHECK(ruled.engine->standing("huberkunde", "pve-tag").value() == Standing::kHidden);
  CHECK(ruled.engine->restore("pve-muc-01", "pve-node").value() == "pve-muc-01");
}

TEST_CASE("policy: what is hidden as something else stays hidden under names") {
  Ruled ruled({word("huber")}, Preset::kNames);
  REQUIRE(ruled.engine->learn(std::vector<Name>{{Kind::kNode, "anna.schmidt"}}).ok());
  CHECK_FALSE(contains(ruled.text("anna.schmidt is up"), "anna"));
  // One of the operator's words in a name that would be shown.
  CHECK_FALSE(contains(ruled.json(R"({"poolid":"kunde-huber"})"), "huber"));
  CHECK_FALSE(contains(ruled.text("kunde-huber"), "huber"));
}

TEST_CASE("policy: secrets replaces secrets only") {
  Ruled ruled({}, Preset::kSecrets);
  for (const char* in : {"payroll-db at 10.17.4.20 and 2001:db8:7:1::25, bc:24:11:8a:1b:2c",
                         "anna.schmidt@acme-ad, bob@acme-widgets.de, call +49 89 1234567",
                         "uuid 3b1f2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "x%3Anautilus%3Ay",
                         "huberkunde and munich-prod", "eth0%10.17.4.20"})
    CHECK(ruled.text(in) == in);
  CHECK(ruled.text("cipassword: 10.0.0.1") == "cipassword: [secret:password]");
  CHECK_FALSE(contains(ruled.text("token ghp_abcdefghijklmnopqrstuvwxyz0123"), "ghp_abc"));
}

TEST_CASE("policy: a class may stay or be dropped") {
  Ruled ruled({fate(Kind::kIpv4, Fate::kKeep), fate(Kind::kTag, Fate::kDrop),
               fate(Kind::kNode, Fate::kDrop), fate(Kind::kIpv6, Fate::kKeep)});
  CHECK(ruled.text("from 10.17.4.20/24") == "from 10.17.4.20/24");
  CHECK(ruled.text("node pve-muc-01 is up") == "node [secret:node] is up");
  CHECK(ruled.json(R"({"node":"pve-muc-09"})") == R"({"node":"[secret:node]"})");
  CHECK(ruled.json(R"({"tags":"huberkunde"})") == R"({"tags":"[secret:tag]"})");
  // The MAC in the address is not to be shown.
  CHECK_FALSE(contains(ruled.text("addr 2001:db8::be24:11ff:fe8a:1b2c"), "be24:11ff"));
  CHECK(ruled.text("addr 2001:db8::25") == "addr 2001:db8::25");
  CHECK_FALSE(ruled.engine->restore("[secret:node]", "pve-node").ok());
  CHECK(ruled.text("10.17.4.* and 10.17.4.20") == "10.17.4.* and 10.17.4.20");
}

TEST_CASE("policy: dropped addresses leave a placeholder in every spelling") {
  Ruled ruled({fate(Kind::kIpv4, Fate::kDrop), fate(Kind::kMac, Fate::kDrop),
               fate(Kind::kUuid, Fate::kDrop), fate(Kind::kPerson, Fate::kDrop)});
  CHECK(ruled.text("10.17.4.20:8006 and 10.17.4.*") ==
        "[secret:address]:8006 and [secret:address]");
  CHECK(ruled.text("mac bc:24:11:8a:1b:2c") == "mac [secret:mac]");
  CHECK(ruled.text("uuid 3b1f2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d") == "uuid [secret:uuid]");
}

TEST_CASE("policy: a bad rule says where it stands and what to do") {
  CHECK(contains(refusal({pattern("INV-(")}), "rules.yml:4"));
  CHECK(contains(refusal({pattern("INV-(")}), "RE2"));
  CHECK(contains(refusal({pattern("[0-9]*")}), "matches nothing"));
  CHECK(contains(refusal({word("4711")}), "rules.yml:3"));
  CHECK(contains(refusal({word("4711")}), "pattern"));
  CHECK(contains(refusal({word("x")}), "2 to 128"));
  CHECK(contains(refusal({word("Secret")}), "stands for hidden values"));
  for (const char* ours : {"node", "hash", "webhook", "ssh-key", "fingerprint", "SECRET_password"})
    CHECK(contains(refusal({word(ours)}), "stands for hidden values"));
  const std::vector<OperatorRule> many(101, pattern("INV-[0-9]+"));
  CHECK(contains(refusal(many), "more than 100 patterns"));
  CHECK(contains(refusal({fate(std::nullopt, Fate::kKeep)}), "secrets are always replaced"));
  CHECK(contains(refusal({fate(Kind::kName, Fate::kKeep)}), "preset: secrets"));
  CHECK(contains(refusal({word("huber"), keep("kunde-huber")}), "rules.yml:5"));
}

TEST_CASE("policy: what is said of a bad rule does not repeat it") {
  const std::vector<std::vector<OperatorRule>> rows{{pattern("Huber(")},
                                                    {pattern("Huber)")},
                                                    {pattern("Huber[")},
                                                    {pattern("[Huber-A]")},
                                                    {pattern("Huber**")},
                                                    {pattern("Huber\\K")},
                                                    {pattern("(?Huber)")},
                                                    {pattern("x{Huber")},
                                                    {pattern("(Huber){1001}")},
                                                    {pattern("(?P<Huber")},
                                                    {pattern("[[:Huber:]]")},
                                                    {pattern("\\p{Huber}")},
                                                    {pattern("Huber?*")},
                                                    {pattern("(Huber)*")},
                                                    {pattern("((Huber){1000}){1000}")},
                                                    {word("Huber:x")},
                                                    {word("Huber.")},
                                                    {word("Huber\n")},
                                                    {word("Huber", std::nullopt)},
                                                    {word("Huber", Kind::kIpv4)},
                                                    {pattern("Huber", Kind::kIpv4)},
                                                    {keep("Huber\n")},
                                                    {word("Huber"), keep("kunde-Huber")}};
  int refused = 0;
  for (const auto& rules : rows) {
    const std::string error = refusal(rules);
    CAPTURE(error);
    refused += error.empty() ? 0 : 1;
    CHECK_FALSE(contains(lower(error), "huber"));
  }
  CHECK(refused >= 20);
  CHECK(contains(refusal({pattern("Huber(")}),
                 "rules.yml:4: the pattern is no RE2 expression: missing )"));
}

TEST_CASE("policy: a rule more never reveals what was hidden") {
  const char* vocabulary[] = {"payroll-db",
                              "pve-muc-01",
                              "huberkunde",
                              "10.17.4.20",
                              "anna.schmidt@acme-ad",
                              "web.acme-widgets.de",
                              "tank-ssd:iso/x.iso",
                              "password=hunter22",
                              "kunde-huber",
                              "falcon",
                              "INV-4711",
                              "nautilus2",
                              "[secret:node]",
                              "x%3Anautilus%3Ay",
                              "status",
                              "data"};
  const char* words[] = {"falcon", "huber", "muc", "data", "payroll", "acme", "INV", "iso"};
  std::mt19937 random(20261128);
  for (int round = 0; round < 150; ++round) {
    std::string text;
    for (int i = 0; i < 8; ++i) {
      const std::string_view next = vocabulary[random() % std::size(vocabulary)];
      // What stands before it would be part of the field's name.
      const bool field = next.starts_with("password");
      text += (field || random() % 3 != 0 ? " " : "-") + std::string(next);
    }
    const Preset preset = static_cast<Preset>(random() % 3);
    std::vector<OperatorRule> rules{pattern("INV-[0-9]+")};
    Ruled before(rules, preset);
    rules.push_back(word(words[random() % std::size(words)]));
    Ruled after(rules, preset);
    const std::string first = before.text(text);
    const std::string second = after.text(text);
    for (const char* value : vocabulary) {
      if (contains(first, value) || std::string_view(value).starts_with('[')) continue;
      CHECK_MESSAGE(!contains(second, value), value, ": ", text, " -> ", second);
    }
    CHECK_MESSAGE(!holds_word(second, rules.back().text), text, " -> ", second);
  }
}

}  // namespace pmx::anonymize
