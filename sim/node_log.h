// What the nodes' system logs say beside the tasks: the lines of kernel and services. Not
// thread-safe: Cluster holds the lock.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

namespace pmx::sim {

struct LogLine {
  std::int64_t at = 0;  ///< milliseconds since the epoch
  std::string node;
  std::string unit;  ///< "kernel", "corosync[1021]"
  std::string text;
};

/// The lines of all nodes, the oldest first; only the last ones are kept.
class NodeLog {
 public:
  void add(std::int64_t at, std::string node, std::string unit, std::string text);
  [[nodiscard]] const std::deque<LogLine>& lines() const { return lines_; }

 private:
  std::deque<LogLine> lines_;
};

/// "Nov 28 14:47:05 pve1 kernel: ...", as the journal prints it; `clock_offset` in seconds.
std::string log_text(const LogLine& line, std::int64_t clock_offset = 0);

}  // namespace pmx::sim
