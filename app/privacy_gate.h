// The product's privacy gate: the engine of anonymize/ behind the gate interface of mcp/.
#pragma once

#include "anonymize/engine.h"
#include "mcp/gate/gate.h"

namespace pmx::app {

class PrivacyGate final : public mcp::Gate {
 public:
  /// `engine` outlives the gate.
  explicit PrivacyGate(anonymize::Engine& engine) : engine_(engine) {}

  /// Restores every property whose schema has a `format` ("pve-node", "ip", ...); all else passes
  /// unchanged.
  Result<Json> admit(const Context& ctx, const Json& schema, const Json& arguments) override;
  Result<std::string> admit_value(const Context& ctx, std::string_view value,
                                  std::string_view format) override;

 protected:
  /// Anonymizes, then looks again with a different mechanism; a hit blocks the message.
  Result<std::string> scrub(const Context& ctx, std::string_view json) override;

 private:
  Result<Json> restore(const Json& schema, const Json& value, const std::string& name);

  anonymize::Engine& engine_;
};

}  // namespace pmx::app
