#include "proxmox/property_string.h"

#include <doctest/doctest.h>

namespace pmx::proxmox {
namespace {

/// A cut of the format of a VM's network devices.
PropertyFormat net_format() {
  return PropertyFormat(parse_json(R"({
    "model": {"type": "string", "default_key": 1, "enum": ["e1000", "virtio"]},
    "macaddr": {"type": "string", "optional": 1, "format": "mac-addr"},
    "e1000": {"alias": "macaddr", "keyAlias": "model"},
    "virtio": {"alias": "macaddr", "keyAlias": "model"},
    "bridge": {"type": "string", "optional": 1, "maxLength": 6},
    "firewall": {"type": "boolean", "optional": 1},
    "tag": {"type": "integer", "optional": 1, "minimum": 1, "maximum": 4094},
    "rate": {"type": "number", "optional": 1, "minimum": 0},
    "trunks": {"type": "string", "optional": 1, "requires": "tag"},
    "link": {"alias": "firewall"}
  })")
                            .value());
}

PropertyString net(std::string_view text) {
  auto parsed = PropertyString::parse(net_format(), text);
  REQUIRE(parsed.ok());
  return std::move(parsed).value();
}

/// The text after `changes`, each "key=JSON", or "-key" to take it out.
std::string changed(std::string_view text, const std::vector<std::string>& changes) {
  PropertyString value = net(text);
  for (const std::string& change : changes) {
    if (change.starts_with('-')) {
      value.erase(change.substr(1));
      continue;
    }
    const auto equals = change.find('=');
    const auto done =
        value.set(change.substr(0, equals), parse_json(change.substr(equals + 1)).value());
    CAPTURE(change);
    CHECK(done.ok());
  }
  return value.text();
}

}  // namespace

TEST_CASE("property string: what is read is written byte by byte") {
  for (const char* text :
       {"", ",", "virtio", "virtio=BC:24:11:00:00:01,bridge=vmbr0", "bridge=vmbr0,virtio,tag=7",
        "model=virtio,firewall=yes,future=x;y", ",,virtio, ,tag=7,", "virtio,bridge=a=b",
        "e1000=AA,future==", "tag=many", "link=on,virtio"}) {
    CAPTURE(text);
    CHECK(net(text).text() == text);
  }
}

TEST_CASE("property string: a value is found under every name it has") {
  const PropertyString device = net("virtio=AA,bridge=vmbr0,tag=7,firewall=on,rate=1.5,other=x");
  CHECK(device.find("model") == "virtio");
  CHECK(device.find("macaddr") == "AA");
  CHECK(device.find("virtio") == "AA");
  CHECK_FALSE(device.find("e1000").has_value());
  CHECK(device.find("link") == "on");
  CHECK(device.find("other") == "x");
  CHECK_FALSE(device.find("trunks").has_value());
  CHECK(dump_json(device.values()) ==
        R"({"bridge":"vmbr0","firewall":true,"macaddr":"AA","model":"virtio","other":"x",)"
        R"("rate":1.5,"tag":7})");
  CHECK(net("virtio,macaddr=AA").find("virtio") == "AA");
  CHECK(dump_json(net("tag=many,firewall=maybe").values()) ==
        R"({"firewall":"maybe","tag":"many"})");
}

TEST_CASE("property string: a wrong form is told with its place, never with a value") {
  struct Row {
    const char* text;
    const char* says;
  };
  const Row rows[] = {
      {"virtio,bridge=vmbr0,=s3cret", "at character 21: there is no key before"},
      {"virtio,bridge=", "at character 14: there is no value behind"},
      {"virtio,s3cret", "at character 8: \"model\" is given twice"},
      {"virtio=AA,macaddr=BB", "at character 11: \"macaddr\" is given twice"},
      {"virtio=AA,e1000=BB", "at character 11: \"macaddr\" is given twice"},
      {"e1000=AA,virtio", "at character 10: \"model\" is given twice"},
      {"tag=1,virtio,tag=2", "at character 14: \"tag\" is given twice"},
      {"other=1,other=2", "at character 9: \"other\" is given twice"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto parsed = PropertyString::parse(net_format(), row.text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().code == Code::kInvalidArgument);
    CHECK(parsed.error().message.find(row.says) != std::string::npos);
    CHECK(parsed.error().text().find("s3cret") == std::string::npos);
  }
  const PropertyFormat keyed(parse_json(R"({"a": {"type": "string"}})").value());
  CHECK(PropertyString::parse(keyed, "a=1,x").error().message.find("needs one") !=
        std::string::npos);
}

TEST_CASE("property string: a change touches only what it must") {
  CHECK(changed("virtio=AA,bridge=vmbr0,other=x", {"bridge=\"vmbr1\""}) ==
        "virtio=AA,bridge=vmbr1,other=x");
  CHECK(changed("virtio=AA,bridge=a", {"model=\"e1000\""}) == "e1000=AA,bridge=a");
  CHECK(changed("virtio=AA,bridge=a", {"model=\"new\""}) == "model=new,macaddr=AA,bridge=a");
  CHECK(changed("virtio=AA", {"macaddr=\"BB\""}) == "virtio=BB");
  CHECK(changed("virtio=AA", {"e1000=\"BB\""}) == "e1000=BB");
  CHECK(changed("model=virtio,bridge=a", {"macaddr=\"AA\""}) == "virtio=AA,bridge=a");
  CHECK(changed("virtio,tag=7", {"tag=8", "firewall=true"}) == "virtio,tag=8,firewall=1");
  CHECK(changed("bridge=a", {"model=\"virtio\""}) == "virtio,bridge=a");
  CHECK(changed("virtio", {"model=\"a=b\""}) == "model=a=b");
  CHECK(changed("virtio, ,link=on", {"firewall=\"no\""}) == "virtio, ,link=0");
  CHECK(changed("virtio,other=x", {"other=\"y\"", "rate=12.0"}) == "virtio,other=y,rate=12");
  CHECK(changed("", {"virtio=\"AA\""}) == "virtio=AA");
}

TEST_CASE("property string: what is taken out leaves the rest") {
  CHECK(changed("virtio=AA,bridge=a,tag=7", {"-bridge"}) == "virtio=AA,tag=7");
  CHECK(changed("virtio=AA,tag=7", {"-macaddr"}) == "model=virtio,tag=7");
  CHECK(changed("virtio=AA,tag=7", {"-model"}) == "macaddr=AA,tag=7");
  CHECK(changed("virtio=AA,tag=7", {"-virtio"}) == "tag=7");
  CHECK(changed("virtio=AA,tag=7", {"-e1000", "-trunks"}) == "virtio=AA,tag=7");
  CHECK(changed("virtio", {"-model"}).empty());
}

TEST_CASE("property string: what cannot be written is refused, and changes nothing") {
  for (const char* change : {"bridge=\"a,b\"", "bridge=\"\"", "bridge=\"a\\nb\"", "bridge=[1]",
                             "bridge=null", "unheard=\"x\"", "=\"x\""}) {
    CAPTURE(change);
    PropertyString device = net("virtio=AA,tag=7");
    const std::string text = change;
    const auto equals = text.find('=');
    const auto done =
        device.set(text.substr(0, equals), parse_json(text.substr(equals + 1)).value());
    REQUIRE_FALSE(done.ok());
    CHECK(done.error().code == Code::kInvalidArgument);
    CHECK_FALSE(done.error().advice.empty());
    CHECK(device.text() == "virtio=AA,tag=7");
  }
}

TEST_CASE("property string: it is built in PVE's order and short forms") {
  const auto built = PropertyString::build(net_format(), parse_json(R"({"tag": 7, "bridge": "a",
    "macaddr": "AA", "model": "virtio", "firewall": false})")
                                                             .value());
  REQUIRE(built.ok());
  CHECK(built->text() == "virtio=AA,bridge=a,firewall=0,tag=7");
  CHECK_FALSE(PropertyString::build(net_format(), Json::array()).ok());
  CHECK_FALSE(PropertyString::build(net_format(), Json{{"tag", Json::array()}}).ok());
}

TEST_CASE("property string: what PVE would refuse is told, with its place") {
  const auto problems =
      net("s3cret,bridge=much-too-long,tag=4095,rate=fast,firewall=2,new=1").problems();
  std::string told;
  for (const PropertyProblem& problem : problems) {
    told += std::to_string(problem.position) + " " + problem.key + " " + problem.text + "\n";
  }
  CHECK(told ==
        "1 model must be one of e1000, virtio\n"
        "8 bridge is longer than 6 characters\n"
        "29 tag must be at most 4094\n"
        "38 rate needs a number\n"
        "48 firewall needs 1 or 0\n"
        "59 new is no key here\n");
  const auto missing = net("bridge=a,trunks=1;2").problems();
  REQUIRE(missing.size() == 2);
  CHECK(missing[0].key == "model");
  CHECK(missing[1].text == "is missing, which \"trunks\" needs");
  CHECK(net("virtio=AA,tag=1,link=on").problems().empty());
}

TEST_CASE("property format: of what is spelled out, of a name, and of nothing else") {
  CHECK(PropertyFormat::of(parse_json(R"({"format": {"a": {"type": "string"}}})").value()));
  const auto boot = PropertyFormat::of(parse_json(R"({"format": "pve-qm-boot"})").value());
  REQUIRE(boot.has_value());
  CHECK(boot->default_key() == "legacy");
  for (const char* none : {R"({"format": "pve-node"})", R"({"format": {"a": 1}})", "{}", "7",
                           R"({"format": {}})", R"({"format": 7})"}) {
    CAPTURE(none);
    CHECK_FALSE(PropertyFormat::of(parse_json(none).value()).has_value());
  }
}

}  // namespace pmx::proxmox
