// A resource that is what a tool answers.
#include <variant>

#include "app/catalogue.h"

namespace pmx::app {
namespace {

/// Nobody to report to and nobody to ask.
class Silent final : public mcp::Interaction {
 public:
  void report(double, double, std::string_view) override {}
  void log(mcp::LogLevel, std::string_view, const Json&) override {}
  [[nodiscard]] const Json* answer(std::string_view) const override { return nullptr; }
  [[nodiscard]] const Json& state() const override { return nothing_; }
  [[nodiscard]] bool client_can(std::string_view) const override { return false; }
  void poll_later(std::chrono::milliseconds) override {}
  Result<std::optional<Json>> elicited(std::string_view, const Json&) override {
    return std::optional<Json>();
  }

 private:
  const Json nothing_ = nullptr;
};

}  // namespace

Result<mcp::ResourceContent> content_from_tool(const mcp::Tool& tool, const Context& ctx,
                                               const Json& arguments) {
  Silent silent;
  PMX_TRY(const auto reply, tool.run(ctx, arguments, silent));
  const auto* output = std::get_if<mcp::ToolOutput>(&reply);
  if (output == nullptr) {
    return Error{Code::kInternal, "a resource cannot ask questions or wait for a task", ""};
  }
  return mcp::ResourceContent{"application/json", dump_json(output->structured)};
}

}  // namespace pmx::app
