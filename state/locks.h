// What the operating system decides between processes of one installation: who syncs, who sets a
// new database up, and who is still alive. Byte-range locks of one file; the kernel releases them
// when a process ends, however it ends. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace pmx::state {

class Locks {
 public:
  /// Opens or creates the lock file (0600) and marks this instance alive.
  static Result<std::unique_ptr<Locks>> open(const std::string& path);

  /// Takes an open file over, for open().
  Locks(int file, std::int64_t instance) : file_(file), instance_(instance) {}
  Locks(const Locks&) = delete;
  Locks& operator=(const Locks&) = delete;
  ~Locks();

  /// Takes the syncer's role if it is free; true when this instance has it. Kept to the end.
  bool try_lead();

  /// Waits until this instance alone may set up a new database; end_setup() lets the next one in.
  Result<void> begin_setup();
  void end_setup();

  /// This instance's number, unique among those alive and unlikely ever to come again.
  [[nodiscard]] std::int64_t instance() const { return instance_; }

  /// Whether the instance still runs.
  [[nodiscard]] bool alive(std::int64_t instance) const;

  /// Keeps all other instances out until end_alone(); false when one runs already.
  [[nodiscard]] bool begin_alone();
  void end_alone();

 private:
  const int file_;
  const std::int64_t instance_;
  std::atomic<bool> leads_ = false;
};

}  // namespace pmx::state
