// Keys and the monitor of VMs; consoles of VMs, containers and nodes.
#include <algorithm>
#include <array>
#include <cstdio>

#include "base/crypto.h"
#include "sim/certificate.h"
#include "sim/qemu_api.h"

namespace pmx::sim {
namespace {

constexpr int kFirstPort = 5900;
constexpr std::chrono::milliseconds kDeadTerminal{5900};
constexpr std::int64_t kNobodyCame = 10'000;  ///< milliseconds until a console's proxy gives up

bool is_key(std::string_view key) {
  constexpr std::string_view kNames =
      " ctrl ctrl_r alt alt_r shift shift_r delete insert home end pgup pgdn up down left right "
      "ret "
      "spc tab esc backspace caps_lock num_lock scroll_lock print sysrq pause menu meta_l meta_r "
      "minus equal comma dot slash semicolon apostrophe grave_accent backslash bracket_left "
      "bracket_right asterisk less compose ";
  if (key.size() == 1)
    return std::string_view("abcdefghijklmnopqrstuvwxyz0123456789").find(key) !=
           std::string_view::npos;
  if (is_numbered(key, "f")) return key.size() <= 3;
  return kNames.find(" " + std::string(key) + " ") != std::string_view::npos;
}

bool are_keys(std::string text) {
  while (true) {
    const auto dash = text.find('-');
    if (!is_key(text.substr(0, dash))) return false;
    if (dash == std::string::npos) return true;
    text.erase(0, dash + 1);
  }
}

Answer sendkey(const Call& call) {
  if (auto refused = refuse_skiplock(call)) return *refused;
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  if (auto refused = refuse_locked(call, *guest)) return *refused;
  if (!is_running(*guest)) return failure(500, "VM " + call.text("vmid") + " not running");
  if (are_keys(call.text("key"))) return ok(nullptr);
  Answer garbled = failure(400, "Bad Request");  // QEMU's text has a line end that HTTP refuses
  garbled.bare = true;
  return garbled;
}

/// What QEMU's monitor says; lines end as its terminal wants them.
std::string monitor_reply(const Call& call, const GuestState& guest, const std::string& command) {
  if (command == "info status")
    return std::string("VM status: ") + (guest.power == Power::kPaused ? "paused" : "running") +
           "\r\n";
  if (command == "info version") return qemu_of(call.state).version + "\r\n";
  if (command == "info name") return guest.value("name") + "\r\n";
  if (command == "info kvm") return "kvm support: enabled\r\n";
  if (command.starts_with("info ")) return "";
  return "unknown command: '" + command + "'\r\n";
}

Answer monitor(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  const std::string command = call.text("command");
  if (call.is_9() && !call.caller.is_root() && !command.starts_with("info ") && command != "help")
    return failure(500, "command '" + command.substr(0, command.find(' ')) +
                            "' non-existent or not assigned a required permission yet, limiting to "
                            "root user");
  if (!is_running(*guest)) return failure(500, "VM " + call.text("vmid") + " not running");
  return ok(monitor_reply(call, *guest, command));
}

/// A ticket of PVE's form for one console; nobody checks it, as no console is served.
std::string console_ticket(const Call& call, std::string_view kind) {
  const std::string sum = crypto::hex(crypto::sha256(
      std::string(kind) + std::to_string(call.state.made++) + std::to_string(call.now)));
  std::array<char, 16> time{};
  std::snprintf(time.data(), time.size(), "%08llX",
                static_cast<unsigned long long>(call.now / 1000));
  return std::string(kind) + ":" + time.data() + "::" + crypto::base64(sum + sum + sum + sum);
}

const std::string& console_certificate() {
  static const std::string kPem = [] {
    auto made = make_certificate("127.0.0.1");
    return made.ok() ? made->certificate_pem : std::string();
  }();
  return kPem;
}

/// The proxy of a console: a task that ends when nobody comes.
std::string fork_proxy(const Call& call, const char* type) {
  TaskPlan plan = task_plan(type, call.text("vmid"));
  log_line(plan, std::string("starting ") + type + " " + plan.id);
  plan.duration = kNobodyCame;
  plan.exit = "connection timed out";
  const Answer answer = fork_task(call, std::move(plan));
  return answer.data.get<std::string>();
}

Json proxy_answer(const Call& call, const char* type) {
  std::string user = call.caller.full();
  return {{"user", std::move(user)},
          {"ticket", console_ticket(call, "PVEVNC")},
          {"port", std::to_string(kFirstPort + static_cast<int>(call.state.made % 100))},
          {"upid", fork_proxy(call, type)}};
}

Answer vnc_answer(const Call& call, const char* type) {
  Json out = proxy_answer(call, type);
  out["cert"] = console_certificate();
  if (call.flag("websocket") || call.flag("generate-password"))
    out["password"] = out["ticket"].get<std::string>().substr(8, 8);
  return ok(std::move(out));
}

template <GuestKind kind>
Answer vncproxy(const Call& call) {
  if (find_guest(call, kind) == nullptr) return missing_guest(call, kind);
  return vnc_answer(call, "vncproxy");
}

/// Other commands than a login are root's own.
Refused refuse_shell(const Call& call) {
  const bool plain = !call.has("cmd") || call.text("cmd") == "login";
  if (plain || call.caller.is_root()) return std::nullopt;
  return failure(403, "Permission check failed (user != root@pam)");
}

Answer vncshell(const Call& call) {
  if (auto refused = refuse_shell(call)) return *refused;
  return vnc_answer(call, "vncshell");
}

Answer termshell(const Call& call) {
  if (auto refused = refuse_shell(call)) return *refused;
  return ok(proxy_answer(call, "vncshell"));
}

Answer container_terminal(const Call& call) {
  if (find_guest(call, GuestKind::kLxc) == nullptr) return missing_guest(call, GuestKind::kLxc);
  return ok(proxy_answer(call, "vncproxy"));
}

Answer termproxy(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  const std::string vga = guest->value("vga");
  std::string serial = call.text("serial");
  if (serial.empty() && vga.starts_with("serial")) serial = vga.substr(0, vga.find(','));
  if (!serial.empty() && guest->value(serial) != "socket")
    return failure(500, "unable to find a serial interface '" + serial + "'");
  if (serial.empty() || !is_running(*guest)) {
    Answer dead = failure(500, "Timeout while waiting for port '5901' to get ready!");
    dead.delay = kDeadTerminal;
    return dead;
  }
  return ok(proxy_answer(call, "vncproxy"));
}

/// What a viewer of SPICE reads.
Answer spice_answer(const Call& call, const std::string& title) {
  const NodeState& node =
      call.state.inventory.nodes[call.state.inventory.node_index(call.text("node")).value_or(0)];
  return ok({{"type", "spice"},
             {"title", title},
             {"host", "pvespiceproxy:" + console_ticket(call, "6B") + "::61000"},
             {"proxy", "http://" + (call.has("proxy") ? call.text("proxy") : node.ip) + ":3128"},
             {"tls-port", 61000},
             {"password", console_ticket(call, "SPICE").substr(0, 40)},
             {"ca", console_certificate()},
             {"host-subject", "OU=PVE Cluster Node,O=Proxmox Virtual Environment,CN=" + node.name},
             {"delete-this-file", 1},
             {"secure-attention", "Ctrl+Alt+Ins"},
             {"toggle-fullscreen", "Shift+F11"},
             {"release-cursor", "Ctrl+Alt+R"}});
}

Answer spiceproxy(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  const std::string vga = guest->value("vga");
  const bool spice = vga.starts_with("qxl") || vga.starts_with("virtio");
  if (!is_running(*guest) || !spice) return failure(500, "no spice port");
  return spice_answer(
      call, guest->value("name").empty() ? "VM " + call.text("vmid") : guest->value("name"));
}

Answer container_spice(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  if (!is_running(*guest)) return failure(500, "CT " + call.text("vmid") + " not running");
  fork_proxy(call, "spiceproxy");
  return spice_answer(call, "CT " + call.text("vmid"));
}

Answer spice_shell(const Call& call) {
  if (auto refused = refuse_shell(call)) return *refused;
  fork_proxy(call, "spiceshell");
  return spice_answer(call, "Shell on '" + call.text("node") + "'");
}
/// No console is served, so no ticket is one.
Answer websocket(const Call&) {
  Answer refused = failure(401, "permission denied - invalid PVEVNC ticket");
  refused.delay = std::chrono::milliseconds{3000};
  return refused;
}

}  // namespace

void add_qemu_console_handlers(Handlers& handlers) {
  const std::string path = "/nodes/{node}/qemu/{vmid}/";
  handlers["PUT " + path + "sendkey"] = sendkey;
  handlers["POST " + path + "monitor"] = monitor;
  handlers["POST " + path + "vncproxy"] = vncproxy<GuestKind::kQemu>;
  handlers["POST " + path + "termproxy"] = termproxy;
  handlers["POST " + path + "spiceproxy"] = spiceproxy;
  handlers["GET " + path + "vncwebsocket"] = websocket;
  const std::string container = "/nodes/{node}/lxc/{vmid}/";
  handlers["POST " + container + "vncproxy"] = vncproxy<GuestKind::kLxc>;
  handlers["POST " + container + "termproxy"] = container_terminal;
  handlers["POST " + container + "spiceproxy"] = container_spice;
  handlers["GET " + container + "vncwebsocket"] = websocket;
  handlers["POST /nodes/{node}/vncshell"] = vncshell;
  handlers["POST /nodes/{node}/termproxy"] = termshell;
  handlers["POST /nodes/{node}/spiceshell"] = spice_shell;
  handlers["GET /nodes/{node}/vncwebsocket"] = websocket;
}

}  // namespace pmx::sim
