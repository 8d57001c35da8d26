// api_describe: one method of the PVE API, in parts that are small.
#include "app/catalogue.h"
#include "ops/api_description.h"

namespace pmx::app {
namespace {

struct Args {
  std::string path;
  std::string method = "GET";
  std::string parameter;
  std::string from;
  std::string cluster;
  template <class V>
  void fields(V& v) {
    v.required("path", path);
    v.optional("method", method);
    v.optional("parameter", parameter);
    v.optional("from", from);
    v.optional("cluster", cluster);
  }
};

struct Out {
  std::string method;
  std::string path;
  std::string summary;
  /// Pairs, and no members: under a key such as "bridge" any word would be taken for a name.
  std::vector<std::vector<std::string>> parameters;
  std::size_t total = 0;
  std::optional<std::string> next;
  std::optional<std::string> permissions;
  std::optional<std::string> returns;
  bool task = false;
  std::string release;
  std::vector<std::string> warnings;
  template <class V>
  void fields(V& v) {
    v.required("method", method);
    v.required("path", path);
    v.required("summary", summary);
    v.required("parameters", parameters);
    v.required("total", total);
    v.optional("next", next);
    v.optional("permissions", permissions);
    v.optional("returns", returns);
    v.required("task", task);
    v.required("release", release);
    v.required("warnings", warnings);
  }
};

/// The verbs that the path has.
std::string verbs_of(const proxmox::ApiSchema& schema, std::string_view path) {
  std::string verbs;
  for (const char* verb : {"GET", "POST", "PUT", "DELETE"}) {
    if (schema.find(verb, path)) verbs += (verbs.empty() ? "" : ", ") + std::string(verb);
  }
  return verbs;
}

Error no_method(const proxmox::ApiSchema& schema, std::string_view path) {
  const std::string verbs = verbs_of(schema, path);
  if (!verbs.empty())
    return {Code::kNotFound, "the path has no such method", "its methods are: " + verbs};
  return {Code::kNotFound, "the API has no such path", "find it with api_search"};
}

std::string text_of(const Out& out, const std::string& parameter, std::size_t required) {
  std::string text = out.method + " " + out.path + " - " + out.summary + ". ";
  text += std::to_string(out.total) + (parameter.empty() ? " parameters" : " parts of it");
  if (parameter.empty()) text += ", " + std::to_string(required) + " required";
  text += out.task ? "; starts a task." : ".";
  if (out.next) text += " The rest: ask again with from \"" + *out.next + "\".";
  return text + format_warnings(out.warnings);
}

}  // namespace

mcp::Tool api_describe(const Toolbox& box) {
  return make_tool<Args, Out>(
      "api_describe",
      [box](const Context& ctx, const Args& args, mcp::Progress&) -> Result<Answer<Out>> {
        Out out;
        PMX_TRY(const auto clusters, box.clusters.select(args.cluster));
        PMX_TRY(auto* guide, box.api.guides.for_clusters(ctx, clusters, out.warnings));
        const auto route = guide->schema().find(args.method, args.path);
        if (!route) return no_method(guide->schema(), args.path);
        PMX_TRY(auto description,
                ops::describe_method(route->method->facts(), {args.parameter, args.from}));
        out.method = route->method->method;
        out.path = route->method->path;
        out.summary = guide->summary(*route->method);
        for (auto& [name, words] : description.parts)
          out.parameters.push_back({std::move(name), std::move(words)});
        out.total = description.total;
        if (!description.next.empty()) out.next = std::move(description.next);
        if (!description.permissions.empty()) out.permissions = std::move(description.permissions);
        if (!description.returns.empty()) out.returns = std::move(description.returns);
        out.task = description.starts_task;
        out.release = proxmox::release_name(guide->schema().release());
        std::string text = text_of(out, args.parameter, description.required);
        return Answer<Out>{std::move(out), std::move(text)};
      });
}

}  // namespace pmx::app
