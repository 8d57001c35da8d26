// The guest agent of VMs: refusals as PVE makes them, and what an agent of an installed system
// answers.
#include "sim/guest_config.h"
#include "sim/qemu_api.h"
#include "sim/statistics.h"

namespace pmx::sim {
namespace {

constexpr std::chrono::milliseconds kPing{3000};  ///< until silence is an answer

bool agent_enabled(const GuestState& guest) {
  const Drive value = parse_drive(guest.value("agent"));
  return value.file == "1" || value.option("enabled") == "1";
}

Refused refuse_agent(const Call& call, const GuestState* guest) {
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  if (!guest->config.contains("agent")) return failure(500, "No QEMU guest agent configured");
  if (!is_running(*guest)) return failure(500, "VM " + call.text("vmid") + " is not running");
  if (agent_enabled(*guest) && guest->has_system && guest->power == Power::kRunning)
    return std::nullopt;
  Answer silent = failure(500, "QEMU guest agent is not running");
  silent.delay = kPing;
  return silent;
}

/// "10.1.2.3/24" of an ipconfig's `key`; empty when there is none, or DHCP.
std::string address_of(const GuestState& guest, const std::string& number, const char* key) {
  const std::string address = parse_drive(guest.value("ipconfig" + number)).option(key);
  return address.find('/') == std::string::npos ? "" : address;
}

Json address_row(const std::string& address, const char* type) {
  const auto slash = address.find('/');
  return {{"ip-address", address.substr(0, slash)},
          {"ip-address-type", type},
          {"prefix", std::atoi(address.c_str() + slash + 1)}};
}

Json counters(std::int64_t received, std::int64_t sent) {
  return {
      {"rx-bytes", received}, {"rx-packets", received / 700}, {"rx-errs", 0}, {"rx-dropped", 0},
      {"tx-bytes", sent},     {"tx-packets", sent / 700},     {"tx-errs", 0}, {"tx-dropped", 0}};
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

bool is_windows(const GuestState& guest) { return guest.value("ostype").starts_with("w"); }

Json interfaces(const Call& call, const GuestState& guest) {
  const auto load = guest_load(call.state.inventory, guest, guest_traits(guest), call.now / 1000);
  Json out = Json::array();
  if (!is_windows(guest))
    out.push_back(
        {{"name", "lo"},
         {"hardware-address", "00:00:00:00:00:00"},
         {"ip-addresses", {address_row("127.0.0.1/8", "ipv4"), address_row("::1/128", "ipv6")}},
         {"statistics", counters(91234, 91234)}});
  for (const auto& [key, value] : guest.config) {
    if (!is_numbered(key, "net")) continue;
    const std::string number = key.substr(3);
    Json addresses = Json::array();
    if (auto ip = address_of(guest, number, "ip"); !ip.empty())
      addresses.push_back(address_row(ip, "ipv4"));
    if (auto ip = address_of(guest, number, "ip6"); !ip.empty())
      addresses.push_back(address_row(ip, "ipv6"));
    out.push_back({{"name", (is_windows(guest) ? "Ethernet" : "eth") + number},
                   {"hardware-address", lower(parse_net(value).mac)},
                   {"ip-addresses", addresses},
                   {"statistics", counters(load.netin, load.netout)}});
  }
  return out;
}

Json system_info(const GuestState& guest) {
  if (is_windows(guest))
    return {{"id", "mswindows"},
            {"name", "Microsoft Windows"},
            {"pretty-name", "Windows Server 2022 Standard"},
            {"version", "Microsoft Windows Server 2022"},
            {"version-id", "2022"},
            {"machine", "x86_64"},
            {"kernel-release", "20348"},
            {"kernel-version", "10.0"},
            {"variant", "server"},
            {"variant-id", "server"}};
  return {{"id", "debian"},
          {"name", "Debian GNU/Linux"},
          {"pretty-name", "Debian GNU/Linux 13 (trixie)"},
          {"version", "13 (trixie)"},
          {"version-id", "13"},
          {"machine", "x86_64"},
          {"kernel-release", "6.12.57+deb13-amd64"},
          {"kernel-version", "#1 SMP PREEMPT_DYNAMIC Debian 6.12.57-1 (2025-11-05)"}};
}

Json file_systems(const GuestState& guest) {
  const std::int64_t size = guest_traits(guest).disk;
  const bool windows = is_windows(guest);
  return Json::array(
      {{{"name", windows ? "C:" : "sda1"},
        {"mountpoint", windows ? "C:\\" : "/"},
        {"type", windows ? "NTFS" : "ext4"},
        {"total-bytes", size - size / 20},
        {"used-bytes", size / 3},
        {"disk",
         {{{"bus", 0},
           {"bus-type", "scsi"},
           {"dev", windows ? "\\\\.\\PhysicalDrive0" : "/dev/sda1"},
           {"target", 0},
           {"unit", 0},
           {"serial", "drive-scsi0"},
           {"pci-controller", {{"bus", 9}, {"domain", 0}, {"function", 0}, {"slot", 1}}}}}}}});
}

Json processors(const GuestState& guest) {
  Json out = Json::array();
  for (int i = 0; i < guest_traits(guest).cores; ++i)
    out.push_back({{"logical-id", i}, {"online", true}, {"can-offline", i != 0}});
  return out;
}

Json memory_blocks(const GuestState& guest) {
  constexpr std::int64_t kBlock = 134217728;
  Json out = Json::array();
  for (std::int64_t i = 0; i < guest_traits(guest).memory / kBlock; ++i)
    out.push_back({{"phys-index", i}, {"online", true}, {"can-offline", true}});
  return out;
}

Json agent_info() {
  Json commands = Json::array();
  for (const char* name : {"guest-get-osinfo",
                           "guest-get-timezone",
                           "guest-get-users",
                           "guest-get-host-name",
                           "guest-exec",
                           "guest-exec-status",
                           "guest-get-memory-block-info",
                           "guest-get-memory-blocks",
                           "guest-set-user-password",
                           "guest-get-fsinfo",
                           "guest-get-vcpus",
                           "guest-network-get-interfaces",
                           "guest-suspend-disk",
                           "guest-suspend-ram",
                           "guest-fstrim",
                           "guest-fsfreeze-thaw",
                           "guest-fsfreeze-freeze",
                           "guest-fsfreeze-status",
                           "guest-file-read",
                           "guest-file-write",
                           "guest-file-open",
                           "guest-file-close",
                           "guest-shutdown",
                           "guest-info",
                           "guest-set-time",
                           "guest-get-time",
                           "guest-ping",
                           "guest-sync"})
    commands.push_back({{"name", name}, {"enabled", true}, {"success-response", true}});
  return {{"version", "10.0.3"}, {"supported_commands", commands}};
}

/// What the agent answers to a command without parameters; null when it has no such command.
Json reply(const Call& call, const GuestState& guest, const std::string& command) {
  if (command == "network-get-interfaces") return interfaces(call, guest);
  if (command == "get-osinfo") return system_info(guest);
  if (command == "get-fsinfo") return file_systems(guest);
  if (command == "get-vcpus") return processors(guest);
  if (command == "get-memory-blocks") return memory_blocks(guest);
  if (command == "get-memory-block-info") return {{"size", 134217728}};
  if (command == "get-host-name") return {{"host-name", guest_traits(guest).name}};
  if (command == "get-time") return call.now * 1'000'000;
  if (command == "get-timezone") return {{"zone", "UTC"}, {"offset", 0}};
  if (command == "get-users") return Json::array();
  if (command == "info") return agent_info();
  if (command == "fsfreeze-status") return "thawed";
  if (command == "fsfreeze-freeze" || command == "fsfreeze-thaw") return 1;
  if (command == "fstrim")
    return {{"paths", Json::array({{{"path", "/"}, {"minimum", 0}, {"trimmed", 1'073'741'824}}})}};
  return Json::object();
}

Answer run(const Call& call, const std::string& command) {
  GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (auto refused = refuse_agent(call, guest)) return *refused;
  Json result = reply(call, *guest, command);
  if (command == "shutdown") halt_guest(*guest, Task{});
  return ok({{"result", std::move(result)}});
}

/// "get-osinfo" of the path that was called.
Answer by_path(const Call& call) {
  const std::string path(string_member(call.facts, "path"));
  return run(call, path.substr(path.rfind('/') + 1));
}

Answer by_command(const Call& call) { return run(call, call.text("command")); }

Answer exec(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (auto refused = refuse_agent(call, guest)) return *refused;
  return ok({{"pid", 1200 + call.state.made++}});
}

Answer exec_status(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (auto refused = refuse_agent(call, guest)) return *refused;
  const std::int64_t pid = call.number("pid", 0);
  if (pid < 1200 || pid >= 1200 + static_cast<std::int64_t>(call.state.made))
    return failure(500, "Agent error: PID " + std::to_string(pid) + " does not exist");
  return ok({{"exited", 1}, {"exitcode", 0}});
}

std::string file_key(const Call& call) { return call.text("vmid") + ":" + call.text("file"); }

Answer file_read(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (auto refused = refuse_agent(call, guest)) return *refused;
  const auto found = call.state.guest_files.find(file_key(call));
  if (found == call.state.guest_files.end())
    return failure(500, "Agent error: failed to open file '" + call.text("file") +
                            "' (mode: 'r'): No such file or directory");
  return ok({{"content", found->second}, {"bytes-read", found->second.size()}});
}

Answer file_write(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (auto refused = refuse_agent(call, guest)) return *refused;
  call.state.guest_files[file_key(call)] = call.text("content");
  return ok(nullptr);
}

Answer set_password(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (auto refused = refuse_agent(call, guest)) return *refused;
  return ok({{"result", Json::object()}});
}

}  // namespace

void add_qemu_agent_handlers(Handlers& handlers) {
  const std::string path = "/nodes/{node}/qemu/{vmid}/agent";
  for (const char* name :
       {"get-fsinfo", "get-host-name", "get-memory-block-info", "get-memory-blocks", "get-osinfo",
        "get-time", "get-timezone", "get-users", "get-vcpus", "info", "network-get-interfaces"})
    handlers["GET " + path + "/" + name] = by_path;
  for (const char* name : {"fsfreeze-freeze", "fsfreeze-status", "fsfreeze-thaw", "fstrim", "ping",
                           "shutdown", "suspend-disk", "suspend-hybrid", "suspend-ram"})
    handlers["POST " + path + "/" + name] = by_path;
  handlers["POST " + path] = by_command;
  handlers["POST " + path + "/exec"] = exec;
  handlers["GET " + path + "/exec-status"] = exec_status;
  handlers["GET " + path + "/file-read"] = file_read;
  handlers["POST " + path + "/file-write"] = file_write;
  handlers["POST " + path + "/set-user-password"] = set_password;
}

}  // namespace pmx::sim
