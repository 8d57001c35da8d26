#include "mcp/schema/uri.h"

#include <cctype>
#include <optional>

namespace pmx::mcp::schema {
namespace {

/// The five parts of a URI reference; a part that is absent differs from one that is empty.
struct Parts {
  std::optional<std::string_view> scheme, authority, query, fragment;
  std::string_view path;
};

bool is_scheme(std::string_view text) {
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text[0])) == 0) return false;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '+' && c != '-' && c != '.') {
      return false;
    }
  }
  return true;
}

Parts split(std::string_view uri) {
  Parts parts;
  if (const auto at = uri.find('#'); at != std::string_view::npos) {
    parts.fragment = uri.substr(at + 1);
    uri = uri.substr(0, at);
  }
  if (const auto at = uri.find('?'); at != std::string_view::npos) {
    parts.query = uri.substr(at + 1);
    uri = uri.substr(0, at);
  }
  if (const auto at = uri.find(':'); at != std::string_view::npos && is_scheme(uri.substr(0, at))) {
    parts.scheme = uri.substr(0, at);
    uri = uri.substr(at + 1);
  }
  if (uri.starts_with("//")) {
    const auto end = uri.find('/', 2);
    parts.authority = uri.substr(2, end == std::string_view::npos ? end : end - 2);
    uri = end == std::string_view::npos ? std::string_view() : uri.substr(end);
  }
  parts.path = uri;
  return parts;
}

std::string remove_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const auto end = path.find('/', 1);
    const std::string_view segment = path.substr(0, end);
    path = end == std::string_view::npos ? std::string_view() : path.substr(end);
    const bool up = segment == "/..";
    if (!up && segment != "/.") {
      out += segment;
      continue;
    }
    if (up) out.erase(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
    if (path.empty()) out += '/';
  }
  return out;
}

std::string merge_paths(const Parts& base, std::string_view path) {
  if (base.authority && base.path.empty()) return "/" + std::string(path);
  const auto slash = base.path.rfind('/');
  return std::string(slash == std::string_view::npos ? "" : base.path.substr(0, slash + 1)) +
         std::string(path);
}

std::string join(const Parts& parts, std::string_view path) {
  std::string uri;
  if (parts.scheme) uri += std::string(*parts.scheme) + ":";
  if (parts.authority) uri += "//" + std::string(*parts.authority);
  uri += path;
  if (parts.query) uri += "?" + std::string(*parts.query);
  if (parts.fragment) uri += "#" + std::string(*parts.fragment);
  return uri;
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const int lower = std::tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::string resolve_uri(std::string_view base_uri, std::string_view reference) {
  const Parts base = split(base_uri);
  Parts target = split(reference);
  if (target.scheme) return join(target, target.path);
  target.scheme = base.scheme;
  if (target.authority) return join(target, remove_dot_segments(target.path));
  target.authority = base.authority;
  if (target.path.empty()) {
    if (!target.query) target.query = base.query;
    return join(target, base.path);
  }
  if (target.path.starts_with('/')) return join(target, remove_dot_segments(target.path));
  return join(target, remove_dot_segments(merge_paths(base, target.path)));
}

std::pair<std::string_view, std::string_view> split_fragment(std::string_view uri) {
  const auto at = uri.find('#');
  if (at == std::string_view::npos) return {uri, {}};
  return {uri.substr(0, at), uri.substr(at + 1)};
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    const int high = escape ? hex(text[i + 1]) : -1;
    const int low = escape ? hex(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace pmx::mcp::schema
