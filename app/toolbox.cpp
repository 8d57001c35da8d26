#include "app/toolbox.h"

#include <array>
#include <cstdio>
#include <cstdlib>

#include "ops/guests.h"
#include "schemas/embedded.h"

namespace pmx::app {

Json tool_definition(std::string_view name) {
  auto parsed = parse_json(schemas::embedded_file("tools/" + std::string(name) + ".json"));
  if (!parsed.ok()) std::abort();
  return std::move(parsed).value();
}

std::string guest_reference(const Json& argument) {
  if (const auto* text = argument.get_ptr<const std::string*>()) return *text;
  return dump_json(argument);
}

std::string shown_guest(anonymize::Engine& engine, const proxmox::Guest& guest) {
  const auto kind = guest.type == "lxc" ? anonymize::Kind::kContainer : anonymize::Kind::kVm;
  proxmox::Guest shown = guest;
  shown.name = engine.pseudonym(kind, guest.name).value_or("");
  return ops::guest_title(shown);
}

std::string shown_node(anonymize::Engine& engine, const std::string& node) {
  const std::string shown = engine.pseudonym(anonymize::Kind::kNode, node).value_or("");
  return shown.empty() ? "?" : shown;
}

std::string format_bytes(std::int64_t bytes) {
  constexpr std::array<const char*, 6> kUnits{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  constexpr double kRoundsUp = 1023.5;  // would be shown as 1024
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= kRoundsUp && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value,
                kUnits[unit]);
  return text;
}

std::string format_percent(double fraction) {
  char text[16];
  std::snprintf(text, sizeof text, "%.0f %%", fraction * 100);
  return text;
}

std::string format_warnings(const std::vector<std::string>& warnings) {
  std::string text;
  for (const auto& warning : warnings) text += "\nWarning: " + warning;
  return text;
}

}  // namespace pmx::app
