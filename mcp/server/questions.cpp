#include "mcp/server/questions.h"

#include <utility>

namespace pmx::mcp {
namespace {

Error refused_answer() { return {Code::kCancelled, "the client did not answer the question", ""}; }

Error late_answer() {
  return {Code::kDeadlineExceeded, "nobody answered the question in time; nothing was done",
          "call again when somebody is there to answer"};
}

}  // namespace

struct Questions::Round {
  Done done;
  std::vector<std::string> ids;
  Answers answers;
  std::size_t missing = 0;
  Deadlines* deadlines = nullptr;
  Deadlines::Ticket deadline = 0;
  bool over = false;  // guarded by Questions::mutex_, like all of this but `stopped`
  /// Ends the round when the asking request is stopped. Set last; may fire at once.
  std::optional<std::stop_callback<std::function<void()>>> stopped;
};

std::vector<std::string> Questions::open(const std::vector<std::string>& keys,
                                         const std::stop_token& stop, const Limit& limit,
                                         Done done) {
  auto round = std::make_shared<Round>();
  round->done = std::move(done);
  round->missing = keys.size();
  round->deadlines = &limit.deadlines;
  {
    // The round is whole before anything can end it: what does waits for the lock.
    const std::lock_guard lock(mutex_);
    for (const std::string& key : keys) {
      round->ids.push_back("ask-" + std::to_string(++next_));
      open_.emplace(round->ids.back(), Open{round, key});
    }
    // The callbacks hold the round weakly: it owns them. While it lives, so does the conversation.
    round->deadline = limit.deadlines.add(limit.when, [this, weak = std::weak_ptr(round)] {
      if (const auto held = weak.lock()) abandon(held, late_answer());
    });
  }
  round->stopped.emplace(stop, [this, weak = std::weak_ptr(round)] {
    if (const auto held = weak.lock()) abandon(held, refused_answer());
  });
  return round->ids;
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
  if (refused) return abandon(round, refused_answer());
  round->deadlines->drop(round->deadline);
  round->done(round->ids, std::move(round->answers));
}

void Questions::abandon(const std::shared_ptr<Round>& round, const Error& why) {
  {
    const std::lock_guard lock(mutex_);
    if (round->over) return;
    round->over = true;
    std::erase_if(open_, [&round](const auto& entry) { return entry.second.round == round; });
  }
  round->deadlines->drop(round->deadline);
  round->done(round->ids, why);
}

void Questions::close() {
  std::vector<std::shared_ptr<Round>> rounds;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, open] : open_) rounds.push_back(open.round);
  }
  for (const auto& round : rounds) abandon(round, refused_answer());
}

}  // namespace pmx::mcp
