// Authentication, routing, permissions and parameter errors: PVE's statuses and texts.
#include <doctest/doctest.h>

#include "tests/unit/sim/harness.h"

namespace pmx::sim {
namespace {

Request plain(const std::string& method, const std::string& path) {
  Request request;
  request.method = method;
  request.path = path;
  return request;
}

std::string error_of(const Response& response, const char* name) {
  const Json body = Harness::body(response);
  const Json* errors = find_member(body, "errors");
  return errors == nullptr ? "" : std::string(string_member(*errors, name));
}

}  // namespace

TEST_CASE("authentication: without or with a wrong token it is a late 401 with an empty body") {
  Harness h;
  Response refused = h.cluster.handle(plain("GET", "/version"));
  CHECK(refused.status == 401);
  CHECK(refused.reason == "No ticket");
  CHECK(refused.body.empty());
  CHECK(refused.delay == std::chrono::seconds{3});
  Request wrong = plain("GET", "/version");
  wrong.headers["authorization"] = "PVEAPIToken=root@pam!x=00000000";
  CHECK(h.cluster.handle(wrong).reason == "Authentication failed!");
}

TEST_CASE("authentication: a password gives a ticket that reads, and writes with its CSRF token") {
  Harness h;
  Request login = plain("POST", "/access/ticket");
  login.body = "username=" + percent_encode(h.cluster.access().username) +
               "&password=" + percent_encode(h.cluster.access().password);
  const Json data = Harness::body(h.cluster.handle(login))["data"];
  REQUIRE(data.contains("ticket"));
  CHECK(data["cap"]["vms"]["VM.PowerMgmt"] == 1);
  const std::string ticket(string_member(data, "ticket"));
  Request read = plain("GET", "/version");
  read.headers["cookie"] = "PVEAuthCookie=" + percent_encode(ticket);
  CHECK(h.cluster.handle(read).status == 200);
  Request write = plain("POST", h.guest_path(part::kStoppedVm) + "/status/start");
  write.headers = read.headers;
  CHECK(h.cluster.handle(write).reason == "Permission denied - invalid csrf token");
  write.headers["csrfpreventiontoken"] = string_member(data, "CSRFPreventionToken");
  CHECK(h.cluster.handle(write).status == 200);
  h.clock.tick(std::chrono::hours{1});
  login.body = "username=" + percent_encode(h.cluster.access().username) +
               "&password=" + percent_encode(ticket);
  CHECK(h.cluster.handle(login).status == 200);
  h.clock.tick(std::chrono::hours{2});
  CHECK(h.cluster.handle(read).status == 401);
}

TEST_CASE("authentication: a wrong password is a 401 with a message") {
  Harness h;
  Request login = plain("POST", "/access/ticket");
  login.body = "username=root@pam&password=wrong";
  const Response refused = h.cluster.handle(login);
  CHECK(refused.status == 401);
  CHECK(Harness::body(refused)["message"] == "authentication failure\n");
  login.body = "";
  CHECK(error_of(h.cluster.handle(login), "password") ==
        "property is missing and it is not optional");
}

TEST_CASE("permissions: the auditor reads, and its writes name path and privilege") {
  Harness h;
  const std::string path = h.guest_path(part::kStoppedVm);
  CHECK(h.send_as(h.cluster.auditor(), "GET", path + "/config").status == 200);
  const Response refused = h.send_as(h.cluster.auditor(), "POST", path + "/status/start");
  CHECK(refused.status == 403);
  CHECK(refused.reason == "Permission check failed (/vms/101, VM.PowerMgmt)");
  CHECK(Harness::body(refused)["message"] == refused.reason + "\n");
}

TEST_CASE("permissions: a user without any ACL sees empty lists and learns nothing of existence") {
  Harness h;
  const Json rows =
      Harness::body(h.send_as(h.cluster.outsider(), "GET", "/cluster/resources?type=vm"));
  CHECK(rows["data"].empty());
  const std::string node(string_member(h.get("/nodes")[0], "node"));
  const Response missing =
      h.send_as(h.cluster.outsider(), "GET", "/nodes/" + node + "/qemu/999/config");
  CHECK(missing.reason == "Permission check failed (/vms/999, VM.Audit)");
  CHECK(
      Harness::body(h.send_as(h.cluster.outsider(), "GET", "/access/permissions"))["data"].empty());
}

TEST_CASE("routing: wrong paths, wrong verbs, unknown nodes and missing guests keep PVE's words") {
  Harness h;
  const std::string node(string_member(h.get("/nodes")[0], "node"));
  struct Row {
    const char* name;
    std::string method, path;
    int status;
    std::string reason;
  };
  const Row rows[] = {
      {"path", "GET", "/nope", 501, "Method 'GET /nope' not implemented"},
      {"verb", "PUT", "/version", 501, "Method 'PUT /version' not implemented"},
      {"method", "HEAD", "/version", 501, "method 'HEAD' not available"},
      {"guest", "GET", "/nodes/" + node + "/qemu/999/config", 500,
       "Configuration file 'nodes/" + node + "/qemu-server/999.conf' does not exist"},
      {"container", "GET", "/nodes/" + node + "/lxc/999/status/current", 500,
       "Configuration file 'nodes/" + node + "/lxc/999.conf' does not exist"},
      {"node", "GET", "/nodes/nosuch/status", 500,
       "hostname lookup 'nosuch' failed - failed to get address info for: nosuch: Temporary "
       "failure "
       "in name resolution"},
      {"odd node", "GET", "/nodes/-x/version", 500,
       "hostname lookup '-x' failed - failed to get address info for: -x: Name or service not "
       "known"},
      {"bad node", "GET", "/nodes/bad_name!/status", 403, "Permission check failed (, Sys.Audit)"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const Response response = h.send(row.method, row.path);
    CHECK(response.status == row.status);
    CHECK(response.reason == row.reason);
  }
}

TEST_CASE("bodies: what pveproxy does not read is refused in plain text, after the login") {
  Harness h;
  const auto send = [&](const char* method, const char* type, const char* body) {
    Request request = plain(method, "/nope");
    request.headers["authorization"] = "PVEAPIToken=" + h.cluster.access().token;
    if (*type != 0) request.headers["content-type"] = type;
    request.body = body;
    return h.cluster.handle(request);
  };
  const Response content = send("DELETE", "", "a=b");
  CHECK(content.status == 501);
  CHECK(content.body == "Unexpected content for method 'DELETE'");
  CHECK_FALSE(content.headers.contains("content-type"));
  CHECK(send("POST", "text/plain", "x").reason ==
        "upload 'Content-Type 'text/plain' not implemented");
  CHECK(send("POST", "text/plain", "x").status == 506);
  CHECK(send("POST", "application/json", "{").status == 500);
  CHECK(send("POST", "application/json", "[1]").reason.starts_with("Not a HASH reference"));
  CHECK(send("POST", "application/json; charset=utf-8", "{}").reason ==
        "Method 'POST /nope' not implemented");
  CHECK(h.cluster.handle(plain("DELETE", "/nope")).status == 401);
}

TEST_CASE("connections: an answer names who handled it") {
  Harness h;
  const std::vector<std::string> nodes = h.cluster.nodes();
  const auto connection = [&](const std::string& path) {
    return h.send("GET", path).headers.at("connection");
  };
  CHECK(connection("/version") == "Keep-Alive");
  CHECK(connection("/access/users") == "close, Keep-Alive");
  CHECK(connection("/nodes/" + nodes[0] + "/version") == "Keep-Alive");
  CHECK(connection("/nodes/localhost/version") == "Keep-Alive");
  CHECK(connection("/nodes/" + nodes[1] + "/version") == "Keep-Alive, Keep-Alive");
  CHECK(connection("/nodes/" + nodes[1] + "/qemu") == "close,Keep-Alive, Keep-Alive");
  CHECK(connection("/nope") == "close");
}

TEST_CASE("parameters: every error comes at once, in PVE's words") {
  Harness h;
  const std::string node(string_member(h.get("/nodes")[0], "node"));
  const Response bad = h.send("PUT", "/nodes/" + node + "/qemu/101/config",
                              "name=bad+name&memory=0&balloon=-1&sockets=x&cpulimit=200&numa=2&"
                              "scsihw=nope&virtio16=local:1&net0=virtio,bridge=vmbr0&digest=" +
                                  std::string(41, 'a') + "&startup=" + "&bogus=1");
  CHECK(bad.status == 400);
  CHECK(bad.reason == "Parameter verification failed.");
  CHECK(error_of(bad, "name") == "invalid format - value does not look like a valid DNS name\n");
  CHECK(error_of(bad, "memory") ==
        "invalid format - format error\nmemory.current: value must have a minimum value of 16\n");
  CHECK(error_of(bad, "balloon") == "value must have a minimum value of 0");
  CHECK(error_of(bad, "sockets") == "type check ('integer') failed - got 'x'");
  CHECK(error_of(bad, "cpulimit") == "value must have a maximum value of 128");
  CHECK(error_of(bad, "numa") == "type check ('boolean') failed - got '2'");
  CHECK(error_of(bad, "scsihw") ==
        "value 'nope' does not have a value in the enumeration 'lsi, lsi53c810, virtio-scsi-pci, "
        "virtio-scsi-single, megasas, pvscsi'");
  CHECK(error_of(bad, "virtio16") == error_of(bad, "bogus"));
  CHECK(error_of(bad, "bogus") ==
        "property is not defined in schema and the schema does not allow additional properties");
  CHECK(error_of(bad, "net0") ==
        "invalid format - duplicate key in comma-separated list property: model\n");
  CHECK(error_of(bad, "digest") == "value may only be 40 characters long");
}

TEST_CASE("parameters: property strings are checked member by member") {
  Harness h;
  const std::string node(string_member(h.get("/nodes")[0], "node"));
  const auto put = [&](const std::string& name, const std::string& value) {
    return error_of(
        h.send("PUT", "/nodes/" + node + "/qemu/101/config", name + "=" + percent_encode(value)),
        name.c_str());
  };
  CHECK(put("scsi0", "local:1,format=xyz") ==
        "invalid format - format error\nscsi0.format: value 'xyz' does not have a value in the "
        "enumeration 'raw, qcow, qed, qcow2, vmdk, cloop'\n");
  CHECK(
      put("scsi0", "local:1,foo=1") ==
      "invalid format - format error\nscsi0.foo: property is not defined in schema and the schema "
      "does not allow additional properties\n");
  CHECK(put("net0", "virtio=01:00:00:00:00:00") ==
        "invalid format - format error\nnet0.macaddr: invalid format - value does not look like a "
        "valid unicast MAC address\n\n");
  CHECK(put("net0", "bridge=vmbr0") ==
        "invalid format - format error\nnet0.model: property is missing and it is not optional\n");
  CHECK(put("agent", "maybe") ==
        "invalid format - format error\nagent.enabled: type check ('boolean') failed - got "
        "'maybe'\n");
  CHECK(put("machine", "foo") ==
        "invalid format - format error\nmachine.type: value does not match the regex pattern\n");
  CHECK(put("ipconfig0", "ip=1.2.3") ==
        "invalid format - format error\nipconfig0.ip: invalid format - value does not look like a "
        "valid ipv4 network configuration\n\n");
  CHECK(put("startup", "foo") == "invalid format - unable to parse startup options\n");
  CHECK(put("startup", "order=3,up=30").empty());
  CHECK(put("affinity", "a-b") == "invalid format - unable to parse cpuset option\n");
  CHECK(put("net0", "virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1").empty());
}

TEST_CASE("parameters: path and query are verified too, JSON bodies are read") {
  Harness h;
  const std::string node(string_member(h.get("/nodes")[0], "node"));
  CHECK(error_of(h.send("GET", "/nodes/" + node + "/qemu/abc/config"), "vmid") ==
        "type check ('integer') failed - got 'abc'");
  CHECK(error_of(h.send("GET", "/nodes/" + node + "/qemu/50/config"), "vmid") ==
        "invalid format - value does not look like a valid VM ID\n");
  CHECK(error_of(h.send("GET", "/cluster/resources?type=pool"), "type") ==
        "value 'pool' does not have a value in the enumeration 'vm, storage, node, sdn'");
  CHECK(error_of(h.send("GET", "/version?foo=1"), "foo").starts_with("property is not defined"));
  Request login = plain("POST", "/access/ticket");
  login.headers["content-type"] = "application/json";
  login.body = dump_json({{"username", "root@pam"}, {"password", h.cluster.access().password}});
  CHECK(h.cluster.handle(login).status == 200);
  login.body = "{broken";
  CHECK(h.cluster.handle(login).status == 500);
}

TEST_CASE("parameters: what the path says may be repeated, but not contradicted") {
  Harness h;
  const std::string path = h.guest_path(part::kRunningVm);
  const auto conflict = [&](const Response& response, const char* name) {
    return response.status == 400 &&
           error_of(response, name) ==
               "duplicate parameter (already defined in URI) with conflicting values!";
  };
  CHECK(h.send("GET", path + "/config?vmid=100").status == 200);
  CHECK(conflict(h.send("GET", path + "/config?vmid=101"), "vmid"));
  CHECK(conflict(h.send("POST", path + "/status/stop", "vmid=101"), "vmid"));
  CHECK(conflict(h.send("POST", path + "/status/stop?node=x"), "node"));
  Request json = plain("POST", path + "/status/reset");
  json.headers["authorization"] = "PVEAPIToken=" + h.cluster.access().token;
  json.headers["content-type"] = "application/json";
  json.body = R"({"vmid":101})";
  CHECK(conflict(h.cluster.handle(json), "vmid"));
  json.body = R"({"vmid":100})";
  CHECK(h.cluster.handle(json).status == 200);
}

}  // namespace pmx::sim
