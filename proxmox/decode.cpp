#include "proxmox/decode.h"

#include <charconv>
#include <cmath>

namespace pmx::proxmox {
namespace {

Error wrong_shape(std::string_view what) {
  return {Code::kUnavailable,
          "the cluster's answer for " + std::string(what) + " has an unexpected form",
          "check that the URL is the PVE API itself and not a proxy or portal"};
}

std::string read_text(const Json& object, std::string_view key) {
  const Json* member = find_member(object, key);
  if (member == nullptr || member->is_null()) return "";
  if (const auto* text = member->get_ptr<const std::string*>()) return *text;
  return member->is_structured() ? "" : dump_json(*member);
}

std::optional<double> read_double(const Json& object, std::string_view key) {
  const Json* member = find_member(object, key);
  if (member == nullptr) return std::nullopt;
  if (member->is_number()) return member->get<double>();
  const auto* text = member->get_ptr<const std::string*>();
  if (text == nullptr || text->empty()) return std::nullopt;
  double value = 0;
  const char* last = text->data() + text->size();
  const auto [end, error] = std::from_chars(text->data(), last, value);
  if (error != std::errc() || end != last || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> read_int(const Json& object, std::string_view key) {
  const Json* member = find_member(object, key);
  if (member == nullptr) return std::nullopt;
  if (member->is_number_unsigned()) {
    const auto value = member->get<std::uint64_t>();
    if (value > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
    return static_cast<std::int64_t>(value);
  }
  if (member->is_number_integer()) return member->get<std::int64_t>();
  const auto value = read_double(object, key);
  constexpr double kLimit = 9.2e18;  // safely inside int64
  if (!value || *value > kLimit || *value < -kLimit) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

bool read_bool(const Json& object, std::string_view key, bool fallback = false) {
  const Json* member = find_member(object, key);
  if (member == nullptr || member->is_null()) return fallback;
  if (const auto* flag = member->get_ptr<const bool*>()) return *flag;
  if (const auto* text = member->get_ptr<const std::string*>()) {
    return *text == "1" || *text == "true" || *text == "yes" || *text == "on";
  }
  return read_int(object, key).value_or(0) != 0;
}

/// What nodes and guests report about themselves alike; absent while they are down.
template <class Row>
void read_usage(const Json& entry, Row& out) {
  out.cpu = read_double(entry, "cpu");
  out.maxcpu = read_double(entry, "maxcpu");
  out.mem = read_int(entry, "mem");
  out.maxmem = read_int(entry, "maxmem");
  out.disk = read_int(entry, "disk");
  out.maxdisk = read_int(entry, "maxdisk");
  out.uptime = read_int(entry, "uptime");
}

Node read_node(const Json& entry) {
  Node out;
  out.node = read_text(entry, "node");
  out.status = read_text(entry, "status");
  read_usage(entry, out);
  return out;
}

Guest read_guest(const Json& entry) {
  Guest out;
  const std::int64_t vmid = read_int(entry, "vmid").value_or(0);
  out.vmid = vmid > 0 && vmid <= 999'999'999 ? static_cast<int>(vmid) : 0;
  out.type = read_text(entry, "type");
  out.node = read_text(entry, "node");
  out.name = read_text(entry, "name");
  out.status = read_text(entry, "status");
  out.is_template = read_bool(entry, "template");
  out.pool = read_text(entry, "pool");
  out.tags = split_tags(read_text(entry, "tags"));
  out.lock = read_text(entry, "lock");
  out.hastate = read_text(entry, "hastate");
  read_usage(entry, out);
  return out;
}

Storage read_storage(const Json& entry) {
  Storage out;
  out.storage = read_text(entry, "storage");
  out.node = read_text(entry, "node");
  out.status = read_text(entry, "status");
  out.plugintype = read_text(entry, "plugintype");
  out.content = read_text(entry, "content");
  out.shared = read_bool(entry, "shared");
  out.disk = read_int(entry, "disk");
  out.maxdisk = read_int(entry, "maxdisk");
  return out;
}

/// Pools carry their name as `pool`, older answers only inside the id "/pool/NAME".
std::string read_pool(const Json& entry) {
  std::string name = read_text(entry, "pool");
  const std::string id = read_text(entry, "id");
  if (name.empty() && id.starts_with("/pool/")) name = id.substr(6);
  return name;
}

}  // namespace

Result<Resources> decode_resources(const Json& data) {
  if (!data.is_array()) return wrong_shape("/cluster/resources");
  Resources out;
  for (const Json& entry : data) {
    const std::string_view type = string_member(entry, "type");
    if (type == "qemu" || type == "lxc") {
      Guest guest = read_guest(entry);
      if (guest.vmid == 0 || guest.node.empty()) return wrong_shape("/cluster/resources");
      out.guests.push_back(std::move(guest));
    } else if (type == "node") {
      out.nodes.push_back(read_node(entry));
    } else if (type == "storage") {
      out.storages.push_back(read_storage(entry));
    } else if (type == "pool") {
      out.pools.push_back(read_pool(entry));
    }
  }
  return out;
}

Result<ClusterStatus> decode_cluster_status(const Json& data) {
  if (!data.is_array()) return wrong_shape("/cluster/status");
  ClusterStatus out;
  for (const Json& entry : data) {
    const std::string_view type = string_member(entry, "type");
    if (type == "cluster") {
      out.name = read_text(entry, "name");
      out.quorate = read_bool(entry, "quorate");
    } else if (type == "node") {
      const std::string name = read_text(entry, "name");
      (read_bool(entry, "online") ? out.online : out.offline).push_back(name);
      const std::string ip = read_text(entry, "ip");
      if (!ip.empty()) out.addresses[name] = ip;
    }
  }
  return out;
}

Result<Version> decode_version(const Json& data) {
  Version out{read_text(data, "version"), read_text(data, "release")};
  if (out.version.empty()) return wrong_shape("/version");
  return out;
}

Result<TaskStatus> decode_task_status(const Json& data) {
  const std::string state = read_text(data, "status");
  if (state != "running" && state != "stopped") return wrong_shape("a task's status");
  TaskStatus out;
  out.upid = read_text(data, "upid");
  out.node = read_text(data, "node");
  out.type = read_text(data, "type");
  out.id = read_text(data, "id");
  out.user = read_text(data, "user");
  out.starttime = read_int(data, "starttime").value_or(0);
  out.running = state == "running";
  if (!out.running) out.exitstatus = read_text(data, "exitstatus");
  return out;
}

Result<TaskLog> decode_task_log(const Json& envelope, std::int64_t start) {
  const Json* data = find_member(envelope, "data");
  if (data == nullptr) return wrong_shape("a task's log");
  // PVE answers the pseudo line of a log that is not there without a list around it.
  const Json lone = Json::array({find_member(*data, "t") != nullptr ? *data : Json()});
  const Json& lines = lone[0].is_object() ? lone : *data;
  if (!lines.is_array()) return wrong_shape("a task's log");
  TaskLog out;
  out.start = start;
  for (const Json& line : lines) {
    if (!line.is_object()) return wrong_shape("a task's log");
    out.lines.push_back(read_text(line, "t"));
  }
  out.total =
      read_int(envelope, "total").value_or(start + static_cast<std::int64_t>(out.lines.size()));
  const bool only_line = out.lines.size() == 1 && out.total <= 1;
  if (only_line &&
      (out.lines[0] == "no content" || out.lines[0].starts_with("unable to open file - "))) {
    out.lines.clear();
    out.total = 0;
  }
  return out;
}

std::vector<std::string> split_tags(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(";, \t\n");
    if (end != 0) out.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace pmx::proxmox
