// Follows one PVE worker task to its end: adaptive polling of its status on its own node, its log
// line by line. Polling is idempotent, so a few failures in a row are
// tolerated, with longer and longer pauses: a minute in all. Thread-confined to
// the waiting call.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "proxmox/client.h"

namespace pmx::proxmox {

/// One wait for one task; made, run once and thrown away.
class TaskWatch {
 public:
  using OnLine = std::function<void(std::string_view line)>;

  /// All references outlive the watch.
  TaskWatch(Client& client, Clock& clock, const Upid& upid, const OnLine& on_line,
            std::int64_t first_line);

  /// Blocks; see Client::wait_task.
  Result<TaskOutcome> run(const Context& ctx);

 private:
  /// Nothing when the next poll may go on, the Error to give up with otherwise.
  Result<void> tolerate(Error error);
  Result<void> pause(const Context& ctx);
  [[nodiscard]] std::chrono::milliseconds next_pause();
  void read_log(const Context& ctx, bool to_the_end);
  void take_line(const std::string& line);

  Client& client_;
  Clock& clock_;
  const Upid& upid_;
  const OnLine& on_line_;
  std::chrono::milliseconds delay_{100};
  int failures_ = 0;
  std::int64_t next_line_;
  std::deque<std::string> tail_;
};

}  // namespace pmx::proxmox
