// POST /nodes/{node}/storage/{storage}/upload: a file becomes a volume. Only its size is kept.
#include <algorithm>

#include "sim/call.h"
#include "sim/pattern.h"
#include "sim/upload.h"

namespace pmx::sim {
namespace {

/// What a file of this content must be called.
struct FileKind {
  std::string_view content;
  std::string_view pattern;
};

constexpr FileKind kKinds[] = {
    {"iso", ".+\\.(?i:iso|img)"},
    {"vztmpl", ".+\\.(?:tar\\.(?:gz|xz|zst|bz2)|tgz)"},
    {"import", ".+\\.(?:ova|ovf|qcow2|raw|vmdk)"},
};

/// The last part of a name, what is not plain ASCII replaced by "_", as PVE does.
std::string plain_name(const std::string& name) {
  const auto slash = name.find_last_of("/\\");
  std::string out = slash == std::string::npos ? name : name.substr(slash + 1);
  for (char& c : out)
    if (!matches_pattern("[-a-zA-Z0-9_.]", std::string_view(&c, 1))) c = '_';
  return out;
}

std::string format_of(const std::string& content, const std::string& name) {
  if (content == "iso") return "iso";
  if (content == "vztmpl") return name.ends_with(".gz") || name.ends_with(".tgz") ? "tgz" : "txz";
  return name.substr(name.rfind('.') + 1);
}

std::string temporary_name(const Call& call) {
  return "/var/tmp/pveupload-" +
         Dice(call.state.inventory.seed(), "upload", call.state.made++).hex(32);
}

TaskPlan plan_copy(const Call& call, const std::string& path, std::int64_t size) {
  const std::string source = temporary_name(call);
  TaskPlan plan;
  plan.type = "imgcopy";
  plan.duration = 120;
  for (const std::string& line :
       {"starting file import from: " + source, "target node: " + call.text("node"),
        "target file: " + path, "file size is: " + std::to_string(size),
        "command: cp -- " + source + " " + path})
    plan.lines.push_back({10, line});
  plan.lines.push_back({100, "finished file import successfully"});
  return plan;
}

const FileKind* kind_of(const std::string& content) {
  for (const FileKind& kind : kKinds)
    if (kind.content == content) return &kind;
  return nullptr;
}

Answer upload(const Call& call) {
  const std::string storage = call.text("storage");
  const std::string content = call.text("content");
  if (const std::string bad = call.state.storages.problem(storage, call.text("node")); !bad.empty())
    return failure(500, bad);
  const auto contents = call.state.storages.contents(storage);
  if (std::find(contents.begin(), contents.end(), content) == contents.end())
    return failure(
        500, "storage '" + storage + "' is not configured for content-type '" + content + "'");
  if (!call.state.storages.is_directory(storage))
    return failure(500, "can't upload to storage type '" +
                            call.state.storages.config.find(storage)->type + "'");
  const std::string name = plain_name(call.text("filename"));
  const FileKind* kind = kind_of(content);
  if (kind == nullptr || !matches_pattern(std::string(kind->pattern), name))
    return bad_parameters({{"filename", "wrong file extension"}});
  Volume volume;
  volume.volid = storage + ":" + content + "/" + name;
  volume.content = content;
  volume.format = format_of(content, name);
  volume.size = call.upload == nullptr ? 0 : call.upload->size;
  volume.used = volume.size;
  volume.ctime = call.now / 1000;
  volume.is_broken = content == "vztmpl" && call.upload != nullptr && !call.upload->is_archive;
  TaskPlan plan = plan_copy(call, call.state.storages.path(volume.volid), volume.size);
  plan.effect = [volume, node = call.text("node")](State& state, const Task&) {
    state.storages.add(node, volume);
  };
  const auto node = call.state.inventory.node_index(call.text("node")).value_or(0);
  return ok(call.state.tasks.fork(call.state.inventory.nodes[node], call.caller, std::move(plan),
                                  call.now));
}

}  // namespace

void add_upload_handlers(Handlers& handlers) {
  handlers["POST /nodes/{node}/storage/{storage}/upload"] = upload;
}

}  // namespace pmx::sim
