// The rules of PVE::JSONSchema one by one; request_test.cpp shows them on real methods.
#include "sim/verify.h"

#include <doctest/doctest.h>

namespace pmx::sim {
namespace {

const char* const kUnknown =
    "property is not defined in schema and the schema does not allow additional properties";

/// What is said about parameter "p" of these facts; empty when it is fine.
std::string said(const char* facts, Json value) {
  Json values{{"p", std::move(value)}};
  const Json errors = verify_params({{"p", Json::parse(facts)}}, values);
  return std::string(string_member(errors, "p"));
}

}  // namespace

TEST_CASE("verify: each rule of a scalar holds at its limit and not beyond") {
  struct Row {
    const char* facts;
    Json good, bad;
    const char* complaint;
  };
  const Row rows[] = {
      {R"({"type":"integer"})", "-7", "7.0", "type check ('integer') failed - got '7.0'"},
      {R"({"type":"integer"})", 7, 7.5, "type check ('integer') failed - got '7.5'"},
      {R"({"type":"integer"})", "+7", "", "type check ('integer') failed - got ''"},
      {R"({"type":"number"})", "-.5e3", "1e", "type check ('number') failed - got '1e'"},
      {R"({"type":"boolean"})", "0", "true", "type check ('boolean') failed - got 'true'"},
      {R"({"type":"boolean"})", true, "yes", "type check ('boolean') failed - got 'yes'"},
      {R"({"type":"string"})", 7, Json::array(), "type check ('string') failed - got ARRAY"},
      {R"({"type":"string"})", "x", Json::object(), "type check ('string') failed - got HASH"},
      {R"({"minimum":16})", "16", "15", "value must have a minimum value of 16"},
      {R"({"maximum":1.5})", "1.5", "1.6", "value must have a maximum value of 1.5"},
      {R"({"minLength":2})", "ab", "a", "value must be at least 2 characters long"},
      {R"({"maxLength":2})", "ab", "abc", "value may only be 2 characters long"},
      {R"({"enum":["a","b"]})", "b", "c",
       "value 'c' does not have a value in the enumeration 'a, b'"},
      {R"({"pattern":"a+"})", "aa", "ab", "value does not match the regex pattern"},
      {R"({"format":"pve-vmid"})", "100", "1",
       "invalid format - value does not look like a valid VM ID\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.facts);
    CHECK(said(row.facts, row.good).empty());
    CHECK(said(row.facts, row.bad) == row.complaint);
  }
}

TEST_CASE("verify: numbered parameters exist up to their maximum, written in one way") {
  const Json schema{{"net[n]", {{"type", "string"}, {"optional", 1}, {"maxIndex", "31"}}}};
  const auto known = [&](const char* name) {
    Json values{{name, "x"}};
    return verify_params(schema, values).empty();
  };
  for (const char* name : {"net0", "net9", "net31"}) CHECK(known(name));
  for (const char* name : {"net", "net32", "net00", "net01", "net-1", "net1x", "net[n]x", "xnet1",
                           "net99999999999999999999"}) {
    CAPTURE(name);
    CHECK_FALSE(known(name));
  }
}

TEST_CASE("verify: all errors come together: unknown, missing, wrong, and what needs another") {
  const Json schema = Json::parse(R"({
    "must": {"type":"string"}, "number": {"type":"integer","optional":1},
    "child": {"type":"string","optional":1,"requires":"parent"},
    "parent": {"type":"string","optional":1}})");
  Json values{{"number", "x"}, {"child", "c"}, {"other", 1}};
  CHECK(verify_params(schema, values) ==
        Json{{"must", "property is missing and it is not optional"},
             {"number", "type check ('integer') failed - got 'x'"},
             {"parent", "missing property required by 'child'"},
             {"other", kUnknown}});
  values = {{"must", ""}, {"child", "c"}, {"parent", "p"}};
  CHECK(verify_params(schema, values).empty());
}

TEST_CASE("verify: one value serves as an array of one, and items are judged by their place") {
  const Json schema =
      Json::parse(R"({"vms":{"type":"array","items":{"type":"integer","minimum":100}}})");
  Json values{{"vms", "100"}};
  CHECK(verify_params(schema, values).empty());
  CHECK(values["vms"] == Json::array({"100"}));
  values = {{"vms", {"100", "7", "x"}}};
  CHECK(verify_params(schema, values) ==
        Json{{"vms[1]", "value must have a minimum value of 100"},
             {"vms[2]", "type check ('integer') failed - got 'x'"}});
}

TEST_CASE("verify: a method without parameters takes none") {
  Json none = Json::object();
  Json some{{"a", "1"}};
  CHECK(verify_params(Json::object(), none).empty());
  CHECK(verify_params(Json::object(), some) == Json{{"a", kUnknown}});
}

TEST_CASE("verify: lengths count characters, not bytes") {
  CHECK(said(R"({"maxLength":3})", "\u00fc\u00fc\u00fc").empty());
  CHECK(said(R"({"maxLength":3})", "\u00fc\u00fc\u00fcx") == "value may only be 3 characters long");
  CHECK(said(R"({"minLength":2})", "\u00fc") == "value must be at least 2 characters long");
}

TEST_CASE("verify: a list may come as an array, and an array as its one item") {
  const Json schema = Json::parse(R"({
    "vms": {"type":"string","format":"pve-vmid-list"},
    "command": {"type":"array","items":{"type":"string"}}})");
  Json values{{"vms", {100, "101"}}, {"command", "ls"}};
  CHECK(verify_params(schema, values).empty());
  CHECK(values == Json{{"vms", "100,101"}, {"command", {"ls"}}});
  Json bad{{"vms", {100, "x"}}, {"command", "ls"}};
  CHECK(verify_params(schema, bad)["vms"] ==
        "invalid format - value does not look like a valid VM ID\n");
}

TEST_CASE("verify: a structure where a text belongs is named by its kind") {
  const Json schema = Json::parse(R"({
    "a": {"type":"string"}, "b": {"type":"array"}, "c": {"type":"boolean"}})");
  Json values{{"a", Json::array({1})}, {"b", Json::object()}, {"c", ""}};
  const Json errors = verify_params(schema, values);
  CHECK(errors["a"] == "type check ('string') failed - got ARRAY");
  CHECK(errors["c"] == "type check ('boolean') failed - got ''");
}

TEST_CASE("verify: what depends on a type is asked for when the type requires it") {
  const Json schema = Json::parse(R"({
    "kind": {"type":"string"},
    "routes": {"type-property":"kind","oneOf":[
      {"instance-types":["ospf"],"type":"string"},
      {"instance-types":["bgp"],"type":"string","optional":1}]}})");
  struct Row {
    const char* kind;
    bool asked;
  };
  for (const Row& row : {Row{"ospf", true}, Row{"bgp", false}, Row{"other", false}}) {
    CAPTURE(row.kind);
    Json values{{"kind", row.kind}};
    CHECK(verify_params(schema, values).contains("routes") == row.asked);
  }
  Json none = Json::object();
  CHECK_FALSE(verify_params(schema, none).contains("routes"));
}

TEST_CASE("verify: 8.4 has words of its own for a property without its partner") {
  const Json schema = Json::parse(R"({
    "parent": {"type":"string","optional":1},
    "child": {"type":"string","optional":1,"requires":"parent"}})");
  Json values{{"child", "x"}};
  CHECK(verify_params(schema, values, PveVersion::k8)["parent"] ==
        "missing property - 'child' requires this property");
  CHECK(verify_params(schema, values, PveVersion::k9)["parent"] ==
        "missing property required by 'child'");
}

}  // namespace pmx::sim
