// Groups, roles and ACLs.
#include <doctest/doctest.h>

#include "tests/unit/sim/access_lab.h"

namespace pmx::sim {

TEST_CASE("groups: missing and existing ones are refused in PVE's words") {
  AccessLab lab;
  CHECK(lab.call("POST", "/access/groups", "groupid=ops&comment=Ops").status == 200);
  CHECK(lab.call("POST", "/access/groups", "groupid=ops").reason ==
        "create group failed: group 'ops' already exists");
  CHECK(lab.get("/access/groups/ops") == Json{{"comment", "Ops"}, {"members", Json::array()}});
  CHECK(lab.call("PUT", "/access/groups/ops", "comment=").status == 200);
  CHECK_FALSE(lab.get("/access/groups/ops").contains("comment"));
  CHECK(lab.call("PUT", "/access/groups/no", "comment=x").reason ==
        "update group failed: group 'no' does not exist");
  CHECK(lab.call("DELETE", "/access/groups/ops").status == 200);
  CHECK(lab.call("GET", "/access/groups/ops").reason == "group 'ops' does not exist");
  CHECK(lab.call("DELETE", "/access/groups/ops").reason ==
        "delete group failed: group 'ops' does not exist");
}

TEST_CASE("roles: PVE's own stay as they are, and its names are reserved") {
  AccessLab lab;
  CHECK(lab.get("/access/roles").size() == 17);
  CHECK(lab.get("/access/roles/PVEPoolUser") == Json{{"Pool.Audit", 1}});
  CHECK(lab.call("POST", "/access/roles", "roleid=pveMine").error("roleid") ==
        "cannot use role ID starting with the (case-insensitive) 'PVE' namespace");
  CHECK(lab.call("PUT", "/access/roles/PVEAdmin", "privs=VM.Audit").reason ==
        "auto-generated role 'PVEAdmin' cannot be modified");
  CHECK(lab.call("DELETE", "/access/roles/NoAccess").reason ==
        "auto-generated role 'NoAccess' cannot be deleted");
}

TEST_CASE("roles: one's own are made, extended, replaced and removed") {
  AccessLab lab;
  CHECK(lab.call("POST", "/access/roles", "roleid=R1&privs=VM.Audit,VM.Clone").status == 200);
  CHECK(lab.call("POST", "/access/roles", "roleid=R1").reason ==
        "create role failed: role 'R1' already exists");
  CHECK(lab.call("PUT", "/access/roles/R1", "privs=VM.Console&append=1").status == 200);
  CHECK(lab.get("/access/roles/R1") == Json{{"VM.Audit", 1}, {"VM.Clone", 1}, {"VM.Console", 1}});
  CHECK(lab.call("PUT", "/access/roles/R1", "privs=VM.Console").status == 200);
  CHECK(lab.get("/access/roles").back() ==
        Json{{"roleid", "R1"}, {"privs", "VM.Console"}, {"special", 0}});
  CHECK(lab.call("DELETE", "/access/roles/R1").status == 200);
  CHECK(lab.call("GET", "/access/roles/R1").reason == "role 'R1' does not exist");
  CHECK(lab.call("DELETE", "/access/roles/R1").reason ==
        "delete role failed: role 'R1' does not exist");
}

TEST_CASE("acl: an entry gives rights below its path, until it is taken away") {
  AccessLab lab;
  lab.add_user("a@pve");
  CHECK(lab.call("GET", "/cluster/log", "", "a@pve").status == 200);
  CHECK(lab.call("GET", "/cluster/backup", "", "a@pve").reason ==
        "Permission check failed (/, Sys.Audit)");
  CHECK(lab.call("PUT", "/access/acl", "path=/&roles=PVEAuditor&users=a@pve").status == 200);
  CHECK(lab.get("/access/permissions", "a@pve")["/vms"]["VM.Audit"] == 1);
  CHECK(lab.get("/access/acl") == Json::array({{{"path", "/"},
                                                {"propagate", 1},
                                                {"roleid", "PVEAuditor"},
                                                {"type", "user"},
                                                {"ugid", "a@pve"}}}));
  CHECK(lab.login("a@pve", "secret78").data["cap"]["vms"].contains("VM.Audit"));
  CHECK(lab.call("PUT", "/access/acl", "path=/&roles=PVEAuditor&users=a@pve&propagate=0").status ==
        200);
  CHECK(lab.get("/access/permissions?path=/", "a@pve")["/"]["Sys.Audit"] == 0);
  CHECK(lab.get("/access/permissions?path=/vms", "a@pve")["/vms"].empty());
  CHECK(lab.call("PUT", "/access/acl", "path=/&roles=PVEAuditor&users=a@pve&delete=1").status ==
        200);
  CHECK(lab.get("/access/permissions", "a@pve").empty());
  CHECK(lab.call("PUT", "/access/acl", "path=/&roles=PVEAuditor&users=a@pve&delete=1").status ==
        200);  // again: nothing to remove is no error
}

TEST_CASE("acl: every part of an entry must exist") {
  AccessLab lab;
  const auto said = [&](const std::string& body) {
    const auto reply = lab.call("PUT", "/access/acl", body);
    return reply.status == 400 ? reply.errors.dump() : reply.reason;
  };
  CHECK(said("path=/&roles=PVEAdmin").find("either 'users', 'groups' or 'tokens' is required.") !=
        std::string::npos);
  CHECK(said("path=/bogus/x&roles=PVEAdmin&users=root@pam") ==
        R"({"path":"invalid ACL path '/bogus/x'"})");
  CHECK(said("path=/&roles=No&users=root@pam") == "ACL update failed: role 'No' does not exist");
  CHECK(said("path=/&roles=PVEAdmin&users=no@pve") ==
        "ACL update failed: user 'no@pve' does not exist");
  CHECK(said("path=/&roles=PVEAdmin&groups=no") == "ACL update failed: group 'no' does not exist");
  CHECK(said("path=/&roles=PVEAdmin&tokens=root@pam!no") ==
        "ACL update failed: no such token 'no' for user 'root@pam'");
  CHECK(lab.get("/access/acl").empty());
}

TEST_CASE("acl: who may allocate guests hands out no more than it has") {
  AccessLab lab;
  lab.add_user("a@pve");
  lab.add_user("b@pve");
  lab.call("POST", "/access/roles", "roleid=Maker&privs=VM.Allocate,VM.Audit");
  lab.call("PUT", "/access/acl", "path=/vms/100&roles=Maker&users=a@pve");
  const auto hand_out = [&](const std::string& role, const std::string& path) {
    return lab.call("PUT", "/access/acl", "path=" + path + "&roles=" + role + "&users=b@pve",
                    "a@pve");
  };
  CHECK(hand_out("Maker", "/vms/101").reason ==
        "Permission check failed (/vms/101, Permissions.Modify|VM.Allocate)");
  CHECK(hand_out("Maker", "/vms/100").status == 200);
  CHECK(hand_out("PVEVMAdmin", "/vms/100").reason ==
        "ACL update failed: 400 Parameter verification failed.");
  CHECK(hand_out("NoAccess", "/vms/100").status == 500);
  CHECK(lab.get("/access/acl", "a@pve").size() == 2);  // those of the paths it may modify
}

}  // namespace pmx::sim
