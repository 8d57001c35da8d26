// What a server offers: tools, resources and prompts, as data plus a handler each. Filled once by
// the product, immutable while serving.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "base/result.h"
#include "mcp/server/interaction.h"

namespace pmx::mcp {

class Events;

/// A tool's answer: the structured content (an object that fits outputSchema) and its short text
/// twin for people.
struct ToolOutput {
  Json structured;
  std::string text;
  Json content = Json::array();  ///< further content blocks (image, audio, resource), newest form
  bool failed = false;           ///< isError, for a failure that has content of its own

  template <class V>
  void fields(V& v) {
    v.required("structured", structured);
    v.required("text", text);
    v.required("content", content);
    v.required("failed", failed);
  }
};

/// A failure that is the protocol's rather than the tool's: a JSON-RPC error, and the state
/// "failed" of a task. `message` passes the privacy gate.
struct ProtocolError {
  int code = -32603;
  std::string message;

  template <class V>
  void fields(V& v) {
    v.required("code", code);
    v.required("message", message);
  }
};

/// The rest of the work may run as a task of the protocol: as one when the client knows tasks,
/// else at once. Tool::resume goes on from `data`, also after a restart of the server.
struct Deferred {
  Json data;  ///< an object; stored, real values
  bool required =
      false;           ///< refuse clients without tasks; the handler must not have begun anything
  std::string status;  ///< the first statusMessage
  std::chrono::milliseconds poll{1000};  ///< pollIntervalMs
};

/// What a tool call came to, or what it needs to go on.
using ToolReply = std::variant<ToolOutput, InputRequired, Deferred, ProtocolError>;

/// `arguments` are validated against inputSchema and hold real values. An Error becomes an isError
/// result. A handler that answers InputRequired is called again with the answers: it must not have
/// changed anything by then.
using ToolHandler = std::function<Result<ToolReply>(const Context& ctx, const Json& arguments,
                                                    Interaction& interaction)>;

/// Goes on from Deferred::data, in any process of the installation. Called once a round at least,
/// for a task that was cancelled meanwhile with ctx.stop requested; again after an interruption and
/// with the answers to InputRequired. Must not answer Deferred again.
using ToolResume = std::function<Result<ToolReply>(const Context& ctx, const Json& data,
                                                   Interaction& interaction)>;

/// `definition` is exactly the tools/list entry: name, title, description, annotations,
/// inputSchema, outputSchema.
struct Tool {
  Json definition;
  ToolHandler run;
  ToolResume resume = {};  ///< for tools that answer Deferred

  [[nodiscard]] std::string_view name() const { return string_member(definition, "name"); }
  [[nodiscard]] bool read_only() const;
};

struct ResourceContent {
  std::string mime_type;
  std::string text;
  bool binary = false;  ///< `text` is base64, sent as `blob`
};

/// Values that fit what was typed so far, as the client may send them back (pseudonyms); at most
/// 100 are sent.
struct Completions {
  std::vector<std::string> values;
  std::optional<std::size_t> total;
};

/// completion/complete for the argument `name`, of which `typed` is there. `context`: the arguments
/// that are settled already. Both are the client's words, not restored.
using Completer = std::function<Result<Completions>(
    const Context& ctx, std::string_view name, std::string_view typed,
    const std::map<std::string, std::string>& context)>;

/// `variables`: template variables, percent-decoded and with real values. kNotFound = no such
/// resource.
using ResourceHandler = std::function<Result<ResourceContent>(
    const Context& ctx, const std::map<std::string, std::string>& variables)>;

/// The real URI that updates of this resource are published under (Events::resource_updated), from
/// the same variables. kNotFound = no such resource. May block as ResourceHandler may.
using ResourceLocator = std::function<Result<std::string>(
    const Context& ctx, const std::map<std::string, std::string>& variables)>;

/// One kind of resource. `definition` is the templates/list entry (uriTemplate, name, ...);
/// `formats` gives the restorable format of each variable (see Gate::admit_value). Without
/// variables it is one resource and not listed as a template.
struct ResourceTemplate {
  Json definition;
  std::map<std::string, std::string> formats;
  ResourceHandler read;
  Completer complete = {};
  ResourceLocator locate = {};  ///< for resources that can be subscribed to
};

/// Concrete resources for resources/list: {uri, name, title?, description?, mimeType?}, real values
/// inside.
using ResourceLister = std::function<Result<std::vector<Json>>(const Context& ctx)>;

/// {description?, messages}, or what is needed first.
using PromptReply = std::variant<Json, InputRequired>;
using PromptHandler = std::function<Result<PromptReply>(
    const Context& ctx, const std::map<std::string, std::string>& arguments,
    Interaction& interaction)>;

/// `definition` is the prompts/list entry.
struct Prompt {
  Json definition;
  std::map<std::string, std::string> formats;
  PromptHandler get;
  Completer complete = {};

  [[nodiscard]] std::string_view name() const { return string_member(definition, "name"); }
};

struct Catalogue {
  std::vector<Tool> tools;
  std::vector<ResourceTemplate> templates;
  ResourceLister list_resources;
  std::vector<Prompt> prompts;
  bool logs = false;         ///< handlers use Interaction::log
  Events* events = nullptr;  ///< where changes are published, if they are; outlives all servers
};

/// kInvalidArgument for the first entry that could not be served: a schema that does not compile, a
/// name used twice, a template that is not level 1, a missing handler.
Result<void> check_catalogue(const Catalogue& catalogue);

/// What a tool call or resource read came to, for the audit.
struct CallOutcome {
  bool ok = false;
  const ToolOutput* output = nullptr;  ///< what the tool answered; not copied, it may be large
  std::string note;                    ///< without an output: what happened, in words
  Json error;                          ///< without an output: code and message
  std::chrono::milliseconds duration{};

  /// Error text, or the text twin; real values.
  [[nodiscard]] const std::string& summary() const {
    return output == nullptr ? note : output->text;
  }
  /// Structured content or error.
  [[nodiscard]] const Json& result() const {
    return output == nullptr ? error : output->structured;
  }
};

/// Sees every tool call and resource read with real arguments: authorisation and audit.
/// Thread-safe.
class CallObserver {
 public:
  virtual ~CallObserver() = default;

  /// Before the handler. An Error refuses the call (and is its answer). Returns a token for
  /// finished(). For calls that write, the record must be durable when this returns.
  virtual Result<std::int64_t> started(const Context& ctx, std::string_view name,
                                       const Json& arguments, bool writes) = 0;

  /// After the handler, always once per successful started(): for a task when it ends, maybe in
  /// another process and with another request id (`ctx`). `outcome` and its output live until this
  /// returns.
  virtual void finished(const Context& ctx, std::int64_t token, const CallOutcome& outcome) = 0;
};

}  // namespace pmx::mcp
