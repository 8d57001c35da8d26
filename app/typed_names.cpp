#include "app/typed_names.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/log.h"

namespace pmx::app {
namespace {

constexpr std::chrono::hours kWindow{1};
constexpr std::size_t kRightPerWrong = 10;

/// The value itself is not kept. Case makes no difference.
std::size_t hash_of(std::string_view value, std::string_view format) {
  std::string text(format);
  text += '\n';
  for (const char c : value) text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::hash<std::string>{}(text);
}

Error too_many() {
  return Error{Code::kResourceExhausted,
               "the value is refused: too many names were tried that no answer showed",
               "use the pseudonyms of earlier answers; real names are accepted again in an hour"};
}

}  // namespace

TypedNames::TypedNames(anonymize::Engine& engine, Clock& clock, Options options)
    : engine_(engine), clock_(clock), options_(std::move(options)) {}

Result<void> TypedNames::admit(const Context& ctx, std::string_view value,
                               std::string_view format) {
  using anonymize::Standing;
  PMX_TRY(const Standing standing, engine_.standing(value, format));
  if (standing == Standing::kShown) return {};
  if (format == "pve-cluster" && is_shown_cluster(value)) return {};
  const bool must_be_shown = format == "pve-cluster" || format == "pve-upid";
  const bool wrong = must_be_shown || standing == Standing::kUnknown;
  if (!count(ctx, hash_of(value, format), wrong)) return too_many();
  if (must_be_shown) return never_shown(format);
  return {};
}

void TypedNames::note_forged(const Context& ctx, std::string_view value, std::string_view format) {
  count(ctx, hash_of(value, format), true);
}

bool TypedNames::count(const Context& ctx, std::size_t hash, bool wrong) {
  const std::size_t most = options_.wrong_per_hour;
  const SteadyTime now = clock_.steady();
  std::size_t tried = 0;
  bool fresh = false;
  {
    const std::lock_guard lock(mutex_);
    Guesses& guesses = guesses_[ctx.principal];
    for (Tried* all : {&guesses.wrong, &guesses.right}) {
      std::erase_if(*all, [now](const auto& entry) { return now - entry.second >= kWindow; });
    }
    if (guesses.wrong.size() >= most || guesses.right.size() >= most * kRightPerWrong) return false;
    fresh = (wrong ? guesses.wrong : guesses.right).emplace(hash, now).second;
    tried = guesses.wrong.size();
  }
  if (!wrong || !fresh) return true;
  if (tried == most) {
    log::error(ctx, "privacy.guessing_refused", {{"wrong_names", std::to_string(tried)}});
  } else if (tried == (most + 1) / 2) {
    log::warn(ctx, "privacy.guessing", {{"wrong_names", std::to_string(tried)}});
  }
  return true;
}

bool TypedNames::is_shown_cluster(std::string_view value) const {
  const std::vector<std::string> shown = options_.clusters();
  return std::find(shown.begin(), shown.end(), value) != shown.end();
}

Error TypedNames::never_shown(std::string_view format) const {
  if (format == "pve-upid") {
    return Error{Code::kInvalidArgument, "the value is no task that an answer showed",
                 "copy the UPID exactly from an earlier answer"};
  }
  std::string known;
  for (const std::string& name : options_.clusters()) known += (known.empty() ? "" : ", ") + name;
  return Error{Code::kInvalidArgument, "the value names no cluster that answers show",
               "name one of: " + known};
}

}  // namespace pmx::app
