// What tools, resources and prompts work with, and how a tool is made from its schema and one
// function.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "anonymize/engine.h"
#include "app/config.h"
#include "app/privacy_gate.h"
#include "base/clock.h"
#include "base/fields.h"
#include "mcp/server/catalogue.h"
#include "ops/api_access.h"
#include "ops/cluster.h"
#include "state/inventory_store.h"
#include "state/pseudonym_store.h"

namespace pmx::app {

/// What privacy did so far, in numbers only.
struct PrivacyStatus {
  PrivacyMode mode = PrivacyMode::kInstallation;  ///< of this process
  std::vector<state::KindCount> pseudonyms;       ///< issued by the installation
  PrivacyGate::Checks checks;                     ///< of this process
  state::Rotation rotation;                       ///< the latest one; says nothing in a session
  anonymize::Preset preset = anonymize::Preset::kStrict;
};

/// Everything outlives the catalogue.
struct Toolbox {
  ops::Clusters& clusters;
  anonymize::Engine& engine;
  state::InventoryStore& inventory;
  Clock& clock;
  ops::ApiAccess& api;
  /// Puts the UPID of a task that a running call started into its audit entry, at once.
  std::function<void(const Context& ctx, const std::string& upid)> note_task;
  std::function<Result<PrivacyStatus>()> privacy_status;
};

/// A tool's typed answer and its text twin.
template <class Out>
struct Answer {
  Out out;
  std::string text;
};

/// What a tool that may put off the rest of its work comes to.
template <class Out>
using Reply = std::variant<Answer<Out>, mcp::Deferred>;

template <class Out>
mcp::ToolReply to_reply(Answer<Out> answer) {
  return mcp::ToolOutput{encode(std::move(answer.out)), std::move(answer.text)};
}

template <class Out>
mcp::ToolReply to_reply(Reply<Out> reply) {
  if (auto* deferred = std::get_if<mcp::Deferred>(&reply)) return std::move(*deferred);
  return to_reply(std::move(std::get<Answer<Out>>(reply)));
}

/// The tools/list entry of schemas/tools/<name>.json. Aborts when the file is missing or broken: it
/// is compiled in.
Json tool_definition(std::string_view name);

/// Pairs a schema with `run`: Result<Answer<Out>>(const Context&, const Args&, mcp::Interaction&),
/// or Result<Reply<Out>> for a tool that may put off its work and gets a `resume`. Arguments are
/// decoded strictly; they were validated against the schema before.
template <class Args, class Out, class Run>
mcp::Tool make_tool(std::string_view name, Run run) {
  return {tool_definition(name),
          [run](const Context& ctx, const Json& arguments,
                mcp::Interaction& interaction) -> Result<mcp::ToolReply> {
            PMX_TRY(const Args args, decode<Args>(arguments, Unknown::kReject));
            PMX_TRY(auto answer, run(ctx, args, interaction));
            return to_reply<Out>(std::move(answer));
          }};
}

/// A guest argument (string or integer) as text: "105" or a name.
std::string guest_reference(const Json& argument);

/// "pseudonym (VMID 105)" for texts; never fails: without a pseudonym the VMID stands alone.
std::string shown_guest(anonymize::Engine& engine, const proxmox::Guest& guest);

/// The pseudonym of a node for texts; "?" when it cannot be issued.
std::string shown_node(anonymize::Engine& engine, const std::string& node);

/// "1.5 GiB", "12 %", "3 d 4 h": figures for texts.
std::string format_bytes(std::int64_t bytes);
std::string format_percent(double fraction);

/// "\nWarning: ..." for each, for the end of a text.
std::string format_warnings(const std::vector<std::string>& warnings);

}  // namespace pmx::app
