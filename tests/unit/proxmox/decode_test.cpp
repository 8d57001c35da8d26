#include "proxmox/decode.h"

#include <doctest/doctest.h>

#include <random>

namespace pmx::proxmox {
namespace {

Json json(std::string_view text) {
  auto value = parse_json(text);
  REQUIRE(value.ok());
  return std::move(value).value();
}

}  // namespace

TEST_CASE("decode: resources are sorted into nodes, guests, storages and pools") {
  const auto out = decode_resources(json(R"([
    {"type":"node","node":"pve3","id":"node/pve3","status":"online","cpu":0.25,"maxcpu":2,
     "mem":3970240512,"maxmem":25276502016,"disk":1,"maxdisk":2,"uptime":6381,"level":""},
    {"type":"node","node":"pve2","status":"offline"},
    {"type":"qemu","id":"qemu/160","vmid":160,"node":"pve2","name":"gold","tags":"g;prod","mem":0,
     "maxmem":67108864,"cpu":0,"maxcpu":1,"status":"stopped","template":1,"lock":"backup",
     "pool":"p1","hastate":"started","uptime":0,"disk":0,"maxdisk":1073741824},
    {"type":"lxc","vmid":"164","node":"pve3","status":"unknown","template":"0","maxmem":"1024"},
    {"type":"storage","storage":"shared","node":"pve3","status":"available","shared":1,
     "plugintype":"dir","content":"backup,iso","disk":5,"maxdisk":9},
    {"type":"storage","storage":"local","node":"pve3","shared":"0"},
    {"type":"pool","pool":"p1","id":"/pool/p1"}, {"type":"pool","id":"/pool/p2"},
    {"type":"network","network":"localnetwork"}, {"type":"future","x":{}}, 7
  ])"));
  REQUIRE(out.ok());
  REQUIRE(out->nodes.size() == 2);
  CHECK(out->nodes[0].node == "pve3");
  CHECK(out->nodes[0].cpu == 0.25);
  CHECK(out->nodes[0].maxmem == 25276502016);
  CHECK(out->nodes[1].status == "offline");
  CHECK_FALSE(out->nodes[1].cpu.has_value());
  REQUIRE(out->guests.size() == 2);
  const Guest& vm = out->guests[0];
  CHECK(vm.vmid == 160);
  CHECK(vm.type == "qemu");
  CHECK(vm.node == "pve2");
  CHECK(vm.name == "gold");
  CHECK(vm.is_template);
  CHECK(vm.tags == std::vector<std::string>{"g", "prod"});
  CHECK(vm.lock == "backup");
  CHECK(vm.pool == "p1");
  CHECK(vm.hastate == "started");
  CHECK(vm.maxdisk == 1073741824);
  const Guest& container = out->guests[1];
  CHECK(container.vmid == 164);
  CHECK(container.name.empty());
  CHECK_FALSE(container.is_template);
  CHECK(container.maxmem == 1024);
  CHECK_FALSE(container.mem.has_value());
  REQUIRE(out->storages.size() == 2);
  CHECK(out->storages[0].shared);
  CHECK_FALSE(out->storages[1].shared);
  CHECK(out->storages[0].plugintype == "dir");
  CHECK(out->pools == std::vector<std::string>{"p1", "p2"});
}

TEST_CASE("decode: the cluster's status with and without a cluster") {
  const auto three = decode_cluster_status(json(R"([
    {"type":"cluster","name":"lab","quorate":"0","nodes":3},
    {"type":"node","name":"pve1","online":1,"ip":"10.77.0.1"},
    {"type":"node","name":"pve2","online":"1","ip":"10.77.0.2"},
    {"type":"node","name":"pve3","online":0}])"));
  REQUIRE(three.ok());
  CHECK(three->name == "lab");
  CHECK_FALSE(three->quorate);
  CHECK(three->online == std::vector<std::string>{"pve1", "pve2"});
  CHECK(three->offline == std::vector<std::string>{"pve3"});
  CHECK(three->addresses.size() == 2);
  const auto single = decode_cluster_status(json(R"([{"type":"node","name":"n","online":true}])"));
  REQUIRE(single.ok());
  CHECK(single->name.empty());
  CHECK(single->quorate);
  CHECK(single->online == std::vector<std::string>{"n"});
}

TEST_CASE("decode: a task's status") {
  const auto running = decode_task_status(
      json(R"({"status":"running","upid":"U","node":"n","type":"qmstart","id":"9","user":"r@p",
               "starttime":"1795259529","exitstatus":"x"})"));
  REQUIRE(running.ok());
  CHECK(running->running);
  CHECK(running->exitstatus.empty());
  CHECK(running->starttime == 1795259529);
  for (const auto& [exit, good] :
       {std::pair{"OK", true}, {"WARNINGS: 2", true}, {"unexpected status", false}}) {
    const auto ended = decode_task_status(Json{{"status", "stopped"}, {"exitstatus", exit}});
    REQUIRE(ended.ok());
    CHECK_FALSE(ended->running);
    CHECK(ended->succeeded() == good);
  }
}

TEST_CASE("decode: a task's log keeps its total and drops PVE's pseudo lines") {
  const auto log =
      decode_task_log(json(R"({"data":[{"n":3,"t":"a"},{"n":4,"t":"b"}],"total":9})"), 2);
  REQUIRE(log.ok());
  CHECK(log->lines == std::vector<std::string>{"a", "b"});
  CHECK(log->start == 2);
  CHECK(log->total == 9);
  for (const char* text : {"no content", "unable to open file - No such file or directory"}) {
    const auto empty = decode_task_log(
        Json{{"data", Json::array({Json{{"n", 1}, {"t", text}}})}, {"total", 1}}, 0);
    REQUIRE(empty.ok());
    CHECK(empty->lines.empty());
    CHECK(empty->total == 0);
  }
  const auto past = decode_task_log(json(R"({"data":[],"total":9})"), 9);
  REQUIRE(past.ok());
  CHECK(past->lines.empty());
  CHECK(past->total == 9);
}

TEST_CASE("decode: tags are split on every separator PVE accepts") {
  CHECK(split_tags("").empty());
  CHECK(split_tags(";, ;").empty());
  CHECK(split_tags("a") == std::vector<std::string>{"a"});
  CHECK(split_tags("a;b,c d;;e ") == std::vector<std::string>{"a", "b", "c", "d", "e"});
}

TEST_CASE("decode: wrong shapes are errors") {
  const char* values[] = {"null",
                          "7",
                          "\"x\"",
                          "{}",
                          "[]",
                          "[1]",
                          R"({"status":7})",
                          R"({"version":{}})",
                          R"([{"type":"qemu"}])",
                          R"([{"type":"lxc","vmid":-1,"node":"n"}])",
                          R"([{"type":"qemu","vmid":1e300,"node":"n"}])"};
  for (const char* value : values) {
    CAPTURE(value);
    const Json data = json(value);
    CHECK(decode_resources(data).ok() == (data == Json::array() || data == Json::array({1})));
    CHECK(decode_cluster_status(data).ok() == data.is_array());
    CHECK_FALSE(decode_version(data).ok());
    CHECK_FALSE(decode_task_status(data).ok());
    CHECK_FALSE(decode_task_log(data, 0).ok());
    CHECK_FALSE(decode_task_log(Json{{"data", Json{{"x", data}}}}, 0).ok());
  }
}

TEST_CASE("decode: any type in any place is survived") {
  const char* keys[] = {"type", "vmid",   "node",  "name",   "status", "template",
                        "tags", "maxmem", "cpu",   "shared", "online", "quorate",
                        "ip",   "t",      "total", "data",   "id"};
  const Json values[] = {Json(nullptr),  Json(true),     Json(-1),        Json(UINT64_MAX),
                         Json(1e308),    Json("x"),      Json("1"),       Json("1e999"),
                         Json("qemu"),   Json("node"),   Json("storage"), Json::array({1}),
                         Json{{"a", 1}}, Json("stopped")};
  std::mt19937 random(11);
  for (int round = 0; round < 5'000; ++round) {
    Json entry = Json::object();
    for (int i = 0; i < 6; ++i) {
      entry[keys[random() % std::size(keys)]] = values[random() % std::size(values)];
    }
    const Json list = Json::array({entry, values[random() % std::size(values)]});
    (void)decode_resources(list).ok();
    (void)decode_cluster_status(list).ok();
    (void)decode_version(entry).ok();
    (void)decode_task_status(entry).ok();
    (void)decode_task_log(entry, 0).ok();
    const auto log = decode_task_log(Json{{"data", list}}, 0);
    CHECK(log.ok() == list[1].is_object());
  }
}

TEST_CASE("decode: a line of a longer log that reads like a pseudo line is kept") {
  for (const char* text : {"no content", "unable to open file - No such file or directory"}) {
    const Json page{{"data", Json::array({Json{{"n", 9}, {"t", text}}})}, {"total", 9}};
    const auto log = decode_task_log(page, 8);
    REQUIRE(log.ok());
    CHECK(log->lines == std::vector<std::string>{text});
    CHECK(log->total == 9);
  }
}

TEST_CASE("decode: a log that vanished while it was read has nothing more to say") {
  const Json pseudo{{"data", Json::array({Json{{"n", 1}, {"t", "no content"}}})}, {"total", 1}};
  const auto log = decode_task_log(pseudo, 8);
  REQUIRE(log.ok());
  CHECK(log->lines.empty());
  CHECK(log->total <= 8);
}

}  // namespace pmx::proxmox
