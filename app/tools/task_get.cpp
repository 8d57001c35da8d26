// task_get: status and log of a PVE worker task.
#include <algorithm>

#include "app/catalogue.h"
#include "ops/tasks.h"

namespace pmx::app {
namespace {

struct Args {
  std::string task;
  std::optional<std::int64_t> start;
  std::int64_t limit = 20;
  std::string cluster;
  template <class V>
  void fields(V& v) {
    v.required("task", task);
    v.optional("start", start);
    v.optional("limit", limit);
    v.optional("cluster", cluster);
  }
};

struct Out {
  std::string cluster;
  std::string task;
  std::string node;
  std::string type;
  std::string id;
  std::string user;
  std::string started;
  std::string status;
  std::optional<std::string> exitstatus;
  std::vector<std::string> log;
  std::int64_t log_start = 0;
  std::int64_t log_total = 0;
  template <class V>
  void fields(V& v) {
    v.required("cluster", cluster);
    v.required("task", task);
    v.required("node", node);
    v.required("type", type);
    v.required("id", id);
    v.required("user", user);
    v.required("started", started);
    v.required("status", status);
    v.optional("exitstatus", exitstatus);
    v.required("log", log);
    v.required("log_start", log_start);
    v.required("log_total", log_total);
  }
};

std::string verdict(const proxmox::TaskStatus& status) {
  if (status.running) return "running";
  if (!status.succeeded()) return "failed";
  return status.exitstatus == "OK" ? "ok" : "warnings";
}

Out output(const std::string& cluster, const ops::TaskView& view) {
  const auto& status = view.status;
  return {cluster,
          status.upid,
          status.node,
          status.type,
          status.id,
          status.user,
          format_time(SystemTime(std::chrono::seconds(status.starttime))),
          verdict(status),
          status.running ? std::nullopt : std::optional(status.exitstatus),
          view.log.lines,
          view.log.start,
          view.log.total};
}

std::string describe(const Out& out) {
  std::string text = "Task " + out.type + (out.id.empty() ? "" : " " + out.id) + ": " + out.status;
  if (out.exitstatus) text += " (" + *out.exitstatus + ")";
  text += ", started " + out.started + ".";
  for (const auto& line : out.log) text += "\n  " + line;
  return text;
}

}  // namespace

mcp::Tool task_get(const Toolbox& box) {
  return make_tool<Args, Out>(
      "task_get",
      [box](const Context& ctx, const Args& args, mcp::Progress&) -> Result<Answer<Out>> {
        PMX_TRY(const auto upid, proxmox::Upid::parse(args.task));
        PMX_TRY(const auto located, ops::locate_task(ctx, box.clusters, args.cluster, upid));
        PMX_TRY(const auto view, ops::view_task(ctx, *located, upid, args.start, args.limit));
        Answer<Out> answer;
        answer.out = output(located->title(), view);
        answer.text = describe(answer.out);
        return answer;
      });
}

}  // namespace pmx::app
