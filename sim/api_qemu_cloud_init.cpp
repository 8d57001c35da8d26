// Cloud-init of VMs: the options that go onto the drive, and the files they become.
#include <algorithm>
#include <array>

#include "base/crypto.h"
#include "base/percent.h"
#include "sim/qemu_api.h"
#include "sim/section_file.h"

namespace pmx::sim {
namespace {

constexpr std::array<const char*, 8> kOptions{"cicustom", "cipassword",   "ciuser",  "ciupgrade",
                                              "citype",   "searchdomain", "sshkeys", "nameserver"};

/// What the drive holds and the configuration says: what was added since is only pending.
Answer list(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  const auto shown = [](const std::string& key, const std::string& value) {
    return key == "cipassword" ? std::string("**********") : value;
  };
  Json out = Json::array();
  Values on_drive = guest->cloud_init;
  const auto added = list_items(on_drive["added"]);
  on_drive.erase("added");
  for (const std::string& key : added)
    out.push_back({{"key", key}, {"pending", shown(key, guest->value(key))}});
  for (const char* key : kOptions) {
    const std::string now = guest->value(key);
    if (now.empty() || std::find(added.begin(), added.end(), key) != added.end()) continue;
    const auto old = on_drive.find(key);
    out.push_back({{"key", key}, {"value", shown(key, old == on_drive.end() ? now : old->second)}});
    if (old != on_drive.end()) out.back()["pending"] = shown(key, now);
  }
  for (const auto& [key, value] : on_drive)
    if (guest->value(key).empty()) out.push_back({{"key", key}, {"delete", 1}});
  return ok(out);
}

/// "255.255.255.0" of 24.
std::string netmask(int bits) {
  const std::uint32_t mask = bits == 0 ? 0 : ~std::uint32_t{0} << (32 - bits);
  return std::to_string(mask >> 24) + "." + std::to_string(mask >> 16 & 255) + "." +
         std::to_string(mask >> 8 & 255) + "." + std::to_string(mask & 255);
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string value_of(const Values& config, std::string_view key) {
  const auto found = config.find(key);
  return found == config.end() ? "" : found->second;
}

std::string user_data(const GuestState& guest, const Values& config) {
  const std::string name = value_of(config, "name").empty() ? "VM" + std::to_string(guest.vmid)
                                                            : value_of(config, "name");
  const std::string host = name.substr(0, name.find('.'));
  const std::string domain = value_of(config, "searchdomain");
  std::string out = "#cloud-config\nhostname: " + host + "\nmanage_etc_hosts: true\n";
  if (!domain.empty())
    out += "fqdn: " + host + "." + domain.substr(0, domain.find(' ')) + "\n";
  else if (host != name)
    out += "fqdn: " + name + "\n";
  if (auto user = value_of(config, "ciuser"); !user.empty()) out += "user: " + user + "\n";
  if (auto word = value_of(config, "cipassword"); !word.empty()) out += "password: " + word + "\n";
  if (auto keys = value_of(config, "sshkeys"); !keys.empty()) {
    out += "ssh_authorized_keys:\n";
    std::string text = percent_decode(keys).value_or("");
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      if (end > 0) out += "  - " + text.substr(0, end) + "\n";
      text.erase(0, end + 1);
    }
  }
  out += "chpasswd:\n  expire: False\n";
  if (value_of(config, "ciuser") != "root") out += "users:\n  - default\n";
  return out + (value_of(config, "ciupgrade") == "0" ? "" : "package_upgrade: true\n");
}

/// One family's lines of a device: static with its gateway, or DHCP.
std::string subnet(const Drive& config, const char* address_key, const char* gateway_key, bool v6) {
  const std::string address = config.option(address_key);
  const std::string type = v6 ? "static6" : "static";
  if (address.empty()) return "";
  if (address == "dhcp") return std::string("      - type: dhcp") + (v6 ? "6" : "4") + "\n";
  if (address == "auto") return "      - type: ipv6_slaac\n";
  const auto slash = address.find('/');
  std::string out = "      - type: " + type + "\n        address: '" +
                    (v6 ? address : address.substr(0, slash)) + "'\n";
  if (!v6) out += "        netmask: '" + netmask(std::atoi(address.c_str() + slash + 1)) + "'\n";
  if (auto gateway = config.option(gateway_key); !gateway.empty())
    out += "        gateway: '" + gateway + "'\n";
  return out;
}

std::string network_data(const Values& config) {
  std::string out = "version: 1\nconfig:\n";
  for (const auto& [key, value] : config) {
    if (!is_numbered(key, "net")) continue;
    const std::string number = key.substr(3);
    const Drive address = parse_drive(value_of(config, "ipconfig" + number));
    if (address.options.empty()) continue;
    out += "    - type: physical\n      name: eth" + number + "\n      mac_address: '" +
           lower(parse_net(value).mac) + "'\n      subnets:\n" +
           subnet(address, "ip", "gw", false) + subnet(address, "ip6", "gw6", true);
  }
  const auto servers = list_items(value_of(config, "nameserver"));
  const auto domains = list_items(value_of(config, "searchdomain"));
  if (servers.empty() && domains.empty()) return out;
  out += "    - type: nameserver\n      address:\n";
  for (const auto& server : servers) out += "      - '" + server + "'\n";
  if (!domains.empty()) out += "      search:\n";
  for (const auto& domain : domains) out += "      - '" + domain + "'\n";
  return out;
}

Answer dump(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  const Values config = pending_view(*guest);
  const std::string user = user_data(*guest, config);
  const std::string network = network_data(config);
  const std::string type = call.text("type");
  if (type == "user") return ok(user);
  if (type == "network") return ok(network);
  return ok("instance-id: " + crypto::hex(crypto::sha256(user + network)).substr(0, 40) + "\n");
}

/// The label by which a system finds its settings.
std::string volume_label(const Values& config) {
  const std::string type = value_of(config, "citype");
  const bool windows = value_of(config, "ostype").starts_with("w");
  return type == "configdrive2" || (type.empty() && windows) ? "config-2" : "cidata";
}

Answer regenerate(const Call& call) {
  GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  if (auto refused = refuse_locked(call, *guest)) return *refused;
  if (const std::string problem = cloud_init_problem(call.state, *guest); !problem.empty())
    return failure(500, problem);
  guest->cloud_init.clear();
  return ok(nullptr);
}

}  // namespace

std::string cloud_init_problem(const State& state, const GuestState& guest) {
  if (!state.lacks.lacks(Part::kGenisoimage)) return "";
  const Values config = pending_view(guest);
  for (const auto& [key, drive] : drives_of(config, false)) {
    if (!drive.is_cloud_init()) continue;
    const std::string path = state.storages.path(drive.file);
    const std::string joliet = state.facts.version() == PveVersion::k9 ? "-J " : "";
    return "command 'set -o pipefail && genisoimage -quiet -iso-level 3 " + joliet + "-R -V " +
           volume_label(config) + " /run/pve/cloudinit/" + std::to_string(guest.vmid) +
           "/ | qemu-img dd -n -f raw -O " + (path.ends_with(".qcow2") ? "qcow2" : "raw") +
           " 'isize=0' 'osize=4194304' 'of=" + path + "'' failed: exit code 1";
  }
  return "";
}

void add_qemu_cloud_init_handlers(Handlers& handlers) {
  const std::string path = "/nodes/{node}/qemu/{vmid}/cloudinit";
  handlers["GET " + path] = list;
  handlers["PUT " + path] = regenerate;
  handlers["GET " + path + "/dump"] = dump;
}

}  // namespace pmx::sim
