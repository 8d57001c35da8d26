#include "sim/drives.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "sim/section_file.h"

namespace pmx::sim {
namespace {

constexpr std::string_view kUnits = "KMGT";

std::vector<std::string> make_drive_names() {
  struct Bus {
    std::string_view name;
    int count;
  };
  constexpr std::array<Bus, 6> kBuses{
      {{"ide", 4}, {"scsi", 31}, {"virtio", 16}, {"sata", 6}, {"efidisk", 1}, {"tpmstate", 1}}};
  std::vector<std::string> names;
  for (const Bus& bus : kBuses)
    for (int i = 0; i < bus.count; ++i) names.push_back(std::string(bus.name) + std::to_string(i));
  return names;
}

/// "key=value" items of a comma list; an item without "=" has the key "".
std::vector<std::pair<std::string, std::string>> items_of(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const std::string item(text.substr(0, end));
    const auto equals = item.find('=');
    if (equals == std::string::npos)
      out.emplace_back("", item);
    else
      out.emplace_back(item.substr(0, equals), item.substr(equals + 1));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// The first drive that could be booted from, CD drives or the others.
std::string first_drive(const Values& config, bool cdrom) {
  for (const auto& [key, drive] : drives_of(config, false))
    if (!key.starts_with("efidisk") && !key.starts_with("tpmstate") && drive.is_cdrom() == cdrom)
      return key;
  return "";
}

}  // namespace

std::string Drive::option(std::string_view name) const {
  const auto found = options.find(name);
  return found == options.end() ? "" : found->second;
}

bool Drive::is_cloud_init() const {
  const auto name = file.substr(file.find(':') + 1);
  return is_cdrom() && (name == "cloudinit" || file.find("-cloudinit") != std::string::npos);
}

std::string Drive::text() const {
  std::string out = file;
  for (const auto& [key, value] : options) out += "," + key + "=" + value;
  return out;
}

Drive parse_drive(std::string_view text) {
  Drive drive;
  for (auto& [key, value] : items_of(text)) {
    if (key.empty() || key == "file" || key == "volume")
      drive.file = value;
    else
      drive.options[key] = value;
  }
  if (drive.file == "none" || drive.file == "cdrom") drive.options["media"] = "cdrom";
  return drive;
}

const std::vector<std::string>& drive_names() {
  static const std::vector<std::string> kNames = make_drive_names();
  return kNames;
}

bool is_drive_name(std::string_view key) {
  const auto& names = drive_names();
  return std::find(names.begin(), names.end(), key) != names.end();
}

bool is_numbered(std::string_view key, std::string_view family) {
  if (!key.starts_with(family) || key.size() == family.size()) return false;
  return key.find_first_not_of("0123456789", family.size()) == std::string_view::npos;
}

std::vector<NamedDrive> drives_of(const Values& config, bool with_unused) {
  std::vector<NamedDrive> out;
  for (const auto& name : drive_names())
    if (const auto found = config.find(name); found != config.end())
      out.push_back({name, parse_drive(found->second)});
  if (!with_unused) return out;
  for (const auto& [key, value] : config)
    if (is_numbered(key, "unused")) out.push_back({key, parse_drive(value)});
  return out;
}

std::string size_text(std::int64_t bytes) {
  int unit = -1;
  while (unit + 1 < static_cast<int>(kUnits.size()) && bytes != 0 && bytes % 1024 == 0) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) +
         (unit < 0 ? "" : std::string(1, kUnits[static_cast<std::size_t>(unit)]));
}

std::int64_t size_bytes(std::string_view text) {
  const double number = std::strtod(std::string(text).c_str(), nullptr);
  const auto unit = text.empty() ? std::string_view::npos : kUnits.find(text.back());
  const std::int64_t scale =
      unit == std::string_view::npos ? 1 : std::int64_t{1} << (10 * (unit + 1));
  return static_cast<std::int64_t>(number * static_cast<double>(scale));
}

std::vector<std::string> boot_devices(const Values& config) {
  const auto found = config.find("boot");
  if (found == config.end()) return {};
  for (const auto& [key, value] : items_of(found->second))
    if (key == "order") return list_items(value);
  return {};
}

std::string boot_text(const std::vector<std::string>& devices) {
  std::string out;
  for (const auto& device : devices) out += (out.empty() ? "order=" : ";") + device;
  return out.empty() ? " " : out;
}

std::string default_boot(const Values& config) {
  std::vector<std::string> devices;
  for (const bool cdrom : {false, true})
    if (auto drive = first_drive(config, cdrom); !drive.empty()) devices.push_back(drive);
  for (const auto& [key, value] : config) {
    if (!is_numbered(key, "net")) continue;
    devices.push_back(key);
    break;
  }
  return boot_text(devices);
}

NetDevice parse_net(std::string_view value) {
  NetDevice net;
  for (auto& [key, text] : items_of(value)) {
    if (key.empty()) {
      net.model = text;
    } else if (key == "model") {
      net.model = text;
    } else if (key == "macaddr") {
      net.mac = text;
    } else if (net.model.empty()) {
      net.model = key;
      net.mac = text;
    } else {
      net.options[key] = text;
    }
  }
  return net;
}

std::string net_text(std::string_view value, const std::string& mac) {
  const NetDevice net = parse_net(value);
  std::string out = net.model + "=" + (net.mac.empty() ? mac : net.mac);
  for (const auto& [key, text] : net.options) out += "," + key + "=" + text;
  return out;
}

}  // namespace pmx::sim
