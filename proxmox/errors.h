// From PVE's refusals to our Errors: what happened, to what, why, and what to do next. PVE's own
// text is kept; secrets never enter. Pure functions, any thread.
//
// | PVE | Code |
// |---|---|
// | 400 | kInvalidArgument; kNotFound when a parameter "does not exist" or is "no such ..." |
// | 401 | kUnauthenticated |
// | 403 | kPermissionDenied with the pveum command that would grant it |
// | 404 | kNotFound |
// | 500 | by text: kNotFound, kAlreadyExists, kFailedPrecondition, kPermissionDenied |
// | 501 | kInvalidArgument: this PVE does not know the method |
// | 595-599, other 5xx | kUnavailable |
#pragma once

#include <string>

#include "base/result.h"
#include "proxmox/http.h"

namespace pmx::proxmox {

/// Whose credentials were refused, for the advice.
struct Caller {
  std::string id;  ///< USER@REALM!TOKENID or USER@REALM
  bool is_token = false;
};

/// The Error for an answer whose status is not 2xx.
Error response_error(const HttpRequest& request, const HttpResponse& response,
                     const Caller& caller);

}  // namespace pmx::proxmox
