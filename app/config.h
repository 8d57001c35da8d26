// Configuration: a YAML file, the environment, the command line, in that order of increasing
// precedence. schemas/config.json describes the file for editors; a test keeps both equal.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "anonymize/policy.h"
#include "base/log.h"
#include "base/result.h"
#include "base/secret.h"
#include "ops/api_access.h"
#include "proxmox/client.h"
#include "proxmox/endpoint.h"
#include "proxmox/polite_http.h"

namespace pmx::app {

/// What the server may do. Each level includes the ones before it.
enum class Access { kObserve, kOperate };

/// "observe" or "operate"; kInvalidArgument otherwise.
Result<Access> parse_access(std::string_view name);

/// The same for what a person typed on the command line or in the environment: the errors say what
/// it was meant to be.
Result<Access> typed_access(std::string_view name);
Result<log::Level> typed_log_level(std::string_view name);

std::string_view access_name(Access access);

struct ClusterConfig {
  std::string url;
  proxmox::Credentials credentials;
  std::string fingerprint;
  std::string ca_file;
  std::vector<proxmox::Address> endpoints;  ///< other nodes, asked when that of `url` is away
  proxmox::Politeness politeness;
  std::chrono::seconds timeout{30};
};

/// Where `serve` listens for Streamable HTTP; nowhere by default.
struct HttpConfig {
  std::string listen;       ///< ADDRESS:PORT
  std::string certificate;  ///< PEM file; with `key`, TLS
  std::string key;
  std::vector<std::string> hosts;    ///< names that a Host header may have, besides local ones
  std::vector<std::string> origins;  ///< web pages that may call, besides local ones
};

/// What one caller may have and do; schemas/config.json says it of each.
struct LimitsConfig {
  int requests = 200;
  int megabytes = 64;
  int streams = 1024;
  int calls_per_minute = 6000;
  int completions_per_minute = 1200;
  int wrong_names_per_hour = 30;
  std::chrono::seconds question_timeout{300};
  std::chrono::seconds request_timeout{600};
};

/// How long a pseudonym stands for the same value in what `serve` shows.
enum class PrivacyMode {
  kInstallation,  ///< until the operator rotates or clears
  kSession,       ///< as long as the process
};

std::string_view privacy_mode_name(PrivacyMode mode);

/// Where the installation's key comes from: one of these, or its own file in the state directory.
struct KeySource {
  std::string file;
  std::string credential;            ///< a name in $CREDENTIALS_DIRECTORY
  std::string directory;             ///< that directory
  std::vector<std::string> command;  ///< its standard output is the key
  std::string place;                 ///< "FILE:LINE: privacy.key ", for messages

  [[nodiscard]] bool given() const { return !place.empty(); }
};

struct PrivacyConfig {
  PrivacyMode mode = PrivacyMode::kInstallation;
  std::shared_ptr<const anonymize::Policy> policy;  ///< nullptr: everything is replaced
  KeySource key;
};

struct Config {
  PrivacyConfig privacy;
  Access access = Access::kObserve;
  std::string state_dir;
  std::chrono::seconds sync_interval{60};
  log::Options log;
  HttpConfig http;
  LimitsConfig limits;
  ops::ApiDenyList api_denied;
  std::map<std::string, ClusterConfig> clusters;
  std::string source;  ///< where the clusters come from, for messages: a path or "environment"
  std::vector<std::string> warnings;  ///< what was set and has no effect
};

/// What the command line says; empty = not said.
struct Overrides {
  std::string config_file;
  std::string state_dir;
  std::string access;
  std::string log_level;
  std::string log_file;
};

/// The process's environment as a map, injected so that tests need no setenv. Without HOME it holds
/// the home directory of the password database, when there is one.
using Environment = std::map<std::string, std::string>;
Environment process_environment();

/// Reads everything and resolves secrets. Errors name file, line, key and the expected form, or the
/// variable. No cluster at all is not an error here (the caller says what to do about it), but one
/// that was half configured by the environment is.
Result<Config> load_config(const Overrides& overrides, const Environment& environment);

/// The same without clusters and their secrets: all that is needed to work on the state directory.
Result<Config> load_local_config(const Overrides& overrides, const Environment& environment);

/// "~/.config/proxmox-mpc/config.yml" with $XDG_CONFIG_HOME honoured; empty when no home is known.
std::string default_config_file(const Environment& environment);

}  // namespace pmx::app
