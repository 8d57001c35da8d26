#include "proxmox/errors.h"

#include <doctest/doctest.h>

namespace pmx::proxmox {
namespace {

const Caller kToken{"ops@pve!mpc", true};

std::string message(const std::string& text) {
  return R"({"data":null,"message":")" + text + R"(\n"})";
}

}  // namespace

TEST_CASE("errors: each refusal of PVE becomes the code a caller can act on") {
  struct Row {
    const char* name;
    int status;
    std::string body;
    const char* reason;
    Code code;
    const char* says;
  };
  const Row rows[] = {
      {"401 has its text in the reason only", 401, "", "No ticket", Code::kUnauthenticated,
       "refused the credentials of ops@pve!mpc at GET /x (401): No ticket"},
      {"400 lists its parameters", 400,
       R"({"data":null,"message":"Parameter verification failed.\n","errors":{"memory":"invalid format\nmemory.current: type check\n","vmid":"property is missing"}})",
       "Parameter verification failed.", Code::kInvalidArgument,
       "[memory: invalid format; memory.current: type check; vmid: property is missing]"},
      {"400 for a task that is gone", 400,
       R"({"data":null,"message":"Parameter verification failed.\n","errors":{"upid":"no such task"}})",
       "", Code::kNotFound, "upid: no such task"},
      {"400 without JSON", 400, "", "Bad Request", Code::kInvalidArgument, "(400): Bad Request"},
      {"the one 404", 404, message("No such tfa entry 'x'"), "", Code::kNotFound, "tfa entry"},
      {"guest not at this node", 500,
       message("Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist"), "",
       Code::kNotFound, "999.conf"},
      {"unknown node", 500, message("hostname lookup 'x' failed - Name or service not known"), "",
       Code::kNotFound, "hostname lookup 'x'"},
      {"no such user", 500, message("no such user ('nosuch@pve')"), "", Code::kNotFound, "nosuch"},
      {"locked guest", 500, message("VM is locked (snapshot)"), "", Code::kFailedPrecondition,
       "locked (snapshot)"},
      {"file lock", 500,
       message("can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout"), "",
       Code::kFailedPrecondition, "lock-100.conf"},
      {"no quorum at creation", 500, message("cluster not ready - no quorum?"), "",
       Code::kFailedPrecondition, "no quorum"},
      {"no quorum at a config write", 500,
       message("unable to open file '/etc/pve/nodes/pve1/qemu-server/100.conf.tmp.205' - "
               "Permission denied"),
       "", Code::kFailedPrecondition, "Permission denied"},
      {"stale digest of a VM", 500, message("checksum mismatch (file change by other user?)"), "",
       Code::kFailedPrecondition, "checksum mismatch"},
      {"stale digest elsewhere", 500,
       message("detected modified configuration - file changed by other user? Try again."), "",
       Code::kFailedPrecondition, "detected modified"},
      {"taken VMID", 500, message("unable to create VM 100 - VM 100 already exists on node 'pve1'"),
       "", Code::kAlreadyExists, "already exists"},
      {"root only", 500, message("only root can set 'lock' config"), "", Code::kPermissionDenied,
       "only root"},
      {"400 inside a 500", 500,
       message("update failed: 400 Parameter verification failed.\\nid: bad value"), "",
       Code::kInvalidArgument, "Parameter verification failed.; id: bad value"},
      {"a missing job named by a 400 inside a 500", 500,
       message("delete failed: 400 Parameter verification failed.\\nid: No such job 'x'"), "",
       Code::kNotFound, "No such job 'x'"},
      {"an unknown option named by a 400 inside a 500", 500,
       message("400 Parameter verification failed.\\nfoo: property is not defined in schema"), "",
       Code::kInvalidArgument, "foo: property is not defined"},
      {"a rule that is not there", 500, message("no rule at position 7"), "", Code::kNotFound,
       "position 7"},
      {"a disabled storage", 500, message("storage 'n1' is disabled"), "",
       Code::kFailedPrecondition, "is disabled"},
      {"a stopped container", 500, message("CT 262 not running"), "", Code::kFailedPrecondition,
       "not running"},
      {"no quorum behind a file lock", 500, message("cfs-lock 'file-user_cfg' error: no quorum!"),
       "", Code::kFailedPrecondition, "no quorum"},
      {"a file lock that another holds", 500,
       message("cfs-lock 'file-user_cfg' error: got lock request timeout"), "",
       Code::kFailedPrecondition, "lock request timeout"},
      {"an unknown parameter is not a missing thing", 400,
       R"({"message":"Parameter verification failed.\n","errors":{"a":"property is not defined in schema and the schema does not allow additional properties"}})",
       "", Code::kInvalidArgument, "a: property is not defined"},
      {"several errors, one of them a missing thing", 400,
       R"({"message":"m","errors":{"a":"type check failed","storage":"No such storage."}})", "",
       Code::kNotFound, "storage: No such storage."},
      {"running guest", 500, message("VM 100 is running - destroy failed"), "",
       Code::kFailedPrecondition, "is running"},
      {"plain text body", 500, "malformed JSON string at line 3\n", "x", Code::kFailedPrecondition,
       "malformed JSON string at line 3"},
      {"unknown method", 501, message("Method 'GET /x' not implemented"), "",
       Code::kInvalidArgument, "not implemented"},
      {"dead node", 595, "", "No route to host", Code::kUnavailable,
       "could not reach the node for GET /x (595): No route to host"},
      {"TLS to the node", 596, "", "tls error", Code::kUnavailable, "tls error"},
      {"body from the node", 597, "", "broken", Code::kUnavailable, "broken"},
      {"something about the node", 599, "", "Too many", Code::kUnavailable, "Too many"},
      {"a proxy in between", 502, "<html>", "Bad Gateway", Code::kUnavailable, "<html>"},
      {"a redirect", 302, "", "Found", Code::kInvalidArgument, "(302): Found"},
      {"a message of another type", 500, R"({"message":[1],"errors":7})", "odd",
       Code::kFailedPrecondition, "odd"},
      {"an error value of another type", 400, R"({"message":"m","errors":{"a":[1]}})", "",
       Code::kInvalidArgument, "[a: [1]]"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Error error =
        response_error({"GET", "/x", {}, {}}, {row.status, row.reason, row.body}, kToken);
    CHECK(error.code == row.code);
    CAPTURE(error.message);
    CHECK(error.message.find(row.says) != std::string::npos);
    CHECK(error.message.find('\n') == std::string::npos);
  }
}

TEST_CASE("errors: a missing privilege comes with the command that grants it") {
  struct Row {
    const char* text;
    Caller caller;
    const char* advice;
  };
  const Row rows[] = {
      {"Permission check failed (/vms/100, VM.PowerMgmt)", kToken,
       "ops@pve!mpc lacks VM.PowerMgmt on /vms/100; grant it with: pveum acl modify /vms/100 "
       "--tokens 'ops@pve!mpc' --roles PVEVMUser (with privilege separation the token's user needs "
       "it as well)"},
      {"Permission check failed (/, Sys.Audit)",
       {"ops@pve", false},
       "ops@pve lacks Sys.Audit on /; grant it with: pveum acl modify / --users 'ops@pve' --roles "
       "PVEAuditor"},
      {"Permission check failed (/sdn/fabrics/x, SDN.Audit|SDN.Allocate)", kToken,
       "lacks SDN.Audit|SDN.Allocate on /sdn/fabrics/x; grant it with: pveum acl modify"},
      {"Permission check failed (/nodes/pve1, Sys.PowerMgmt)", kToken,
       "pveum role add mpc-Sys.PowerMgmt --privs Sys.PowerMgmt && pveum acl modify /nodes/pve1"},
      {"Permission check failed (user != root@pam)", kToken, "reserves this to root@pam"},
      {"Permission check failed (URI '/access/password' not available with API token, need proper "
       "ticket.)",
       kToken, "PVE takes no API token for this; it needs a login with user and password"},
      {"Permission check failed", kToken, "pveum user token permissions"},
      {"Permission check failed (, Sys.Audit)", kToken, "pveum user token permissions"},
      {"Permission check failed (/vms/$(reboot), VM.Audit)", kToken,
       "pveum user token permissions"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Error error =
        response_error({"POST", "/y", {}, {}}, {403, "", message(row.text)}, row.caller);
    CHECK(error.code == Code::kPermissionDenied);
    CAPTURE(error.advice);
    CHECK(error.advice.find(row.advice) != std::string::npos);
    CHECK(error.message == "the cluster refused POST /y (403): " + std::string(row.text));
  }
}

TEST_CASE("errors: a huge refusal is cut") {
  const Error error =
      response_error({"GET", "/x", {}, {}}, {500, "", message(std::string(100'000, 'e'))}, kToken);
  CHECK(error.message.size() < 3000);
}

}  // namespace pmx::proxmox
