// The file and its secrets by themselves; together with environment and command line in
// config_test.
#include "app/config_file.h"

#include <sys/stat.h>

#include <filesystem>

#include "base/files.h"
#include "tests/unit/temporary_directory.h"

using namespace pmx;
using namespace pmx::app;

namespace {

std::string refusal(const std::string& yaml) {
  const auto document = parse_config_file(yaml, "c.yml");
  REQUIRE_FALSE(document.ok());
  CHECK(document.error().code == Code::kInvalidArgument);
  return document.error().text();
}

/// The private file of this text.
std::string file_with(const testing::TemporaryDirectory& directory, const char* name,
                      const std::string& text) {
  const std::string file = directory.file(name);
  REQUIRE(write_private_file(file, text).ok());
  return file;
}

Result<std::string> from_file(const std::string& path) {
  SecretSource source;
  source.file = path;
  return resolve_secret(source, {});
}

}  // namespace

TEST_CASE("config file: an empty one says nothing, and that is no error") {
  for (const char* yaml : {"", "\n", "# only a comment\n", "---\n", "{}\n", "null\n"}) {
    CAPTURE(std::string(yaml));
    const auto document = parse_config_file(yaml, "c.yml");
    REQUIRE(document.ok());
    CHECK(document->file.clusters.empty());
    CHECK_FALSE(document->file.access.has_value());
    CHECK(document->path == "c.yml");
  }
}

TEST_CASE("config file: what is no mapping at all is refused") {
  for (const char* yaml : {"- a\n", "text\n", "7\n"}) {
    CAPTURE(std::string(yaml));
    CHECK(refusal(yaml).starts_with("c.yml:1: "));
  }
}

TEST_CASE("config file: every entry is read into its place") {
  const auto document = parse_config_file(
      "access: operate\nstate_dir: /s\nsync_interval: 30\nlog: {level: debug, file: /l}\n"
      "http: {listen: '127.0.0.1:1', certificate: c, key: k, hosts: [h], origins: [o, p]}\n"
      "limits: {requests: 1, megabytes: 2, streams: 3, calls_per_minute: 4,\n"
      "  completions_per_minute: 5, wrong_names_per_hour: 6, question_timeout: 70,\n"
      "  request_timeout: 80}\n"
      "privacy: {mode: session, preset: names, rules: d, words: {user: [w, x]}, keep: [n],\n"
      "  patterns: [{pattern: r, class: tag, context: t}], classes: {ipv4: keep},\n"
      "  key: {file: kf, credential: kc, command: [kx, ky]}}\n"
      "clusters:\n  home: {url: u, user: me, password: {file: p}, fingerprint: f, ca_file: a,\n"
      "    timeout: 8}\n  lab: {url: v, token: {command: [pass, show]}}\n"
      "  env: {url: w, token: {env: E}}\n"
      "  tfa: {url: x, totp: {credential: c}, recovery: {file: r}}\n"
      "  all: {url: y, endpoints: [{url: z, fingerprint: g}, {url: q}], calls_per_node: 4,\n"
      "    calls_per_second: 50}\n",
      "c.yml");
  REQUIRE(document.ok());
  const ConfigFile& file = document->file;
  CHECK(file.access == "operate");
  CHECK(file.state_dir == "/s");
  CHECK(file.sync_interval == 30);
  CHECK(file.log->level == "debug");
  CHECK(file.log->file == "/l");
  CHECK(file.http->listen == "127.0.0.1:1");
  CHECK(file.http->certificate == "c");
  CHECK(file.http->key == "k");
  CHECK(file.http->hosts == std::vector<std::string>{"h"});
  CHECK(file.http->origins == std::vector<std::string>{"o", "p"});
  CHECK(file.limits->requests == 1);
  CHECK(file.limits->megabytes == 2);
  CHECK(file.limits->streams == 3);
  CHECK(file.limits->calls_per_minute == 4);
  CHECK(file.limits->completions_per_minute == 5);
  CHECK(file.limits->wrong_names_per_hour == 6);
  CHECK(file.limits->question_timeout == 70);
  CHECK(file.limits->request_timeout == 80);
  CHECK(file.privacy->mode == "session");
  CHECK(file.privacy->preset == "names");
  CHECK(file.privacy->rules == "d");
  CHECK(file.privacy->words.at("user") == std::vector<std::string>{"w", "x"});
  CHECK(file.privacy->keep == std::vector<std::string>{"n"});
  REQUIRE(file.privacy->patterns.size() == 1);
  CHECK(file.privacy->patterns[0].pattern == "r");
  CHECK(file.privacy->patterns[0].kind == "tag");
  CHECK(file.privacy->patterns[0].context == "t");
  CHECK(file.privacy->classes.at("ipv4") == "keep");
  CHECK(file.privacy->key->file == "kf");
  CHECK(file.privacy->key->credential == "kc");
  CHECK(file.privacy->key->command == std::vector<std::string>{"kx", "ky"});
  REQUIRE(file.clusters.size() == 5);
  const ClusterEntry& home = file.clusters.at("home");
  CHECK(home.url == "u");
  CHECK(home.user == "me");
  CHECK(home.password->file == "p");
  CHECK(home.fingerprint == "f");
  CHECK(home.ca_file == "a");
  CHECK(home.timeout == 8);
  CHECK(file.clusters.at("lab").token->command == std::vector<std::string>{"pass", "show"});
  CHECK(file.clusters.at("env").token->env == "E");
  CHECK(file.clusters.at("tfa").totp->credential == "c");
  CHECK(file.clusters.at("tfa").recovery->file == "r");
  const ClusterEntry& all = file.clusters.at("all");
  REQUIRE(all.endpoints.size() == 2);
  CHECK(all.endpoints[0].url == "z");
  CHECK(all.endpoints[0].fingerprint == "g");
  CHECK(all.endpoints[1].url == "q");
  CHECK(all.calls_per_node == 4);
  CHECK(all.calls_per_second == 50);
}

TEST_CASE("config file: beside an unknown key stand the keys that are known in its place") {
  struct Row {
    const char* yaml;
    const char* place;
    const char* known;
  };
  const Row rows[] = {
      {"acess: operate\n", "c.yml:1: acess is not known here",
       "known keys here: access, state_dir, sync_interval, log, http, limits, api, privacy, "
       "clusters"},
      {"log:\n  levle: debug\n", "c.yml:2: log.levle is not known here",
       "known keys here: level, file"},
      {"http:\n  listen: x\n  cert: y\n", "c.yml:3: http.cert is not known here",
       "known keys here: listen, certificate, key, hosts, origins"},
      {"limits:\n  request: 5\n", "c.yml:2: limits.request is not known here",
       "known keys here: requests, megabytes, streams"},
      {"privacy:\n  word: {}\n", "c.yml:2: privacy.word is not known here",
       "known keys here: mode, preset, rules, words, patterns, keep, classes, key"},
      {"privacy:\n  patterns:\n    - {pattern: x, clas: y}\n",
       "c.yml:3: privacy.patterns.0.clas is not known here",
       "known keys here: pattern, class, context"},
      {"clusters:\n  home:\n    url: x\n    tokn: y\n",
       "c.yml:4: clusters.home.tokn is not known here",
       "known keys here: url, token, user, password, totp, recovery, fingerprint, ca_file, "
       "endpoints, calls_per_node, calls_per_second, timeout"},
      {"clusters:\n  home:\n    url: x\n    token:\n      fiel: y\n",
       "c.yml:5: clusters.home.token.fiel is not known here",
       "known keys here: env, file, credential, command"},
      {"clusters:\n  home:\n    url: x\n    password: {evn: y}\n",
       "c.yml:4: clusters.home.password.evn is not known here",
       "known keys here: env, file, credential, command"}};
  for (const Row& row : rows) {
    const std::string error = refusal(row.yaml);
    CAPTURE(error);
    CHECK(error.starts_with(row.place));
    CHECK(error.find(row.known) != std::string::npos);
  }
}

TEST_CASE("config file: numbers have a range each, whose ends belong to it") {
  struct Row {
    const char* before;
    const char* key;
    int low;
    int high;
  };
  const Row rows[] = {{"", "sync_interval", 5, 86400},
                      {"clusters:\n  home:\n    url: x\n    ", "timeout", 1, 600},
                      {"clusters:\n  home:\n    url: x\n    ", "calls_per_node", 1, 32},
                      {"clusters:\n  home:\n    url: x\n    ", "calls_per_second", 1, 10'000},
                      {"limits:\n  ", "requests", 1, 10'000},
                      {"limits:\n  ", "megabytes", 1, 4096},
                      {"limits:\n  ", "streams", 1, 20'000},
                      {"limits:\n  ", "calls_per_minute", 1, 100'000'000},
                      {"limits:\n  ", "completions_per_minute", 1, 100'000'000},
                      {"limits:\n  ", "wrong_names_per_hour", 1, 10'000},
                      {"limits:\n  ", "question_timeout", 10, 86'400},
                      {"limits:\n  ", "request_timeout", 10, 86'400}};
  for (const Row& row : rows) {
    CAPTURE(std::string(row.key));
    const auto yaml = [&row](int value) {
      return row.before + std::string(row.key) + ": " + std::to_string(value) + "\n";
    };
    CHECK(parse_config_file(yaml(row.low), "c.yml").ok());
    CHECK(parse_config_file(yaml(row.high), "c.yml").ok());
    for (const int value : {row.low - 1, row.high + 1, -1}) {
      const std::string error = refusal(yaml(value));
      CAPTURE(error);
      CHECK(error.find(std::string(row.key) + " must be between " + std::to_string(row.low) +
                       " and " + std::to_string(row.high)) != std::string::npos);
    }
  }
}

TEST_CASE("config file: an error stands on the line of its key, for odd names of clusters too") {
  CHECK(refusal("# one\n# two\nclusters:\n  a.b:\n    url: x\n    timeout: 0\n")
            .starts_with("c.yml:6: clusters.a.b.timeout must be between"));
  CHECK(refusal("clusters:\n  'a/b~':\n    url: x\n    timeout: 0\n").starts_with("c.yml:4: "));
}

TEST_CASE("config file: a secret that stands in the file is refused and not repeated") {
  for (const char* key : {"token", "password", "totp", "recovery"}) {
    const std::string error =
        refusal("clusters:\n  home:\n    url: x\n    " + std::string(key) + ": hunter2\n");
    CHECK(error.find("hunter2") == std::string::npos);
    CHECK(error.find("{env: NAME}, {file: PATH}, {credential: NAME} or {command: [...]}") !=
          std::string::npos);
  }
}

TEST_CASE("secret: it has one source, neither none nor two") {
  SecretSource source;
  CHECK(resolve_secret(source, {}).error().code == Code::kInvalidArgument);
  source.env = "A";
  CHECK(resolve_secret(source, {{"A", "hunter2"}}).value() == "hunter2");
  source.file = "/f";
  const auto both = resolve_secret(source, {{"A", "hunter2"}});
  CHECK(both.error().code == Code::kInvalidArgument);
  CHECK(both.error().text().find("hunter2") == std::string::npos);
  source.env.reset();
  source.command = {"true"};
  CHECK(resolve_secret(source, {}).error().code == Code::kInvalidArgument);
}

TEST_CASE("secret: a variable that is not set, or is empty, is none") {
  SecretSource source;
  source.env = "A";
  for (const std::map<std::string, std::string>& environment :
       {std::map<std::string, std::string>{}, {{"A", ""}}, {{"a", "x"}}}) {
    const auto none = resolve_secret(source, environment);
    CHECK(none.error().code == Code::kNotFound);
    CHECK(none.error().message.find("variable A") != std::string::npos);
  }
}

TEST_CASE("secret: of a file the first line counts, however it ends") {
  const testing::TemporaryDirectory directory;
  const std::pair<const char*, const char*> rows[] = {
      {"hunter2", "hunter2"},         {"hunter2\n", "hunter2"},
      {"hunter2\r\nrest", "hunter2"}, {"hunter2\nsecond\n", "hunter2"},
      {" hunter 2 \n", " hunter 2 "}, {"\nhunter2", ""}};
  for (const auto& [text, secret] : rows) {
    CAPTURE(std::string(text));
    CHECK(from_file(file_with(directory, "secret", text)).value() == secret);
  }
}

TEST_CASE("secret: a file that is not there, open to others or far too large is refused") {
  const testing::TemporaryDirectory directory;
  CHECK_FALSE(from_file(directory.file("none")).ok());
  CHECK_FALSE(from_file(directory.path()).ok());
  const std::string large = file_with(directory, "large", std::string(100'000, 'x'));
  const auto too_large = from_file(large);
  REQUIRE_FALSE(too_large.ok());
  CHECK(too_large.error().text().find("xxxx") == std::string::npos);
  const std::string open = file_with(directory, "open", "hunter2");
  REQUIRE(::chmod(open.c_str(), 0640) == 0);
  const auto shared = from_file(open);
  CHECK(shared.error().code == Code::kPermissionDenied);
  CHECK(shared.error().text().find("hunter2") == std::string::npos);
}

TEST_CASE("secret: a credential comes from systemd's directory, and from nowhere else") {
  const testing::TemporaryDirectory directory;
  const std::string folder =
      std::filesystem::path(file_with(directory, "pve", "hunter2\n")).parent_path();
  SecretSource source;
  source.credential = "pve";
  CHECK(resolve_secret(source, {{"CREDENTIALS_DIRECTORY", folder}}).value() == "hunter2");
  const auto outside = resolve_secret(source, {});
  REQUIRE_FALSE(outside.ok());
  CHECK(outside.error().code == Code::kFailedPrecondition);
  CHECK(outside.error().advice.find("LoadCredentialEncrypted=pve") != std::string::npos);
  source.credential = "../pve";
  CHECK(resolve_secret(source, {{"CREDENTIALS_DIRECTORY", folder}}).error().code ==
        Code::kInvalidArgument);
}

TEST_CASE("secret: of a command the first line of its output counts, and a failure tells none") {
  SecretSource source;
  source.command = {"printf", "hunter2\\r\\nsecond\\n"};
  CHECK(resolve_secret(source, {}).value() == "hunter2");
  source.command = {"sh", "-c", "echo hunter2; exit 3"};
  const auto failed = resolve_secret(source, {});
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().text().find("hunter2") == std::string::npos);
}
