// Epochs, sessions and texts of one time: whose pseudonyms may be known by whom.
#include <atomic>
#include <set>
#include <sstream>
#include <thread>

#include "anonymize/chars.h"
#include "anonymize/pseudonym.h"
#include "tests/unit/anonymize/fixture.h"

namespace pmx::anonymize {
namespace {

constexpr std::string_view kText =
    "payroll-db on pve-muc-01 (10.17.4.20, fd12:3456::1:7a2b:1, BC:24:11:0A:0B:0C) of munich-prod, "
    "anna.schmidt@acme-ad, disk 5f1c0e62-8f4a-4b1e-9f33-1d2c3b4a5f60, https://acme-widgets.de";

Epoch epoch_of(std::int64_t number, std::int64_t oldest = 0) {
  return {number, "salt-" + std::to_string(number), oldest};
}

/// Another process rotates, and this one sees it.
void rotate(Cluster& cluster, std::int64_t number, std::int64_t oldest = 0) {
  cluster.mapping.begin(epoch_of(number, oldest));
  REQUIRE(cluster.engine->refresh().ok());
}

/// The words of a text that hold a digit: all pseudonyms do.
std::set<std::string> coded_words(std::string_view text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : std::string(text) + ' ') {
    if (is_word_char(c) || c == '-' || c == '.' || c == ':') {
      word += c;
      continue;
    }
    if (word.find_first_of("0123456789") != std::string::npos) words.insert(word);
    word.clear();
  }
  return words;
}

bool share_a_word(std::string_view left, std::string_view right) {
  const auto words = coded_words(left);
  for (const auto& word : coded_words(right))
    if (words.contains(word)) return true;
  return false;
}

TEST_CASE(
    "epochs: a rotation gives every value a new pseudonym, the old ones come back meanwhile") {
  Cluster cluster;
  const std::string before = cluster.text(kText);
  rotate(cluster, 1);
  const std::string after = cluster.text(kText);
  CAPTURE(before);
  CAPTURE(after);
  CHECK_FALSE(share_a_word(before, after));
  CHECK(cluster.reveal(before) == kText);
  CHECK(cluster.reveal(after) == kText);
  const std::string fresh = cluster.name(Kind::kNode, "pve-muc-01");
  CHECK(contains(after, fresh));
  CHECK(cluster.restore(fresh, "pve-node") == "pve-muc-01");
  CHECK(cluster.engine->check(before).ok());
  CHECK(cluster.engine->check(after).ok());
}

TEST_CASE("epochs: old pseudonyms are taken for every kind of argument, until they are not") {
  Cluster cluster;
  struct Argument {
    std::string shown;
    std::string_view format;
    std::string real;
  };
  const auto shown = [&cluster](std::string_view real) { return cluster.text(real); };
  const std::vector<Argument> arguments{
      {cluster.name(Kind::kVm, "payroll-db"), "pve-guest", "payroll-db"},
      {cluster.name(Kind::kUser, "anna.schmidt") + "@" + cluster.name(Kind::kRealm, "acme-ad"),
       "pve-userid", "anna.schmidt@acme-ad"},
      {shown("10.17.4.20"), "ip", "10.17.4.20"},
      {shown("2001:db8:7:9::2"), "ip", "2001:db8:7:9::2"},
      {shown("BC:24:11:0A:0B:0C"), "mac-addr", "BC:24:11:0A:0B:0C"},
      {shown("5f1c0e62-8f4a-4b1e-9f33-1d2c3b4a5f60"), "uuid",
       "5f1c0e62-8f4a-4b1e-9f33-1d2c3b4a5f60"}};
  rotate(cluster, 1);
  for (const Argument& argument : arguments) {
    const auto& pseudonym = argument.shown;
    const auto format = argument.format;
    const auto& real = argument.real;
    CAPTURE(format);
    CHECK(cluster.restore(pseudonym, format) == real);
  }
  rotate(cluster, 1, 1);
  for (const Argument& argument : arguments) {
    const auto& pseudonym = argument.shown;
    const auto format = argument.format;
    const auto& real = argument.real;
    CAPTURE(format);
    const auto restored = cluster.engine->restore(pseudonym, format);
    REQUIRE_FALSE(restored.ok());
    CHECK(restored.error().code == Code::kInvalidArgument);
    CHECK(contains(restored.error().message, "an earlier epoch"));
    CHECK_FALSE(contains(restored.error().text(), pseudonym));
    CHECK_FALSE(contains(restored.error().text(), real));
    CHECK(cluster.engine->standing(pseudonym, format).value() == Standing::kShown);
    CHECK(cluster.reveal(pseudonym) == real);
  }
}

TEST_CASE("epochs: a name is looked for in free text as before, in every spelling") {
  Cluster cluster;
  const std::string text = "PAYROLL-DB, Payroll-Db and p\xC3\xA1yroll: nautilus2, huberkunde";
  const std::string before = cluster.text(text);
  rotate(cluster, 1);
  const std::string after = cluster.text(text);
  for (const char* name : {"payroll-db", "nautilus", "huberkunde"})
    CHECK_FALSE(contains(lower(after), name));
  CHECK(cluster.reveal(after) == text);
  CHECK(cluster.reveal(before) == text);
  const auto shown = cluster.engine->check("nautilus");
  CHECK_FALSE(shown.ok());
}

TEST_CASE("epochs: a process that starts later knows the names and what they were called") {
  Cluster cluster;
  const std::string before = cluster.text(kText);
  rotate(cluster, 1);
  rotate(cluster, 2);
  const auto other = Engine::open(Secret(std::string(32, 'k')), cluster.mapping).value();
  const std::string after = other->anonymize_text("nautilus and payroll-db").value();
  CHECK_FALSE(contains(after, "nautilus"));
  CHECK_FALSE(contains(after, "payroll"));
  CHECK(other->reveal(before).value() == kText);
  CHECK(cluster.text("nautilus and payroll-db") == after);
}

TEST_CASE(
    "epochs: text that holds old pseudonyms stays as it is, and a second pass changes nothing") {
  Cluster cluster;
  const std::string before = cluster.text(kText);
  rotate(cluster, 1);
  CHECK(cluster.text(before) == before);
  const std::string mixed = cluster.text("was " + before + ", is " + std::string(kText));
  CHECK(contains(mixed, before));
  CHECK(cluster.text(mixed) == mixed);
  CHECK(cluster.engine->check(mixed).ok());
}

TEST_CASE("epochs: the check characters of one epoch do not fit another") {
  const Secret key(std::string(32, 'k'));
  Cluster cluster;
  rotate(cluster, 1);
  const Scheme first(key);
  int fit = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string name =
        cluster.name(Kind::kVm, "falconer-" + std::string(1, static_cast<char>('a' + i % 26)) +
                                    std::string(1, static_cast<char>('a' + i / 26)) + "x");
    const auto shape = first.read_name(name, 0);
    REQUIRE(shape.has_value());
    fit += shape->verified ? 1 : 0;
  }
  CHECK(fit <= 3);  // one of 961 by chance
}

TEST_CASE("epochs: whole networks keep apart, though 192.168/16 has few") {
  Cluster cluster;
  std::string networks;
  for (int i = 0; i < 256; ++i) networks += "192.168." + std::to_string(i) + ".7\n";
  const std::string before = cluster.text(networks);
  rotate(cluster, 1);
  const std::string after = cluster.text(networks);
  CHECK_FALSE(share_a_word(before, after));
  CHECK(cluster.reveal(before) == networks);
  CHECK(cluster.reveal(after) == networks);
  CHECK(cluster.text(after) == after);
}

TEST_CASE("epochs: what a value was seen as holds for its old pseudonym too") {
  Cluster cluster;
  REQUIRE(cluster.engine->learn(std::vector<Name>{{Kind::kTag, "kestrel"}}).ok());
  const std::string shown = cluster.name(Kind::kVm, "kestrel");
  REQUIRE(cluster.restore(shown, "pve-guest") == "kestrel");
  rotate(cluster, 1);
  CHECK(cluster.restore(shown, "pve-guest") == "kestrel");
  CHECK(cluster.restore(cluster.name(Kind::kVm, "kestrel"), "pve-guest") == "kestrel");
  CHECK(cluster.refused(shown, "pve-node"));
}

TEST_CASE("epochs: an answer that is made while they change has one epoch's pseudonyms only") {
  Cluster cluster;
  std::atomic<bool> done = false;
  std::jthread turner([&] {
    for (std::int64_t number = 1; number <= 40; ++number) cluster.mapping.begin(epoch_of(number));
    done = true;
  });
  std::size_t answers = 0;
  for (int i = 0; !done || answers < 10; ++i, ++answers) {
    const std::string mail = "kite" + std::to_string(1000 + i);
    const std::string out = cluster.json(R"({"node":"pve-muc-01","guests":["payroll-db",")" + mail +
                                         R"("],"name":"payroll-db","note":"nautilus"})");
    std::set<std::int64_t> epochs;
    const auto issued = cluster.engine->issued();
    REQUIRE(issued.ok());
    for (const MapRow& row : *issued)
      if (contains(out, row.pseudonym)) epochs.insert(row.epoch);
    CAPTURE(out);
    CHECK(epochs.size() == 1);
  }
}

std::unique_ptr<Engine> session(std::string_view id) {
  auto engine = Engine::open_session(Secret(std::string(32, 'k')), id).value();
  REQUIRE(engine->learn(Cluster::names()).ok());
  return engine;
}

TEST_CASE("sessions: no two share a pseudonym, each is consistent, and none knows the other's") {
  std::vector<std::string> shown;
  shown.reserve(4);
  for (const char* id : {"one", "two", "three", "four"}) {
    const auto engine = session(id);
    shown.push_back(engine->anonymize_text(kText).value());
    CHECK(engine->anonymize_text(kText).value() == shown.back());
    CHECK(engine->reveal(shown.back()).value() == kText);
    CHECK(engine->check(shown.back()).ok());
  }
  for (std::size_t i = 0; i < shown.size(); ++i) {
    for (std::size_t j = i + 1; j < shown.size(); ++j)
      CHECK_FALSE(share_a_word(shown[i], shown[j]));
  }
  const auto first = session("one");
  const auto second = session("two");
  const std::string node = first->pseudonym(Kind::kNode, "pve-muc-01").value();
  CHECK_FALSE(second->restore(node, "pve-node").ok());
  CHECK(second->reveal(node).value() == node);
}

TEST_CASE("sessions: many names of two sessions have no pseudonym in common") {
  std::vector<Name> names;
  for (int i = 0; i < 500; ++i)
    names.push_back({Kind::kVm, "osprey" + std::to_string(i) + "x-" + std::to_string(i * 7919)});
  std::vector<std::set<std::string>> shown(2);
  for (std::size_t turn = 0; turn < 2; ++turn) {
    const auto engine = session(turn == 0 ? "left" : "right");
    for (const Name& name : names)
      shown[turn].insert(engine->pseudonym(name.kind, name.value).value());
    CHECK(shown[turn].size() == names.size());
  }
  for (const auto& pseudonym : shown[0]) CHECK_FALSE(shown[1].contains(pseudonym));
}

TEST_CASE("one time: the same text never has the same pseudonyms, and nobody takes them back") {
  std::set<std::string> nodes;
  for (int i = 0; i < 20; ++i) {
    const auto engine = Engine::open_one_time().value();
    REQUIRE(engine->learn(Cluster::names()).ok());
    const std::string node = engine->pseudonym(Kind::kNode, "pve-muc-01").value();
    CHECK(contains(engine->anonymize_text(kText).value(), node));
    CHECK(nodes.insert(node).second);
    const auto other = Engine::open_one_time().value();
    CHECK_FALSE(other->restore(node, "pve-node").ok());
  }
}

}  // namespace
}  // namespace pmx::anonymize
