// Consoles of containers and nodes: what a viewer is told, though nobody serves it.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {

TEST_CASE("consoles: of a container and of a node, each by a worker of its own") {
  Harness h;
  const std::string guest = h.guest_path(part::kRunningCt);
  const std::string node = guest.substr(0, guest.find("/lxc/"));
  const Json vnc = Harness::body(h.send("POST", guest + "/vncproxy", "websocket=1"))["data"];
  CHECK(vnc.contains("password"));
  CHECK(std::string(string_member(vnc, "upid")).find(":vncproxy:102:") != std::string::npos);
  CHECK_FALSE(Harness::body(h.send("POST", guest + "/termproxy"))["data"].contains("cert"));
  CHECK(Harness::body(h.send("POST", guest + "/spiceproxy"))["data"]["title"] == "CT 102");
  CHECK(h.send("POST", h.guest_path(part::kStoppedCt) + "/spiceproxy").reason ==
        "CT 108 not running");
  CHECK(h.send("POST", node + "/lxc/999/vncproxy").status == 500);
  const Json shell = Harness::body(h.send("POST", node + "/termproxy"))["data"];
  CHECK(std::string(string_member(shell, "upid")).find(":vncshell::") != std::string::npos);
  CHECK(h.send("POST", node + "/vncshell", "cmd=upgrade").status == 403);
}

}  // namespace pmx::sim
