#include "app/demo_http.h"

#include "tests/unit/app/workbench.h"

using namespace pmx;
using namespace pmx::app;
using pmx::app::test::JumpingClock;

namespace {

struct Bench {
  proxmox::HttpResponse send(proxmox::HttpRequest request, bool known = true) {
    if (known) {
      request.headers.emplace_back("Authorization", "PVEAPIToken=" + cluster.access().token);
    }
    auto response = http.send(ctx, request);
    REQUIRE(response.ok());
    return *std::move(response);
  }
  Json get(const std::string& path, proxmox::Params params = {}) {
    const auto response = send({"GET", path, std::move(params), {}});
    CHECK(response.status == 200);
    return (*parse_json(response.body))["data"];
  }
  /// "/nodes/x/qemu/101" of a guest.
  std::string guest(int vmid) {
    for (const Json& row : get("/cluster/resources", {{"type", "vm"}})) {
      if (row["vmid"] == vmid) {
        return "/nodes/" + std::string(string_member(row, "node")) + "/" +
               std::string(string_member(row, "id"));
      }
    }
    FAIL("no such guest");
    return "";
  }

  JumpingClock clock;
  sim::Cluster cluster{{}, clock};
  DemoHttp http{cluster, clock};
  Context ctx;
};

}  // namespace

TEST_CASE("demo http: parameters of a GET are its query") {
  Bench bench;
  CHECK(bench.get("/cluster/resources").size() >
        bench.get("/cluster/resources", {{"type", "node"}}).size());
  const auto wrong = bench.send({"GET", "/cluster/resources", {{"type", "no&de=1"}}, {}});
  CHECK(wrong.status == 400);  // one value, encoded, and not two parameters
}

TEST_CASE("demo http: parameters of a POST and a PUT are a form, those of a DELETE are not") {
  Bench bench;
  const std::string guest = bench.guest(sim::part::kStoppedVm);
  const auto started = bench.send({"POST", guest + "/status/start", {{"timeout", "5"}}, {}});
  CHECK(started.status == 200);
  CHECK((*parse_json(started.body))["data"].get<std::string>().starts_with("UPID:"));
  const auto refused = bench.send({"POST", guest + "/status/start", {{"nonsense", "1"}}, {}});
  CHECK(refused.status == 400);
  CHECK(refused.body.find("nonsense") != std::string::npos);
  const auto put = bench.send({"PUT", guest + "/config", {{"nonsense", "1"}}, {}});
  CHECK(put.status == 400);
  CHECK(put.body.find("nonsense") != std::string::npos);
  const std::string upid = (*parse_json(started.body))["data"].get<std::string>();
  const std::string task = guest.substr(0, guest.find("/qemu/")) + "/tasks/" + upid;
  const auto deleted = bench.send({"DELETE", task, {{"nonsense", "1"}}, {}});
  CHECK(deleted.status == 400);  // a form would be 501: a DELETE has no content
  CHECK(deleted.body.find("nonsense") != std::string::npos);
  CHECK(bench.send({"DELETE", task, {}, {}}).status == 200);
}

TEST_CASE("demo http: header names are found in whatever case they are sent") {
  Bench bench;
  for (const char* name : {"authorization", "Authorization", "AUTHORIZATION"}) {
    const auto response =
        bench.send({"GET", "/version", {}, {{name, "PVEAPIToken=" + bench.cluster.access().token}}},
                   /*known=*/false);
    CHECK(response.status == 200);
  }
}

TEST_CASE("demo http: a status is an answer, with its reason and its body") {
  Bench bench;
  CHECK(bench.send({"GET", "/version", {}, {}}, /*known=*/false).status == 401);
  const auto unknown = bench.send({"GET", "/no/such/thing", {}, {}});
  CHECK(unknown.status == 501);
  CHECK_FALSE(unknown.reason.empty());
  bench.cluster.fail_next(1, 595, "no route to host");
  const auto failed = bench.send({"GET", "/version", {}, {}});
  CHECK(failed.status == 595);
  CHECK(failed.reason == "no route to host");
  CHECK(bench.send({"GET", "/version", {}, {}}).status == 200);
}

TEST_CASE("demo http: an answer takes the time that it would take, on the clock") {
  Bench bench;
  const SteadyTime before = bench.clock.steady();
  bench.send({"GET", "/version", {}, {}});
  CHECK(bench.clock.steady() == before);
  bench.cluster.fail_next(1, 500, "slow", std::chrono::seconds(7));
  bench.send({"GET", "/version", {}, {}});
  CHECK(bench.clock.steady() - before == std::chrono::seconds(7));
}

TEST_CASE("demo http: who stops waiting is told so, and not answered") {
  Bench bench;
  std::stop_source stop;
  stop.request_stop();
  bench.ctx.stop = stop.get_token();
  bench.cluster.fail_next(1, 500, "slow", std::chrono::seconds(7));
  const auto cancelled = bench.http.send(bench.ctx, {"GET", "/version", {}, {}});
  CHECK(cancelled.error().code == Code::kCancelled);
}
