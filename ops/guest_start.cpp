// Describing and starting a guest.
#include <algorithm>
#include <utility>

#include "ops/guests.h"

#include <algorithm>
#include <utility>

#include "proxmox/errors.h"

namespace pmx::ops {
namespace {

/// The live status: "running", "stopped" or "paused" (PVE calls a paused guest running and tells
/// apart in qmpstatus).
std::string live_status(const Json& status) {
  const std::string_view qmp = string_member(status, "qmpstatus");
  if (qmp == "paused" || qmp == "suspended") return "paused";
  return std::string(string_member(status, "status"));
}

/// Reads the live status, following the guest to another node once.
Result<Json> read_status(const Context& ctx, Cluster& cluster, proxmox::Guest& guest) {
  auto status = cluster.client().guest_status(ctx, guest);
  if (status.ok() || status.error().code != Code::kNotFound) return status;
  PMX_TRY(const auto snapshot, cluster.refresh(ctx));
  PMX_TRY(guest, find_guest(*snapshot, std::to_string(guest.vmid)));
  return cluster.client().guest_status(ctx, guest);
}

std::string join_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += "\n  " + line;
  return text;
}

Result<void> refuse_unstartable(const proxmox::Guest& guest) {
  if (guest.is_template) {
    return Error{Code::kFailedPrecondition,
                 guest_title(guest) + " is a template and cannot be started",
                 "clone it and start the clone"};
  }
  return {};
}

/// Holds a guest's recorded status while our own change of it runs. However the waiting ends, the
/// change is recorded with its cause: by us, or by the look that sees it later.
class Hold {
 public:
  Hold(Cluster& cluster, state::HoldId hold) : cluster_(cluster), hold_(hold) {}
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() {
    if (hold_ != kPassedOn) cluster_.release(hold_);
  }

  void expect(const std::string& status, const std::string& upid) {
    cluster_.expect(hold_, status, upid);
  }
  void abandon() { cluster_.abandon(hold_); }

  /// Leaves the hold to another Hold.
  state::HoldId pass_on() { return std::exchange(hold_, kPassedOn); }

 private:
  static constexpr state::HoldId kPassedOn = -1;

  Cluster& cluster_;
  state::HoldId hold_;
};

/// Says why in the guest's words, and as much of the log as came.
Error task_failed(const proxmox::Guest& guest, const std::string& action, const proxmox::Upid& upid,
                  const proxmox::TaskOutcome& outcome) {
  const Error why = proxmox::task_error(upid, outcome.status.exitstatus, {});
  return Error{why.code,
               "the " + action + " of " + guest_title(guest) +
                   " failed: " + outcome.status.exitstatus + "\nlog of task " +
                   outcome.status.upid + ":" + join_lines(outcome.log_tail),
               why.advice + "; task_get shows the whole log; the guest was left as it is"};
}

}  // namespace

Result<GuestDetails> describe_guest(const Context& ctx, Cluster& cluster,
                                    const proxmox::Guest& guest) {
  GuestDetails details;
  details.guest = guest;
  auto status = read_status(ctx, cluster, details.guest);
  if (status.ok()) {
    details.status = std::move(status).value();
  } else {
    if (status.error().code == Code::kNotFound) return status.error();
    details.warnings.push_back("the live status could not be read: " + status.error().text());
  }
  auto config = cluster.client().guest_config(ctx, details.guest);
  if (config.ok()) {
    details.config = std::move(config).value();
  } else {
    details.warnings.push_back("the configuration could not be read: " + config.error().text());
  }
  return details;
}

Result<std::variant<StartOutcome, Starting>> begin_start(const Context& ctx, Cluster& cluster,
                                                         const proxmox::Guest& guest) {
  StartOutcome outcome;
  outcome.guest = guest;
  PMX_TRY_VOID(refuse_unstartable(guest));
  PMX_TRY(const Json before, read_status(ctx, cluster, outcome.guest));
  outcome.status = live_status(before);
  if (outcome.status == "running") {
    outcome.action = "none";
    return std::variant<StartOutcome, Starting>(std::move(outcome));
  }
  Starting starting;
  starting.guest = outcome.guest;
  starting.action = outcome.status == "paused" ? "resume" : "start";
  Hold hold(cluster, cluster.hold(starting.guest));
  PMX_TRY(const auto upid, cluster.client().guest_power(ctx, starting.guest, starting.action));
  starting.upid = upid.text;
  hold.expect("running", upid.text);
  starting.hold = hold.pass_on();
  return std::variant<StartOutcome, Starting>(std::move(starting));
}

bool ends_within(const Context& ctx, Cluster& cluster, const Starting& starting,
                 std::chrono::milliseconds patience) {
  const auto upid = proxmox::Upid::parse(starting.upid);
  if (!upid.ok()) return true;
  Context bounded = ctx;
  const SteadyTime end = cluster.clock().steady() + patience;
  bounded.deadline = std::min(ctx.deadline.value_or(end), end);
  const auto task = cluster.client().wait_task(bounded, *upid);
  return task.ok() || task.error().code != Code::kDeadlineExceeded;
}

Result<StartOutcome> finish_start(const Context& ctx, Cluster& cluster, const Starting& starting,
                                  const StartEvents& events) {
  Hold hold(cluster, starting.hold);
  StartOutcome outcome;
  outcome.guest = starting.guest;
  outcome.action = starting.action;
  outcome.upid = starting.upid;
  PMX_TRY(const auto upid, proxmox::Upid::parse(starting.upid));
  PMX_TRY(const auto task, cluster.client().wait_task(ctx, upid, events.on_log_line));
  outcome.exitstatus = task.status.exitstatus;
  outcome.log_tail = task.log_tail;
  if (!task.status.succeeded()) {
    hold.abandon();
    return task_failed(outcome.guest, outcome.action, upid, task);
  }
  const auto after = cluster.client().guest_status(ctx, outcome.guest);
  if (after.ok()) {
    outcome.status = live_status(*after);
    cluster.observed(outcome.guest, outcome.status, outcome.upid);
  } else {
    outcome.status = "unknown";  // the task succeeded; that is what the caller must not lose
  }
  return outcome;
}

Result<StartOutcome> start_guest(const Context& ctx, Cluster& cluster, const proxmox::Guest& guest,
                                 const StartEvents& events) {
  PMX_TRY(auto begun, begin_start(ctx, cluster, guest));
  if (auto* outcome = std::get_if<StartOutcome>(&begun)) return std::move(*outcome);
  const auto& starting = std::get<Starting>(begun);
  if (events.on_task) events.on_task(starting.upid);
  return finish_start(ctx, cluster, starting, events);
}

}  // namespace pmx::ops
