// Why values are replaced: where they stand in the output, class, rule and reason, never the value.
#include "anonymize/explain.h"

#include "anonymize/finder.h"
#include "fixture.h"

namespace pmx::anonymize {
namespace {

std::string line_of(const std::string& out, const Replaced& replaced) {
  return out.substr(replaced.begin, replaced.end - replaced.begin) + " | " + replaced.classes +
         " | " + replaced.rule + " | " + replaced.reason;
}

/// The explanation of a text, one line a value; the output is what it is without.
std::vector<std::string> explained(Engine& engine, const std::string& text, bool json = false) {
  Explanation why;
  const auto plain = json ? engine.anonymize_json(text) : engine.anonymize_text(text);
  const auto out = json ? engine.anonymize_json(text, &why) : engine.anonymize_text(text, &why);
  REQUIRE(out.ok());
  CHECK(out.value() == plain.value());
  std::vector<std::string> lines;
  for (const Replaced& replaced : why) lines.push_back(line_of(out.value(), replaced));
  return lines;
}

struct Row {
  std::string text;
  std::string tail;  ///< of the only line, behind the pseudonym
};

}  // namespace

TEST_CASE("explain: a text says of each value who found it") {
  const Row rows[] = {
      {"connect to payroll-db now", "vm | dictionary | known name"},
      {"password=tr0ub4dor", "secret:password | field | value of the key `password`"},
      {"MYSQL_PASSWORD: tr0ub4dor", "secret:password | field | value of the key `password`"},
      {"gateway 10.20.30.1 is down", "ipv4 | address | has the form of an address"},
      {"link bc:24:11:0a:1b:2c up", "mac | address | has the form of an address"},
      {"anna.schmidt@acme-ad signed on", "usr+rlm | user-id | user with a realm or a domain"},
      {"see db.acme-widgets.de", "host+dom | domain | host with its domain"},
      {"AKIAIOSFODNN7EXAMPLQ",
       "secret:token | secret-form | has the form of a known kind of secret"},
      {"call +49 89 1234567 today", "phone | phone | has the form of a telephone number"},
      {"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
       "secret:pem | pem | body of a PEM block"},
      {"VM 105 (grandmaster) is up", "vm | context | name by the words around it"},
      {"https://x/?vm=payroll%2Ddb", "vm | dictionary | known name"}};
  Cluster cluster;
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto lines = explained(*cluster.engine, row.text);
    REQUIRE(lines.size() == 1);
    CHECK_MESSAGE(lines[0].ends_with(" | " + row.tail), lines[0]);
  }
}

TEST_CASE("explain: parts of a frame are told one by one, in the order of the text") {
  Cluster cluster;
  const auto lines =
      explained(*cluster.engine,
                "UPID:pve-muc-01:0000C3AC:00A1B2C3:65F00001:qmstart:105:anna.schmidt@acme-ad:");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].ends_with(" | node | upid | part of a task id"));
  CHECK(lines[1].ends_with(" | usr+rlm | upid | part of a task id"));
}

TEST_CASE("explain: a document says the key of each value, and of the same value under others") {
  Cluster cluster;
  const auto lines = explained(*cluster.engine,
                               R"({"hostname":"zebra","host_name":"zebra","vmid":105,
      "password":"hunter2x","secret":"hunter2x","note":"token=abcdef on \"nautilus\""})",
                               true);
  REQUIRE(lines.size() == 6);
  CHECK(lines[0].ends_with(" | vm | field | value of the key `hostname`"));
  CHECK(lines[1].ends_with(" | vm | field | value of the key `host-name`"));
  CHECK(lines[2].ends_with(" | secret:password | field | value of the key `password`"));
  CHECK(lines[3].ends_with(" | secret:secret | field | value of the key `secret`"));
  CHECK(lines[4].ends_with(" | secret:token | field | value of the key `token`"));
  CHECK(lines[5].ends_with(" | vm | dictionary | known name"));
}

TEST_CASE("explain: an operator's rule is told by its file and line") {
  using Type = OperatorRule::Type;
  const auto policy = Policy::make(
      Preset::kStrict,
      {{Type::kWord, "Falcon", Kind::kName, "", Fate::kReplace, "rules.d/a.yml:3"},
       {Type::kPattern, "INV-[0-9]+", Kind::kName, "", Fate::kReplace, "rules.d/a.yml:5"},
       {Type::kWord, "opensesame", std::nullopt, "", Fate::kReplace, "rules.d/b.yml:1"}});
  REQUIRE(policy.ok());
  const auto engine = Engine::open_one_time(policy.value());
  REQUIRE(engine.ok());
  const auto lines = explained(**engine, "about falcon, INV-2041, opensesame");
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].ends_with(" | nam | rules.d/a.yml:3 | word of your rules"));
  CHECK(lines[1].ends_with(" | nam | rules.d/a.yml:5 | pattern of your rules"));
  CHECK(lines[2].ends_with(" | secret:guarded | rules.d/b.yml:1 | word of your rules"));
}

TEST_CASE("explain: no value is in it, whatever the text") {
  Cluster cluster;
  for (const Name& name : Cluster::names()) {
    const std::string text = "see " + name.value + ".password=" + name.value +
                             "x9 and user=" + name.value + " at " + name.value + "@10.1.2.3";
    for (const std::string& line : explained(*cluster.engine, text)) {
      CAPTURE(line);
      // "web" is a word of reasons as well.
      CHECK((name.value.size() < 7 || !contains(line, name.value)));
    }
  }
}

TEST_CASE("explain: each finder has a name and a reason of its own") {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Finder::kVolume); ++i) {
    const auto finder = static_cast<Finder>(i);
    CHECK_FALSE(finder_reason(finder).empty());
    CHECK(std::find(names.begin(), names.end(), finder_name(finder)) == names.end());
    names.push_back(finder_name(finder));
  }
}

}  // namespace pmx::anonymize
