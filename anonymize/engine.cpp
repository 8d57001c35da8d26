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
#include "base/crypto.h"

namespace pmx::anonymize {
namespace {

/// A pass may find values inside values it could not see before; each round issues one layer.
constexpr int kMaxRounds = 24;
/// A name is issued before its other spellings.
constexpr int kLearningRounds = 4;
constexpr std::size_t kMinSecret = 6;
constexpr std::size_t kKeySize = 32;

/// The key that an epoch's pseudonyms are made with.
Secret subkey(const Secret& key, const Epoch& epoch) {
  return epoch.salt.empty() ? key : crypto::derive_key(key, "anonymize/epoch/" + epoch.salt);
}

/// All that hangs on the subkey of one epoch.
struct World {
  World(const Secret& key, Mapping& mapping, const Epoch& epoch, const Policy* policy)
      : scheme(subkey(key, epoch)),
        ledger(scheme, mapping, epoch.number, policy),
        dictionary(ledger) {}

  void absorb() {
    dictionary.absorb();
    leaks.absorb(ledger);
    ++revision;
  }

  Scheme scheme;
  Ledger ledger;
  Dictionary dictionary;
  LeakIndex leaks;
  Memories memories;
  std::uint64_t revision = 1;  ///< of all that edits depend on
};

/// A memory, lent to a pass.
class Lent {
 public:
  Lent(World& world, Rewriter& rewriter)
      : world_(world), memory_(world.memories.take(world.revision)) {
    rewriter.remember(*memory_);
  }
  ~Lent() { world_.memories.give(std::move(memory_), world_.revision); }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

 private:
  World& world_;
  std::unique_ptr<Memory> memory_;
};

}  // namespace

class Engine::Impl {
 public:
  Impl(const Secret& key, Mapping& mapping, PolicyPtr policy)
      : key_(key), policy_(std::move(policy)), mapping_(mapping) {}
  /// With a map of its own, which ends with it.
  Impl(const Secret& key, std::unique_ptr<Mapping> mapping, PolicyPtr policy)
      : key_(key),
        policy_(std::move(policy)),
        own_mapping_(std::move(mapping)),
        mapping_(*own_mapping_) {}

  /// Before anything else.
  Result<void> begin() {
    PMX_TRY(const std::int64_t version, mapping_.version());
    PMX_TRY_VOID(turn_over());
    version_.store(version);
    return learn_words();
  }

  /// Takes in what other processes did: rows that they issued, an epoch that was begun. True when
  /// there was something. Costs a look at the map's version while nothing was written, and no
  /// exclusive lock unless there are rows.
  Result<bool> catch_up() {
    PMX_TRY(const std::int64_t version, mapping_.version());
    if (version == version_.load()) return false;
    std::int64_t loaded = 0;
    std::int64_t known_epoch = 0;
    {
      const std::shared_lock lock(mutex_);
      loaded = world_->ledger.loaded();
      known_epoch = world_->ledger.epoch();
    }
    PMX_TRY(const auto rows, mapping_.load(loaded));
    PMX_TRY(const Epoch epoch, mapping_.epoch());  // after the rows: none is of a later one
    const bool turned = epoch.number != known_epoch;
    if (turned) {
      PMX_TRY_VOID(turn_over());
    } else if (!rows.empty()) {
      const std::unique_lock lock(mutex_);
      world_->ledger.take(rows);
      world_->absorb();
    }
    version_.store(version);  // read before the rows: who finds it here has them
    return turned || !rows.empty();
  }

  /// Repeats `pass` until every value it needs has been issued. Before the first is, the map may
  /// know it, or another spelling of it.
  Result<std::string> run(const std::function<std::string(Rewriter&, Resolver&)>& pass) {
    PayloadNames payload;
    return run(pass, payload);
  }

  /// The same for a payload that goes on.
  Result<std::string> run(const std::function<std::string(Rewriter&, Resolver&)>& pass,
                          PayloadNames& payload) {
    for (int round = 0; round < kMaxRounds; ++round) {
      payload.grew = false;
      payload.recalled = false;
      std::vector<Want> wanted;
      std::int64_t epoch = 0;
      {
        const std::shared_lock lock(mutex_);
        Resolver resolver(world_->ledger, &payload);
        Rewriter rewriter(world_->scheme, world_->dictionary, resolver, guarded_);
        const Lent memory(*world_, rewriter);
        std::string out = pass(rewriter, resolver);
        if (resolver.wanted().empty() && !payload.grew) return out;
        wanted = resolver.wanted();
        epoch = world_->ledger.epoch();
      }
      if (round == 0) {
        PMX_TRY(const bool came, catch_up());
        if (came) continue;
      }
      PMX_TRY_VOID(issue(wanted, epoch));
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
        Resolver resolver(world_->ledger, &payload);
        Rewriter rewriter(world_->scheme, world_->dictionary, resolver, guarded_);
        out = apply_edits(text, rewriter.settled_text(text));
      } while (payload.grew);
    }
    PMX_TRY_VOID(check(out));
    return out;
  }

  /// What was wanted in epoch number `epoch`; nothing when that is over. Then it must be derived
  /// anew, as the pass that wanted it does when it is repeated.
  Result<void> issue(const std::vector<Want>& wanted, std::int64_t epoch) {
    {
      const std::unique_lock lock(mutex_);
      if (world_->ledger.epoch() != epoch) return {};
      PMX_TRY(const bool current, world_->ledger.issue(wanted));
      world_->absorb();
      if (current) return {};
    }
    return turn_over();
  }

  /// The second round knows the pseudonyms that the spellings of a person share.
  Result<void> learn(std::span<const Name> names) {
    PMX_TRY_VOID(catch_up());
    for (int round = 0; round < kLearningRounds; ++round) {
      std::int64_t epoch = 0;
      const std::vector<Want> wanted = wanted_for(names, epoch);
      if (wanted.empty()) return {};
      PMX_TRY_VOID(issue(wanted, epoch));
    }
    return {};
  }

  std::vector<Want> wanted_for(std::span<const Name> names, std::int64_t& epoch) {
    std::vector<Want> wanted;
    {
      const std::unique_lock lock(mutex_);
      epoch = world_->ledger.epoch();
      Resolver resolver(world_->ledger);
      Rewriter rewriter(world_->scheme, world_->dictionary, resolver, guarded_);
      for (const Name& name : names) {
        const std::string folded = lower(name.value);
        // A real object named like an issued pseudonym: neither may be resolved by it any more.
        if (world_->ledger.by_pseudonym(folded) != nullptr) {
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
    world_->leaks.add_secret(secret.expose());
    ++world_->revision;
  }

  Result<void> check(std::string_view bytes) {
    PMX_TRY_VOID(catch_up());
    const std::shared_lock lock(mutex_);
    const std::string found = world_->leaks.find(bytes);
    if (found.empty()) return {};
    return Error{Code::kInternal,
                 "the privacy check found " + found + " in an answer and held it back",
                 "report this as a defect; the operator finds details in the local log"};
  }

  Result<std::string> restore(std::string_view value, std::string_view format) {
    PMX_TRY_VOID(catch_up());
    PMX_TRY(const Epoch epoch, mapping_.epoch());
    auto result = attempt(value, format, epoch.oldest);
    if (result.ok() || result.error().code != Code::kNotFound) return result;
    return Error{Code::kInvalidArgument, result.error().message, result.error().advice};
  }

  Result<Standing> standing(std::string_view value, std::string_view format) {
    PMX_TRY_VOID(catch_up());
    const std::shared_lock lock(mutex_);
    return standing_of(world_->scheme, world_->ledger, value, format);
  }

  Result<std::vector<MapRow>> issued() { return mapping_.load(0); }

  Result<std::string> reveal(std::string_view text, Explanation* explanation) {
    PMX_TRY_VOID(catch_up());
    const std::shared_lock lock(mutex_);
    return reveal_text(world_->scheme, world_->ledger, text, explanation);
  }

 private:
  /// The operator's own words, which are known from the beginning.
  Result<void> learn_words() {
    if (policy_ == nullptr) return {};
    std::vector<Name> words;
    for (const OperatorRule& rule : policy_->rules()) {
      if (rule.type != OperatorRule::Type::kWord) continue;
      if (rule.kind) words.push_back({*rule.kind, rule.text});
      if (!rule.kind) guard(Secret(rule.text));
    }
    return learn(words);
  }

  /// A host name with a domain is known by its labels, a user id by its parts; else by itself.
  static void learn_name(const Name& name, const std::string& folded, Rewriter& rewriter,
                         Resolver& resolver) {
    const bool word = resolver.policy() != nullptr && resolver.policy()->is_word(folded);
    if (name.value.empty() || (!word && is_kept_name(folded, name.kind))) return;
    if (name.kind == Kind::kPerson) return rewriter.learn_person(name.value);
    const bool compound = rewriter.is_compound(name.kind, name.value);
    if (compound) rewriter.value(name.kind, name.value);
    if (!compound || word || name.kind == Kind::kDomain) resolver.learn(name.kind, name.value);
  }

  /// Loads the map as it is under the current epoch's subkey, and issues what earlier epochs knew
  /// before anything is written under it: a name stays known. Nothing when that was done already.
  Result<void> turn_over() {
    const std::lock_guard turning(turning_);
    while (true) {
      PMX_TRY(const auto rows, mapping_.load(0));
      PMX_TRY(const Epoch epoch, mapping_.epoch());
      if (world_ != nullptr && world_->ledger.epoch() == epoch.number) return {};
      auto next = std::make_unique<World>(key_, mapping_, epoch, policy_.get());
      next->ledger.take(rows);
      PMX_TRY(const bool current, next->ledger.renew_names());
      if (!current) continue;  // another one has begun meanwhile
      next->absorb();
      const std::unique_lock lock(mutex_);
      if (world_ != nullptr) next->ledger.take_kinds(world_->ledger);
      for (const Secret& secret : guarded_) next->leaks.add_secret(secret.expose());
      world_ = std::move(next);
      return {};
    }
  }

  Result<std::string> attempt(std::string_view value, std::string_view format,
                              std::int64_t oldest) {
    const std::shared_lock lock(mutex_);
    for (const std::string& name : contested_)
      if (lower(value).find(name) != std::string::npos)
        return Error{Code::kInvalidArgument, "the pseudonym is also the name of another object",
                     "use the VMID"};
    return restore_value(world_->scheme, world_->ledger, value, format, oldest);
  }

  const Secret key_;
  const PolicyPtr policy_;                      ///< nullptr: none
  const std::unique_ptr<Mapping> own_mapping_;  ///< of an engine that passes
  Mapping& mapping_;
  std::atomic<std::int64_t> version_ = -1;  ///< of the map, when all its rows were here
  std::mutex turning_;                      ///< held while the next epoch's world is made
  std::shared_mutex mutex_;                 ///< guards the members below
  std::unique_ptr<World> world_;            ///< replaced with turning_ held too
  std::vector<Secret> guarded_;
  std::set<std::string> contested_;
};

namespace {

/// What `edits` make of the part. Of an edit that reaches over its end the whole counts.
Window window_of(const Part& part, std::vector<Edit> edits, const Rewriter* explaining) {
  constexpr std::size_t kLineEnd = 4;  // behind a value without an end: "\\r\\n" too
  Window window;
  window.end = part.end;
  std::vector<Edit> own;
  for (Edit& edit : edits) {
    if (edit.end <= part.begin || edit.begin >= part.end) continue;
    edit.begin = std::max(edit.begin, part.begin) - part.begin;
    window.end = std::max(window.end, edit.end);
    edit.end -= part.begin;
    own.push_back(std::move(edit));
  }
  const std::size_t rest = part.text.find_last_not_of(" \t\r\n") + 1;
  window.open = window.end > part.end && window.end + kLineEnd >= rest &&
                own.back().reason.finder != Finder::kUnsettled;
  const std::string_view text = part.text.substr(part.begin, window.end - part.begin);
  if (explaining != nullptr) window.explanation = explaining->explained(text, own);
  window.text = apply_edits(text, own);
  return window;
}

}  // namespace

std::vector<Name> names_of(std::span<const MapRow> rows) {
  std::vector<Name> names;
  for (const MapRow& row : rows) {
    const bool marked = row.real.starts_with(kTextMark) || row.real.starts_with(kPhoneMark);
    if (is_name_kind(row.kind) && !marked) names.push_back({row.kind, row.real});
  }
  return names;
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(const Secret& key, Mapping& mapping,
                                             PolicyPtr policy) {
  if (key.expose().size() != kKeySize)
    return Error{Code::kInvalidArgument, "the installation key must have 32 bytes", ""};
  auto impl = std::make_unique<Impl>(key, mapping, std::move(policy));
  PMX_TRY_VOID(impl->begin());
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

Result<std::unique_ptr<Engine>> Engine::open_session(const Secret& key, std::string_view session,
                                                     PolicyPtr policy) {
  auto impl =
      std::make_unique<Impl>(crypto::derive_key(key, "anonymize/session/" + std::string(session)),
                             std::make_unique<MemoryMapping>(), std::move(policy));
  PMX_TRY_VOID(impl->begin());
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

Result<std::unique_ptr<Engine>> Engine::open_one_time(PolicyPtr policy) {
  return open_session(Secret(crypto::random_bytes(kKeySize)), "one-time", std::move(policy));
}

Result<std::vector<MapRow>> Engine::issued() { return impl_->issued(); }

Result<void> Engine::learn(std::span<const Name> names) { return impl_->learn(names); }

void Engine::guard_secret(const Secret& secret) { impl_->guard(secret); }

Result<std::string> Engine::anonymize_text(std::string_view text, Explanation* explanation) {
  PMX_TRY_VOID(impl_->catch_up());
  return impl_->run([text, explanation](Rewriter& rewriter, Resolver&) {
    const auto edits = rewriter.settled_text(text);
    if (explanation != nullptr) *explanation = rewriter.explained(text, edits);
    return apply_edits(text, edits);
  });
}

Result<Window> Engine::anonymize_part(const Part& part, PayloadNames& names, bool explain) {
  PMX_TRY_VOID(impl_->catch_up());
  Window window;
  PMX_TRY_VOID(impl_->run(
      [&](Rewriter& rewriter, Resolver&) {
        window = window_of(part, rewriter.settled_text(part.text), explain ? &rewriter : nullptr);
        return std::string();
      },
      names));
  return window;
}

Result<std::string> Engine::mask(std::string_view text) { return impl_->mask(text); }

Result<std::string> Engine::anonymize_json(std::string_view json, Explanation* explanation) {
  PMX_TRY(const auto strings, scan_json(json));
  PMX_TRY_VOID(impl_->catch_up());
  return impl_->run([&](Rewriter& rewriter, Resolver&) {
    const auto edits = json_edits(json, strings, rewriter);
    if (explanation != nullptr) *explanation = rewriter.explained(json, edits);
    return apply_edits(json, edits);
  });
}

Result<void> Engine::refresh() {
  PMX_TRY_VOID(impl_->catch_up());
  return {};
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

Result<std::string> Engine::reveal(std::string_view text, Explanation* explanation) {
  return impl_->reveal(text, explanation);
}

}  // namespace pmx::anonymize
