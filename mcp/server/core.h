// Core: what one server and all its running requests share, always in a shared_ptr. Immutable after
// construction but for the list cache and the work on tasks; thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "mcp/gate/gate.h"
#include "mcp/protocol/versions.h"
#include "mcp/schema/validator.h"
#include "mcp/server/catalogue.h"
#include "mcp/server/deadlines.h"
#include "mcp/server/events.h"
#include "mcp/server/list_pages.h"
#include "mcp/server/quotas.h"
#include "mcp/server/request_state.h"
#include "mcp/server/server.h"
#include "mcp/server/task_desk.h"
#include "mcp/server/uri_template.h"

namespace pmx {
class Executor;
}

namespace pmx::mcp {

/// An argument that an HTTP header repeats: "mcp-param-region" for arguments.place.region.
struct ParamHeader {
  std::string header;
  std::vector<std::string> path;
};

/// A tool with its schemas compiled.
struct CompiledTool {
  const Tool* tool;
  Validator input;
  std::optional<Validator> output;
  std::vector<ParamHeader> headers;

  static Result<CompiledTool> compile(const Tool& tool);
};

/// A resource template with its URI compiled.
struct CompiledTemplate {
  const ResourceTemplate* resource;
  UriTemplate uri;
};

/// The parts of a server that the product supplies.
struct Parts {
  const Catalogue& catalogue;
  Gate& gate;
  CallObserver& observer;
  Executor& executor;
  Clock& clock;
};

/// The three lists that are the same for every request of a version.
enum class FixedList { kTools, kTemplates, kPrompts };

class Core : public std::enable_shared_from_this<Core> {
 public:
  /// Entries of the catalogue that check_catalogue() refuses are logged and not served.
  Core(ServerOptions options, const Parts& parts);

  const ServerOptions options;
  const Catalogue& catalogue;
  Gate& gate;
  CallObserver& observer;
  Executor& executor;
  Clock& clock;
  /// Opening a state may use it up, which changes nothing else of the core.
  mutable RequestStates states;
  /// What paged lists were cut from; a page may forget an old one.
  mutable ListPages resource_pages;

  /// ServerOptions::tasks, or one of our own.
  const std::shared_ptr<TaskStore> task_store;
  /// The work on tasks goes on beside the requests, which see the core as constant.
  const std::unique_ptr<TaskDesk> tasks;
  /// What each principal has and does.
  const std::unique_ptr<Quotas> quotas;
  /// Of what clients are waited for.
  const std::unique_ptr<Deadlines> deadlines;

  [[nodiscard]] const CompiledTool* find_tool(std::string_view name) const;
  [[nodiscard]] const Prompt* find_prompt(std::string_view name) const;
  [[nodiscard]] const std::vector<CompiledTemplate>& templates() const { return templates_; }

  /// Nothing when there is no hub.
  [[nodiscard]] Topics publishes() const;
  [[nodiscard]] bool has_resources() const;
  [[nodiscard]] bool has_prompts() const { return !catalogue.prompts.empty(); }
  [[nodiscard]] bool has_completions() const;

  /// Some tool can go on as a task.
  [[nodiscard]] bool has_tasks() const;

  /// Clients can hear of the changes of tasks.
  [[nodiscard]] bool tells_of_tasks() const { return catalogue.events != nullptr && has_tasks(); }

  /// The ServerCapabilities we honour, as `version` knows them.
  [[nodiscard]] Json capabilities(Version version) const;
  [[nodiscard]] Json server_info(Version version) const;

  /// What `_meta` of every result of 2026-07-28 says: made once.
  [[nodiscard]] const Json& result_meta() const { return result_meta_; }

  /// A complete list result, serialised on first use; the text lives as long as the core.
  [[nodiscard]] std::string_view fixed_list(FixedList list, Version version) const;

 private:
  [[nodiscard]] Json build_list(FixedList list, Version version) const;

  const Json result_meta_;
  std::map<std::string, CompiledTool, std::less<>> tools_;
  std::vector<const CompiledTool*> tool_order_;
  std::vector<CompiledTemplate> templates_;
  mutable std::mutex lists_mutex_;
  mutable std::map<std::pair<FixedList, Version>, std::string> lists_;
};

}  // namespace pmx::mcp
