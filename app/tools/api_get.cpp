// api_get: GET of any path of the PVE API, checked against the facts before anything is sent.
#include <memory>

#include "app/answer_pages.h"
#include "app/api_arguments.h"
#include "app/catalogue.h"

namespace pmx::app {
namespace {

struct Args {
  std::string path;
  Json parameters = Json::object();
  std::vector<std::string> fields_;
  int limit = 50;
  std::optional<std::int64_t> cursor;
  std::string cluster;
  template <class V>
  void fields(V& v) {
    v.optional("path", path);
    v.optional("parameters", parameters);
    v.optional("fields", fields_);
    v.optional("limit", limit);
    v.optional("cursor", cursor);
    v.optional("cluster", cluster);
  }
};

struct Out {
  std::string cluster;
  std::string path;
  Json data;
  std::optional<std::size_t> total;
  std::optional<std::int64_t> next;
  std::vector<std::string> warnings;
  template <class V>
  void fields(V& v) {
    v.required("cluster", cluster);
    v.required("path", path);
    v.required("data", data);
    v.optional("total", total);
    v.optional("next", next);
    v.required("warnings", warnings);
  }
};

Error no_get(const ops::ApiGuide& guide, const std::string& path) {
  for (const char* verb : {"POST", "PUT", "DELETE"}) {
    if (guide.schema().find(verb, path))
      return {Code::kInvalidArgument, "the path has no GET, and this tool only reads",
              "find one with api_search and method GET"};
  }
  return {Code::kNotFound, "this cluster's API has no such path", "find it with api_search"};
}

/// The method, if it may be read and the arguments are as the gate puts them: all values are
/// parameters.
Result<const proxmox::ApiMethod*> readable_method(const ops::ApiGuide& guide,
                                                  const std::string& path) {
  const auto route = guide.schema().find("GET", path);
  if (!route) return no_get(guide, path);
  if (!route->variables.empty())
    return Error{Code::kInvalidArgument, "path and parameters say different things",
                 "give each value once"};
  if (const auto why = ops::never_read(*route->method); !why.empty())
    return Error{Code::kPermissionDenied, "api_get does not read this path: " + std::string(why),
                 "ask the operator to do it"};
  return route->method;
}

Result<void> check_fields(const ops::ApiGuide& guide, const std::vector<std::string>& fields) {
  for (const std::string& field : fields) {
    if (!guide.is_member_name(field))
      return Error{Code::kInvalidArgument, "`fields` holds a name that no answer of the API has",
                   "leave fields out to see which there are"};
  }
  return {};
}

Result<void> check_values(const Json& parameters) {
  for (const auto& [name, value] : parameters.items()) {
    if (compares_names(name))
      return Error{Code::kInvalidArgument,
                   "the parameter " + name + " compares with parts of real names",
                   "leave it out, and choose among the rows of the answer"};
  }
  return {};
}

/// The values of the arguments, as they came through the gate.
ops::ApiRead read_of(const Args& args) {
  ops::ApiRead read{args.path, {}, args.cluster};
  for (const auto& [name, value] : args.parameters.items())
    read.values[name] = value.is_string() ? value.get<std::string>() : dump_json(value);
  return read;
}

/// What was completed, in the types of the parameters.
Json values_of(const Args& args, const ops::ApiRead& read) {
  Json values = args.parameters;
  for (const char* name : {"node", "vmid"}) {
    if (const auto value = read.values.find(name); value != read.values.end())
      values[name] = value->second;
  }
  return values;
}

/// The answer in pseudonyms, before anything is taken from it: what a value is, the gate tells by
/// what stands beside it.
Result<Json> pseudonymous(anonymize::Engine& engine, const Json& data) {
  PMX_TRY(const std::string text, engine.anonymize_json(dump_json(Json{{"data", data}})));
  PMX_TRY(Json shown, parse_json(text));
  return std::move(shown["data"]);
}

struct Reply {
  std::string cluster;
  Json data;
};

Result<Reply> read_api(const Toolbox& box, const Context& ctx, const Args& args) {
  ops::ApiRead read = read_of(args);
  PMX_TRY_VOID(check_values(args.parameters));
  PMX_TRY(const ops::ApiTarget target, ops::complete_read(ctx, box.clusters, read));
  PMX_TRY(const auto release, box.api.guides.release_of(ctx, *target.cluster));
  PMX_TRY(const auto* guide, box.api.guides.of(release));
  PMX_TRY(const auto* method, readable_method(*guide, args.path));
  PMX_TRY_VOID(check_fields(*guide, args.fields_));
  PMX_TRY(read.values, check_api_values(method->facts(), values_of(args, read)));
  PMX_TRY(const Json real, ops::send_read(ctx, box.api.denied, target, *method, read));
  PMX_TRY(Json data, pseudonymous(box.engine, real));
  return Reply{target.cluster->title(), std::move(data)};
}

std::string describe(const Out& out) {
  std::string text = "GET " + out.path + ": ";
  if (out.total) {
    text += std::to_string(out.data.size()) + " of " + std::to_string(*out.total) + " rows";
  } else if (out.data.is_object()) {
    text += std::to_string(out.data.size()) + " members";
  } else {
    text += dump_json(out.data);
  }
  text += ".";
  if (out.next) text += " The rest: ask again with cursor " + std::to_string(*out.next) + ".";
  return text + format_warnings(out.warnings);
}

/// `about` of a kept answer: its cluster and path.
std::string about(const std::string& cluster, const std::string& path) {
  return cluster + "\n" + path;
}

Answer<Out> answer_of(AnswerPage page, const std::string& about) {
  const std::size_t line = about.find('\n');
  Out out{about.substr(0, line),
          about.substr(line + 1),
          std::move(page.data),
          page.total,
          page.next,
          {}};
  if (!page.left_out.empty())
    out.warnings.push_back(std::to_string(page.left_out.size()) +
                           " members were too much and are left out: ask for them with fields");
  std::string text = describe(out);
  return {std::move(out), std::move(text)};
}

Result<Answer<Out>> run(const Toolbox& box, AnswerPages& pages, const Context& ctx,
                        const Args& args) {
  const auto limit = static_cast<std::size_t>(args.limit);
  if (args.cursor) {
    std::string what;
    PMX_TRY(AnswerPage page, pages.next(ctx.principal, *args.cursor, limit, what));
    return answer_of(std::move(page), what);
  }
  if (args.path.empty())
    return Error{Code::kInvalidArgument, "neither path nor cursor is given",
                 "find a path with api_search"};
  PMX_TRY(Reply reply, read_api(box, ctx, args));
  const std::string what = about(reply.cluster, args.path);
  PMX_TRY(AnswerPage page,
          pages.first(ctx.principal, what, std::move(reply.data), {args.fields_, limit}));
  return answer_of(std::move(page), what);
}

}  // namespace

mcp::Tool api_get(const Toolbox& box) {
  return make_tool<Args, Out>("api_get", [box, pages = std::make_shared<AnswerPages>(box.clock)](
                                             const Context& ctx, const Args& args, mcp::Progress&) {
    return run(box, *pages, ctx, args);
  });
}

}  // namespace pmx::app
