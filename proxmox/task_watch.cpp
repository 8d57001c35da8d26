#include "proxmox/task_watch.h"

#include <algorithm>
#include <utility>

namespace pmx::proxmox {
namespace {

constexpr std::chrono::milliseconds kLongestDelay{2000};
constexpr std::chrono::milliseconds kFirstPatience{2000};
constexpr int kToleratedFailures = 5;
constexpr std::int64_t kPage = 500;
constexpr std::size_t kTail = 20;

bool is_transient(Code code) {
  return code == Code::kUnavailable || code == Code::kDeadlineExceeded;
}

}  // namespace

TaskWatch::TaskWatch(Client& client, Clock& clock, const Upid& upid, const OnLine& on_line,
                     std::int64_t first_line)
    : client_(client), clock_(clock), upid_(upid), on_line_(on_line), next_line_(first_line) {}

Result<TaskOutcome> TaskWatch::run(const Context& ctx) {
  for (;;) {
    auto status = client_.task_status(ctx, upid_);
    if (!status.ok()) {
      PMX_TRY_VOID(tolerate(std::move(status).error()));
    } else if (!status->running) {
      read_log(ctx, true);
      return TaskOutcome{std::move(*status), {tail_.begin(), tail_.end()}};
    } else {
      failures_ = 0;
      if (on_line_) read_log(ctx, false);
    }
    PMX_TRY_VOID(pause(ctx));
  }
}

Result<void> TaskWatch::tolerate(Error error) {
  if (!is_transient(error.code) || ++failures_ > kToleratedFailures) return error;
  return {};
}

/// Grows while the task runs; after failures by its own measure: a node that does not answer is
/// asked again after 2, 4, 8, 16 and 32 s.
std::chrono::milliseconds TaskWatch::next_pause() {
  if (failures_ > 0) return kFirstPatience * (1 << (failures_ - 1));
  return std::exchange(delay_, std::min(delay_ * 3 / 2, kLongestDelay));
}

/// Waits before the next poll; kCancelled or kDeadlineExceeded when there will be none.
Result<void> TaskWatch::pause(const Context& ctx) {
  const std::string still = "the task " + upid_.text + " was still running";
  const std::string advice = "it goes on in the cluster; ask for its status later";
  auto length = next_pause();
  if (ctx.deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*ctx.deadline - clock_.steady());
    if (left.count() <= 0) {
      return Error{Code::kDeadlineExceeded, still + " when the time to wait was over", advice};
    }
    length = std::min(length, left);
  }
  if (!clock_.wait(ctx.stop, length)) {
    return Error{Code::kCancelled, still + " when waiting was cancelled", advice};
  }
  return {};
}

/// Reads what the log gained. A log that cannot be read never hides the task's status.
void TaskWatch::read_log(const Context& ctx, bool to_the_end) {
  for (;;) {
    auto page = client_.task_log(ctx, upid_, next_line_, kPage);
    if (!page.ok() || page->lines.empty()) return;
    for (const std::string& line : page->lines) take_line(line);
    next_line_ += static_cast<std::int64_t>(page->lines.size());
    if (next_line_ >= page->total) return;
    if (!to_the_end) continue;
    const std::int64_t tail_start = page->total - static_cast<std::int64_t>(kTail);
    if (!on_line_) next_line_ = std::max(next_line_, tail_start);
  }
}

void TaskWatch::take_line(const std::string& line) {
  if (on_line_) on_line_(line);
  tail_.push_back(line);
  if (tail_.size() > kTail) tail_.pop_front();
}

}  // namespace pmx::proxmox
