// The decoders over what real clusters answered, as it was and as other releases might word it.
#include <doctest/doctest.h>

#include <functional>
#include <map>

#include "proxmox/decode.h"
#include "tests/unit/proxmox/recorded.h"

namespace pmx::proxmox {
namespace {

/// What a decoder makes of an envelope, as text to be compared; "error" when it refuses.
using Decoder = std::function<std::string(const Json& envelope)>;

template <class T>
std::string told(const Result<T>& result, const std::function<std::string(const T&)>& print) {
  return result.ok() ? print(*result) : "error";
}

std::string number(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : "-";
}

std::string print_resources(const Resources& all) {
  std::string out;
  for (const Node& node : all.nodes) {
    out += node.node + " " + node.status + " " + number(node.maxmem) + " " + number(node.uptime) +
           "\n";
  }
  for (const Guest& guest : all.guests) {
    out += guest.type + std::to_string(guest.vmid) + guest.node + guest.name + guest.status +
           number(guest.mem) + number(guest.maxdisk) + (guest.is_template ? "T" : "") + guest.lock +
           guest.pool + guest.hastate + std::to_string(guest.tags.size()) + "\n";
  }
  for (const Storage& storage : all.storages) {
    out += storage.storage + storage.node + storage.plugintype + (storage.shared ? "S" : "") +
           number(storage.maxdisk) + "\n";
  }
  for (const std::string& pool : all.pools) out += pool + "\n";
  return out;
}

std::string print_status(const ClusterStatus& status) {
  return status.name + (status.quorate ? " quorate " : " ") + std::to_string(status.online.size()) +
         "/" + std::to_string(status.offline.size()) + " " +
         std::to_string(status.addresses.size());
}

std::string print_task(const TaskStatus& task) {
  return task.upid + task.node + task.type + task.id + task.user + std::to_string(task.starttime) +
         (task.running ? "running" : task.exitstatus);
}

std::string print_log(const TaskLog& log) {
  std::string out = std::to_string(log.total) + "\n";
  for (const std::string& line : log.lines) out += line + "\n";
  return out;
}

const std::map<std::string, Decoder>& decoders() {
  static const std::map<std::string, Decoder> kAll{
      {"resources",
       [](const Json& e) { return told<Resources>(decode_resources(e["data"]), print_resources); }},
      {"cluster_status",
       [](const Json& e) {
         return told<ClusterStatus>(decode_cluster_status(e["data"]), print_status);
       }},
      {"version",
       [](const Json& e) {
         return told<Version>(decode_version(e["data"]),
                              [](const Version& v) { return v.version + " " + v.release; });
       }},
      {"task_status",
       [](const Json& e) { return told<TaskStatus>(decode_task_status(e["data"]), print_task); }},
      {"task_log", [](const Json& e) { return told<TaskLog>(decode_task_log(e, 0), print_log); }},
  };
  return kAll;
}

/// Every whole number as text, as PVE writes one and the same now and then.
Json with_texts(const Json& value) {
  if (value.is_number_integer()) return dump_json(value);
  Json out = value;
  if (value.is_structured()) {
    for (Json& item : out) item = with_texts(item);
  }
  return out;
}

/// Calls `visit` with the envelope without one key of one object, for each.
void without_each_key(const Json& envelope, const std::function<void(const Json&)>& visit) {
  const Json flat = envelope.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    Json changed = envelope;
    const Json::json_pointer place(pointer);
    Json& parent = changed[place.parent_pointer()];
    if (!parent.is_object() || pointer == "/data") continue;
    parent.erase(place.back());
    visit(changed);
  }
}

}  // namespace

TEST_CASE("decode: every recorded answer of both releases is accepted") {
  std::map<std::string, int> seen;
  for (const Json& line : recorded_lines("answers.jsonl")) {
    CAPTURE(dump_json(line));
    const std::string name = line.value("decoder", "");
    REQUIRE(decoders().contains(name));
    CHECK(decoders().at(name)(line["json"]) != "error");
    ++seen[name];
  }
  for (const auto& [name, decoder] : decoders()) {
    CAPTURE(name);
    CHECK(seen[name] > 0);
  }
}

TEST_CASE("decode: numbers that come as text mean the same") {
  for (const Json& line : recorded_lines("answers.jsonl")) {
    CAPTURE(dump_json(line));
    const Decoder& decode = decoders().at(line.value("decoder", ""));
    CHECK(decode(with_texts(line["json"])) == decode(line["json"]));
  }
}

TEST_CASE("decode: a key that is missing costs no more than what it tells") {
  for (const Json& line : recorded_lines("answers.jsonl")) {
    const std::string name = line.value("decoder", "");
    int refused = 0;
    without_each_key(line["json"], [&](const Json& changed) {
      refused += decoders().at(name)(changed) == "error" ? 1 : 0;
    });
    // What cannot be done without: a guest's VMID and node, a version, whether a task runs.
    const auto guests = [](const Json& data) {
      int count = 0;
      for (const Json& item : data) {
        const auto type = string_member(item, "type");
        count += type == "qemu" || type == "lxc" ? 1 : 0;
      }
      return count;
    };
    CAPTURE(dump_json(line));
    if (name == "resources") CHECK(refused == 2 * guests(line["json"]["data"]));
    if (name == "cluster_status") CHECK(refused == 0);
    if (name == "version" || name == "task_status") CHECK(refused == 1);
  }
}

TEST_CASE("decode: an empty cluster and a log that is not there") {
  CHECK(decode_resources(Json::array()).ok());
  CHECK(decode_cluster_status(Json::array()).ok());
  const auto log = decode_task_log(
      parse_json(R"({"data": {"n": 1, "t": "unable to open file - No such file or directory"},
        "total": 1})")
          .value(),
      0);
  REQUIRE(log.ok());
  CHECK(log->lines.empty());
  CHECK(log->total == 0);
}

}  // namespace pmx::proxmox
