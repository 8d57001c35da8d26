#include "mcp/server/uri_template.h"

#include <algorithm>

#include "base/json.h"
#include "base/percent.h"

namespace pmx::mcp {
namespace {

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Well-formed UTF-8 without control characters. A JSON parser is the UTF-8 check we have.
bool is_plain_text(const std::string& text) {
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (control) return false;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return parse_json(quoted + '"').ok();
}

std::optional<std::string> decode_value(std::string_view raw) {
  if (raw.empty()) return std::nullopt;
  auto decoded = percent_decode(raw);
  if (!decoded.ok() || !is_plain_text(*decoded)) return std::nullopt;
  return *std::move(decoded);
}

}  // namespace

Result<UriTemplate> UriTemplate::parse(std::string_view text) {
  const Error bad{Code::kInvalidArgument, "not a level 1 URI template", "use {name} variables"};
  UriTemplate result;
  while (true) {
    const std::size_t open = text.find('{');
    const std::string_view literal = text.substr(0, open);
    if (literal.find('}') != std::string_view::npos) return bad;
    if (literal.empty() && !result.variables_.empty() && open != std::string_view::npos) return bad;
    result.literals_.emplace_back(literal);
    if (open == std::string_view::npos) return result;
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) return bad;
    const std::string name(text.substr(open + 1, close - open - 1));
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_char)) return bad;
    if (std::find(result.variables_.begin(), result.variables_.end(), name) !=
        result.variables_.end()) {
      return bad;
    }
    result.variables_.push_back(name);
    text.remove_prefix(close + 1);
  }
}

std::optional<std::map<std::string, std::string>> UriTemplate::match(std::string_view uri) const {
  std::map<std::string, std::string> values;
  if (!uri.starts_with(literals_.front())) return std::nullopt;
  uri.remove_prefix(literals_.front().size());
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    const std::string& next = literals_[i + 1];
    const bool rest = i + 1 == variables_.size() && next.empty();
    const std::size_t slash = uri.find_first_of(rest ? "?#" : "/?#");
    const std::size_t segment = slash == std::string_view::npos ? uri.size() : slash;
    const std::size_t end = next.empty() ? segment : uri.find(next);
    if (end > segment) return std::nullopt;
    auto value = decode_value(uri.substr(0, end));
    if (!value) return std::nullopt;
    values.emplace(variables_[i], *std::move(value));
    uri.remove_prefix(end + next.size());
  }
  if (!uri.empty()) return std::nullopt;
  return values;
}

std::size_t UriTemplate::literal_size() const {
  std::size_t size = 0;
  for (const std::string& literal : literals_) size += literal.size();
  return size;
}

}  // namespace pmx::mcp
