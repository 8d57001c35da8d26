// replication.cfg: jobs that copy a guest's disks to another node, and their runs on the nodes.
#include "sim/backup.h"
#include "sim/calendar.h"
#include "sim/call.h"

namespace pmx::sim {
namespace {

std::string value_of(const Section& job, std::string_view key, std::string_view fallback = "") {
  const auto found = job.values.find(key);
  return std::string(found == job.values.end() ? fallback : std::string_view(found->second));
}

int guest_of(const std::string& id) { return std::atoi(id.c_str()); }

const GuestState* find_owner(const Call& call, const std::string& id) {
  const auto guest = call.state.inventory.guests.find(guest_of(id));
  return guest == call.state.inventory.guests.end() ? nullptr : &guest->second;
}

std::string source_of(const Call& call, const std::string& id) {
  const GuestState* guest = find_owner(call, id);
  return guest == nullptr ? "" : call.state.inventory.node_of(*guest).name;
}

Json shown(const Call& call, const std::string& id, const Section& job) {
  const Route create{"/cluster/replication", "POST", {}};
  Json out = shown_values(*find_member(call.state.facts.method(create), "params"), job.values);
  out["id"] = id;
  out["type"] = job.type;
  out["guest"] = guest_of(id);
  out["jobnum"] = std::atoi(id.c_str() + id.find('-') + 1);
  if (const std::string source = source_of(call, id); !source.empty()) out["source"] = source;
  return out;
}

bool may_see(const Call& call, const std::string& id) {
  return call.may("/vms/" + std::to_string(guest_of(id)), "VM.Audit");
}

Answer list(const Call& call) {
  Json out = Json::array();
  for (const auto& [id, job] : call.state.replication.sections)
    if (may_see(call, id)) out.push_back(shown(call, id, job));
  return ok(out);
}

Answer read(const Call& call) {
  const std::string id = call.text("id");
  const Section* job = call.state.replication.find(id);
  if (job == nullptr) return failure(500, "no such replication job '" + id + "'");
  Json out = shown(call, id, *job);
  out["digest"] = call.state.replication.digest();
  return ok(out);
}

/// Why the disks of a guest cannot be copied; empty when they can.
std::string disk_problem(const Call& call, const GuestState& guest) {
  const Storages& storages = call.state.storages;
  for (const BackupDisk& disk : backup_disks(guest)) {
    const std::string drive = "," + guest.value(disk.key) + ",";
    const std::string storage = storage_of(disk.volid);
    const Section* section = storages.config.find(storage);
    if (section == nullptr || storages.is_shared(storage) ||
        drive.find(",replicate=0,") != std::string::npos)
      continue;
    if (section->type != "zfspool")
      return "missing replicate feature on volume '" + disk.volid + "'";
  }
  return "";
}

std::string create_problem(const Call& call, const std::string& id) {
  const std::string target = call.text("target");
  const GuestState* guest = find_owner(call, id);
  if (guest == nullptr) return "Guest '" + std::to_string(guest_of(id)) + "' does not exist.";
  if (source_of(call, id) == target) return "Source and target must not be identical";
  if (!call.state.inventory.node_index(target)) return "Target '" + target + "' does not exist.";
  if (call.state.replication.find(id) != nullptr)
    return "replication job '" + id + "' already exists";
  for (const auto& [other, job] : call.state.replication.sections)
    if (guest_of(other) == guest_of(id) && value_of(job, "target") == target)
      return "replication job for guest '" + std::to_string(guest_of(id)) + "' to target '" +
             target + "' already exists";
  return disk_problem(call, *guest);
}

Answer create(const Call& call) {
  const std::string id = call.text("id");
  if (auto bad = create_problem(call, id); !bad.empty()) return failure(500, bad);
  call.state.replication.sections[id] = {call.text("type"),
                                         stored_values(call.params, {"id", "type", "source"})};
  return ok(nullptr);
}

Answer update(const Call& call) {
  if (auto refused = refuse_digest(call.params, call.state.replication.digest())) return *refused;
  Section* job = call.state.replication.find(call.text("id"));
  if (job == nullptr) return failure(500, "no such job '" + call.text("id") + "'");
  for (const std::string& key : list_items(call.text("delete")))
    if (key == "target" || key == "type" || key == "id")
      return failure(500, "unable to delete required option '" + key + "'");
  change_values(job->values, call.params, {"id", "source"});
  return ok(nullptr);
}

/// Without `force` a job stays, marked, until its node has removed the copies.
Answer remove(const Call& call) {
  const std::string id = call.text("id");
  if (call.flag("keep") && call.flag("force"))
    return bad_parameters({{"keep", "parameters 'keep' and 'force' are mutually exclusive"}});
  Section* job = call.state.replication.find(id);
  if (job == nullptr)
    return call.flag("force") ? ok(nullptr) : failure(500, "no such job '" + id + "'");
  if (call.flag("force"))
    call.state.replication.sections.erase(id);
  else
    job->values["remove_job"] = call.flag("keep") ? "local" : "full";
  return ok(nullptr);
}

/// A job as its node runs it: the time of the last and the next run follow from the schedule.
Json run_of(const Call& call, const std::string& id, const Section& job) {
  Json out = shown(call, id, job);
  const std::string schedule = value_of(job, "schedule", "*/15");
  const GuestState* guest = find_owner(call, id);
  out["vmtype"] = guest == nullptr ? "qemu" : kind_name(guest->kind);
  const auto found = call.state.replication_runs.find(id);
  const ReplicationRun run =
      found == call.state.replication_runs.end() ? ReplicationRun() : found->second;
  out["fail_count"] = run.failures;
  out["last_sync"] = run.last_sync;
  out["last_try"] = run.last_try;
  if (!run.error.empty()) out["error"] = run.error;
  if (run.failures > 0)
    out["next_sync"] = run.next;
  else if (const auto next = next_event(schedule, call.now / 1000))
    out["next_sync"] = *next;
  return out;
}

Answer list_runs(const Call& call) {
  Json out = Json::array();
  for (const auto& [id, job] : call.state.replication.sections)
    if (source_of(call, id) == call.text("node") && may_see(call, id) &&
        (!call.has("guest") || std::to_string(guest_of(id)) == call.text("guest")))
      out.push_back(run_of(call, id, job));
  return ok(out);
}

/// The job {id} when this node runs it.
const Section* find_run(const Call& call, Answer& problem) {
  const std::string id = call.text("id");
  const Section* job = call.state.replication.find(id);
  if (job != nullptr && source_of(call, id) == call.text("node")) return job;
  problem = failure(500, "no such replication job '" + id + "'");
  return nullptr;
}

Answer status(const Call& call) {
  Answer problem;
  const Section* job = find_run(call, problem);
  return job == nullptr ? problem : ok(run_of(call, call.text("id"), *job));
}

Answer log(const Call& call) {
  Answer problem;
  if (find_run(call, problem) == nullptr) return problem;
  Json lines = Json::array();
  const auto run = call.state.replication_runs.find(call.text("id"));
  if (run != call.state.replication_runs.end() && !run->second.error.empty()) {
    const std::string head = call.text("id") + ": ";
    for (const std::string& text :
         {head + "start replication job", head + "(remote_prepare_local_job) no stale snapshots",
          head + "end replication job with error: " + run->second.error})
      lines.push_back({{"n", lines.size() + 1}, {"t", text}});
  }
  if (lines.empty()) lines.push_back({{"n", 1}, {"t", "no content"}});
  Answer answer = ok(lines);
  answer.total = static_cast<std::int64_t>(lines.size());
  return answer;
}

Answer schedule_now(const Call& call) {
  Answer problem;
  return find_run(call, problem) == nullptr ? problem : ok(nullptr);
}

}  // namespace

void add_replication_handlers(Handlers& handlers) {
  handlers["GET /cluster/replication"] = list;
  handlers["POST /cluster/replication"] = create;
  handlers["GET /cluster/replication/{id}"] = read;
  handlers["PUT /cluster/replication/{id}"] = update;
  handlers["DELETE /cluster/replication/{id}"] = remove;
  handlers["GET /nodes/{node}/replication"] = list_runs;
  handlers["GET /nodes/{node}/replication/{id}/status"] = status;
  handlers["GET /nodes/{node}/replication/{id}/log"] = log;
  handlers["POST /nodes/{node}/replication/{id}/schedule_now"] = schedule_now;
}

}  // namespace pmx::sim
