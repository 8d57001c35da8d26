// How a change of a VM's configuration is carried out, by a worker or at once.
#include <algorithm>
#include <array>
#include <set>

#include "sim/qemu_config.h"
#include "sim/section_file.h"

namespace pmx::sim {
namespace {

/// What a running VM takes without noticing.
bool is_live(std::string_view key) {
  constexpr std::array<std::string_view, 20> kLive{
      "description",    "hookscript", "lock",       "migrate_downtime", "migrate_speed",
      "name",           "onboot",     "protection", "shares",           "startup",
      "tags",           "ciuser",     "cipassword", "citype",           "cicustom",
      "vmstatestorage", "sshkeys",    "nameserver", "searchdomain",     "ciupgrade"};
  return std::find(kLive.begin(), kLive.end(), key) != kLive.end() || is_numbered(key, "ipconfig");
}

bool hotplugs(const GuestState& guest, std::string_view feature) {
  std::string features = guest.value("hotplug");
  if (features.empty() || features == "1") features = "network,disk,usb";
  const auto items = list_items(features);
  return std::find(items.begin(), items.end(), feature) != items.end();
}

bool pluggable_drive(std::string_view key) {
  return key.starts_with("scsi") || key.starts_with("virtio");
}

/// Whether two values of a drive differ only in what QEMU changes while it runs.
bool differs_live(Drive was, Drive is) {
  for (Drive* drive : {&was, &is})
    for (const char* key :
         {"backup", "replicate", "mbps", "mbps_rd", "mbps_wr", "iops", "iops_rd", "iops_wr",
          "mbps_max", "mbps_rd_max", "mbps_wr_max", "iops_max", "iops_rd_max", "iops_wr_max"})
      drive->options.erase(key);
  return was.text() == is.text();
}

/// Whether the drive for cloud-init holds an option.
bool is_on_drive(const std::string& key) {
  constexpr std::array<std::string_view, 9> kOptions{"cicustom",     "cipassword", "citype",
                                                     "ciuser",       "ciupgrade",  "nameserver",
                                                     "searchdomain", "sshkeys",    "name"};
  return std::find(kOptions.begin(), kOptions.end(), key) != kOptions.end() ||
         is_numbered(key, "ipconfig") || is_numbered(key, "net");
}

bool has_cloud_init(const GuestState& guest) {
  const auto drives = drives_of(guest.config, false);
  return std::any_of(drives.begin(), drives.end(),
                     [](const NamedDrive& one) { return one.drive.is_cloud_init(); });
}

/// Notes what the drive of a running VM still holds of `key`, before that becomes `now` (empty =
/// it goes). What was not there is listed under "added".
void note_cloud_init(GuestState& guest, const std::string& key, const std::string& now) {
  if (!is_on_drive(key) || !has_cloud_init(guest)) return;
  const std::string old = guest.value(key);
  const auto listed = list_items(guest.cloud_init["added"]);
  std::set<std::string> added(listed.begin(), listed.end());
  guest.cloud_init.erase("added");
  const auto recorded = guest.cloud_init.find(key);
  if (recorded != guest.cloud_init.end()) {
    if (recorded->second == now) guest.cloud_init.erase(recorded);
  } else if (added.contains(key)) {
    if (now.empty()) added.erase(key);
  } else if (!old.empty()) {
    guest.cloud_init[key] = old;
  } else if (!now.empty()) {
    added.insert(key);
  }
  std::string list;
  for (const std::string& name : added) list += (list.empty() ? "" : ",") + name;
  if (!list.empty()) guest.cloud_init["added"] = list;
}

std::set<std::string> used_volumes(const GuestState& guest) {
  std::set<std::string> used;
  const auto add = [&used](const Values& values) {
    for (const auto& [key, drive] : drives_of(values, false)) used.insert(drive.file);
  };
  add(guest.config);
  add(guest.pending);
  for (const auto& [name, section] : guest.snapshots) add(section);
  return used;
}

}  // namespace

void clean_unused(GuestState& guest) {
  const auto used = used_volumes(guest);
  for (auto entry = guest.config.begin(); entry != guest.config.end();) {
    const bool twice = is_numbered(entry->first, "unused") && used.contains(entry->second);
    entry = twice ? guest.config.erase(entry) : std::next(entry);
  }
}

void ConfigWork::carry_out(const ConfigChange& change) {
  for (const auto& key : change.remove)
    if (!remove(key, change.force)) return;
  for (const auto& [key, value] : change.set) {
    const auto pending = guest_.pending.find(key);
    if (pending != guest_.pending.end() && pending->second == value) continue;
    if (!set(key, value)) return;
    guest_.pending_delete.erase(key);
  }
  forget_unchanged();
  if (is_running(guest_))
    hotplug();
  else
    apply_pending(state_, guest_);
}

bool ConfigWork::remove(const std::string& key, bool force) {
  const auto pending = guest_.pending.find(key);
  const std::string was_pending = pending == guest_.pending.end() ? "" : pending->second;
  const std::string value = guest_.value(key).empty() ? was_pending : guest_.value(key);
  if (value.empty()) {
    disks_.log.push_back("cannot delete '" + key + "' - not set in current configuration!");
    return true;
  }
  guest_.pending.erase(key);
  leave_boot_order(key);
  if (is_numbered(key, "unused")) return remove_unused(key, value);
  if (is_drive_name(key)) {
    if (guest_.value("protection") == "1") {
      problem = "can't remove drive '" + key + "' - protection mode enabled";
      return false;
    }
    if (!was_pending.empty()) keep_unused(state_, guest_, parse_drive(was_pending));
  }
  guest_.pending_delete[key] = force;
  return true;
}

bool ConfigWork::remove_unused(const std::string& key, const std::string& value) {
  if (guest_.value("protection") == "1") {
    problem = "can't remove unused disk '" + value + "' - protection mode enabled";
    return false;
  }
  if (snapshot_holds(guest_, value)) {
    problem = "unable to delete '" + value + "' - volume is still in use (snapshot?)";
    return false;
  }
  disks_.free(value);
  guest_.config.erase(key);
  return true;
}

void ConfigWork::leave_boot_order(const std::string& key) {
  auto devices = boot_devices(pending_view(guest_));
  const auto found = std::find(devices.begin(), devices.end(), key);
  if (found == devices.end()) return;
  devices.erase(found);
  guest_.pending["boot"] = boot_text(devices);
}

bool ConfigWork::set(const std::string& key, const std::string& value) {
  if (is_drive_name(key)) return set_drive(key, value);
  if (key == "boot" && value.starts_with("order=")) return set_boot(value);
  guest_.pending[key] = value;
  return true;
}

bool ConfigWork::set_drive(const std::string& key, const std::string& value) {
  if (const auto found = guest_.pending.find(key); found != guest_.pending.end())
    keep_unused(state_, guest_, parse_drive(found->second));
  const std::string made = disks_.make(key, parse_drive(value), pending_view(guest_));
  if (!disks_.problem.empty()) {
    problem = disks_.problem;
    disks_.take_back();
    return false;
  }
  guest_.pending[key] = made;
  auto devices = boot_devices(pending_view(guest_));
  const bool listed = std::find(devices.begin(), devices.end(), key) != devices.end();
  if (devices.empty() || listed || !parse_drive(made).is_cdrom() ||
      parse_drive(made).is_cloud_init())
    return true;
  devices.push_back(key);
  guest_.pending["boot"] = boot_text(devices);
  return true;
}

bool ConfigWork::set_boot(const std::string& value) {
  const Values view = pending_view(guest_);
  for (const auto& device : boot_devices({{"boot", value}})) {
    if (view.contains(device)) continue;
    problem = "invalid bootorder: device '" + device + "' does not exist'";
    return false;
  }
  guest_.pending["boot"] = value;
  if (guest_.config.contains("bootdisk")) guest_.pending_delete["bootdisk"] = false;
  return true;
}

void ConfigWork::forget_unchanged() {
  for (auto entry = guest_.pending.begin(); entry != guest_.pending.end();) {
    const auto found = guest_.config.find(entry->first);
    const bool same = found != guest_.config.end() && found->second == entry->second;
    entry = same ? guest_.pending.erase(entry) : std::next(entry);
  }
  for (auto entry = guest_.pending_delete.begin(); entry != guest_.pending_delete.end();)
    entry = guest_.config.contains(entry->first) ? std::next(entry)
                                                 : guest_.pending_delete.erase(entry);
}

void ConfigWork::hotplug() {
  for (const auto& [key, force] : std::map<std::string, bool>(guest_.pending_delete)) {
    if (!unplug(key)) continue;
    if (is_drive_name(key) && !force) keep_unused(state_, guest_, parse_drive(guest_.value(key)));
    if (is_drive_name(key) && force) disks_.free(parse_drive(guest_.value(key)).file);
    note_cloud_init(guest_, key, "");
    guest_.config.erase(key);
    guest_.pending_delete.erase(key);
  }
  for (const auto& [key, value] : Values(guest_.pending)) {
    if (!plug(key, value)) continue;
    note_cloud_init(guest_, key, value);
    guest_.config[key] = value;
    guest_.pending.erase(key);
  }
  clean_unused(guest_);
  if (hotplugs(guest_, "cloudinit")) guest_.cloud_init.clear();
}

/// Whether a running VM lets go of what `key` names.
bool ConfigWork::unplug(const std::string& key) {
  if (is_live(key)) return true;
  if (key == "balloon") return guest_.value("balloon") != "0";
  if (key == "cpulimit" || key == "cpuunits") return true;
  const bool network = is_numbered(key, "net") && hotplugs(guest_, "network");
  const bool disk = pluggable_drive(key) && hotplugs(guest_, "disk");
  if (!network && !disk) return false;
  if (guest_.has_system) return true;
  errors[key] = "hotplug problem - error on hot-unplugging device '" + key + "'\n";
  waited = true;
  return false;
}

/// Whether a running VM takes `value` at once.
bool ConfigWork::plug(const std::string& key, const std::string& value) {
  if (is_live(key) || key == "cpulimit" || key == "cpuunits") return true;
  if (key == "hotplug") return true;
  if (key == "tablet") return hotplugs(guest_, "usb");
  if (key == "balloon") return guest_.value("balloon") != "0" && value != "0";
  if (is_drive_name(key)) return plug_drive(key, value);
  if (!is_numbered(key, "net") || !hotplugs(guest_, "network")) return false;
  const NetDevice was = parse_net(guest_.value(key));
  const NetDevice is = parse_net(value);
  const auto queues = [](const NetDevice& net) {
    const auto found = net.options.find("queues");
    return found == net.options.end() ? "" : found->second;
  };
  const bool same_card = was.model == is.model && was.mac == is.mac && queues(was) == queues(is);
  return was.model.empty() || same_card || unplug(key);
}

bool ConfigWork::plug_drive(const std::string& key, const std::string& value) {
  const Drive is = parse_drive(value);
  if (guest_.value(key).empty()) return pluggable_drive(key) && hotplugs(guest_, "disk");
  const Drive was = parse_drive(guest_.value(key));
  if (was.is_cdrom() != is.is_cdrom()) {
    errors[key] = "hotplug problem - unable to change media type\n";
    return false;
  }
  if (is.is_cdrom()) return true;
  if (was.file == is.file) return differs_live(was, is);
  if (!pluggable_drive(key) || !hotplugs(guest_, "disk") || !unplug(key)) return false;
  keep_unused(state_, guest_, was);
  return true;
}

void apply_pending(State& state, GuestState& guest) {
  DiskWork disks(state, node_name(state, guest), guest.vmid, 0);
  for (const auto& [key, force] : guest.pending_delete) {
    const Drive drive = parse_drive(guest.value(key));
    if (is_drive_name(key) && force && !snapshot_holds(guest, drive.file)) disks.free(drive.file);
    if (is_drive_name(key) && !force) keep_unused(state, guest, drive);
    guest.config.erase(key);
  }
  guest.pending_delete.clear();
  for (const auto& [key, value] : guest.pending) {
    if (is_drive_name(key) && guest.config.contains(key))
      keep_unused(state, guest, parse_drive(guest.value(key)));
    guest.config[key] = value;
  }
  guest.pending.clear();
  clean_unused(guest);
}

}  // namespace pmx::sim
