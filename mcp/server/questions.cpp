#include "mcp/server/questions.h"

#include <utility>

namespace pmx::mcp {

struct Questions::Round {
  Done done;
  Answers answers;
  std::size_t missing = 0;
  bool over = false;  // guarded by Questions::mutex_, like all of this but `stopped`
  /// Ends the round when the asking request is stopped. Set last; may fire at once.
  std::optional<std::stop_callback<std::function<void()>>> stopped;
};

std::vector<std::string> Questions::open(const std::vector<std::string>& keys,
                                         const std::stop_token& stop, Done done) {
  auto round = std::make_shared<Round>();
  round->done = std::move(done);
  round->missing = keys.size();
  std::vector<std::string> ids;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& key : keys) {
      ids.push_back("ask-" + std::to_string(++next_));
      open_.emplace(ids.back(), Open{round, key});
    }
  }
  // The callback holds the round weakly: the round owns the callback.
  round->stopped.emplace(stop, [this, weak = std::weak_ptr(round)] {
    if (const auto held = weak.lock()) abandon(held);
  });
  return ids;
}

void Questions::answer(const Response& response) {
  const auto* id = response.id.get_ptr<const std::string*>();
  if (id == nullptr) return;
  const bool refused = !response.result.is_object();  // the client answered with an error
  std::shared_ptr<Round> round;
  {
    const std::lock_guard lock(mutex_);
    const auto slot = open_.find(*id);
    if (slot == open_.end()) return;
    round = slot->second.round;
    if (!refused) {
      round->answers[slot->second.key] = response.result;
      open_.erase(slot);
      if (--round->missing > 0) return;
      round->over = true;
    }
  }
  if (refused) return abandon(round);
  round->done(std::move(round->answers));
}

void Questions::abandon(const std::shared_ptr<Round>& round) {
  {
    const std::lock_guard lock(mutex_);
    if (round->over) return;
    round->over = true;
    std::erase_if(open_, [&round](const auto& entry) { return entry.second.round == round; });
  }
  round->done(std::nullopt);
}

void Questions::close() {
  std::vector<std::shared_ptr<Round>> rounds;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, open] : open_) rounds.push_back(open.round);
  }
  for (const auto& round : rounds) abandon(round);
}

}  // namespace pmx::mcp
