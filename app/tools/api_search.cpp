// api_search: methods of the PVE API by plain words. Only the API's own words and ours are
// searched.
#include "app/catalogue.h"

namespace pmx::app {
namespace {

constexpr std::size_t kMostBytes = 1700;  // of an answer and its text: below 600 tokens of 3 bytes

struct Args {
  std::string query;
  std::string method;
  int limit = 5;
  std::string cluster;
  template <class V>
  void fields(V& v) {
    v.required("query", query);
    v.optional("method", method);
    v.optional("limit", limit);
    v.optional("cluster", cluster);
  }
};

struct Found {
  std::string method;
  std::string path;
  std::string summary;
  template <class V>
  void fields(V& v) {
    v.required("method", method);
    v.required("path", path);
    v.required("summary", summary);
  }
};

struct Out {
  std::vector<Found> methods;
  std::string release;
  std::vector<std::string> warnings;
  template <class V>
  void fields(V& v) {
    v.required("methods", methods);
    v.required("release", release);
    v.required("warnings", warnings);
  }
};

std::string describe(const Out& out) {
  if (out.methods.empty())
    return "No method of the API fits these words; try others." + format_warnings(out.warnings);
  std::string text;
  for (const Found& one : out.methods)
    text += (text.empty() ? "" : "\n") + one.method + " " + one.path + " - " + one.summary;
  return text + format_warnings(out.warnings);
}

/// With as many methods as there is room for.
Answer<Out> in_bounds(Out out) {
  while (true) {
    Answer<Out> answer{out, describe(out)};
    const std::size_t bytes = dump_json(encode(out)).size() + answer.text.size();
    if (bytes <= kMostBytes || out.methods.size() < 2) return answer;
    out.methods.pop_back();
  }
}

}  // namespace

mcp::Tool api_search(const Toolbox& box) {
  return make_tool<Args, Out>(
      "api_search",
      [box](const Context& ctx, const Args& args, mcp::Progress&) -> Result<Answer<Out>> {
        Out out;
        PMX_TRY(const auto clusters, box.clusters.select(args.cluster));
        PMX_TRY(auto* guide, box.api.guides.for_clusters(ctx, clusters, out.warnings));
        PMX_TRY(const auto found,
                guide->search(args.query, args.method, static_cast<std::size_t>(args.limit)));
        for (const auto* method : found) {
          out.methods.push_back({std::string(method->method), std::string(method->path),
                                 std::string(guide->summary(*method))});
        }
        out.release = proxmox::release_name(guide->schema().release());
        return in_bounds(std::move(out));
      });
}

}  // namespace pmx::app
