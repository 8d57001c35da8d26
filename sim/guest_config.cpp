#include "sim/guest_config.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/crypto.h"
#include "base/percent.h"
#include "sim/guest_notes.h"
#include "sim/values.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kMib = std::int64_t{1} << 20;
constexpr std::array<int, 5> kMemory{1024, 2048, 4096, 8192, 16384};
constexpr std::array<int, 4> kCores{1, 2, 4, 8};
constexpr std::array<int, 5> kDisks{8, 16, 32, 64, 200};
constexpr std::array<std::string_view, 5> kPlainTags{"prod", "staging", "linux", "windows",
                                                     "protected"};

/// The network a guest sits in; all its addresses follow from the index.
struct Net {
  int vlan;
  std::string ip;
  std::string gateway;
  std::string ip6;
  std::string gateway6;
  std::string mac;
};

Net network_of(const Inventory& inventory, std::size_t index) {
  Dice site(inventory.seed(), "site");
  const std::string lan = site.chance(50) ? "10." + std::to_string(site.between(11, 240)) + "."
                                          : "172." + std::to_string(site.between(16, 31)) + ".";
  const std::string ula =
      "fd" + site.hex(2) + ":" + "1" + site.hex(3) + ":" + "2" + site.hex(3) + ":";
  Dice dice(inventory.seed(), "net", index);
  const int subnet = static_cast<int>(index / 200) % 200 + 20;
  const int host = static_cast<int>(index % 200) + 20;
  Net net;
  net.vlan = 100 + subnet;
  net.ip = lan + std::to_string(subnet) + "." + std::to_string(host);
  net.gateway = lan + std::to_string(subnet) + ".1";
  net.ip6 = ula + std::to_string(subnet) + "::" + std::to_string(host);
  net.gateway6 = ula + std::to_string(subnet) + "::1";
  constexpr std::string_view kUpper = "0123456789ABCDEF";
  net.mac =
      "BC:24:11:" + dice.text(2, kUpper) + ":" + dice.text(2, kUpper) + ":" + dice.text(2, kUpper);
  return net;
}

void plant_net(Planted* planted, const Net& net, bool v6) {
  plant(planted, "ip", net.ip);
  plant(planted, "ip", net.gateway);
  plant(planted, "mac", net.mac);
  if (!v6) return;
  plant(planted, "ip", net.ip6);
  plant(planted, "ip", net.gateway6);
}

/// Resolver and search domain, the same for all guests.
void add_resolver(const Inventory& inventory, Values& config, Planted* planted) {
  const std::string dns =
      inventory.nodes.front().ip.substr(0, inventory.nodes.front().ip.rfind('.')) + ".53";
  config["nameserver"] = plant(planted, "ip", dns);
  config["searchdomain"] =
      plant(planted, "domain", "corp." + std::string(inventory.company().domain));
}

void add_cloud_init(const Inventory& inventory, const GuestState& guest, const Net& net,
                    Values& config, Planted* planted) {
  Dice dice(inventory.seed(), "cloud-init", guest_index(guest));
  const bool v6 = dice.chance(50);
  plant_net(planted, net, v6);
  config["ipconfig0"] = "ip=" + net.ip + "/24,gw=" + net.gateway +
                        (v6 ? ",ip6=" + net.ip6 + "/64,gw6=" + net.gateway6 : "");
  add_resolver(inventory, config, planted);
  const UserState& owner = inventory.users[3 + dice.below(inventory.users.size() - 3)];
  config["ciuser"] = plant(planted, "user", owner.id.substr(0, owner.id.find('@')));
  config["cipassword"] = "**********";  // PVE never shows it
  const std::string key =
      "AAAAC3NzaC1lZDI1NTE5AAAAI" +
      dice.text(43, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
  config["sshkeys"] =
      percent_encode("ssh-ed25519 " + plant(planted, "sshkey", key) + " " + owner.email + "\n");
  if (dice.chance(30)) {
    const std::string file = "userdata-" + std::string(inventory.company().letters) + "-" +
                             std::to_string(guest.vmid) + ".yaml";
    config["cicustom"] =
        "user=" + inventory.file_storage().name + ":snippets/" + plant(planted, "file", file);
  }
  config["ide2"] = inventory.disk_storage(guest_index(guest)).name + ":vm-" +
                   std::to_string(guest.vmid) + "-cloudinit,media=cdrom,size=4M";
}

void add_qemu(const Inventory& inventory, const GuestState& guest, const Traits& traits,
              Values& config, Planted* planted) {
  const std::size_t index = guest_index(guest);
  Dice dice(inventory.seed(), "qemu", index);
  const Net net = network_of(inventory, index);
  const std::string id = std::to_string(guest.vmid);
  const bool windows = index % 10 == 9;
  config["name"] = traits.name;
  config["cores"] = std::to_string(traits.cores);
  config["sockets"] = "1";
  config["memory"] = std::to_string(traits.memory / kMib);
  config["cpu"] = "x86-64-v2-AES";
  config["ostype"] = windows ? "win11" : "l26";
  config["scsihw"] = "virtio-scsi-single";
  config["boot"] = "order=scsi0;net0";
  config["agent"] = dice.chance(70) ? "1" : "0";
  config["onboot"] = dice.chance(60) ? "1" : "0";
  config["scsi0"] = inventory.disk_storage(index).name + (guest.is_template() ? ":base-" : ":vm-") +
                    id + "-disk-0,discard=on,iothread=1,size=" + std::to_string(traits.disk >> 30) +
                    "G,ssd=1";
  config["net0"] = "virtio=" + plant(planted, "mac", net.mac) +
                   ",bridge=vmbr0,firewall=1,tag=" + std::to_string(net.vlan);
  config["smbios1"] = "uuid=" + plant(planted, "uuid", dice.uuid());
  config["vmgenid"] = plant(planted, "uuid", dice.uuid());
  config["meta"] =
      "creation-qemu=10.1.2,ctime=" + std::to_string(1735689600 + dice.between(0, 9000000));
  if (windows)
    config["ide2"] =
        inventory.file_storage().name + ":iso/virtio-win-0.1.271.iso,media=cdrom,size=709474K";
  else if (dice.chance(60))
    add_cloud_init(inventory, guest, net, config, planted);
}

void add_lxc(const Inventory& inventory, const GuestState& guest, const Traits& traits,
             Values& config, Planted* planted) {
  const std::size_t index = guest_index(guest);
  Dice dice(inventory.seed(), "lxc", index);
  const Net net = network_of(inventory, index);
  const bool v6 = dice.chance(30);
  plant_net(planted, net, v6);
  const std::string id = std::to_string(guest.vmid);
  config["hostname"] = traits.name;
  config["arch"] = "amd64";
  config["ostype"] = dice.chance(60) ? "debian" : "ubuntu";
  config["cores"] = std::to_string(traits.cores);
  config["memory"] = std::to_string(traits.memory / kMib);
  config["swap"] = "512";
  config["unprivileged"] = "1";
  config["features"] = "nesting=1";
  config["onboot"] = dice.chance(60) ? "1" : "0";
  config["rootfs"] = inventory.disk_storage(index).name + ":vm-" + id +
                     "-disk-0,size=" + std::to_string(traits.disk >> 30) + "G";
  config["net0"] = "name=eth0,bridge=vmbr0,firewall=1,gw=" + net.gateway + ",hwaddr=" + net.mac +
                   ",ip=" + net.ip + "/24" +
                   (v6 ? ",ip6=" + net.ip6 + "/64,gw6=" + net.gateway6 : "") +
                   ",tag=" + std::to_string(net.vlan) + ",type=veth";
  add_resolver(inventory, config, planted);
}

std::string tags_of(const Inventory& inventory, std::size_t index, Planted* planted) {
  Dice dice(inventory.seed(), "tags", index);
  std::string tags;
  const auto append = [&](const std::string& tag) { tags += (tags.empty() ? "" : ";") + tag; };
  if (dice.chance(70)) {
    const std::string plain(dice.pick(kPlainTags));
    append(plant(planted, "word_names", plain));
  }
  if (dice.chance(40)) append(plant(planted, "tag", "cust-" + slug_of(customer(dice))));
  if (dice.chance(20))
    append(plant(planted, "tag", "costcenter-" + std::to_string(4100 + dice.between(0, 12))));
  return tags;
}

/// What the seed says about a guest before it has a configuration.
Traits generated_traits(const Inventory& inventory, const GuestState& guest, Planted* planted) {
  const std::size_t index = guest_index(guest);
  Dice dice(inventory.seed(), "traits", index);
  Traits traits;
  traits.name = guest_name(inventory.seed(), index);
  plant(planted, is_plain_word(traits.name) ? "word_names" : "guest", traits.name);
  traits.cores = dice.pick(kCores);
  traits.memory = dice.pick(kMemory) * kMib;
  traits.disk = static_cast<std::int64_t>(dice.pick(kDisks)) << 30;
  if (dice.chance(60)) traits.pool = dice.pick(inventory.pools);
  traits.tags = tags_of(inventory, index, planted);
  return traits;
}

/// Bytes of "size=32G" in a drive's property string; 0 without.
std::int64_t disk_size(std::string_view drive) {
  const auto at = drive.find("size=");
  if (at == std::string_view::npos) return 0;
  const std::string text(drive.substr(at + 5, drive.find(',', at) - at - 5));
  const std::int64_t number = std::strtoll(text.c_str(), nullptr, 10);
  switch (text.empty() ? ' ' : text.back()) {
    case 'K': return number << 10;
    case 'M': return number << 20;
    case 'G': return number << 30;
    case 'T': return number << 40;
    default: return number;
  }
}

/// GuestState::value() without a copy: lists ask it ten times for each of many guests.
std::string_view view(const GuestState& guest, std::string_view key) {
  const auto found = guest.config.find(key);
  return found == guest.config.end() ? std::string_view() : std::string_view(found->second);
}

std::int64_t number(const GuestState& guest, std::string_view key) {
  const auto found = guest.config.find(key);
  return found == guest.config.end() ? 0 : std::strtoll(found->second.c_str(), nullptr, 10);
}

/// The first disk of the boot order, its drive: "local-lvm:vm-100-disk-0,size=8G".
std::string_view boot_disk(const GuestState& guest) {
  std::string_view order = view(guest, "boot");
  order.remove_prefix(order.find('=') + 1);  // npos + 1 is 0
  while (!order.empty()) {
    const std::string_view device = order.substr(0, order.find(';'));
    const std::string_view drive = view(guest, device);
    if (!drive.empty() && !device.starts_with("net") &&
        drive.find("media=cdrom") == std::string_view::npos)
      return drive;
    order.remove_prefix(std::min(order.size(), device.size() + 1));
  }
  return "";
}

/// Notes as comments hold them: what is not plain becomes %XX.
std::string comment_text(std::string_view line) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '%' && c != ':')
      out += c;
    else
      (out += '%').append({kDigits[byte >> 4U], kDigits[byte & 15U]});
  }
  return out;
}

/// A section of a guest's file: the notes first, then the options by name.
std::string section_text(const Values& values) {
  std::string out;
  const auto notes = values.find("description");
  std::string_view rest = notes == values.end() ? "" : std::string_view(notes->second);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    out += "#" + comment_text(rest.substr(0, end)) + "\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  for (const auto& [key, value] : values)
    if (key != "description") out += key + ": " + value + "\n";
  return out;
}

}  // namespace

void generate_guest(const Inventory& inventory, GuestState& guest, Planted* planted) {
  const Traits traits = generated_traits(inventory, guest, planted);
  guest.pool = traits.pool;
  if (guest.kind == GuestKind::kQemu)
    add_qemu(inventory, guest, traits, guest.config, planted);
  else
    add_lxc(inventory, guest, traits, guest.config, planted);
  if (!traits.tags.empty()) guest.config["tags"] = traits.tags;
  if (std::string notes = guest_notes(inventory, guest, planted); !notes.empty())
    guest.config["description"] = std::move(notes);
}

Traits guest_traits(const GuestState& guest) {
  const bool vm = guest.kind == GuestKind::kQemu;
  Traits traits;
  traits.name = view(guest, vm ? "name" : "hostname");
  if (traits.name.empty()) traits.name = (vm ? "VM " : "CT") + std::to_string(guest.vmid);
  traits.pool = guest.pool;
  traits.tags = view(guest, "tags");
  const int cores = static_cast<int>(std::max<std::int64_t>(1, number(guest, "cores")));
  const auto sockets = vm ? std::max<std::int64_t>(1, number(guest, "sockets")) : 1;
  traits.cores = cores * static_cast<int>(sockets);
  const std::int64_t memory = number(guest, "memory");
  traits.memory = (memory > 0 ? memory : 512) * kMib;
  traits.disk = disk_size(vm ? boot_disk(guest) : view(guest, "rootfs"));
  return traits;
}

std::string guest_digest(const GuestState& guest) {
  std::string text = section_text(guest.config);
  Values pending = guest.pending;
  for (const auto& [key, force] : guest.pending_delete)
    pending["delete"] += (pending["delete"].empty() ? "" : ",") + (force ? "!" + key : key);
  if (!pending.empty()) text += "\n[PENDING]\n" + section_text(pending);
  if (!guest.cloud_init.empty()) text += "\n[special:cloudinit]\n" + section_text(guest.cloud_init);
  for (const auto& [name, values] : guest.snapshots)
    text += "\n[" + name + "]\n" + section_text(values);
  return crypto::hex(crypto::sha1(text));
}

Json shown_config(Facts& facts, GuestKind kind, const Values& values) {
  const Route route{kind == GuestKind::kQemu ? "/nodes/{node}/qemu/{vmid}/config"
                                             : "/nodes/{node}/lxc/{vmid}/config",
                    "PUT",
                    {}};
  const Json* schema = find_member(facts.method(route), "params");
  static const Json kNone = Json::object();
  return shown_values(schema == nullptr ? kNone : *schema, values);
}

}  // namespace pmx::sim
