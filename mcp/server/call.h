// One request on its way through the server, and its answer before the gate. Values; copied when
// work crosses to another thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/context.h"
#include "base/json.h"
#include "mcp/protocol/versions.h"
#include "mcp/rpc/error.h"

namespace pmx::mcp {

struct Call {
  Context ctx;
  Version version = kModern;
  Json id;
  Json params;                         ///< an object
  std::optional<Json> progress_token;  ///< string or integer
};

/// Exactly one of: an error, a result serialised already (owned by the server's core), a result.
struct Answer {
  Answer(Json value)
      : result(std::move(value)) {
  }  // NOLINT(google-explicit-constructor): handlers return either half
  Answer(RpcError failure)
      : error(std::move(failure)) {
  }  // NOLINT(google-explicit-constructor): handlers return either half
  static Answer serialised(std::string_view text) {
    Answer answer{Json(nullptr)};
    answer.text = text;
    return answer;
  }

  Json result;
  std::string_view text;
  std::optional<RpcError> error;
};

}  // namespace pmx::mcp
