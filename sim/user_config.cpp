#include "sim/user_config.h"

#include "sim/pattern.h"

namespace pmx::sim {
namespace {

constexpr std::size_t kShortest = 3;
constexpr std::size_t kLongest = 64;

/// Those of `rights` that count at a path; above the path itself only what is inherited.
Rights counting(const Rights& rights, bool here) {
  Rights out;
  for (const auto& [role, inherited] : rights)
    if (here || inherited) out[role] = inherited;
  return out;
}

/// "/", "/vms", "/vms/100".
std::vector<std::string> steps_to(std::string_view path) {
  std::vector<std::string> out{"/"};
  if (path == "/") return out;
  for (auto slash = path.find('/', 1); slash != std::string_view::npos;
       slash = path.find('/', slash + 1))
    out.emplace_back(path.substr(0, slash));
  out.emplace_back(path);
  return out;
}

}  // namespace

std::string user_name_complaint(std::string_view text) {
  const std::string name(text);
  if (name.size() < kShortest) return "user name '" + name + "' is too short";
  if (name.size() > kLongest)
    return "user name '" + name + "' is too long (" + std::to_string(name.size()) + " > 64)";
  if (!matches_pattern("[^\\s:/]+@[A-Za-z][A-Za-z0-9.\\-_]+", name))
    return "value '" + name + "' does not look like a valid user name";
  return "";
}

std::optional<UserName> parse_user_name(std::string_view text) {
  if (!user_name_complaint(text).empty()) return std::nullopt;
  const auto at = text.rfind('@');
  return UserName{std::string(text), std::string(text.substr(0, at)),
                  std::string(text.substr(at + 1))};
}

std::optional<Caller> parse_token_name(std::string_view text) {
  if (!matches_pattern("[^\\s:/]+@[A-Za-z][A-Za-z0-9.\\-_]+![A-Za-z][A-Za-z0-9.\\-_]+", text))
    return std::nullopt;
  const auto bang = text.rfind('!');
  return Caller{std::string(text.substr(0, bang)), std::string(text.substr(bang + 1))};
}

User* UserConfig::find_user(std::string_view id) {
  const auto found = users.find(id);
  return found == users.end() ? nullptr : &found->second;
}

const User* UserConfig::find_user(std::string_view id) const {
  const auto found = users.find(id);
  return found == users.end() ? nullptr : &found->second;
}

const ApiToken* UserConfig::find_token(const Caller& who) const {
  const User* user = find_user(who.user);
  if (user == nullptr) return nullptr;
  const auto found = user->tokens.find(who.token);
  return found == user->tokens.end() ? nullptr : &found->second;
}

bool UserConfig::is_active(std::string_view id, std::int64_t now) const {
  const User* user = find_user(id);
  return user != nullptr && user->enable && (user->expire == 0 || user->expire >= now);
}

std::vector<std::string> UserConfig::groups_of(std::string_view user) const {
  std::vector<std::string> out;
  for (const auto& [name, group] : groups)
    if (group.users.contains(user)) out.push_back(name);
  return out;
}

Rights UserConfig::granted(const AclEntry& entry, const Caller& who, bool here) const {
  const auto& own = who.token.empty() ? entry.users : entry.tokens;
  if (const auto found = own.find(who.full()); found != own.end())
    if (Rights rights = counting(found->second, here); !rights.empty()) return rights;
  Rights of_groups;
  if (!who.token.empty()) return of_groups;
  for (const std::string& group : groups_of(who.user)) {
    const auto found = entry.groups.find(group);
    if (found != entry.groups.end()) of_groups.merge(counting(found->second, here));
  }
  return of_groups;
}

Rights UserConfig::roles_on(const Caller& who, std::string_view path) const {
  Rights found;
  for (const std::string& step : steps_to(path)) {
    const auto entry = acl.find(step);
    if (entry == acl.end()) continue;
    if (Rights own = granted(entry->second, who, step == path); !own.empty())
      found = std::move(own);
  }
  const auto none = found.find("NoAccess");
  return none == found.end() ? found : Rights{{"NoAccess", none->second}};
}

void UserConfig::forget_user(const std::string& user) {
  users.erase(user);
  for (auto& [name, group] : groups) group.users.erase(user);
  for (auto& [path, entry] : acl) {
    entry.users.erase(user);
    std::erase_if(entry.tokens, [&](const auto& row) { return row.first.starts_with(user + "!"); });
  }
}

void UserConfig::forget_group(const std::string& group) {
  groups.erase(group);
  for (auto& [path, entry] : acl) entry.groups.erase(group);
}

std::optional<std::string> normal_path(std::string_view path) {
  if (path.empty()) return std::nullopt;
  std::string out = "/";
  for (const char c : path)
    if (c != '/' || out.back() != '/') out += c;
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  if (!matches_pattern("[A-Za-z0-9.\\-_/]+", out)) return std::nullopt;
  return out;
}

bool is_acl_path(std::string_view path) {
  static const std::string kPattern =
      "/|/access(?:/groups(?:/[\\w.\\-]+)?|/realm(?:/[\\w.\\-]+)?)?|/nodes(?:/[\\w.\\-]+)?"
      "|/pool(?:/[\\w.\\-]+){0,3}|/storage(?:/[\\w.\\-]+)?|/vms(?:/[1-9][0-9]{2,})?"
      "|/mapping(?:/[\\w.\\-]+){0,2}|/sdn(?:/controllers(?:/[\\w\\-]+)?"
      "|/(?:dns|fabrics|ipams|prefix-lists|route-maps)(?:/[A-Za-z0-9]+)?"
      "|/zones(?:(?:/[\\w.\\-]+){0,2}|(?:/[\\w.\\-]+){2}/[1-9][0-9]{0,3}))?";
  return matches_pattern(kPattern, path);
}

}  // namespace pmx::sim
