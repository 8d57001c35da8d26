#include "proxmox/request_params.h"

#include <doctest/doctest.h>

#include "proxmox/form.h"
#include "tests/unit/proxmox/recorded.h"

namespace pmx::proxmox {
namespace {

Json facts() {
  return parse_json(R"({
    "onboot": {"type": "boolean"}, "cores": {"type": "integer"}, "cpulimit": {"type": "number"},
    "name": {"type": "string"}, "vms": {"type": "array", "items": {"type": "integer"}},
    "delete": {"type": "string", "format": "pve-configid-list"},
    "agent": {"type": "string", "format": {"enabled": {"type": "boolean", "default_key": 1},
              "type": {"type": "string", "optional": 1}}},
    "map": {"type": "array", "items": {"type": "string", "format":
            {"node": {"type": "string"}, "path": {"type": "string"}}}},
    "prune": {"type": "string", "format": "prune-backups"},
    "net[n]": {"type": "string", "maxIndex": "31", "format": {"bridge": {"type": "string"}}},
    "link[n]": {"type": "string", "maxIndex": 7}, "unused[n]": {"type": "string"}
  })")
      .value();
}

std::string sent(const std::string& arguments) {
  const auto params = request_params(parse_json(arguments).value(), facts());
  if (!params.ok()) return "refused: " + params.error().message;
  std::string out;
  for (const auto& [key, value] : *params) out += key + "=" + value + "\n";
  return out;
}

const Json& method(const std::string& verb, const std::string& path) {
  for (const Json& known : api_facts("9.2")) {
    if (known["method"] == verb && known["path"] == path) return known;
  }
  FAIL("no such method");
  return api_facts("9.2")[0];
}

}  // namespace

TEST_CASE("request params: every value has the one form that PVE parses") {
  CHECK(sent(R"({"onboot": true, "cores": 4, "cpulimit": 1.5, "name": "a=b;c"})") ==
        "cores=4\ncpulimit=1.5\nname=a=b;c\nonboot=1\n");
  CHECK(sent(R"({"onboot": "yes"})") == "onboot=1\n");
  CHECK(sent(R"({"onboot": "Off"})") == "onboot=0\n");
  CHECK(sent(R"({"onboot": "2", "name": "yes", "cpulimit": 2.0})") ==
        "cpulimit=2\nname=yes\nonboot=2\n");
  CHECK(sent(R"({"vms": [100, 101]})") == "vms=100\nvms=101\n");
  CHECK(sent(R"({"delete": ["net0", "scsi1"]})") == "delete=net0,scsi1\n");
  CHECK(sent(R"({"delete": "net0;scsi1"})") == "delete=net0;scsi1\n");
  CHECK(sent(R"({"agent": {"enabled": true, "type": "isa"}})") == "agent=1,type=isa\n");
  CHECK(sent(R"({"agent": "1,type=isa"})") == "agent=1,type=isa\n");
  CHECK(sent(R"({"prune": {"keep-last": 3}})") == "prune=keep-last=3\n");
  CHECK(sent(R"({"net0": {"bridge": "vmbr0"}})") == "net0=bridge=vmbr0\n");
  CHECK(sent(R"({"map": [{"node": "n1", "path": "/a"}, "node=n2,path=/b"]})") ==
        "map=node=n1,path=/a\nmap=node=n2,path=/b\n");
  CHECK(sent(R"({"unheard": true, "of": [1, "b"]})") == "of=1\nof=b\nunheard=1\n");
  CHECK(sent(R"({"name": ""})") == "name=\n");  // sets nothing, which PVE may want said
}

TEST_CASE("request params: what has no form is refused with its name") {
  CHECK(sent(R"({"name": null})") ==
        "refused: the parameter \"name\" is null; leave it out instead");
  CHECK(sent(R"({"vms": []})").starts_with("refused: the parameter \"vms\" is an empty array"));
  CHECK(sent(R"({"vms": [[1]]})").starts_with("refused: the parameter \"vms\" holds an array"));
  CHECK(sent(R"({"name": {"a": 1}})") == "refused: the parameter \"name\" takes no object");
  CHECK(sent(R"({"unheard": {"a": 1}})").starts_with("refused: the parameter \"unheard\""));
  CHECK(sent(R"({"delete": ["a b"]})").starts_with("refused: the parameter \"delete\" holds an"));
  CHECK(sent(R"({"net0": {"bridge": "a,b"}})").starts_with("refused: the value of \"bridge\""));
  CHECK(sent("[]") == "refused: the parameters are no object");
}

TEST_CASE("request params: a numbered parameter belongs to its family") {
  const Json params = facts();
  CHECK(find_parameter(params, "net0") == &params["net[n]"]);
  CHECK(find_parameter(params, "net31") == &params["net[n]"]);
  CHECK(find_parameter(params, "link7") == &params["link[n]"]);
  CHECK(find_parameter(params, "unused255") == &params["unused[n]"]);
  for (const char* none :
       {"net32", "net", "net01", "link8", "7", "", "net99999999999999999999", "other0", "0net"}) {
    CAPTURE(none);
    CHECK(find_parameter(params, none) == nullptr);
  }
}

TEST_CASE("request params: a guest's change goes out as the bytes that PVE reads") {
  const Json& change = method("PUT", "/nodes/{node}/qemu/{vmid}/config");
  const auto params = request_params(
      parse_json(R"({"net0": {"model": "virtio", "macaddr": "BC:24:11:00:00:01", "bridge": "vmbr0"},
        "scsi1": {"file": "local:100/a.raw", "ssd": true}, "delete": ["net1", "ide2"],
        "onboot": false, "description": "50% & more; a=b"})")
          .value(),
      change["params"]);
  REQUIRE(params.ok());
  CHECK(encode_form(*params) ==
        "delete=net1%2Cide2&description=50%25%20%26%20more%3B%20a%3Db"
        "&net0=virtio%3DBC%3A24%3A11%3A00%3A00%3A01%2Cbridge%3Dvmbr0"
        "&onboot=0&scsi1=local%3A100%2Fa.raw%2Cssd%3D1");
}

}  // namespace pmx::proxmox
