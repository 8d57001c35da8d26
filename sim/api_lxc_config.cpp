// /nodes/{node}/lxc/{vmid}/config, /pending, /interfaces: what a container is and how that changes.
#include <algorithm>
#include <array>

#include "sim/guest_config.h"
#include "sim/lxc_config.h"
#include "sim/qemu_api.h"
#include "sim/section_file.h"
#include "sim/values.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kLeaseTime = 2;  ///< seconds until a DHCP server has answered

/// A change as asked for.
struct Change {
  Values set;
  std::vector<std::string> remove;
  std::vector<std::string> revert;
};

/// Whether a running container takes a change of this option at once.
bool is_live(const std::string& key) {
  constexpr std::string_view kLive =
      " cores cpulimit cpuunits memory swap description hookscript onboot protection startup tags "
      "timezone lock ";
  return kLive.find(" " + key + " ") != std::string_view::npos || is_numbered(key, "net") ||
         is_numbered(key, "mp") || is_numbered(key, "unused");
}

bool is_required(const std::string& key) {
  return key == "rootfs" || key == "memory" || key == "hostname" || key == "ostype";
}

Refused refuse_names(const Call& call, const char* list, const std::vector<std::string>& names,
                     const Values& set) {
  for (const auto& name : names) {
    if (!is_option(call, name)) return bad_parameters({{list, "unknown option '" + name + "'"}});
    if (set.contains(name))
      return bad_parameters({{list, "you can't use '-" + name + "' and -" + list + " " + name +
                                        "' at the same time"}});
  }
  return std::nullopt;
}

Refused read_change(const Call& call, const GuestState* guest, Change& change) {
  change.set = container_values(call, {"vmid", "node", "digest", "delete", "revert"});
  change.remove = list_items(call.text("delete"));
  change.revert = list_items(call.text("revert"));
  if (change.set.empty() && change.remove.empty() && change.revert.empty())
    return failure(500, "no options specified");
  if (auto refused = refuse_names(call, "delete", change.remove, change.set)) return refused;
  if (auto refused = refuse_names(call, "revert", change.revert, change.set)) return refused;
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  if (auto refused = refuse_container_options(call, guest->vmid, change.set, change.remove,
                                              is_unprivileged(guest->config)))
    return refused;
  if (auto refused = refuse_mount_points(call, change.set, "")) return refused;
  if (auto refused = refuse_old_digest(call, *guest)) return refused;
  return refuse_locked(call, *guest);
}

/// Why PVE does not carry this out, or nothing.
std::string problem_of(const GuestState& guest, const Change& change) {
  for (const auto& name : change.remove) {
    if (is_required(name)) return "unable to delete required option '" + name + "'";
    if (name == "unprivileged") return "unable to delete read-only option: 'unprivileged'";
    const bool kept = is_mount_point(name) || is_numbered(name, "unused");
    if (kept && guest.value("protection") == "1")
      return "can't remove CT " + std::to_string(guest.vmid) + " drive '" + name +
             "' - protection mode enabled";
  }
  if (change.set.contains("unprivileged"))
    return "unable to modify read-only option: 'unprivileged'";
  const auto file = change.set.find("rootfs");
  if (file != change.set.end() && is_running(guest))
    return "cannot change rootfs of a running container";
  return "";
}

/// Takes `key` away, from the file or from what is pending; a volume stays as an unused one.
void drop(State& state, GuestState& guest, const std::string& key) {
  const std::string value = guest.value(key);
  if (value.empty()) return;
  if (is_numbered(key, "unused"))
    DiskWork(state, node_name(state, guest), guest.vmid, 0).free(value);
  else if (is_mount_point(key))
    keep_unused(state, guest, parse_drive(value));
  guest.config.erase(key);
}

void put_value(State& state, GuestState& guest, const std::string& key, std::string value) {
  const std::string old = guest.value(key);
  if (is_mount_point(key) && !old.empty() && parse_drive(old).file != parse_drive(value).file)
    keep_unused(state, guest, parse_drive(old));
  guest.config[key] = std::move(value);
}

/// Carries a change out; what a running container cannot take waits. The problem, or nothing.
std::string carry_out(const Call& call, GuestState& guest, const Change& change) {
  State& state = call.state;
  DiskWork work(state, call.text("node"), guest.vmid, call.now / 1000);
  Values made = change.set;
  for (auto& [key, value] : made)
    if (is_mount_point(key)) value = make_mount_point(state, work, value, "");
  if (!work.problem.empty()) {
    work.take_back();
    return work.problem;
  }
  for (const auto& name : change.revert) {
    guest.pending.erase(name);
    guest.pending_delete.erase(name);
  }
  for (const auto& name : change.remove) {
    guest.pending.erase(name);
    if (is_running(guest) && !is_live(name) && guest.config.contains(name))
      guest.pending_delete[name] = false;
    else
      drop(state, guest, name);
  }
  for (auto& [key, value] : made) {
    guest.pending_delete.erase(key);
    if (is_running(guest) && !is_live(key) && guest.value(key) != value)
      guest.pending[key] = value;
    else
      put_value(state, guest, key, value);
  }
  return "";
}

Answer put(const Call& call) {
  GuestState* guest = find_guest(call, GuestKind::kLxc);
  Change change;
  if (auto refused = read_change(call, guest, change)) return *refused;
  std::string problem = problem_of(*guest, change);
  if (problem.empty()) problem = carry_out(call, *guest, change);
  return problem.empty() ? ok(nullptr) : failure(500, problem);
}

Answer get(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  Values values = call.flag("current") ? guest->config : pending_view(*guest);
  if (call.has("snapshot")) {
    const auto found = guest->snapshots.find(call.text("snapshot"));
    if (found == guest->snapshots.end())
      return failure(500, "snapshot '" + call.text("snapshot") + "' does not exist");
    values = found->second;
  }
  Json out = shown_config(call.state.facts, GuestKind::kLxc, values);
  out["digest"] = guest_digest(*guest);
  return ok(std::move(out));
}

Answer pending(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  return ok(pending_items(call, *guest));
}

/// The address of a device without its prefix length, as `ip` and `ip6` say it.
Json interface_of(const std::string& value) {
  const Values options = parse_drive(value).options;
  const auto option = [&](const char* key) {
    const auto found = options.find(key);
    return found == options.end() ? std::string() : found->second;
  };
  Json out{{"name", option("name")}, {"hwaddr", option("hwaddr")}};
  for (const auto& [from, to] : {std::pair{"ip", "inet"}, std::pair{"ip6", "inet6"}})
    if (const std::string address = option(from); address.find('/') != std::string::npos)
      out[to] = address;
  return out;
}

Answer feature(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  const std::string snapshot = call.text("snapname");
  const auto found = guest->snapshots.find(snapshot);
  if (!snapshot.empty() && found == guest->snapshots.end())
    return failure(500, "snapshot '" + snapshot + "' does not exist");
  const auto volumes = volumes_of(snapshot.empty() ? guest->config : found->second, false);
  const bool all = std::all_of(volumes.begin(), volumes.end(), [&](const NamedDrive& one) {
    return volume_allows(call.state, call.text("feature"), one.drive.file, !snapshot.empty());
  });
  return ok({{"hasFeature", all ? 1 : 0}});
}

/// What the DHCP server of a company's network gives a container soon after its start.
std::string leased_address(const GuestState& guest) {
  return "10.99." + std::to_string(guest.vmid / 250 % 250) + "." +
         std::to_string(guest.vmid % 250 + 2) + "/16";
}

Answer interfaces(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr || !is_running(*guest)) return ok(nullptr);
  Json out = Json::array({{{"name", "lo"},
                           {"hwaddr", "00:00:00:00:00:00"},
                           {"inet", "127.0.0.1/8"},
                           {"inet6", "::1/128"}}});
  for (const auto& [key, value] : guest->config)
    if (is_numbered(key, "net")) {
      out.push_back(interface_of(value));
      const bool asks = ("," + value + ",").find(",ip=dhcp,") != std::string::npos;
      if (asks && call.state.scenario == Scenario::kGenerated &&
          call.now / 1000 - guest->since >= kLeaseTime)
        out.back()["inet"] = leased_address(*guest);
    }
  return ok(std::move(out));
}

}  // namespace

void add_lxc_config_handlers(Handlers& handlers) {
  const std::string path = "/nodes/{node}/lxc/{vmid}/";
  handlers["GET " + path + "config"] = get;
  handlers["PUT " + path + "config"] = put;
  handlers["GET " + path + "pending"] = pending;
  handlers["GET " + path + "interfaces"] = interfaces;
  handlers["GET " + path + "feature"] = feature;
}

void add_lxc_handlers(Handlers& handlers) {
  add_lxc_config_handlers(handlers);
  add_lxc_create_handlers(handlers);
  add_lxc_work_handlers(handlers);
}

}  // namespace pmx::sim
