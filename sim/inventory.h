// What the simulated cluster consists of: nodes, storages, users, pools and the state of each
// guest.
//
// Everything is generated from the seed when the cluster is made, or empty in the scenario "lab";
// from then on it is state. Not thread-safe: Cluster holds the lock.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cluster.h"
#include "sim/names.h"
#include "sim/planted.h"

namespace pmx::sim {

/// PVE's two kinds of guest.
enum class GuestKind : std::uint8_t { kQemu, kLxc };
/// A paused guest counts as running in every status but qmpstatus.
enum class Power : std::uint8_t { kStopped, kRunning, kPaused };

/// When something is not as usual: from its beginning until before its end, in seconds since the
/// epoch.
struct Period {
  std::int64_t from = 0;
  std::int64_t until = std::numeric_limits<std::int64_t>::max();

  [[nodiscard]] bool holds(std::int64_t at) const { return from <= at && at < until; }
};

/// Whether one of them holds at this moment.
inline bool any_holds(const std::vector<Period>& periods, std::int64_t at) {
  return std::any_of(periods.begin(), periods.end(),
                     [at](const Period& one) { return one.holds(at); });
}

class Dice;
/// The SHA-256 of a certificate as PVE writes it, "AB:CD:...".
std::string made_fingerprint(Dice& dice);

/// A node; sizes in bytes.
struct NodeState {
  std::string name;
  std::string ip;
  std::string fingerprint;  ///< of its TLS certificate, "AB:CD:..."
  int cpus = 0;
  std::int64_t maxmem = 0;
  std::int64_t maxdisk = 0;
  std::int64_t booted = 0;  ///< seconds since the epoch
  bool online = true;
  std::int64_t clock_offset = 0;      ///< seconds that its clock is ahead of the others
  std::int64_t certificate_end = 0;   ///< of a certificate of its own for pveproxy; 0 = none
  std::string shown_fingerprint;      ///< of the certificate that is shown; empty = not told yet
  std::int64_t link_back = 0;         ///< until then its port has no link; seconds
  std::vector<Period> link_troubles;  ///< its network port loses the link again and again
};

/// A storage as configured, the same on every node; its size in bytes.
struct StorageState {
  std::string name;
  std::string type;     ///< dir, lvmthin, rbd, nfs, pbs
  std::string content;  ///< comma list
  std::string server;   ///< host name of a network storage, or empty
  bool shared = false;
  std::int64_t total = 0;
};

/// A user of the cluster; names are empty for technical ones.
struct UserState {
  std::string id;  ///< user@realm
  std::string email;
  std::string first;
  std::string last;
};

/// A section of a configuration file: values as PVE writes them.
using Values = std::map<std::string, std::string, std::less<>>;

/// What pvestatd told the cluster of a guest at its last round.
struct GuestSample {
  std::int64_t at = 0;  ///< seconds since the epoch; 0 = nothing yet
  std::string name;
  int cores = 1;
  std::int64_t memory = 0;  ///< bytes
  std::int64_t disk = 0;    ///< bytes
  std::int64_t since = 0;   ///< when it was started; 0 = stopped
  Power power = Power::kStopped;
  bool is_template = false;
};

/// A guest: its configuration file, as far as PVE keeps it there, and what it is doing.
struct GuestState {
  int vmid = 0;
  int node = 0;  ///< index into nodes
  GuestKind kind = GuestKind::kQemu;
  Power power = Power::kStopped;
  bool ha = false;
  bool start_fails = false;  ///< its disk's storage refuses
  bool has_system = false;   ///< an operating system is installed: somebody answers ACPI and agent
  std::int64_t since = 0;    ///< seconds since the epoch when it was started; 0 = stopped
  std::string pool;          ///< empty = in no pool
  Values config;             ///< the file's head: what runs, or will at the next start
  Values pending;            ///< its section [PENDING]: what a running guest cannot take yet
  std::map<std::string, bool> pending_delete;  ///< keys to be removed; true = force
  std::map<std::string, Values> snapshots;     ///< its other sections, by name
  Values cloud_init;  ///< its section [special:cloudinit]: where its drive differs from the head
  GuestSample sample;

  /// The value of `key` in the file's head; empty when it is not set.
  [[nodiscard]] std::string value(std::string_view key) const {
    const auto found = config.find(key);
    return found == config.end() ? "" : found->second;
  }
  [[nodiscard]] std::string lock() const { return value("lock"); }
  [[nodiscard]] bool is_template() const { return value("template") == "1"; }
};

/// The cluster's contents. Two of the same options and time are equal.
class Inventory {
 public:
  /// `now` in seconds: uptimes begin before it.
  Inventory(const Options& options, std::int64_t now);

  std::vector<NodeState> nodes;
  std::vector<StorageState> storages;
  std::vector<UserState> users;
  std::vector<std::string> pools;
  std::map<int, GuestState> guests;  ///< by VMID
  std::string cluster_name;
  /// /cluster/resources shows guests as they are, without waiting for pvestatd: so the demo reacts
  /// at once. The lab lags like PVE.
  bool reports_at_once = true;
  std::map<int, std::vector<Period>> runaways;  ///< VMIDs that take all they can get

  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] const Company& company() const { return *company_; }
  [[nodiscard]] std::optional<std::size_t> node_index(std::string_view name) const;
  [[nodiscard]] const NodeState& node_of(const GuestState& guest) const;
  [[nodiscard]] std::string realm() const;  ///< the company's directory realm

  /// The storage that the disks of guest `index` lie on: a local or a shared one.
  [[nodiscard]] const StorageState& disk_storage(std::size_t index) const;
  /// The first of these contents that is shared, or the first one at all.
  [[nodiscard]] const StorageState& shared_storage(std::string_view content) const;
  /// Of images and files, and of the nightly backups.
  [[nodiscard]] const StorageState& file_storage() const { return shared_storage("iso"); }
  [[nodiscard]] const StorageState& backup_storage() const;

  /// Adds what is not part of a guest: names, addresses, people.
  void plant(Planted& planted) const;

 private:
  [[nodiscard]] std::string node_name(const Options& options, std::size_t index) const;
  void make_nodes(const Options& options, std::int64_t now);
  void make_storages(const Options& options);
  void make_users();
  void make_guests(const Options& options, std::int64_t now);
  void make_lab(std::int64_t now);

  std::uint64_t seed_;
  const Company* company_;
};

/// The router of the management network.
std::string gateway_of(const NodeState& node);

/// A guest's place in the generator's numbering.
inline std::size_t guest_index(const GuestState& guest) {
  return static_cast<std::size_t>(guest.vmid - 100);
}

/// "qemu" or "lxc", as paths and types spell it.
inline std::string_view kind_name(GuestKind kind) {
  return kind == GuestKind::kQemu ? "qemu" : "lxc";
}

}  // namespace pmx::sim
