#include "sim/inventory.h"

#include <algorithm>

#include "sim/guest_config.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kGib = std::int64_t{1} << 30;
constexpr std::int64_t kDay = 86400;

constexpr std::size_t kParts = 9;  ///< guests with a fixed part

/// The first guests play fixed parts, so that every situation exists in a small cluster too.
void cast_part(GuestState& guest, std::size_t index) {
  switch (index) {
    case 0:
    case 1: guest.kind = GuestKind::kQemu; break;
    case 2:
    case 8: guest.kind = GuestKind::kLxc; break;
    case 3:
      guest.kind = GuestKind::kQemu;
      guest.config["template"] = "1";
      break;
    case 4:
      guest.kind = GuestKind::kQemu;
      guest.config["lock"] = "backup";
      guest.power = Power::kStopped;
      break;
    case 5:
      guest.kind = GuestKind::kQemu;
      guest.ha = true;
      break;
    case 6:
      guest.kind = GuestKind::kQemu;
      guest.start_fails = true;
      guest.power = Power::kStopped;
      break;
    case 7:
      guest.kind = GuestKind::kQemu;
      guest.power = Power::kPaused;
      break;
    default: break;
  }
}

bool holds(const StorageState& storage, std::string_view content) {
  return ("," + storage.content + ",").find("," + std::string(content) + ",") != std::string::npos;
}

}  // namespace

Inventory::Inventory(const Options& options, std::int64_t now)
    : seed_(options.seed), company_(&company_of(options.seed)) {
  if (options.scenario == Scenario::kLab) {
    make_lab(now);
    return;
  }
  cluster_name = std::string(company_->slug) + "-prod";
  make_nodes(options, now);
  make_storages(options);
  make_users();
  make_guests(options, now);
}

std::string Inventory::node_name(const Options& options, std::size_t index) const {
  if (index < options.node_names.size()) return options.node_names[index];
  const std::string number = (index < 9 ? "0" : "") + std::to_string(index + 1);
  if (!options.node_prefix.empty()) return options.node_prefix + number;
  return std::string(company_->letters) + "-" + std::string(city(seed_, index / 3)) + "-hv" +
         number;
}

void Inventory::make_nodes(const Options& options, std::int64_t now) {
  Dice dice(seed_, "nodes");
  const int site = dice.between(11, 240);
  for (int i = 0; i < std::max(1, options.nodes); ++i) {
    NodeState node;
    node.name = node_name(options, static_cast<std::size_t>(i));
    node.ip = "10." + std::to_string(site) + ".8." + std::to_string(11 + i);
    node.fingerprint = made_fingerprint(dice);
    node.cpus = dice.chance(50) ? 32 : 64;
    node.maxmem = kGib * (dice.chance(50) ? 256 : 512);
    if (options.node_cpus > 0) node.cpus = options.node_cpus;
    if (options.node_gib > 0) node.maxmem = kGib * options.node_gib;
    node.maxdisk = kGib * 94;
    node.booted = now - dice.between(3, 200) * kDay - dice.between(0, 86399);
    nodes.push_back(std::move(node));
  }
}

void Inventory::make_storages(const Options& options) {
  const std::string slug(company_->slug);
  const std::string site(city(seed_, 0));
  const std::string domain(company_->domain);
  storages = {
      {"local", "dir", "iso,vztmpl,backup", "", false, 94 * kGib},
      {"local-lvm", "lvmthin", "images,rootdir", "", false, 800 * kGib},
      {slug + "-ceph", "rbd", "images,rootdir", "", true, 42000 * kGib},
      {"nas-" + site + "-iso", "nfs", "iso,vztmpl,snippets", "nas01." + domain, true, 8000 * kGib},
      {"pbs-" + slug, "pbs", "backup", "pbs." + domain, true, 64000 * kGib},
  };
  pools = {"finance-" + site, slug + "-kubernetes", "tenants-" + slug};
  if (options.storages.empty()) return;
  storages.clear();
  for (const StorageSetup& one : options.storages)
    storages.push_back({one.name, one.type, one.content, one.server, one.shared, one.gib * kGib});
}

void Inventory::make_users() {
  users.push_back({"root@pam", "noc@" + std::string(company_->domain), "", ""});
  users.push_back({"svc-auditor-" + std::string(company_->letters) + "@pve", "", "", ""});
  users.push_back({"svc-legacy-" + std::string(company_->letters) + "@pve", "", "", ""});
  Dice dice(seed_, "users");
  while (users.size() < 7) {
    const Person who = person(dice);
    const std::string id = who.login() + "@" + realm();
    const bool known =
        std::any_of(users.begin(), users.end(), [&](const UserState& u) { return u.id == id; });
    if (!known) users.push_back({id, who.email(company_->domain), who.first, who.last});
  }
}

void Inventory::make_guests(const Options& options, std::int64_t now) {
  int managed = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(0, options.guests)); ++i) {
    Dice dice(seed_, "guest", i);
    GuestState guest;
    guest.vmid = 100 + static_cast<int>(i);
    guest.node = static_cast<int>(dice.below(nodes.size()));
    guest.kind = dice.chance(30) ? GuestKind::kLxc : GuestKind::kQemu;
    guest.power = i % 5 == 1 || i % 5 == 3 ? Power::kStopped : Power::kRunning;
    cast_part(guest, i);
    const auto& node = nodes[static_cast<std::size_t>(guest.node)];
    if (guest.power != Power::kStopped)
      guest.since =
          std::max(node.booted + 60, now - dice.between(0, 90) * kDay - dice.between(600, 80000));
    guest.has_system = true;
    if (i >= kParts && guest.kind == GuestKind::kQemu && managed < options.ha_guests) {
      guest.ha = true;
      ++managed;
    }
    generate_guest(*this, guest);
    guests.emplace(guest.vmid, std::move(guest));
  }
}

/// Three nodes with a directory and a shared one, and nothing else: where the recordings begin.
void Inventory::make_lab(std::int64_t now) {
  constexpr std::int64_t kRunning = 3600;
  cluster_name = "lab";
  reports_at_once = false;
  Dice dice(seed_, "lab");
  for (int i = 1; i <= 3; ++i) {
    NodeState node;
    node.name = "pve" + std::to_string(i);
    node.ip = "10.77.0." + std::to_string(i);
    node.fingerprint = made_fingerprint(dice);
    node.cpus = 2;
    node.maxmem = 8 * kGib;
    node.maxdisk = 40 * kGib;
    node.booted = now - kRunning;
    nodes.push_back(std::move(node));
  }
  storages = {{"local", "dir", "iso,vztmpl,backup,images,rootdir,snippets", "", false, 40 * kGib},
              {"shared", "dir", "images,iso,backup", "", true, 40 * kGib}};
  users.push_back({"root@pam", "", "", ""});
}

std::optional<std::size_t> Inventory::node_index(std::string_view name) const {
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].name == name) return i;
  return std::nullopt;
}

const NodeState& Inventory::node_of(const GuestState& guest) const {
  return nodes[static_cast<std::size_t>(guest.node)];
}

std::string gateway_of(const NodeState& node) {
  return node.ip.substr(0, node.ip.rfind('.')) + ".1";
}

std::string Inventory::realm() const { return std::string(company_->letters) + "-directory"; }

const StorageState& Inventory::disk_storage(std::size_t index) const {
  const bool local = index % 3 == 0;
  const auto fits = [&](const StorageState& one) {
    return one.shared != local && holds(one, "images");
  };
  const auto found = std::find_if(storages.begin(), storages.end(), fits);
  return found == storages.end() ? shared_storage("images") : *found;
}

const StorageState& Inventory::shared_storage(std::string_view content) const {
  const StorageState* first = nullptr;
  for (const StorageState& one : storages) {
    if (!holds(one, content)) continue;
    if (one.shared) return one;
    if (first == nullptr) first = &one;
  }
  return first == nullptr ? storages.front() : *first;
}

const StorageState& Inventory::backup_storage() const {
  const auto server = std::find_if(storages.begin(), storages.end(),
                                   [](const StorageState& one) { return one.type == "pbs"; });
  return server == storages.end() ? shared_storage("backup") : *server;
}

std::string made_fingerprint(Dice& dice) {
  std::string out;
  for (int i = 0; i < 32; ++i) out += (i == 0 ? "" : ":") + dice.text(2, "0123456789ABCDEF");
  return out;
}

void Inventory::plant(Planted& planted) const {
  planted.add("cluster", cluster_name);
  planted.add("company", company_->name);
  planted.add("domain", company_->domain);
  planted.add("realm", realm());
  for (const auto& node : nodes) {
    if (node.name != "pve") planted.add("node", node.name);
    planted.add("ip", node.ip);
    planted.add("ip", gateway_of(node));
    planted.add("fingerprint", node.fingerprint);
    planted.add("fingerprint", node.shown_fingerprint);
  }
  for (const auto& storage : storages) {
    if (!storage.name.starts_with("local")) planted.add("storage", storage.name);
    planted.add("hostname", storage.server);
  }
  for (const auto& pool : pools) planted.add("pool", pool);
  for (const auto& user : users) {
    if (user.id != "root@pam") {
      planted.add("user", user.id);
      planted.add("user", user.id.substr(0, user.id.find('@')));
    }
    planted.add("email", user.email);
    if (!user.last.empty()) planted.add("person", user.first + " " + user.last);
  }
}

}  // namespace pmx::sim
