// For programs and tests that have nothing to hide: a gate that lets everything through, and an
// observer that looks away.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mcp/gate/gate.h"
#include "mcp/server/catalogue.h"

namespace pmx::mcp::test {

class OpenGate final : public Gate {
 public:
  Result<Json> admit(const Context&, const Json&, const Json& arguments) override {
    return arguments;
  }
  Result<std::string> admit_value(const Context&, std::string_view value,
                                  std::string_view) override {
    return std::string(value);
  }

 protected:
  Result<std::string> scrub(const Context&, std::string json) override {
    return json;
  }
};

class SilentObserver final : public CallObserver {
 public:
  Result<std::int64_t> started(const Context&, std::string_view, const Json&, bool) override {
    return std::int64_t{1};
  }
  void finished(const Context&, std::int64_t, const CallOutcome&) override {}
};

}  // namespace pmx::mcp::test
