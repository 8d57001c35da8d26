#include "app/config.h"

#include <doctest/doctest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "app/config_file.h"
#include "base/files.h"
#include "schemas/embedded.h"

using pmx::Json;
using pmx::app::Access;
using pmx::app::Environment;
using pmx::app::load_config;
using pmx::app::Overrides;

namespace {

constexpr const char* kToken = "root@pam!mcp=00000000-0000-4000-8000-000000000001";

const std::string kPin = [] {
  std::string pin = "AB";
  for (int i = 1; i < 32; ++i) pin += ":CD";
  return pin;
}();

struct Home {
  Home() {
    char name[] = "/tmp/pmx-config-XXXXXX";
    path = mkdtemp(name);
    environment["HOME"] = path;
  }
  ~Home() { std::filesystem::remove_all(path); }

  std::string write(const std::string& name, const std::string& text) const {
    const std::string file = path + "/" + name;
    REQUIRE(pmx::write_private_file(file, text).ok());
    return file;
  }

  std::string path;
  Environment environment;
};

Overrides from_file(const std::string& path) {
  Overrides overrides;
  overrides.config_file = path;
  return overrides;
}

std::string error_of(const Home& home, const std::string& yaml) {
  const auto config = load_config(from_file(home.write("config.yml", yaml)), home.environment);
  REQUIRE_FALSE(config.ok());
  return config.error().text();
}

}  // namespace

TEST_CASE("config: the environment alone suffices for one cluster") {
  Home home;
  home.environment["PROXMOX_MPC_URL"] = "https://pve.example:8006";
  home.environment["PROXMOX_MPC_TOKEN"] = kToken;
  home.environment["PROXMOX_MPC_FINGERPRINT"] = kPin;
  home.environment["PROXMOX_MPC_ACCESS"] = "operate";
  home.environment["PROXMOX_MPC_STATE_DIR"] = "/tmp/state";
  const auto config = load_config({}, home.environment);
  REQUIRE(config.ok());
  REQUIRE(config->clusters.size() == 1);
  CHECK(config->clusters.find("default")->second.fingerprint == kPin);
  CHECK(config->access == Access::kOperate);
  CHECK(config->state_dir == "/tmp/state");
}

TEST_CASE("config: limits have defaults, those of the schema, and a range each") {
  Home home;
  const auto schema = pmx::parse_json(pmx::schemas::embedded_file("config.json"));
  REQUIRE(schema.ok());
  const Json& limits = (*schema)["properties"]["limits"]["properties"];
  const pmx::app::LimitsConfig defaults;
  CHECK(limits["requests"]["default"] == defaults.requests);
  CHECK(limits["megabytes"]["default"] == defaults.megabytes);
  CHECK(limits["streams"]["default"] == defaults.streams);
  CHECK(limits["calls_per_minute"]["default"] == defaults.calls_per_minute);
  CHECK(limits["completions_per_minute"]["default"] == defaults.completions_per_minute);
  CHECK(limits["wrong_names_per_hour"]["default"] == defaults.wrong_names_per_hour);
  CHECK(limits["question_timeout"]["default"] == defaults.question_timeout.count());
  CHECK(limits["request_timeout"]["default"] == defaults.request_timeout.count());
  for (const auto& [name, limit] : limits.items()) {
    CAPTURE(name);
    for (const char* bound : {"minimum", "maximum"}) {
      const int at = limit[bound].get<int>();
      const int beyond = at + (std::string_view(bound) == "minimum" ? -1 : 1);
      const auto text = [&](int value) {
        return "limits: {" + name + ": " + std::to_string(value) + "}\n";
      };
      CHECK(load_config(from_file(home.write("c.yml", text(at))), home.environment).ok());
      const std::string error = error_of(home, text(beyond));
      CHECK(error.find("limits." + name + " must be between") != std::string::npos);
    }
  }
}

TEST_CASE("config: what api_get is denied is read, and a path that the API has not is an error") {
  Home home;
  const std::string good = "api: {deny: [/access, '/nodes/*/qemu/101']}\n";
  const auto config = load_config(from_file(home.write("c.yml", good)), home.environment);
  REQUIRE(config.ok());
  CHECK(config->api_denied.denies({"access", "users"}));
  CHECK(config->api_denied.denies({"nodes", "a", "qemu", "101", "config"}));
  CHECK_FALSE(config->api_denied.denies({"nodes", "a", "qemu", "102", "config"}));
  CHECK(error_of(home, "api:\n  deny:\n    - /access\n    - /acess\n").find("config.yml:4: ") !=
        std::string::npos);
}

TEST_CASE("config: a variable of a cluster without its URL is refused, not forgotten") {
  for (const char* name : {"PROXMOX_MPC_TOKEN", "PROXMOX_MPC_FINGERPRINT", "PROXMOX_MPC_CA_FILE"}) {
    CAPTURE(name);
    Home home;
    home.environment[name] = "s3cr3t";
    const auto config = load_config({}, home.environment);
    REQUIRE_FALSE(config.ok());
    CHECK(config.error().message.starts_with(name));
    CHECK(config.error().advice.find("PROXMOX_MPC_URL") != std::string::npos);
    CHECK(config.error().text().find("s3cr3t") == std::string::npos);
    CHECK(pmx::app::load_local_config({}, home.environment).ok());
  }
}

TEST_CASE(
    "config: beside a file's clusters such a variable is a warning, unless the file takes it") {
  Home home;
  home.environment["PROXMOX_MPC_TOKEN"] = kToken;
  const std::string file = home.write(
      "c.yml", "clusters:\n  home: {url: 'https://a:8006', token: {env: PROXMOX_MPC_TOKEN}}\n");
  auto config = load_config(from_file(file), home.environment);
  REQUIRE(config.ok());
  CHECK(config->warnings.empty());
  home.environment["PROXMOX_MPC_FINGERPRINT"] = kPin;
  config = load_config(from_file(file), home.environment);
  REQUIRE(config.ok());
  REQUIRE(config->warnings.size() == 1);
  CHECK(config->warnings[0].starts_with("PROXMOX_MPC_FINGERPRINT is set and has no effect"));
}

TEST_CASE("config: with nothing said it is read-only, private and without clusters") {
  const Home home;
  const auto config = load_config({}, home.environment);
  REQUIRE(config.ok());
  CHECK(config->access == Access::kObserve);
  CHECK(config->clusters.empty());
  CHECK(config->state_dir == home.path + "/.local/state/proxmox-mpc");
}

TEST_CASE("config: without HOME the password database says where home is") {
  const char* home = std::getenv("HOME");
  const std::string before = home == nullptr ? "" : home;
  ::unsetenv("HOME");
  const Environment environment = pmx::app::process_environment();
  if (home != nullptr) ::setenv("HOME", before.c_str(), 1);
  const passwd* user = ::getpwuid(::geteuid());
  REQUIRE(environment.contains("HOME"));
  CHECK(environment.find("HOME")->second == (user == nullptr ? "" : user->pw_dir));
}

TEST_CASE("config: with no home at all nothing is looked for in the root directory") {
  Environment environment;
  CHECK(pmx::app::default_config_file(environment).empty());
  const auto nowhere = load_config({}, environment);
  REQUIRE_FALSE(nowhere.ok());
  CHECK(nowhere.error().advice.find("PROXMOX_MPC_STATE_DIR") != std::string::npos);
  CHECK(nowhere.error().advice.find("--config") != std::string::npos);
  environment["PROXMOX_MPC_STATE_DIR"] = "~/state";
  CHECK_FALSE(load_config({}, environment).ok());
  environment["PROXMOX_MPC_STATE_DIR"] = "/srv/state";
  const auto placed = load_config({}, environment);
  REQUIRE(placed.ok());
  CHECK(placed->state_dir == "/srv/state");
  environment.erase("PROXMOX_MPC_STATE_DIR");
  environment["XDG_STATE_HOME"] = "/srv/xdg";
  CHECK(load_config({}, environment)->state_dir == "/srv/xdg/proxmox-mpc");
}

TEST_CASE("config: a file with every sort of secret") {
  Home home;
  home.environment["PVE_TOKEN"] = kToken;
  home.write("token", std::string(kToken) + "\n");
  const std::string yaml =
      "access: operate\nsync_interval: 30\nlog: {level: debug}\nclusters:\n"
      "  one: {url: 'https://a:8006', token: {env: PVE_TOKEN}}\n"
      "  two: {url: 'https://b:8006', token: {file: " +
      home.path +
      "/token}, timeout: 5}\n"
      "  three: {url: 'https://c:8006', user: root@pam, password: {command: [echo, pw]}}\n";
  const auto config = load_config(from_file(home.write("c.yml", yaml)), home.environment);
  REQUIRE_MESSAGE(config.ok(), config.error().text());
  CHECK(config->clusters.size() == 3);
  CHECK(config->sync_interval == std::chrono::seconds(30));
  const auto& login =
      std::get<pmx::proxmox::Login>(config->clusters.find("three")->second.credentials);
  CHECK(login.password.expose() == "pw");
  CHECK(config->clusters.find("two")->second.timeout == std::chrono::seconds(5));
}

TEST_CASE("config: a login may bring its second factor, which a token never has") {
  Home home;
  home.environment["PW"] = "pw";
  home.environment["TOTP"] = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ";
  home.environment["CODE"] = "12ab-34cd";
  home.environment["T"] = kToken;
  const auto config = load_config(
      from_file(home.write("c.yml",
                           "clusters:\n  home: {url: 'https://a:8006', user: ops@pve, password: "
                           "{env: PW}, totp: {env: TOTP}, recovery: {env: CODE}}\n")),
      home.environment);
  REQUIRE_MESSAGE(config.ok(), config.error().text());
  const auto& login = std::get<pmx::proxmox::Login>(config->clusters.at("home").credentials);
  CHECK(login.totp_key.expose() == "12345678901234567890");
  CHECK(login.totp_text.expose() == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  CHECK(login.recovery.expose() == "12ab-34cd");
  home.environment["TOTP"] = "hunter2!";
  const std::string bad = error_of(
      home, "clusters:\n  home: {url: x, user: ops@pve, password: {env: PW}, totp: {env: TOTP}}\n");
  CHECK(bad.find("clusters.home.totp the TOTP secret is not base32") != std::string::npos);
  CHECK(bad.find("hunter2") == std::string::npos);
  CHECK(error_of(home, "clusters:\n  home: {url: x, token: {env: T}, totp: {env: TOTP}}\n")
            .find("which a token never needs") != std::string::npos);
  CHECK(error_of(home, "clusters:\n  home: {url: x, user: root, password: {env: PW}}\n")
            .find("clusters.home.user has no realm") != std::string::npos);
}

TEST_CASE("config: errors name file, line, key and the expected form") {
  const Home home;
  const struct {
    const char* yaml;
    const char* expected;
  } rows[] = {
      {"access: observe\ncolour: red\n", "config.yml:2: colour is not known here"},
      {"clusters:\n  home:\n    url: x\n    tokn: y\n",
       "config.yml:4: clusters.home.tokn is not known here"},
      {"access: superuser\n", "config.yml:1: access must be observe or operate, is \"superuser\""},
      {"sync_interval: 1\n", "config.yml:1: sync_interval must be between 5 and 86400"},
      {"sync_interval: soon\n", "config.yml:1: sync_interval must be an integer"},
      {"clusters:\n  home:\n    url: x\n",
       "config.yml:2: clusters.home needs either token, or user and password"},
      {"clusters:\n  home:\n    url: x\n    token: abc\n", "{env: NAME}"},
      {"clusters:\n  home:\n    url: x\n    token: {env: NOPE}\n",
       "the environment variable NOPE is not set"},
      {"clusters:\n  home:\n    token: {env: A}\n", "url is required"},
      {"clusters:\n  home:\n    url: x\n    token: {command: [sh, -c, 'echo hidden; exit 3']}\n",
       "config.yml:4: clusters.home.token sh ended with status 3"},
      {"log: {level: loud}\n", "config.yml:1: log.level must be debug, info, warn, error or off"},
      {"access: [\n", "config.yml:"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.yaml);
    const std::string error = error_of(home, row.yaml);
    CAPTURE(error);
    CHECK(error.find(row.expected) != std::string::npos);
    CHECK(error.find("hidden") == std::string::npos);
  }
}

TEST_CASE("config: what cannot work is refused when it is read, with its line or variable") {
  Home home;
  home.environment["T"] = kToken;
  const struct {
    const char* cluster;
    const char* expected;
  } rows[] = {
      {"{url: 'http://pve.example:8006', token: {env: T}}", "config.yml:2: clusters.home.url"},
      {"{url: 'https://a:8006', fingerprint: zz, token: {env: T}}",
       "config.yml:2: clusters.home.fingerprint"},
      {"{url: 'https://a:8006', ca_file: /nowhere.pem, token: {env: T}}",
       "config.yml:2: clusters.home.ca_file"},
      {"{url: 'https://a:8006', endpoints: [{url: 'https://b:8006'}, {url: c}], token: {env: T}}",
       "config.yml:2: clusters.home.endpoints.1.url"},
  };
  for (const auto& row : rows) {
    const std::string error =
        error_of(home, std::string("clusters:\n  home: ") + row.cluster + "\n");
    CAPTURE(error);
    CHECK(error.find(row.expected) != std::string::npos);
  }
  home.environment["PROXMOX_MPC_URL"] = "pve1";
  home.environment["PROXMOX_MPC_TOKEN"] = kToken;
  const auto config = load_config({}, home.environment);
  REQUIRE_FALSE(config.ok());
  CHECK(config.error().message.starts_with("PROXMOX_MPC_URL: "));
}

TEST_CASE("config: the state directory alone can be read without any cluster's secret") {
  Home home;
  Overrides overrides = from_file(home.write(
      "c.yml", "state_dir: ~/s\nclusters:\n  home: {url: 'https://a', token: {env: NOPE}}\n"));
  const auto config = pmx::app::load_local_config(overrides, home.environment);
  REQUIRE(config.ok());
  CHECK(config->state_dir == home.path + "/s");
  CHECK(config->clusters.empty());
}

TEST_CASE("config: no error repeats a secret") {
  Home home;
  home.environment["PVE_TOKEN"] = "root@pam-mcp-hunter2hunter2";
  const std::string error =
      error_of(home, "clusters:\n  home: {url: x, token: {env: PVE_TOKEN}}\n");
  CHECK(error.find("hunter2") == std::string::npos);
}

TEST_CASE("config: a secret file that others can read is refused") {
  const Home home;
  const std::string file = home.write("token", kToken);
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  CHECK(error_of(home, "clusters:\n  home: {url: x, token: {file: " + file + "}}\n")
            .find("chmod 600") != std::string::npos);
}

TEST_CASE("config: a secret file may be named from the home directory") {
  const Home home;
  home.write("token", kToken);
  const std::string yaml = "clusters:\n  home: {url: 'https://a:8006', token: {file: ~/token}}\n";
  const auto config = load_config(from_file(home.write("c.yml", yaml)), home.environment);
  REQUIRE(config.ok());
  CHECK(config->clusters.count("home") == 1);
}

TEST_CASE("config: a named file must exist, the default one need not") {
  const Home home;
  CHECK_FALSE(load_config(from_file(home.path + "/none.yml"), home.environment).ok());
  CHECK(load_config({}, home.environment).ok());
}

TEST_CASE("config: privacy says how long pseudonyms last and where the key comes from") {
  const Home home;
  const auto plain =
      load_config(from_file(home.write("c.yml", "log: {level: info}\n")), home.environment);
  REQUIRE(plain.ok());
  CHECK(plain->privacy.mode == pmx::app::PrivacyMode::kInstallation);
  CHECK_FALSE(plain->privacy.key.given());
  auto environment = home.environment;
  environment["CREDENTIALS_DIRECTORY"] = "/run/credentials/x";
  const auto session = load_config(
      from_file(home.write("c.yml", "privacy:\n  mode: session\n  key: {credential: mpc-key}\n")),
      environment);
  REQUIRE(session.ok());
  CHECK(session->privacy.mode == pmx::app::PrivacyMode::kSession);
  CHECK(session->privacy.key.given());
  CHECK(session->privacy.key.credential == "mpc-key");
  CHECK(session->privacy.key.directory == "/run/credentials/x");
  CHECK(session->privacy.key.place.ends_with(":3: privacy.key "));
  for (const char* wrong :
       {"privacy: {key: {}}\n", "privacy: {mode: none}\n",
        "privacy: {key: {file: a, command: [b]}}\n", "privacy: {key: {env: KEY}}\n"}) {
    CAPTURE(wrong);
    CHECK_FALSE(load_config(from_file(home.write("c.yml", wrong)), home.environment).ok());
  }
}

TEST_CASE("config: the files of rules.d beside the file are read in the order of their names") {
  const Home home;
  std::filesystem::create_directory(home.path + "/rules.d");
  home.write("rules.d/20-more.yml", "classes: {ipv4: drop}\nwords: {pool: [Falcon]}\n");
  home.write("rules.d/10-first.yml", "# mine\nclasses:\n  ipv4: keep\n");
  home.write("rules.d/.hidden.yml", "no: rules\n");
  home.write("rules.d/notes.txt", "no: rules\n");
  home.write("rules.d/empty.yml", "");
  const std::string file = home.write("c.yml", "privacy: {keep: [test-lab]}\n");
  const auto config = load_config(from_file(file), home.environment);
  REQUIRE(config.ok());
  REQUIRE(config->privacy.policy != nullptr);
  const auto& rules = config->privacy.policy->rules();
  REQUIRE(rules.size() == 4);
  CHECK(rules[0].source == file + ":1");
  CHECK(rules[1].source == home.path + "/rules.d/10-first.yml:3");
  CHECK(rules[2].source == home.path + "/rules.d/20-more.yml:2");
  CHECK(config->privacy.policy->fate(pmx::anonymize::Kind::kIpv4) == pmx::anonymize::Fate::kDrop);
}

TEST_CASE("config: rules are read without a configuration file too") {
  Home home;
  home.environment["XDG_CONFIG_HOME"] = home.path;
  std::filesystem::create_directories(home.path + "/proxmox-mpc/rules.d");
  home.write("proxmox-mpc/rules.d/mine.yml", "words: {name: [Falcon]}\n");
  const auto config = load_config({}, home.environment);
  REQUIRE(config.ok());
  CHECK(config->privacy.policy != nullptr);
  home.write("proxmox-mpc/rules.d/mine.yml", "words: {name: [Falcon}\n");
  CHECK_FALSE(load_config({}, home.environment).ok());
}

TEST_CASE("config: privacy.rules names another directory, which must be there") {
  const Home home;
  std::filesystem::create_directory(home.path + "/rules.d");
  home.write("rules.d/unread.yml", "words: {name: [Osprey]}\n");
  std::filesystem::create_directory(home.path + "/mine");
  home.write("mine/a.yml", "words: {name: [Falcon]}\n");
  const auto config =
      load_config(from_file(home.write("c.yml", "privacy: {rules: ~/mine}\n")), home.environment);
  REQUIRE(config.ok());
  REQUIRE(config->privacy.policy->rules().size() == 1);
  CHECK(config->privacy.policy->rules()[0].text == "Falcon");
  CHECK(
      error_of(home, "privacy:\n  rules: ~/none\n").find(":2: privacy.rules names no directory") !=
      std::string::npos);
  CHECK(error_of(home, "privacy:\n  rules: ~/mine/a.yml\n").find("a.yml: the directory of rules") !=
        std::string::npos);
}

TEST_CASE("config: a bad rule of a directory is told with its file and line") {
  struct Row {
    const char* text;
    const char* told;
  };
  const Row rows[] = {
      {"words:\n  name: [x\n", "rules.d/a.yml:"},
      {"words:\n  colour: [red]\n", "rules.d/a.yml:2: words.colour names no class"},
      {"patterns:\n  - {pattern: ok}\n  - {pattern: 'a('}\n", "rules.d/a.yml:3: the pattern"},
      {"\nkeep:\n  - Falcon\n", "rules.d/a.yml:3: what is to stay here is hidden by another rule"},
      {"classes:\n  ipv4: hide\n", "rules.d/a.yml:2: classes.ipv4 must be"},
      {"preset: names\n", "rules.d/a.yml:1: preset is not known here"},
      {"- a\n", "rules.d/a.yml:1: "}};
  const Home home;
  std::filesystem::create_directory(home.path + "/rules.d");
  for (const Row& row : rows) {
    CAPTURE(row.text);
    home.write("rules.d/a.yml", row.text);
    CHECK(error_of(home, "privacy: {words: {name: [Falcon]}}\n").find(row.told) !=
          std::string::npos);
  }
  std::filesystem::remove(home.path + "/rules.d/a.yml");
  home.write("rules.d/a.yaml", "words: {name: [Falcon]}\n");
  CHECK(error_of(home, "").find("a.yaml: is not read") != std::string::npos);
  std::filesystem::remove(home.path + "/rules.d/a.yaml");
  std::filesystem::create_symlink(home.path + "/gone", home.path + "/rules.d/b.yml");
  CHECK(error_of(home, "").find("b.yml") != std::string::npos);
}

TEST_CASE("config: schemas/config.json names exactly the keys that are read") {
  const auto schema = pmx::parse_json(pmx::schemas::embedded_file("config.json"));
  REQUIRE(schema.ok());
  const auto names = [](const Json& properties) {
    std::set<std::string> keys;
    for (const auto& [key, value] : properties.items()) keys.insert(key);
    return keys;
  };
  const Json& top = (*schema)["properties"];
  CHECK(names(top) == pmx::list_fields<pmx::app::ConfigFile>().names);
  CHECK(names(top["log"]["properties"]) == pmx::list_fields<pmx::app::LogEntry>().names);
  CHECK(names(top["privacy"]["properties"]) == pmx::list_fields<pmx::app::PrivacyEntry>().names);
  CHECK(names(top["privacy"]["properties"]["key"]["properties"]) ==
        pmx::list_fields<pmx::app::KeyEntry>().names);
  CHECK(names(top["privacy"]["properties"]["patterns"]["items"]["properties"]) ==
        pmx::list_fields<pmx::app::PatternEntry>().names);
  CHECK(names(top["http"]["properties"]) == pmx::list_fields<pmx::app::HttpEntry>().names);
  CHECK(names(top["api"]["properties"]) == pmx::list_fields<pmx::app::ApiEntry>().names);
  CHECK(names(top["limits"]["properties"]) == pmx::list_fields<pmx::app::LimitsEntry>().names);
  CHECK(names(top["clusters"]["additionalProperties"]["properties"]) ==
        pmx::list_fields<pmx::app::ClusterEntry>().names);
  CHECK(names(top["clusters"]["additionalProperties"]["properties"]["endpoints"]["items"]
                 ["properties"]) == pmx::list_fields<pmx::app::EndpointEntry>().names);
  CHECK(names((*schema)["$defs"]["secret"]["properties"]) ==
        pmx::list_fields<pmx::app::SecretSource>().names);
}
