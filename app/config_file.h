// The configuration file as it stands: members named as its keys. See schemas/config.json.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.h"
#include "base/yaml.h"

namespace pmx::app {

struct SecretSource {
  std::optional<std::string> env;
  std::optional<std::string> file;
  std::optional<std::string> credential;
  std::optional<std::vector<std::string>> command;
  template <class V>
  void fields(V& v) {
    v.optional("env", env);
    v.optional("file", file);
    v.optional("credential", credential);
    v.optional("command", command);
  }
};

struct EndpointEntry {
  std::string url;
  std::optional<std::string> fingerprint;
  template <class V>
  void fields(V& v) {
    v.required("url", url);
    v.optional("fingerprint", fingerprint);
  }
};

struct ClusterEntry {
  std::string url;
  std::optional<SecretSource> token;
  std::optional<std::string> user;
  std::optional<SecretSource> password;
  std::optional<SecretSource> totp;
  std::optional<SecretSource> recovery;
  std::optional<std::string> fingerprint;
  std::optional<std::string> ca_file;
  std::vector<EndpointEntry> endpoints;
  std::optional<int> calls_per_node;
  std::optional<int> calls_per_second;
  std::optional<int> timeout;
  template <class V>
  void fields(V& v) {
    v.required("url", url);
    v.optional("token", token);
    v.optional("user", user);
    v.optional("password", password);
    v.optional("totp", totp);
    v.optional("recovery", recovery);
    v.optional("fingerprint", fingerprint);
    v.optional("ca_file", ca_file);
    v.optional("endpoints", endpoints);
    v.optional("calls_per_node", calls_per_node);
    v.optional("calls_per_second", calls_per_second);
    v.optional("timeout", timeout);
  }
};

struct LogEntry {
  std::optional<std::string> level;
  std::optional<std::string> file;
  template <class V>
  void fields(V& v) {
    v.optional("level", level);
    v.optional("file", file);
  }
};

struct HttpEntry {
  std::string listen;
  std::optional<std::string> certificate;
  std::optional<std::string> key;
  std::optional<std::vector<std::string>> hosts;
  std::optional<std::vector<std::string>> origins;
  template <class V>
  void fields(V& v) {
    v.required("listen", listen);
    v.optional("certificate", certificate);
    v.optional("key", key);
    v.optional("hosts", hosts);
    v.optional("origins", origins);
  }
};

struct LimitsEntry {
  std::optional<int> requests;
  std::optional<int> megabytes;
  std::optional<int> streams;
  std::optional<int> calls_per_minute;
  std::optional<int> completions_per_minute;
  std::optional<int> wrong_names_per_hour;
  std::optional<int> question_timeout;
  std::optional<int> request_timeout;
  template <class V>
  void fields(V& v) {
    v.optional("requests", requests);
    v.optional("megabytes", megabytes);
    v.optional("streams", streams);
    v.optional("calls_per_minute", calls_per_minute);
    v.optional("completions_per_minute", completions_per_minute);
    v.optional("wrong_names_per_hour", wrong_names_per_hour);
    v.optional("question_timeout", question_timeout);
    v.optional("request_timeout", request_timeout);
  }
};

struct ApiEntry {
  std::vector<std::string> deny;
  template <class V>
  void fields(V& v) {
    v.optional("deny", deny);
  }
};

struct KeyEntry {
  std::optional<std::string> file;
  std::optional<std::string> credential;
  std::optional<std::vector<std::string>> command;
  template <class V>
  void fields(V& v) {
    v.optional("file", file);
    v.optional("credential", credential);
    v.optional("command", command);
  }
};

struct PatternEntry {
  std::string pattern;
  std::optional<std::string> kind;
  std::optional<std::string> context;
  template <class V>
  void fields(V& v) {
    v.required("pattern", pattern);
    v.optional("class", kind);
    v.optional("context", context);
  }
};

/// What the section `privacy` and each file of the rules directory may hold.
struct RulesEntry {
  std::map<std::string, std::vector<std::string>> words;  ///< by class
  std::vector<PatternEntry> patterns;
  std::vector<std::string> keep;
  std::map<std::string, std::string> classes;
  template <class V>
  void fields(V& v) {
    v.optional("words", words);
    v.optional("patterns", patterns);
    v.optional("keep", keep);
    v.optional("classes", classes);
  }
};

struct PrivacyEntry : RulesEntry {
  std::optional<std::string> mode;
  std::optional<std::string> preset;
  std::optional<std::string> rules;  ///< the rules directory
  std::optional<KeyEntry> key;
  template <class V>
  void fields(V& v) {
    v.optional("mode", mode);
    v.optional("preset", preset);
    v.optional("rules", rules);
    RulesEntry::fields(v);
    v.optional("key", key);
  }
};

struct ConfigFile {
  std::optional<std::string> access;
  std::optional<std::string> state_dir;
  std::optional<int> sync_interval;
  std::optional<LogEntry> log;
  std::optional<HttpEntry> http;
  std::optional<LimitsEntry> limits;
  std::optional<ApiEntry> api;
  std::optional<PrivacyEntry> privacy;
  std::map<std::string, ClusterEntry> clusters;
  template <class V>
  void fields(V& v) {
    v.optional("access", access);
    v.optional("state_dir", state_dir);
    v.optional("sync_interval", sync_interval);
    v.optional("log", log);
    v.optional("http", http);
    v.optional("limits", limits);
    v.optional("api", api);
    v.optional("privacy", privacy);
    v.optional("clusters", clusters);
  }
};

/// A YAML file with its line numbers.
struct YamlFile {
  YamlDocument yaml;
  std::string path;

  /// "PATH:LINE" of a JSON pointer.
  [[nodiscard]] std::string place_of(std::string_view pointer) const;

  /// An error at a JSON pointer: "PATH:LINE: POINTER WHAT".
  [[nodiscard]] Error error_at(std::string_view pointer, std::string_view what,
                               std::string advice = "") const;
};

struct ConfigDocument : YamlFile {
  ConfigFile file;
};

struct RulesDocument : YamlFile {
  RulesEntry rules;
};

/// Parses the text of a configuration file; unknown keys, wrong types and values out of range are
/// errors with a line.
Result<ConfigDocument> parse_config_file(std::string_view text, const std::string& path);

/// The same for a file of the rules directory.
Result<RulesDocument> parse_rules_file(std::string_view text, const std::string& path);

/// Reads the secret: an environment variable, the first line of a private file or of a credential
/// that systemd gave, or a command's first line of output within 30 s. Errors never hold the
/// secret.
Result<std::string> resolve_secret(const SecretSource& source,
                                   const std::map<std::string, std::string>& environment);

}  // namespace pmx::app
