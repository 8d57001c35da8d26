// The product's privacy gate: the engine of anonymize/ behind the gate interface of mcp/.
#pragma once

#include <atomic>
#include <cstdint>

#include "anonymize/engine.h"
#include "app/typed_names.h"
#include "mcp/gate/gate.h"

namespace pmx::app {

class PrivacyGate final : public mcp::Gate {
 public:
  /// Both outlive the gate.
  PrivacyGate(anonymize::Engine& engine, TypedNames& names) : engine_(engine), names_(names) {}

  /// Restores every property whose schema has a `format` ("pve-node", "ip", ...); all else passes
  /// unchanged. What is no pseudonym there must be admitted by TypedNames. Where a path of the API
  /// says what the other arguments mean, the facts of its method give their formats.
  Result<Json> admit(const Context& ctx, const Json& schema, const Json& arguments) override;
  Result<std::string> admit_value(const Context& ctx, std::string_view value,
                                  std::string_view format) override;

  /// What the gate came to since the start of this process: messages that left, and messages that
  /// were held back, by the second look or because the engine failed.
  struct Checks {
    std::int64_t passed = 0;
    std::int64_t blocked = 0;
  };
  [[nodiscard]] Checks checks() const { return {passed_, blocked_}; }

 protected:
  /// Anonymizes, then looks again with a different mechanism; a hit blocks the message.
  Result<std::string> scrub(const Context& ctx, std::string json) override;

 private:
  /// Whether what restore() refused is a damaged or invented pseudonym.
  bool is_forged(std::string_view value, std::string_view format, const Error& refusal);
  Result<std::string> scrub_twice(const Context& ctx, std::string_view json, std::string& finding);
  Result<Json> restore(const Context& ctx, const Json& schema, const Json& value,
                       const std::string& name);

  anonymize::Engine& engine_;
  TypedNames& names_;
  std::atomic<std::int64_t> passed_ = 0;
  std::atomic<std::int64_t> blocked_ = 0;
};

}  // namespace pmx::app
