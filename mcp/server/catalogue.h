// What a server offers: tools, resources and prompts, as data plus a handler each. Filled once by
// the product, immutable while serving.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "base/result.h"

namespace pmx::mcp {

/// Reports progress of the running request when the client asked for it; otherwise does nothing.
/// Thread-safe.
class Progress {
 public:
  virtual ~Progress() = default;

  /// `done` must grow from call to call; lesser values are raised. `total` 0 = unknown.
  virtual void report(double done, double total, std::string_view message) = 0;
};

/// A tool's answer: the structured content (an object that fits outputSchema) and its short text
/// twin for people.
struct ToolOutput {
  Json structured;
  std::string text;
};

/// `arguments` are validated against inputSchema and hold real values. An Error becomes an isError
/// result.
using ToolHandler = std::function<Result<ToolOutput>(const Context& ctx, const Json& arguments,
                                                     Progress& progress)>;

/// `definition` is exactly the tools/list entry: name, title, description, annotations,
/// inputSchema, outputSchema.
struct Tool {
  Json definition;
  ToolHandler run;

  [[nodiscard]] std::string_view name() const { return string_member(definition, "name"); }
  [[nodiscard]] bool read_only() const;
};

struct ResourceContent {
  std::string mime_type;
  std::string text;
};

/// `variables`: template variables, percent-decoded and with real values. kNotFound = no such
/// resource.
using ResourceHandler = std::function<Result<ResourceContent>(
    const Context& ctx, const std::map<std::string, std::string>& variables)>;

/// One kind of resource. `definition` is the templates/list entry (uriTemplate, name, ...);
/// `formats` gives the restorable format of each variable (see Gate::admit_value).
struct ResourceTemplate {
  Json definition;
  std::map<std::string, std::string> formats;
  ResourceHandler read;
};

/// Concrete resources for resources/list: {uri, name, title?, description?, mimeType?}, real values
/// inside.
using ResourceLister = std::function<Result<std::vector<Json>>(const Context& ctx)>;

/// `definition` is the prompts/list entry. Returns {description?, messages}.
using PromptHandler = std::function<Result<Json>(
    const Context& ctx, const std::map<std::string, std::string>& arguments)>;

struct Prompt {
  Json definition;
  std::map<std::string, std::string> formats;
  PromptHandler get;

  [[nodiscard]] std::string_view name() const { return string_member(definition, "name"); }
};

struct Catalogue {
  std::vector<Tool> tools;
  std::vector<ResourceTemplate> templates;
  ResourceLister list_resources;
  std::vector<Prompt> prompts;
};

/// kInvalidArgument for the first entry that could not be served: a schema that does not compile, a
/// name used twice, a template that is not level 1, a missing handler.
Result<void> check_catalogue(const Catalogue& catalogue);

/// What a tool call or resource read came to, for the audit.
struct CallOutcome {
  bool ok = false;
  std::string summary;  ///< error text, or the text twin; real values
  Json result;          ///< structured content or error
  std::chrono::milliseconds duration{};
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

  /// After the handler, always once per successful started().
  virtual void finished(const Context& ctx, std::int64_t token, const CallOutcome& outcome) = 0;
};

}  // namespace pmx::mcp
