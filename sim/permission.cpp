#include "sim/permission.h"

#include "sim/section_file.h"

namespace pmx::sim {
namespace {

std::string text_of(const Json& value) {
  if (const auto* text = value.get_ptr<const std::string*>(); text != nullptr) return *text;
  return value.is_boolean() ? (value.get<bool>() ? "1" : "0") : value.is_null() ? "" : value.dump();
}

/// "/vms/{vmid}" with the call's values; "-" stands for an absent one, and a value that has no
/// place in a path makes all of it empty.
std::string fill(std::string path, const Json& variables) {
  for (auto open = path.find('{'); open != std::string::npos; open = path.find('{', open)) {
    const auto close = path.find('}', open);
    if (close == std::string::npos) return "";
    const Json* given = find_member(variables, path.substr(open + 1, close - open - 1));
    std::string value = given == nullptr ? "" : text_of(*given);
    if (value.empty() || value == "0") value = "-";
    path.replace(open, close - open + 1, value);
    open += value.size();
  }
  return normal_path(path).value_or("");
}

std::vector<std::string_view> names_in(const Json& list) {
  std::vector<std::string_view> out;
  for (const auto& item : list)
    if (const auto* text = item.get_ptr<const std::string*>(); text != nullptr)
      out.emplace_back(*text);
  return out;
}

/// An option behind the fixed part of a rule: ["perm", PATH, NAMES, "any", 1].
std::string option(const Json& rule, std::size_t from, std::string_view name) {
  for (std::size_t i = from; i + 1 < rule.size(); i += 2)
    if (rule[i] == Json(name)) return text_of(rule[i + 1]);
  return "";
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string out;
  for (const auto name : names) out += (out.empty() ? "" : "|") + std::string(name);
  return out;
}

/// Reads rules as PVE does: each check allows, or refuses in its own words.
class Checker {
 public:
  using Refusal = std::optional<Answer>;

  Checker(const AccessControl& access, const Caller& caller, const Json& variables)
      : access_(access), caller_(caller), variables_(variables) {}

  Refusal check(const Json& rule) const {
    if (!rule.is_array() || rule.empty() || !rule[0].is_string()) return no_permission();
    const std::string& word = *rule[0].get_ptr<const std::string*>();
    if (word == "and") return every(rule);
    if (word == "or") return any(rule);
    if (word == "perm" && rule.size() >= 3) return perm(rule);
    if (word == "userid-param" && rule.size() >= 2) return user_itself(rule);
    if (word == "userid-group" && rule.size() >= 2) return user_in_group(rule);
    if (word == "perm-modify" && rule.size() >= 2) return perm_modify(rule);
    return no_permission();
  }

 private:
  [[nodiscard]] std::string variable(std::string_view name) const {
    const Json* value = find_member(variables_, name);
    return value == nullptr ? "" : text_of(*value);
  }

  Refusal every(const Json& rule) const {
    for (std::size_t i = 1; i < rule.size(); ++i)
      if (auto bad = check(rule[i])) return bad;
    return std::nullopt;
  }

  /// A user's name that PVE cannot read ends the whole check, and so does an "and" that fails.
  Refusal any(const Json& rule) const {
    for (std::size_t i = 1; i < rule.size(); ++i) {
      auto bad = check(rule[i]);
      if (!bad) return bad;
      const bool named = rule[i].is_array() && rule[i][0] == Json("userid-param");
      if (rule[i][0] == Json("and") || (named && !parse_user_name(variable("userid")))) return bad;
    }
    return no_permission();
  }

  Refusal perm(const Json& rule) const {
    if (const auto needed = option(rule, 3, "require_param");
        !needed.empty() && !variables_.contains(needed))
      return no_permission();
    const std::string path = rule[1].is_string() ? fill(text_of(rule[1]), variables_) : "";
    return option(rule, 3, "any").empty() ? require(access_, caller_, path, names_in(rule[2]))
                                          : require_any(access_, caller_, path, names_in(rule[2]));
  }

  Refusal missing_user() const {
    const std::string id = variable("userid");
    if (auto bad = user_name_complaint(id); !bad.empty()) return failure(500, bad);
    if (access_.config.find_user(id) == nullptr) return failure(500, "no such user ('" + id + "')");
    return std::nullopt;
  }

  Refusal user_itself(const Json& rule) const {
    const std::string id = variable("userid");
    if (auto bad = user_name_complaint(id); !bad.empty()) return failure(500, bad);
    if (rule[1] == Json("self")) {
      if (auto bad = missing_user()) return bad;
      return caller_.full() == id ? Refusal() : no_permission();
    }
    return require(access_, caller_, "/access/realm/" + parse_user_name(id)->realm,
                   {"Realm.AllocateUser"});
  }

  Refusal user_in_group(const Json& rule) const {
    const auto names = names_in(rule[1]);
    const std::string groups = option(rule, 2, "groups_param");
    if (groups != "create")
      if (auto bad = missing_user()) return bad;
    if (access_.allowed_any(caller_, "/access/groups", names)) return std::nullopt;
    if (!groups.empty())
      if (auto bad = named_groups(names)) return bad;
    if (groups != "create" && !access_.in_allowed_group(caller_, variable("userid"), names))
      return no_permission();
    return std::nullopt;
  }

  /// The groups that a user is put into must all be open to the caller.
  Refusal named_groups(const std::vector<std::string_view>& names) const {
    const auto groups = list_items(variable("groups"));
    if (groups.empty()) return no_permission("/access/groups, " + joined(names));
    for (const std::string& group : groups) {
      const bool exists = access_.config.groups.contains(group);
      if (!exists || !access_.allowed_any(caller_, "/access/groups/" + group, names))
        return no_permission("/access/groups/" + group + ", " + joined(names));
    }
    return std::nullopt;
  }

  Refusal perm_modify(const Json& rule) const {
    const std::string path = fill(text_of(rule[1]), variables_);
    if (path.empty()) return std::nullopt;  // the method itself says what is wrong with it
    return require_any(access_, caller_, path, AccessControl::modifying_privileges(path));
  }

  const AccessControl& access_;
  const Caller& caller_;
  const Json& variables_;
};

}  // namespace

Answer no_permission(const std::string& reason) {
  return failure(403, "Permission check failed" + (reason.empty() ? "" : " (" + reason + ")"));
}

std::optional<Answer> require(const AccessControl& access, const Caller& caller,
                              const std::string& path,
                              const std::vector<std::string_view>& privileges) {
  for (const auto privilege : privileges)
    if (!access.allowed(caller, path, privilege))
      return no_permission(path + ", " + std::string(privilege));
  return std::nullopt;
}

std::optional<Answer> require_any(const AccessControl& access, const Caller& caller,
                                  const std::string& path,
                                  const std::vector<std::string_view>& privileges) {
  if (access.allowed_any(caller, path, privileges)) return std::nullopt;
  return no_permission(path + ", " + joined(privileges));
}

std::optional<Answer> refuse(const AccessControl& access, const Caller& caller,
                             const Json& permissions, const Json& variables) {
  if (caller.is_root()) return std::nullopt;
  if (permissions.is_object() && permissions.contains("user")) return std::nullopt;
  const Json* rule = find_member(permissions, "check");
  if (rule == nullptr) return no_permission("user != root@pam");
  return Checker(access, caller, variables).check(*rule);
}

}  // namespace pmx::sim
