#include "mcp/server/error_map.h"

namespace pmx::mcp {

std::string error_text(const Error& error) {
  if (error.advice.empty()) return error.message;
  const bool closed = !error.message.empty() &&
                      std::string_view(".!?").find(error.message.back()) != std::string_view::npos;
  return error.message + (closed ? " " : ". ") + error.advice;
}

RpcError to_rpc_error(const Error& error) {
  const bool theirs = error.code == Code::kInvalidArgument;
  return RpcError{theirs ? kInvalidParams : kInternalError,
                  error_text(error),
                  {{"reason", code_name(error.code)}}};
}

RpcError invalid_params(const std::string& why) {
  return RpcError{kInvalidParams, "Invalid params: " + why, nullptr};
}

RpcError resource_not_found(const std::string& uri, const std::string& why, Version version) {
  const int code = features_of(version).modern ? kInvalidParams : kLegacyResourceNotFound;
  return RpcError{code, "Resource not found" + (why.empty() ? "" : ": " + why), {{"uri", uri}}};
}

}  // namespace pmx::mcp
