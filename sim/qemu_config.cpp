#include "sim/qemu_config.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/percent.h"
#include "sim/guest_config.h"
#include "sim/pattern.h"
#include "sim/section_file.h"
#include "sim/values.h"

namespace pmx::sim {
namespace {

/// The privilege that an option needs on /vms/{vmid}; a name ending in # stands for a family.
struct OptionClass {
  std::string_view privilege;
  std::string_view options;  ///< separated and surrounded by blanks
};

constexpr std::array<OptionClass, 8> kClasses{{
    {"VM.Config.CPU", " cores cpu cpulimit cpuunits numa smp sockets vcpus affinity numa# "},
    {"VM.Config.Memory", " memory balloon shares hugepages keephugepages allow-ksm "},
    {"VM.Config.HWType",
     " acpi hotplug kvm machine scsihw smbios1 tablet vga watchdog audio0 rng0 "
     "arch bios keyboard vmgenid amd-sev intel-tdx "},
    {"VM.Config.Options",
     " agent autostart description localtime name onboot ostype protection reboot startdate "
     "startup template tags spice_enhancements tdf migrate_downtime migrate_speed freeze "},
    {"VM.Config.Disk", " boot bootdisk vmstatestorage "},
    {"VM.Config.Network", " net# ipconfig# nameserver searchdomain "},
    {"VM.Config.Cloudinit", " cicustom cipassword citype ciuser sshkeys ciupgrade "},
    {"VM.PowerMgmt", " vmstate "},
}};

/// "net#" of "net0".
std::string family_of(const std::string& name) {
  const auto digits = name.find_last_not_of("0123456789");
  return digits + 1 == name.size() ? name : name.substr(0, digits + 1) + "#";
}

std::string_view privilege_of(const std::string& name) {
  for (const auto& [privilege, options] : kClasses)
    for (const std::string& word : {name, family_of(name)})
      if (options.find(" " + word + " ") != std::string_view::npos) return privilege;
  return "";
}

/// Options whose check depends on their value.
bool checked_by_value(const std::string& name) {
  for (const char* family : {"unused", "serial", "usb", "hostpci"})
    if (is_numbered(name, family)) return true;
  return is_drive_name(name) || name == "cdrom" || name == "vmid" || name == "node";
}

Refused refuse_device(const Call& call, const std::string& vm, const std::string& key,
                      const std::string& value) {
  const bool mapped = value.find("mapping=") != std::string::npos;
  const bool plain = value == "socket" || value.starts_with("spice");
  if (is_numbered(key, "serial") || is_numbered(key, "usb") || is_numbered(key, "hostpci")) {
    if (plain || mapped) return refuse_without(call, vm, "VM.Config.HWType");
    return failure(500, "only root can set '" + key + "' config for real devices");
  }
  return std::nullopt;
}

/// Sorted and each once, as 9 keeps tags; 8 keeps them as they come.
std::string tags_text(const Call& call, const std::string& tags) {
  if (!call.is_9()) return tags;
  const auto items = list_items(tags);
  std::string out;
  for (const auto& tag : std::set<std::string>(items.begin(), items.end()))
    out += (out.empty() ? "" : ";") + tag;
  return out;
}

std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  return text;
}

}  // namespace

Refused refuse_missing_script(const Call& call, const Values& values) {
  const auto script = values.find("hookscript");
  if (script == values.end()) return std::nullopt;
  if (call.state.storages.find(call.text("node"), script->second) != nullptr) return std::nullopt;
  const auto parsed = call.state.storages.parse(script->second);
  const std::string why = parsed && parsed->content != "snippets"
                              ? "'" + script->second + "' is not in the snippets directory\n"
                              : "script '" + script->second + "' does not exist\n";
  return bad_parameters({{"hookscript", why}});
}

Refused refuse_options(const Call& call, const std::vector<std::string>& names) {
  if (call.caller.is_root()) return std::nullopt;
  const std::string vm = "/vms/" + call.text("vmid");
  for (const auto& name : names) {
    if (checked_by_value(name)) continue;
    const auto privilege = privilege_of(name);
    if (privilege.empty()) return failure(500, "only root can set '" + name + "' config");
    if (auto refused = refuse_without(call, vm, privilege)) return refused;
    if (name != "startup") continue;
    if (auto refused = refuse_without(call, "/", "Sys.Modify")) return refused;
  }
  return std::nullopt;
}

Refused refuse_option_values(const Call& call, int vmid, const Values& values,
                             const std::string& fallback) {
  const std::string vm = "/vms/" + std::to_string(vmid);
  for (const auto& [key, value] : values) {
    if (is_drive_name(key) || is_numbered(key, "unused")) {
      const Drive drive = parse_drive(value);
      const bool cdrom = drive.is_cdrom();
      if (auto refused = refuse_drive(call, vmid, key, drive, fallback)) return refused;
      if (auto refused = refuse_without(call, vm, cdrom ? "VM.Config.CDROM" : "VM.Config.Disk"))
        return refused;
    } else if (!call.caller.is_root()) {
      if (auto refused = refuse_device(call, vm, key, value)) return refused;
    }
  }
  return std::nullopt;
}

Values config_values(const Call& call, std::initializer_list<std::string_view> left_out) {
  Values values = stored_values(call.params, left_out);
  if (const auto cdrom = values.find("cdrom"); cdrom != values.end()) {
    std::string drive = cdrom->second;
    if (drive.find("media=") == std::string::npos) drive += ",media=cdrom";
    values.erase(cdrom);
    values["ide2"] = drive;
  }
  for (auto& [key, value] : values) {
    if (is_numbered(key, "net")) value = net_text(value, new_mac(call.state));
    if (key == "tags") value = tags_text(call, value);
    if (key == "description") value = trimmed(value);
    if (key == "vmgenid" && value == "1") value = new_uuid(call.state);
    if (is_drive_name(key)) value = parse_drive(value).text();
    if (key == "boot" && value.starts_with("order=")) value = boot_text(boot_devices(values));
  }
  return values;
}

bool is_option(const Call& call, const std::string& name) {
  for (const char* other : {"node", "vmid", "digest", "delete", "revert", "force", "skiplock",
                            "background_delay", "cdrom"})
    if (name == other) return name == "cdrom";
  const Json* schema = find_member(call.facts, "params");
  return schema != nullptr && find_parameter(*schema, name) != nullptr;
}

Values pending_view(const GuestState& guest) {
  Values out = guest.config;
  for (const auto& [key, value] : guest.pending) out[key] = value;
  for (const auto& [key, force] : guest.pending_delete) out.erase(key);
  return out;
}

Json shown_guest(const Call& call, GuestKind kind, const Values& values) {
  Json out = shown_config(call.state.facts, kind, values);
  if (out.contains("cipassword")) out["cipassword"] = "**********";
  return out;
}

}  // namespace pmx::sim
