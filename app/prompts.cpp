// The prompts offered over MCP.
#include "prompts/prompts.h"
#include "app/catalogue.h"

namespace pmx::app {
namespace {

std::string value_or(const std::map<std::string, std::string>& values, const std::string& key,
                     std::string fallback) {
  const auto found = values.find(key);
  return found == values.end() || found->second.empty() ? std::move(fallback) : found->second;
}

Result<Json> troubleshoot(const Context&, const std::map<std::string, std::string>& arguments) {
  const std::string guest = value_or(arguments, "guest", "");
  PMX_TRY(std::string text,
          prompts::render(
              "troubleshoot",
              {{"subject", guest.empty() ? "the cluster" : "the guest " + guest},
               {"problem", value_or(arguments, "problem", "not said; ask if it matters")}}));
  return Json{
      {"description", "Find the cause of a problem and propose what to do"},
      {"messages",
       Json::array({Json{{"role", "user"}, {"content", {{"type", "text"}, {"text", text}}}}})}};
}

}  // namespace

mcp::Prompt troubleshoot_prompt() {
  return {
      Json{{"name", "troubleshoot"},
           {"title", "Troubleshoot"},
           {"description",
            "Guides through finding the cause of a problem with a guest or the cluster."},
           {"arguments",
            Json::array({Json{{"name", "guest"},
                              {"description",
                               "VMID or pseudonym of the guest; the whole cluster when left out."},
                              {"required", false}},
                         Json{{"name", "problem"},
                              {"description", "What goes wrong, in your words."},
                              {"required", false}}})}},
      {},  // the guest stays as the client wrote it: nothing is looked up, so nothing need be real
      troubleshoot};
}

}  // namespace pmx::app
