// From PVE's refusals (proxmox/refusal.h) to our Errors: what happened, to what, why, and what to
// do next. PVE's own text is kept; secrets never enter. Pure functions, any thread.
//
// | kind of refusal | Code |
// |---|---|
// | invalid, unknown_method | kInvalidArgument |
// | missing, unknown_node | kNotFound |
// | exists | kAlreadyExists |
// | credentials | kUnauthenticated |
// | forbidden (with the command that grants it), root_only, no_tokens | kPermissionDenied |
// | locked, busy, changed, no_quorum, wrong_state | kFailedPrecondition |
// | node_lacks, server_fault, worker_died | kFailedPrecondition |
// | node_unreachable, answer_lost | kUnavailable |
// | not_pve | kUnavailable from status 500 on, else kInvalidArgument |
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "proxmox/grant_advice.h"
#include "proxmox/http.h"
#include "proxmox/refusal.h"
#include "proxmox/upid.h"

namespace pmx::proxmox {

/// The Error of a refusal.
Error refusal_error(const Refusal& refusal, const Caller& caller);

/// The Error for an answer whose status is not 2xx.
Error response_error(const HttpRequest& request, const HttpResponse& response,
                     const Caller& caller);

/// The Error for a task that ended with `exitstatus`, which is no success; `log_tail` are the last
/// lines of its log.
Error task_error(const Upid& upid, std::string_view exitstatus,
                 const std::vector<std::string>& log_tail);

}  // namespace pmx::proxmox
