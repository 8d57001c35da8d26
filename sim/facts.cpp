#include "sim/facts.h"

#include <set>

#include "base/percent.h"
#include "schemas/embedded.h"

namespace pmx::sim {
namespace {

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto segment = path.substr(0, slash);
    if (!segment.empty()) out.push_back(segment);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return out;
}

/// The text of the member `key` in a line whose members are plain strings without escapes.
std::string_view peek(std::string_view line, std::string_view key) {
  const std::string needle = "\"" + std::string(key) + "\":\"";
  const auto at = line.find(needle);
  if (at == std::string_view::npos) return {};
  const auto begin = at + needle.size();
  return line.substr(begin, line.find('"', begin) - begin);
}

bool is_variable(std::string_view segment) { return segment.starts_with('{'); }

/// A volume id may hold slashes, so it takes the rest of the path.
bool takes_rest(std::string_view segment) { return segment == "{volume}"; }

}  // namespace

Facts::Facts(PveVersion version) : version_(version) {
  std::string_view text =
      schemas::embedded_file(version == PveVersion::k8 ? "pve/api-8.4.jsonl" : "pve/api-9.2.jsonl");
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    const auto path = peek(line, "path");
    if (!path.empty()) lines_.push_back({path, peek(line, "method"), line, split_path(path)});
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
}

bool Facts::fits(const Line& line, const std::vector<std::string>& segments) {
  const bool open_end = !line.segments.empty() && takes_rest(line.segments.back());
  if (open_end ? segments.size() < line.segments.size() : segments.size() != line.segments.size())
    return false;
  for (std::size_t i = 0; i < line.segments.size(); ++i)
    if (!is_variable(line.segments[i]) && line.segments[i] != segments[i]) return false;
  return true;
}

std::optional<Route> Facts::find(std::string_view method, std::string_view path) const {
  std::vector<std::string> segments;
  for (const auto segment : split_path(path))
    segments.push_back(percent_decode(segment).value_or(std::string(segment)));
  const Line* best = nullptr;
  for (const auto& line : lines_) {
    if (line.method != method || !fits(line, segments)) continue;
    if (best == nullptr || best->path.find('{') < line.path.find('{')) best = &line;
  }
  if (best == nullptr) return std::nullopt;
  Route route{best->path, best->method, {}};
  for (std::size_t i = 0; i < best->segments.size(); ++i) {
    const auto segment = best->segments[i];
    if (!is_variable(segment)) continue;
    std::string value = segments[i];
    if (takes_rest(segment))
      for (std::size_t rest = i + 1; rest < segments.size(); ++rest) value += "/" + segments[rest];
    route.variables.emplace(segment.substr(1, segment.size() - 2), std::move(value));
  }
  return route;
}

Json Facts::returns(const Route& route) const {
  for (const auto& line : lines_) {
    if (line.path != route.path || line.method != route.method) continue;
    const auto parsed = parse_json(line.text);
    const Json* returns = parsed.ok() ? find_member(*parsed, "returns") : nullptr;
    return returns == nullptr ? Json::object() : *returns;
  }
  return Json::object();
}

std::vector<std::string_view> Facts::children(std::string_view path) const {
  const std::size_t depth = split_path(path).size();
  std::set<std::string_view> out;
  for (const auto& line : lines_)
    if (line.path.starts_with(path) && line.segments.size() > depth &&
        line.path.substr(path.size()).starts_with('/'))
      out.insert(line.segments[depth]);
  return {out.begin(), out.end()};
}

std::vector<Route> Facts::routes() const {
  std::vector<Route> out;
  for (const auto& line : lines_) out.push_back({line.path, line.method, {}});
  return out;
}

const Json& Facts::method(const Route& route) {
  static const Json kNothing = Json::object();
  for (const auto& line : lines_) {
    if (line.path != route.path || line.method != route.method) continue;
    const auto known = parsed_.find(line.text);
    if (known != parsed_.end()) return known->second;
    auto parsed = parse_json(line.text);
    if (!parsed.ok()) return kNothing;
    parsed->erase("returns");
    return parsed_.emplace(line.text, std::move(*parsed)).first->second;
  }
  return kNothing;
}

}  // namespace pmx::sim
