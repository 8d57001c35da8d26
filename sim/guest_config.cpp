#include "sim/guest_config.h"

#include <array>

#include "base/crypto.h"
#include "base/percent.h"
#include "sim/guest_notes.h"

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
void add_resolver(const Inventory& inventory, Json& config, Planted* planted) {
  const std::string dns =
      inventory.nodes.front().ip.substr(0, inventory.nodes.front().ip.rfind('.')) + ".53";
  config["nameserver"] = plant(planted, "ip", dns);
  config["searchdomain"] =
      plant(planted, "domain", "corp." + std::string(inventory.company().domain));
}

void add_cloud_init(const Inventory& inventory, const GuestState& guest, const Net& net,
                    Json& config, Planted* planted) {
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
        "user=" + inventory.storages[3].name + ":snippets/" + plant(planted, "file", file);
  }
  config["ide2"] = inventory.disk_storage(guest_index(guest)).name + ":vm-" +
                   std::to_string(guest.vmid) + "-cloudinit,media=cdrom,size=4M";
}

void add_qemu(const Inventory& inventory, const GuestState& guest, const Traits& traits,
              Json& config, Planted* planted) {
  const std::size_t index = guest_index(guest);
  Dice dice(inventory.seed(), "qemu", index);
  const Net net = network_of(inventory, index);
  const std::string id = std::to_string(guest.vmid);
  const bool windows = index % 10 == 9;
  config["name"] = traits.name;
  config["cores"] = traits.cores;
  config["sockets"] = 1;
  config["memory"] = std::to_string(traits.memory / kMib);
  config["cpu"] = "x86-64-v2-AES";
  config["ostype"] = windows ? "win11" : "l26";
  config["scsihw"] = "virtio-scsi-single";
  config["boot"] = "order=scsi0;net0";
  config["agent"] = dice.chance(70) ? "1" : "0";
  config["onboot"] = dice.chance(60) ? 1 : 0;
  config["scsi0"] = inventory.disk_storage(index).name + (guest.is_template ? ":base-" : ":vm-") +
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
        inventory.storages[3].name + ":iso/virtio-win-0.1.271.iso,media=cdrom,size=709474K";
  else if (dice.chance(60))
    add_cloud_init(inventory, guest, net, config, planted);
}

void add_lxc(const Inventory& inventory, const GuestState& guest, const Traits& traits,
             Json& config, Planted* planted) {
  const std::size_t index = guest_index(guest);
  Dice dice(inventory.seed(), "lxc", index);
  const Net net = network_of(inventory, index);
  const bool v6 = dice.chance(30);
  plant_net(planted, net, v6);
  const std::string id = std::to_string(guest.vmid);
  config["hostname"] = traits.name;
  config["arch"] = "amd64";
  config["ostype"] = dice.chance(60) ? "debian" : "ubuntu";
  config["cores"] = traits.cores;
  config["memory"] = traits.memory / kMib;
  config["swap"] = 512;
  config["unprivileged"] = 1;
  config["features"] = "nesting=1";
  config["onboot"] = dice.chance(60) ? 1 : 0;
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

/// Lays later changes over the generated values that lists show too.
void apply_overrides(const Json& changes, GuestKind kind, Traits& traits) {
  const std::string_view name =
      string_member(changes, kind == GuestKind::kQemu ? "name" : "hostname");
  if (!name.empty()) traits.name = name;
  if (const Json* tags = find_member(changes, "tags"))
    traits.tags = tags->is_string() ? *tags->get_ptr<const std::string*>() : "";
  if (const Json* cores = find_member(changes, "cores");
      cores != nullptr && cores->is_number_integer())
    traits.cores = static_cast<int>(*cores->get_ptr<const std::int64_t*>());
  if (const Json* memory = find_member(changes, "memory"); memory != nullptr) {
    const std::string text =
        memory->is_string() ? *memory->get_ptr<const std::string*>() : memory->dump();
    const auto mib = std::strtoll(text.c_str(), nullptr, 10);
    if (mib > 0) traits.memory = mib * kMib;
  }
}

}  // namespace

Traits guest_traits(const Inventory& inventory, const GuestState& guest, Planted* planted) {
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
  const auto changed = inventory.overrides.find(guest.vmid);
  if (changed != inventory.overrides.end()) {
    apply_overrides(changed->second, guest.kind, traits);
    plant(planted, is_plain_word(traits.name) ? "word_names" : "guest", traits.name);
  }
  return traits;
}

Json guest_config(const Inventory& inventory, const GuestState& guest, Planted* planted) {
  const Traits traits = guest_traits(inventory, guest, planted);
  Json config = Json::object();
  if (guest.kind == GuestKind::kQemu)
    add_qemu(inventory, guest, traits, config, planted);
  else
    add_lxc(inventory, guest, traits, config, planted);
  if (!traits.tags.empty()) config["tags"] = traits.tags;
  if (const std::string notes = guest_notes(inventory, guest, planted); !notes.empty())
    config["description"] = notes;
  if (guest.is_template) config["template"] = 1;
  if (!guest.lock.empty()) config["lock"] = guest.lock;
  const auto changed = inventory.overrides.find(guest.vmid);
  if (changed != inventory.overrides.end()) config.merge_patch(changed->second);
  config["digest"] = crypto::hex(crypto::sha256(dump_json(config))).substr(0, 40);
  return config;
}

}  // namespace pmx::sim
