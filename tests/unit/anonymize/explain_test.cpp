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

namespace {

/// What is told of the way back, one line each: the pseudonym, what stands in the output, why.
std::vector<std::string> told_back(Engine& engine, const std::string& text) {
  Explanation why;
  const auto plain = engine.reveal(text);
  const auto out = engine.reveal(text, &why);
  REQUIRE(out.ok());
  CHECK(out.value() == plain.value());
  std::vector<std::string> lines;
  for (const Replaced& one : why) {
    const std::string stands = out.value().substr(one.begin, one.end - one.begin);
    const std::string shown = one.shown.empty() ? stands : one.shown + " -> " + stands;
    lines.push_back(shown + " | " + one.classes + " | " + one.rule);
    CHECK(one.reason.find(stands) == std::string::npos);
  }
  return lines;
}

}  // namespace

TEST_CASE("explain: the way back says of each pseudonym what it stood for") {
  Cluster cluster;
  const std::string in =
      "payroll-db at 10.20.30.1, bc:24:11:0a:1b:2c, fd00:1::7, call +49 89 1234567";
  const std::string text = cluster.text(in);
  REQUIRE(cluster.reveal(text) == in);
  const auto lines = told_back(*cluster.engine, text);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == cluster.name(Kind::kVm, "payroll-db") + " -> payroll-db | vm | issued");
  CHECK(lines[1].ends_with(" -> 10.20.30.1 | ipv4 | issued"));
  CHECK(lines[2].ends_with(" -> bc:24:11:0a:1b:2c | mac | issued"));
  CHECK(lines[3].ends_with(" -> fd00:1::7 | ipv6 | issued"));
  CHECK(lines[4].ends_with(" -> +49 89 1234567 | phone | issued"));
}

TEST_CASE("explain: the way back says why what looks like a pseudonym was not restored") {
  Cluster cluster;
  Cluster other(true, 'o');  // another key and another map
  const std::string name = cluster.name(Kind::kVm, "payroll-db");
  std::string damaged = name;
  damaged.back() = damaged.back() == 'k' ? 'h' : 'k';
  Cluster empty(false);  // the same key, and a map that has nothing
  using Lines = std::vector<std::string>;
  CHECK(told_back(*cluster.engine, "is " + damaged + " up?") == Lines{damaged + " | vm | damaged"});
  CHECK(told_back(*other.engine, name) == Lines{name + " | vm | damaged"});
  CHECK(told_back(*empty.engine, name) == Lines{name + " | vm | unknown"});
  CHECK(told_back(*cluster.engine, "at 241.9.8.7:22") == Lines{"241.9.8.7 | ipv4 | unknown"});
  CHECK(told_back(*cluster.engine, "0a:51:01:02:03:04") ==
        Lines{"0a:51:01:02:03:04 | mac | unknown"});
  CHECK(told_back(*cluster.engine, "+00 000 123456") == Lines{"+00 000 123456 | phone | unknown"});
  CHECK(told_back(*cluster.engine, "token=[secret:token];") ==
        Lines{"[secret:token] | secret:token | secret"});
  CHECK(told_back(*cluster.engine, "vm-web01 at 10.1.2.3, [secret:owner]").empty());
}

TEST_CASE("explain: the way back tells of texts in base64, and of earlier epochs") {
  Cluster cluster;
  const std::string blob = cluster.text("cGF5cm9sbC1kYiBpcyBvbiBwdmUtbXVjLTAxIHRvZGF5");
  const auto lines = told_back(*cluster.engine, blob);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == blob + " -> cGF5cm9sbC1kYiBpcyBvbiBwdmUtbXVjLTAxIHRvZGF5 | text | encoded");
  const std::string name = cluster.name(Kind::kVm, "payroll-db");
  cluster.mapping.begin({1, "salt-1", 0});
  const auto earlier = told_back(*cluster.engine, name);
  REQUIRE(earlier.size() == 1);
  CHECK(earlier[0] == name + " -> payroll-db | vm | earlier");
}

}  // namespace pmx::anonymize
