#include "sim/notifications.h"

#include <algorithm>

#include "base/crypto.h"

namespace pmx::sim {
namespace {

using Sections = std::map<std::string, Section, std::less<>>;

constexpr std::string_view kMatcher = "matcher";

const Sections& builtin() {
  static const Sections kSections{
      {"default-matcher",
       {"matcher",
        {{"comment", "Route all notifications to mail-to-root"},
         {"mode", "all"},
         {"target", "mail-to-root"}}}},
      {"mail-to-root",
       {"sendmail",
        {{"comment", "Send mails to root@pam's email address"}, {"mailto-user", "root@pam"}}}}};
  return kSections;
}

const Section* builtin_of(std::string_view name) {
  const auto found = builtin().find(name);
  return found == builtin().end() ? nullptr : &found->second;
}

}  // namespace

std::optional<Section> NotificationState::find(std::string_view name) const {
  const Section* section = config.find(name);
  if (section == nullptr) section = builtin_of(name);
  return section == nullptr ? std::nullopt : std::optional(*section);
}

std::vector<std::string> NotificationState::names(std::string_view type) const {
  Sections all = config.sections;
  for (const auto& [name, section] : builtin()) all.emplace(name, section);
  std::vector<std::string> out;
  for (const auto& [name, section] : all)
    if (type.empty() ? section.type != kMatcher : section.type == type) out.push_back(name);
  return out;
}

std::string_view NotificationState::origin(std::string_view name) const {
  if (builtin_of(name) == nullptr) return "user-created";
  return config.find(name) == nullptr ? "builtin" : "modified-builtin";
}

std::vector<std::string> NotificationState::users_of(std::string_view target) const {
  std::vector<std::string> out;
  for (const std::string& name : names(kMatcher)) {
    const Section matcher = *find(name);
    const auto targets = matcher.values.find("target");
    if (targets == matcher.values.end()) continue;
    const auto lines = value_lines(targets->second);
    if (std::find(lines.begin(), lines.end(), target) != lines.end()) out.push_back(name);
  }
  return out;
}

std::string NotificationState::digest() const {
  std::string text;
  for (const auto& [name, section] : config.sections) {
    text += section.type + ": " + name + "\n";
    for (const auto& [key, value] : section.values)
      for (const std::string& line : value_lines(value)) text += "\t" + key + " " + line + "\n";
    text += "\n";
  }
  return crypto::hex(crypto::sha256(text));
}

void NotificationState::put(const std::string& name, Section section) {
  const Section* origin = builtin_of(name);
  if (origin != nullptr && origin->type == section.type && origin->values == section.values)
    config.sections.erase(name);
  else
    config.sections[name] = std::move(section);
}

std::vector<std::string> value_lines(std::string_view value) {
  std::vector<std::string> out;
  while (!value.empty()) {
    const auto end = std::min(value.find('\n'), value.size());
    out.emplace_back(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return out;
}

}  // namespace pmx::sim
