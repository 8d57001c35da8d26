// Commands for the operator's own terminal: these show real names.
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <sstream>

#include "app/cluster_connection.h"
#include "app/commands.h"
#include "app/console.h"
#include "app/installation.h"
#include "app/privacy_rules.h"
#include "base/files.h"
#include "ops/doctor.h"

namespace pmx::app {
namespace {

constexpr const char* kAuditor = "PVEAuditor";

/// The privileges the tools at `access` need somewhere.
std::vector<ops::PrivilegeNeed> privilege_needs(Access access) {
  std::vector<ops::PrivilegeNeed> needs{
      {"VM.Audit", {"guest_list", "guest_describe", "cluster_overview", "changes_list"}, kAuditor},
      {"Sys.Audit", {"cluster_overview", "task_get"}, kAuditor},
      {"Datastore.Audit", {"cluster_overview"}, kAuditor},
      {"Pool.Audit", {"guest_list"}, kAuditor},
  };
  if (access >= Access::kOperate) needs.push_back({"VM.PowerMgmt", {"guest_start"}, "McpPower"});
  return needs;
}

const char* grade_name(ops::Finding::Grade grade) {
  switch (grade) {
    case ops::Finding::Grade::kOk: return "ok";
    case ops::Finding::Grade::kWarning: return "warning";
    case ops::Finding::Grade::kFailure: return "failure";
  }
  return "?";
}

Json findings_json(const std::vector<ops::Finding>& findings) {
  Json rows = Json::array();
  for (const auto& finding : findings) {
    rows.push_back(Json{
        {"grade", grade_name(finding.grade)}, {"what", finding.what}, {"advice", finding.advice}});
  }
  return rows;
}

std::string findings_text(const std::vector<ops::Finding>& findings) {
  std::string text;
  for (const auto& finding : findings) {
    std::string grade = grade_name(finding.grade);
    grade.resize(9, ' ');
    text += "  " + grade + finding.what + "\n";
    std::istringstream lines(finding.advice);
    for (std::string line; std::getline(lines, line);) text += "           -> " + line + "\n";
  }
  return text;
}

/// What is odd about the configuration itself.
std::vector<ops::Finding> configuration_findings(const Config& config) {
  std::vector<ops::Finding> findings;
  for (const auto& warning : config.warnings) {
    findings.push_back({ops::Finding::Grade::kWarning, "configuration: " + warning, ""});
  }
  return findings;
}

std::string mode_text(const PrivacyConfig& privacy) {
  return privacy.mode == PrivacyMode::kSession ? "last as long as the server process (session)"
                                               : "last until they are rotated (installation)";
}

/// How long pseudonyms last, and whether the key is where it is said to be.
Result<std::vector<ops::Finding>> privacy_findings(const Config& config,
                                                   Installation& installation) {
  using Grade = ops::Finding::Grade;
  std::vector<ops::Finding> findings{
      {Grade::kOk, "privacy: pseudonyms " + mode_text(config.privacy), ""}};
  PMX_TRY(const auto rotation, installation.rotation());
  if (config.privacy.mode == PrivacyMode::kInstallation && rotation.epoch > 0) {
    findings.back().what += "; rotated at " + format_time(rotation.began) +
                            ", earlier ones are accepted until " +
                            format_time(rotation.earlier_until);
  }
  const std::string key = config.state_dir + "/key";
  if (config.privacy.key.given() && file_exists(key)) {
    findings.push_back({Grade::kWarning,
                        "privacy: the key comes from elsewhere, but " + key + " still holds one",
                        "remove it when the other one is backed up: rm " + key});
  }
  return findings;
}

bool has_tls(const ClusterConfig& cluster) { return !cluster.url.starts_with("http://"); }

std::string trust_text(const ClusterConfig& cluster) {
  if (!has_tls(cluster)) return "without TLS";
  if (!cluster.fingerprint.empty()) return "certificate trusted by pinned fingerprint";
  if (!cluster.ca_file.empty()) return "certificate trusted by CA file " + cluster.ca_file;
  return "certificate trusted by the system's CAs";
}

bool any_failure(const std::vector<ops::Finding>& findings) {
  for (const auto& finding : findings) {
    if (finding.grade == ops::Finding::Grade::kFailure) return true;
  }
  return false;
}

}  // namespace

Result<int> config_check_command(const CommandLine& line) {
  PMX_TRY(const Config config, load_config_with_clusters(line));
  std::string text = "The configuration is valid.\n";
  text += "  clusters from   " + config.source + "\n";
  for (const auto& [name, cluster] : config.clusters) {
    const auto* token = std::get_if<proxmox::ApiToken>(&cluster.credentials);
    const std::string who = token != nullptr
                                ? "token " + token->id
                                : "user " + std::get<proxmox::Login>(cluster.credentials).user;
    text += "  " + name + ": " + cluster.url + ", " + who + ", " + trust_text(cluster) + "\n";
    for (const auto& other : cluster.endpoints) text += "    or " + other.url + "\n";
  }
  text += "  access          " + std::string(access_name(config.access)) + "\n";
  text += "  privacy         " + describe_policy(config.privacy.policy.get()) + "\n";
  text += "  pseudonyms      " + mode_text(config.privacy) + "\n";
  text += "  state directory " + config.state_dir + "\n";
  for (const auto& warning : config.warnings) text += "  warning         " + warning + "\n";
  print(text + "`proxmox-mpc doctor` tries it out.\n");
  return 0;
}

Result<int> doctor_command(const CommandLine& line) {
  PMX_TRY(const Config config, load_config_with_clusters(line));
  PMX_TRY(const auto installation, Installation::open(config, system_clock()));
  auto common = configuration_findings(config);
  PMX_TRY(auto privacy, privacy_findings(config, *installation));
  std::ranges::move(privacy, std::back_inserter(common));
  bool failed = any_failure(common);
  Json clusters = Json::object();
  std::string text = "installation (" + config.state_dir + ")\n" + findings_text(common);
  for (const auto& cluster : installation->clusters().all()) {
    Context ctx;
    ctx.deadline = system_clock().steady() + std::chrono::seconds(30);
    const ClusterConfig& configured = config.clusters.find(cluster->name())->second;
    auto findings = ops::examine(ctx, cluster->client(), configured.credentials,
                                 privilege_needs(config.access), has_tls(configured));
    std::ranges::move(ops::examine_endpoints(ctx, connection_of(configured)),
                      std::back_inserter(findings));
    failed = failed || any_failure(findings);
    clusters[cluster->name()] = findings_json(findings);
    text += cluster->name() + " (" + configured.url + ")\n" + findings_text(findings);
  }
  const Json report{{"installation", findings_json(common)}, {"clusters", std::move(clusters)}};
  print(line.json ? pretty_json(report) + "\n" : text);
  return failed ? 1 : 0;
}

namespace {

/// Each line when it is complete, and what stands behind the last one, until the input ends or
/// SIGINT comes.
Result<int> watch(anonymize::Engine& engine) {
  LineReader input;
  while (true) {
    PMX_TRY(const auto line, input.next());
    if (!line) return 0;
    PMX_TRY(const std::string real, engine.reveal(*line));
    print(real);
    PMX_TRY_VOID(finish_output());
  }
}

/// What was written down is in the installation's map, whatever a server may do now.
Result<std::unique_ptr<Installation>> open_map(Config config) {
  config.privacy.mode = PrivacyMode::kInstallation;
  return Installation::open(config, system_clock());
}

}  // namespace

Result<int> reveal_command(const CommandLine& line) {
  if (line.watch) {
    PMX_TRY(const Config config, load_local_config(line.overrides, process_environment()));
    PMX_TRY(const auto installation, open_map(config));
    return watch(installation->engine());
  }
  std::string text;
  for (const auto& word : line.text) text += (text.empty() ? "" : " ") + word;
  if (line.text.empty()) {
    PMX_TRY(text, read_standard_input());
  } else {
    text += "\n";
  }
  PMX_TRY(const Config config, load_local_config(line.overrides, process_environment()));
  PMX_TRY(const auto installation, open_map(config));
  PMX_TRY(const std::string real, installation->engine().reveal(text));
  print(real);
  if (real != text) return 0;
  std::fprintf(stderr,
               "proxmox-mpc: no pseudonym in this text is known in %s\n"
               "  another --state-dir may know it; those of serve --demo are gone when it ends\n",
               config.state_dir.c_str());
  return 1;
}

}  // namespace pmx::app
