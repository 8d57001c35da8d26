// privacy_status: what the privacy gate did, in numbers only.
#include "app/catalogue.h"

namespace pmx::app {
namespace {

struct Args {
  template <class V>
  void fields(V&) {}
};

struct ClassCount {
  std::string kind;
  std::int64_t pseudonyms = 0;
  template <class V>
  void fields(V& v) {
    v.required("class", kind);
    v.required("pseudonyms", pseudonyms);
  }
};

struct Out {
  std::string mode;
  std::vector<ClassCount> classes;
  std::int64_t passed = 0;
  std::int64_t blocked = 0;
  template <class V>
  void fields(V& v) {
    v.required("mode", mode);
    v.required("classes", classes);
    v.required("passed", passed);
    v.required("blocked", blocked);
  }
};

std::string describe(const Out& out) {
  std::int64_t total = 0;
  for (const ClassCount& count : out.classes) total += count.pseudonyms;
  std::string text = std::to_string(total) + " pseudonyms are in use; the final check passed " +
                     std::to_string(out.passed) + " messages and held back " +
                     std::to_string(out.blocked) + " since this server started.";
  if (out.blocked > 0) text += " The operator finds the reasons in the local log.";
  return text;
}

}  // namespace

mcp::Tool privacy_status(const Toolbox& box) {
  return make_tool<Args, Out>(
      "privacy_status", [box](const Context&, const Args&, mcp::Progress&) -> Result<Answer<Out>> {
        PMX_TRY(const PrivacyStatus status, box.privacy_status());
        Out out{status.kept ? "installation" : "session",
                {},
                status.checks.passed,
                status.checks.blocked};
        for (const auto& count : status.pseudonyms) {
          out.classes.push_back({std::string(anonymize::kind_code(count.kind)), count.count});
        }
        std::string text = describe(out);
        return Answer<Out>{std::move(out), std::move(text)};
      });
}

}  // namespace pmx::app
