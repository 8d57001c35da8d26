// /nodes: the nodes themselves, their storages and networks. Cluster has resolved {node} before.
#include <array>
#include <cstdio>

#include "sim/call.h"
#include "sim/resource_rows.h"

namespace pmx::sim {
namespace {

const NodeState& node_of(const Call& call) {
  return call.state.inventory.nodes[call.state.inventory.node_index(call.text("node")).value_or(0)];
}

Answer nodes(const Call& call) {
  Json out = Json::array();
  for (const auto& node : call.state.inventory.nodes) {
    Json row = node_resource(call.state.inventory, node, call.now / 1000);
    row.erase("cgroup-mode");
    row["ssl_fingerprint"] = node.fingerprint;
    if (!call.may("/nodes/" + node.name, "Sys.Audit"))
      row = {{"id", "node/" + node.name},
             {"node", node.name},
             {"status", row["status"]},
             {"type", "node"},
             {"level", ""},
             {"ssl_fingerprint", node.fingerprint}};
    out.push_back(std::move(row));
  }
  return ok(out);
}

std::string fixed(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", value);
  return text.data();
}

Json cpu_info(const NodeState& node) {
  return {{"cpus", node.cpus}, {"cores", node.cpus / 2},
          {"sockets", 1},      {"model", "AMD EPYC 9354P 32-Core Processor"},
          {"mhz", "3250.000"}, {"hvm", "1"},
          {"user_hz", 100},    {"flags", "fpu vme de pse tsc msr pae mce cx8 apic sep svm"}};
}

Answer node_status(const Call& call) {
  const NodeState& node = node_of(call);
  const NodeLoad load = node_load(call.state.inventory, node, call.now / 1000);
  const double busy = load.cpu * node.cpus;
  Json out{{"pveversion", call.is_9() ? "pve-manager/9.2.11/14a22df35955d97d"
                                      : "pve-manager/8.4.21/2606ac850d46da29"},
           {"kversion", "Linux 6.17.4-1-pve #1 SMP PREEMPT_DYNAMIC PMX 6.17.4-1"},
           {"current-kernel",
            {{"sysname", "Linux"},
             {"machine", "x86_64"},
             {"release", "6.17.4-1-pve"},
             {"version", "#1 SMP PREEMPT_DYNAMIC PMX 6.17.4-1"}}},
           {"boot-info", {{"mode", "efi"}, {"secureboot", 0}}},
           {"uptime", load.uptime},
           {"cpu", load.cpu},
           {"wait", load.cpu / 50},
           {"idle", 0},
           {"loadavg", {fixed(busy), fixed(busy * 0.94), fixed(busy * 0.91)}},
           {"cpuinfo", cpu_info(node)},
           {"memory",
            {{"total", node.maxmem},
             {"used", load.mem},
             {"free", node.maxmem - load.mem},
             {"available", node.maxmem - load.mem}}},
           {"swap", {{"total", 8589934592}, {"used", 0}, {"free", 8589934592}}},
           {"rootfs",
            {{"total", node.maxdisk},
             {"used", load.disk},
             {"avail", node.maxdisk - load.disk},
             {"free", node.maxdisk - load.disk}}},
           {"ksm", {{"shared", 0}}}};
  if (call.is_9()) {
    out["cpuinfo"]["family"] = "25";
    out["cpuinfo"]["vendor"] = "AuthenticAMD";
  } else {
    out["memory"].erase("available");
  }
  if (call.state.scenario == Scenario::kLab) out["boot-info"] = {{"mode", "legacy-bios"}};
  return ok(std::move(out));
}

/// Each command as its own call would be answered; one that fails does not stop the others.
Answer execute(const Call& call) {
  Json out = Json::array();
  const Json commands = parse_json(call.text("commands")).value_or(Json::array());
  for (const Json& command : commands) {
    const Json* args = find_member(command, "args");
    const Answer answer = (*call.nested)(
        std::string(string_member(command, "method")),
        "/nodes/" + call.text("node") + "/" + std::string(string_member(command, "path")),
        args == nullptr ? Json::object() : *args);
    Json row{{"status", answer.status}};
    if (answer.status == 200) {
      row["data"] = answer.data;
    } else {
      row["message"] = answer.message + "\n";
      if (!answer.errors.is_null()) row["errors"] = answer.errors;
    }
    out.push_back(std::move(row));
  }
  return ok(std::move(out));
}

/// What every machine of this kind has in its slots; memory, bridges and processors are left out.
Answer pci_devices(const Call&) {
  const auto device = [](const char* id, const char* kind, const char* vendor, const char* maker,
                         const char* model, const char* name, int group) {
    return Json{{"id", id},
                {"class", kind},
                {"vendor", vendor},
                {"vendor_name", maker},
                {"device", model},
                {"device_name", name},
                {"subsystem_vendor", vendor},
                {"subsystem_vendor_name", maker},
                {"subsystem_device", model},
                {"iommugroup", group}};
  };
  return ok(Json::array({device("0000:01:00.0", "0x010802", "0x144d", "Samsung Electronics Co Ltd",
                                "0xa80a", "NVMe SSD Controller PM9A1/PM9A3/980PRO", 14),
                         device("0000:41:00.0", "0x020000", "0x8086", "Intel Corporation", "0x1563",
                                "Ethernet Controller X550", 31),
                         device("0000:62:00.0", "0x030000", "0x1a03", "ASPEED Technology, Inc.",
                                "0x2000", "ASPEED Graphics Family", 40)}));
}

}  // namespace

void add_node_handlers(Handlers& handlers) {
  handlers["GET /nodes"] = nodes;
  handlers["GET /nodes/{node}/status"] = node_status;
  handlers["POST /nodes/{node}/execute"] = execute;
  handlers["GET /nodes/{node}/hardware/pci"] = pci_devices;
}

}  // namespace pmx::sim
