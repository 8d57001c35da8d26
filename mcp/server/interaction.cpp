#include "mcp/server/interaction.h"

#include <algorithm>
#include <array>

#include "mcp/server/call.h"

namespace pmx::mcp {
namespace {

constexpr std::array<std::string_view, 8> kLevels{"debug", "info",     "notice", "warning",
                                                  "error", "critical", "alert",  "emergency"};

}  // namespace

std::string_view log_level_name(LogLevel level) { return kLevels[static_cast<std::size_t>(level)]; }

std::optional<LogLevel> parse_log_level(std::string_view name) {
  const auto found = std::find(kLevels.begin(), kLevels.end(), name);
  if (found == kLevels.end()) return std::nullopt;
  return static_cast<LogLevel>(found - kLevels.begin());
}

InputRequest ask_form(std::string message, Json schema) {
  return {
      "elicitation/create",
      {{"mode", "form"}, {"message", std::move(message)}, {"requestedSchema", std::move(schema)}}};
}

bool client_can(const Call& call, std::string_view capability) {
  return client_can(call.capabilities.get(), capability);
}

bool client_can(const Json* capabilities, std::string_view capability) {
  const Json* at = capabilities;
  std::string_view rest = capability;
  while (at != nullptr && !rest.empty()) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    const std::string_view name = rest.substr(0, dot);
    // Elicitation without members means forms, as it did before there were modes.
    if (capability == "elicitation.form" && name == "form" && at->empty()) return true;
    at = find_member(*at, name);
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  return at != nullptr && at->is_object();
}

}  // namespace pmx::mcp
