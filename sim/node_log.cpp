#include "sim/node_log.h"

#include <algorithm>
#include <array>
#include <ctime>

namespace pmx::sim {
namespace {

constexpr std::size_t kKept = 20'000;

}  // namespace

void NodeLog::add(std::int64_t at, std::string node, std::string unit, std::string text) {
  const auto place = std::upper_bound(lines_.begin(), lines_.end(), at,
                                      [](std::int64_t t, const LogLine& l) { return t < l.at; });
  lines_.insert(place, {at, std::move(node), std::move(unit), std::move(text)});
  if (lines_.size() > kKept) lines_.pop_front();
}

std::string log_text(const LogLine& line, std::int64_t clock_offset) {
  const std::time_t time = line.at / 1000 + clock_offset;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%b %d %H:%M:%S", &parts);
  return std::string(text.data()) + " " + line.node + " " + line.unit + ": " + line.text;
}

}  // namespace pmx::sim
