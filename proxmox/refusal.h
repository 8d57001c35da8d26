// What PVE meant when it refused: its answer sorted into kinds that a caller can act on, with what
// the text tells about them. PVE has hardly any status codes of its own (a missing guest, a lock
// and a lost quorum are all 500), so the text decides, by one table in refusal.cpp. Pure functions,
// any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "proxmox/http.h"

namespace pmx::proxmox {

enum class RefusalKind {
  kInvalid,        ///< a parameter is wrong or missing
  kUnknownMethod,  ///< this release has no such path or verb, or takes no such request
  kMissing,        ///< something named is not there, or not at this node
  kUnknownNode,    ///< the node's name means nothing to the cluster
  kExists,         ///< it is there already, or its id was taken meanwhile
  kCredentials,    ///< login, token or ticket is not accepted
  kForbidden,  ///< a privilege is missing; PVE asks for it before it looks whether the thing exists
  kRootOnly,   ///< reserved to root@pam itself, whatever the roles
  kNoTokens,   ///< not to be done with an API token
  kLocked,     ///< an operation holds the guest: `lock` says which
  kBusy,       ///< a lock of a file could not be had in time
  kChanged,    ///< the digest is not that of the configuration any more
  kNoQuorum,   ///< too few nodes: the cluster's configuration is read-only
  kWrongState,       ///< it cannot be done as things are (running, not empty, disabled, ...)
  kNodeLacks,        ///< a program or package is missing on the node
  kServerFault,      ///< PVE's own code failed
  kWorkerDied,       ///< a task ended without saying how
  kNodeUnreachable,  ///< the node that was asked could not reach the one that should do it; nothing
                     ///< was done
  kAnswerLost,       ///< the same, after the request was handed over: it may have been done
  kNotPve,           ///< not PVE's answer: a proxy, portal or redirect
};

/// The kind's name for logs and tests: "invalid", "unknown_method", ...
std::string_view refusal_name(RefusalKind kind);

/// One refusal. Texts are PVE's, on one line and cut when they are long; nothing here is a secret.
struct Refusal {
  RefusalKind kind = RefusalKind::kWrongState;
  int status = 0;
  std::string method;
  std::string path;
  std::string text;  ///< the message, or the reason phrase where there is no body
  std::map<std::string, std::string> fields;  ///< parameter -> what is wrong with it
  std::string acl_path;                       ///< of kForbidden: "/vms/100", where PVE told
  std::string privileges;                     ///< of kForbidden: "VM.Audit", alternatives as "A|B"
  std::string lock;                           ///< of kLocked: "backup"
};

/// PVE's text for a message: on one line, without surrounding blanks; inner line ends become "; ".
/// What is very long is cut.
std::string one_line(std::string_view text);

/// Reads an answer whose status is not 2xx.
Refusal read_refusal(const HttpRequest& request, const HttpResponse& response);

/// Reads how a task ended that failed: its exit status holds the texts of 500 answers. `what` takes
/// the place of the path.
Refusal read_task_failure(std::string_view what, std::string_view exitstatus);

}  // namespace pmx::proxmox
