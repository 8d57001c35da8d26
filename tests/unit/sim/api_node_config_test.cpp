// Files and services of a node, its round-robin data, metric servers and ACME plugins.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {

TEST_CASE_FIXTURE(Lab,
                  "node: what is written to one node's files is read there and not elsewhere") {
  CHECK(as_root("PUT", "/nodes/pve1/dns", "search=example.org&dns1=192.0.2.53").status == 200);
  CHECK(data("GET", "/nodes/pve1/dns") == Json{{"search", "example.org"}, {"dns1", "192.0.2.53"}});
  CHECK(data("GET", "/nodes/pve2/dns") == Json{{"dns1", "127.0.0.1"}});
  const Json hosts = data("GET", "/nodes/pve1/hosts");
  CHECK(as_root("POST", "/nodes/pve1/hosts", "data=x&digest=" + std::string(40, '0')).status ==
        500);
  CHECK(as_root("POST", "/nodes/pve1/hosts",
                "data=x&digest=" + std::string(string_member(hosts, "digest")))
            .status == 200);
  CHECK(data("GET", "/nodes/pve1/hosts")["data"] == "x");
  CHECK(as_root("PUT", "/nodes/pve1/time", "timezone=Mars/Base").status == 400);
  data("PUT", "/nodes/pve1/time", "timezone=Europe/Vienna");
  CHECK(data("GET", "/nodes/pve1/time")["timezone"] == "Europe/Vienna");
}

TEST_CASE_FIXTURE(Lab, "node: its configuration stays text, and wakes it up from elsewhere") {
  data("PUT", "/nodes/pve2/config", "startall-onboot-delay=5&description=d");
  const Json config = data("GET", "/nodes/pve2/config");
  CHECK(config["startall-onboot-delay"] == "5");
  CHECK(config["description"] == "d\n");
  CHECK(data("GET", "/nodes/pve2/config?property=description") == Json{{"description", "d\n"}});
  CHECK(as_root("POST", "/nodes/pve2/wakeonlan").reason ==
        "No wake on LAN MAC address defined for 'pve2'!");
  data("PUT", "/nodes/pve2/config", "wakeonlan=aa:bb:cc:dd:ee:ff");
  CHECK(data("POST", "/nodes/pve2/wakeonlan") == "aa:bb:cc:dd:ee:ff");
  CHECK(as_root("POST", "/nodes/pve1/wakeonlan").reason ==
        "'pve1' is local node, cannot wake my self!");
  CHECK(task("POST", "/nodes/pve1/services/spiceproxy/restart") == "OK");
}

TEST_CASE("node: round-robin data has each release's points, and none before the node ran") {
  for (const PveVersion pve : {PveVersion::k8, PveVersion::k9}) {
    Lab lab(pve);
    const bool nine = pve == PveVersion::k9;
    const Json hour = lab.data("GET", "/nodes/pve1/rrddata?timeframe=hour");
    REQUIRE(hour.size() == (nine ? 60 : 70));
    CHECK(hour[1]["time"].get<std::int64_t>() - hour[0]["time"].get<std::int64_t>() == 60);
    CHECK(hour.back().size() == 1);
    CHECK(hour[hour.size() - 2].contains("memused"));
    CHECK(hour[hour.size() - 2].contains("memavailable") == nine);
    const Json year = lab.data("GET", "/nodes/pve1/storage/local/rrddata?timeframe=year");
    CHECK(year[0].size() == 1);
  }
}

TEST_CASE_FIXTURE(Lab, "cluster: metric servers and ACME plugins are kept, secrets are not shown") {
  const std::string server = "/cluster/metrics/server/i1";
  data("POST", server, "type=influxdb&server=192.0.2.1&port=8089&token=secret");
  CHECK(data("GET", server) == Json{{"type", "influxdb"}, {"server", "192.0.2.1"}, {"port", 8089}});
  CHECK(as_root("POST", server, "type=influxdb&server=192.0.2.1&port=8089").reason ==
        "Metric server 'i1' already exists");
  CHECK(as_root("DELETE", server).status == 200);
  CHECK(as_root("GET", server).reason == "status server entry 'i1' does not exist");
  data("POST", "/cluster/acme/plugins", "id=dns1&type=dns&api=cf");
  CHECK(data("GET", "/cluster/acme/plugins")[0]["plugin"] == "dns1");
  CHECK(as_root("DELETE", "/cluster/acme/plugins/dns1").status == 200);
  CHECK(as_root("GET", "/cluster/acme/plugins/dns1").reason == "ACME plugin 'dns1' not defined");
}

TEST_CASE("execute: each command is answered on its own") {
  Lab lab;
  const Json commands =
      Json::array({{{"method", "GET"}, {"path", "version"}},
                   {{"method", "GET"}, {"path", "/nope"}},
                   {{"method", "GET"}, {"path", "qemu/999/config"}},
                   {{"method", "PUT"}, {"path", "dns"}, {"args", {{"search", "lab.example"}}}},
                   {{"method", "GET"}, {"path", "rrddata"}, {"args", {{"node", "pve2"}}}},
                   {{"method", "GET"}, {"path", "rrddata"}}});
  const Json done =
      lab.data("POST", "/nodes/pve1/execute", "commands=" + percent_encode(dump_json(commands)));
  REQUIRE(done.size() == 6);
  CHECK(done[0]["data"]["release"] == "9.2");
  CHECK(done[1] == Json{{"status", 500}, {"message", "no handler for 'nodes/pve1//nope'\n"}});
  CHECK(done[2]["message"] ==
        "Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist\n");
  CHECK(done[3]["status"] == 200);
  CHECK(lab.data("GET", "/nodes/pve1/dns")["search"] == "lab.example");
  CHECK(done[4]["errors"]["node"] == "duplicate parameter");
  CHECK(done[5]["errors"]["timeframe"] == "property is missing and it is not optional");
}

TEST_CASE("rrddata: of a guest it is rates while it ran, sizes while it did not") {
  Harness h;
  const Json busy = h.get(h.guest_path(part::kRunningVm) + "/rrddata?timeframe=hour");
  REQUIRE(busy.size() == 60);
  CHECK(busy[58].contains("cpu"));
  CHECK(busy[58].contains("memhost"));
  CHECK(busy[59].size() == 1);
  const Json idle = h.get(h.guest_path(part::kStoppedCt) + "/rrddata?timeframe=hour");
  CHECK(idle[58].contains("maxmem"));
  CHECK_FALSE(idle[58].contains("cpu"));
  Lab lab;
  CHECK(lab.as_root("GET", "/nodes/pve1/qemu/999/rrddata?timeframe=hour")
            .reason.starts_with("RRD error: "));
}

}  // namespace pmx::sim
