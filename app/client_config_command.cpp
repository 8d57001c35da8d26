// client-config: what to paste into MCP clients, for the demo and for a real cluster.

#include <unistd.h>

#include "app/commands.h"
#include "app/config.h"
#include "app/console.h"
#include "base/files.h"

namespace pmx::app {
namespace {

std::string own_path() {
  char path[4096];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  return length > 0 ? std::string(path, static_cast<std::size_t>(length)) : "proxmox-mpc";
}

Json stdio_server(const std::string& command, const Json& arguments, const Json& environment) {
  Json server{{"command", command}, {"args", arguments}};
  if (!environment.empty()) server["env"] = environment;
  return server;
}

std::string section(const std::string& title, const std::string& body) {
  return "## " + title + "\n" + body + "\n\n";
}

/// The same server in each client's own spelling.
std::string for_clients(const std::string& command, const Json& arguments, const Json& environment,
                        const std::string& options) {
  const Json server = stdio_server(command, arguments, environment);
  Json typed = server;
  typed["type"] = "stdio";
  std::string words;
  for (const auto& word : arguments) words += " " + *word.get_ptr<const std::string*>();
  return section("Claude Desktop (claude_desktop_config.json) and Cursor (~/.cursor/mcp.json)",
                 pretty_json(Json{{"mcpServers", {{"proxmox", server}}}})) +
         section("VS Code (.vscode/mcp.json)",
                 pretty_json(Json{{"servers", {{"proxmox", typed}}}})) +
         section("Claude Code", "claude mcp add proxmox " + options + "-- " + command + words);
}

std::string remote_forms(const std::string& command, const std::string& arguments) {
  const Json over_ssh =
      stdio_server("ssh", Json::array({"-T", "HOST", command + arguments}), Json::object());
  const Json in_wsl =
      stdio_server("wsl.exe", Json::array({"--", "sh", "-c", command + arguments}), Json::object());
  return section("From another desktop, over ssh (the server and its configuration live on HOST)",
                 pretty_json(Json{{"mcpServers", {{"proxmox", over_ssh}}}})) +
         section("From Windows, in WSL", pretty_json(Json{{"mcpServers", {{"proxmox", in_wsl}}}}));
}

std::string for_demo(const std::string& command) {
  return "# The demo: a simulated cluster, nothing to set up\n\n"
         "It keeps nothing: its pseudonyms live in memory, and `proxmox-mpc reveal` cannot know "
         "them.\n\n" +
         for_clients(command, Json::array({"serve", "--demo"}), Json::object(), "") +
         remote_forms(command, " serve --demo");
}

/// With a configuration file, the server needs no environment.
std::string for_own_cluster(const std::string& command, const std::string& file) {
  std::string text =
      "# Your own cluster\n\n"
      "To try it without one: proxmox-mpc client-config --demo\n\n";
  Json environment = Json::object();
  std::string options;
  if (!file.empty()) {
    text += "The server reads " + file + ".\nRead only unless \"access: operate\" stands there.\n";
  } else {
    text +=
        "Read only by default; add \"PROXMOX_MPC_ACCESS\": \"operate\" to allow starting guests.\n"
        "With ~/.config/proxmox-mpc/config.yml in place, leave \"env\" out.\n";
    environment = {{"PROXMOX_MPC_URL", "https://PVE-HOST:8006"},
                   {"PROXMOX_MPC_TOKEN", "USER@REALM!ID=UUID"},
                   {"PROXMOX_MPC_FINGERPRINT", "AB:CD:..."}};
    options =
        "-e PROXMOX_MPC_URL=https://PVE-HOST:8006 -e PROXMOX_MPC_FINGERPRINT=AB:CD:... "
        "-e PROXMOX_MPC_TOKEN='USER@REALM!ID=UUID' ";
  }
  text += "`proxmox-mpc reveal TEXT` translates what the assistant says, in your own terminal.\n\n";
  return text + for_clients(command, Json::array({"serve"}), environment, options) +
         remote_forms(command, " serve");
}

}  // namespace

Result<int> client_config_command(const CommandLine& line) {
  const std::string command = own_path();
  if (line.demo) {
    print(for_demo(command));
  } else {
    const std::string file = default_config_file(process_environment());
    print(for_own_cluster(command, file_exists(file) ? file : ""));
  }
  return 0;
}

}  // namespace pmx::app
