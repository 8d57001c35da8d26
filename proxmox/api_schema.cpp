#include "proxmox/api_schema.h"

#include "base/percent.h"
#include "schemas/embedded.h"

namespace pmx::proxmox {
namespace {

/// The text of the member `key` in a line whose members are plain strings without escapes.
std::string_view text_member(std::string_view line, std::string_view key) {
  const std::string begin = "\"" + std::string(key) + "\":\"";
  const std::size_t at = line.find(begin);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + begin.size());
  return line.substr(0, line.find('"'));
}

/// A volume id may hold slashes, so it takes the rest of the path.
bool takes_rest(std::string_view segment) { return segment == "{volume}"; }

bool fits(const ApiMethod& method, const std::vector<std::string_view>& given) {
  const auto& own = method.segments;
  const bool open_end = !own.empty() && takes_rest(own.back());
  if (open_end ? given.size() < own.size() : given.size() != own.size()) return false;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (variable_name(own[i]).empty() && own[i] != given[i]) return false;
  }
  return true;
}

std::string decoded(std::string_view segment) {
  return percent_decode(segment).value_or(std::string(segment));
}

ApiRoute route_of(const ApiMethod& method, const std::vector<std::string_view>& given) {
  ApiRoute route{&method, {}};
  for (std::size_t i = 0; i < method.segments.size(); ++i) {
    const std::string_view name = variable_name(method.segments[i]);
    if (name.empty() || !variable_name(given[i]).empty()) continue;
    std::string value = decoded(given[i]);
    for (std::size_t rest = i + 1; takes_rest(method.segments[i]) && rest < given.size(); ++rest)
      value += "/" + decoded(given[rest]);
    route.variables.emplace(name, std::move(value));
  }
  return route;
}

}  // namespace

ApiRelease api_release(std::string_view version) {
  return version.starts_with("8.") ? ApiRelease::k8 : ApiRelease::k9;
}

std::string_view release_name(ApiRelease release) {
  return release == ApiRelease::k8 ? "8.4" : "9.2";
}

Json ApiMethod::facts() const { return parse_json(line).value_or(Json::object()); }

std::vector<std::string_view> path_segments(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    if (slash != 0) segments.push_back(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return segments;
}

std::string_view variable_name(std::string_view segment) {
  if (segment.size() < 3 || segment.front() != '{' || segment.back() != '}') return {};
  return segment.substr(1, segment.size() - 2);
}

ApiSchema::ApiSchema(ApiRelease release) : release_(release) {
  const std::string file = "pve/api-" + std::string(release_name(release)) + ".jsonl";
  std::string_view text = schemas::embedded_file(file);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::string_view path = text_member(line, "path");
    if (!path.empty())
      methods_.push_back({path, text_member(line, "method"), line, path_segments(path)});
  }
}

std::optional<ApiRoute> ApiSchema::find(std::string_view method, std::string_view path) const {
  const auto given = path_segments(path);
  const ApiMethod* best = nullptr;
  for (const ApiMethod& one : methods_) {
    if (one.method != method || !fits(one, given)) continue;
    if (best == nullptr || best->path.find('{') < one.path.find('{')) best = &one;
  }
  if (best == nullptr) return std::nullopt;
  return route_of(*best, given);
}

}  // namespace pmx::proxmox
