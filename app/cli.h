// The command line: subcommands, options, help. Parses only; app/commands.h does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/config.h"

namespace pmx::app {

struct SimArguments {
  std::string listen = "127.0.0.1:8006";
  // What is given wins over what the scenario says.
  std::optional<int> nodes;
  std::optional<int> guests;
  std::optional<std::uint64_t> seed;
  std::optional<std::string> pve;      ///< "9.2" or "8.4"
  std::vector<std::string> scenarios;  ///< one a cluster: names or files; none = generated
  int clusters = 1;                    ///< at least one for each scenario
  int work_time = 0;
  double speed = 1;  ///< how fast the cluster's clock runs
  bool http = false;
  std::string ready_file;
  std::string truth_file;
  std::string access_log;
  int cluster = 1;  ///< of sim ctl: which one, from 1 on
  std::string action;
  std::vector<std::string> arguments;  ///< of the action
};

/// What anonymize and deanonymize work with.
struct PrivacyArguments {
  std::string names_file;      ///< names known beforehand (JSON), empty = none
  std::string key_file;        ///< empty = the installation's key
  bool jsonl = false;          ///< one {"id", "text"} a line
  bool one_time = false;       ///< anonymize: a key that nobody keeps
  bool permute_vmids = false;  ///< with it: VMIDs too
  std::string explain;         ///< "text" or "json", empty = nothing is explained
};

struct CommandLine {
  enum class Command {
    kServe,
    kSim,
    kSimCtl,
    kConfigCheck,
    kDoctor,
    kTrust,
    kAnonymize,
    kDeanonymize,
    kReveal,
    kClientConfig,
    kToken,
    kStateBackup,
    kStateRestore,
    kPrivacyStats,
    kPrivacyMappings,
    kPrivacyRules,
    kPrivacyRotate,
    kPrivacyClear
  };
  Command command = Command::kServe;
  Overrides overrides;
  bool demo = false;
  std::string http;  ///< serve: ADDRESS:PORT, empty = standard input and output
  bool json = false;
  bool all = false;    ///< privacy rules: each built-in one too
  bool yes = false;    ///< privacy clear, trust: meant
  std::string host;    ///< trust: HOST[:PORT]
  int grace = 30;      ///< privacy rotate: days that earlier pseudonyms are taken back
  bool watch = false;  ///< reveal: line by line, as they come
  PrivacyArguments privacy;
  std::string file;  ///< (de)anonymize: input, empty or - = standard input; state: the backup
  std::vector<std::string> text;  ///< reveal: words
  std::string token_verb;         ///< token: show, list, add, rotate or remove
  std::string token_name;
  SimArguments sim;
};

/// Parses argv. Nothing when the program is done already (help, version, usage error): `exit_code`
/// tells, and what there is to say was printed.
std::optional<CommandLine> parse_command_line(int argc, char** argv, int& exit_code);

}  // namespace pmx::app
