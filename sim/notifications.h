// notifications.cfg and priv/notifications.cfg: targets, and matchers that choose among them. What
// PVE brings along is there until it is changed, and again when the change is deleted. Not
// thread-safe: Cluster holds the lock.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/section_file.h"

namespace pmx::sim {

/// The two files. A value that is a list holds its items on lines of their own.
struct NotificationState {
  SectionFile config;   ///< what differs from what PVE brings along
  SectionFile secrets;  ///< tokens, passwords and secret values, by target

  /// An entry as it counts, changed or not; nothing when there is none.
  [[nodiscard]] std::optional<Section> find(std::string_view name) const;
  /// The names of all entries of this type; of all but matchers when it is empty.
  [[nodiscard]] std::vector<std::string> names(std::string_view type) const;
  /// "builtin", "modified-builtin" or "user-created".
  [[nodiscard]] std::string_view origin(std::string_view name) const;
  /// The matchers that send to `target`.
  [[nodiscard]] std::vector<std::string> users_of(std::string_view target) const;
  /// 64 hexadecimal digits over notifications.cfg.
  [[nodiscard]] std::string digest() const;
  /// Keeps an entry; one that is as PVE brings it along is no change.
  void put(const std::string& name, Section section);
};

/// The lines of a value.
std::vector<std::string> value_lines(std::string_view value);

}  // namespace pmx::sim
