#include "anonymize/value_memo.h"

#include <algorithm>
#include <utility>

namespace pmx::anonymize {

bool ValueMemo::keep(std::string_view text, std::uint32_t tag, const std::vector<Edit>& edits) {
  const bool secret = std::any_of(edits.begin(), edits.end(), [](const Edit& edit) {
    return edit.text.find("[secret:") != std::string::npos;
  });
  if (secret || text.size() > kLongest) return false;
  if (values_.size() == kMaxValues) *this = ValueMemo();
  if ((values_.size() + 1) * 2 > slots_.size()) {
    slots_.assign(slots_.size() * 2, 0);
    for (std::size_t i = 0; i < values_.size(); ++i)
      slots_[place_of(values_[i].text, values_[i].tag)] = static_cast<std::uint32_t>(i + 1);
  }
  const std::size_t place = place_of(text, tag);
  values_.push_back({std::string(text), tag, edits});
  slots_[place] = static_cast<std::uint32_t>(values_.size());
  return true;
}

std::unique_ptr<ValueMemo> ValueMemos::take(std::uint64_t revision) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(revision_, revision) != revision) memos_.clear();
  if (memos_.empty()) return std::make_unique<ValueMemo>();
  std::unique_ptr<ValueMemo> memo = std::move(memos_.back());
  memos_.pop_back();
  return memo;
}

void ValueMemos::give(std::unique_ptr<ValueMemo> memo, std::uint64_t revision) {
  const std::lock_guard lock(mutex_);
  if (revision == revision_ && memos_.size() < kMost) memos_.push_back(std::move(memo));
}

}  // namespace pmx::anonymize
