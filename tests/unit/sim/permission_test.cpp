#include "sim/permission.h"

#include <doctest/doctest.h>

#include "schemas/embedded.h"

namespace pmx::sim {
namespace {

struct Fixture {
  Inventory inventory{{3, 4, 7}, 1'795'260'000};
  AccessControl access{inventory, Options{}};
  Caller root{"root@pam", ""};
  Caller root_token{"root@pam", "ops"};
  Caller auditor{access.auditor().username, ""};
  Caller outsider{access.outsider().username, ""};

  std::string ask(const Caller& caller, const char* permissions,
                  const Json& variables = Json::object()) {
    const auto answer = refuse(access, caller, Json::parse(permissions), variables);
    return answer ? answer->message : "";
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "permission: a missing rule means root@pam itself, not its token") {
  for (const char* nothing : {"{}", "null", "\"root@pam-only\"", R"({"description":"x"})"}) {
    CAPTURE(nothing);
    CHECK(ask(root, nothing).empty());
    CHECK(ask(root_token, nothing) == "Permission check failed (user != root@pam)");
    CHECK(ask(auditor, nothing) == "Permission check failed (user != root@pam)");
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "permission: rules are evaluated, and the refusal names what was missing") {
  struct Row {
    const char* rule;
    const char* auditor;  ///< what the auditor is told; empty = allowed
  };
  const Json variables{{"vmid", "100"},
                       {"node", "pve1"},
                       {"odd", "a b"},
                       {"path", "storage/a/"},
                       {"userid", "root@pam"}};
  const Row rows[] = {
      {R"({"user":"all"})", ""},
      {R"({"check":["perm","/vms/{vmid}",["VM.Audit"]]})", ""},
      {R"({"check":["perm","/vms/{vmid}",["VM.PowerMgmt"]]})", " (/vms/100, VM.PowerMgmt)"},
      {R"({"check":["perm","/vms/{vmid}",["VM.Audit","VM.Clone"]]})", " (/vms/100, VM.Clone)"},
      {R"({"check":["perm","/vms/{vmid}",["VM.Clone","VM.Audit"],"any",1]})", ""},
      {R"({"check":["perm","/",["Sys.Modify","Sys.Console"],"any",1]})",
       " (/, Sys.Modify|Sys.Console)"},
      {R"({"check":["and",["perm","/",["Sys.Audit"]],["perm","/nodes/{node}",["Sys.Modify"]]]})",
       " (/nodes/pve1, Sys.Modify)"},
      {R"({"check":["or",["perm","/",["Sys.Modify"]],["perm","/",["Sys.Audit"]]]})", ""},
      {R"({"check":["or",["perm","/",["Sys.Modify"]],["perm","/",["Sys.Console"]]]})", "-"},
      {R"({"check":["perm","/pool/{poolid}",["Pool.Audit"]]})", ""},  // absent: "/pool/-"
      {R"({"check":["perm","/pool/{poolid}",["Pool.Allocate"]]})", " (/pool/-, Pool.Allocate)"},
      {R"({"check":["perm","/pool/{poolid}",["Pool.Audit"],"require_param","poolid"]})", "-"},
      {R"({"check":["perm","/storage/{odd}",["Datastore.Audit"]]})", " (, Datastore.Audit)"},
      {R"({"check":["perm-modify","{path}"]})",
       " (/storage/a, Permissions.Modify|Datastore.Allocate)"},
      {R"({"check":["perm-modify","{odd}"]})", ""},  // the method refuses such a path itself
      {R"({"check":["userid-group",["User.Modify"]]})", "-"},
      {R"({"check":["userid-group",["Sys.Audit"]]})", ""},
      {R"({"check":["userid-param","self"]})", "-"},
      {R"({"check":["userid-param","Realm.AllocateUser"]})",
       " (/access/realm/pam, Realm.AllocateUser)"},
      {R"({"check":["or",["userid-param","self"],["and",["perm","/",["Sys.Modify"]]]]})",
       " (/, Sys.Modify)"},
      {R"({"check":"nonsense"})", "-"},
      {R"({"check":[]})", "-"},
      {R"({"check":["perm"]})", "-"},
      {R"({"check":["and"]})", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.rule);
    const std::string said = row.auditor;
    const std::string expected =
        said.empty() ? "" : "Permission check failed" + (said == "-" ? "" : said);
    CHECK(ask(auditor, row.rule, variables) == expected);
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "permission: a rule about a user reads its name, and says what is wrong") {
  struct Row {
    const char* rule;
    Json variables;
    const char* said;
  };
  const Row rows[] = {
      {R"(["userid-param","self"])", Json::object(), "user name '' is too short"},
      {R"(["or",["userid-param","self"],["perm","/",["Sys.Audit"]]])", Json::object(),
       "user name '' is too short"},
      {R"(["userid-group",["Sys.Audit"]])",
       {{"userid", "bad"}},
       "value 'bad' does not look like a valid user name"},
      {R"(["userid-group",["Sys.Audit"]])", {{"userid", "no@pve"}}, "no such user ('no@pve')"},
      {R"(["or",["userid-param","self"],["perm","/",["Sys.Audit"]]])", {{"userid", "no@pve"}}, ""},
      {R"(["userid-group",["User.Modify"],"groups_param","create"])",
       {{"userid", "no@pve"}},
       "Permission check failed (/access/groups, User.Modify)"},
      {R"(["userid-group",["User.Modify"],"groups_param","create"])",
       {{"userid", "no@pve"}, {"groups", "ops"}},
       "Permission check failed (/access/groups/ops, User.Modify)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.rule);
    CAPTURE(row.variables.dump());
    const std::string rule = std::string(R"({"check":)") + row.rule + "}";
    CHECK(ask(auditor, rule.c_str(), row.variables) == row.said);
    CHECK(ask(root, rule.c_str(), row.variables).empty());
  }
}

TEST_CASE_FIXTURE(Fixture, "permission: right on a group is right on its members, and no others") {
  access.config.groups["ops"].users = {auditor.user};
  access.config.acl["/access/groups/ops"].users[outsider.user]["PVEUserAdmin"] = true;
  const char* rule = R"({"check":["userid-group",["User.Modify"],"groups_param","update"]})";
  CHECK(ask(outsider, rule, {{"userid", auditor.user}, {"groups", "ops"}}).empty());
  CHECK_FALSE(ask(outsider, rule, {{"userid", auditor.user}, {"groups", "other"}}).empty());
  CHECK_FALSE(ask(outsider, rule, {{"userid", "root@pam"}, {"groups", "ops"}}).empty());
}

TEST_CASE_FIXTURE(Fixture,
                  "permission: for every method of the API, who has more rights may do no less") {
  std::string_view text = schemas::embedded_file("pve/api-9.2.jsonl");
  std::size_t allowed[3] = {};
  while (!text.empty()) {
    const auto end = text.find('\n');
    const Json method = parse_json(text.substr(0, end)).value();
    const Json* permissions = find_member(method, "permissions");
    const Json rule = permissions == nullptr ? Json() : *permissions;
    CAPTURE(string_member(method, "path"));
    Json variables = Json::object();
    if (const Json* params = find_member(method, "params"))
      for (const auto& [name, facts] : params->items()) variables[name] = "x1";
    const bool none = !refuse(access, outsider, rule, variables);
    const bool some = !refuse(access, auditor, rule, variables);
    const bool all = !refuse(access, root, rule, variables);
    CHECK((!none || some));
    CHECK((!some || all));
    allowed[0] += none;
    allowed[1] += some;
    allowed[2] += all;
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  CHECK(allowed[0] > 50);
  CHECK(allowed[1] > allowed[0] + 100);
  CHECK(allowed[2] > allowed[1] + 100);
}

}  // namespace pmx::sim
