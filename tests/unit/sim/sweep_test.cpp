// Every method of both releases: what it answers to valid parameters has the type that the API
// facts tell, and each parameter that is wrong or missing is refused by its name.
#include <doctest/doctest.h>

#include <cstdio>
#include <set>

#include "sim/facts.h"
#include "sim/values.h"
#include "sim/verify.h"
#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

std::string text_of(const Json& value) {
  return value.is_string() ? *value.get_ptr<const std::string*>() : value.dump();
}

/// Calls as root@pam with a ticket; the parameters that are in the path go there.
Response call(Lab& lab, const Route& route, const Json& params) {
  std::string path(route.path);
  std::string query;
  Json rest = params;
  for (const auto& [key, value] : params.items()) {
    const auto at = path.find("{" + key + "}");
    if (at == std::string::npos) continue;
    path.replace(at, key.size() + 2, percent_encode(text_of(value)));
    rest.erase(key);
  }
  const std::string method(route.method);
  if (method == "POST" || method == "PUT") return lab.as_root(method, path, dump_json(rest));
  for (const auto& [key, value] : rest.items())
    for (const Json& one : value.is_array() ? value : Json::array({value}))
      query +=
          (query.empty() ? "?" : "&") + percent_encode(key) + "=" + percent_encode(text_of(one));
  return lab.as_root(method, path + query);
}

/// Values that some parameter of the API takes, the likely ones first.
const std::vector<Json>& candidates() {
  static const std::vector<Json> kValues{
      "pve1",
      "100",
      "local",
      "swept",
      "swept@pve",
      "1",
      "0",
      "10",
      "10.0.0.0/24",
      "10.0.0.9",
      "/swept",
      "local:iso/swept.iso",
      "virtio",
      "100-0",
      "vm:100",
      "mon-fri",
      "*:00",
      "AES",
      "BC:24:11:00:00:01",
      "swept.example.org",
      "a@example.org",
      "1G",
      "user",
      "http://swept.org",
      "/dev/sda",
      "UPID:pve1:00000001:00000001:65000000:qmstart:100:root@pam:",
      "zone",
      "vzdump-qemu-100-2026_01_01-00_00_00.vma",
      "iqn.2003-01.org:x",
      "in",
      "ACCEPT",
      "65000",
      "data,vlan",
      "swept!tok",
      "root@pam!swept",
      "VM.Audit",
      "node=pve1,path=/swept",
      "node=pve1,id=1af4:1000",
      "node=pve1,id=1af4:1000,path=0000:01:00.0",
      "pve1/data",
      "x=1",
      "eth0",
      "0000:00:01.0",
      "pve1c-0123456789",
      "a:b",
      "[]",
      "{}",
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      "00000000-0000-4000-8000-000000000001",
      "vnet1",
      "10.0.0.0-24",
      "zone1-10.0.0.0-24",
      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
      "mkdir",
      "12345678",
      "https://10.0.0.9:8006",
      "AB:CD:EF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:"
      "33:44:55:66:77:88:99:AA:BB:CC",
      "host=10.0.0.9,apitoken=PVEAPIToken=a@pam!b=c",
      "a"};
  return kValues;
}

/// Whether the errors speak of the parameter; items of an array have errors of their own.
bool names(const Json& errors, const std::string& name) {
  return errors.contains(name) || errors.contains(name + "[0]");
}

bool accepts(const Json& facts, const std::string& name, const Json& value) {
  Json one{{name, value}};
  const Json errors = verify_params({{name, facts}}, one);
  return !names(errors, name) && (errors.empty() || facts.contains("requires"));
}

bool is_required(const Json& facts) {
  const Json* optional = find_member(facts, "optional");
  return optional == nullptr || *optional == Json(0);
}

/// A value that the facts of a parameter accept; null when none of the candidates is one.
Json valid_value(const std::string& name, const Json& facts) {
  if (const Json* allowed = find_member(facts, "enum"); allowed != nullptr) return allowed->front();
  if (const Json* least = find_member(facts, "minimum"); least != nullptr) return *least;
  if (name == "storage") return "local";
  for (const Json& value : candidates())
    if (accepts(facts, name, value)) return value;
  return nullptr;
}

/// Where a parameter is sent: a body holds any JSON, a query repeats a key to make a list of it, a
/// path holds text alone.
enum class Place : std::uint8_t { kBody, kQuery, kPath };

Place place_of(const Route& route, const std::string& name) {
  if (route.path.find("{" + name + "}") != std::string_view::npos) return Place::kPath;
  return route.method == "GET" || route.method == "DELETE" ? Place::kQuery : Place::kBody;
}

/// A value that they refuse; null when every text will do.
Json wrong_value(const std::string& name, const Json& facts, Place place) {
  static const std::vector<Json> kWrong{std::string("-7"), std::string("\x01 !"),
                                        std::string(100000, 'x'), Json::object({{"a", 1}}),
                                        Json::array({"x", "y"})};
  for (const Json& value : kWrong) {
    const bool sent = place == Place::kBody || !value.is_structured() ||
                      (place == Place::kQuery && value.is_array());
    if (sent && !accepts(facts, name, value)) return value;
  }
  return nullptr;
}

bool has_type(std::string_view type, const Json& value) {
  if (value.is_null()) return true;  // what is not known is undef in Perl
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  if (type == "null") return false;
  if (type == "string") return !value.is_structured();
  if (type == "boolean" || type == "integer" || type == "number") {
    if (!value.is_string()) return !value.is_structured();
    const std::string& text = *value.get_ptr<const std::string*>();
    return text.find_first_not_of("0123456789.-+e") == std::string::npos;
  }
  return true;
}

/// What of `value` differs from `schema`, "" when nothing does.
std::string type_problem(const Json& schema, const Json& value, const std::string& where) {
  const auto type = string_member(schema, "type");
  const bool parsed = value.is_object() && schema.contains("format");  // a property string
  if (!parsed && !has_type(type, value))
    return where + " is no " + std::string(type) + ": " + value.dump();
  if (const Json* items = find_member(schema, "items"); items != nullptr && value.is_array())
    for (const Json& item : value)
      if (auto bad = type_problem(*items, item, where + "[]"); !bad.empty()) return bad;
  const Json* members = find_member(schema, "properties");
  if (members == nullptr || !value.is_object()) return "";
  for (const auto& [key, member] : members->items())
    if (const Json* given = find_member(value, key); given != nullptr)
      if (auto bad = type_problem(member, *given, where + "." + key); !bad.empty()) return bad;
  return "";
}

const Json& params_of(const Json& facts) {
  static const Json kNone = Json::object();
  const Json* params = find_member(facts, "params");
  return params == nullptr ? kNone : *params;
}

/// What must be sent: what is not optional, and what the path holds.
Json valid_params(const Route& route, const Json& schema) {
  Json out = Json::object();
  for (const auto& [name, facts] : schema.items()) {
    const bool in_path = route.path.find("{" + name + "}") != std::string_view::npos;
    if ((!is_required(facts) && !in_path) || name.find("[n]") != std::string::npos) continue;
    out[name] = valid_value(name, facts);
    CHECK_MESSAGE(!out[name].is_null(), "no value for " << name << ": " << facts.dump());
  }
  return out;
}

/// PVE looks at these before it verifies: the node to ask, and what the permission's path holds.
bool is_looked_up_first(const Json& facts, const std::string& name) {
  const Json* permissions = find_member(facts, "permissions");
  return (name == "node" && facts.contains("proxyto")) ||
         (permissions != nullptr &&
          permissions->dump().find("{" + name + "}") != std::string::npos);
}

/// A text in a path, a list of texts in a query, an array of items without a type, and what belongs
/// to one type of section alone: it is verified when that type is named.
bool takes_everything(const Json& facts, Place place) {
  const Json* items = find_member(facts, "items");
  return place == Place::kPath || (items != nullptr && !items->contains("type")) ||
         string_member(facts, "format") == "string-list" || facts.contains("type-property") ||
         facts.contains("oneOf");
}

/// What became of the parameters of all methods when each alone was wrong.
struct Refusals {
  int by_name = 0;    ///< 400, and the errors name it
  int looked_up = 0;  ///< refused in other words by what comes before verification
  int free = 0;       ///< where PVE takes every value
};

/// A parameter that is looked up before it is verified is refused as one, or as unknown there.
void sweep_lookup(const Response& refused, const std::string& name, Refusals& count) {
  const bool by_name = refused.status == 400 && names(Harness::body(refused)["errors"], name);
  CHECK((by_name || refused.status == 403 || refused.status == 500));
  ++(by_name ? count.by_name : count.looked_up);
}

void sweep_refusals(Lab& lab, const Route& route, const Json& method, const Json& valid,
                    Refusals& count) {
  const Json& schema = params_of(method);
  for (const auto& [name, facts] : schema.items()) {
    if (name.find("[n]") != std::string::npos) continue;
    const Place place = place_of(route, name);
    Json params = valid;
    params[name] = wrong_value(name, facts, place);
    CAPTURE(name);
    if (params[name].is_null()) {
      CHECK(takes_everything(facts, place));
      ++count.free;
      continue;
    }
    const Response refused = call(lab, route, params);
    if (is_looked_up_first(method, name)) {
      sweep_lookup(refused, name, count);
      continue;
    }
    CHECK(refused.status == 400);
    CHECK(names(Harness::body(refused)["errors"], name));
    ++count.by_name;
    if (!is_required(facts) || place == Place::kPath) continue;
    params.erase(name);
    const Response missing = call(lab, route, params);
    CHECK(missing.status == 400);
    CHECK(names(Harness::body(missing)["errors"], name));
  }
}

/// Where PVE itself leaves its facts: the journal is not put into its envelope, and the lab has
/// none; 8.4 tells of a log file that is not there without a list.
bool departs(PveVersion pve, const Route& route, const Response& answered) {
  if (route.path.ends_with("/journal")) return answered.body.empty();
  const bool is_log = route.path.ends_with("/firewall/log") || route.path.ends_with("{upid}/log");
  return pve == PveVersion::k8 && is_log && Harness::body(answered)["data"].contains("t");
}

struct Swept {
  int covered = 0;  ///< methods that PVE's facts name and that are there
  Refusals refusals;
};

Swept sweep(PveVersion pve) {
  Facts facts(pve);
  Lab shared(pve);
  Swept out;
  Refusals& count = out.refusals;
  for (const Route& route : facts.routes()) {
    CAPTURE(route.method);
    CAPTURE(route.path);
    const Json& method = facts.method(route);
    const Json valid = valid_params(route, params_of(method));
    Lab lab(pve);
    const Response answered = call(lab, route, valid);
    CHECK(answered.status != 501);
    if (answered.status == 200 && !departs(pve, route, answered)) {
      const Json body = Harness::body(answered);
      const std::string bad = type_problem(facts.returns(route), body["data"], "data");
      CHECK_MESSAGE(bad.empty(), bad);
    } else if (answered.status != 200) {
      CAPTURE(answered.body);
      CHECK(std::set<int>{400, 401, 403, 404, 500}.contains(answered.status));
    }
    if (answered.status != 403) sweep_refusals(shared, route, method, valid, count);
    out.covered += answered.status == 501 ? 0 : 1;
  }
  std::printf("sweep %s: %d/%zu; wrong parameters: %d by name, %d looked up first, %d free\n",
              pve == PveVersion::k8 ? "8.4" : "9.2", out.covered, facts.routes().size(),
              count.by_name, count.looked_up, count.free);
  return out;
}

}  // namespace

TEST_CASE("sweep: every method of 8.4 answers what its facts say, and refuses what they refuse") {
  const Swept swept = sweep(PveVersion::k8);
  CHECK(swept.covered == 606);
  CHECK(swept.refusals.by_name == 2447);
  CHECK(swept.refusals.looked_up == 258);
  CHECK(swept.refusals.free == 18);
}

TEST_CASE("sweep: every method of 9.2 answers what its facts say, and refuses what they refuse") {
  const Swept swept = sweep(PveVersion::k9);
  CHECK(swept.covered == 675);
  CHECK(swept.refusals.by_name == 2737);
  CHECK(swept.refusals.looked_up == 274);
  CHECK(swept.refusals.free == 28);
}

}  // namespace pmx::sim
