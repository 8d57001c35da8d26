#include "anonymize/engine.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <vector>

#include "anonymize/dictionary.h"
#include "anonymize/json_walk.h"
#include "anonymize/keep.h"
#include "anonymize/leak.h"
#include "anonymize/ledger.h"
#include "anonymize/resolve.h"
#include "anonymize/restore.h"
#include "anonymize/rewrite.h"

namespace pmx::anonymize {
namespace {

/// A pass may find values inside values it could not see before; each round issues one layer.
constexpr int kMaxRounds = 24;
/// A name is issued before its other spellings.
constexpr int kLearningRounds = 4;
constexpr std::size_t kMinSecret = 6;

}  // namespace

class Engine::Impl {
 public:
  Impl(const Secret& key, Mapping& mapping)
      : mapping_(mapping), scheme_(key), ledger_(scheme_, mapping), dictionary_(ledger_) {}

  /// Takes in what other processes issued; true when there was something. Costs a look at the map's
  /// version while nothing was written, and no exclusive lock unless there are rows.
  Result<bool> catch_up() {
    PMX_TRY(const std::int64_t version, mapping_.version());
    if (version == version_.load()) return false;
    std::int64_t loaded = 0;
    {
      const std::shared_lock lock(mutex_);
      loaded = ledger_.loaded();
    }
    PMX_TRY(const auto rows, mapping_.load(loaded));
    if (!rows.empty()) {
      const std::unique_lock lock(mutex_);
      ledger_.take(rows);
      absorb();
    }
    version_.store(version);  // read before the rows: who finds it here has them
    return !rows.empty();
  }

  /// Repeats `pass` until every value it needs has been issued. Before the first is, the map may
  /// know it, or another spelling of it.
  Result<std::string> run(const std::function<std::string(Rewriter&, Resolver&)>& pass) {
    PayloadNames payload;
    for (int round = 0; round < kMaxRounds; ++round) {
      payload.grew = false;
      std::vector<Want> wanted;
      {
        const std::shared_lock lock(mutex_);
        Resolver resolver(ledger_, &payload);
        Rewriter rewriter(scheme_, dictionary_, resolver, guarded_);
        std::string out = pass(rewriter, resolver);
        if (resolver.wanted().empty() && !payload.grew) return out;
        wanted = resolver.wanted();
      }
      if (round == 0) {
        PMX_TRY(const bool came, catch_up());
        if (came) continue;
      }
      PMX_TRY_VOID(issue(wanted));
    }
    return Error{Code::kInternal, "pseudonymization did not come to an end", ""};
  }

  /// One pass without issuing: a value that would need a row is written as the resolver writes it
  /// meanwhile, which tells nothing of it.
  Result<std::string> mask(std::string_view text) {
    PMX_TRY_VOID(catch_up());
    PayloadNames payload;
    std::string out;
    {
      const std::shared_lock lock(mutex_);
      do {  // again with the names that the text announces itself
        payload.grew = false;
        Resolver resolver(ledger_, &payload);
        Rewriter rewriter(scheme_, dictionary_, resolver, guarded_);
        out = apply_edits(text, rewriter.settled_text(text));
      } while (payload.grew);
    }
    PMX_TRY_VOID(check(out));
    return out;
  }

  Result<void> issue(const std::vector<Want>& wanted) {
    const std::unique_lock lock(mutex_);
    PMX_TRY_VOID(ledger_.issue(wanted));
    absorb();
    return {};
  }

  /// The second round knows the pseudonyms that the spellings of a person share.
  Result<void> learn(std::span<const Name> names) {
    PMX_TRY_VOID(catch_up());
    for (int round = 0; round < kLearningRounds; ++round) {
      const std::vector<Want> wanted = wanted_for(names);
      if (wanted.empty()) return {};
      PMX_TRY_VOID(issue(wanted));
    }
    return {};
  }

  std::vector<Want> wanted_for(std::span<const Name> names) {
    std::vector<Want> wanted;
    {
      const std::unique_lock lock(mutex_);
      Resolver resolver(ledger_);
      Rewriter rewriter(scheme_, dictionary_, resolver, guarded_);
      for (const Name& name : names) {
        const std::string folded = lower(name.value);
        // A real object named like an issued pseudonym: neither may be resolved by it any more.
        if (ledger_.by_pseudonym(folded) != nullptr) {
          contested_.insert(folded);
        } else if (is_name_kind(name.kind)) {
          learn_name(name, folded, rewriter, resolver);
        } else {
          rewriter.text(name.value);
        }
      }
      wanted = resolver.wanted();
    }
    return wanted;
  }

  void guard(const Secret& secret) {
    if (secret.expose().size() < kMinSecret) return;
    const std::unique_lock lock(mutex_);
    for (const Secret& known : guarded_)
      if (known.expose() == secret.expose()) return;
    guarded_.push_back(secret);
    leaks_.add_secret(secret.expose());
  }

  Result<void> check(std::string_view bytes) {
    PMX_TRY_VOID(catch_up());
    const std::shared_lock lock(mutex_);
    const std::string found = leaks_.find(bytes);
    if (found.empty()) return {};
    return Error{Code::kInternal,
                 "the privacy check found " + found + " in an answer and held it back",
                 "report this as a defect; the operator finds details in the local log"};
  }

  Result<std::string> restore(std::string_view value, std::string_view format) {
    PMX_TRY_VOID(catch_up());
    auto result = attempt(value, format);
    if (result.ok() || result.error().code != Code::kNotFound) return result;
    return Error{Code::kInvalidArgument, result.error().message, result.error().advice};
  }

  Result<Standing> standing(std::string_view value, std::string_view format) {
    PMX_TRY_VOID(catch_up());
    const std::shared_lock lock(mutex_);
    return standing_of(scheme_, ledger_, value, format);
  }

  Result<std::string> reveal(std::string_view text) {
    PMX_TRY_VOID(catch_up());
    const std::shared_lock lock(mutex_);
    return reveal_text(scheme_, ledger_, text);
  }

 private:
  /// A host name with a domain is known by its labels, a user id by its parts; else by itself.
  static void learn_name(const Name& name, const std::string& folded, Rewriter& rewriter,
                         Resolver& resolver) {
    if (name.value.empty() || is_kept_name(folded, name.kind)) return;
    if (name.kind == Kind::kPerson) return rewriter.learn_person(name.value);
    const bool compound = rewriter.is_compound(name.kind, name.value);
    if (compound) rewriter.value(name.kind, name.value);
    if (!compound || name.kind == Kind::kDomain) resolver.learn(name.kind, name.value);
  }

  void absorb() {
    dictionary_.absorb();
    leaks_.absorb(ledger_);
  }

  Result<std::string> attempt(std::string_view value, std::string_view format) {
    const std::shared_lock lock(mutex_);
    for (const std::string& name : contested_)
      if (lower(value).find(name) != std::string::npos)
        return Error{Code::kInvalidArgument, "the pseudonym is also the name of another object",
                     "use the VMID"};
    return restore_value(scheme_, ledger_, value, format);
  }

  Mapping& mapping_;
  std::atomic<std::int64_t> version_ = -1;  ///< of the map, when all its rows were here
  std::shared_mutex mutex_;                 ///< guards the members below
  Scheme scheme_;
  Ledger ledger_;
  Dictionary dictionary_;
  LeakIndex leaks_;
  std::vector<Secret> guarded_;
  std::set<std::string> contested_;
};

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(const Secret& key, Mapping& mapping) {
  if (key.expose().size() != 32)
    return Error{Code::kInvalidArgument, "the installation key must have 32 bytes", ""};
  auto impl = std::make_unique<Impl>(key, mapping);
  PMX_TRY_VOID(impl->catch_up());
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

Result<void> Engine::learn(std::span<const Name> names) { return impl_->learn(names); }

void Engine::guard_secret(const Secret& secret) { impl_->guard(secret); }

Result<std::string> Engine::anonymize_text(std::string_view text) {
  PMX_TRY_VOID(impl_->catch_up());
  return impl_->run([text](Rewriter& rewriter, Resolver&) {
    return apply_edits(text, rewriter.settled_text(text));
  });
}

Result<std::string> Engine::mask(std::string_view text) { return impl_->mask(text); }

Result<std::string> Engine::anonymize_json(std::string_view json) {
  PMX_TRY(const auto strings, scan_json(json));
  PMX_TRY_VOID(impl_->catch_up());
  return impl_->run(
      [&](Rewriter& rewriter, Resolver&) { return rewrite_json(json, strings, rewriter); });
}

Result<std::string> Engine::pseudonym(Kind kind, std::string_view value) {
  return impl_->run([kind, value](Rewriter& rewriter, Resolver&) {
    if (value.empty()) return std::string();
    if (is_name_kind(kind)) return rewriter.value(kind, value);
    return apply_edits(value, rewriter.text(value));
  });
}

Result<void> Engine::check(std::string_view bytes) { return impl_->check(bytes); }

Result<std::string> Engine::restore(std::string_view value, std::string_view format) {
  return impl_->restore(value, format);
}

Result<Standing> Engine::standing(std::string_view value, std::string_view format) {
  return impl_->standing(value, format);
}

Result<std::string> Engine::reveal(std::string_view text) { return impl_->reveal(text); }

}  // namespace pmx::anonymize
