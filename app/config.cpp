#include "app/config.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "app/config_file.h"
#include "app/privacy_rules.h"
#include "base/files.h"
#include "proxmox/endpoint.h"
#include "proxmox/tls.h"
#include "proxmox/totp.h"

extern char** environ;

namespace pmx::app {
namespace {

std::string get(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

/// Empty when neither the variable `xdg` nor a home is known: "/.config" belongs to nobody.
std::string home_path(const Environment& environment, const std::string& xdg,
                      const std::string& fallback, const std::string& rest) {
  const std::string base = get(environment, xdg);
  if (!base.empty()) return base + rest;
  const std::string home = get(environment, "HOME");
  return home.empty() ? home : home + fallback + rest;
}

Error no_home(const std::string& what, const std::string& advice) {
  return Error{Code::kFailedPrecondition,
               what + ": HOME is not set, and the password database names no home for this user",
               advice};
}

/// "~/x" as the shell would read it.
Result<std::string> expand_home(const Environment& environment, std::string path) {
  if (!path.starts_with("~/")) return path;
  const std::string home = get(environment, "HOME");
  if (home.empty()) return no_home("a path begins with ~/", "write the whole path");
  return home + path.substr(1);
}

/// The user's directory in the password database; empty when it has none.
std::string home_of_user() {
  char buffer[16384];
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer, sizeof buffer, &found) != 0) return {};
  return found == nullptr || found->pw_dir == nullptr ? std::string() : found->pw_dir;
}

/// The secret of a cluster that `key` tells the source of; complaints name it.
Result<Secret> secret_of(const ConfigDocument& document, const std::string& pointer,
                         SecretSource source, const Environment& environment) {
  if (source.file) {
    PMX_TRY(source.file, expand_home(environment, *source.file));
  }
  auto secret = resolve_secret(source, environment);
  if (!secret.ok())
    return document.error_at(pointer, secret.error().message, secret.error().advice);
  return Secret(std::move(secret).value());
}

Result<void> add_totp(proxmox::Login& login, const ConfigDocument& document,
                      const std::string& pointer, const SecretSource& source,
                      const Environment& environment) {
  PMX_TRY(const Secret text, secret_of(document, pointer, source, environment));
  auto key = proxmox::parse_totp_key(text.expose());
  if (!key.ok()) return document.error_at(pointer, key.error().message, key.error().advice);
  login.totp_key = std::move(key).value();
  login.totp_text = proxmox::totp_text(text.expose());
  return {};
}

Result<proxmox::Credentials> login_of(const ConfigDocument& document, const std::string& pointer,
                                      const ClusterEntry& entry, const Environment& environment) {
  if (!entry.user) return document.error_at(pointer, "needs a user for its password");
  const std::size_t at = entry.user->rfind('@');
  if (at == std::string::npos || at == 0 || at + 1 == entry.user->size()) {
    return document.error_at(pointer + "/user", "has no realm",
                             "write USER@REALM, for example root@pam or ops@pve");
  }
  proxmox::Login login{*entry.user, {}};
  PMX_TRY(login.password, secret_of(document, pointer + "/password",
                                    entry.password.value_or(SecretSource{}), environment));
  if (entry.totp) {
    PMX_TRY_VOID(add_totp(login, document, pointer + "/totp", *entry.totp, environment));
  }
  if (entry.recovery) {
    PMX_TRY(login.recovery,
            secret_of(document, pointer + "/recovery", *entry.recovery, environment));
  }
  return proxmox::Credentials(std::move(login));
}

Result<proxmox::Credentials> credentials_of(const ConfigDocument& document,
                                            const std::string& pointer, const ClusterEntry& entry,
                                            const Environment& environment) {
  const bool with_token = entry.token.has_value();
  if (with_token == (entry.user.has_value() || entry.password.has_value())) {
    return document.error_at(pointer, "needs either token, or user and password");
  }
  if (!with_token) return login_of(document, pointer, entry, environment);
  if (entry.totp || entry.recovery) {
    return document.error_at(pointer, "has a second factor, which a token never needs",
                             "remove totp and recovery, or log in with user and password");
  }
  PMX_TRY(const Secret text, secret_of(document, pointer + "/token", *entry.token, environment));
  auto token = proxmox::ApiToken::parse(text.expose());
  if (!token.ok())
    return document.error_at(pointer + "/token", token.error().message, token.error().advice);
  return proxmox::Credentials(std::move(token).value());
}

/// The first member of a cluster's configuration that cannot work, by its key; no key when all can.
struct Slip {
  std::string key;
  Error error;
};

Slip find_slip(const std::string& before, const std::string& url, const std::string& fingerprint) {
  const auto endpoint = proxmox::parse_endpoint(url);
  if (!endpoint.ok()) return {before + "url", endpoint.error()};
  if (fingerprint.empty()) return {};
  const auto normal = proxmox::normal_fingerprint(fingerprint);
  if (!normal.ok()) return {before + "fingerprint", normal.error()};
  return {};
}

Slip find_slip(const ClusterConfig& cluster) {
  Slip slip = find_slip("", cluster.url, cluster.fingerprint);
  for (std::size_t i = 0; slip.key.empty() && i < cluster.endpoints.size(); ++i) {
    const proxmox::Address& other = cluster.endpoints[i];
    slip = find_slip("endpoints/" + std::to_string(i) + "/", other.url, other.fingerprint);
  }
  if (!slip.key.empty() || cluster.ca_file.empty()) return slip;
  const auto authority = read_file(cluster.ca_file);
  if (!authority.ok()) return {"ca_file", authority.error()};
  return {};
}

Result<ClusterConfig> cluster_of(const ConfigDocument& document, const std::string& name,
                                 const ClusterEntry& entry, const Environment& environment) {
  ClusterConfig cluster;
  cluster.url = entry.url;
  PMX_TRY(cluster.credentials, credentials_of(document, "/clusters/" + name, entry, environment));
  cluster.fingerprint = entry.fingerprint.value_or("");
  PMX_TRY(cluster.ca_file, expand_home(environment, entry.ca_file.value_or("")));
  for (const EndpointEntry& other : entry.endpoints) {
    cluster.endpoints.push_back({other.url, other.fingerprint.value_or("")});
  }
  proxmox::Politeness& politeness = cluster.politeness;
  if (entry.calls_per_node) {
    politeness.per_node = static_cast<std::size_t>(*entry.calls_per_node);
  }
  politeness.per_second = entry.calls_per_second.value_or(politeness.per_second);
  cluster.timeout = std::chrono::seconds(entry.timeout.value_or(30));
  const Slip slip = find_slip(cluster);
  if (slip.key.empty()) return cluster;
  return document.error_at("/clusters/" + name + "/" + slip.key, slip.error.message,
                           slip.error.advice);
}

/// Variables that describe the environment's cluster and are set, although PROXMOX_MPC_URL, which
/// alone makes it a cluster, is not.
std::vector<std::string> stray_variables(const Environment& environment) {
  std::vector<std::string> stray;
  for (const char* name : {"PROXMOX_MPC_TOKEN", "PROXMOX_MPC_FINGERPRINT", "PROXMOX_MPC_CA_FILE"}) {
    if (!get(environment, name).empty()) stray.emplace_back(name);
  }
  return stray;
}

bool takes(const std::optional<SecretSource>& source, const std::string& variable) {
  return source && source->env == variable;
}

/// True when a secret of the file comes from this variable.
bool file_takes(const ConfigFile& file, const std::string& variable) {
  return std::any_of(file.clusters.begin(), file.clusters.end(), [&](const auto& cluster) {
    const ClusterEntry& entry = cluster.second;
    return takes(entry.token, variable) || takes(entry.password, variable) ||
           takes(entry.totp, variable) || takes(entry.recovery, variable);
  });
}

/// The file's clusters work without these; still, whoever set a fingerprint thinks that it counts.
std::vector<std::string> stray_warnings(const ConfigFile& file, const Environment& environment) {
  std::vector<std::string> warnings;
  for (const auto& name : stray_variables(environment)) {
    if (file_takes(file, name)) continue;
    warnings.push_back(name + " is set and has no effect: the clusters come from the file, and " +
                       "PROXMOX_MPC_URL is not set");
  }
  return warnings;
}

Result<void> refuse_half_a_cluster(const Environment& environment) {
  const auto stray = stray_variables(environment);
  if (stray.empty()) return {};
  std::string names;
  for (const auto& name : stray) names += (names.empty() ? "" : ", ") + name;
  return Error{Code::kInvalidArgument, names + " set, but PROXMOX_MPC_URL is not",
               "set PROXMOX_MPC_URL to https://HOST:8006 as well, or unset the others"};
}

void apply_limits(LimitsConfig& limits, const LimitsEntry& entry) {
  limits.requests = entry.requests.value_or(limits.requests);
  limits.megabytes = entry.megabytes.value_or(limits.megabytes);
  limits.streams = entry.streams.value_or(limits.streams);
  limits.calls_per_minute = entry.calls_per_minute.value_or(limits.calls_per_minute);
  limits.completions_per_minute =
      entry.completions_per_minute.value_or(limits.completions_per_minute);
  limits.wrong_names_per_hour = entry.wrong_names_per_hour.value_or(limits.wrong_names_per_hour);
  if (entry.question_timeout) {
    limits.question_timeout = std::chrono::seconds(*entry.question_timeout);
  }
  if (entry.request_timeout) limits.request_timeout = std::chrono::seconds(*entry.request_timeout);
}

Result<void> apply_api(Config& config, const ConfigDocument& document) {
  const ApiEntry entry = document.file.api.value_or(ApiEntry{});
  std::size_t bad = 0;
  auto denied = ops::ApiDenyList::parse(entry.deny, bad);
  if (!denied.ok())
    return document.error_at("/api/deny/" + std::to_string(bad), denied.error().message,
                             denied.error().advice);
  config.api_denied = std::move(denied).value();
  return {};
}

/// The files of the rules directory: the one that the file names, or rules.d beside the file, when
/// there is one.
Result<std::vector<RulesDocument>> rules_of(const ConfigDocument& document,
                                            const std::optional<std::string>& named,
                                            const Environment& environment) {
  if (named) {
    PMX_TRY(const std::string directory, expand_home(environment, *named));
    auto files = read_rules_directory(directory);
    if (files.ok() || file_exists(directory)) return files;
    return document.error_at("/privacy/rules", "names no directory: " + directory,
                             "make it, or leave the key out");
  }
  const auto directory = std::filesystem::path(document.path).parent_path() / "rules.d";
  if (!file_exists(directory.string())) return std::vector<RulesDocument>();
  return read_rules_directory(directory.string());
}

Result<void> apply_privacy(PrivacyConfig& privacy, const ConfigDocument& document,
                           const Environment& environment) {
  const PrivacyEntry entry = document.file.privacy.value_or(PrivacyEntry{});
  if (entry.mode == "session") {
    privacy.mode = PrivacyMode::kSession;
  } else if (entry.mode && *entry.mode != "installation") {
    return document.error_at(
        "/privacy/mode", "must be installation or session, is \"" + *entry.mode + "\"",
        *entry.mode == "one-time" ? "one-time is for single texts: proxmox-mpc anonymize --one-time"
                                  : "");
  }
  PMX_TRY(const auto files, rules_of(document, entry.rules, environment));
  PMX_TRY(privacy.policy, read_policy(document, files));
  if (!entry.key) return {};
  const KeyEntry& key = *entry.key;
  const int given = (key.file ? 1 : 0) + (key.credential ? 1 : 0) + (key.command ? 1 : 0);
  if (given != 1)
    return document.error_at("/privacy/key", "needs exactly one of file, credential and command");
  PMX_TRY(privacy.key.file, expand_home(environment, key.file.value_or("")));
  privacy.key.credential = key.credential.value_or("");
  privacy.key.directory = get(environment, "CREDENTIALS_DIRECTORY");
  privacy.key.command = key.command.value_or(std::vector<std::string>{});
  privacy.key.place = document.error_at("/privacy/key", "").message;
  return {};
}

Result<void> apply_file(Config& config, const std::string& path, const Environment& environment,
                        bool with_clusters) {
  PMX_TRY(const std::string text, read_file(path));
  PMX_TRY(const ConfigDocument document, parse_config_file(text, path));
  const ConfigFile& file = document.file;
  if (file.access) {
    auto access = parse_access(*file.access);
    if (!access.ok())
      return document.error_at("/access", access.error().message, access.error().advice);
    config.access = *access;
  }
  if (file.state_dir) {
    PMX_TRY(config.state_dir, expand_home(environment, *file.state_dir));
  }
  if (file.sync_interval) config.sync_interval = std::chrono::seconds(*file.sync_interval);
  const LogEntry logging = file.log.value_or(LogEntry{});
  if (logging.file) {
    PMX_TRY(config.log.file, expand_home(environment, *logging.file));
  }
  if (logging.level) {
    auto level = log::parse_level(*logging.level);
    if (!level.ok())
      return document.error_at("/log/level", level.error().message, level.error().advice);
    config.log.level = *level;
  }
  if (file.http) {
    const bool half = file.http->certificate.has_value() != file.http->key.has_value();
    if (half) return document.error_at("/http", "needs both certificate and key, or neither");
    config.http.listen = file.http->listen;
    PMX_TRY(config.http.certificate, expand_home(environment, file.http->certificate.value_or("")));
    PMX_TRY(config.http.key, expand_home(environment, file.http->key.value_or("")));
    config.http.hosts = file.http->hosts.value_or(std::vector<std::string>{});
    config.http.origins = file.http->origins.value_or(std::vector<std::string>{});
  }
  apply_limits(config.limits, file.limits.value_or(LimitsEntry{}));
  PMX_TRY_VOID(apply_api(config, document));
  PMX_TRY_VOID(apply_privacy(config.privacy, document, environment));
  if (!with_clusters) return {};
  for (const auto& [name, entry] : file.clusters) {
    PMX_TRY(config.clusters[name], cluster_of(document, name, entry, environment));
  }
  if (config.clusters.empty()) return {};
  config.source = path;
  config.warnings = stray_warnings(file, environment);
  return {};
}

/// One cluster, "default", from PROXMOX_MPC_URL and its sisters.
Result<ClusterConfig> cluster_from_environment(const Environment& environment) {
  ClusterConfig cluster;
  cluster.url = get(environment, "PROXMOX_MPC_URL");
  const std::string token = get(environment, "PROXMOX_MPC_TOKEN");
  if (token.empty()) {
    return Error{Code::kInvalidArgument, "PROXMOX_MPC_URL is set but PROXMOX_MPC_TOKEN is not",
                 "set PROXMOX_MPC_TOKEN to USER@REALM!ID=UUID"};
  }
  auto parsed = proxmox::ApiToken::parse(token);
  if (!parsed.ok()) {
    return Error{Code::kInvalidArgument, "PROXMOX_MPC_TOKEN: " + parsed.error().message,
                 parsed.error().advice};
  }
  cluster.credentials = std::move(parsed).value();
  cluster.fingerprint = get(environment, "PROXMOX_MPC_FINGERPRINT");
  PMX_TRY(cluster.ca_file, expand_home(environment, get(environment, "PROXMOX_MPC_CA_FILE")));
  const Slip slip = find_slip(cluster);
  if (slip.key.empty()) return cluster;
  const std::string variable = slip.key == "url"       ? "URL"
                               : slip.key == "ca_file" ? "CA_FILE"
                                                       : "FINGERPRINT";
  return Error{slip.error.code, "PROXMOX_MPC_" + variable + ": " + slip.error.message,
               slip.error.advice};
}

std::string first_of(std::initializer_list<std::string> values) {
  for (const auto& value : values) {
    if (!value.empty()) return value;
  }
  return {};
}

Result<void> apply_overrides(Config& config, const Overrides& overrides,
                             const Environment& environment) {
  if (const auto access = first_of({overrides.access, get(environment, "PROXMOX_MPC_ACCESS")});
      !access.empty()) {
    PMX_TRY(config.access, typed_access(access));
  }
  if (const auto dir = first_of({overrides.state_dir, get(environment, "PROXMOX_MPC_STATE_DIR")});
      !dir.empty()) {
    PMX_TRY(config.state_dir, expand_home(environment, dir));
  }
  if (const auto level = first_of({overrides.log_level, get(environment, "PROXMOX_MPC_LOG_LEVEL")});
      !level.empty()) {
    PMX_TRY(config.log.level, typed_log_level(level));
  }
  if (!overrides.log_file.empty()) config.log.file = overrides.log_file;
  return {};
}

/// Defaults, then the file, then the environment and the command line.
Result<Config> read_config(const Overrides& overrides, const Environment& environment,
                           bool with_clusters) {
  Config config;
  config.state_dir = home_path(environment, "XDG_STATE_HOME", "/.local/state", "/proxmox-mpc");
  const std::string path =
      overrides.config_file.empty() ? default_config_file(environment) : overrides.config_file;
  if (!path.empty()) {
    auto read = apply_file(config, path, environment, with_clusters);
    const bool absent =
        !read.ok() && read.error().code == Code::kNotFound && overrides.config_file.empty();
    if (!read.ok() && !absent) return std::move(read).error();
    ConfigDocument nothing;
    nothing.path = path;
    if (absent) PMX_TRY_VOID(apply_privacy(config.privacy, nothing, environment));
  }
  PMX_TRY_VOID(apply_overrides(config, overrides, environment));
  if (!config.state_dir.empty()) return config;
  return no_home("there is no place for the state directory",
                 "set PROXMOX_MPC_STATE_DIR (or --state-dir), and name a configuration file with "
                 "--config");
}

}  // namespace

Result<Access> parse_access(std::string_view name) {
  if (name == "observe") return Access::kObserve;
  if (name == "operate") return Access::kOperate;
  return Error{Code::kInvalidArgument,
               "must be observe or operate, is \"" + std::string(name) + "\"", ""};
}

Result<Access> typed_access(std::string_view name) {
  auto access = parse_access(name);
  return access.ok() ? access
                     : Error{access.error().code, "the access level " + access.error().message, ""};
}

Result<log::Level> typed_log_level(std::string_view name) {
  auto level = log::parse_level(name);
  return level.ok() ? level
                    : Error{level.error().code, "the log level " + level.error().message, ""};
}

std::string_view access_name(Access access) {
  return access == Access::kOperate ? "operate" : "observe";
}

std::string_view privacy_mode_name(PrivacyMode mode) {
  return mode == PrivacyMode::kSession ? "session" : "installation";
}

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  if (get(environment, "HOME").empty()) environment["HOME"] = home_of_user();
  return environment;
}

std::string default_config_file(const Environment& environment) {
  return home_path(environment, "XDG_CONFIG_HOME", "/.config", "/proxmox-mpc/config.yml");
}

Result<Config> load_local_config(const Overrides& overrides, const Environment& environment) {
  return read_config(overrides, environment, false);
}

Result<Config> load_config(const Overrides& overrides, const Environment& environment) {
  const bool from_environment = !get(environment, "PROXMOX_MPC_URL").empty();
  PMX_TRY(Config config, read_config(overrides, environment, !from_environment));
  if (from_environment) {
    PMX_TRY(config.clusters["default"], cluster_from_environment(environment));
    config.source = "environment";
  } else if (config.clusters.empty()) {
    PMX_TRY_VOID(refuse_half_a_cluster(environment));
  }
  return config;
}

}  // namespace pmx::app
