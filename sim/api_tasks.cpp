// /nodes/{node}/tasks: lists, status, log and stopping of worker tasks.
#include <algorithm>

#include "sim/call.h"
#include "sim/pattern.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kDefaultLimit = 50;

bool owns(const Call& call, const Task& task) {
  return task.user == call.caller.user || task.user.starts_with(call.caller.user + "!");
}

/// A result in the words of `statusfilter`.
std::string_view result_kind(const Task& task) {
  if (!task.finished) return "unknown";
  if (task.plan.exit == "OK") return "ok";
  if (task.plan.exit.starts_with("WARNINGS")) return "warning";
  return task.plan.exit == "unexpected status" ? "unknown" : "error";
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// Whether the result is wanted: `errors` counts more than a list of results.
bool passes_status(const Call& call, const Task& task) {
  const std::string_view kind = result_kind(task);
  if (call.flag("errors")) return kind != "ok";
  if (!call.has("statusfilter")) return true;
  const auto wanted = list_items(lower(call.text("statusfilter")));
  return std::find(wanted.begin(), wanted.end(), kind) != wanted.end();
}

/// Part of the user's name, without its token's.
bool passes_user(const Call& call, const Task& task) {
  const std::string user = lower(task.user.substr(0, task.user.find('!')));
  return user.find(lower(call.text("userfilter"))) != std::string::npos;
}

bool wanted(const Call& call, const Task& task) {
  const std::string source = call.has("source") ? call.text("source") : "archive";
  const std::string node = call.text("node");
  return task.node == node && task.start <= call.now &&
         (source == "all" || task.finished == (source == "archive")) &&
         (owns(call, task) || call.may("/nodes/" + node, "Sys.Audit")) &&
         (!call.has("vmid") || task.plan.id == call.text("vmid")) &&
         (!call.has("typefilter") || task.plan.type == call.text("typefilter")) &&
         passes_user(call, task) && passes_status(call, task) &&
         (!call.has("since") || task.start / 1000 >= call.number("since", 0)) &&
         (!call.has("until") || task.start / 1000 <= call.number("until", 0));
}

/// Rows [start, start+limit) of `all`; limit 0 = no limit.
Json page(const Json& all, std::int64_t start, std::int64_t limit) {
  Json out = Json::array();
  const auto size = static_cast<std::int64_t>(all.size());
  const bool to_the_end = limit == 0 || limit > size - start;
  const std::int64_t end = to_the_end ? size : start + limit;
  for (std::int64_t i = start; i < end; ++i) out.push_back(all[static_cast<std::size_t>(i)]);
  return out;
}

Answer list(const Call& call) {
  Json rows = Json::array();
  for (const bool active : {true, false}) {
    for (const auto& task : call.state.tasks.all()) {
      if (task.finished == active || !wanted(call, task)) continue;
      rows.push_back(Tasks::entry(task));
      if (active) rows.back()["status"] = "RUNNING";
    }
  }
  const std::int64_t limit = call.number("limit", kDefaultLimit);
  Answer answer = ok(limit == 0 ? Json::array() : page(rows, call.number("start", 0), limit));
  answer.total = static_cast<std::int64_t>(rows.size());
  return answer;
}

bool is_upid(const std::string& text) {
  return matches_pattern(
      "UPID:[a-zA-Z0-9-]+:[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8}:[^:\\s]+:[^:\\s]*:[^:\\s]+"
      ":",
      text);
}

/// The task {upid}, when it is this node's; a reason why not in `problem`.
const Task* find(const Call& call, Answer& problem) {
  const std::string upid = call.text("upid");
  if (!is_upid(upid)) {
    problem = bad_parameters({{"upid", "unable to parse worker upid"}});
    return nullptr;
  }
  const Task* task = call.state.tasks.find(upid);
  if (task == nullptr || task->node != call.text("node") || task->start > call.now) {
    problem = bad_parameters({{"upid", "no such task"}});
    return nullptr;
  }
  if (!owns(call, *task) && !call.may("/nodes/" + task->node, "Sys.Audit")) {
    problem = failure(403, "Permission check failed (/nodes/" + task->node + ", Sys.Audit)");
    return nullptr;
  }
  return task;
}

Answer index(const Call&) { return ok(Json::array({{{"name", "log"}}, {{"name", "status"}}})); }

Answer status(const Call& call) {
  Answer problem;
  const Task* task = find(call, problem);
  return task == nullptr ? problem : ok(Tasks::status(*task));
}

/// The whole log as a file, which is not to be had in pages.
Answer download(const Call& call, const std::vector<std::string>& lines) {
  if (call.has("start") || call.has("limit"))
    return failure(500, "'download' cannot be used together with 'start' or 'limit' parameters");
  Answer answer;
  answer.written = Written{"", "text/plain"};
  for (const std::string& line : lines) answer.written->text += line + "\n";
  return answer;
}

/// 8.4 tells of a file that is not there without a list.
Answer no_log(const Call& call) {
  const Json line{{"n", 1}, {"t", "unable to open file - No such file or directory"}};
  Answer answer = ok(call.is_9() ? Json::array({line}) : line);
  answer.total = 1;
  return answer;
}

Answer log(const Call& call) {
  Answer problem;
  const Task* task = find(call, problem);
  std::vector<std::string> lines;
  if (task != nullptr)
    lines = Tasks::log(*task, call.now);
  else if (problem.status == 400 && problem.errors["upid"] == "no such task")
    return no_log(call);
  else
    return problem;
  if (call.flag("download")) return download(call, lines);
  if (lines.empty()) lines = {"no content"};
  Json rows = Json::array();
  for (const auto& line : lines) rows.push_back({{"n", rows.size() + 1}, {"t", line}});
  Answer answer = ok(page(rows, call.number("start", 0), call.number("limit", kDefaultLimit)));
  answer.total = static_cast<std::int64_t>(rows.size());
  return answer;
}

Answer stop(const Call& call) {
  const std::string upid = call.text("upid");
  if (!is_upid(upid)) return bad_parameters({{"upid", "unable to parse worker upid"}});
  const Task* task = call.state.tasks.find(upid);
  const std::string node = call.text("node");
  if (task == nullptr || task->node != node) return bad_parameters({{"upid", "no such task"}});
  if (!owns(call, *task) && !call.may("/nodes/" + node, "Sys.Modify"))
    return failure(403, "Permission check failed (/nodes/" + node + ", Sys.Modify)");
  call.state.tasks.stop(call.state, upid, call.now);
  return ok(nullptr);
}

}  // namespace

void add_task_handlers(Handlers& handlers) {
  handlers["GET /nodes/{node}/tasks"] = list;
  handlers["GET /nodes/{node}/tasks/{upid}"] = index;
  handlers["DELETE /nodes/{node}/tasks/{upid}"] = stop;
  handlers["GET /nodes/{node}/tasks/{upid}/status"] = status;
  handlers["GET /nodes/{node}/tasks/{upid}/log"] = log;
}

}  // namespace pmx::sim
