// GET /nodes/{node}/journal: lines of text between two cursors, as PVE's reader packs them itself.
#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "base/crypto.h"
#include "sim/call.h"

namespace pmx::sim {
namespace {

struct Entry {
  std::int64_t at = 0;  ///< milliseconds since the epoch
  std::string text;     ///< "pvedaemon[1100]: <root@pam> starting task UPID:..."
};

/// What a node has written since it was booted: its services, and the tasks that ran on it.
std::vector<Entry> entries_of(const Call& call, const NodeState& node) {
  const std::int64_t boot = node.booted * 1000;
  std::vector<Entry> out{
      {boot, "kernel: Linux version 6.17.4-1-pve (build@proxmox)"},
      {boot + 4'000, "systemd[1]: Started pvedaemon.service - PVE API Daemon."},
      {boot + 5'000, "systemd[1]: Started pveproxy.service - PVE API Proxy Server."},
      {boot + 6'000, "systemd[1]: Startup finished in 9.2s (kernel) + 11.4s (userspace) = 20.6s."}};
  for (const Task& task : call.state.tasks.all()) {
    if (task.node != node.name) continue;
    const std::string who = "pvedaemon[1100]: <" + task.user + "> ";
    out.push_back({task.start, who + "starting task " + task.upid});
    if (task.finished)
      out.push_back({task.end(), who + "end task " + task.upid + " " + task.plan.exit});
  }
  for (const LogLine& line : call.state.incidents.log.lines())
    if (line.node == node.name && line.at <= call.now)
      out.push_back({line.at, line.unit + ": " + line.text});
  std::stable_sort(out.begin(), out.end(),
                   [](const Entry& a, const Entry& b) { return a.at < b.at; });
  return out;
}

/// "s=...;i=1a;b=...;m=...;t=...;x=...": the place `index` in the journal of this boot.
std::string cursor_of(const NodeState& node, std::size_t index, const Entry& entry) {
  const std::string file = crypto::hex(crypto::sha1(node.name)).substr(0, 32);
  const std::string boot =
      crypto::hex(crypto::sha1(node.name + std::to_string(node.booted))).substr(0, 32);
  const std::string line = crypto::hex(crypto::sha1(entry.text)).substr(0, 16);
  const auto time = static_cast<long long>(entry.at) * 1000;
  std::array<char, 64> place{};
  std::snprintf(place.data(), place.size(),
                ";m=%llx;t=%llx;x=", time - static_cast<long long>(node.booted) * 1'000'000, time);
  std::array<char, 24> number{};
  std::snprintf(number.data(), number.size(), ";i=%zx;b=", index + 1);
  return "s=" + file + number.data() + boot + place.data() + line;
}

/// "Nov 28 15:04:05 pve1 pvedaemon[1100]: ..."
std::string line_of(const NodeState& node, const Entry& entry) {
  const std::time_t time = entry.at / 1000;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 24> text{};
  std::strftime(text.data(), text.size(), "%b %d %H:%M:%S ", &parts);
  return text.data() + node.name + " " + entry.text;
}

/// The place that a cursor names; nothing when it names none.
std::optional<std::size_t> place_of(const std::string& cursor) {
  const auto at = cursor.find(";i=");
  if (at == std::string::npos) return std::nullopt;
  const auto number = std::strtoull(cursor.c_str() + at + 3, nullptr, 16);
  return number == 0 ? std::nullopt : std::optional<std::size_t>(number - 1);
}

/// From the first to behind the last entry that is wanted.
std::pair<std::size_t, std::size_t> range_of(const Call& call, const std::vector<Entry>& entries) {
  const auto before = [](const Entry& entry, std::int64_t at) { return entry.at < at; };
  const auto index_at = [&](std::int64_t seconds) {
    return static_cast<std::size_t>(
        std::lower_bound(entries.begin(), entries.end(), seconds * 1000, before) - entries.begin());
  };
  std::size_t first = call.has("since") ? index_at(call.number("since", 0)) : 0;
  std::size_t last = call.has("until") ? index_at(call.number("until", 0) + 1) : entries.size();
  if (const auto start = place_of(call.text("startcursor"))) first = *start + 1;
  if (const auto end = place_of(call.text("endcursor"))) last = *end;
  first = std::min(first, entries.size());
  last = std::clamp(last, first, entries.size());
  if (const auto wanted = static_cast<std::size_t>(call.number("lastentries", 0)); wanted > 0)
    first = std::max(first, last - std::min(wanted, last));
  return {first, last};
}

/// The lab has no journal, so its reader says nothing at all.
Answer journal(const Call& call) {
  Answer answer;
  answer.written = Written{"", "application/json"};
  if (call.state.scenario == Scenario::kLab) return answer;
  const NodeState& node =
      call.state.inventory.nodes[call.state.inventory.node_index(call.text("node")).value_or(0)];
  const std::vector<Entry> entries = entries_of(call, node);
  const auto [first, last] = range_of(call, entries);
  Json lines = Json::array();
  if (first < last) lines.push_back(cursor_of(node, first, entries[first]));
  for (std::size_t i = first; i < last; ++i) lines.push_back(line_of(node, entries[i]));
  if (first < last) lines.push_back(cursor_of(node, last - 1, entries[last - 1]));
  answer.written->text = dump_json({{"data", std::move(lines)}, {"success", 1}});
  return answer;
}

}  // namespace

void add_journal_handlers(Handlers& handlers) { handlers["GET /nodes/{node}/journal"] = journal; }

}  // namespace pmx::sim
