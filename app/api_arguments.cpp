#include "app/api_arguments.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "mcp/schema/validator.h"
#include "ops/api_description.h"

namespace pmx::app {
namespace {

using proxmox::ApiRelease;
using proxmox::ApiRoute;

constexpr std::string_view kAnyName = "pve-any-name";
constexpr std::string_view kGuest = "pve-guest";  // a VMID or a name

struct Meaning {
  std::string_view parameter;
  std::string_view format;  ///< empty: nothing to restore
};

/// Of text parameters; each other one is kAnyName, also where PVE expects no name: a caller's word
/// may come back in an answer, so every word counts as a guess that no answer showed.
constexpr std::array kMeanings{
    Meaning{"check-node", "pve-node"},
    Meaning{"cidr", "pve-volume-id"},  // an address, a network or an alias: restored by part
    Meaning{"groupid", "pve-groupid"},
    Meaning{"node", "pve-node"},
    Meaning{"node-list", "pve-node"},
    Meaning{"node_id", "pve-node"},
    Meaning{"path", "pve-volume-id"},  // of /access/permissions: "/vms/100", "/storage/NAME"
    Meaning{"poolid", "pve-poolid"},
    Meaning{"realm", "pve-realm"},
    Meaning{"since", ""},
    Meaning{"snapname", "pve-snapshot-name"},
    Meaning{"snapshot", "pve-snapshot-name"},
    Meaning{"storage", "pve-storage-id"},
    Meaning{"target", "pve-node"},
    Meaning{"tokenid", "pve-tokenid"},
    Meaning{"until", ""},
    Meaning{"upid", "pve-upid"},
    Meaning{"userid", "pve-tokenid"},  // /access/permissions takes USER@REALM!TOKEN
    Meaning{"vmid", kGuest},
    Meaning{"volume", "pve-volume-id"},
};

const proxmox::ApiSchema& schema_of(ApiRelease release) {
  static const proxmox::ApiSchema k8(ApiRelease::k8);
  static const proxmox::ApiSchema k9(ApiRelease::k9);
  return release == ApiRelease::k8 ? k8 : k9;
}

/// What a path means is the same in all releases that have it.
std::optional<ApiRoute> route_of(std::string_view path) {
  auto route = schema_of(ApiRelease::k9).find("GET", path);
  return route ? std::move(route) : schema_of(ApiRelease::k8).find("GET", path);
}

std::string as_text(const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "1" : "0";
  return value.is_string() ? value.get<std::string>() : dump_json(value);
}

/// PVE takes a number for a name as readily as its text, so the gate has to see the text: it
/// restores and counts nothing else. VMIDs stay numbers, which are no names.
Json as_name(const Json& value, std::string_view format) {
  const bool bare = value.is_number() || value.is_boolean();
  return bare && !format.empty() && format != kGuest ? Json(as_text(value)) : value;
}

/// Paths are also written with what stands before them in a URL.
std::string_view without_prefix(std::string_view path) {
  constexpr std::string_view kPrefix = "/api2/json";
  if (path.starts_with(kPrefix)) path.remove_prefix(kPrefix.size());
  return path;
}

/// False when one is given with another value already.
bool add_values(Json& parameters, const std::map<std::string, std::string>& variables) {
  for (const auto& [name, value] : variables) {
    const Json* given = find_member(parameters, name);
    const std::string text = given == nullptr     ? value
                             : given->is_string() ? given->get<std::string>()
                                                  : dump_json(*given);
    if (text != value) return false;
    parameters[name] = value;
  }
  return true;
}

/// Numbers as PVE joins them: "100-0", "vm:100". They are no name.
bool is_numbering(std::string_view text) {
  for (const std::string_view kind : {"vm:", "ct:"}) {
    if (text.starts_with(kind)) text.remove_prefix(kind.size());
  }
  return text.find_first_not_of("0123456789-") == std::string_view::npos;
}

/// "/dev/sda", "/dev/nvme0n1": devices are named alike on all machines.
bool is_device(std::string_view text) {
  constexpr std::size_t kLetters = 3;
  if (text.starts_with("/dev/nvme"))
    return text.substr(9).find_first_not_of("0123456789n") == std::string_view::npos;
  return (text.starts_with("/dev/sd") || text.starts_with("/dev/vd")) &&
         text.size() <= 7 + kLetters;
}

/// Perl's pattern of a whole value for a JSON Schema; empty when it says more than ECMA can.
std::string whole_pattern(std::string pattern) {
  for (auto at = pattern.find("(?^:"); at != std::string::npos; at = pattern.find("(?^:", at))
    pattern.erase(at + 2, 1);
  if (pattern.empty()) return pattern;
  pattern = "^(?:" + pattern + ")$";
  return mcp::Validator::compile(Json{{"pattern", pattern}}).ok() ? pattern : "";
}

/// The JSON Schema of one parameter.
Json schema_for(const Json& facts) {
  Json schema = Json::object();
  const std::string_view type = string_member(facts, "type");
  if (!type.empty() && type != "any") schema["type"] = type;
  const auto take = [&](const char* from, const char* to, bool fits) {
    if (const Json* value = find_member(facts, from); value != nullptr && fits) schema[to] = *value;
  };
  const bool text = type == "string";
  const bool numeric = type == "integer" || type == "number";
  for (const char* key : {"minLength", "maxLength"}) take(key, key, text);
  for (const char* key : {"minimum", "maximum"}) take(key, key, numeric);
  take("enum", "enum", true);
  const std::string pattern = whole_pattern(std::string(string_member(facts, "pattern")));
  if (text && !pattern.empty()) schema["pattern"] = pattern;
  return schema;
}

/// A value in the type of its parameter, where it was written in another one: "105", 1 for true.
Json in_type(const Json& value, std::string_view type) {
  if (type == "boolean") {
    if (value == 1 || value == "1" || value == "true") return true;
    if (value == 0 || value == "0" || value == "false") return false;
  }
  if (type == "string" && value.is_number()) return dump_json(value);
  const auto* text = value.get_ptr<const std::string*>();
  if (text == nullptr || type != "integer") return value;
  std::int64_t number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  return error == std::errc() && stop == end && !text->empty() ? Json(number) : value;
}

/// A variable's value must be one segment that means itself.
bool is_no_segment(const std::string& value) {
  return value.empty() || value == "." || value == ".." || value.find('\0') != std::string::npos;
}

Json whole_schema(const Json& params) {
  Json schema{{"type", "object"}, {"additionalProperties", false}};
  schema["properties"] = Json::object();
  Json required = Json::array();
  for (const auto& [name, facts] : params.items()) {
    schema["properties"][name] = schema_for(facts);
    if (ops::is_required(facts)) required.push_back(name);
  }
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

Error unfit(const std::vector<std::string>& lines) {
  std::string text = "the parameters do not fit the method:";
  for (const std::string& line : lines) text += "\n" + line;
  return {Code::kInvalidArgument, std::move(text), "api_describe says what they may be"};
}

}  // namespace

bool takes_api_path(const Json& schema) {
  const Json* properties = find_member(schema, "properties");
  const Json* path = properties == nullptr ? nullptr : find_member(*properties, "path");
  return path != nullptr && string_member(*path, "format") == kApiPathFormat;
}

std::string_view restorable_format(std::string_view parameter, const Json& facts) {
  const std::string_view type = string_member(facts, "type");
  const bool is_text = type == "string" || type.empty() || parameter == "vmid";
  if (!is_text || facts.contains("enum") || compares_names(parameter)) return {};
  const auto* known = std::ranges::find(kMeanings, parameter, &Meaning::parameter);
  return known == kMeanings.end() ? kAnyName : known->format;
}

bool compares_names(std::string_view parameter) { return parameter == "userfilter"; }

ApiReading read_api_arguments(const Json& schema, const Json& arguments) {
  ApiReading reading{arguments, schema};
  const std::string path(without_prefix(string_member(arguments, "path")));
  const auto route = route_of(path);
  if (!route) return reading;
  Json parameters = arguments.value("parameters", Json::object());
  if (!add_values(parameters, route->variables)) return reading;
  Json& formats = reading.schema["properties"]["parameters"]["properties"];
  formats = Json::object();
  const Json facts = route->method->facts();
  const Json params = facts.value("params", Json::object());
  for (auto& [name, value] : parameters.items()) {
    const Json* parameter = find_member(params, name);
    const std::string_view format =
        parameter == nullptr ? std::string_view() : restorable_format(name, *parameter);
    value = as_name(value, format);
    const auto* text = value.get_ptr<const std::string*>();
    const bool plain =
        format == kAnyName && text != nullptr && (is_numbering(*text) || is_device(*text));
    if (!format.empty() && !plain) formats[name] = Json{{"format", format}};
  }
  reading.arguments["path"] = route->method->path;
  reading.arguments["parameters"] = std::move(parameters);
  return reading;
}

Result<std::map<std::string, std::string>> check_api_values(const Json& facts, const Json& values) {
  const Json params = facts.value("params", Json::object());
  Json typed = Json::object();
  for (const auto& [name, value] : values.items()) {
    const Json* parameter = find_member(params, name);
    typed[name] = parameter == nullptr ? value : in_type(value, string_member(*parameter, "type"));
  }
  PMX_TRY(const auto validator, mcp::Validator::compile(whole_schema(params)));
  if (const auto lines = validator.validate(typed); !lines.empty()) return unfit(lines);
  std::map<std::string, std::string> texts;
  for (const auto& [name, value] : typed.items()) {
    std::string text = as_text(value);
    const bool in_path = string_member(facts, "path").find("{" + name + "}") != std::string::npos;
    if (in_path && is_no_segment(text)) return unfit({"/" + name + " must not be empty or dots"});
    texts.emplace(name, std::move(text));
  }
  return texts;
}

}  // namespace pmx::app
