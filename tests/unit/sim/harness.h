// A cluster on a fake clock, and short ways to call it.
#pragma once

#include <string>

#include "base/json.h"
#include "base/percent.h"
#include "sim/cluster.h"
#include "tests/unit/sim/fake_clock.h"

namespace pmx::sim {

struct Harness {
  explicit Harness(const Options& options = {}) : cluster(options, clock) {}

  /// "GET", "/nodes?x=1", form body; as the administrator's token.
  Response send(const std::string& method, const std::string& target,
                const std::string& body = "") {
    return send_as(cluster.access(), method, target, body);
  }

  Response send_as(const Access& access, const std::string& method, const std::string& target,
                   const std::string& body = "") {
    Request request;
    request.method = method;
    const auto mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    request.body = body;
    request.headers["authorization"] = "PVEAPIToken=" + access.token;
    return cluster.handle(request);
  }

  /// The `data` of a GET that must succeed; null otherwise.
  Json get(const std::string& target) {
    const Response response = send("GET", target);
    return response.status == 200 ? body(response)["data"] : Json();
  }

  static Json body(const Response& response) { return parse_json(response.body).value_or(Json()); }

  /// "/nodes/x/qemu/101" of a guest.
  std::string guest_path(int vmid) {
    for (const auto& row : get("/cluster/resources?type=vm"))
      if (row["vmid"] == vmid)
        return "/nodes/" + std::string(string_member(row, "node")) + "/" +
               std::string(string_member(row, "id"));
    return "";
  }

  static std::string task_path(const std::string& upid) {
    const auto begin = upid.find(':') + 1;
    return "/nodes/" + upid.substr(begin, upid.find(':', begin) - begin) + "/tasks/" +
           percent_encode(upid);
  }

  /// POSTs, lets `wait` pass and answers the task's status.
  Json run(const std::string& target, std::chrono::milliseconds wait = std::chrono::seconds{5}) {
    const Json answer = body(send("POST", target));
    upid = string_member(answer, "data");
    clock.tick(wait);
    return get(task_path(upid) + "/status");
  }

  FakeClock clock;
  Cluster cluster;
  std::string upid;  ///< of the last run()
};

}  // namespace pmx::sim
