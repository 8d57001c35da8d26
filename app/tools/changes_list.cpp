// changes_list: what changed, newest first. Field changes of one object seen at one moment form one
// entry.
#include <algorithm>
#include <charconv>

#include "app/catalogue.h"
#include "ops/guests.h"

namespace pmx::app {
namespace {

struct Args {
  std::string since;
  std::string until;
  std::string kind;
  std::optional<Json> guest;
  int limit = 50;
  std::int64_t before = 0;
  std::string cluster;
  template <class V>
  void fields(V& v) {
    v.optional("since", since);
    v.optional("until", until);
    v.optional("kind", kind);
    v.optional("guest", guest);
    v.optional("limit", limit);
    v.optional("before", before);
    v.optional("cluster", cluster);
  }
};

struct Change {
  std::string time;
  std::string cluster;
  std::string kind;
  std::optional<int> vmid;
  std::optional<std::string> name;
  std::optional<std::string> node;
  std::optional<std::string> storage;
  std::optional<std::string> pool;
  Json before;
  Json after;
  std::optional<std::string> cause;
  template <class V>
  void fields(V& v) {
    v.required("time", time);
    v.required("cluster", cluster);
    v.required("kind", kind);
    v.optional("vmid", vmid);
    v.optional("name", name);
    v.optional("node", node);
    v.optional("storage", storage);
    v.optional("pool", pool);
    v.required("before", before);
    v.required("after", after);
    v.optional("cause", cause);
  }
};

struct Out {
  std::vector<Change> changes;
  std::optional<std::int64_t> next;
  std::vector<std::string> warnings;
  template <class V>
  void fields(V& v) {
    v.required("changes", changes);
    v.optional("next", next);
    v.required("warnings", warnings);
  }
};

/// "30m", "12h", "7d" before now, or a time as format_time writes it.
Result<SystemTime> point_in_time(const std::string& text, SystemTime now) {
  const Error bad{Code::kInvalidArgument, "since and until must be a time or an age",
                  "write 2026-11-21T13:30:00Z, or 30m, 12h, 7d"};
  if (text.empty()) return bad;
  long long count = 0;
  const char* end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error == std::errc() && stop == end && count >= 0 && count <= 1'000'000) {
    if (text.back() == 'm') return now - std::chrono::minutes(count);
    if (text.back() == 'h') return now - std::chrono::hours(count);
    if (text.back() == 'd') return now - std::chrono::days(count);
  }
  auto time = parse_time(text);
  return time.ok() ? time : bad;
}

/// Names the object under the key that tells the privacy engine its kind.
void set_identity(Change& change, const state::Event& event, const ops::Snapshot* now) {
  if (event.kind == "guest") {
    int vmid = 0;
    std::from_chars(event.object.data(), event.object.data() + event.object.size(), vmid);
    change.vmid = vmid;
    const auto* guest = now == nullptr ? nullptr : ops::guest_with(*now, vmid);
    if (guest != nullptr) change.name = guest->name;
  } else if (event.kind == "node") {
    change.node = event.object;
  } else if (event.kind == "pool") {
    change.pool = event.object;
  } else if (event.kind == "storage") {
    const std::size_t slash = event.object.find('/');
    change.node = event.object.substr(0, slash);
    if (slash != std::string::npos) change.storage = event.object.substr(slash + 1);
  }
}

bool same_moment(const Change& change, const state::Event& event, const Change& identity) {
  return change.time == format_time(event.time) && change.cluster == identity.cluster &&
         change.kind == event.kind && change.vmid == identity.vmid &&
         change.node == identity.node && change.storage == identity.storage &&
         change.pool == identity.pool && change.before.is_object() && change.after.is_object() &&
         !event.path.empty();
}

/// Turns events into entries, newest first.
class Collector {
 public:
  explicit Collector(anonymize::Engine& engine) : engine_(engine) {}

  /// `now`: what names are taken from; nullptr when the cluster cannot be read.
  Result<void> add(const state::Event& event, const std::string& cluster,
                   const ops::Snapshot* now) {
    Change change{
        format_time(event.time), cluster, event.kind, {}, {}, {}, {}, {}, nullptr, nullptr, {}};
    set_identity(change, event, now);
    if (!changes.empty() && same_moment(changes.back(), event, change))
      return put(changes.back(), event);
    if (!event.cause.empty()) change.cause = event.cause;
    if (event.path.empty()) {
      change.before = event.old_value;
      change.after = event.new_value;
      changes.push_back(std::move(change));
      return {};
    }
    change.before = Json::object();
    change.after = Json::object();
    changes.push_back(std::move(change));
    return put(changes.back(), event);
  }

  std::vector<Change> changes;

 private:
  /// {"status": value} for the path "/status": the field's own key stays visible, so that its kind
  /// stays known.
  Result<void> put(Change& change, const state::Event& event) {
    const std::string field = event.path.substr(1);
    PMX_TRY(change.before[field], shown(event.kind, field, event.old_value));
    PMX_TRY(change.after[field], shown(event.kind, field, event.new_value));
    return {};
  }

  /// A bare "name" beside no VMID says nothing to the privacy engine about its kind; we know it.
  Result<Json> shown(const std::string& kind, const std::string& field, const Json& value) {
    if (field != "name" || !value.is_string()) return value;
    const auto what = kind == "cluster" ? anonymize::Kind::kCluster : anonymize::Kind::kVm;
    PMX_TRY(std::string name, engine_.pseudonym(what, *value.get_ptr<const std::string*>()));
    return Json(std::move(name));
  }

  anonymize::Engine& engine_;
};

std::string subject(const Change& change, anonymize::Engine& engine) {
  if (change.vmid) {
    proxmox::Guest guest;
    guest.vmid = *change.vmid;
    guest.name = change.name.value_or("");
    return shown_guest(engine, guest);
  }
  if (change.storage)
    return "storage " + engine.pseudonym(anonymize::Kind::kStorage, *change.storage).value_or("?");
  if (change.pool)
    return "pool " + engine.pseudonym(anonymize::Kind::kPool, *change.pool).value_or("?");
  if (change.node) return "node " + shown_node(engine, *change.node);
  return "the cluster";
}

/// Values are told where they are plain states; names are in the structured answer.
std::string what_happened(const Change& change) {
  if (change.before.is_null()) return "appeared";
  if (change.after.is_null()) return "disappeared";
  std::string text;
  for (const auto& [field, value] : change.after.items()) {
    text += (text.empty() ? "" : ", ") + field;
    if (field != "status") continue;
    text += " " + std::string(string_member(change.before, field)) + " -> " +
            std::string(string_member(change.after, field));
  }
  return text;
}

std::string describe(const Out& out, anonymize::Engine& engine) {
  std::string text = out.changes.empty() ? "No change was observed in this time."
                     : out.changes.size() == 1
                         ? "1 change."
                         : std::to_string(out.changes.size()) + " changes, newest first.";
  constexpr std::size_t kShown = 15;
  for (std::size_t i = 0; i < out.changes.size() && i < kShown; ++i) {
    text += "\n" + out.changes[i].time + " " + subject(out.changes[i], engine) + ": " +
            what_happened(out.changes[i]);
  }
  if (out.next) text += "\nOlder ones: ask again with before " + std::to_string(*out.next) + ".";
  return text + format_warnings(out.warnings);
}

/// A guest that is gone, or whose cluster does not answer, still has a history under its VMID.
Result<void> select_guest(state::EventQuery& query, const Toolbox& box, const Context& ctx,
                          const Args& args) {
  const std::string reference = guest_reference(*args.guest);
  const auto located = ops::locate_guest(ctx, box.clusters, args.cluster, reference);
  if (located.ok()) {
    query.object = std::to_string(located->guest.vmid);
    query.cluster = located->cluster->name();
    return {};
  }
  const bool is_vmid =
      !reference.empty() && reference.find_first_not_of("0123456789") == std::string::npos;
  if (!is_vmid) return located.error();
  query.object = reference;
  return {};
}

Result<state::EventQuery> make_query(const Toolbox& box, const Context& ctx, const Args& args) {
  state::EventQuery query;
  query.kind = args.kind;
  query.limit = args.limit + 1;  // one more than shown tells whether there are older ones
  query.before_id = args.before;
  PMX_TRY(query.since, point_in_time(args.since.empty() ? "24h" : args.since, box.clock.now()));
  if (!args.until.empty()) {
    PMX_TRY(query.until, point_in_time(args.until, box.clock.now()));
  }
  if (!args.cluster.empty()) {
    PMX_TRY(ops::Cluster * cluster, box.clusters.find(args.cluster));
    query.cluster = cluster->name();
  }
  if (args.guest) {
    query.kind = "guest";
    PMX_TRY_VOID(select_guest(query, box, ctx, args));
  }
  return query;
}

/// What is needed to name things of a cluster.
struct Named {
  std::string title;
  std::shared_ptr<const ops::Snapshot> now;  ///< nullptr: cannot be read
};
using Directory = std::map<std::string, Named>;  // by configuration key

Directory look_around(const std::vector<ops::Cluster*>& clusters, const Context& ctx,
                      std::vector<std::string>& warnings) {
  Directory directory;
  for (ops::Cluster* cluster : clusters) {
    Named& named = directory[cluster->name()];
    named.title = cluster->title();
    const auto snapshot = cluster->snapshot(ctx);
    if (!snapshot.ok()) {
      warnings.push_back(
          "cluster " + named.title +
          " cannot be read now, the newest changes may be missing: " + snapshot.error().message);
      continue;
    }
    named.now = *snapshot;
  }
  return directory;
}

}  // namespace

mcp::Tool changes_list(const Toolbox& box) {
  return make_tool<Args, Out>(
      "changes_list",
      [box](const Context& ctx, const Args& args, mcp::Progress&) -> Result<Answer<Out>> {
        Answer<Out> answer;
        Out& out = answer.out;
        PMX_TRY(const auto clusters, box.clusters.select(args.cluster));
        const Directory directory = look_around(clusters, ctx, out.warnings);
        PMX_TRY(const auto query, make_query(box, ctx, args));
        PMX_TRY(auto events, box.inventory.events(query));
        if (events.size() > static_cast<std::size_t>(args.limit)) {
          events.pop_back();
          out.next = events.back().id;
        }
        Collector collector(box.engine);
        for (const auto& event : events) {
          const auto named = directory.find(event.cluster);
          if (named == directory.end()) continue;  // no longer configured
          PMX_TRY_VOID(collector.add(event, named->second.title, named->second.now.get()));
        }
        out.changes = std::move(collector.changes);
        answer.text = describe(out, box.engine);
        return answer;
      });
}

}  // namespace pmx::app
