// A workbench for tests of tools and resources: the demo installation on a clock that jumps, so
// that tasks of the simulated cluster end at once, and a way to call a tool as the server would
// (schema checks included).
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/catalogue.h"
#include "app/installation.h"
#include "mcp/schema/validator.h"

namespace pmx::app::test {

/// Waiting advances time instead of passing it.
class JumpingClock final : public Clock {
 public:
  SystemTime now() const override {
    const std::lock_guard lock(mutex_);
    return SystemTime(std::chrono::milliseconds(1'795'000'000'000)) + elapsed_;
  }
  SteadyTime steady() const override {
    const std::lock_guard lock(mutex_);
    return SteadyTime(std::chrono::hours(1)) + elapsed_;
  }
  bool wait(const std::stop_token& stop, std::chrono::milliseconds duration) override {
    advance(duration);
    return !stop.stop_requested();
  }
  void advance(std::chrono::milliseconds duration) {
    const std::lock_guard lock(mutex_);
    elapsed_ += duration;
  }

 private:
  mutable std::mutex mutex_;
  std::chrono::milliseconds elapsed_{0};
};

/// A client that watches progress, cannot be asked anything, and knows tasks when told so.
class RecordingProgress final : public mcp::Interaction {
 public:
  void report(double done, double, std::string_view message) override {
    CHECK(done > last_);
    last_ = done;
    messages.emplace_back(message);
  }
  void log(mcp::LogLevel, std::string_view, const Json&) override {}
  [[nodiscard]] const Json* answer(std::string_view) const override { return nullptr; }
  [[nodiscard]] const Json& state() const override { return state_; }
  [[nodiscard]] bool client_can(std::string_view) const override { return false; }
  [[nodiscard]] bool may_defer() const override { return knows_tasks; }
  void poll_later(std::chrono::milliseconds) override {}
  Result<std::optional<Json>> elicited(std::string_view, const Json&) override {
    return std::optional<Json>();
  }
  void clear() {
    messages.clear();
    last_ = 0;
  }

  std::vector<std::string> messages;
  bool knows_tasks = false;

 private:
  double last_ = 0;
  Json state_ = nullptr;
};

struct Workbench {
  Workbench() {
    auto opened = Installation::open_demo(clock, Secret(std::string(32, 'k')));
    REQUIRE(opened.ok());
    installation = std::move(opened).value();
  }

  Toolbox box() {
    return {
        installation->clusters(),
        installation->engine(),
        installation->inventory(),
        clock,
        installation->api(),
        [this](const Context&, const std::string& upid) { tasks.push_back(upid); },
        [this]() -> Result<PrivacyStatus> {
          PMX_TRY(auto counts, installation->pseudonym_counts());
          return PrivacyStatus{installation->mode(), std::move(counts), checks, rotation, preset};
        }};
  }

  sim::Cluster& cluster() { return *installation->simulated(); }

  /// Calls a tool with valid arguments and checks what comes back against its outputSchema.
  Result<mcp::ToolOutput> call(std::string_view name, const Json& arguments = Json::object()) {
    progress.clear();
    for (const auto& listed : all_tools()) {
      if (listed.name != name) continue;
      const mcp::Tool tool = listed.make(box());
      check_schema(tool.definition, "inputSchema", arguments);
      PMX_TRY(auto reply, tool.run(Context{}, arguments, progress));
      auto* output = std::get_if<mcp::ToolOutput>(&reply);
      REQUIRE(output != nullptr);
      check_schema(tool.definition, "outputSchema", output->structured);
      return std::move(*output);
    }
    FAIL("no such tool");
    return Error{};
  }

  /// Guests with this status, by VMID, without templates and locked ones.
  std::vector<int> guests(const std::string& status) {
    const auto listed =
        call("guest_list",
             {{"status", status}, {"limit", 500}, {"fields", {"template", "lock", "type"}}});
    REQUIRE(listed.ok());
    std::vector<int> vmids;
    for (const auto& row : listed->structured["guests"]) {
      if (!row.value("template", false) && !row.contains("lock"))
        vmids.push_back(row["vmid"].get<int>());
    }
    REQUIRE_FALSE(vmids.empty());
    return vmids;
  }

  JumpingClock clock;
  RecordingProgress progress;
  std::vector<std::string> tasks;
  PrivacyGate::Checks checks;                             ///< as privacy_status tells them
  state::Rotation rotation;                               ///< likewise
  anonymize::Preset preset = anonymize::Preset::kStrict;  ///< likewise
  std::unique_ptr<Installation> installation;

 private:
  static void check_schema(const Json& definition, const char* which, const Json& value) {
    const auto validator = mcp::Validator::compile(definition[which]);
    REQUIRE_MESSAGE(validator.ok(), validator.error().message);
    for (const auto& violation : validator->validate(value)) FAIL_CHECK(which << ": " << violation);
  }
};

}  // namespace pmx::app::test
