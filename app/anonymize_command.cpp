// anonymize and deanonymize: a text, or many of them as JSON lines, with the installation's key or
// one brought along. Texts of any length pass in bounded memory.
#include <cstdio>

#include "app/commands.h"
#include "app/console.h"
#include "app/explainer.h"
#include "app/installation.h"
#include "app/keyed_map.h"
#include "app/known_names.h"
#include "app/open_state.h"
#include "app/treatment.h"
#include "base/crypto.h"
#include "base/files.h"

namespace pmx::app {
namespace {

using anonymize::Explanation;

constexpr std::size_t kMebibyte = std::size_t{1} << 20;
/// Of a JSON document, of a row of JSON lines and of the file with names: they are read whole.
constexpr std::size_t kMaxWhole = 64 * kMebibyte;
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
    PMX_TRY(const std::string json, read_file(line.privacy.names_file, kMaxWhole));
    PMX_TRY(const auto names, read_known_names(json));
    PMX_TRY_VOID(place.engine().learn(names));
  }
  return place;
}

Error line_error(std::size_t number, std::string_view what) {
  return {Code::kInvalidArgument, "line " + std::to_string(number) + ": " + std::string(what),
          "expected is one {\"id\": ..., \"text\": \"...\"} a line"};
}

/// One line of the input to one of the output. False when its text had to be held back.
Result<bool> treat_row(Treatment& treatment, Explainer& explainer, std::string_view row,
                       std::size_t number) {
  const auto parsed = parse_json(row, {.max_bytes = kMaxWhole});
  if (!parsed.ok()) return line_error(number, parsed.error().message);
  const Json* text = find_member(*parsed, "text");
  const Json* id = find_member(*parsed, "id");
  if (text == nullptr || !text->is_string()) return line_error(number, "there is no \"text\"");
  Explanation why;
  const auto treated =
      treatment.whole(text->get_ref<const std::string&>(), explainer.on() ? &why : nullptr);
  if (!treated.ok())
    std::fprintf(stderr, "proxmox-mpc: line %zu: %s\n", number, treated.error().message.c_str());
  Json out = Json::object();
  if (id != nullptr) out["id"] = *id;
  out["text"] = treated.ok() ? *treated : std::string(kWithheld);
  print(dump_json(out) + "\n");
  explainer.begin_row(number, id);
  if (treated.ok()) explainer.tell(*treated, why);
  return treated.ok();
}

Result<int> treat_rows(Treatment& treatment, Explainer& explainer, Input& input) {
  bool all = true;
  for (std::size_t number = 1;; ++number) {
    PMX_TRY(const auto row, input.line(kMaxWhole));
    if (!row) return all ? 0 : 1;
    if (row->find_first_not_of(" \t\r\n") == std::string_view::npos) continue;
    PMX_TRY(const bool done, treat_row(treatment, explainer, *row, number));
    all = all && done;
  }
}

/// Reads as much as it takes to know that the input is no JSON document, or all of one. Whether it
/// is a document.
Result<bool> read_document(Input& input, std::string& head) {
  std::size_t looked = kMebibyte;
  while (true) {
    PMX_TRY(const std::string_view piece, input.next());
    head += piece;
    const std::size_t first = head.find_first_not_of(" \t\r\n");
    const bool blank = first == std::string::npos;
    if (!blank && head[first] != '{' && head[first] != '[') return false;
    if (piece.empty()) return !blank && anonymize::begins_document(head);
    if (head.size() < looked) continue;
    if (blank || !anonymize::begins_document(head)) return false;
    if (head.size() > kMaxWhole)
      return Error{
          Code::kResourceExhausted, "the JSON document is larger than 64 MiB",
          "give it in parts, or as one {\"id\": ..., \"text\": \"...\"} a line with --jsonl"};
    looked = std::min(looked * 8, kMaxWhole + 1);
  }
}

/// What is ready goes out before more is read.
void give_out(Explainer& explainer, std::string& out, Explanation& why) {
  print(out);
  explainer.tell(out, why);
  out.clear();
  why.clear();
}

Result<int> treat_text(Treatment& treatment, Explainer& explainer, Input& input) {
  std::string head;
  bool document = false;
  if (treatment.takes_documents_whole()) {
    PMX_TRY(document, read_document(input, head));
  }
  std::string out;
  Explanation why;
  Explanation* const explanation = explainer.on() ? &why : nullptr;
  if (document) {
    PMX_TRY(out, treatment.whole(head, explanation));
    give_out(explainer, out, why);
    return 0;
  }
  for (std::string_view piece = head;; give_out(explainer, out, why)) {
    PMX_TRY_VOID(treatment.feed(piece, out, explanation));
    PMX_TRY(piece, input.next());
    if (piece.empty()) break;
  }
  PMX_TRY_VOID(treatment.finish(out, explanation));
  give_out(explainer, out, why);
  return 0;
}

Result<int> treat_input(const CommandLine& line, Treatment& treatment, Input& input) {
  Explainer explainer(line.privacy.explain);
  return line.privacy.jsonl ? treat_rows(treatment, explainer, input)
                            : treat_text(treatment, explainer, input);
}

}  // namespace

Result<int> anonymize_command(const CommandLine& line) {
  PMX_TRY(Input input, Input::open(line.file));
  PMX_TRY(const Workplace place, open_workplace(line));
  // One key for all texts of this run.
  Anonymizing treatment(place.engine(),
                        line.privacy.permute_vmids ? Secret(crypto::random_bytes(32)) : Secret());
  return treat_input(line, treatment, input);
}

Result<int> deanonymize_command(const CommandLine& line) {
  PMX_TRY(Input input, Input::open(line.file));
  PMX_TRY(const Workplace place, open_workplace(line));
  Revealing treatment(place.engine());
  return treat_input(line, treatment, input);
}

}  // namespace pmx::app
