#include "anonymize/value_memo.h"

#include <algorithm>
#include <utility>

namespace pmx::anonymize {

bool hides_secret(const Edit* edits, std::size_t count) {
  return std::any_of(edits, edits + count, [](const Edit& edit) {
    return edit.text.find("[secret:") != std::string::npos;
  });
}

bool ValueMemo::keep(std::string_view text, std::uint32_t tag, const std::vector<Edit>& edits) {
  if (text.size() > kLongest || hides_secret(edits.data(), edits.size())) return false;
  if (values_.size() == kMaxValues) *this = ValueMemo();
  if ((values_.size() + 1) * 2 > slots_.size()) {
    slots_.assign(slots_.size() * 2, 0);
    for (std::size_t i = 0; i < values_.size(); ++i)
      slots_[place_of(values_[i].text, values_[i].tag, values_[i].print)] =
          static_cast<std::uint32_t>(i + 1);
  }
  const std::uint32_t print = tagged_print(text, tag);
  const std::size_t place = place_of(text, tag, print);
  values_.push_back({std::string(text), tag, print, edits});
  slots_[place] = static_cast<std::uint32_t>(values_.size());
  return true;
}

std::unique_ptr<Memory> Memories::take(std::uint64_t revision) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(revision_, revision) != revision) memories_.clear();
  if (memories_.empty()) return std::make_unique<Memory>();
  std::unique_ptr<Memory> memory = std::move(memories_.back());
  memories_.pop_back();
  return memory;
}

void Memories::give(std::unique_ptr<Memory> memory, std::uint64_t revision) {
  const std::lock_guard lock(mutex_);
  if (revision == revision_ && memories_.size() < kMost) memories_.push_back(std::move(memory));
}

}  // namespace pmx::anonymize
