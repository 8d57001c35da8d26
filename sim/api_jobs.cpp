// jobs.cfg: backup jobs under /cluster/backup, realm synchronisation under /cluster/jobs.
#include <algorithm>
#include <ctime>
#include <set>

#include "sim/backup.h"
#include "sim/backup_options.h"
#include "sim/calendar.h"
#include "sim/call.h"
#include "sim/guest_config.h"
#include "sim/property_string.h"

namespace pmx::sim {
namespace {

constexpr std::string_view kBackup = "vzdump";
constexpr std::string_view kSync = "realm-sync";

/// Changes run in a locked section, whose parameter errors reach the caller as plain text.
Answer nested(const std::string& key, const std::string& text) {
  return failure(500, "400 Parameter verification failed.\n" + key + ": " + text);
}

std::string no_job(const std::string& id) { return "No such job '" + id + "'"; }

Section* find_job(const Call& call, std::string_view type) {
  Section* job = call.state.jobs.find(call.text("id"));
  return job != nullptr && job->type == type ? job : nullptr;
}

std::string value_of(const Section& job, std::string_view key) {
  const auto found = job.values.find(key);
  return found == job.values.end() ? "" : found->second;
}

/// "keep-last=3,keep-daily=7" as the object that the job's file format makes of it.
Json as_object(const std::string& text, std::string_view first_key) {
  Json out = Json::object();
  for (const std::string& item : list_items(text)) {
    const auto equals = item.find('=');
    if (equals == std::string::npos)
      out[std::string(first_key)] = item;
    else
      out[item.substr(0, equals)] = item.substr(equals + 1);
  }
  return out;
}

Json shown(const Call& call, const std::string& id, const Section& job) {
  const bool backup = job.type == kBackup;
  const Route create{backup ? "/cluster/backup" : "/cluster/jobs/realm-sync/{id}", "POST", {}};
  Json out = shown_values(*find_member(call.state.facts.method(create), "params"), job.values);
  for (const char* key : {"prune-backups", "performance", "fleecing"})
    if (backup && out.contains(key)) out[key] = as_object(job.values.at(key), "enabled");
  out["id"] = id;
  out["type"] = job.type;
  if (value_of(job, "enabled") != "0")
    if (const auto next = next_event(value_of(job, "schedule"), call.now / 1000))
      out["next-run"] = *next;
  return out;
}

Json shown_jobs(const Call& call, std::string_view type) {
  Json out = Json::array();
  for (const auto& [id, job] : call.state.jobs.sections)
    if (job.type == type) out.push_back(shown(call, id, job));
  return out;
}

Answer list_backups(const Call& call) { return ok(shown_jobs(call, kBackup)); }
Answer list_syncs(const Call& call) { return ok(shown_jobs(call, kSync)); }

Answer read_job(const Call& call, std::string_view type) {
  const Section* job = find_job(call, type);
  if (job == nullptr) return bad_parameters({{"id", no_job(call.text("id"))}});
  return ok(shown(call, call.text("id"), *job));
}

Answer read_backup(const Call& call) { return read_job(call, kBackup); }
Answer read_sync(const Call& call) { return read_job(call, kSync); }

/// The older way to say when: a time of day and days of the week.
void take_old_schedule(Values& values) {
  const auto start = values.find("starttime");
  if (start == values.end()) return;
  const auto days = values.find("dow");
  values["schedule"] = (days == values.end() ? "" : days->second + " ") + start->second;
  values.erase("starttime");
  values.erase("dow");
}

std::optional<Answer> refuse_schedule(const Call& call, bool create) {
  if (call.has("schedule") && (call.has("starttime") || call.has("dow")))
    return bad_parameters({{call.has("starttime") ? "starttime" : "dow",
                            "'schedule' and the older 'starttime' or 'dow' exclude each other"}});
  if (create && !call.has("schedule") && !call.has("starttime"))
    return bad_parameters({{"schedule", "neither 'starttime' nor 'schedule' were set"}});
  if (call.has("dow") && !call.has("starttime"))
    return bad_parameters({{"starttime", "cannot set 'dow' without 'starttime'"}});
  return std::nullopt;
}

Answer create_backup(const Call& call) {
  if (auto refused = refuse_schedule(call, true)) return *refused;
  if (Json errors = backup_option_errors(call.params, call.caller, true); !errors.empty())
    return bad_parameters(std::move(errors));
  if (const std::string pool = call.text("pool");
      !pool.empty() && !call.state.access.config.pools.contains(pool))
    return failure(500, "pool '" + pool + "' does not exist");
  std::string id = call.text("id");
  if (id.empty())
    id = Dice(call.state.inventory.seed(), "job", call.state.jobs.sections.size()).uuid();
  if (call.state.jobs.find(id) != nullptr) return failure(500, "Job '" + id + "' already exists");
  Section job{std::string(kBackup), stored_values(call.params, {"id"})};
  job.values.emplace("enabled", "1");
  take_old_schedule(job.values);
  call.state.jobs.sections[id] = std::move(job);
  return ok(nullptr);
}

/// Keys of the list `delete` that the method does not know.
std::string unknown_key(const Call& call) {
  const Json* schema = find_member(call.facts, "params");
  for (const std::string& key : list_items(call.text("delete")))
    if (find_parameter(*schema, key) == nullptr) return key;
  return "";
}

Answer update_backup(const Call& call) {
  if (auto refused = refuse_schedule(call, false)) return *refused;
  if (Json errors = backup_option_errors(call.params, call.caller, false); !errors.empty())
    return bad_parameters(std::move(errors));
  Section* job = find_job(call, kBackup);
  if (job == nullptr) return nested("id", no_job(call.text("id")));
  if (const std::string key = unknown_key(call); !key.empty())
    return nested("delete", "unknown option '" + key + "'");
  change_values(job->values, call.params, {"id"});
  take_old_schedule(job->values);
  if (call.flag("all")) {
    job->values.erase("vmid");
    job->values.erase("pool");
  } else if (call.has("vmid")) {
    for (const char* key : {"all", "exclude", "pool"}) job->values.erase(key);
  }
  return ok(nullptr);
}

Answer remove_job(const Call& call, std::string_view type) {
  if (find_job(call, type) == nullptr) return nested("id", no_job(call.text("id")));
  call.state.jobs.sections.erase(call.text("id"));
  return ok(nullptr);
}

Answer remove_backup(const Call& call) { return remove_job(call, kBackup); }
Answer remove_sync(const Call& call) { return remove_job(call, kSync); }

Json guest_row(const State& state, int vmid) {
  Json row{{"id", vmid}, {"children", Json::array()}, {"type", "unknown"}};
  const auto guest = state.inventory.guests.find(vmid);
  if (guest == state.inventory.guests.end()) return row;
  row["type"] = kind_name(guest->second.kind);
  row["name"] = guest_traits(guest->second).name;
  for (const BackupDisk& disk : backup_disks(guest->second))
    row["children"].push_back({{"id", disk.key},
                               {"name", disk.volid},
                               {"included", disk.included ? 1 : 0},
                               {"reason", disk.reason}});
  return row;
}

Answer included_volumes(const Call& call) {
  const Section* job = find_job(call, kBackup);
  if (job == nullptr) return bad_parameters({{"id", no_job(call.text("id"))}});
  Json children = Json::array();
  for (const int vmid : backup_guests(call.state, job->values))
    children.push_back(guest_row(call.state, vmid));
  return ok({{"children", std::move(children)}});
}

Answer not_backed_up(const Call& call) {
  std::set<int> covered;
  for (const auto& [id, job] : call.state.jobs.sections)
    if (job.type == kBackup)
      for (const int vmid : backup_guests(call.state, job.values)) covered.insert(vmid);
  Json out = Json::array();
  for (const auto& [vmid, guest] : call.state.inventory.guests)
    if (!covered.contains(vmid) && call.may("/vms/" + std::to_string(vmid), "VM.Audit"))
      out.push_back(
          {{"vmid", vmid}, {"type", kind_name(guest.kind)}, {"name", guest_traits(guest).name}});
  return ok(out);
}

Answer create_sync(const Call& call) {
  const std::string id = call.text("id");
  if (call.state.jobs.find(id) != nullptr) return failure(500, "Job '" + id + "' already exists");
  if (!call.has("realm"))
    return bad_parameters({{"realm", "property is missing and it is not optional"}});
  Section job{std::string(kSync), stored_values(call.params, {"id"})};
  job.values.emplace("enabled", "1");
  call.state.jobs.sections[id] = std::move(job);
  return ok(nullptr);
}

Answer update_sync(const Call& call) {
  Section* job = find_job(call, kSync);
  if (job == nullptr) return nested("id", no_job(call.text("id")));
  if (const std::string key = unknown_key(call); !key.empty())
    return nested("delete", "unknown option '" + key + "'");
  change_values(job->values, call.params, {"id"});
  return ok(nullptr);
}

/// "Sat 2026-11-21 11:15:00 UTC"
std::string utc_text(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 40> text{};
  std::strftime(text.data(), text.size(), "%a %Y-%m-%d %H:%M:%S UTC", &parts);
  return text.data();
}

Answer analyze_schedule(const Call& call) {
  std::int64_t at = call.number("starttime", call.now / 1000);
  Json out = Json::array();
  for (std::int64_t left = call.number("iterations", 10); left > 0; --left) {
    const auto next = next_event(call.text("schedule"), at);
    if (!next) break;
    at = *next;
    out.push_back({{"timestamp", at}, {"utc", utc_text(at)}});
  }
  return ok(out);
}

}  // namespace

void seed_jobs(State& state) {
  state.jobs.sections["backup-nightly"] = {std::string(kBackup),
                                           {{"all", "1"},
                                            {"enabled", "1"},
                                            {"mode", "snapshot"},
                                            {"notes-template", "{{guestname}}"},
                                            {"schedule", "02:00"},
                                            {"storage", state.inventory.backup_storage().name}}};
}

void add_job_handlers(Handlers& handlers) {
  handlers["GET /cluster/backup"] = list_backups;
  handlers["POST /cluster/backup"] = create_backup;
  handlers["GET /cluster/backup/{id}"] = read_backup;
  handlers["PUT /cluster/backup/{id}"] = update_backup;
  handlers["DELETE /cluster/backup/{id}"] = remove_backup;
  handlers["GET /cluster/backup/{id}/included_volumes"] = included_volumes;
  handlers["GET /cluster/backup-info/not-backed-up"] = not_backed_up;
  handlers["GET /cluster/jobs/realm-sync"] = list_syncs;
  handlers["GET /cluster/jobs/realm-sync/{id}"] = read_sync;
  handlers["POST /cluster/jobs/realm-sync/{id}"] = create_sync;
  handlers["PUT /cluster/jobs/realm-sync/{id}"] = update_sync;
  handlers["DELETE /cluster/jobs/realm-sync/{id}"] = remove_sync;
  handlers["GET /cluster/jobs/schedule-analyze"] = analyze_schedule;
}

}  // namespace pmx::sim
