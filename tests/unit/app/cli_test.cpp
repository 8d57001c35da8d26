#include "app/cli.h"

#include <doctest/doctest.h>

#include <iostream>
#include <sstream>

using namespace pmx::app;

namespace {

using Command = CommandLine::Command;

/// What parse_command_line() made of the words behind the program's name, and what it said.
struct Parsed {
  std::optional<CommandLine> line;
  int exit_code = -1;  ///< -1 = untouched
  std::string out;
  std::string err;
};

Parsed parse(std::vector<std::string> words) {
  words.insert(words.begin(), "proxmox-mpc");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::ostringstream out;
  const std::ostringstream err;
  std::streambuf* const real_out = std::cout.rdbuf(out.rdbuf());
  std::streambuf* const real_err = std::cerr.rdbuf(err.rdbuf());
  Parsed parsed;
  parsed.line = parse_command_line(static_cast<int>(words.size()), argv.data(), parsed.exit_code);
  std::cout.rdbuf(real_out);
  std::cerr.rdbuf(real_err);
  parsed.out = out.str();
  parsed.err = err.str();
  return parsed;
}

CommandLine good(const std::vector<std::string>& words) {
  const Parsed parsed = parse(words);
  CAPTURE(parsed.err);
  REQUIRE(parsed.line.has_value());
  CHECK(parsed.exit_code == -1);
  CHECK(parsed.out.empty());
  CHECK(parsed.err.empty());
  return *parsed.line;
}

bool holds(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("command line: every command is reached by its words") {
  const std::pair<std::vector<std::string>, Command> rows[] = {
      {{"serve"}, Command::kServe},
      {{"sim"}, Command::kSim},
      {{"config", "check"}, Command::kConfigCheck},
      {{"doctor"}, Command::kDoctor},
      {{"anonymize"}, Command::kAnonymize},
      {{"deanonymize"}, Command::kDeanonymize},
      {{"reveal"}, Command::kReveal},
      {{"client-config"}, Command::kClientConfig},
      {{"token", "show"}, Command::kToken},
      {{"token", "list"}, Command::kToken},
      {{"token", "add", "x"}, Command::kToken},
      {{"token", "rotate", "x"}, Command::kToken},
      {{"token", "remove", "x"}, Command::kToken},
      {{"state", "backup", "f"}, Command::kStateBackup},
      {{"state", "restore", "f"}, Command::kStateRestore},
      {{"privacy", "stats"}, Command::kPrivacyStats},
      {{"privacy", "mappings"}, Command::kPrivacyMappings},
      {{"privacy", "rules"}, Command::kPrivacyRules},
      {{"privacy", "rotate"}, Command::kPrivacyRotate},
      {{"privacy", "clear"}, Command::kPrivacyClear}};
  for (const auto& [words, command] : rows) {
    CAPTURE(words.front() + " " + words.back());
    CHECK(good(words).command == command);
  }
}

TEST_CASE("command line: with nothing more said all is as the headers have it") {
  const CommandLine serve = good({"serve"});
  CHECK(serve.overrides.config_file.empty());
  CHECK(serve.overrides.state_dir.empty());
  CHECK(serve.overrides.access.empty());
  CHECK(serve.overrides.log_level.empty());
  CHECK(serve.overrides.log_file.empty());
  CHECK_FALSE(serve.demo);
  CHECK(serve.http.empty());
  const SimArguments sim = good({"sim"}).sim;
  CHECK(sim.listen == "127.0.0.1:8006");
  CHECK_FALSE(sim.nodes);  // as the scenario says
  CHECK_FALSE(sim.guests);
  CHECK_FALSE(sim.seed);
  CHECK_FALSE(sim.http);
  CHECK(good({"token", "show"}).token_name == "local");
  CHECK_FALSE(good({"privacy", "clear"}).yes);
  CHECK_FALSE(good({"privacy", "rules"}).all);
  CHECK(good({"privacy", "rules", "--all"}).all);
  CHECK(good({"privacy", "rotate"}).grace == 30);
  CHECK(good({"privacy", "rotate", "--grace", "0"}).grace == 0);
  CHECK_FALSE(parse({"privacy", "rotate", "--grace", "-1"}).line.has_value());
  CHECK(good({"reveal", "--watch"}).watch);
  CHECK_FALSE(parse({"reveal", "--watch", "text"}).line.has_value());
  CHECK(good({"anonymize", "--one-time"}).privacy.one_time);
  CHECK_FALSE(parse({"anonymize", "--one-time", "--key-file", "k"}).line.has_value());
  CHECK_FALSE(parse({"deanonymize", "--one-time"}).line.has_value());
  CHECK(good({"anonymize", "--one-time", "--permute-vmids"}).privacy.permute_vmids);
  CHECK_FALSE(parse({"anonymize", "--permute-vmids"}).line.has_value());
  CHECK(good({"anonymize"}).privacy.explain.empty());
  CHECK(good({"anonymize", "--explain=json"}).privacy.explain == "json");
  CHECK(good({"anonymize", "--explain", "report.log"}).privacy.explain == "text");
  CHECK(good({"anonymize", "--explain", "report.log"}).file == "report.log");
  CHECK_FALSE(parse({"anonymize", "--explain=xml"}).line.has_value());
  CHECK(good({"deanonymize", "--explain"}).privacy.explain == "text");
  CHECK(good({"deanonymize", "--explain=json", "report.log"}).privacy.explain == "json");
}

TEST_CASE("command line: whoever reads the configuration takes the common options") {
  const std::vector<std::vector<std::string>> commands{{"serve"},
                                                       {"config", "check"},
                                                       {"doctor"},
                                                       {"anonymize"},
                                                       {"deanonymize"},
                                                       {"reveal"},
                                                       {"token", "list"},
                                                       {"token", "show"},
                                                       {"token", "add", "x"},
                                                       {"token", "rotate", "x"},
                                                       {"token", "remove", "x"},
                                                       {"state", "backup", "f"},
                                                       {"state", "restore", "f"},
                                                       {"privacy", "stats"},
                                                       {"privacy", "mappings"},
                                                       {"privacy", "rules"},
                                                       {"privacy", "rotate"},
                                                       {"privacy", "clear"}};
  for (std::vector<std::string> words : commands) {
    CAPTURE(words.front() + " " + words.back());
    for (const char* word :
         {"--config", "c.yml", "--state-dir", "/s", "--log-level", "debug", "--log-file", "/l"}) {
      words.push_back(word);
    }
    const Overrides overrides = good(words).overrides;
    CHECK(overrides.config_file == "c.yml");
    CHECK(overrides.state_dir == "/s");
    CHECK(overrides.log_level == "debug");
    CHECK(overrides.log_file == "/l");
    CHECK(overrides.access.empty());
  }
}

TEST_CASE("command line: each option lands where its command looks for it") {
  const CommandLine serve = good({"serve", "--access", "operate", "--http=[::1]:8585", "--demo"});
  CHECK(serve.overrides.access == "operate");
  CHECK(serve.http == "[::1]:8585");
  CHECK(serve.demo);
  const CommandLine doctor = good({"doctor", "--access", "operate", "--json"});
  CHECK(doctor.overrides.access == "operate");
  CHECK(doctor.json);
  for (const char* command : {"anonymize", "deanonymize"}) {
    const CommandLine line =
        good({command, "--names", "n.json", "in.txt", "--key-file", "k", "--jsonl"});
    CHECK(line.file == "in.txt");
    CHECK(line.privacy.names_file == "n.json");
    CHECK(line.privacy.key_file == "k");
    CHECK(line.privacy.jsonl);
    CHECK(good({command, "-"}).file == "-");
    CHECK(good({command}).file.empty());
  }
  CHECK(good({"client-config", "--demo"}).demo);
  CHECK(good({"privacy", "clear", "--yes"}).yes);
  CHECK(good({"privacy", "stats", "--json"}).json);
  CHECK(good({"privacy", "mappings", "--json"}).json);
  CHECK(good({"state", "backup", "b"}).file == "b");
  CHECK(good({"state", "restore", "r"}).file == "r");
}

TEST_CASE("command line: every option of the simulator") {
  const SimArguments sim = good({"sim",
                                 "--listen",
                                 "0.0.0.0:1",
                                 "--nodes",
                                 "100",
                                 "--guests",
                                 "0",
                                 "--seed",
                                 "18446744073709551615",
                                 "--http",
                                 "--ready-file",
                                 "r",
                                 "--truth-file",
                                 "t",
                                 "--access-log",
                                 "a",
                                 "--work-time",
                                 "60",
                                 "--scenario",
                                 "office",
                                 "--scenario",
                                 "mine.yml",
                                 "--clusters",
                                 "3"})
                               .sim;
  CHECK(sim.scenarios == std::vector<std::string>{"office", "mine.yml"});
  CHECK(sim.clusters == 3);
  CHECK(sim.listen == "0.0.0.0:1");
  CHECK(sim.nodes == 100);
  CHECK(sim.guests == 0);
  CHECK(sim.seed == 18446744073709551615U);
  CHECK(sim.http);
  CHECK(sim.ready_file == "r");
  CHECK(sim.truth_file == "t");
  CHECK(sim.access_log == "a");
  CHECK(sim.work_time == 60);
}

TEST_CASE("command line: a token's verb says what to do, and to whose") {
  for (const char* verb : {"show", "add", "rotate", "remove"}) {
    const CommandLine line = good({"token", verb, "alice"});
    CHECK(line.token_verb == verb);
    CHECK(line.token_name == "alice");
  }
  CHECK(good({"token", "list"}).token_verb == "list");
  CHECK(good({"token", "add", "alice", "--access", "operate"}).overrides.access == "operate");
}

TEST_CASE("command line: reveal takes any number of words, and what looks like options behind --") {
  CHECK(good({"reveal"}).text.empty());
  CHECK(good({"reveal", "vm-1", "is", "down"}).text ==
        std::vector<std::string>{"vm-1", "is", "down"});
  CHECK(good({"reveal", "--", "--config", "-x"}).text ==
        std::vector<std::string>{"--config", "-x"});
}

TEST_CASE("command line: help and the version go to standard output and are no failure") {
  const std::pair<std::vector<std::string>, const char*> rows[] = {
      {{"--help"}, "Examples:"},
      {{"-h"}, "PROXMOX_MPC_URL"},
      {{"--version"}, "proxmox-mpc "},
      {{"serve", "--help"}, "--demo"},
      {{"sim", "--help"}, "127.0.0.1:8006"},
      {{"token", "--help"}, "rotate"},
      {{"token", "add", "--help"}, "NAME"},
      {{"privacy", "--help"}, "mappings"}};
  for (const auto& [words, part] : rows) {
    CAPTURE(words.back() + " of " + words.front());
    const Parsed parsed = parse(words);
    CHECK_FALSE(parsed.line.has_value());
    CHECK(parsed.exit_code == 0);
    CHECK(holds(parsed.out, part));
    CHECK(parsed.err.empty());
  }
  const std::string help = parse({"--help"}).out;
  for (const char* command : {"serve", "sim", "config", "doctor", "anonymize", "deanonymize",
                              "reveal", "client-config", "token", "state", "privacy"}) {
    CHECK(holds(help, command));
  }
}

TEST_CASE("command line: a mistake is told on standard error, and ends with 2") {
  const std::vector<std::string> rows[] = {{},
                                           {"nonsense"},
                                           {"--nonsense"},
                                           {"serve", "--nonsense"},
                                           {"serve", "extra"},
                                           {"serve", "--config"},
                                           {"serve", "sim"},
                                           {"config"},
                                           {"token"},
                                           {"state"},
                                           {"privacy"},
                                           {"token", "nonsense"},
                                           {"token", "add"},
                                           {"token", "rotate"},
                                           {"token", "remove"},
                                           {"token", "list", "alice"},
                                           {"token", "show", "alice", "bob"},
                                           {"token", "rotate", "alice", "--access", "operate"},
                                           {"state", "backup"},
                                           {"state", "restore"},
                                           {"state", "backup", "a", "b"},
                                           {"privacy", "clear", "--json"},
                                           {"privacy", "stats", "--yes"},
                                           {"client-config", "--config", "c"},
                                           {"anonymize", "a", "b"},
                                           {"sim", "--nodes", "0"},
                                           {"sim", "--nodes", "101"},
                                           {"sim", "--nodes", "three"},
                                           {"sim", "--guests", "-1"},
                                           {"sim", "--guests", "100001"},
                                           {"sim", "--seed", "-1"},
                                           {"sim", "--state-dir", "/s"}};
  for (const auto& words : rows) {
    std::string shown;
    for (const std::string& word : words) shown += word + " ";
    CAPTURE(shown);
    const Parsed parsed = parse(words);
    CHECK_FALSE(parsed.line.has_value());
    CHECK(parsed.exit_code == 2);
    CHECK(parsed.out.empty());
    CHECK_FALSE(parsed.err.empty());
  }
}
