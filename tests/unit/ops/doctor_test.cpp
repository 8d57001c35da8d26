#include "ops/doctor.h"

#include "tests/unit/ops/fake_pve.h"

using pmx::Context;
using pmx::Json;
using pmx::ops::Finding;
using pmx::ops::test::Bench;

namespace {

std::string report(Bench& bench) {
  std::string text;
  for (const auto& finding :
       pmx::ops::examine(Context{}, bench.client,
                         {{"VM.Audit", {"guest_list"}}, {"VM.PowerMgmt", {"guest_start"}}})) {
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
