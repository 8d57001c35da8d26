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
  std::string preset;
  std::optional<std::string> rotated;  ///< times as format_time() writes them
  std::optional<std::string> earlier_until;
  std::vector<ClassCount> classes;
  std::int64_t passed = 0;
  std::int64_t blocked = 0;
  template <class V>
  void fields(V& v) {
    v.required("mode", mode);
    v.required("preset", preset);
    v.optional("rotated", rotated);
    v.optional("earlier_until", earlier_until);
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
  if (out.rotated && out.earlier_until) {
    text += " They were rotated at " + *out.rotated + "; earlier ones are accepted until " +
            *out.earlier_until + ".";
  }
  if (out.preset != "strict") text += " The operator's preset is " + out.preset + ".";
  if (out.blocked > 0) text += " The operator finds the reasons in the local log.";
  return text;
}

Out output(const PrivacyStatus& status) {
  Out out;
  out.mode = privacy_mode_name(status.mode);
  out.preset = anonymize::preset_name(status.preset);
  out.passed = status.checks.passed;
  out.blocked = status.checks.blocked;
  if (status.mode == PrivacyMode::kInstallation && status.rotation.epoch > 0) {
    out.rotated = format_time(status.rotation.began);
    out.earlier_until = format_time(status.rotation.earlier_until);
  }
  for (const auto& count : status.pseudonyms) {
    out.classes.push_back({std::string(anonymize::kind_code(count.kind)), count.count});
  }
  return out;
}

}  // namespace

mcp::Tool privacy_status(const Toolbox& box) {
  return make_tool<Args, Out>(
      "privacy_status", [box](const Context&, const Args&, mcp::Progress&) -> Result<Answer<Out>> {
        PMX_TRY(const PrivacyStatus status, box.privacy_status());
        Out out = output(status);
        std::string text = describe(out);
        return Answer<Out>{std::move(out), std::move(text)};
      });
}

}  // namespace pmx::app
