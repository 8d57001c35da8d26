// Changes of a VM's configuration, as PVE carries them out: checks, the pending section, and what a
// running VM takes at once.
#pragma once

#include <string>
#include <vector>

#include "sim/guest_disks.h"

namespace pmx::sim {

/// Refuses options that the caller may not set on this VM, by PVE's classes of options.
Refused refuse_options(const Call& call, const std::vector<std::string>& names);
/// 400 about a hook script that is not there.
Refused refuse_missing_script(const Call& call, const Values& values);
/// Refuses by the values: drives, serial ports, USB and PCI devices.
Refused refuse_option_values(const Call& call, int vmid, const Values& values,
                             const std::string& fallback = "");

/// What the parameters `cdrom`, `sshkeys`, `tags`, ... are in the configuration file; MAC addresses
/// and generated identifiers filled in.
Values config_values(const Call& call, std::initializer_list<std::string_view> left_out);

/// Whether PVE knows an option of this name.
bool is_option(const Call& call, const std::string& name);

/// A change that was checked and may be carried out.
struct ConfigChange {
  Values set;
  std::vector<std::string> remove;
  bool force = false;  ///< volumes of removed drives go too
};

/// The worker of a change: into the pending section, and from there as far as the VM's state lets
/// it.
class ConfigWork {
 public:
  ConfigWork(State& state, GuestState& guest, std::int64_t now)
      : state_(state),
        guest_(guest),
        disks_(state, node_name(state, guest), guest.vmid, now / 1000) {}

  void carry_out(const ConfigChange& change);

  Json errors = Json::object();  ///< option -> text; PVE answers 400 with them
  std::string problem;           ///< why it broke off
  bool waited = false;           ///< the VM was asked to give up a device and did not answer
  [[nodiscard]] const std::vector<std::string>& log() const { return disks_.log; }

 private:
  bool remove(const std::string& key, bool force);
  bool remove_unused(const std::string& key, const std::string& value);
  bool set(const std::string& key, const std::string& value);
  bool set_drive(const std::string& key, const std::string& value);
  bool set_boot(const std::string& value);
  void leave_boot_order(const std::string& key);
  void forget_unchanged();
  void hotplug();
  bool unplug(const std::string& key);
  bool plug(const std::string& key, const std::string& value);
  bool plug_drive(const std::string& key, const std::string& value);

  State& state_;
  GuestState& guest_;
  DiskWork disks_;
};

/// Makes the pending changes of a stopped VM its configuration, as its start does.
void apply_pending(State& state, GuestState& guest);
/// Drops unused entries whose volume is in use after all.
void clean_unused(GuestState& guest);

/// The configuration with its pending changes laid over it.
Values pending_view(const GuestState& guest);
/// Without what the API never shows: the cloud-init password becomes stars.
Json shown_guest(const Call& call, GuestKind kind, const Values& values);

}  // namespace pmx::sim
