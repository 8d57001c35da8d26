// guest_start: start or resume, wait, read back. One call for what would be five.
#include <algorithm>

#include "app/catalogue.h"
#include "ops/guests.h"

namespace pmx::app {
namespace {

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

}  // namespace

mcp::Tool guest_start(const Toolbox& box) {
  return make_tool<Args, Out>(
      "guest_start",
      [box](const Context& ctx, const Args& args, mcp::Progress& progress) -> Result<Answer<Out>> {
        PMX_TRY(const auto located,
                ops::locate_guest(ctx, box.clusters, args.cluster, guest_reference(args.guest)));
        Context bounded = ctx;
        const SteadyTime end = box.clock.steady() + std::chrono::seconds(args.timeout);
        bounded.deadline = std::min(ctx.deadline.value_or(end), end);
        double lines = 0;
        const ops::StartEvents events{
            [&](const std::string& upid) { box.note_task(ctx, upid); },
            [&](std::string_view line) { progress.report(++lines, 0, line); },
        };
        PMX_TRY(const auto outcome,
                ops::start_guest(bounded, *located.cluster, located.guest, events));
        return Answer<Out>{output(located.cluster->title(), outcome),
                           describe(outcome, box.engine)};
      });
}

}  // namespace pmx::app
