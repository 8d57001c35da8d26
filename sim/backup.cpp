#include "sim/backup.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "sim/guest_config.h"
#include "sim/pattern.h"
#include "sim/prune.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kBytesPerMs = 512 * 1024;  ///< what a backup reads: 500 MiB/s
constexpr std::int64_t kLongest = 90'000;         ///< milliseconds of one guest's backup

std::string value_of(const Values& values, std::string_view key, std::string_view fallback = "") {
  const auto found = values.find(key);
  return std::string(found == values.end() ? fallback : std::string_view(found->second));
}

std::string formatted(std::int64_t seconds, const char* format) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), format, &parts);
  return text.data();
}

/// "00:01:30"
std::string clock_text(std::int64_t ms) { return formatted(ms / 1000, "%H:%M:%S"); }

bool is_drive(const GuestState& guest, const std::string& key) {
  static const std::string kVm = "(?:ide|sata|scsi|virtio)\\d+|efidisk0|tpmstate0";
  static const std::string kCt = "rootfs|mp\\d+";
  return matches_pattern(guest.kind == GuestKind::kQemu ? kVm : kCt, key);
}

bool has_flag(const std::string& drive, const std::string& flag) {
  return ("," + drive + ",").find("," + flag + ",") != std::string::npos;
}

/// The name of the archive and its format on this kind of storage.
Volume new_archive(const State& state, const std::string& storage, const GuestState& guest,
                   const Values& options, std::int64_t now) {
  Volume out;
  const bool vm = guest.kind == GuestKind::kQemu;
  const std::string vmid = std::to_string(guest.vmid);
  const Section* section = state.storages.config.find(storage);
  if (section != nullptr && section->type == "pbs") {
    out.format = vm ? "pbs-vm" : "pbs-ct";
    out.volid = storage + ":backup/" + (vm ? "vm/" : "ct/") + vmid + "/" +
                formatted(now, "%Y-%m-%dT%H:%M:%SZ");
  } else {
    const std::string compress = value_of(options, "compress", "0");
    const std::string end = compress == "zstd"                     ? ".zst"
                            : compress == "lzo" || compress == "1" ? ".lzo"
                            : compress == "gzip"                   ? ".gz"
                                                                   : "";
    out.format = (vm ? "vma" : "tar") + end;
    out.volid = storage + ":backup/vzdump-" + std::string(kind_name(guest.kind)) + "-" + vmid +
                "-" + formatted(now, "%Y_%m_%d-%H_%M_%S") + "." + out.format;
  }
  out.content = "backup";
  out.vmid = guest.vmid;
  out.ctime = now;
  out.config = guest.config;
  out.config.erase("lock");
  out.is_protected = value_of(options, "protected") == "1";
  return out;
}

std::string notes_of(const State& state, const GuestState& guest, std::string text) {
  const std::array<std::pair<std::string, std::string>, 4> words{{
      {"{{guestname}}", guest_traits(guest).name},
      {"{{node}}", state.inventory.node_of(guest).name},
      {"{{vmid}}", std::to_string(guest.vmid)},
      {"{{cluster}}", state.inventory.cluster_name},
  }};
  for (const auto& [word, value] : words)
    for (auto at = text.find(word); at != std::string::npos;
         at = text.find(word, at + value.size()))
      text.replace(at, word.size(), value);
  return text;
}

/// Builds the plan guest by guest.
class Job {
 public:
  Job(State& state, const NodeState& node, const Values& options, std::int64_t now_ms)
      : state_(state),
        node_(node),
        options_(options),
        start_(now_ms),
        storage_(value_of(options, "storage", "local")) {
    plan_.type = "vzdump";
    plan_.duration = 0;
  }

  TaskPlan make(const std::vector<int>& vmids) {
    if (vmids.size() == 1) plan_.id = std::to_string(vmids.front());
    if (plan_.exit = storage_problem(); !plan_.exit.empty()) return plan_;
    plan_.exit = "OK";
    say("INFO: starting new backup job: vzdump" + command_line(vmids));
    for (const int vmid : vmids) add_guest(vmid);
    plan_.duration += 500;
    say(failed_ ? "INFO: Backup job finished with errors"
                : "INFO: Backup job finished successfully");
    if (failed_) plan_.exit = "job errors";
    return finished();
  }

 private:
  [[nodiscard]] std::string storage_problem() const {
    if (options_.contains("dumpdir")) return "";
    const std::string bad = state_.storages.problem(storage_, node_.name);
    if (!bad.empty()) return "could not get storage information for '" + storage_ + "': " + bad;
    if (const auto outage = state_.storages.outages.find(storage_);
        outage != state_.storages.outages.end() && any_holds(outage->second, start_ / 1000))
      return "could not activate storage '" + storage_ + "': storage is not online";
    const auto contents = state_.storages.contents(storage_);
    const bool fits = std::find(contents.begin(), contents.end(), "backup") != contents.end();
    return fits ? "" : "storage '" + storage_ + "' does not support backups";
  }

  [[nodiscard]] std::string command_line(const std::vector<int>& vmids) const {
    std::string out;
    if (!options_.contains("all"))
      for (const int vmid : vmids) out += " " + std::to_string(vmid);
    for (const auto& [key, value] : options_)
      if (key != "vmid" && key != "id" && key != "schedule" && key != "enabled")
        out += " --" + key + " " + value;
    return out;
  }

  void say(std::string line) { plan_.lines.push_back({plan_.duration, std::move(line)}); }

  void fail(int vmid, const std::string& why) {
    failed_ = true;
    say("ERROR: Backup of VM " + std::to_string(vmid) + " failed - " + why);
    say("INFO: Failed at " + formatted((start_ + plan_.duration) / 1000, "%Y-%m-%d %H:%M:%S"));
  }

  void add_guest(int vmid) {
    const auto found = state_.inventory.guests.find(vmid);
    const std::string vm = std::to_string(vmid);
    if (found == state_.inventory.guests.end()) return fail(vmid, "unable to find VM '" + vm + "'");
    GuestState& guest = found->second;
    say("INFO: Starting Backup of VM " + vm + " (" + std::string(kind_name(guest.kind)) + ")");
    const std::int64_t began = plan_.duration;
    say("INFO: Backup started at " + formatted((start_ + began) / 1000, "%Y-%m-%d %H:%M:%S"));
    if (!guest.lock().empty())
      return fail(vmid, (guest.kind == GuestKind::kQemu ? "VM" : "CT") +
                            (" is locked (" + guest.lock() + ")"));
    guest.config["lock"] = "backup";
    locked_.push_back(vmid);
    if (!read_disks(guest)) return;
    plan_.duration += 300;
    say("INFO: Finished Backup of VM " + vm + " (" + clock_text(plan_.duration - began) + ")");
    say("INFO: Backup finished at " +
        formatted((start_ + plan_.duration) / 1000, "%Y-%m-%d %H:%M:%S"));
  }

  /// False when the archive did not fit, which was said.
  bool read_disks(GuestState& guest) {
    const bool vm = guest.kind == GuestKind::kQemu;
    say(std::string("INFO: status = ") + (guest.power == Power::kStopped ? "stopped" : "running"));
    say("INFO: backup mode: " +
        (guest.power == Power::kStopped ? "stop" : value_of(options_, "mode", "snapshot")));
    say("INFO: ionice priority: 7");
    say((vm ? "INFO: VM Name: " : "INFO: CT Name: ") + guest_traits(guest).name);
    std::int64_t bytes = 0;
    for (const BackupDisk& disk : backup_disks(guest)) {
      const Volume* volume = state_.storages.find(node_.name, disk.volid);
      if (disk.included && volume != nullptr) bytes += volume->size;
      say("INFO: " + std::string(disk.included ? "include" : "exclude") +
          (vm ? " disk '" : " mount point '") + disk.key + "' '" + disk.volid + "'" +
          (volume == nullptr ? "" : " " + std::to_string(volume->size >> 30) + "G"));
    }
    Volume archive =
        new_archive(state_, storage_, guest, options_, (start_ + plan_.duration) / 1000);
    archive.size = 2048 + bytes / 9;
    archive.used = archive.size;
    archive.notes = notes_of(state_, guest, value_of(options_, "notes-template"));
    const std::string path = state_.storages.path(archive.volid);
    say("INFO: creating vzdump archive '" + (path.empty() ? archive.volid : path) + "'");
    plan_.duration += std::min(kLongest, 900 + bytes / kBytesPerMs);
    const StorageSpace space = state_.storages.space(state_.inventory, node_, storage_);
    if (space.active && space.total - space.used < archive.size) {
      fail(guest.vmid, "vma_queue_write: write error - No space left on device");
      return false;
    }
    say("INFO: archive file size: " + std::to_string(archive.size >> 20) + "MB");
    archives_.push_back(std::move(archive));
    return true;
  }

  /// Archives and unlocked guests appear when the whole worker ends; killed, it leaves none.
  TaskPlan finished() {
    const auto unlock = [locked = locked_](State& state) {
      for (const int vmid : locked)
        if (const auto guest = state.inventory.guests.find(vmid);
            guest != state.inventory.guests.end() && guest->second.lock() == "backup")
          guest->second.config.erase("lock");
    };
    const bool removes = value_of(options_, "remove", "1") != "0";
    const auto keep = [unlock, archives = archives_, node = node_.name, storage = storage_,
                       retention = removes ? retention_of() : ""](State& state, const Task&) {
      unlock(state);
      for (const Volume& archive : archives) {
        state.storages.add(node, archive);
        if (retention.empty()) continue;
        for (const PruneMark& one :
             prune_marks(state.storages, node, storage, retention, archive.vmid, ""))
          if (one.mark == "remove") state.storages.remove(node, one.volid);
      }
    };
    plan_.effect = keep;
    plan_.undo = failed_ ? Effect(keep) : [unlock](State& state, const Task&) { unlock(state); };
    return plan_;
  }

  [[nodiscard]] std::string retention_of() const {
    if (options_.contains("prune-backups")) return value_of(options_, "prune-backups");
    const Section* section = state_.storages.config.find(storage_);
    return section == nullptr ? "" : value_of(section->values, "prune-backups");
  }

  State& state_;
  const NodeState& node_;
  const Values& options_;
  std::int64_t start_;
  std::string storage_;
  TaskPlan plan_;
  bool failed_ = false;
  std::vector<int> locked_;
  std::vector<Volume> archives_;
};

}  // namespace

std::vector<BackupDisk> backup_disks(const GuestState& guest) {
  std::vector<BackupDisk> out;
  for (const auto& [key, drive] : guest.config) {
    if (!is_drive(guest, key) || drive.find("media=cdrom") != std::string::npos) continue;
    const std::string volid = drive.substr(0, drive.find(','));
    if (guest.kind == GuestKind::kQemu) {
      const bool left_out = has_flag(drive, "backup=0");
      out.push_back({key, volid, !left_out, left_out ? "disabled" : "enabled"});
    } else if (key == "rootfs") {
      out.push_back({key, volid, true, "rootfs"});
    } else {
      const bool volume = volid.find(':') != std::string::npos;
      const bool wanted = volume && has_flag(drive, "backup=1");
      out.push_back({key, volid, wanted,
                     !volume  ? "not a volume"
                     : wanted ? "enabled"
                              : "disabled"});
    }
  }
  return out;
}

std::vector<int> backup_guests(const State& state, const Values& options) {
  std::vector<int> out;
  const auto excluded = list_items(value_of(options, "exclude"));
  const std::string pool = value_of(options, "pool");
  if (options.contains("vmid")) {
    for (const std::string& vmid : list_items(value_of(options, "vmid")))
      out.push_back(std::atoi(vmid.c_str()));
    return out;
  }
  for (const auto& [vmid, guest] : state.inventory.guests) {
    if (!pool.empty() && guest.pool != pool) continue;
    if (std::find(excluded.begin(), excluded.end(), std::to_string(vmid)) == excluded.end())
      out.push_back(vmid);
  }
  return out;
}

TaskPlan backup_task(State& state, const NodeState& node, const std::vector<int>& vmids,
                     const Values& options, std::int64_t now_ms) {
  return Job(state, node, options, now_ms).make(vmids);
}

std::string archive_problem(const State& state, const std::string& node,
                            const std::string& archive) {
  if (archive.find(':') == std::string::npos)
    return "Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm "
           "line " +
           std::string(state.facts.version() == PveVersion::k9 ? "651." : "581.");
  if (auto bad = state.storages.problem(storage_of(archive), node); !bad.empty()) return bad;
  return state.storages.find(node, archive) == nullptr ? "volume '" + archive + "' does not exist"
                                                       : "";
}

Values archive_config(const State& state, const std::string& node, const std::string& archive) {
  const Volume* volume = state.storages.find(node, archive);
  if (volume == nullptr) return {};
  const auto guest = state.inventory.guests.find(volume->vmid);
  if (!volume->config.empty() || guest == state.inventory.guests.end()) return volume->config;
  return guest->second.config;
}

}  // namespace pmx::sim
