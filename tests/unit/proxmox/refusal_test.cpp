#include "proxmox/refusal.h"

#include <doctest/doctest.h>

#include <set>

#include "proxmox/errors.h"
#include "tests/unit/proxmox/recorded.h"

namespace pmx::proxmox {
namespace {

const Caller kToken{"ops@pve!mpc", true};

Refusal read(int status, const std::string& text) {
  return read_refusal({"PUT", "/nodes/n1/qemu/100/config", {}, {}},
                      {status, "", dump_json({{"data", nullptr}, {"message", text + "\n"}})});
}

Upid upid() {
  return Upid::parse("UPID:n1:0000AAAA:0000BBBB:66000000:qmstart:100:ops@pve!mpc:").value();
}

}  // namespace

TEST_CASE("refusal: every refusal that was recorded is of the kind that it was judged to be") {
  std::set<std::string> kinds;
  for (const Json& line : recorded_lines("refusals.jsonl")) {
    CAPTURE(dump_json(line));
    const HttpRequest request{line.value("method", ""), line.value("path", ""), {}, {}};
    const HttpResponse response{line.value("status", 0), line.value("reason", ""),
                                line.value("body", "")};
    const Refusal refusal = read_refusal(request, response);
    CHECK(refusal_name(refusal.kind) == line.value("kind", ""));
    kinds.emplace(refusal_name(refusal.kind));
    const Error error = refusal_error(refusal, kToken);
    CHECK_FALSE(error.advice.empty());
    CHECK(error.message.find(request.path) != std::string::npos);
    CHECK(error.message.find('\n') == std::string::npos);
  }
  CHECK(kinds.size() >= 14);
}

TEST_CASE("refusal: a missing privilege never becomes a statement about existence") {
  int told = 0;
  for (const Json& line : recorded_lines("refusals.jsonl")) {
    if (line.value("status", 0) != 403 || line.value("kind", "") != "forbidden") continue;
    CAPTURE(dump_json(line));
    const Refusal refusal = read_refusal({line.value("method", ""), line.value("path", ""), {}, {}},
                                         {403, line.value("reason", ""), line.value("body", "")});
    const Error error = refusal_error(refusal, kToken);
    CHECK(error.code == Code::kPermissionDenied);
    const bool said_by_pve = refusal.text.find("does not exist") != std::string::npos;
    CHECK((said_by_pve || error.text().find("does not exist") == std::string::npos));
    CHECK(error.advice.find("says nothing about whether it exists") != std::string::npos);
    told += refusal.acl_path.empty() ? 0 : 1;
  }
  CHECK(told > 30);
}

TEST_CASE("refusal: what the text tells comes as values") {
  const Refusal forbidden = read(403, "Permission check failed (/vms/100, VM.Config.Memory)");
  CHECK(forbidden.acl_path == "/vms/100");
  CHECK(forbidden.privileges == "VM.Config.Memory");
  const Refusal any = read(403, "Permission check failed (/sdn/zones/z1, SDN.Audit|SDN.Allocate)");
  CHECK(any.privileges == "SDN.Audit|SDN.Allocate");
  CHECK(read(403, "Permission check failed").acl_path.empty());
  CHECK(read(403, "Permission check failed (, Sys.Audit)").acl_path.empty());
  const Refusal locked = read(500, "VM is locked (snapshot-delete)");
  CHECK(locked.lock == "snapshot-delete");
  CHECK(refusal_error(locked, kToken).advice.find("qmdelsnapshot") != std::string::npos);
  CHECK(read(500, "CT is locked").lock.empty());
  const Refusal wrong = read_refusal(
      {"POST", "/x", {}, {}},
      {400, "",
       R"({"errors":{"a":"bad\nworse\n","b":7},"message":"Parameter verification failed.\n"})"});
  CHECK(wrong.fields == std::map<std::string, std::string>{{"a", "bad; worse"}, {"b", "7"}});
}

TEST_CASE("refusal: what only live clusters say has its kind, too") {
  struct Row {
    int status;
    const char* text;
    RefusalKind kind;
  };
  const Row rows[] = {
      {500, "cluster not ready - no quorum?", RefusalKind::kNoQuorum},
      {500, "cfs-lock 'file-user_cfg' error: no quorum!", RefusalKind::kNoQuorum},
      {500,
       "unable to open file '/etc/pve/nodes/pve1/qemu-server/100.conf.tmp.205' - Permission denied",
       RefusalKind::kNoQuorum},
      {500, "cfs-lock 'file-user_cfg' error: got lock request timeout", RefusalKind::kBusy},
      {500, "can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout",
       RefusalKind::kBusy},
      {500, "delete failed: 400 Parameter verification failed.\nid: No such job 'x'",
       RefusalKind::kMissing},
      {500, "400 Parameter verification failed.\nfoo: property is not defined in schema",
       RefusalKind::kInvalid},
      {500, "QEMU guest agent is not running", RefusalKind::kWrongState},
      {596, "", RefusalKind::kAnswerLost},
      {597, "", RefusalKind::kAnswerLost},
      {599, "", RefusalKind::kAnswerLost},
      {506, "unsupported content type", RefusalKind::kUnknownMethod},
      {502, "", RefusalKind::kNotPve},
      {302, "", RefusalKind::kNotPve},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(refusal_name(read(row.status, row.text).kind) == refusal_name(row.kind));
  }
}

TEST_CASE("refusal: a task that failed tells why, the end of its log, and what to do") {
  struct Row {
    const char* exitstatus;
    Code code;
    const char* advice;
  };
  const Row rows[] = {
      {"VM is locked (backup)", Code::kFailedPrecondition, "vzdump"},
      {"can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout",
       Code::kFailedPrecondition, "try again"},
      {"Configuration file 'nodes/n1/qemu-server/100.conf' does not exist", Code::kNotFound,
       "another node"},
      {"volume 'local:100/x.raw' does not exist", Code::kNotFound, "deleted"},
      {"cluster not ready - no quorum?", Code::kFailedPrecondition, "pvecm status"},
      {"403 Permission check failed (/storage/nfs, Datastore.AllocateSpace)",
       Code::kPermissionDenied, "pveum acl modify /storage/nfs"},
      {"unexpected status", Code::kFailedPrecondition, "was killed"},
      {"VM quit/powerdown failed - got timeout", Code::kFailedPrecondition, "state"},
      {"got signal 15", Code::kFailedPrecondition, "state"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.exitstatus);
    const Error error =
        task_error(upid(), row.exitstatus, {"1", "2", "3", "4", "5", "the last line"});
    CHECK(error.code == row.code);
    CHECK(error.message ==
          "the task qmstart of 100 on node n1 failed: " + std::string(row.exitstatus) +
              "; its log ends: 2 | 3 | 4 | 5 | the last line");
    CHECK(error.advice.find(row.advice) != std::string::npos);
  }
  CHECK(task_error(upid(), "x", {}).message.find("its log") == std::string::npos);
}

}  // namespace pmx::proxmox
