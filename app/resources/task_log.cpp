// pve://{cluster}/tasks/{upid}/log: a task's log as plain text.
#include "app/catalogue.h"
#include "app/completions.h"
#include "ops/tasks.h"

namespace pmx::app {
namespace {

/// PVE logs of a few thousand lines are common (backups); the end is what tells.
constexpr std::int64_t kMaxLines = 500;

Result<mcp::ResourceContent> read_log(const Toolbox& box, const Context& ctx,
                                      const std::map<std::string, std::string>& variables) {
  PMX_TRY(const auto upid, proxmox::Upid::parse(variables.find("upid")->second));
  PMX_TRY(ops::Cluster * cluster, box.clusters.find(variables.find("cluster")->second));
  PMX_TRY(const auto view, ops::view_task(ctx, *cluster, upid, std::nullopt, kMaxLines));
  std::string text;
  if (view.log.start > 0)
    text = "(" + std::to_string(view.log.start) + " earlier lines left out)\n";
  for (const auto& line : view.log.lines) text += line + "\n";
  return mcp::ResourceContent{"text/plain", std::move(text)};
}

}  // namespace

mcp::ResourceTemplate task_log_resource(const Toolbox& box) {
  return {
      Json{{"uriTemplate", "pve://{cluster}/tasks/{upid}/log"},
           {"name", "task-log"},
           {"title", "Task log"},
           {"description", "The log of a PVE task; the UPID is percent-encoded."},
           {"mimeType", "text/plain"}},
      {{"cluster", "pve-cluster"}, {"upid", "pve-upid"}},
      [box](const Context& ctx, const auto& variables) { return read_log(box, ctx, variables); },
      argument_completer(box)};
}

}  // namespace pmx::app
