#include "anonymize/mapping.h"

#include <utility>

namespace pmx::anonymize {

Result<std::vector<MapRow>> MemoryMapping::load(std::int64_t after) {
  const std::lock_guard lock(mutex_);
  const auto first = static_cast<std::size_t>(after < 0 ? 0 : after);
  if (first >= rows_.size()) return std::vector<MapRow>{};
  return std::vector<MapRow>(rows_.begin() + static_cast<std::ptrdiff_t>(first), rows_.end());
}

Result<std::int64_t> MemoryMapping::version() {
  const std::lock_guard lock(mutex_);
  return static_cast<std::int64_t>(rows_.size()) + changes_;
}

Result<Epoch> MemoryMapping::epoch() {
  const std::lock_guard lock(mutex_);
  return epoch_;
}

void MemoryMapping::begin(Epoch epoch) {
  const std::lock_guard lock(mutex_);
  if (epoch.number != epoch_.number) by_real_.clear();
  epoch_ = std::move(epoch);
  ++changes_;
}

Result<std::vector<MapRow>> MemoryMapping::claim(std::span<const MapRow> wanted) {
  const std::lock_guard lock(mutex_);
  std::vector<MapRow> held;
  if (!wanted.empty() && wanted.front().epoch != epoch_.number) return held;
  held.reserve(wanted.size());
  for (MapRow row : wanted) {
    if (const auto known = by_real_.find(row.real); known != by_real_.end()) {
      held.push_back(rows_[known->second]);
      continue;
    }
    if (by_pseudonym_.contains(row.pseudonym)) {
      row.pseudonym.clear();
      held.push_back(std::move(row));
      continue;
    }
    by_real_.emplace(row.real, rows_.size());
    by_pseudonym_.emplace(row.pseudonym, rows_.size());
    row.id = static_cast<std::int64_t>(rows_.size()) + 1;
    rows_.push_back(row);
    held.push_back(std::move(row));
  }
  return held;
}

}  // namespace pmx::anonymize
