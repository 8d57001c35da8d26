// /nodes/{node}: packages, CPU and machine types, disks, certificates, logs and the report.
#include <array>

#include "sim/call.h"

namespace pmx::sim {
namespace {

const NodeState& node_of(const Call& call) {
  return call.state.inventory.nodes[call.state.inventory.node_index(call.text("node")).value_or(0)];
}

struct Package {
  std::string_view name;
  std::string_view version8;
  std::string_view version9;
  std::string_view title;
};
constexpr std::array<Package, 8> kPackages{{
    {"pve-manager", "8.4.21", "9.2.11", "Proxmox Virtual Environment Management Tools"},
    {"qemu-server", "8.4.7", "9.1.9", "Qemu Server Tools"},
    {"libpve-storage-perl", "8.3.9", "9.1.3", "Proxmox VE storage management library"},
    {"pve-container", "5.3.4", "6.1.5", "Proxmox VE Container management tool"},
    {"pve-qemu-kvm", "9.2.0-8", "10.1.2-3", "Full virtualization on x86 hardware"},
    {"corosync", "3.1.9-pve1", "3.1.9-pve2", "cluster engine daemon and utilities"},
    {"lvm2", "2.03.16-2", "2.03.31-2", "Linux Logical Volume Manager"},
    {"pve-firewall", "5.1.2", "6.0.4", "Proxmox VE Firewall"},
}};

Json package_row(const Call& call, const Package& package) {
  const auto version = call.is_9() ? package.version9 : package.version8;
  return {{"Package", package.name}, {"Version", version},           {"OldVersion", version},
          {"Title", package.title},  {"Description", package.title}, {"Arch", "amd64"},
          {"Origin", "Proxmox"},     {"Priority", "optional"},       {"Section", "admin"}};
}

Answer versions(const Call& call) {
  Json out = Json::array();
  for (const Package& one : kPackages) {
    Json row = package_row(call, one);
    row["CurrentState"] = "Installed";
    out.push_back(std::move(row));
  }
  return ok(out);
}

/// One update waits: the firewall's next patch release.
Answer updates(const Call& call) {
  Json row = package_row(call, kPackages.back());
  row["Version"] = std::string(string_member(row, "Version")) + "-1";
  return ok(Json::array({std::move(row)}));
}

Answer cpu_models(const Call& call) {
  static constexpr std::array<std::pair<const char*, const char*>, 12> kModels{
      {{"host", "default"},
       {"kvm64", "default"},
       {"qemu64", "default"},
       {"max", "default"},
       {"x86-64-v2-AES", "default"},
       {"x86-64-v3", "default"},
       {"x86-64-v4", "default"},
       {"EPYC-Milan", "AuthenticAMD"},
       {"EPYC-Genoa", "AuthenticAMD"},
       {"SapphireRapids", "GenuineIntel"},
       {"Icelake-Server", "GenuineIntel"},
       {"Skylake-Server", "GenuineIntel"}}};
  Json out = Json::array();
  for (const auto& [name, vendor] : kModels) {
    Json row{{"name", name}, {"vendor", vendor}, {"custom", 0}};
    if (call.is_9() && std::string_view(name).starts_with("x86-64-v")) row["abstract"] = 1;
    out.push_back(std::move(row));
  }
  return ok(out);
}

Answer cpu_flags(const Call&) {
  return ok(Json::array({{{"name", "aes"},
                          {"description", "Activate AES instruction set for HW acceleration."},
                          {"supported-on", Json::array()}},
                         {{"name", "nested-virt"},
                          {"description", "Controls nested virtualization."},
                          {"supported-on", Json::array()}}}));
}

Answer machines(const Call& call) {
  Json out = Json::array();
  for (const char* version : call.is_9() ? std::array{"10.1", "10.0"} : std::array{"9.2", "9.0"})
    for (const char* type : {"i440fx", "q35"})
      out.push_back({{"id", "pc-" + std::string(type) + "-" + version},
                     {"type", type},
                     {"version", version}});
  return ok(out);
}

Answer migration(const Call&) { return ok({{"has-dbus-vmstate", true}}); }

Answer volume_groups(const Call&) { return ok({{"leaf", 0}, {"children", Json::array()}}); }

Answer disks(const Call& call) {
  Json out = Json::array();
  if (call.state.scenario == Scenario::kLab) return ok(out);
  for (int i = 0; i < 2; ++i)
    out.push_back({{"devpath", "/dev/nvme" + std::to_string(i) + "n1"},
                   {"type", "nvme"},
                   {"size", 960197124096},
                   {"model", "SAMSUNG MZQL2960HCJR-00A07"},
                   {"vendor", "unknown"},
                   {"health", "PASSED"},
                   {"wearout", 98},
                   {"rpm", 0},
                   {"gpt", i == 0 ? 1 : 0},
                   {"used", i == 0 ? "BIOS boot" : "LVM"},
                   {"osdid", -1},
                   {"by_id_link", "/dev/disk/by-id/nvme-disk-" + std::to_string(i)}});
  return ok(out);
}

Answer pools(const Call&) { return ok(Json::array()); }

Answer no_pool(const Call& call) {
  return failure(500, "command 'zpool status -P " + call.text("name") + "' failed: exit code 1");
}

Answer no_device(const Call& call) {
  const std::string device = call.has("disk") ? call.text("disk") : call.text("device");
  if (call.state.scenario == Scenario::kGenerated && device.starts_with("/dev/nvme"))
    return call.text("disk") == device ? ok({{"health", "PASSED"}, {"type", "text"}, {"text", ""}})
                                       : failure(500, "device '" + device + "' is already in use");
  return failure(500, "not a valid block device");
}

Answer remove_group(const Call& call) {
  TaskPlan plan;
  plan.type = "lvmremove";
  plan.id = call.text("name");
  plan.exit = "no such volume group '" + plan.id + "'";
  return ok(call.state.tasks.fork(node_of(call), call.caller, std::move(plan), call.now));
}

Answer scan_thin_pools(const Call& call) {
  const std::string group = call.text("vg");
  if (group == "pve" && call.state.scenario == Scenario::kGenerated)
    return ok(Json::array({{{"lv", "data"}}}));
  return failure(
      500,
      "command '/sbin/lvs --separator : --noheadings --units b --unbuffered --nosuffix --config "
      "'report/time_format=\"%s\"' --options "
      "vg_name,lv_name,lv_size,lv_attr,pool_lv,data_percent,metadata_percent,snap_percent,uuid,"
      "tags,"
      "metadata_size,time " +
          group + "' failed: exit code 5");
}

Answer syslog(const Call& call) {
  Json lines = Json::array();
  for (const Task& task : call.state.tasks.all())
    if (call.state.scenario == Scenario::kGenerated && task.node == call.text("node"))
      lines.push_back(
          {{"n", lines.size() + 1},
           {"t", task.node + " pvedaemon[1100]: <" + task.user + "> starting task " + task.upid}});
  for (const LogLine& line : call.state.incidents.log.lines())
    if (line.node == call.text("node") && line.at <= call.now)
      lines.push_back({{"n", lines.size() + 1}, {"t", log_text(line, node_of(call).clock_offset)}});
  if (lines.empty()) lines.push_back({{"n", 1}, {"t", "-- No entries --"}});
  const auto total = static_cast<std::int64_t>(lines.size());
  const std::int64_t start = call.number("start", 0);
  Json page = Json::array();
  for (std::int64_t i = start; i < std::min(total, start + call.number("limit", 50)); ++i)
    page.push_back(lines[static_cast<std::size_t>(i)]);
  Answer answer = ok(std::move(page));
  answer.total = total;
  return answer;
}

Answer report(const Call& call) {
  const NodeState& node = node_of(call);
  return ok("\n==== general system info ====\n\n# hostname\n" + node.name +
            "\n\n# pveversion --verbose\nproxmox-ve: " + (call.is_9() ? "9.2.0" : "8.4.0") + "\n");
}

/// Of the certificate that is shown; without a server one is made up.
std::string own_fingerprint(const Inventory& inventory, const NodeState& node) {
  if (!node.shown_fingerprint.empty()) return node.shown_fingerprint;
  Dice dice(inventory.seed(), node.name);
  return made_fingerprint(dice);
}

Answer certificates(const Call& call) {
  const NodeState& node = node_of(call);
  const std::string issuer =
      "/CN=Proxmox Virtual Environment/OU=PVE Cluster/O=PVE Cluster Manager CA";
  const Json row{{"filename", "pve-ssl.pem"},
                 {"fingerprint", node.fingerprint},
                 {"subject", "/OU=PVE Cluster Node/O=Proxmox Virtual Environment/CN=" + node.name},
                 {"issuer", issuer},
                 {"notbefore", node.booted - 86400},
                 {"notafter", node.booted + 2 * 365 * 86400},
                 {"public-key-type", "rsaEncryption"},
                 {"public-key-bits", 2048},
                 {"san", {"127.0.0.1", "localhost", node.ip, node.name}},
                 {"pem", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"}};
  Json out = Json::array({row});
  if (node.certificate_end != 0) {
    Json own = row;
    own["filename"] = "pveproxy-ssl.pem";
    own["fingerprint"] = own_fingerprint(call.state.inventory, node);
    own["subject"] = "/CN=" + node.name;
    own["issuer"] = "/C=US/O=Let's Encrypt/CN=R11";
    own["notbefore"] = node.certificate_end - 90 * 86400;
    own["notafter"] = node.certificate_end;
    out.push_back(std::move(own));
  }
  return ok(out);
}

Answer download_template(const Call&) { return bad_parameters({{"template", "no such template"}}); }

}  // namespace

void add_node_system_handlers(Handlers& handlers) {
  handlers["GET /nodes/{node}/apt/versions"] = versions;
  handlers["GET /nodes/{node}/apt/update"] = updates;
  handlers["GET /nodes/{node}/capabilities/qemu/cpu"] = cpu_models;
  handlers["GET /nodes/{node}/capabilities/qemu/cpu-flags"] = cpu_flags;
  handlers["GET /nodes/{node}/capabilities/qemu/machines"] = machines;
  handlers["GET /nodes/{node}/capabilities/qemu/migration"] = migration;
  handlers["GET /nodes/{node}/disks/list"] = disks;
  handlers["GET /nodes/{node}/disks/lvm"] = volume_groups;
  handlers["GET /nodes/{node}/disks/zfs"] = pools;
  handlers["GET /nodes/{node}/disks/zfs/{name}"] = no_pool;
  handlers["GET /nodes/{node}/disks/smart"] = no_device;
  handlers["POST /nodes/{node}/disks/initgpt"] = no_device;
  handlers["POST /nodes/{node}/disks/lvm"] = no_device;
  handlers["DELETE /nodes/{node}/disks/lvm/{name}"] = remove_group;
  handlers["GET /nodes/{node}/scan/lvmthin"] = scan_thin_pools;
  handlers["GET /nodes/{node}/syslog"] = syslog;
  handlers["GET /nodes/{node}/report"] = report;
  handlers["GET /nodes/{node}/certificates/info"] = certificates;
  handlers["POST /nodes/{node}/aplinfo"] = download_template;
}

}  // namespace pmx::sim
