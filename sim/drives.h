// The drives and network devices of a VM's configuration, as PVE's property strings spell them.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/inventory.h"

namespace pmx::sim {

/// A drive's value: "local:100/vm-100-disk-0.qcow2,discard=on,size=32G".
struct Drive {
  std::string file;  ///< a volid, "none", "cdrom" or what is to be allocated: "local:32"
  Values options;

  /// An option's text; empty when it is not set.
  [[nodiscard]] std::string option(std::string_view name) const;
  [[nodiscard]] bool is_cdrom() const { return option("media") == "cdrom"; }
  [[nodiscard]] bool is_cloud_init() const;
  /// The file, then the options by name.
  [[nodiscard]] std::string text() const;
};

Drive parse_drive(std::string_view text);

/// ide0 to ide3, scsi0 to scsi30, virtio0 to virtio15, sata0 to sata5, efidisk0, tpmstate0: in
/// PVE's order.
const std::vector<std::string>& drive_names();
bool is_drive_name(std::string_view key);
/// "net0", "unused3": `family` and a number.
bool is_numbered(std::string_view key, std::string_view family);

/// A drive of a configuration, and which.
struct NamedDrive {
  std::string key;
  Drive drive;
};
/// The drives of `config` in PVE's order, unused ones last.
std::vector<NamedDrive> drives_of(const Values& config, bool with_unused);

/// Bytes as PVE writes sizes: "32G", "528K", "709".
std::string size_text(std::int64_t bytes);
/// Bytes of such a text, or of a plain number; 0 when it is none.
std::int64_t size_bytes(std::string_view text);

/// The devices of the boot order that `config` names, in order; none when it names a legacy order.
std::vector<std::string> boot_devices(const Values& config);
/// "order=scsi0;net0"; a blank when there is nothing to boot from.
std::string boot_text(const std::vector<std::string>& devices);
/// What PVE boots a new VM from: its first disk, its first CD drive, its first network device.
std::string default_boot(const Values& config);

/// A network device with its MAC address: `mac` where the value has none.
std::string net_text(std::string_view value, const std::string& mac);
/// The MAC address and the model of a network device.
struct NetDevice {
  std::string model;
  std::string mac;
  Values options;
};
NetDevice parse_net(std::string_view value);

}  // namespace pmx::sim
