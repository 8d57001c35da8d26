#include "sim/property_string.h"

#include <doctest/doctest.h>

namespace pmx::sim {
namespace {

/// A network device in small: a default key, an alias that sets two members, a list of words.
const Json& device() {
  static const Json kFormat = Json::parse(R"({
    "model": {"type":"string","default_key":1,"enum":["virtio","e1000"]},
    "macaddr": {"type":"string","optional":1,"format":"mac-addr"},
    "virtio": {"alias":"macaddr","keyAlias":"model"},
    "firewall": {"type":"boolean","optional":1},
    "tag": {"type":"integer","optional":1,"minimum":1,"maximum":4094}
  })");
  return kFormat;
}

std::string check(const std::string& text) { return check_property_string(device(), "net0", text); }

}  // namespace

TEST_CASE("property string: what PVE writes and what people write is taken") {
  for (const char* text : {"virtio", "model=virtio", "virtio=BC:24:11:00:00:01", "e1000,tag=1",
                           "tag=4094,model=e1000", "virtio,firewall=on", "virtio,firewall=No",
                           "virtio,,tag=7,", " ,virtio", "e1000,macaddr=BC:24:11:00:00:01"}) {
    CAPTURE(text);
    CHECK(check(text).empty());
  }
}

TEST_CASE("property string: a wrong form is told at once, wrong values all together") {
  struct Row {
    const char* text;
    const char* complaint;
  };
  const Row rows[] = {
      {"virtio,model=e1000", "duplicate key in comma-separated list property: model\n"},
      {"virtio=BC:24:11:00:00:01,macaddr=BC:24:11:00:00:01",
       "duplicate key in comma-separated list property: macaddr\n"},
      {"virtio,=7", "missing key in comma-separated list property\n"},
      {"tag=0",
       "format error\nnet0.model: property is missing and it is not optional\nnet0.tag: "
       "value must have a minimum value of 1\n"},
      {"virtio,tag=4095", "format error\nnet0.tag: value must have a maximum value of 4094\n"},
      {"virtio,firewall=2",
       "format error\nnet0.firewall: type check ('boolean') failed - got '2'\n"},
      {"virtio,colour=red",
       "format error\nnet0.colour: property is not defined in schema and the "
       "schema does not allow additional properties\n"},
      {"", "format error\nnet0.model: property is missing and it is not optional\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(check(row.text) == row.complaint);
  }
}

TEST_CASE("property string: without a default key every value needs its own") {
  const Json format = Json::parse(R"({"a":{"type":"string","optional":1}})");
  CHECK(check_property_string(format, "x", "1") ==
        "value without key, but schema does not define a default key\n");
  CHECK(check_property_string(format, "x", "a=1=2").empty());  // only the first = splits
}

TEST_CASE("property string: formats that the facts only name are known here") {
  for (const char* name : {"pve-qm-ipconfig", "pve-qm-watchdog", "pve-qm-smbios1"})
    CHECK(has_property_string(name));
  for (const Json& other : {Json("pve-vmid"), Json(7), Json(nullptr), device()})
    CHECK_FALSE(has_property_string(other));
  const auto named = [](const char* format, const char* text) {
    return check_property_string(format, "x", text).empty();
  };
  CHECK(named("pve-qm-ipconfig", "ip=10.0.0.1/24,gw=10.0.0.254"));
  CHECK(named("pve-qm-ipconfig", "ip=dhcp,ip6=auto"));
  CHECK_FALSE(named("pve-qm-ipconfig", "ip=10.0.0.1"));
  CHECK(named("pve-qm-watchdog", "i6300esb,action=reset"));
  CHECK_FALSE(named("pve-qm-watchdog", "i6300esb,action=explode"));
  CHECK(named("pve-qm-smbios1", "uuid=0a0b0c0d-0000-4000-8000-0123456789ab,base64=1"));
  CHECK_FALSE(named("pve-qm-smbios1", "uuid=x"));
}

TEST_CASE("property string: a member that needs another is refused without it") {
  const auto complaint = [](const char* text) {
    return check_property_string("pve-qm-ipconfig", "ipconfig0", text);
  };
  CHECK(complaint("gw=10.0.0.254") ==
        "format error\nipconfig0.ip: missing property required by 'ipconfig0.gw'\n");
  CHECK(complaint("ip=10.0.0.1/24,gw6=fd00::1") ==
        "format error\nipconfig0.ip6: missing property required by 'ipconfig0.gw6'\n");
  CHECK(complaint("ip=dhcp,ip6=fd00::2/64,gw6=fd00::1").empty());
}

}  // namespace pmx::sim
