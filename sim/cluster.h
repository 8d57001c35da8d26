// A simulated PVE cluster: answers REST requests as a real one does, from a seed. No sockets here:
// sim/server.h serves it over HTTP(S), `serve --demo` calls handle() in process. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"
#include "sim/faults.h"

namespace pmx::sim {

/// The releases whose API is simulated.
enum class PveVersion : std::uint8_t { k8, k9 };

/// What a cluster begins with.
enum class Scenario : std::uint8_t {
  kGenerated,  ///< a company's cluster of so many nodes and guests, made from the seed
  kLab,  ///< pve1 to pve3 with storages local and shared; root@pam, password "secret"; no guests
};

/// A storage of the cluster, on every node.
struct StorageSetup {
  std::string name;
  std::string type;     ///< dir, lvmthin, zfspool, rbd, nfs, pbs, ...
  std::string content;  ///< comma list
  std::string server;   ///< host name of a network storage, or empty
  bool shared = false;
  int gib = 0;
};

/// Something that happens to a cluster: a switch that is turned, as `sim ctl` would.
struct Event {
  std::chrono::milliseconds at{0};  ///< after the cluster was made; negative = it lies behind it
  std::string action;
  std::vector<std::string> arguments;
  std::string place;  ///< "FILE:LINE", for complaints
};

/// What a cluster is made from: the same options make the same cluster.
struct Options {
  int nodes = 3;
  int guests = 24;
  std::uint64_t seed = 7;
  /// Of a start, stop, shutdown or suspension to disk that succeeds or times out on its storage;
  /// 0 = 1 to 3 s, by guest and action.
  std::chrono::milliseconds work_time{0};
  PveVersion pve = PveVersion::k9;
  Scenario scenario = Scenario::kGenerated;
  // Of a generated cluster; empty and 0 = made from the seed.
  std::vector<std::string> node_names = {};  ///< of the first nodes
  std::string node_prefix = {};              ///< of the others: "hv" names hv01, hv02, ...
  int node_cpus = 0;
  int node_gib = 0;   ///< of memory
  int ha_guests = 0;  ///< VMs that HA manages, beside part::kHaVm
  std::vector<StorageSetup> storages = {};
  std::set<std::string> lacks = {};  ///< parts that the nodes lack, by part_names() of sim/lacks.h
};

/// A request below /api2/json, as it came over the wire.
struct Request {
  std::string method;
  std::string path;   ///< "/nodes/x/status", still percent-encoded
  std::string query;  ///< without "?"
  std::string body;
  std::map<std::string, std::string> headers;  ///< lower-case names
  std::size_t node = 0;                        ///< which node was asked: its place in nodes()
};

/// An answer. The server sends it after `delay` (PVE delays every 401 by 3 s).
struct Response {
  int status = 200;
  std::string reason;
  std::string body;
  std::map<std::string, std::string> headers;
  std::chrono::milliseconds delay{0};
  /// Set by a fault switch: the server sends this many bytes of the body and closes.
  std::optional<std::size_t> truncate_after;
  std::chrono::milliseconds hold{0};            ///< by a fault, beside `delay`: of real time
  std::optional<std::size_t> bytes_per_second;  ///< by a fault: how slowly it is sent
  bool drop = false;  ///< the node that was asked is down, or a fault: nothing is sent
};

/// The certificate that a node's web server shows.
struct ShownCertificate {
  bool changed = false;  ///< another one than at the start
  std::int64_t end = 0;  ///< seconds since the epoch; 0 = a year away
  bool operator==(const ShownCertificate&) const = default;
};

/// VMIDs of the guests with a fixed part; they exist when Options::guests reaches so far.
namespace part {
inline constexpr int kRunningVm = 100;  ///< named "web", a plain English word
inline constexpr int kStoppedVm = 101;  ///< starts well
inline constexpr int kRunningCt = 102;
inline constexpr int kTemplate = 103;
inline constexpr int kLockedVm = 104;  ///< lock "backup": power actions fail inside the task
inline constexpr int kHaVm = 105;      ///< running; start and stop fork hastart and hastop
inline constexpr int kBrokenVm = 106;  ///< stopped; its start fails inside the task
inline constexpr int kPausedVm = 107;
inline constexpr int kStoppedCt = 108;
}  // namespace part

/// How to get in.
struct Access {
  std::string token;     ///< USER@REALM!ID=UUID
  std::string username;  ///< user@realm
  std::string password;
};

/// One cluster with its state. Thread-safe; requests are answered one at a time.
class Cluster {
 public:
  /// `clock` drives tasks and statistics and outlives the cluster.
  Cluster(const Options& options, Clock& clock);
  ~Cluster();

  /// Answers as PVE would at this moment of the clock. Never blocks: a delay is told, not waited.
  Response handle(const Request& request);

  /// root@pam and a token of it: may do everything.
  [[nodiscard]] const Access& access() const;
  /// A user and token with the role PVEAuditor on /: reads all, every write is a 403.
  [[nodiscard]] const Access& auditor() const;
  /// A user and token without any ACL: sees empty lists.
  [[nodiscard]] const Access& outsider() const;

  /// Everything that privacy must hide, by kind: {"node":[...],"guest":[...],"ip":[...],...}; the
  /// kinds are cluster, company, domain, realm, node, guest, storage, pool, user, token, tag,
  /// hostname, ip, mac, uuid, email, person, customer, contract, phone, secret, sshkey, file,
  /// fingerprint. The planted-secret tests grep for each value. Not listed: what policy keeps
  /// (root, pam, pve, local, local-lvm, vmbr0). Names and tags that are one plain English word
  /// ("web", "prod") cannot be grepped for and stand apart under "word_names".
  [[nodiscard]] Json truth() const;

  // Fault switches and changes behind the API's back, for tests and drills. Thread-safe like
  // handle().

  /// A node that is down answers 595 with an empty body after a delay and is listed offline.
  void set_online(std::string_view node, bool online);
  /// Nodes go down, the last ones first, until those that are left have no quorum; false when there
  /// is only one.
  bool lose_quorum();
  /// All nodes are up.
  void regain_quorum();
  /// The next `count` requests get this answer without a body, after `delay`.
  void fail_next(int count, int status, std::string_view reason,
                 std::chrono::milliseconds delay = std::chrono::milliseconds{0});
  /// The bodies of the next `count` answers break off after `bytes`.
  void truncate_next(int count, std::size_t bytes);
  /// A fault holds until its requests are spent or it is cleared: all of a kind, or all.
  void add_fault(Fault fault);
  bool clear_faults(std::optional<FaultKind> kind = std::nullopt);
  /// What new connections to a node shall meet.
  [[nodiscard]] ShownCertificate certificate(std::size_t node) const;
  /// Tells the fingerprint of the certificate of its own that new connections to a node meet.
  void show_fingerprint(std::size_t node, std::string fingerprint);
  /// The guest and its changes are gone at once, without a task; unknown VMIDs are ignored.
  void remove_guest(int vmid);
  /// Merges `changes` into the guest's configuration as an administrator's edit would; null
  /// deletes. Values given here are not classified in truth(), except the name.
  void change_guest(int vmid, const Json& changes);
  /// Gives a user a TOTP entry, whose code is 123456, or takes all its second factors away; false
  /// when there is no such user.
  bool set_second_factor(std::string_view user, bool on);
  /// Moves a guest to another node, as a finished migration does.
  void move_guest(int vmid, std::string_view node);

  /// Plans events. They happen as the clock passes them, each as of its own time; those that lie
  /// behind happen at once. The first that the cluster cannot play is the error, with its place.
  Result<void> schedule(const std::vector<Event>& events);

  /// The names of the nodes, in their order.
  [[nodiscard]] std::vector<std::string> nodes() const;

  /// A switch by name, as `proxmox-mpc sim ctl` turns it: node-down NODE, ..., the incidents of
  /// sim/incidents.h, and "end INCIDENT". kInvalidArgument says what there is.
  Result<void> control(std::string_view action, const std::vector<std::string>& arguments);

  /// An incident begins, or ends; its arguments were checked.
  Result<void> begin_incident(std::string_view name, const std::vector<std::string>& arguments);
  Result<void> end_incident(std::string_view name, const std::vector<std::string>& arguments);

  /// Requests answered so far.
  [[nodiscard]] std::uint64_t requests() const;

 private:
  /// Whether there is such a switch, and nodes, guests and storages of these names.
  Result<void> check(std::string_view action, const std::vector<std::string>& arguments);
  Result<void> check_arguments(std::string_view words, const std::vector<std::string>& arguments);

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pmx::sim
