// POST /nodes/{node}/storage/{storage}/upload and download-url: a file becomes a volume. Only its
// size is kept.
#include <algorithm>

#include "sim/call.h"
#include "sim/pattern.h"
#include "sim/upload.h"

namespace pmx::sim {
namespace {

/// What a file of this content must be called, and what is said of another name.
struct FileKind {
  std::string_view content;
  std::string_view pattern;
  std::string_view pattern8;  ///< in 8.4
  std::string_view complaint;
};

constexpr FileKind kKinds[] = {
    {"iso", "(?i).+\\.(?:iso|img)", "(?i).+\\.(?:iso|img)", "wrong file extension"},
    {"vztmpl", "(?i).+\\.tar(?:\\.(?:gz|xz|zst|bz2))?", "(?i).+\\.tar\\.(?:gz|xz|zst|bz2)",
     "wrong file extension"},
    {"import", "[-a-zA-Z0-9.+=_]+\\.(?:ova|qcow2|raw|vmdk)",
     "[-a-zA-Z0-9.+=_]+\\.(?:ova|qcow2|raw|vmdk)", "invalid filename or wrong extension"},
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

bool has_room(const Call& call, std::int64_t size) {
  const NodeState& node =
      call.state.inventory.nodes[call.state.inventory.node_index(call.text("node")).value_or(0)];
  const StorageSpace space =
      call.state.storages.space(call.state.inventory, node, call.text("storage"));
  return !space.active || space.total - space.used >= size;
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
  if (has_room(call, size))
    plan.lines.push_back({100, "finished file import successfully"});
  else
    plan.exit = "import failed: cp: error writing '" + path + "': No space left on device";
  return plan;
}

const FileKind* kind_of(const std::string& content) {
  for (const FileKind& kind : kKinds)
    if (kind.content == content) return &kind;
  return nullptr;
}

/// How the two ways in word their refusals.
struct Words {
  std::string_view type_end;    ///< behind "can't upload to storage type 'x'"
  std::string_view no_content;  ///< between the storage and the content
  std::string_view content_end;
  std::string_view bad_content;  ///< before a content that no file may have
  std::string_view bad_content_end;
};
constexpr Words kUpload{"", "' does not support '", "' content", "upload content type '",
                        "' not allowed"};
constexpr Words kDownload{", not a file based storage!", "' is not configured for content-type '",
                          "'", "upload content-type '", "' is not allowed"};

using Refused = std::optional<Answer>;

Refused refuse_storage(const Call& call, const Words& words) {
  const std::string storage = call.text("storage");
  if (const std::string bad = call.state.storages.problem(storage, call.text("node")); !bad.empty())
    return failure(500, bad);
  if (call.state.storages.is_directory(storage)) return std::nullopt;
  return failure(500, "can't upload to storage type '" +
                          call.state.storages.config.find(storage)->type + "'" +
                          std::string(words.type_end));
}

Refused refuse_content(const Call& call, const Words& words) {
  const std::string content = call.text("content");
  const auto contents = call.state.storages.contents(call.text("storage"));
  if (std::find(contents.begin(), contents.end(), content) != contents.end()) return std::nullopt;
  return failure(500, "storage '" + call.text("storage") + std::string(words.no_content) + content +
                          std::string(words.content_end));
}

Refused refuse_name(const Call& call, const std::string& name, const Words& words) {
  const std::string content = call.text("content");
  const FileKind* kind = kind_of(content);
  if (kind == nullptr)
    return bad_parameters({{"content", std::string(words.bad_content) + content +
                                           std::string(words.bad_content_end)}});
  const std::string pattern(call.is_9() ? kind->pattern : kind->pattern8);
  if (matches_pattern(pattern, name)) return std::nullopt;
  return bad_parameters({{"filename", kind->complaint}});
}

/// The volume that a file of this name becomes.
Volume volume_of(const Call& call, const std::string& name, std::int64_t size) {
  Volume volume;
  volume.content = call.text("content");
  volume.volid = call.text("storage") + ":" + volume.content + "/" + name;
  volume.format = format_of(volume.content, name);
  volume.size = size;
  volume.used = size;
  volume.ctime = call.now / 1000;
  return volume;
}

Answer fork_copy(const Call& call, TaskPlan plan, const Volume& volume) {
  if (plan.exit == "OK")
    plan.effect = [volume, node = call.text("node")](State& state, const Task&) {
      state.storages.add(node, volume);
    };
  const auto node = call.state.inventory.node_index(call.text("node")).value_or(0);
  return ok(call.state.tasks.fork(call.state.inventory.nodes[node], call.caller, std::move(plan),
                                  call.now));
}

/// Whether the file's sum is another than the client's; only the two sums that are kept can tell.
bool is_damaged(const Call& call) {
  std::string wanted = call.text("checksum");
  for (char& c : wanted)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  const std::string algorithm = call.text("checksum-algorithm");
  if (algorithm == "sha1") return wanted != call.upload->sha1;
  return algorithm == "sha256" && wanted != call.upload->sha256;
}

Answer upload(const Call& call) {
  if (auto refused = refuse_storage(call, kUpload)) return *refused;
  if (call.upload == nullptr) return failure(500, "missing temporary file name");
  const std::string name = plain_name(call.text("filename"));
  if (auto refused = refuse_name(call, name, kUpload)) return *refused;
  if (auto refused = refuse_content(call, kUpload)) return *refused;
  if (is_damaged(call)) {
    Answer garbled = failure(400, "Bad Request");
    garbled.bare = true;
    return garbled;
  }
  Volume volume = volume_of(call, name, call.upload->size);
  volume.is_broken = volume.content == "vztmpl" && !call.upload->is_archive;
  return fork_copy(call, plan_copy(call, call.state.storages.path(volume.volid), volume.size),
                   volume);
}

/// The lab has no way out; elsewhere whatever is asked for is there, of a size by its address.
TaskPlan plan_download(const Call& call, const Volume& volume) {
  const std::string path = call.state.storages.path(volume.volid);
  const std::string url = call.text("url");
  TaskPlan plan;
  plan.type = "download";
  plan.id = volume.volid.substr(volume.volid.rfind('/') + 1);
  plan.duration = 4'000;
  if (call.has("compression") && volume.content != "iso") {
    plan.exit = "decompression not supported for " + volume.content;
    return plan;
  }
  plan.lines.push_back({10, "downloading " + url + " to " + path});
  if (call.state.storages.find(call.text("node"), volume.volid) != nullptr)
    plan.exit = "refusing to override existing file '" + path + "'";
  else if (call.state.scenario == Scenario::kLab)
    plan.exit = "download failed: exit code 4";
  else if (!has_room(call, volume.size))
    plan.exit = "download failed: exit code 3";
  else
    plan.lines.push_back({3'900, "download of '" + url + "' to '" + path + "' finished"});
  return plan;
}

std::int64_t size_at(const Call& call, const std::string& url) {
  return Dice(call.state.inventory.seed(), "download " + url, 0).between(40, 1400) *
         (std::int64_t{1} << 20);
}

Answer download(const Call& call) {
  if (auto refused = refuse_storage(call, kDownload)) return *refused;
  if (auto refused = refuse_content(call, kDownload)) return *refused;
  const std::string name = plain_name(call.text("filename"));
  if (auto refused = refuse_name(call, name, kDownload)) return *refused;
  const Volume volume = volume_of(call, name, size_at(call, call.text("url")));
  return fork_copy(call, plan_download(call, volume), volume);
}

Answer url_metadata(const Call& call) {
  const std::string url = call.text("url");
  const auto host_begin = url.find("//") + 2;
  const std::string host =
      url.substr(host_begin, url.find_first_of("/:?", host_begin) - host_begin);
  if (call.state.scenario == Scenario::kLab)
    return failure(500, "invalid server response: '500 Can't connect to " + host +
                            (url.starts_with("https") ? ":443" : ":80") +
                            " (Temporary failure in name resolution)'");
  const std::string path = url.substr(0, url.find('?'));
  return ok({{"filename", path.substr(path.rfind('/') + 1)},
             {"size", size_at(call, url)},
             {"mimetype", "application/octet-stream"}});
}

}  // namespace

void add_upload_handlers(Handlers& handlers) {
  handlers["POST /nodes/{node}/storage/{storage}/upload"] = upload;
  handlers["POST /nodes/{node}/storage/{storage}/download-url"] = download;
  handlers["GET /nodes/{node}/query-url-metadata"] = url_metadata;
}

}  // namespace pmx::sim
