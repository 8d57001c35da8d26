// pve://privacy/stats: the answer of privacy_status.
#include "app/catalogue.h"

namespace pmx::app {

mcp::ResourceTemplate privacy_resource(const Toolbox& box) {
  return {Json{{"uriTemplate", "pve://privacy/stats"},
               {"name", "privacy-stats"},
               {"title", "Privacy figures"},
               {"description",
                "What the privacy gate did, in numbers: pseudonyms by class, answers "
                "checked and held back."},
               {"mimeType", "application/json"}},
          {},
          [tool = privacy_status(box)](const Context& ctx, const auto&) {
            return content_from_tool(tool, ctx, Json::object());
          }};
}

}  // namespace pmx::app
