#include "ops/doctor.h"

#include "tests/unit/ops/fake_pve.h"

using pmx::Context;
using pmx::Json;
using pmx::ops::Finding;
using pmx::ops::grant_commands;
using pmx::ops::PrivilegeNeed;
using pmx::ops::test::Bench;
using pmx::proxmox::ApiToken;
using pmx::proxmox::Credentials;
using pmx::proxmox::Login;

namespace {

const std::vector<PrivilegeNeed> kNeeds{{"VM.Audit", {"guest_list"}, "PVEAuditor"},
                                        {"VM.PowerMgmt", {"guest_start"}, "McpPower"}};

Credentials token(const std::string& id) {
  return ApiToken::parse(id + "=00000000-0000-4000-8000-000000000001").value();
}

std::string report(Bench& bench, bool encrypted = true) {
  std::string text;
  for (const auto& finding :
       pmx::ops::examine(Context{}, bench.client, token("mcp@pve!assistant"), kNeeds, encrypted)) {
    text += std::string(finding.grade == Finding::Grade::kOk        ? "ok "
                        : finding.grade == Finding::Grade::kWarning ? "warning "
                                                                    : "failure ") +
            finding.what + "|" + finding.advice + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("doctor: tells held and missing privileges apart and which tools need them") {
  Bench bench;
  bench.pve.answers["GET /version"] = Json{{"version", "9.2.3"}, {"release", "9.2"}};
  bench.pve.answers["GET /access/permissions"] = Json{{"/", {{"VM.Audit", 1}}}};
  const std::string text = report(bench);
  CHECK(text.find("ok version: Proxmox VE 9.2.3") != std::string::npos);
  CHECK(text.find("ok connection: reachable, certificate trusted|") != std::string::npos);
  CHECK(report(bench, false).find("ok connection: reachable, without TLS|") != std::string::npos);
  CHECK(text.find("ok VM.Audit") != std::string::npos);
  CHECK(text.find("warning VM.PowerMgmt: missing") != std::string::npos);
  CHECK(text.find("guest_start") != std::string::npos);
  CHECK(text.find("ok nodes online: 2 of 2") != std::string::npos);
}

TEST_CASE("doctor: a refused token is no connection problem") {
  Bench bench;
  bench.pve.failures["GET /version"] = {401, "invalid token value!"};
  const std::string text = report(bench);
  CHECK(text.find("ok connection") != std::string::npos);
  CHECK(text.find("failure credentials") != std::string::npos);
}

TEST_CASE("doctor: a valid token without any privilege is a failure with the way out") {
  Bench bench;
  bench.pve.answers["GET /version"] = Json{{"version", "9.2.3"}};
  bench.pve.answers["GET /access/permissions"] = Json::object();
  CHECK(report(bench).find("failure the credentials are valid but hold no privilege") !=
        std::string::npos);
}

TEST_CASE("doctor: the advice is the least that helps, for the token that is configured") {
  Bench bench;
  bench.pve.answers["GET /version"] = Json{{"version", "9.2.3"}};
  bench.pve.answers["GET /access/permissions"] = Json{{"/", {{"VM.Audit", 1}}}};
  const std::string text = report(bench);
  CHECK(text.find("PVEVMAdmin") == std::string::npos);
  CHECK(text.find("USER@REALM") == std::string::npos);
  CHECK(text.find("|pveum role add McpPower --privs 'VM.PowerMgmt'\n"
                  "pveum acl modify /vms --users 'mcp@pve' --tokens 'mcp@pve!assistant' "
                  "--roles PVEAuditor,McpPower\n") != std::string::npos);
  CHECK(text.find("00000000") == std::string::npos);
}

TEST_CASE("doctor: the commands grant what the level needs, to whom it is missing") {
  const std::vector<PrivilegeNeed> reading{kNeeds[0]};
  CHECK(grant_commands(token("mcp@pve!ai"), reading) ==
        "pveum acl modify / --users 'mcp@pve' --tokens 'mcp@pve!ai' --roles PVEAuditor");
  CHECK(grant_commands(token("root@pam!ai"), reading) ==
        "pveum acl modify / --tokens 'root@pam!ai' --roles PVEAuditor");
  CHECK(grant_commands(Login{"o'neil@pve", pmx::Secret("x")}, reading) ==
        "pveum acl modify / --users 'o'\\''neil@pve' --roles PVEAuditor");
  CHECK(
      grant_commands(token("mcp@pve!ai"), kNeeds) ==
      "pveum acl modify / --users 'mcp@pve' --tokens 'mcp@pve!ai' --roles PVEAuditor\n"
      "pveum role add McpPower --privs 'VM.PowerMgmt'\n"
      "pveum acl modify /vms --users 'mcp@pve' --tokens 'mcp@pve!ai' --roles PVEAuditor,McpPower");
  CHECK(grant_commands(token("mcp@pve!ai"), {}).empty());
}
