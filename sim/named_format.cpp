#include "sim/named_format.h"

#include "sim/pattern.h"

namespace pmx::sim {

std::string check_named(std::span<const NamedFormat> formats, std::string_view name,
                        std::string_view value) {
  for (const NamedFormat& known : formats) {
    if (known.name != name || matches_pattern(std::string(known.pattern), value)) continue;
    std::string text(known.complaint);
    if (const auto mark = text.find('%'); mark != std::string::npos) text.replace(mark, 1, value);
    return text + "\n";
  }
  return "";
}

}  // namespace pmx::sim
