// anonymize and deanonymize: a text, or many of them as JSON lines, with the installation's key or
// one brought along.
#include <cstdio>
#include <functional>

#include "anonymize/vmids.h"
#include "app/commands.h"
#include "app/console.h"
#include "app/explainer.h"
#include "app/installation.h"
#include "app/keyed_map.h"
#include "app/known_names.h"
#include "app/open_state.h"
#include "base/crypto.h"
#include "base/files.h"

namespace pmx::app {
namespace {

using anonymize::Explanation;
/// What is done with a text; tells why, when asked.
using Treat =
    std::function<Result<std::string>(anonymize::Engine&, std::string_view, Explanation*)>;

constexpr std::size_t kMaxInput = std::size_t{1} << 30;
/// Stands in a line of the output for a text that the leak check held back.
constexpr std::string_view kWithheld = "[secret:text]";

/// The engine a command works with, and what it stands on.
struct Workplace {
  std::unique_ptr<Installation> installation;
  std::unique_ptr<KeyedMap> map;
  std::unique_ptr<anonymize::Engine> one_time;

  [[nodiscard]] anonymize::Engine& engine() const {
    if (one_time != nullptr) return *one_time;
    return map != nullptr ? map->engine() : installation->engine();
  }
};

/// Knows the names of the installation, and writes nothing there.
Result<std::unique_ptr<anonymize::Engine>> open_one_time(const Config& config) {
  PMX_TRY(auto engine, anonymize::Engine::open_one_time(config.privacy.policy));
  if (!file_exists(config.state_dir + "/state.db")) return engine;
  PMX_TRY(const auto database, open_state(config));
  PMX_TRY(const auto rows, state::PseudonymStore(*database).load(0));
  PMX_TRY_VOID(engine->learn(anonymize::names_of(rows)));
  return engine;
}

Result<Workplace> open_workplace(const CommandLine& line) {
  Workplace place;
  PMX_TRY(Config config, load_local_config(line.overrides, process_environment()));
  config.privacy.mode = PrivacyMode::kInstallation;  // what was written can be undone
  if (line.privacy.one_time) {
    PMX_TRY(place.one_time, open_one_time(config));
  } else if (line.privacy.key_file.empty()) {
    PMX_TRY(place.installation, Installation::open(config, system_clock()));
  } else {
    PMX_TRY(const Secret key, read_key_file(line.privacy.key_file));
    PMX_TRY(place.map, KeyedMap::open(config.state_dir, key, config.privacy.policy));
  }
  if (!line.privacy.names_file.empty()) {
    PMX_TRY(const std::string json, read_file(line.privacy.names_file, kMaxInput));
    PMX_TRY(const auto names, read_known_names(json));
    PMX_TRY_VOID(place.engine().learn(names));
  }
  return place;
}

Result<std::string> read_input(const std::string& file) {
  if (file.empty() || file == "-") return read_standard_input();
  return read_file(file, kMaxInput);
}

bool may_be_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

Result<std::string> anonymized(anonymize::Engine& engine, std::string_view text, Explanation* why) {
  if (may_be_json(text)) {
    auto document = engine.anonymize_json(text, why);
    if (document.ok() || document.error().code != Code::kInvalidArgument) return document;
  }
  return engine.anonymize_text(text, why);
}

Result<std::string> anonymized_and_checked(anonymize::Engine& engine, std::string_view text,
                                           Explanation* why) {
  PMX_TRY(std::string safe, anonymized(engine, text, why));
  PMX_TRY_VOID(engine.check(safe));
  return safe;
}

Error line_error(std::size_t number, std::string_view what) {
  return {Code::kInvalidArgument, "line " + std::to_string(number) + ": " + std::string(what),
          "expected is one {\"id\": ..., \"text\": \"...\"} a line"};
}

/// `text` as `treat` leaves it, and what there is to say of it.
Result<std::string> treat_text(anonymize::Engine& engine, const Treat& treat, Explainer& explainer,
                               std::string_view text) {
  Explanation why;
  PMX_TRY(std::string output, treat(engine, text, explainer.on() ? &why : nullptr));
  explainer.tell(output, why);
  return output;
}

/// One line of the input to one of the output. False when its text had to be held back.
Result<bool> treat_line(anonymize::Engine& engine, const Treat& treat, Explainer& explainer,
                        std::string_view row, std::size_t number) {
  const auto parsed = parse_json(row, {.max_bytes = kMaxInput});
  if (!parsed.ok()) return line_error(number, parsed.error().message);
  const Json* text = find_member(*parsed, "text");
  const Json* id = find_member(*parsed, "id");
  if (text == nullptr || !text->is_string()) return line_error(number, "there is no \"text\"");
  explainer.begin_row(number, id);
  const auto treated = treat_text(engine, treat, explainer, text->get_ref<const std::string&>());
  if (!treated.ok())
    std::fprintf(stderr, "proxmox-mpc: line %zu: %s\n", number, treated.error().message.c_str());
  Json out = Json::object();
  if (id != nullptr) out["id"] = *id;
  out["text"] = treated.ok() ? *treated : std::string(kWithheld);
  print(dump_json(out) + "\n");
  return treated.ok();
}

Result<int> treat_lines(anonymize::Engine& engine, const Treat& treat, Explainer& explainer,
                        std::string_view input) {
  bool all = true;
  std::size_t number = 0;
  for (std::size_t at = 0; at < input.size();) {
    const std::size_t end = std::min(input.find('\n', at), input.size());
    const std::string_view row = input.substr(at, end - at);
    ++number;
    at = end + 1;
    if (row.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    PMX_TRY(const bool done, treat_line(engine, treat, explainer, row, number));
    all = all && done;
  }
  return all ? 0 : 1;
}

Result<int> treat_input(const CommandLine& line, const Treat& treat) {
  PMX_TRY(const std::string input, read_input(line.file));
  PMX_TRY(const Workplace place, open_workplace(line));
  Explainer explainer(line.privacy.explain);
  if (line.privacy.jsonl) return treat_lines(place.engine(), treat, explainer, input);
  PMX_TRY(const std::string output, treat_text(place.engine(), treat, explainer, input));
  print(output);
  return 0;
}

}  // namespace

Result<int> anonymize_command(const CommandLine& line) {
  if (!line.privacy.permute_vmids) return treat_input(line, anonymized_and_checked);
  const Secret key(crypto::random_bytes(32));  // one for all texts of this run
  return treat_input(line,
                     [&key](anonymize::Engine& engine, std::string_view text,
                            Explanation* why) -> Result<std::string> {
                       PMX_TRY(const std::string safe, anonymized(engine, text, why));
                       std::string permuted = anonymize::permute_vmids(key, safe);
                       PMX_TRY_VOID(engine.check(permuted));
                       return permuted;
                     });
}

Result<int> deanonymize_command(const CommandLine& line) {
  return treat_input(line, [](anonymize::Engine& engine, std::string_view text, Explanation*) {
    return engine.reveal(text);
  });
}

}  // namespace pmx::app
