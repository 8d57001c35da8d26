#include "sim/prune.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <map>
#include <set>

namespace pmx::sim {
namespace {

/// A rule of a retention and the format that gives two backups of one period the same name.
struct Period {
  std::string_view option;
  const char* format;
};
constexpr std::array<Period, 6> kPeriods{{{"keep-last", nullptr},
                                          {"keep-hourly", "%Y-%m-%d %H"},
                                          {"keep-daily", "%Y-%m-%d"},
                                          {"keep-weekly", "%G-%V"},
                                          {"keep-monthly", "%Y-%m"},
                                          {"keep-yearly", "%Y"}}};

std::string period_of(const PruneMark& backup, const Period& period) {
  if (period.format == nullptr) return backup.volid;
  const std::time_t time = backup.ctime;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), period.format, &parts);
  return text.data();
}

int count_of(const std::string& options, std::string_view option) {
  for (const std::string& item : list_items(options))
    if (item.starts_with(std::string(option) + "="))
      return std::atoi(item.c_str() + option.size() + 1);
  return 0;
}

/// Keeps the youngest backup of each of the last `count` periods that no rule before has covered.
void keep(std::vector<PruneMark*>& group, const Period& period, int count) {
  std::set<std::string> covered;
  std::set<std::string> used;
  for (const PruneMark* backup : group)
    if (backup->mark == "keep") covered.insert(period_of(*backup, period));
  for (PruneMark* backup : group) {
    if (!backup->mark.empty()) continue;
    const std::string name = period_of(*backup, period);
    if (covered.contains(name)) continue;
    if (!used.contains(name)) {
      if (static_cast<int>(used.size()) >= count) return;
      used.insert(name);
      backup->mark = "keep";
    } else {
      backup->mark = "remove";
    }
  }
}

void mark_group(std::vector<PruneMark*>& group, const std::string& options) {
  std::stable_sort(group.begin(), group.end(),
                   [](const PruneMark* a, const PruneMark* b) { return a->ctime > b->ctime; });
  const bool all = count_of(options, "keep-all") == 1;
  for (PruneMark* backup : group)
    if (all && backup->mark.empty()) backup->mark = "keep";
  for (const Period& period : kPeriods)
    if (const int count = count_of(options, period.option); count > 0) keep(group, period, count);
  for (PruneMark* backup : group)
    if (backup->mark.empty()) backup->mark = "remove";
}

}  // namespace

std::vector<PruneMark> prune_marks(const Storages& storages, const std::string& node,
                                   const std::string& storage, const std::string& options, int vmid,
                                   const std::string& type) {
  std::vector<PruneMark> out;
  for (const Volume* volume : storages.list(node, storage)) {
    if (volume->content != "backup" || (vmid != 0 && volume->vmid != vmid)) continue;
    const bool container =
        volume->format == "pbs-ct" || volume->volid.find("vzdump-lxc-") != std::string::npos;
    PruneMark one{volume->volid, container ? "lxc" : "qemu", "", volume->ctime, volume->vmid};
    if (!type.empty() && one.type != type) continue;
    if (volume->is_protected) one.mark = "protected";
    out.push_back(std::move(one));
  }
  std::map<std::pair<std::string, int>, std::vector<PruneMark*>> groups;
  for (PruneMark& one : out) groups[{one.type, one.vmid}].push_back(&one);
  for (auto& [guest, group] : groups) mark_group(group, options);
  return out;
}

}  // namespace pmx::sim
