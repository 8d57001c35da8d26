// The storages and volumes that a cluster begins with.
#include <array>
#include <ctime>

#include "sim/dice.h"
#include "sim/guest_config.h"
#include "sim/property_string.h"
#include "sim/volumes.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kMib = std::int64_t{1} << 20;

/// A section of storage.cfg as an administrator would have written it.
Section section_of(const StorageState& storage) {
  Section section{storage.type, {{"content", storage.content}}};
  Values& values = section.values;
  const std::string& type = storage.type;
  if (type == "dir")
    values["path"] = storage.name == "local" ? "/var/lib/vz" : "/mnt/" + storage.name;
  if (type == "dir" && storage.shared) values["shared"] = "1";
  if (type == "lvmthin") {
    values["vgname"] = "pve";
    values["thinpool"] = "data";
  }
  if (type == "rbd") {
    values["pool"] = storage.name;
    values["krbd"] = "0";
  }
  if (!storage.server.empty()) values["server"] = storage.server;
  if (type == "nfs") {
    values["export"] = "/volume1/" + storage.name;
    values["path"] = "/mnt/pve/" + storage.name;
  }
  if (type == "pbs") {
    values["datastore"] = storage.name;
    values["username"] = "backup@pbs";
    values["prune-backups"] = "keep-daily=7,keep-weekly=4";
  }
  return section;
}

/// Bytes of "32G".
std::int64_t bytes_of(const std::string& text) {
  const std::int64_t number = std::strtoll(text.c_str(), nullptr, 10);
  const auto unit = std::string_view("KMGT").find(text.empty() ? ' ' : text.back());
  return unit == std::string_view::npos ? number : number << (10 * (unit + 1));
}

/// A drive's value: "STORE:vm-100-disk-0,size=32G" or "...,media=cdrom".
void add_drive(Storages& storages, const std::string& node, const GuestState& guest,
               const std::string& drive, std::int64_t made) {
  const std::string volid = drive.substr(0, drive.find(','));
  const auto parsed = storages.parse(volid);
  if (!parsed || storages.find(node, volid) != nullptr) return;
  Volume volume;
  volume.volid = volid;
  volume.content = parsed->content;
  volume.format = parsed->format;
  volume.vmid = parsed->content == "images" ? guest.vmid : 0;
  volume.ctime = made;
  const auto size = drive.find("size=");
  if (size != std::string::npos)
    volume.size = bytes_of(drive.substr(size + 5, drive.find(',', size) - size - 5));
  if (parsed->content == "snippets") volume.size = 1280;
  volume.used = volume.size;
  storages.add(node, std::move(volume));
}

std::string stamp(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

/// The last nights' backups of a guest on the backup server, its disk's size each.
void add_backups(Storages& storages, const Inventory& inventory, const std::string& storage,
                 const GuestState& guest, std::int64_t now) {
  const Traits traits = guest_traits(guest);
  const std::string kind = guest.kind == GuestKind::kQemu ? "vm" : "ct";
  for (std::int64_t night = 1; night <= 3; ++night) {
    Volume backup;
    backup.ctime = (now / kDay - night) * kDay + 7200 + guest.vmid * 97 % 5400;
    backup.volid =
        storage + ":backup/" + kind + "/" + std::to_string(guest.vmid) + "/" + stamp(backup.ctime);
    backup.content = "backup";
    backup.format = "pbs-" + kind;
    backup.vmid = guest.vmid;
    backup.size = traits.disk + 511;
    backup.notes = traits.name;
    storages.add(inventory.node_of(guest).name, std::move(backup));
  }
}

void add_file(Storages& storages, const std::string& node, std::string volid, std::int64_t size,
              std::int64_t made) {
  const auto parsed = storages.parse(volid);
  if (!parsed) return;
  Volume file;
  file.volid = std::move(volid);
  file.content = parsed->content;
  file.format = parsed->format;
  file.size = size;
  file.used = size;
  file.ctime = made;
  storages.add(node, std::move(file));
}

}  // namespace

Storages::Storages(const Inventory& inventory, std::int64_t at) {
  for (const StorageState& storage : inventory.storages)
    config.sections[storage.name] = section_of(storage);
  std::string iso;
  std::string backup;
  for (const StorageState& storage : inventory.storages) {
    if (storage.type == "nfs") iso = storage.name;
    if (storage.type == "pbs") backup = storage.name;
  }
  if (!iso.empty()) {
    const std::string& node = inventory.nodes.front().name;
    add_file(*this, node, iso + ":iso/debian-13.1.0-amd64-netinst.iso", 783 * kMib, at - 61 * kDay);
    add_file(*this, node, iso + ":iso/virtio-win-0.1.271.iso", 693 * kMib, at - 124 * kDay);
    add_file(*this, node, iso + ":vztmpl/debian-13-standard_13.1-2_amd64.tar.zst", 124 * kMib,
             at - 58 * kDay);
  }
  for (const auto& [vmid, guest] : inventory.guests) {
    for (const auto& [key, value] : guest.config)
      if (key != "description" && value.find(':') != std::string::npos)
        add_drive(*this, inventory.node_of(guest).name, guest,
                  key == "cicustom" ? value.substr(value.find('=') + 1) : value,
                  at - Dice(inventory.seed(), "made", guest_index(guest)).between(90, 700) * kDay);
    if (!backup.empty() && !guest.is_template()) add_backups(*this, inventory, backup, guest, at);
  }
  grown_.clear();
}

}  // namespace pmx::sim
