// The prompts offered over MCP. No word of the client goes into a prompt's text unless it is a VMID
// or a pseudonym of ours: the text passes the privacy gate, and what comes back changed would tell
// a guesser that the guess was a real name.
#include "prompts/prompts.h"
#include "app/catalogue.h"
#include "app/completions.h"

namespace pmx::app {
namespace {

bool is_vmid(const std::string& text) {
  return !text.empty() && text.size() <= 9 &&
         text.find_first_not_of("0123456789") == std::string::npos;
}

/// "the guest vm-k3x9q2f", "the guest with VMID 105", or "the cluster" when none is named.
Result<std::string> subject_of(anonymize::Engine& engine,
                               const std::map<std::string, std::string>& arguments) {
  const auto given = arguments.find("guest");
  if (given == arguments.end() || given->second.empty()) return std::string("the cluster");
  if (is_vmid(given->second)) return "the guest with VMID " + given->second;
  const auto real = engine.restore(given->second, "pve-guest");
  if (real.ok() && *real != given->second) return "the guest " + given->second;
  return Error{Code::kInvalidArgument,
               "the argument guest is no VMID and no pseudonym of this server",
               "copy it from guest_list"};
}

Result<Json> troubleshoot(anonymize::Engine& engine,
                          const std::map<std::string, std::string>& arguments) {
  PMX_TRY(std::string subject, subject_of(engine, arguments));
  PMX_TRY(std::string text, prompts::render("troubleshoot", {{"subject", std::move(subject)}}));
  Json message{{"role", "user"}};
  message["content"] = {{"type", "text"}, {"text", std::move(text)}};
  return Json{{"description", "Find the cause of a problem and propose what to do"},
              {"messages", Json::array({std::move(message)})}};
}

}  // namespace

mcp::Prompt troubleshoot_prompt(const Toolbox& box) {
  const Json guest{
      {"name", "guest"},
      {"description", "VMID or pseudonym of the guest; the whole cluster when left out."},
      {"required", false}};
  return {Json{{"name", "troubleshoot"},
               {"title", "Troubleshoot"},
               {"description",
                "Guides through finding the cause of a problem with a guest or the cluster."},
               {"arguments", Json::array({guest})}},
          {},
          [engine = &box.engine](const Context&, const auto& arguments, mcp::Interaction&) {
            return troubleshoot(*engine, arguments);
          },
          argument_completer(box)};
}

}  // namespace pmx::app
