// The HTTP headers that repeat parts of a message in 2026-07-28 (Streamable HTTP, "Request
// headers"), so that intermediaries can route without reading bodies. Each must say what the body
// says. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/rpc/message.h"
#include "mcp/server/core.h"

namespace pmx::mcp {

/// The headers of one HTTP request.
class RequestHeaders {
 public:
  virtual ~RequestHeaders() = default;

  /// The value without surrounding blanks, or nothing. `lower_name` in lower case.
  [[nodiscard]] virtual std::optional<std::string_view> find(std::string_view lower_name) const = 0;
};

/// MCP-Protocol-Version against the version that the body claims; -32020. Nothing to check without
/// a claim.
std::optional<RpcError> check_version_header(const RequestHeaders& headers, const Request& request);

/// Mcp-Method and Mcp-Name; -32020.
std::optional<RpcError> check_standard_headers(const RequestHeaders& headers,
                                               const Request& request);

/// Mcp-Param-* for arguments whose schema has `x-mcp-header`; -32020.
std::optional<RpcError> check_param_headers(const RequestHeaders& headers, const Core& core,
                                            std::string_view method, const Json& params);

/// The `x-mcp-header` annotations of an input schema. kInvalidArgument where one breaks the rules
/// (clients drop such tools): no token, used twice, not on a string, integer or boolean that is
/// reached by `properties` alone.
Result<std::vector<ParamHeader>> param_headers(const Json& input_schema);

}  // namespace pmx::mcp
