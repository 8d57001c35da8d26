// /nodes/{node}/qemu/{vmid}/config and /pending, and the digests and locks around them.
#include <algorithm>

#include "sim/guest_config.h"
#include "sim/qemu_api.h"
#include "sim/section_file.h"

namespace pmx::sim {
namespace {

constexpr std::chrono::milliseconds kUnplugTime{6000};  ///< until QEMU's silence is an error

Refused refuse_unknown(const Call& call, const char* list, const std::string& name) {
  if (is_option(call, name)) return std::nullopt;
  return bad_parameters({{list, "unknown option '" + name + "'"}});
}

std::string conflict(const std::string& first, const std::string& second, const std::string& name) {
  return "you can't use '-" + first + (first.empty() ? "" : " ") + name + "' and -" + second + " " +
         name + "' at the same time";
}

/// Reads `revert` and `delete`: what is to be removed, and what goes back to what it was.
Refused read_lists(const Call& call, const Values& values, std::vector<std::string>& remove,
                   std::vector<std::string>& revert) {
  revert = list_items(call.text("revert"));
  for (const auto& name : revert) {
    if (auto refused = refuse_unknown(call, "revert", name)) return refused;
    if (values.contains(name)) return bad_parameters({{"delete", conflict("", "revert", name)}});
  }
  for (std::string name : list_items(call.text("delete"))) {
    if (name == "cdrom") name = "ide2";
    if (values.contains(name)) return bad_parameters({{"delete", conflict("", "delete", name)}});
    if (std::find(revert.begin(), revert.end(), name) != revert.end())
      return bad_parameters({{"revert", conflict("delete", "revert", name)}});
    if (auto refused = refuse_unknown(call, "delete", name)) return refused;
    remove.push_back(name);
  }
  return std::nullopt;
}

Refused refuse_balloon(const GuestState& guest, const Values& values) {
  const Values view = pending_view(guest);
  const auto pick = [&](const char* key) {
    const auto given = values.find(key);
    const auto kept = view.find(key);
    return given != values.end() ? given->second : kept != view.end() ? kept->second : "";
  };
  if (!values.contains("memory") && !values.contains("balloon")) return std::nullopt;
  const std::string memory = pick("memory");
  const long long most = memory.empty() ? 512 : std::atoll(memory.c_str());
  if (std::atoll(pick("balloon").c_str()) <= most) return std::nullopt;
  return failure(500, "balloon value too large (must be smaller than assigned memory)");
}

/// "-cores 2 -delete net0", as the log of a change names it.
std::string change_words(const Call& call) {
  std::string out;
  for (const auto& [key, value] : call.params.items()) {
    if (key == "node" || key == "vmid" || key == "digest" || key == "background_delay" ||
        key == "skiplock")
      continue;
    out += " -" + key + " " + (key == "cipassword" ? "<hidden>" : stored_text(value));
  }
  return out;
}

/// Checks everything that PVE checks before it writes.
Refused read_change(const Call& call, const GuestState* guest, ConfigChange& change) {
  if (auto refused = refuse_skiplock(call)) return refused;
  change.set = config_values(call, {"vmid", "node", "digest", "delete", "revert", "force",
                                    "skiplock", "background_delay", "import-working-storage"});
  std::vector<std::string> revert;
  if (change.set.empty() && call.text("delete").empty() && call.text("revert").empty())
    return failure(500, "no options specified");
  if (auto refused = read_lists(call, change.set, change.remove, revert)) return refused;
  std::vector<std::string> names = change.remove;
  for (const auto& [key, value] : change.set) names.push_back(key);
  if (auto refused = refuse_missing_script(call, change.set)) return refused;
  if (auto refused = refuse_options(call, names)) return refused;
  if (auto refused =
          refuse_option_values(call, static_cast<int>(call.number("vmid", 0)), change.set))
    return refused;
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  if (auto refused = refuse_old_digest(call, *guest)) return refused;
  if (auto refused = refuse_locked(call, *guest)) return refused;
  for (const auto& name : revert) {
    const auto kept = guest->config.find(name);
    if (kept != guest->config.end())
      change.set[name] = kept->second;
    else if (guest->pending.contains(name))
      change.remove.push_back(name);
  }
  change.force = call.flag("force");
  return refuse_balloon(*guest, change.set);
}

Answer outcome(const ConfigWork& work) {
  Answer answer = ok(nullptr);
  if (!work.problem.empty())
    answer = failure(500, work.problem);
  else if (!work.errors.empty())
    answer = bad_parameters(work.errors);
  if (work.waited) answer.delay = kUnplugTime;
  return answer;
}

Answer put(const Call& call) {
  GuestState* guest = find_guest(call, GuestKind::kQemu);
  ConfigChange change;
  if (auto refused = read_change(call, guest, change)) return *refused;
  ConfigWork work(call.state, *guest, call.now);
  work.carry_out(change);
  return outcome(work);
}

/// The same in a worker; with background_delay the call waits for a quick one.
Answer post(const Call& call) {
  GuestState* guest = find_guest(call, GuestKind::kQemu);
  ConfigChange change;
  if (auto refused = read_change(call, guest, change)) return *refused;
  ConfigWork work(call.state, *guest, call.now);
  work.carry_out(change);
  TaskPlan plan = task_plan("qmconfig", call.text("vmid"));
  log_line(plan, "update VM " + plan.id + ":" + change_words(call));
  plan.duration = work.waited ? kUnplugTime.count() : 80;
  for (const auto& line : work.log()) log_line(plan, line, plan.duration / 2);
  if (!work.problem.empty()) plan.exit = work.problem;
  if (work.problem.empty() && !work.errors.empty()) {
    plan.exit = "Parameter verification failed.\n";
    for (const auto& [key, text] : work.errors.items()) plan.exit += key + ": " + stored_text(text);
  }
  const std::int64_t takes = plan.duration;
  const std::string exit = plan.exit;
  Answer answer = fork_task(call, std::move(plan));
  if (call.number("background_delay", 0) * 1000 < takes) return answer;
  answer = exit == "OK" ? ok(nullptr)
                        : failure(500, "failed to update VM " + call.text("vmid") + ": " + exit);
  answer.delay = std::chrono::milliseconds{takes};
  return answer;
}

Answer get(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  Values values = call.flag("current") ? guest->config : pending_view(*guest);
  if (call.has("snapshot")) {
    if (call.flag("current"))
      return bad_parameters({{"snapshot", "cannot use 'snapshot' parameter with 'current'"},
                             {"current", "cannot use 'snapshot' parameter with 'current'"}});
    const auto found = guest->snapshots.find(call.text("snapshot"));
    if (found == guest->snapshots.end())
      return failure(500, "snapshot '" + call.text("snapshot") + "' does not exist");
    values = found->second;
  }
  Json out = shown_guest(call, GuestKind::kQemu, values);
  out["digest"] = guest_digest(*guest);
  return ok(std::move(out));
}

}  // namespace

Json pending_items(const Call& call, const GuestState& guest) {
  Json now = shown_guest(call, guest.kind, guest.config);
  now["digest"] = guest_digest(guest);
  const Json then = shown_guest(call, guest.kind, guest.pending);
  Json out = Json::array();
  const auto deletion = [&](const std::string& key) {
    const auto found = guest.pending_delete.find(key);
    return found == guest.pending_delete.end() ? 0 : found->second ? 2 : 1;
  };
  for (const auto& [key, value] : now.items()) {
    Json item{{"key", key}, {"value", value}};
    if (then.contains(key)) item["pending"] = then[key];
    if (const int mark = deletion(key); mark != 0) item["delete"] = mark;
    out.push_back(std::move(item));
  }
  for (const auto& [key, value] : then.items())
    if (!now.contains(key)) out.push_back({{"key", key}, {"pending", value}});
  return out;
}

namespace {

Answer pending(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  return ok(pending_items(call, *guest));
}

}  // namespace

void add_qemu_config_handlers(Handlers& handlers) {
  const std::string path = "/nodes/{node}/qemu/{vmid}/";
  handlers["GET " + path + "config"] = get;
  handlers["PUT " + path + "config"] = put;
  handlers["POST " + path + "config"] = post;
  handlers["GET " + path + "pending"] = pending;
}

void add_qemu_handlers(Handlers& handlers) {
  add_qemu_create_handlers(handlers);
  add_qemu_config_handlers(handlers);
  add_qemu_status_handlers(handlers);
  add_qemu_power_handlers(handlers);
  add_qemu_disk_handlers(handlers);
  add_qemu_clone_handlers(handlers);
  add_snapshot_handlers(handlers);
  add_qemu_migrate_handlers(handlers);
  add_qemu_agent_handlers(handlers);
  add_qemu_console_handlers(handlers);
  add_qemu_cloud_init_handlers(handlers);
}

}  // namespace pmx::sim
