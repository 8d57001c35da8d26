// The scenario "lab" on a fake clock: root@pam logs in with the password "secret", others with
// theirs; calls are made with tickets.
#pragma once

#include <map>
#include <string>

#include "base/json.h"
#include "base/percent.h"
#include "sim/cluster.h"
#include "tests/unit/sim/fake_clock.h"

namespace pmx::sim {

struct AccessLab {
  /// What came back, taken apart.
  struct Reply {
    int status = 0;
    std::string reason;
    Json data;
    Json errors;

    [[nodiscard]] std::string error(const char* name) const {
      return std::string(string_member(errors, name));
    }
  };

  explicit AccessLab(PveVersion pve = PveVersion::k9) : cluster(options(pve), clock) {}

  /// "PUT", "/access/acl", "path=/&roles=..."; as a user that login() knows, or with a token
  /// "USER!ID=SECRET".
  Reply call(const std::string& method, const std::string& target, const std::string& body = "",
             const std::string& who = "root@pam") {
    Request request;
    request.method = method;
    const auto mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    request.body = body;
    if (who.find('=') != std::string::npos) {
      request.headers["authorization"] = "PVEAPIToken=" + who;
    } else if (!who.empty()) {
      if (!tickets.contains(who)) login(who, "secret");
      request.headers["cookie"] = "PVEAuthCookie=" + percent_encode(tickets[who]);
      request.headers["csrfpreventiontoken"] = csrf[who];
    }
    const Response response = cluster.handle(request);
    const Json json = parse_json(response.body).value_or(Json::object());
    Reply reply{response.status, response.reason, {}, {}};
    if (const Json* data = find_member(json, "data")) reply.data = *data;
    if (const Json* errors = find_member(json, "errors")) reply.errors = *errors;
    return reply;
  }

  Json get(const std::string& target, const std::string& who = "root@pam") {
    return call("GET", target, "", who).data;
  }

  /// Logs in and remembers the ticket.
  Reply login(const std::string& user, const std::string& password, const std::string& more = "") {
    Reply reply = call(
        "POST", "/access/ticket",
        "username=" + percent_encode(user) + "&password=" + percent_encode(password) + more, "");
    tickets[user] = string_member(reply.data, "ticket");
    csrf[user] = string_member(reply.data, "CSRFPreventionToken");
    return reply;
  }

  /// Makes a user of the realm pve and logs it in.
  void add_user(const std::string& user) {
    call("POST", "/access/users", "userid=" + user + "&password=secret78");
    login(user, "secret78");
  }

  FakeClock clock;
  Cluster cluster;
  std::map<std::string, std::string> tickets;
  std::map<std::string, std::string> csrf;

 private:
  static Options options(PveVersion pve) {
    Options options;
    options.scenario = Scenario::kLab;
    options.pve = pve;
    return options;
  }
};

}  // namespace pmx::sim
