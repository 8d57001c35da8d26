#include "ops/api_guide.h"

#include <algorithm>

#include "schemas/embedded.h"

namespace pmx::ops {
namespace {

using proxmox::ApiMethod;
using Methods = std::vector<const ApiMethod*>;
using WordSet = std::set<std::string_view>;

constexpr int kCandidates = 50;
constexpr std::chrono::minutes kReleaseHolds{10};

// How much a method gains or loses beside the rank of its words.
constexpr double kRightVerb = 1.15;   // the question begins as one for this verb does
constexpr double kOtherKind = 0.8;    // a container's method, asked about VMs, or the reverse
constexpr double kHardlyMeant = 0.5;  // an index of further paths, or PVE's own machinery

/// Words that say nothing of what is asked for.
const WordSet& empty_words() {
  static const std::set<std::string_view> kWords{
      "a",     "an",    "and",  "any",  "are",   "as",    "at",      "be",    "by",  "can",  "do",
      "does",  "for",   "from", "get",  "has",   "have",  "how",     "i",     "if",  "in",   "into",
      "is",    "it",    "its",  "me",   "my",    "of",    "on",      "or",    "our", "so",   "that",
      "the",   "their", "them", "then", "there", "these", "this",    "to",    "was", "what", "when",
      "where", "which", "who",  "why",  "will",  "with",  "without", "would", "you", "your"};
  return kWords;
}

struct VerbWords {
  WordSet words;
  std::vector<std::string_view> verbs;
};

/// What questions for a verb begin with.
const std::vector<VerbWords>& verb_words() {
  static const std::vector<VerbWords> kRows{
      {{"add", "connect", "create", "generate", "make", "new", "open", "order", "register", "run",
        "start", "take"},
       {"POST"}},
      {{"cancel", "delete", "destroy", "discard", "drop", "remove", "revoke", "withdraw"},
       {"DELETE"}},
      {{"allow", "apply", "change", "disable", "edit", "enable", "modify", "rename", "set", "turn",
        "update"},
       {"PUT", "POST"}},
      {{"are",  "check", "display", "do",    "does", "find",   "has",  "have",
        "is",   "list",  "read",    "see",   "show", "status", "view", "what",
        "when", "where", "whether", "which", "who",  "why"},
       {"GET"}},
  };
  return kRows;
}

/// Lower-case runs of letters and digits, in order.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9') || (c & '\x80') != 0) {
      words.back() += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

/// What a question is about, beside its words.
struct Intent {
  std::vector<std::string_view> verbs;  ///< empty: any
  bool of_vm = false;
  bool of_container = false;
};

Intent intent_of(const std::vector<std::string>& words) {
  static const WordSet kVm{"vm", "vms", "virtual", "qemu", "kvm"};
  static const WordSet kContainer{"container", "containers", "lxc", "ct", "cts"};
  constexpr std::size_t kBeginning = 4;
  Intent intent;
  for (std::size_t i = 0; i < words.size(); ++i) {
    intent.of_vm = intent.of_vm || kVm.contains(words[i]);
    intent.of_container = intent.of_container || kContainer.contains(words[i]);
    for (const VerbWords& row : verb_words()) {
      if (i < kBeginning && intent.verbs.empty() && row.words.contains(words[i]))
        intent.verbs = row.verbs;
    }
  }
  return intent;
}

bool has_segment(const ApiMethod& method, std::string_view segment) {
  return std::ranges::find(method.segments, segment) != method.segments.end();
}

double weight(const ApiMethod& method, std::string_view summary, const Intent& intent) {
  double weight = 1;
  if (summary.starts_with("Index of") || summary.starts_with("Internal")) weight *= kHardlyMeant;
  if (std::ranges::find(intent.verbs, method.method) != intent.verbs.end()) weight *= kRightVerb;
  if (intent.of_vm && has_segment(method, "lxc")) weight *= kOtherKind;
  if (intent.of_container && has_segment(method, "qemu")) weight *= kOtherKind;
  return weight;
}

using Names = std::set<std::string, std::less<>>;

/// Names of members and values of enumerations in a schema.
struct Vocabulary {
  Names members;
  Names values;
};

void collect(const Json& schema, Vocabulary& out) {
  if (schema.is_array()) {
    for (const Json& item : schema) collect(item, out);
  }
  if (!schema.is_object()) return;
  for (const auto& [key, value] : schema.items()) {
    if (key == "properties" && value.is_object()) {
      for (const auto& [name, facts] : value.items()) out.members.insert(name);
    } else if (key == "enum" && value.is_array()) {
      for (const Json& one : value)
        out.values.insert(one.is_string() ? one.get<std::string>() : "");
    }
    collect(value, out);
  }
}

Vocabulary vocabulary_of(const Json& facts) {
  Vocabulary out;
  if (const Json* params = find_member(facts, "params")) {
    for (const auto& [name, parameter] : params->items()) out.members.insert(name);
    collect(*params, out);
  }
  if (const Json* returns = find_member(facts, "returns")) collect(*returns, out);
  return out;
}

std::string joined(const Vocabulary& vocabulary) {
  Names all = vocabulary.members;
  all.insert(vocabulary.values.begin(), vocabulary.values.end());
  std::string text;
  for (const std::string& name : all) text += name + " ";
  return text;
}

std::string place_of(const ApiMethod& method, const Json& facts) {
  std::string text(string_member(facts, "name"));
  for (const std::string_view segment : method.segments) {
    if (proxmox::variable_name(segment).empty()) text += " " + std::string(segment);
  }
  return text;
}

struct Wording {
  std::string summary;
  std::string words;
};

/// Of all releases, by method and path.
std::map<std::string, Wording> read_wordings() {
  std::map<std::string, Wording> wordings;
  std::string_view text = schemas::embedded_file("pve/summaries.jsonl");
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const Json row = parse_json(line).value_or(Json::object());
    const std::string key =
        std::string(string_member(row, "method")) + " " + std::string(string_member(row, "path"));
    wordings[key] = {std::string(string_member(row, "summary")),
                     std::string(string_member(row, "words"))};
  }
  return wordings;
}

bool is_wanted(const ApiMethod& method, std::string_view verb) {
  return verb.empty() || method.method == verb;
}

}  // namespace

Result<std::unique_ptr<ApiGuide>> ApiGuide::build(proxmox::ApiRelease release) {
  std::unique_ptr<ApiGuide> guide(new ApiGuide(release));
  auto wordings = read_wordings();
  std::vector<state::IndexedText> texts;
  for (const ApiMethod& method : guide->schema_.methods()) {
    const Json facts = method.facts();
    Wording& wording = wordings[std::string(method.method) + " " + std::string(method.path)];
    Vocabulary vocabulary = vocabulary_of(facts);
    texts.push_back({wording.summary, wording.words, place_of(method, facts), joined(vocabulary)});
    guide->members_.merge(vocabulary.members);
    guide->summaries_.push_back(std::move(wording.summary));
  }
  PMX_TRY(guide->index_, state::TextIndex::build(texts));
  return guide;
}

std::string_view ApiGuide::summary(const ApiMethod& method) const {
  return summaries_[static_cast<std::size_t>(&method - schema_.methods().data())];
}

bool ApiGuide::is_member_name(std::string_view name) const {
  if (members_.contains(name)) return true;
  const std::size_t stem = name.find_last_not_of("0123456789") + 1;
  return stem < name.size() && members_.contains(std::string(name.substr(0, stem)) + "[n]");
}

Methods ApiGuide::by_path(std::string_view path, std::string_view verb) const {
  Methods exact;
  Methods below;
  for (const ApiMethod& method : schema_.methods()) {
    if (!is_wanted(method, verb)) continue;
    const auto route = schema_.find(method.method, path);
    if (route && route->method == &method) {
      exact.push_back(&method);
    } else if (method.path.starts_with(path)) {
      below.push_back(&method);
    }
  }
  exact.insert(exact.end(), below.begin(), below.end());
  return exact;
}

Result<Methods> ApiGuide::search(std::string_view question, std::string_view verb,
                                 std::size_t limit) {
  Methods found;
  if (const std::size_t slash = question.find('/'); slash != std::string_view::npos) {
    const std::string_view path = question.substr(slash);
    found = by_path(path.substr(0, path.find(' ')), verb);
  }
  const auto words = words_of(question);
  const Intent intent = intent_of(words);
  std::vector<std::string> telling;
  for (const std::string& word : words) {
    if (word.size() > 1 && !empty_words().contains(word)) telling.push_back(word);
  }
  PMX_TRY(auto hits, index_->find(telling, verb.empty() ? kCandidates : kCandidates * 4));
  for (state::TextHit& hit : hits)
    hit.score *= weight(schema_.methods()[hit.number], summaries_[hit.number], intent);
  std::ranges::stable_sort(hits, std::greater<>(), &state::TextHit::score);
  for (const state::TextHit& hit : hits) {
    const ApiMethod* method = &schema_.methods()[hit.number];
    if (is_wanted(*method, verb) && std::ranges::find(found, method) == found.end())
      found.push_back(method);
  }
  if (found.size() > limit) found.resize(limit);
  return found;
}

Result<ApiGuide*> ApiGuides::of(proxmox::ApiRelease release) {
  const std::lock_guard lock(mutex_);
  auto& guide = guides_[release];
  if (guide == nullptr) {
    PMX_TRY(guide, ApiGuide::build(release));
  }
  return guide.get();
}

Result<ApiGuide*> ApiGuides::for_clusters(const Context& ctx, const std::vector<Cluster*>& clusters,
                                          std::vector<std::string>& warnings) {
  std::set<proxmox::ApiRelease> releases;
  for (Cluster* cluster : clusters) {
    const auto release = release_of(ctx, *cluster);
    if (!release.ok()) {
      warnings.push_back("the cluster's release cannot be read, " +
                         std::string(proxmox::release_name(proxmox::ApiRelease::k9)) +
                         " is assumed: " + release.error().message);
    }
    releases.insert(release.ok() ? *release : proxmox::ApiRelease::k9);
  }
  if (releases.size() > 1)
    warnings.emplace_back("the clusters have different releases: name one to be exact");
  return of(*releases.rbegin());
}

Result<proxmox::ApiRelease> ApiGuides::release_of(const Context& ctx, Cluster& cluster) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(cluster.name());
    if (known != known_.end() && cluster.clock().steady() - known->second.at < kReleaseHolds)
      return known->second.release;
  }
  PMX_TRY(const proxmox::Version version, cluster.client().version(ctx));
  const proxmox::ApiRelease release = proxmox::api_release(version.version);
  const std::lock_guard lock(mutex_);
  known_[cluster.name()] = {release, cluster.clock().steady()};
  return release;
}

}  // namespace pmx::ops
