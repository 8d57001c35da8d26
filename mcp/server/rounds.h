// Multi round-trip requests: a handler's questions on their way to the user, and the handler's next
// round. 2026-07-28 returns them as an input_required result and the client repeats the request;
// before, the same handler is served by real requests to the client.
#pragma once

#include <memory>
#include <optional>

#include "mcp/server/execution.h"

namespace pmx::mcp {

/// Puts `ask` to the client. An answer when the request ends with this (the modern result, or an
/// error); nothing when the job goes on by itself later.
std::optional<Answer> ask_client(const std::shared_ptr<Job>& job, const Method& method,
                                 InputRequired ask);

/// A question's params as they leave. The formats that mark what is restored are ours: forms know
/// only the protocol's four.
Json wire_params(const InputRequest& request);

/// Takes inputResponses and requestState of a repeated request into `call`. An error for a state
/// that is not ours, not this request's, too old, or used up, or when that cannot be known.
std::optional<RpcError> take_round(const Core& core, std::string_view method, Call& call);

/// The first capability that a client needs to be asked this and lacks; empty when it has all.
std::string_view lacking(const Json* capabilities, const InputRequired& ask);

/// -32021: the client did not declare what the request needs (dotted path).
RpcError missing_capability(std::string_view capability);

}  // namespace pmx::mcp
