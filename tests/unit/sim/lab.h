// The scenario "lab" as a harness, called by root@pam with a ticket or as root's token.
#pragma once

#include "tests/unit/sim/harness.h"

namespace pmx::sim {

/// The answer of one node to a request without credentials.
inline Response asked(Cluster& cluster, std::size_t node, const std::string& path) {
  Request request;
  request.method = "GET";
  request.path = path;
  request.node = node;
  return cluster.handle(request);
}

/// Three nodes pve1 to pve3, storages local and shared, no guests. send(), get() and run() of the
/// harness call with a token of root@pam, as_root() with its ticket.
struct Lab : Harness {
  explicit Lab(PveVersion pve = PveVersion::k9) : Lab(options(pve)) {}

  explicit Lab(const Options& options) : Harness(options) {
    Request login;
    login.method = "POST";
    login.path = "/access/ticket";
    login.body = "username=root@pam&password=secret";
    const Json data = body(cluster.handle(login))["data"];
    cookie = "PVEAuthCookie=" + percent_encode(std::string(string_member(data, "ticket")));
    csrf = string_member(data, "CSRFPreventionToken");
  }

  static Options options(PveVersion pve) {
    Options out;
    out.pve = pve;
    out.scenario = Scenario::kLab;
    return out;
  }

  /// Calls as root@pam itself; sends `form` as a JSON body when it begins with a brace.
  Response as_root(const std::string& method, const std::string& target,
                   const std::string& form = "") {
    Request request;
    request.method = method;
    const auto mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    request.body = form;
    if (form.starts_with('{')) request.headers["content-type"] = "application/json";
    request.headers["cookie"] = cookie;
    request.headers["csrfpreventiontoken"] = csrf;
    return cluster.handle(request);
  }

  /// The `data` of a call that must succeed; null otherwise.
  Json data(const std::string& method, const std::string& target, const std::string& form = "") {
    const Response response = as_root(method, target, form);
    return response.status == 200 ? body(response)["data"] : Json();
  }

  /// Calls, waits for the task that it names and answers that task's exit status.
  std::string task(const std::string& method, const std::string& target,
                   const std::string& form = "") {
    upid = string_member(body(as_root(method, target, form)), "data");
    clock.tick(std::chrono::minutes{5});
    return std::string(string_member(data("GET", task_path(upid) + "/status"), "exitstatus"));
  }

  /// The lines of the last task().
  std::string log() {
    std::string out;
    for (const Json& line : data("GET", task_path(upid) + "/log?limit=0"))
      out += std::string(string_member(line, "t")) + "\n";
    return out;
  }

  std::string cookie;
  std::string csrf;
};

}  // namespace pmx::sim
