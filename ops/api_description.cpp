#include "ops/api_description.h"

#include <algorithm>
#include <optional>

#include "proxmox/property_format.h"

namespace pmx::ops {
namespace {

constexpr std::size_t kMostChoices = 220;  // bytes of an enumeration
constexpr std::size_t kMostDefault = 32;
constexpr std::size_t kMostPattern = 60;
constexpr std::size_t kMostReturns = 260;
constexpr std::size_t kMostPermissions = 320;

bool flag(const Json& facts, std::string_view key) {
  const Json* value = find_member(facts, key);
  return value != nullptr && *value != Json(0) && *value != Json(false) && *value != Json("0");
}

/// Text as it is, everything else as JSON.
std::string plain(const Json& value) {
  return value.is_string() ? value.get<std::string>() : dump_json(value);
}

/// `text`, or its beginning with a mark that says so; cut between characters.
std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (text[end] & '\xC0') == '\x80') --end;
  return text.substr(0, end) + "...";
}

std::string choices(const Json& list) {
  std::string text;
  for (const Json& one : list) text += (text.empty() ? "" : "|") + plain(one);
  return cut(std::move(text), kMostChoices);
}

/// The parts of a property string, spelled out by the facts or named, or of the items of an array;
/// nothing when there are none.
std::optional<Json> parts_of(const Json& parameter) {
  if (const auto format = proxmox::PropertyFormat::of(parameter)) return format->properties();
  const Json* items = find_member(parameter, "items");
  if (items == nullptr) return std::nullopt;
  if (const auto format = proxmox::PropertyFormat::of(*items)) return format->properties();
  const Json* properties = find_member(*items, "properties");
  if (properties == nullptr || !properties->is_object()) return std::nullopt;
  return *properties;
}

std::string range(const Json& parameter) {
  const Json* least = find_member(parameter, "minimum");
  const Json* most = find_member(parameter, "maximum");
  if (least != nullptr && most != nullptr) return " " + plain(*least) + "-" + plain(*most);
  if (least != nullptr) return " >=" + plain(*least);
  return most != nullptr ? " <=" + plain(*most) : "";
}

std::string type_of(const Json& parameter) {
  if (const Json* list = find_member(parameter, "enum"); list != nullptr && list->is_array())
    return choices(*list);
  const std::string type(string_member(parameter, "type"));
  if (parts_of(parameter).has_value())
    return type == "array" ? "array of property strings" : "property string";
  if (type == "array") {
    const Json* items = find_member(parameter, "items");
    return "array of " + (items == nullptr ? "values" : type_of(*items));
  }
  const std::string format(string_member(parameter, "format"));
  return (format.empty() ? type : format) + range(parameter);
}

std::string limits(const Json& parameter) {
  std::string text;
  if (const Json* most = find_member(parameter, "maxLength"))
    text += ", <=" + plain(*most) + " chars";
  const std::string pattern(string_member(parameter, "pattern"));
  if (!pattern.empty() && pattern.size() <= kMostPattern) text += ", matches " + pattern;
  if (const Json* usual = find_member(parameter, "default"))
    text += ", default " + cut(plain(*usual), kMostDefault);
  if (const Json* needed = find_member(parameter, "requires")) text += ", needs " + plain(*needed);
  const Json* types = find_member(parameter, "instance-types");
  if (types != nullptr && types->is_array()) text += ", only for " + choices(*types);
  return text;
}

std::string words_for(const Json& parameter) {
  for (const char* key : {"alias", "keyAlias"}) {
    if (const Json* other = find_member(parameter, key)) return "same as " + plain(*other);
  }
  std::string text = is_required(parameter) ? "required " : "";
  if (flag(parameter, "default_key")) text += "(may stand without its name) ";
  return text + type_of(parameter) + limits(parameter);
}

/// ["and", ["perm", "/vms/{vmid}", ["VM.Audit"]], ...] as a sentence.
std::string words_for_check(const Json& check) {
  if (!check.is_array() || check.empty()) return plain(check);
  const std::string kind = plain(check[0]);
  std::string text;
  if (kind == "and" || kind == "or") {
    for (std::size_t i = 1; i < check.size(); ++i)
      text += (i == 1 ? "" : " " + kind + " ") + words_for_check(check[i]);
    return check.size() > 2 ? "(" + text + ")" : text;
  }
  if (kind == "perm" && check.size() >= 3) {
    const bool any = check.size() > 4 && check[3] == "any";
    for (const Json& privilege : check[2])
      text += (text.empty() ? "" : any ? " or " : " and ") + plain(privilege);
    return text + " on " + plain(check[1]);
  }
  for (const Json& part : check) text += (text.empty() ? "" : " ") + plain(part);
  return text;
}

std::string words_for_permissions(const Json& facts) {
  const Json* permissions = find_member(facts, "permissions");
  if (permissions == nullptr || permissions->is_string()) return "root@pam only";
  if (const Json* check = find_member(*permissions, "check"))
    return cut(words_for_check(*check), kMostPermissions);
  const std::string_view user = string_member(*permissions, "user");
  if (user == "world") return "none, not even a login";
  return user == "all" ? "any login; PVE checks more while it works" : std::string(user);
}

std::string member_names(const Json& schema) {
  const Json* properties = find_member(schema, "properties");
  if (properties == nullptr || !properties->is_object() || properties->empty()) return "";
  std::string text;
  for (const auto& [name, facts] : properties->items()) text += (text.empty() ? "" : ", ") + name;
  return ": " + cut(std::move(text), kMostReturns);
}

std::string words_for_returns(const Json& facts, bool starts_task) {
  if (starts_task) return "a task (UPID)";
  const Json* returns = find_member(facts, "returns");
  if (returns == nullptr) return "not said";
  const std::string type(string_member(*returns, "type"));
  if (type != "array") return (type.empty() ? "not said" : type) + member_names(*returns);
  const Json* items = find_member(*returns, "items");
  if (items == nullptr) return "array";
  const std::string of(string_member(*items, "type"));
  return "array of " + (of.empty() ? "values" : of + "s") + member_names(*items);
}

/// Required ones first, then by name.
std::vector<const std::string*> in_order(const Json& parameters, std::size_t& required) {
  std::vector<const std::string*> names;
  for (const auto& [name, facts] : parameters.items()) names.push_back(&name);
  const auto optional = std::ranges::stable_partition(
      names, [&](const std::string* name) { return is_required(parameters[*name]); });
  required = static_cast<std::size_t>(optional.begin() - names.begin());
  return names;
}

Result<void> add_parts(MethodDescription& out, const Json& parameters,
                       const DescriptionQuery& query) {
  const auto names = in_order(parameters, out.required);
  out.total = names.size();
  auto at = names.begin();
  if (!query.from.empty()) {
    at = std::ranges::find_if(names, [&](const auto* name) { return *name == query.from; });
    if (at == names.end())
      return Error{Code::kNotFound, "`from` names no parameter of it",
                   "copy `next` of an earlier answer"};
  }
  std::size_t bytes = 0;
  for (; at != names.end(); ++at) {
    std::string words = words_for(parameters[**at]);
    bytes += (*at)->size() + dump_json(Json(words)).size() + 6;  // brackets, quotes, commas
    if (bytes > query.most_bytes && !out.parts.empty()) {
      out.next = **at;
      return {};
    }
    out.parts.emplace_back(**at, std::move(words));
  }
  return {};
}

}  // namespace

bool is_required(const Json& parameter) {
  return !flag(parameter, "optional") && !parameter.contains("alias") &&
         !parameter.contains("keyAlias");
}

const Json* find_parameter(const Json& params, std::string_view name) {
  if (const Json* exact = find_member(params, name)) return exact;
  const std::size_t stem = name.find_last_not_of("0123456789") + 1;
  if (stem == 0 || stem == name.size()) return nullptr;
  return find_member(params, std::string(name.substr(0, stem)) + "[n]");
}

Result<MethodDescription> describe_method(const Json& facts, const DescriptionQuery& query) {
  static const Json kNone = Json::object();
  const Json* params = find_member(facts, "params");
  if (params == nullptr) params = &kNone;
  MethodDescription out;
  out.starts_task = flag(facts, "upid");
  if (query.parameter.empty()) {
    PMX_TRY_VOID(add_parts(out, *params, query));
    out.permissions = words_for_permissions(facts);
    out.returns = words_for_returns(facts, out.starts_task);
    return out;
  }
  const Json* parameter = find_parameter(*params, query.parameter);
  if (parameter == nullptr)
    return Error{Code::kNotFound, "the method has no such parameter",
                 "ask without `parameter` for all of them"};
  if (const auto parts = parts_of(*parameter)) {
    PMX_TRY_VOID(add_parts(out, *parts, query));
    return out;
  }
  out.parts.emplace_back(query.parameter, words_for(*parameter));
  out.total = 1;
  return out;
}

}  // namespace pmx::ops
