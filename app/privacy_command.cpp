// `privacy`: the pseudonym map, for the operator's own terminal.
#include <algorithm>
#include <cstdio>

#include "anonymize/engine.h"
#include "app/commands.h"
#include "app/console.h"
#include "app/open_state.h"
#include "app/privacy_rules.h"
#include "base/clock.h"
#include "base/json.h"
#include "state/database.h"
#include "state/pseudonym_store.h"

namespace pmx::app {
namespace {

Result<std::unique_ptr<state::Database>> open_state_of(const CommandLine& line) {
  PMX_TRY(const Config config, load_local_config(line.overrides, process_environment()));
  return open_state(config);
}

std::string class_of(anonymize::Kind kind) { return std::string(anonymize::kind_code(kind)); }

std::string column(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text + " ";
}

/// A name as it can stand on a terminal: control characters in it would move the cursor.
std::string printable(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
  });
  return plain ? name : dump_json(Json(name));
}

/// One of the operator's rules, as policy_rules() gives it.
std::string rule_line(const Json& rule) {
  const auto member = [&rule](const char* name) { return std::string(string_member(rule, name)); };
  const std::string text = printable(member("text"));
  const std::string context = printable(member("context"));
  return column(member("type"), 8) + column(member("class"), 8) + column(member("policy"), 8) +
         (text.empty() ? member("source") : column(member("source"), 20) + text) +
         (context.empty() ? "" : "  (in a line with " + context + ")") + "\n";
}

/// The built-in tables as built_in_rules() gives them: a line each, or one for each rule.
std::string built_in_lines(const Json& tables) {
  std::string text;
  for (const Json& table : tables) {
    const std::string name(string_member(table, "table"));
    if (!table.contains("entries")) {
      text += column(std::string(string_member(table, "file")), 14) + column(name, 20) +
              std::to_string(table["rules"].get<int>()) + "\n";
      continue;
    }
    for (const Json& entry : table["entries"])
      text += column(std::string(string_member(entry, "source")), 18) + column(name, 20) +
              std::string(string_member(entry, "text")) + "\n";
  }
  return text;
}

}  // namespace

Result<int> privacy_stats_command(const CommandLine& line) {
  PMX_TRY(const Config config, load_local_config(line.overrides, process_environment()));
  PMX_TRY(const auto database, open_state(config));
  PMX_TRY(const auto counts, state::PseudonymStore(*database).counts());
  const std::string mode(privacy_mode_name(config.privacy.mode));
  const std::string preset(anonymize::preset_name(preset_in_force(config.privacy.policy.get())));
  Json rows{{"mode", mode}, {"preset", preset}};
  std::string text = column("mode", 8) + mode + "\n" + column("preset", 8) + preset + "\n";
  for (const auto& row : counts) {
    rows[class_of(row.kind)] = row.count;
    text += column(class_of(row.kind), 8) + std::to_string(row.count) + "\n";
  }
  if (counts.empty()) text = "No pseudonym was issued yet.\n";
  print(line.json ? pretty_json(rows) + "\n" : text);
  return 0;
}

Result<int> privacy_mappings_command(const CommandLine& line) {
  PMX_TRY(const auto database, open_state_of(line));
  PMX_TRY(const auto rows, state::PseudonymStore(*database).load(0));
  for (const auto& row : rows) {
    const Json entry{
        {"class", class_of(row.kind)}, {"pseudonym", row.pseudonym}, {"stands_for", row.real}};
    print(line.json ? dump_json(entry) + "\n"
                    : column(class_of(row.kind), 8) + column(row.pseudonym, 24) +
                          printable(row.real) + "\n");
  }
  return 0;
}

Result<int> privacy_rules_command(const CommandLine& line) {
  PMX_TRY(const Config config, load_local_config(line.overrides, process_environment()));
  Json rules = policy_rules(config.privacy.policy.get());
  rules["built_in"] = built_in_rules(line.all);
  if (line.json) {
    print(pretty_json(rules) + "\n");
    return 0;
  }
  std::string text = describe_policy(config.privacy.policy.get()) + "\n\n";
  for (const auto& [name, fate] : rules["classes"].items())
    text += column(name, 8) + fate.get<std::string>() + "\n";
  text += column("secret", 8) + "placeholder, never restored\n";
  if (!rules["rules"].empty()) text += "\nYour rules:\n";
  for (const Json& rule : rules["rules"]) text += rule_line(rule);
  text += line.all ? "\nBuilt-in rules:\n" : "\nBuilt-in rules (--all shows each):\n";
  print(text + built_in_lines(rules["built_in"]));
  return 0;
}

Result<int> privacy_rotate_command(const CommandLine& line) {
  PMX_TRY(const Config config, load_local_config(line.overrides, process_environment()));
  PMX_TRY(const auto database, open_state(config));
  state::PseudonymStore store(*database);
  PMX_TRY(const auto rotation, store.rotate(std::chrono::hours(24) * line.grace));
  // The names that are known get their new pseudonyms here, so that no server has to wait for it.
  const auto renewed = anonymize::Engine::open(database->key(), store, config.privacy.policy);
  const std::string until = format_time(rotation.earlier_until);
  std::fprintf(stderr,
               "New pseudonyms from now on, in running servers too.\n"
               "Earlier ones are accepted in arguments %s%s; reveal knows them until privacy "
               "clear.\n",
               line.grace > 0 ? "until " : "no longer", line.grace > 0 ? until.c_str() : "");
  // It has happened: who took this for a failure would rotate twice.
  if (!renewed.ok())
    std::fprintf(stderr, "Known names get theirs when a server next starts: %s.\n",
                 renewed.error().text().c_str());
  return 0;
}

Result<int> privacy_clear_command(const CommandLine& line) {
  PMX_TRY(const auto database, open_state_of(line));
  if (!line.yes) {
    return Error{Code::kFailedPrecondition,
                 "this forgets every pseudonym and the key: what was said under them can never be "
                 "revealed again, and an assistant's memory of them is worth nothing",
                 "`proxmox-mpc state backup FILE` keeps a way back; then repeat it with --yes"};
  }
  PMX_TRY_VOID(database->renew_key());
  std::fprintf(stderr,
               database->brought_key()
                   ? "All pseudonyms of this installation are forgotten; new ones are made "
                     "with another subkey.\n"
                     "The key itself is the one that privacy.key names: replace it there if "
                     "others may know it.\n"
                   : "All pseudonyms of this installation are forgotten; the next start "
                     "uses a new key.\n");
  return 0;
}

}  // namespace pmx::app
