// guest_start: start or resume, wait, read back. One call for what would be five.
#include <algorithm>

#include "app/catalogue.h"
#include "ops/guests.h"

namespace pmx::app {
namespace {

/// A start that takes longer is put off when the client can have it as a task.
constexpr std::chrono::seconds kShort{1};

struct Args {
  Json guest;
  int timeout = 120;
  std::string cluster;
  template <class V>
  void fields(V& v) {
    v.required("guest", guest);
    v.optional("timeout", timeout);
    v.optional("cluster", cluster);
  }
};

struct Out {
  std::string cluster;
  int vmid = 0;
  std::string name;
  std::string node;
  std::string action;
  std::string status;
  std::optional<std::string> task;
  std::optional<std::string> exitstatus;
  std::optional<std::vector<std::string>> log;
  template <class V>
  void fields(V& v) {
    v.required("cluster", cluster);
    v.required("vmid", vmid);
    v.required("name", name);
    v.required("node", node);
    v.required("action", action);
    v.required("status", status);
    v.optional("task", task);
    v.optional("exitstatus", exitstatus);
    v.optional("log", log);
  }
};

Out output(const std::string& cluster, const ops::StartOutcome& outcome) {
  const auto& guest = outcome.guest;
  Out out{cluster, guest.vmid, guest.name, guest.node, outcome.action, outcome.status, {}, {}, {}};
  if (outcome.upid.empty()) return out;
  out.task = outcome.upid;
  out.exitstatus = outcome.exitstatus;
  out.log = outcome.log_tail;
  return out;
}

std::string describe(const ops::StartOutcome& outcome, anonymize::Engine& engine) {
  const std::string guest = shown_guest(engine, outcome.guest);
  if (outcome.action == "none") return guest + " was running already; nothing was done.";
  const std::string verb = outcome.action == "resume" ? "resumed" : "started";
  std::string text = guest + " " + verb + " on " + shown_node(engine, outcome.guest.node) +
                     "; the task ended with " + outcome.exitstatus + " and the guest is " +
                     outcome.status + ".";
  if (outcome.status != "running") text += "\nWarning: expected it to be running.";
  return text;
}

/// A start that goes on as a task of the protocol: enough to attach to it again in any process.
struct Pending {
  std::string cluster;
  int vmid = 0;
  std::string type;
  std::string node;
  std::string name;
  std::string action;
  std::string upid;
  std::int64_t hold = 0;
  std::int64_t until = 0;  // milliseconds since the epoch
  template <class V>
  void fields(V& v) {
    v.required("cluster", cluster);
    v.required("vmid", vmid);
    v.required("type", type);
    v.required("node", node);
    v.required("name", name);
    v.required("action", action);
    v.required("upid", upid);
    v.required("hold", hold);
    v.required("until", until);
  }
};

Json pending(const ops::Cluster& cluster, const ops::Starting& starting, SystemTime until) {
  const auto& guest = starting.guest;
  return encode(Pending{cluster.name(), guest.vmid, guest.type, guest.node, guest.name,
                        starting.action, starting.upid, starting.hold,
                        until.time_since_epoch().count()});
}

ops::Starting starting_of(const Pending& pending) {
  ops::Starting starting;
  starting.guest.vmid = pending.vmid;
  starting.guest.type = pending.type;
  starting.guest.node = pending.node;
  starting.guest.name = pending.name;
  starting.action = pending.action;
  starting.upid = pending.upid;
  starting.hold = pending.hold;
  return starting;
}

Context bounded_by(const Context& ctx, SteadyTime end) {
  Context bounded = ctx;
  bounded.deadline = std::min(ctx.deadline.value_or(end), end);
  return bounded;
}

/// Waits for a start that was begun, with its log lines as progress.
Result<Answer<Out>> finish(const Toolbox& box, const Context& ctx, ops::Cluster& cluster,
                           const ops::Starting& starting, mcp::Progress& progress) {
  double lines = 0;
  const ops::StartEvents events{{},
                                [&](std::string_view line) { progress.report(++lines, 0, line); }};
  PMX_TRY(const auto outcome, ops::finish_start(ctx, cluster, starting, events));
  return Answer<Out>{output(cluster.title(), outcome), describe(outcome, box.engine)};
}

Result<Reply<Out>> start(const Toolbox& box, const Context& ctx, const Args& args,
                         mcp::Interaction& interaction) {
  PMX_TRY(const auto located,
          ops::locate_guest(ctx, box.clusters, args.cluster, guest_reference(args.guest)));
  const std::chrono::seconds timeout(args.timeout);
  const Context bounded = bounded_by(ctx, box.clock.steady() + timeout);
  ops::Cluster& cluster = *located.cluster;
  PMX_TRY(const auto begun, ops::begin_start(bounded, cluster, located.guest));
  if (const auto* outcome = std::get_if<ops::StartOutcome>(&begun)) {
    return Reply<Out>(
        Answer<Out>{output(cluster.title(), *outcome), describe(*outcome, box.engine)});
  }
  const auto& starting = std::get<ops::Starting>(begun);
  box.note_task(ctx, starting.upid);
  if (interaction.may_defer() && !ops::ends_within(bounded, cluster, starting, kShort)) {
    const Json data = pending(cluster, starting, box.clock.now() + timeout);
    return Reply<Out>(
        mcp::Deferred{data, false, "the task " + starting.upid + " runs", std::chrono::seconds(1)});
  }
  PMX_TRY(auto answer, finish(box, bounded, cluster, starting, interaction));
  return Reply<Out>(std::move(answer));
}

/// Attaches to the PVE task again, wherever the waiting was left.
Result<mcp::ToolReply> resume(const Toolbox& box, const Context& ctx, const Json& data,
                              mcp::Interaction& interaction) {
  PMX_TRY(const auto pending, decode<Pending>(data, Unknown::kIgnore));
  PMX_TRY(ops::Cluster * cluster, box.clusters.find(pending.cluster));
  const SystemTime until{std::chrono::milliseconds(pending.until)};
  const auto left = std::max(until - box.clock.now(), std::chrono::milliseconds(1000));
  const Context bounded = bounded_by(ctx, box.clock.steady() + left);
  PMX_TRY(auto answer, finish(box, bounded, *cluster, starting_of(pending), interaction));
  return to_reply<Out>(std::move(answer));
}

}  // namespace

mcp::Tool guest_start(const Toolbox& box) {
  mcp::Tool tool = make_tool<Args, Out>(
      "guest_start", [box](const Context& ctx, const Args& args, mcp::Interaction& interaction) {
        return start(box, ctx, args, interaction);
      });
  tool.resume = [box](const Context& ctx, const Json& data, mcp::Interaction& interaction) {
    return resume(box, ctx, data, interaction);
  };
  return tool;
}

}  // namespace pmx::app
