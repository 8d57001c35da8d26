#include "tests/unit/mcp/official_schema.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include "mcp/schema/validator.h"

namespace pmx::mcp::test {
namespace {

using Errors = std::vector<std::string>;

Json load(const std::string& file) {
  auto here = std::filesystem::path(__FILE__);
  for (int up = 0; up < 4; ++up) here = here.parent_path();
  std::ifstream stream(here / "schemas" / "mcp" / file);
  std::stringstream text;
  text << stream.rdbuf();
  auto json = parse_json(text.str());
  REQUIRE_MESSAGE(json.ok(), file);
  return *std::move(json);
}

/// The string that `schema` asks for at `properties/NAME/const`, directly or in an allOf.
std::string constant(const Json& schema, const char* name) {
  const Json* properties = find_member(schema, "properties");
  const Json* member = properties == nullptr ? nullptr : find_member(*properties, name);
  if (member != nullptr && member->contains("const")) {
    return std::string(string_member(*member, "const"));
  }
  const Json* parts = find_member(schema, "allOf");
  for (const Json& part : parts == nullptr ? Json::array() : *parts) {
    if (std::string found = constant(part, name); !found.empty()) return found;
  }
  return {};
}

/// One official schema, compiled once so that a value can be judged by any of its definitions.
class Official {
 public:
  explicit Official(const std::string& file) : document_(load(file)) {
    definitions_ = &document_[document_.contains("$defs") ? "$defs" : "definitions"];
    const std::string keyword = document_.contains("$defs") ? "$defs" : "definitions";
    Json members = Json::object();
    for (const auto& [name, schema] : definitions_->items()) {
      members[name] = {{"$ref", "official:schema#/" + keyword + "/" + name}};
      const std::string method = constant(schema, "method");
      if (!method.empty() && name != "ClientNotification") by_method_[method] = name;
    }
    SchemaOptions options;
    options.documents.push_back({"official:schema", &document_});
    options.formats = {"uri", "uri-template"};
    const Json root{{"$schema", document_["$schema"]}, {"properties", members}};
    auto compiled = Validator::compile(root, options);
    REQUIRE_MESSAGE(compiled.ok(), file);
    validator_ = std::make_unique<Validator>(*std::move(compiled));
  }

  [[nodiscard]] bool has(const std::string& definition) const {
    return definitions_->contains(definition);
  }

  [[nodiscard]] Errors judge(const std::string& definition, const Json& value) const {
    if (!has(definition)) return {"the version has no " + definition};
    return validator_->validate(Json{{definition, value}});
  }

  /// The definition of a request or notification, or "".
  [[nodiscard]] std::string of_method(std::string_view method) const {
    const auto known = by_method_.find(method);
    return known == by_method_.end() ? "" : known->second;
  }

  /// The definition of what answers `method`, or "".
  [[nodiscard]] std::string result_of(std::string_view method) const {
    std::string name = of_method(method);
    constexpr std::string_view kRequest = "Request";
    if (!std::string_view(name).ends_with(kRequest)) return {};
    name.replace(name.size() - kRequest.size(), kRequest.size(), "Result");
    return has(name) ? name : "EmptyResult";
  }

  /// True when `definition` is one of those that `group` lists (anyOf).
  [[nodiscard]] bool lists(const std::string& group, const std::string& definition) const {
    if (!has(group)) return false;
    for (const Json& each : (*definitions_)[group]["anyOf"]) {
      if (string_member(each, "$ref").ends_with("/" + definition)) return true;
    }
    return false;
  }

  /// The definitions of errors with this code: of the whole message or of its member `error`.
  [[nodiscard]] Errors judge_code(const Json& message) const {
    Errors errors;
    for (const auto& [name, schema] : definitions_->items()) {
      if (!name.ends_with("Error")) continue;
      const Json* whole = find_member(schema["properties"], "error");
      const Json* code = find_member(schema["properties"], "code");
      if (whole != nullptr && whole->contains("allOf"))
        code = &(*whole)["allOf"][1]["properties"]["code"];
      const Json* asked = code == nullptr ? nullptr : find_member(*code, "const");
      if (asked == nullptr || *asked != message["error"]["code"]) continue;
      for (auto& error : judge(name, whole == nullptr ? message["error"] : message)) {
        errors.push_back(std::move(error));
      }
    }
    return errors;
  }

 private:
  Json document_;
  const Json* definitions_ = nullptr;
  std::unique_ptr<Validator> validator_;
  std::map<std::string, std::string, std::less<>> by_method_;
};

const Official& official(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<Official>> loaded;
  const std::lock_guard lock(mutex);
  auto& slot = loaded[name];
  if (slot == nullptr) slot = std::make_unique<Official>("schema-" + name + ".json");
  return *slot;
}

const Official& official(Version version) { return official(std::string(version_name(version))); }

const Official& tasks_extension() { return official("ext-tasks-draft"); }

Errors operator+(Errors a, const Errors& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::string first_known(const Official& schema, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (schema.has(name)) return name;
  }
  return {};
}

Errors check_result(Version version, const Json& message, std::string_view method) {
  const Official& schema = official(version);
  const Json& result = message["result"];
  Errors errors =
      schema.judge(first_known(schema, {"JSONRPCResultResponse", "JSONRPCResponse"}), message);
  const std::string_view type = string_member(result, "resultType");
  if (version == kModern) {
    if (type == "input_required") return errors + schema.judge("InputRequiredResult", result);
    if (type == "task") return errors + tasks_extension().judge("CreateTaskResult", result);
    if (type != "complete") errors.push_back("/result/resultType is not known");
  }
  const bool task = version == Version::k2025_11_25 && result.contains("task");
  if (task && method == "tools/call") return errors + schema.judge("CreateTaskResult", result);
  std::string definition = schema.result_of(method);
  if (!definition.empty()) return errors + schema.judge(definition, result);
  definition = version == kModern ? tasks_extension().result_of(method) : "";
  if (!definition.empty()) return errors + tasks_extension().judge(definition, result);
  errors.push_back("the version has no request " + std::string(method));
  return errors;
}

Errors check_error(Version version, Json message) {
  const Official& schema = official(version);
  // JSON-RPC 2.0 section 5 asks for null where the id is unknown; the schemas up to 2025-06-18 have
  // no form for that, the later ones leave the id out.
  if (version < Version::k2025_11_25 && message.contains("id") && message["id"].is_null()) {
    message["id"] = 0;
  }
  return schema.judge(first_known(schema, {"JSONRPCErrorResponse", "JSONRPCError"}), message) +
         schema.judge_code(message);
}

Errors check_call(Version version, const Json& message) {
  const Official& schema = official(version);
  const bool request = message.contains("id");
  const std::string method(string_member(message, "method"));
  const Errors errors = schema.judge(request ? "JSONRPCRequest" : "JSONRPCNotification", message);
  const std::string definition = schema.of_method(method);
  if (!definition.empty()) {
    const std::string group = request ? "ServerRequest" : "ServerNotification";
    if (!schema.lists(group, definition)) {
      return errors + Errors{"a server of this version does not send " + method};
    }
    return errors + schema.judge(definition, message);
  }
  const std::string extension =
      version == kModern && !request ? tasks_extension().of_method(method) : "";
  if (extension.empty()) return errors + Errors{"the version has no " + method};
  return errors + tasks_extension().judge(extension, message);
}

Errors check_one(Version version, const Json& message, std::string_view method) {
  if (!message.is_object()) return {"a message is an object"};
  if (message.contains("method")) return check_call(version, message);
  if (message.contains("error")) return check_error(version, message);
  if (message.contains("result")) return check_result(version, message, method);
  return {"neither a request, a notification, a result nor an error"};
}

/// The version that a request of the client is in, where the request says so itself.
std::optional<Version> claimed(const Json& message) {
  const Json* params = find_member(message, "params");
  const Json* meta = params == nullptr ? nullptr : find_member(*params, "_meta");
  if (meta == nullptr) return std::nullopt;
  const bool modern =
      meta->is_object() && meta->contains("io.modelcontextprotocol/protocolVersion");
  return modern ? std::optional(kModern) : std::nullopt;
}

std::string key_of(const Json& message) {
  const Json* id = find_member(message, "id");
  return id == nullptr ? "" : dump_json(*id);
}

}  // namespace

std::vector<std::string> check_message(Version version, std::string_view json,
                                       std::string_view request_method) {
  const auto message = parse_json(json);
  if (!message.ok()) return {message.error().message};
  if (!message->is_array()) return check_one(version, *message, request_method);
  if (!features_of(version).batches) return {"the version has no batches"};
  Errors errors;
  for (const Json& each : *message) errors = errors + check_one(version, each, request_method);
  return errors;
}

Result<std::optional<std::string>> OfficialCheck::read() {
  auto line = inner_.read();
  if (!line.ok() || !*line) return line;
  const auto message = parse_json(**line);
  if (!message.ok()) return line;
  const std::lock_guard lock(mutex_);
  if (!message->is_array()) {
    remember(*message);
  } else {
    for (const Json& each : *message) remember(each);
  }
  return line;
}

void OfficialCheck::remember(const Json& message) {
  const std::string method(string_member(message, "method"));
  if (method.empty() || !message.contains("id")) return;
  auto& candidates = sent_[key_of(message)];
  if (const auto version = claimed(message)) {
    versions_.insert(*version);
    candidates.push_back({*version, method});
    return;
  }
  for (const Version version : kAllVersions) candidates.push_back({version, method});
}

Result<void> OfficialCheck::write_all(std::span<const Cleared> messages) {
  for (const Cleared& message : messages) judge(std::string(message.bytes()));
  return inner_.write_all(messages);
}

void OfficialCheck::judge(const std::string& text) {
  const auto message = parse_json(text);
  const std::lock_guard lock(mutex_);
  if (!message.ok()) return violations_.push_back("not JSON: " + text);
  if (!message->is_array()) return judge_one(*message);
  for (const Json& each : *message) judge_one(each);
  if (!versions_.contains(Version::k2025_03_26)) violations_.push_back("a batch: " + text);
}

void OfficialCheck::judge_one(const Json& message) {
  ++judged_;
  const Json* result = find_member(message, "result");
  if (result != nullptr) {
    if (const auto agreed = parse_version(string_member(*result, "protocolVersion"))) {
      versions_.insert(*agreed);
    }
  }
  std::vector<Sent> candidates;
  const auto asked = sent_.find(key_of(message));
  if (message.contains("method") || asked == sent_.end()) {
    for (const Version version : versions_) candidates.push_back({version, ""});
  } else {
    // A request without a version in it is in the one that was agreed on.
    for (const Sent& sent : asked->second) {
      if (versions_.contains(sent.version)) candidates.push_back(sent);
    }
    if (candidates.empty()) candidates = asked->second;
  }
  for (const std::string& error : judge_as(message, candidates)) {
    violations_.push_back(error + " in " + dump_json(message));
  }
}

/// Nothing when the message is right in one of the ways it can be meant.
std::vector<std::string> OfficialCheck::judge_as(const Json& message,
                                                 const std::vector<Sent>& candidates) const {
  // Before anything is agreed on, the latest version of each era is spoken.
  if (candidates.empty()) {
    const Errors legacy = check_one(kLatestLegacy, message, "");
    return legacy.empty() ? legacy : check_one(kModern, message, "");
  }
  Errors errors;
  for (const Sent& sent : candidates) {
    errors = check_one(sent.version, message, sent.method);
    if (errors.empty()) return {};
  }
  return errors;
}

std::vector<std::string> OfficialCheck::violations() const {
  const std::lock_guard lock(mutex_);
  return violations_;
}

std::size_t OfficialCheck::judged() const {
  const std::lock_guard lock(mutex_);
  return judged_;
}

}  // namespace pmx::mcp::test
