#include "proxmox/errors.h"

#include <array>
#include <string_view>

namespace pmx::proxmox {
namespace {

using Kind = RefusalKind;

constexpr std::size_t kLogLines = 5;         // of a failed task's log in an error
constexpr std::size_t kMostOfFields = 4000;  // characters of what is wrong with parameters

/// What a kind means to the caller. `advice` is filled in further where the refusal tells more.
struct Row {
  Kind kind;
  Code code;
  std::string_view advice;
};

constexpr auto kRows = std::to_array<Row>({
    {Kind::kInvalid, Code::kInvalidArgument, "correct the named parameters"},
    {Kind::kUnknownMethod, Code::kInvalidArgument,
     "this PVE version does not know the method or path"},
    {Kind::kMissing, Code::kNotFound,
     "it was deleted, never existed, lives on another node, or is hidden from these credentials"},
    {Kind::kUnknownNode, Code::kNotFound, "no node of that name is known; list the nodes"},
    {Kind::kExists, Code::kAlreadyExists, "choose another name or id"},
    {Kind::kCredentials, Code::kUnauthenticated,
     "check user, realm and password, and that the user is enabled"},
    {Kind::kForbidden, Code::kPermissionDenied, ""},
    {Kind::kRootOnly, Code::kPermissionDenied,
     "PVE reserves this to root@pam logged in with a ticket; no token or role can do it"},
    {Kind::kNoTokens, Code::kPermissionDenied,
     "PVE takes no API token for this; it needs a login with user and password"},
    {Kind::kLocked, Code::kFailedPrecondition, "another operation holds the guest"},
    {Kind::kBusy, Code::kFailedPrecondition,
     "another change holds the lock; try again when its task has ended"},
    {Kind::kChanged, Code::kFailedPrecondition,
     "somebody changed the configuration meanwhile; read it again and redo the change"},
    {Kind::kNoQuorum, Code::kFailedPrecondition,
     "the cluster lost quorum and refuses changes; bring nodes back (pvecm status)"},
    {Kind::kWrongState, Code::kFailedPrecondition,
     "it cannot be done as things are; look at the state that PVE names"},
    {Kind::kNodeLacks, Code::kFailedPrecondition,
     "a program or package is missing on the node; install it there"},
    {Kind::kServerFault, Code::kFailedPrecondition,
     "PVE's own code failed; its journal on the node tells more (pvedaemon, pveproxy)"},
    {Kind::kWorkerDied, Code::kFailedPrecondition,
     "it was killed or its node went down; check what it left behind"},
    {Kind::kNodeUnreachable, Code::kUnavailable,
     "the node is down or cut off; ask /cluster/status who is online"},
    {Kind::kAnswerLost, Code::kUnavailable,
     "the node did not answer the proxy in time; the work may have been done, so check before "
     "repeating it"},
    {Kind::kNotPve, Code::kInvalidArgument, "check that the URL is the PVE API itself"},
});

/// The kind of task that takes a lock of this name, to be looked for.
std::string_view lock_taker(std::string_view lock) {
  struct Taker {
    std::string_view lock, task;
  };
  constexpr auto kTakers = std::to_array<Taker>({
      {"backup", "vzdump"},
      {"clone", "qmclone or vzclone"},
      {"create", "qmcreate, qmrestore, vzcreate or vzrestore"},
      {"migrate", "qmigrate or vzmigrate"},
      {"rollback", "qmrollback or vzrollback"},
      {"snapshot", "qmsnapshot or vzsnapshot"},
      {"snapshot-delete", "qmdelsnapshot or vzdelsnapshot"},
      {"suspending", "qmsuspend"},
      {"suspended", "qmsuspend, whose guest waits to be started"},
      {"disk", "resize or move_volume"},
  });
  for (const Taker& taker : kTakers) {
    if (taker.lock == lock) return taker.task;
  }
  return "";
}

std::string lock_advice(const Refusal& refusal) {
  const std::string_view taker = lock_taker(refusal.lock);
  if (taker.empty()) return "another operation holds the guest; wait for its task";
  return "a task of type " + std::string(taker) +
         " holds the guest; wait for it, and when none is running, it died: then root can take the "
         "lock away on the node (qm unlock, pct unlock)";
}

std::string more_advice(const Refusal& refusal, const Caller& caller) {
  switch (refusal.kind) {
    case Kind::kCredentials:
      return caller.is_token ? "check that the token exists, is not expired and enabled, and that "
                               "PROXMOX_MPC_TOKEN reads USER@REALM!ID=UUID; the secret is shown "
                               "only when the token is created"
                             : "";
    case Kind::kForbidden:
      return grant_advice(refusal, caller) +
             "; PVE asks for the privilege first, so this says nothing about whether it exists";
    case Kind::kLocked: return lock_advice(refusal);
    default: return "";
  }
}

std::string headline(const Refusal& refusal, const Caller& caller) {
  const std::string what = refusal.method + " " + refusal.path;
  switch (refusal.kind) {
    case Kind::kCredentials:
      return "the cluster refused the credentials of " + caller.id + " at " + what;
    case Kind::kNodeUnreachable:
    case Kind::kAnswerLost: return "the cluster could not reach the node for " + what;
    default: return "the cluster refused " + what;
  }
}

std::string field_list(const Refusal& refusal) {
  std::string out;
  for (const auto& [key, why] : refusal.fields) {
    if (out.size() > kMostOfFields) return out + "; ...";
    out += (out.empty() ? "" : "; ") + key + ": " + why;
  }
  return out;
}

const Row& row_of(Kind kind) {
  for (const Row& row : kRows) {
    if (row.kind == kind) return row;
  }
  return kRows.back();
}

/// The last lines of a log, on one line.
std::string tail_of(const std::vector<std::string>& lines) {
  std::string out;
  const std::size_t skip = lines.size() > kLogLines ? lines.size() - kLogLines : 0;
  for (std::size_t i = skip; i < lines.size(); ++i)
    out += (out.empty() ? "" : " | ") + one_line(lines[i]);
  return out;
}

}  // namespace

Error refusal_error(const Refusal& refusal, const Caller& caller) {
  const Row& row = row_of(refusal.kind);
  std::string message = headline(refusal, caller) + " (" + std::to_string(refusal.status) + ")";
  if (!refusal.text.empty()) message += ": " + refusal.text;
  if (!refusal.fields.empty()) message += " [" + field_list(refusal) + "]";
  std::string advice = more_advice(refusal, caller);
  if (advice.empty()) advice = row.advice;
  const bool gateway = refusal.kind == Kind::kNotPve && refusal.status >= 500;
  return {gateway ? Code::kUnavailable : row.code, std::move(message), std::move(advice)};
}

Error response_error(const HttpRequest& request, const HttpResponse& response,
                     const Caller& caller) {
  return refusal_error(read_refusal(request, response), caller);
}

Error task_error(const Upid& upid, std::string_view exitstatus,
                 const std::vector<std::string>& log_tail) {
  std::string what = "the task " + upid.type;
  if (!upid.id.empty()) what += " of " + upid.id;
  what += " on node " + upid.node;
  const Refusal refusal = read_task_failure(what, exitstatus);
  std::string message = what + " failed: " + refusal.text;
  const std::string tail = tail_of(log_tail);
  if (!tail.empty()) message += "; its log ends: " + tail;
  const Row& row = row_of(refusal.kind);
  const Caller caller{upid.user, upid.user.find('!') != std::string::npos};
  const std::string advice = more_advice(refusal, caller);
  return {row.code, std::move(message), advice.empty() ? std::string(row.advice) : advice};
}

}  // namespace pmx::proxmox
