#include "mcp/server/header_rules.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/crypto.h"

namespace pmx::mcp {
namespace {

constexpr std::string_view kOpen = "=?base64?";
constexpr std::string_view kClose = "?=";
constexpr const char* kUnreadable = " holds broken base64, or characters that need base64";
constexpr const char* kAnnotation = "x-mcp-header";

RpcError mismatch(const std::string& why) {
  return RpcError{kHeaderMismatch, "Header mismatch: " + why, nullptr, true};
}

/// What a literal value may hold; the rest must come as base64.
bool is_visible(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); });
}

/// A header's value as meant: literal, or base64 between its markers. Nothing for broken base64 and
/// for characters that a literal may not have.
std::optional<std::string> decode(std::string_view value) {
  const bool wrapped = value.size() >= kOpen.size() + kClose.size() && value.starts_with(kOpen) &&
                       value.ends_with(kClose);
  if (!wrapped) return is_visible(value) ? std::optional(std::string(value)) : std::nullopt;
  value.remove_prefix(kOpen.size());
  value.remove_suffix(kClose.size());
  auto bytes = crypto::unbase64(value);
  if (!bytes.ok()) return std::nullopt;
  return *std::move(bytes);
}

/// The member of params that Mcp-Name repeats, nullptr for methods without one.
const char* named_member(std::string_view method) {
  if (method == "tools/call" || method == "prompts/get") return "name";
  if (method == "resources/read") return "uri";
  if (method == "tasks/get" || method == "tasks/update" || method == "tasks/cancel") {
    return "taskId";
  }
  return nullptr;
}

/// Whether the header's text stands for the argument.
bool says(const std::string& text, const Json& argument) {
  if (const auto* words = argument.get_ptr<const std::string*>()) return text == *words;
  if (argument.is_boolean()) return text == (argument == true ? "true" : "false");
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, number);
  return failed == std::errc() && stop == end && argument.is_number() &&
         argument.get<double>() == number;
}

std::optional<RpcError> check_param(const RequestHeaders& headers, const ParamHeader& param,
                                    const Json& arguments) {
  const Json* argument = &arguments;
  for (const std::string& member : param.path) {
    argument = argument == nullptr ? nullptr : find_member(*argument, member);
  }
  if (argument == nullptr || argument->is_null()) return std::nullopt;
  const auto value = headers.find(param.header);
  if (!value) return mismatch(param.header + " is missing");
  const auto text = decode(*value);
  if (!text) return mismatch(param.header + kUnreadable);
  if (!says(*text, *argument)) return mismatch(param.header + " differs from the body");
  return std::nullopt;
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

/// How often the annotation occurs anywhere in the schema, also where it may not.
std::size_t count_annotations(const Json& schema) {
  std::size_t count = schema.is_object() && schema.contains(kAnnotation) ? 1 : 0;
  if (!schema.is_structured()) return 0;
  for (const Json& member : schema) count += count_annotations(member);
  return count;
}

bool is_plain(const Json& schema) {
  const std::string_view type = string_member(schema, "type");
  return type == "string" || type == "integer" || type == "boolean";
}

/// Gathers the annotations below `schema`; false for one that breaks the rules.
bool gather(const Json& schema, const std::vector<std::string>& path,
            std::vector<ParamHeader>& found) {
  const Json* properties = find_member(schema, "properties");
  if (properties == nullptr || !properties->is_object()) return true;
  for (const auto& [name, property] : properties->items()) {
    std::vector<std::string> below = path;
    below.push_back(name);
    if (const Json* annotation = find_member(property, kAnnotation)) {
      const auto* header = annotation->get_ptr<const std::string*>();
      if (header == nullptr || !is_token(*header) || !is_plain(property)) return false;
      found.push_back({"mcp-param-" + lower(*header), below});
    }
    if (!gather(property, below, found)) return false;
  }
  return true;
}

}  // namespace

std::optional<RpcError> check_version_header(const RequestHeaders& headers,
                                             const Request& request) {
  const Json* meta = find_member(request.params, "_meta");
  const Json* claim =
      meta == nullptr ? nullptr : find_member(*meta, "io.modelcontextprotocol/protocolVersion");
  if (claim == nullptr || !claim->is_string()) return std::nullopt;
  const auto value = headers.find("mcp-protocol-version");
  if (!value) return mismatch("MCP-Protocol-Version is missing");
  if (*value != *claim->get_ptr<const std::string*>()) {
    return mismatch("MCP-Protocol-Version differs from _meta");
  }
  return std::nullopt;
}

std::optional<RpcError> check_standard_headers(const RequestHeaders& headers,
                                               const Request& request) {
  const auto method = headers.find("mcp-method");
  if (!method) return mismatch("Mcp-Method is missing");
  if (*method != request.method) return mismatch("Mcp-Method differs from the body's method");
  const char* member = named_member(request.method);
  const Json* expected = member == nullptr ? nullptr : find_member(request.params, member);
  if (expected == nullptr || !expected->is_string()) return std::nullopt;
  const auto value = headers.find("mcp-name");
  if (!value) return mismatch("Mcp-Name is missing");
  const auto name = decode(*value);
  if (!name) return mismatch(std::string("Mcp-Name") + kUnreadable);
  if (*name != *expected->get_ptr<const std::string*>()) {
    return mismatch("Mcp-Name differs from params." + std::string(member));
  }
  return std::nullopt;
}

std::optional<RpcError> check_param_headers(const RequestHeaders& headers, const Core& core,
                                            std::string_view method, const Json& params) {
  if (method != "tools/call") return std::nullopt;
  const CompiledTool* tool = core.find_tool(string_member(params, "name"));
  if (tool == nullptr || tool->headers.empty()) return std::nullopt;
  const Json* arguments = find_member(params, "arguments");
  if (arguments == nullptr) return std::nullopt;
  for (const ParamHeader& param : tool->headers) {
    if (auto wrong = check_param(headers, param, *arguments)) return wrong;
  }
  return std::nullopt;
}

Result<std::vector<ParamHeader>> param_headers(const Json& input_schema) {
  const Error bad{Code::kInvalidArgument,
                  "x-mcp-header must be a unique token on a string, integer or boolean that is "
                  "reached by properties alone",
                  ""};
  std::vector<ParamHeader> found;
  if (!gather(input_schema, {}, found)) return bad;
  std::set<std::string> names;
  for (const ParamHeader& param : found) names.insert(param.header);
  if (names.size() != found.size() || count_annotations(input_schema) != found.size()) return bad;
  return found;
}

}  // namespace pmx::mcp
