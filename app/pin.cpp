#include "app/pin.h"

#include <algorithm>

#include "proxmox/endpoint.h"

namespace pmx::app {
namespace {

constexpr std::string_view kBlanks = " \t";

/// Offset of a 1-based line.
std::size_t start_of(std::string_view text, int line) {
  std::size_t at = 0;
  for (; line > 1; --line) at = text.find('\n', at) + 1;
  return at;
}

/// The places of a key in one line: where it begins, its quote included, and where its value does.
struct KeyPlace {
  std::size_t begin = 0;
  std::size_t value = 0;
};

std::vector<KeyPlace> keys_in(std::string_view text, std::size_t line, std::string_view key) {
  std::vector<KeyPlace> found;
  const std::size_t end = std::min(text.find('\n', line), text.size());
  for (std::size_t at = text.find(key, line); at < end; at = text.find(key, at + 1)) {
    const bool quoted = at > line && (text[at - 1] == '"' || text[at - 1] == '\'');
    std::size_t colon = at + key.size() + (quoted ? 1 : 0);
    colon = std::min(text.find_first_not_of(kBlanks, colon), text.size());
    if (colon >= end || text[colon] != ':') continue;
    const std::size_t value = std::min(text.find_first_not_of(kBlanks, colon + 1), end);
    found.push_back({at - (quoted ? 1 : 0), value});
  }
  return found;
}

/// Where a scalar ends that begins at `at`.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  const char quote = at < text.size() ? text[at] : '\0';
  if (quote == '"' || quote == '\'') return std::min(text.find(quote, at + 1) + 1, text.size());
  return std::min(text.find_first_of(" \t,}#\r\n", at), text.size());
}

/// Texts that may be the right one; which is, shows when they are read.
std::vector<std::string> replaced(const std::string& text, std::size_t line,
                                  const std::string& quoted) {
  std::vector<std::string> texts;
  for (const KeyPlace& key : keys_in(text, line, "fingerprint")) {
    const std::size_t end = end_of_value(text, key.value);
    texts.push_back(text.substr(0, key.value) + quoted + text.substr(end));
  }
  return texts;
}

std::vector<std::string> inserted(const std::string& text, std::size_t line,
                                  const std::string& quoted) {
  std::vector<std::string> texts;
  for (const KeyPlace& key : keys_in(text, line, "url")) {
    const std::string before = text.substr(0, key.begin);
    texts.push_back(before + "fingerprint: " + quoted + ", " + text.substr(key.begin));
    const std::size_t end = std::min(text.find('\n', line), text.size());
    const std::string indent(key.begin - line, ' ');
    texts.push_back(text.substr(0, end) + "\n" + indent + "fingerprint: " + quoted +
                    text.substr(end));
  }
  return texts;
}

/// The part of the file at the place, which places_of() found.
Json& at_place(Json& value, std::string_view pointer) {
  Json* at = &value;
  while (!pointer.empty()) {
    const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
    const std::string key(pointer.substr(1, end - 1));
    at = at->is_array() ? &(*at)[static_cast<std::size_t>(std::stoul(key))] : &(*at)[key];
    pointer.remove_prefix(end);
  }
  return *at;
}

bool same_endpoint(const std::string& url, const proxmox::Endpoint& wanted) {
  const auto endpoint = proxmox::parse_endpoint(url);
  return endpoint.ok() && endpoint->tls && endpoint->host == wanted.host &&
         endpoint->port == wanted.port;
}

}  // namespace

std::vector<PinPlace> places_of(const ConfigDocument& document, std::string_view url) {
  const auto wanted = proxmox::parse_endpoint(url);
  std::vector<PinPlace> places;
  if (!wanted.ok()) return places;
  for (const auto& [name, cluster] : document.file.clusters) {
    if (name.find('/') != std::string::npos) continue;  // its pointer would need an escape
    const std::string pointer = "/clusters/" + name;
    if (same_endpoint(cluster.url, *wanted)) {
      places.push_back({pointer, cluster.fingerprint.value_or("")});
    }
    for (std::size_t i = 0; i < cluster.endpoints.size(); ++i) {
      const EndpointEntry& other = cluster.endpoints[i];
      if (!same_endpoint(other.url, *wanted)) continue;
      places.push_back(
          {pointer + "/endpoints/" + std::to_string(i), other.fingerprint.value_or("")});
    }
  }
  return places;
}

Result<std::string> pinned_text(std::string_view text, const ConfigDocument& document,
                                const PinPlace& place, const std::string& pin) {
  Json wanted = document.yaml.value;
  at_place(wanted, place.pointer)["fingerprint"] = pin;
  const std::string whole(text);
  const std::string key = place.pinned.empty() ? "/url" : "/fingerprint";
  const std::size_t line = start_of(text, document.yaml.line_of(place.pointer + key));
  const std::string quoted = "\"" + pin + "\"";
  for (std::string& candidate :
       place.pinned.empty() ? inserted(whole, line, quoted) : replaced(whole, line, quoted)) {
    const auto read = parse_yaml(candidate, document.path);
    if (read.ok() && read->value == wanted) return std::move(candidate);
  }
  return Error{Code::kFailedPrecondition,
               document.place_of(place.pointer) + ": the fingerprint cannot be written here",
               "write it yourself: fingerprint: " + quoted};
}

}  // namespace pmx::app
