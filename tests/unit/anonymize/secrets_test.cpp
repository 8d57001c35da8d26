// Values of keys, flags and pairs that are secrets, whatever they look like, and what only looks
// like one.
#include "fixture.h"
#include "hostile.h"

namespace pmx::anonymize {
namespace {

struct Row {
  const char* text;
  const char* secret;
};

template <std::size_t N>
void all_hidden(const Row (&rows)[N]) {
  for (const auto& [text, secret] : rows) {
    Cluster cluster;
    CAPTURE(text);
    const std::string out = cluster.text(text);
    CAPTURE(out);
    CHECK_FALSE(contains(out, secret));
    CHECK(cluster.text(out) == out);
    CHECK(cluster.engine->check(out).ok());
  }
}

template <std::size_t N>
void all_kept(const char* const (&rows)[N]) {
  Cluster cluster;
  for (const char* row : rows) {
    CAPTURE(row);
    CHECK(cluster.text(row) == row);
  }
}

}  // namespace

TEST_CASE("secrets: a value that begins with a word of a state is one") {
  constexpr Row kRows[] = {{"password=on.horse.battery", "horse"},
                           {"password=\"no.Way!23\"", "Way"},
                           {"pw: hidden;X9", "X9"},
                           {"password: not today satan", "satan"},
                           {"password=not-set-7", "set-7"},
                           {"password: \"not set 9\"", "set 9"},
                           {"token=empty,then9 x", "then9"},
                           {"password=SECRET_k9", "k9"},
                           {"passphrase: changed me 4 good", "good"}};
  all_hidden(kRows);
}

TEST_CASE("secrets: a value that says there is none stays") {
  constexpr const char* kRows[] = {"password: not set\n",
                                   "password: not set, using the key\n",
                                   "password: changed; ok\n",
                                   "password: expired. Ask for another\n",
                                   "password=on\n",
                                   "password=\"\"\n",
                                   "-vnc unix:/x.vnc,password=on",
                                   "the password: required, see above\n",
                                   "token: none\n",
                                   "password: ****\n"};
  all_kept(kRows);
}

TEST_CASE("secrets: long keys and keys in camel case are read by their last word") {
  constexpr Row kRows[] = {
      {"SPRING_DATASOURCE_HIKARI_PASSWORD=drift4wood", "drift4wood"},
      {"spring.datasource.hikari.data-source-properties.password=drift4wood", "drift4wood"},
      {"clientSecret=drift4wood", "drift4wood"},
      {"dbPassword: drift4wood", "drift4wood"},
      {"DBPassword: drift4wood", "drift4wood"},
      {"\"accessToken\": \"drift4wood\"", "drift4wood"},
      {"a line that says oauth2Token=drift4wood and more", "drift4wood"},
      {"--rootPassword drift4wood", "drift4wood"}};
  all_hidden(kRows);
  constexpr const char* kKept[] = {"theSecretary: knows", "sortKey=drift", "maxTokens=500",
                                   "compassionate: yes", "McPassword and dbPassword are words"};
  all_kept(kKept);
}

TEST_CASE("secrets: keys in camel case have their rule in documents") {
  Cluster cluster;
  for (const char* key : {"clientSecret", "dbPassword", "accessToken", "DBPassword",
                          "spring_datasource_hikari_primary_password"}) {
    CAPTURE(key);
    const std::string out = cluster.json("{\"" + std::string(key) + "\":\"drift wood 4\",\"n\":1}");
    CHECK_FALSE(contains(out, "wood"));
    CHECK(cluster.json(out) == out);
  }
  CHECK(cluster.json(R"({"progressToken":"drift","maxTokens":"5"})") ==
        R"({"progressToken":"drift","maxTokens":"5"})");
}

TEST_CASE("secrets: behind a flag only a variable is none") {
  constexpr Row kRows[] = {{"sshpass -p '$up3rS3cret' ssh x", "up3r"},
                           {"sshpass -p \"$up3r.S3cret\" ssh x", "S3cret"},
                           {"sshpass -p $up3r-S3cret ssh x", "S3cret"},
                           {"curl -u 'kelp:$drift4wood' https://x.lan", "drift4wood"},
                           {"sshpass -p '${x' ssh x", "{x"}};
  all_hidden(kRows);
  constexpr const char* kKept[] = {
      "sshpass -p $PASS ssh x", "sshpass -p \"$PASS\" ssh x", "sshpass -p \"${PASS}\" ssh x",
      "sshpass -p $(cat /run/pass) ssh x", "sshpass -p \"$(cat /run/pass)\" ssh x"};
  all_kept(kKept);
}

TEST_CASE("secrets: a flag belongs to its command however far it stands") {
  const std::string far = std::string(120, 'x') + " " + std::string(400, 'y') + " ";
  const std::string shown = "curl -H " + far + "-u kelp:drift4wood https://x.lan\n";
  Cluster cluster;
  CHECK_FALSE(contains(cluster.text(shown), "drift4wood"));
  CHECK_FALSE(contains(cluster.text("curl -H 'a: b; c: d' -u kelp:drift4wood x\n"), "drift4wood"));
  CHECK(contains(cluster.text("curl x\ntar -u kelp:drift4wood x\n"), "drift4wood"));
  CHECK(contains(cluster.text("curl x; tar -u kelp:drift4wood x\n"), "drift4wood"));
}

TEST_CASE("secrets: a pair is a password only where it is piped into chpasswd") {
  Cluster cluster;
  CHECK_FALSE(contains(cluster.text("echo kelp:drift4wood | chpasswd\n"), "drift4wood"));
  CHECK_FALSE(contains(cluster.text("chpasswd:\n  list: |\n    kelp:drift4wood\n"), "drift4wood"));
  const char* log = "12:34:56 unit:started calls chpasswd now\n";
  CHECK(cluster.text(log) == log);
}

TEST_CASE("secrets: PWD is a directory only where it is one") {
  constexpr Row kRows[] = {{"Server=db9;UID=sa;PWD=/x9kQ;Timeout=3", "x9kQ"},
                           {"Driver={SQL};UID=sa;PWD=/x9k/Q", "x9k"},
                           {"UID=sa PWD=/x9kQ", "x9kQ"}};
  all_hidden(kRows);
  constexpr const char* kKept[] = {"PWD=/root ; USER=root", "TTY=pts/0 ; PWD=/var/lib/vz ; x",
                                   "PWD=/"};
  all_kept(kKept);
}

TEST_CASE("secrets: only what PVE says of parameters loses its rules") {
  Cluster cluster;
  const char* said =
      R"({"data":null,"errors":{"password":"value must be at least 8 characters long"}})";
  CHECK(cluster.json(said) == said);
  for (const char* document : {R"({"errors":{"password":"drift4wood"}})",
                               R"({"a":{"errors":{"password":"drift4wood x y z"}}})",
                               R"({"a":{"errors":{"node":"drift4wood"}}})"}) {
    CAPTURE(document);
    CHECK_FALSE(contains(cluster.json(document), "drift4wood"));
  }
}

}  // namespace pmx::anonymize
