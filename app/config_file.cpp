#include "app/config_file.h"

#include "app/command_output.h"
#include "app/credential.h"
#include "base/files.h"

namespace pmx::app {
namespace {

constexpr std::size_t kMaxSecret = 65536;  // bytes of a file that holds one

std::string dotted(std::string_view pointer) {
  std::string path(pointer.starts_with('/') ? pointer.substr(1) : pointer);
  for (char& c : path) c = c == '/' ? '.' : c;
  return path;
}

Result<void> check_range(const ConfigDocument& document, const std::string& pointer,
                         const std::optional<int>& value, int low, int high) {
  if (!value || (*value >= low && *value <= high)) return {};
  return document.error_at(
      pointer, "must be between " + std::to_string(low) + " and " + std::to_string(high));
}

Result<void> check_limits(const ConfigDocument& document) {
  const LimitsEntry limits = document.file.limits.value_or(LimitsEntry{});
  constexpr int kMost = 100'000'000;  // as good as none
  PMX_TRY_VOID(check_range(document, "/limits/requests", limits.requests, 1, 10'000));
  PMX_TRY_VOID(check_range(document, "/limits/megabytes", limits.megabytes, 1, 4096));
  PMX_TRY_VOID(check_range(document, "/limits/streams", limits.streams, 1, 20'000));
  PMX_TRY_VOID(
      check_range(document, "/limits/calls_per_minute", limits.calls_per_minute, 1, kMost));
  PMX_TRY_VOID(check_range(document, "/limits/completions_per_minute",
                           limits.completions_per_minute, 1, kMost));
  PMX_TRY_VOID(check_range(document, "/limits/wrong_names_per_hour", limits.wrong_names_per_hour, 1,
                           10'000));
  PMX_TRY_VOID(
      check_range(document, "/limits/question_timeout", limits.question_timeout, 10, 86'400));
  return check_range(document, "/limits/request_timeout", limits.request_timeout, 10, 86'400);
}

std::string first_line(std::string text) {
  text.erase(std::min(text.find('\n'), text.size()));
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

Result<std::string> read_secret_file(const std::string& path) {
  PMX_TRY_VOID(check_private_file(path));
  PMX_TRY(std::string text, read_file(path, kMaxSecret));
  return first_line(std::move(text));
}

/// Parses `text` into `file` and decodes it; an empty file is an empty object.
template <class T>
Result<T> decode_yaml(std::string_view text, const std::string& path, YamlFile& file) {
  file.path = path;
  PMX_TRY(file.yaml, parse_yaml(text, path));
  if (file.yaml.value.is_null()) file.yaml.value = Json::object();
  auto decoded = decode<T>(file.yaml.value, Unknown::kReject);
  if (decoded.ok()) return decoded;
  const std::string& message = decoded.error().message;  // "<pointer> <what is expected>"
  const std::string pointer = message.starts_with('/') ? message.substr(0, message.find(' ')) : "";
  const bool inline_secret = pointer.ends_with("/token") || pointer.ends_with("/password") ||
                             pointer.ends_with("/totp") || pointer.ends_with("/recovery");
  return file.error_at(
      pointer, pointer.empty() ? message : message.substr(pointer.size() + 1),
      inline_secret ? "say where the secret is: {env: NAME}, {file: PATH}, {credential: NAME} or "
                      "{command: [...]}"
                    : decoded.error().advice);
}

}  // namespace

std::string YamlFile::place_of(std::string_view pointer) const {
  return path + ":" + std::to_string(yaml.line_of(pointer));
}

Error YamlFile::error_at(std::string_view pointer, std::string_view what,
                         std::string advice) const {
  std::string message = place_of(pointer) + ": ";
  if (!pointer.empty()) message += dotted(pointer) + " ";
  return Error{Code::kInvalidArgument, message + std::string(what), std::move(advice)};
}

Result<ConfigDocument> parse_config_file(std::string_view text, const std::string& path) {
  ConfigDocument document;
  PMX_TRY(document.file, decode_yaml<ConfigFile>(text, path, document));
  PMX_TRY_VOID(check_range(document, "/sync_interval", document.file.sync_interval, 5, 86400));
  PMX_TRY_VOID(check_limits(document));
  for (const auto& [name, cluster] : document.file.clusters) {
    const std::string pointer = "/clusters/" + name;
    PMX_TRY_VOID(check_range(document, pointer + "/timeout", cluster.timeout, 1, 600));
    PMX_TRY_VOID(check_range(document, pointer + "/calls_per_node", cluster.calls_per_node, 1, 32));
    PMX_TRY_VOID(
        check_range(document, pointer + "/calls_per_second", cluster.calls_per_second, 1, 10'000));
  }
  return document;
}

Result<RulesDocument> parse_rules_file(std::string_view text, const std::string& path) {
  RulesDocument document;
  PMX_TRY(document.rules, decode_yaml<RulesEntry>(text, path, document));
  return document;
}

Result<std::string> resolve_secret(const SecretSource& source,
                                   const std::map<std::string, std::string>& environment) {
  const int given = (source.env ? 1 : 0) + (source.file ? 1 : 0) + (source.credential ? 1 : 0) +
                    (source.command ? 1 : 0);
  if (given != 1) {
    return Error{Code::kInvalidArgument, "needs exactly one of env, file, credential and command",
                 ""};
  }
  if (source.env) {
    const auto found = environment.find(*source.env);
    if (found != environment.end() && !found->second.empty()) return found->second;
    return Error{Code::kNotFound, "the environment variable " + *source.env + " is not set",
                 "set it for this program"};
  }
  if (source.file) return read_secret_file(*source.file);
  if (source.credential) {
    const auto directory = environment.find("CREDENTIALS_DIRECTORY");
    PMX_TRY(std::string text,
            read_credential(directory == environment.end() ? "" : directory->second,
                            *source.credential, kMaxSecret));
    return first_line(std::move(text));
  }
  PMX_TRY(std::string output, command_output(*source.command, system_clock()));
  return first_line(std::move(output));
}

}  // namespace pmx::app
