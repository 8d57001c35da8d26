#include "sim/permission.h"

#include <algorithm>

#include "sim/pattern.h"

namespace pmx::sim {
namespace {

/// "/vms/{vmid}" with the call's values: an absent one leaves nothing ("/vms"), one that has no
/// place in a path makes the whole path empty.
std::string fill(std::string path, const Json& variables) {
  for (auto open = path.find('{'); open != std::string::npos; open = path.find('{', open)) {
    const auto close = path.find('}', open);
    if (close == std::string::npos) return "";
    const std::string value(string_member(variables, path.substr(open + 1, close - open - 1)));
    if (!matches_pattern("[\\w.@:\\-]*", value)) return "";
    path.replace(open, close - open + 1, value);
    open += value.size();
  }
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

class Checker {
 public:
  Checker(const AccessControl& access, const Caller& caller, const Json& variables)
      : access_(access), caller_(caller), variables_(variables) {}

  /// "" or what goes into the parentheses; "-" when PVE gives no reason.
  std::string check(const Json& rule) const {
    if (!rule.is_array() || rule.empty() || !rule[0].is_string()) return "-";
    const std::string& word = *rule[0].get_ptr<const std::string*>();
    if (word == "perm" && rule.size() >= 3) return perm(rule);
    if (word == "and") return every(rule);
    if (word == "or") return any(rule);
    const bool root = caller_.user == access_.administrator().username;
    return root ? "" : "-";
  }

 private:
  std::string perm(const Json& rule) const {
    const std::string path =
        rule[1].is_string() ? fill(*rule[1].get_ptr<const std::string*>(), variables_) : "";
    const bool one_is_enough = rule.size() > 4 && rule[3] == Json("any");
    std::string names;
    bool found = false;
    for (const auto& item : rule[2]) {
      const std::string name = item.is_string() ? *item.get_ptr<const std::string*>() : "";
      const bool has = access_.allowed(caller_, path, name);
      if (!has && !one_is_enough) return path + ", " + name;
      found = found || has;
      names += (names.empty() ? "" : "|") + name;
    }
    return found || !one_is_enough ? "" : path + ", " + names;
  }

  std::string every(const Json& rule) const {
    for (std::size_t i = 1; i < rule.size(); ++i)
      if (auto bad = check(rule[i]); !bad.empty()) return bad;
    return "";
  }

  std::string any(const Json& rule) const {
    for (std::size_t i = 1; i < rule.size(); ++i)
      if (check(rule[i]).empty()) return "";
    return "-";
  }

  const AccessControl& access_;
  const Caller& caller_;
  const Json& variables_;
};

}  // namespace

std::string refuse(const AccessControl& access, const Caller& caller, const Json& permissions,
                   const Json& variables) {
  if (permissions.is_object() && permissions.contains("user")) return "";
  const Json* rule = find_member(permissions, "check");
  std::string bad;
  if (rule == nullptr)
    bad = caller.is_root() ? "" : "user != root@pam";
  else
    bad = Checker(access, caller, variables).check(*rule);
  if (bad.empty()) return "";
  return bad == "-" ? "Permission check failed" : "Permission check failed (" + bad + ")";
}

}  // namespace pmx::sim
