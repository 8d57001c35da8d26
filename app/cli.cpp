#include "app/cli.h"

#include <CLI/CLI.hpp>
#include <iostream>

namespace pmx::app {
namespace {

constexpr const char* kExamples =
    "\nExamples:\n"
    "  proxmox-mpc serve --demo                 serve a simulated cluster, nothing to set up\n"
    "  proxmox-mpc client-config                what to paste into Claude, VS Code or Cursor\n"
    "  proxmox-mpc trust pve1.example.com       show a node's certificate, and pin it\n"
    "  proxmox-mpc doctor                       is the cluster reachable, what is missing?\n"
    "  proxmox-mpc reveal 'vm-k3x9q2f is down'  real names, for your eyes only\n"
    "  proxmox-mpc serve --http 127.0.0.1:8585  Streamable HTTP; the token: proxmox-mpc token "
    "show\n"
    "  proxmox-mpc sim --listen 127.0.0.1:0 --ready-file /tmp/sim.json\n"
    "  proxmox-mpc sim ctl --ready-file /tmp/sim.json node-down pve3\n"
    "\nEnvironment: PROXMOX_MPC_URL, PROXMOX_MPC_TOKEN (USER@REALM!ID=UUID), "
    "PROXMOX_MPC_FINGERPRINT or\n"
    "PROXMOX_MPC_CA_FILE, PROXMOX_MPC_ACCESS, PROXMOX_MPC_STATE_DIR, PROXMOX_MPC_LOG_LEVEL.\n";

void add_common(CLI::App* command, CommandLine& line) {
  command->add_option("--config", line.overrides.config_file, "Configuration file")
      ->type_name("FILE");
  command->add_option("--state-dir", line.overrides.state_dir, "Directory of database and key")
      ->type_name("DIR");
  command->add_option("--log-level", line.overrides.log_level, "debug, info, warn, error or off")
      ->type_name("LEVEL");
  command->add_option("--log-file", line.overrides.log_file, "Log here instead of standard error")
      ->type_name("FILE");
}

CLI::App* add_command(CLI::App& app, CommandLine& line, CommandLine::Command command,
                      const char* name, const char* description) {
  CLI::App* sub = app.add_subcommand(name, description);
  sub->callback([&line, command, sub] {
    if (sub->get_subcommands().empty()) line.command = command;
  });
  return sub;
}

void add_serve(CLI::App& app, CommandLine& line) {
  CLI::App* serve = add_command(app, line, CommandLine::Command::kServe, "serve",
                                "Serve MCP on standard input and output (what a client starts)");
  add_common(serve, line);
  serve->add_option("--access", line.overrides.access, "observe (default) or operate")
      ->type_name("LEVEL");
  serve
      ->add_option("--http", line.http,
                   "Serve Streamable HTTP here instead (bearer token: see token)")
      ->type_name("ADDRESS:PORT");
  serve->add_flag("--demo", line.demo, "Serve a simulated cluster: no configuration, nothing kept");
}

void add_sim(CLI::App& app, CommandLine& line) {
  CLI::App* sim = add_command(app, line, CommandLine::Command::kSim, "sim",
                              "Run a simulated Proxmox VE cluster");
  SimArguments& args = line.sim;
  sim->add_option("--listen", args.listen, "Address and port; port 0 = any free one")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  sim->add_option("--scenario", args.scenarios,
                  "What the cluster is and what happens to it: generated (the default), empty, "
                  "lab, homelab, office, datacenter, or a file that ends in .yml; given again, "
                  "another cluster")
      ->type_name("NAME|FILE")
      ->allow_extra_args(false);
  sim->add_option("--clusters", args.clusters,
                  "So many clusters at once, each of a seed of its own")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  sim->add_option("--nodes", args.nodes, "Number of nodes, else as the scenario says")
      ->check(CLI::Range(1, 100));
  sim->add_option("--guests", args.guests, "Number of guests, likewise")
      ->check(CLI::Range(0, 100000));
  sim->add_option("--seed", args.seed, "The same seed makes the same cluster")
      ->check(CLI::NonNegativeNumber);
  sim->add_option("--pve", args.pve, "The release whose API is simulated")
      ->check(CLI::IsMember({"8.4", "9.2"}));
  sim->add_option("--work-time", args.work_time,
                  "Milliseconds that a start or stop takes; 0 = 1 to 3 s, by guest")
      ->check(CLI::Range(0, 3'600'000))
      ->capture_default_str();
  sim->add_option("--speed", args.speed, "How fast its clock runs: 60 = a minute each second")
      ->check(CLI::Range(1.0, 100'000.0))
      ->capture_default_str();
  sim->add_flag("--http", args.http, "Without TLS");
  sim->add_option("--ready-file", args.ready_file,
                  "Write url, nodes, fingerprint and credentials here once ready (JSON)")
      ->type_name("FILE");
  sim->add_option("--truth-file", args.truth_file,
                  "Write every sensitive value of the cluster here (JSON)")
      ->type_name("FILE");
  sim->add_option("--access-log", args.access_log, "Write one line per request here")
      ->type_name("FILE");
  CLI::App* ctl = add_command(*sim, line, CommandLine::Command::kSimCtl, "ctl",
                              "Turn a switch of a running simulator: node-down NODE, quorum-lost, "
                              "fault latency 2000, storage-full STORAGE, ...");
  ctl->add_option("--ready-file", args.ready_file, "The file that the simulator wrote")
      ->type_name("FILE")
      ->required();
  ctl->add_option("--cluster", args.cluster, "Which of several, from 1 on")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  ctl->add_option("SWITCH", args.action, "Its name; a wrong one lists them all")->required();
  ctl->add_option("ARGUMENT", args.arguments, "What the switch needs");
}

void add_privacy(CLI::App* command, CommandLine& line) {
  add_common(command, line);
  command->add_option("FILE", line.file, "Input; standard input when - or left out");
  command->add_option("--names", line.privacy.names_file, "Names known beforehand (JSON)")
      ->type_name("FILE");
  command
      ->add_option("--key-file", line.privacy.key_file,
                   "32 random bytes or more; the installation's key when left out")
      ->type_name("FILE");
  command->add_flag("--jsonl", line.privacy.jsonl, "One {\"id\": ..., \"text\": ...} a line");
}

void add_explain(CLI::App& sub, CommandLine& line, const std::string& what) {
  sub.add_flag("--explain{text}", line.privacy.explain,
               what + "; --explain=json: one object a line")
      ->check(CLI::IsMember({"text", "json"}));
}

void add_trust(CLI::App& app, CommandLine& line) {
  CLI::App* trust =
      add_command(app, line, CommandLine::Command::kTrust, "trust",
                  "Show a node's certificate, and pin it in the configuration after a yes");
  trust->add_option("HOST", line.host, "HOST or HOST:PORT; the port is 8006 when left out")
      ->required();
  trust->add_option("--config", line.overrides.config_file, "Configuration file")
      ->type_name("FILE");
  trust->add_flag("--yes", line.yes, "Pin without asking: the fingerprint was compared elsewhere");
}

void add_operator_commands(CLI::App& app, CommandLine& line) {
  CLI::App* config =
      app.add_subcommand("config", "Work with the configuration")->require_subcommand(1);
  add_common(add_command(*config, line, CommandLine::Command::kConfigCheck, "check",
                         "Read the configuration and say what it means"),
             line);
  CLI::App* doctor = add_command(app, line, CommandLine::Command::kDoctor, "doctor",
                                 "Say whether the clusters are reachable and what is missing");
  add_common(doctor, line);
  doctor->add_option("--access", line.overrides.access, "Judge for this access level")
      ->type_name("LEVEL");
  doctor->add_flag("--json", line.json, "Machine-readable output");
  add_trust(app, line);
  CLI::App* anonymize = add_command(app, line, CommandLine::Command::kAnonymize, "anonymize",
                                    "Replace real values in a text or JSON document by pseudonyms");
  add_privacy(anonymize, line);
  CLI::Option* one_time =
      anonymize
          ->add_flag("--one-time", line.privacy.one_time,
                     "With a fresh key that is kept nowhere: for texts that strangers read")
          ->excludes("--key-file");
  anonymize
      ->add_flag("--permute-vmids", line.privacy.permute_vmids,
                 "Other VMIDs with as many digits, where the text says that they are some")
      ->needs(one_time);
  add_explain(*anonymize, line, "Say on standard error what was replaced, by which rule and why");
  CLI::App* deanonymize = add_command(app, line, CommandLine::Command::kDeanonymize, "deanonymize",
                                      "Undo anonymize (for your eyes only)");
  add_privacy(deanonymize, line);
  add_explain(
      *deanonymize, line,
      "Say on standard error what was restored, and why what looks like a pseudonym was not");
  CLI::App* reveal =
      add_command(app, line, CommandLine::Command::kReveal, "reveal",
                  "Replace pseudonyms in a text by real values (for your eyes only)");
  add_common(reveal, line);
  CLI::Option* text = reveal->add_option("TEXT", line.text, "Text; standard input when left out");
  reveal->add_flag("--watch", line.watch, "Each line of standard input as it comes")
      ->excludes(text);
  add_command(app, line, CommandLine::Command::kClientConfig, "client-config",
              "Print what to paste into MCP clients")
      ->add_flag("--demo", line.demo, "For the demo, not for your own cluster");
}

void add_token_verb(CLI::App& token, CommandLine& line, const char* verb, const char* description) {
  CLI::App* sub = token.add_subcommand(verb, description);
  sub->callback([&line, verb] {
    line.command = CommandLine::Command::kToken;
    line.token_verb = verb;
  });
  add_common(sub, line);
  const bool named = std::string_view(verb) != "list";
  if (!named) return;
  CLI::Option* name = sub->add_option("NAME", line.token_name, "Whose token; in the audit trail");
  if (std::string_view(verb) == "show") {
    line.token_name = "local";
    name->capture_default_str();
  } else {
    name->required();
  }
  if (std::string_view(verb) == "add") {
    sub->add_option("--access", line.overrides.access, "observe (default) or operate")
        ->type_name("LEVEL");
  }
}

void add_token(CLI::App& app, CommandLine& line) {
  CLI::App* token = app.add_subcommand("token", "Work with the bearer tokens of serve --http");
  token->require_subcommand(1);
  add_token_verb(*token, line, "show", "Print one token (made on first use)");
  add_token_verb(*token, line, "list", "Name all tokens and their access levels");
  add_token_verb(*token, line, "add", "Make a token for somebody else, and print it");
  add_token_verb(*token, line, "rotate", "Replace a token by a new one, and print it");
  add_token_verb(*token, line, "remove", "Take a token away; it ends at once");
}

void add_state(CLI::App& app, CommandLine& line) {
  CLI::App* state =
      app.add_subcommand("state", "Back up or restore the state directory, key included");
  state->require_subcommand(1);
  CLI::App* backup = add_command(*state, line, CommandLine::Command::kStateBackup, "backup",
                                 "Write everything to one private file; servers may run meanwhile");
  CLI::App* restore = add_command(*state, line, CommandLine::Command::kStateRestore, "restore",
                                  "Fill an empty state directory from such a file");
  for (CLI::App* sub : {backup, restore}) {
    add_common(sub, line);
    sub->add_option("FILE", line.file, "The backup")->required();
  }
}

void add_privacy_verbs(CLI::App& app, CommandLine& line) {
  CLI::App* privacy =
      app.add_subcommand("privacy", "Look at the pseudonyms, change them, or forget them all");
  privacy->require_subcommand(1);
  CLI::App* stats = add_command(*privacy, line, CommandLine::Command::kPrivacyStats, "stats",
                                "Count pseudonyms by class");
  CLI::App* mappings =
      add_command(*privacy, line, CommandLine::Command::kPrivacyMappings, "mappings",
                  "List every pseudonym and what it stands for (for your eyes only)");
  CLI::App* rules =
      add_command(*privacy, line, CommandLine::Command::kPrivacyRules, "rules",
                  "Show what becomes of each class, your own rules, and which are built in");
  rules->add_flag("--all", line.all, "Each built-in rule with its file and line");
  CLI::App* rotate = add_command(*privacy, line, CommandLine::Command::kPrivacyRotate, "rotate",
                                 "New pseudonyms from now on; old ones are accepted for a while");
  rotate
      ->add_option("--grace", line.grace, "Days that earlier pseudonyms are accepted in arguments")
      ->type_name("DAYS")
      ->check(CLI::Range(0, 3650))
      ->capture_default_str();
  CLI::App* clear = add_command(*privacy, line, CommandLine::Command::kPrivacyClear, "clear",
                                "Forget every pseudonym and make a new key");
  for (CLI::App* sub : {stats, mappings, rules, rotate, clear}) add_common(sub, line);
  for (CLI::App* sub : {stats, mappings, rules})
    sub->add_flag("--json", line.json, "Machine-readable");
  clear->add_flag("--yes", line.yes, "Really: what was said under old pseudonyms stays unreadable");
}

}  // namespace

std::optional<CommandLine> parse_command_line(int argc, char** argv, int& exit_code) {
  CommandLine line;
  CLI::App app(
      "Lets AI assistants operate Proxmox VE clusters over MCP without learning a real name, "
      "address or secret.",
      "proxmox-mpc");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("proxmox-mpc ") + PMX_VERSION);
  app.footer(kExamples);
  add_serve(app, line);
  add_sim(app, line);
  add_operator_commands(app, line);
  add_token(app, line);
  add_state(app, line);
  add_privacy_verbs(app, line);
  try {
    app.parse(argc, argv);
    return line;
  } catch (const CLI::ParseError& e) {  // CLI11 reports help, version and usage errors by exception
    const int code = app.exit(e);
    exit_code = code == 0 ? 0 : 2;
    return std::nullopt;
  }
}

}  // namespace pmx::app
