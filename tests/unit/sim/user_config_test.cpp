// user.cfg: names, ACL paths and the roles that follow from ACLs, in both releases.
#include "sim/user_config.h"

#include <doctest/doctest.h>

namespace pmx::sim {

TEST_CASE("roles: each release has PVE's own, made of its own privileges") {
  const Roles& roles8 = builtin_roles(PveVersion::k8);
  const Roles& roles9 = builtin_roles(PveVersion::k9);
  CHECK(roles8.size() == 17);
  CHECK(roles9.size() == 17);
  CHECK(roles8.at("PVEVMUser") == Privileges{"VM.Audit", "VM.Backup", "VM.Config.CDROM",
                                             "VM.Config.Cloudinit", "VM.Console", "VM.PowerMgmt"});
  CHECK(roles9.at("PVEAuditor") == Privileges{"Datastore.Audit", "Mapping.Audit", "Pool.Audit",
                                              "SDN.Audit", "Sys.Audit", "VM.Audit",
                                              "VM.GuestAgent.Audit"});
  CHECK(roles9.at("PVEUserAdmin") ==
        Privileges{"Group.Allocate", "Realm.AllocateUser", "User.Modify"});
  CHECK(roles9.at("NoAccess").empty());
  CHECK(all_privileges(PveVersion::k8).contains("VM.Monitor"));
  CHECK_FALSE(all_privileges(PveVersion::k9).contains("VM.Monitor"));
  CHECK(all_privileges(PveVersion::k8).size() == 42);
  CHECK(all_privileges(PveVersion::k9).size() == 47);
  CHECK_FALSE(roles9.at("PVEAdmin").contains("Mapping.Modify"));
  CHECK_FALSE(roles9.at("PVEAdmin").contains("Permissions.Modify"));
}

TEST_CASE(
    "user.cfg: a user's name is split at its last @; what is none is named for what it lacks") {
  const auto name = parse_user_name("a@b@pve");
  REQUIRE(name.has_value());
  CHECK(name->name == "a@b");
  CHECK(name->realm == "pve");
  CHECK(user_name_complaint("ab") == "user name 'ab' is too short");
  CHECK(user_name_complaint(std::string(61, 'a') + "@pve") ==
        "user name '" + std::string(61, 'a') + "@pve' is too long (65 > 64)");
  for (const char* bad : {"root", "root@", "@pam", "ro:ot@pam", "ro ot@pam", "a/b@pve", "a@p"})
    CHECK_FALSE(parse_user_name(bad).has_value());
  const auto token = parse_token_name("alice@pve!t1");
  REQUIRE(token.has_value());
  CHECK(token->user == "alice@pve");
  CHECK(token->token == "t1");
  for (const char* bad : {"alice@pve", "alice@pve!", "alice@pve!t", "alice!t1"})
    CHECK_FALSE(parse_token_name(bad).has_value());
}

TEST_CASE("user.cfg: ACL paths are normalised, and exist only where PVE has something") {
  CHECK(normal_path("vms//100/") == "/vms/100");
  CHECK(normal_path("///") == "/");
  CHECK_FALSE(normal_path("").has_value());
  CHECK_FALSE(normal_path("/vms/a b").has_value());
  for (const char* good : {"/", "/access", "/access/groups/ops", "/access/realm/pve", "/nodes/pve1",
                           "/pool/a/b/c", "/sdn", "/sdn/zones/z1", "/sdn/zones/z1/vnet1/12",
                           "/sdn/fabrics/f1", "/storage/local", "/vms/100", "/mapping/pci/gpu"}) {
    CAPTURE(good);
    CHECK(is_acl_path(good));
  }
  for (const char* bad : {"/bogus", "/access/users", "/vms/99", "/vms/abc", "/pool/a/b/c/d",
                          "/storage/local/x", "/sdn/zones/z1/vnet1/0", "/mapping/pci/gpu/x"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_acl_path(bad));
  }
}

TEST_CASE("user.cfg: the nearest entry counts, the user's own before those of groups") {
  UserConfig config(PveVersion::k9);
  config.users["u@pve"];
  config.groups["g1"].users = {"u@pve"};
  config.groups["g2"].users = {"u@pve"};
  const Caller who{"u@pve", ""};
  const auto roles = [&](std::string_view path) { return config.roles_on(who, path); };

  config.acl["/"].groups["g1"]["PVEAuditor"] = true;
  config.acl["/"].groups["g2"]["PVEVMUser"] = false;
  CHECK(roles("/") == Rights{{"PVEAuditor", true}, {"PVEVMUser", false}});
  CHECK(roles("/vms/100") == Rights{{"PVEAuditor", true}});

  config.acl["/vms"].users["u@pve"]["PVEVMAdmin"] = true;
  CHECK(roles("/vms/100") == Rights{{"PVEVMAdmin", true}});
  CHECK(roles("/storage/local") == Rights{{"PVEAuditor", true}});

  config.acl["/vms"].groups["g1"]["PVEAdmin"] = true;  // the user's own entry stays
  CHECK(roles("/vms") == Rights{{"PVEVMAdmin", true}});

  config.acl["/vms/100"].groups["g1"]["NoAccess"] = false;
  config.acl["/vms/100"].groups["g2"]["PVEVMUser"] = true;
  CHECK(roles("/vms/100") == Rights{{"NoAccess", false}});
  CHECK(roles("/vms/101") == Rights{{"PVEVMAdmin", true}});
}

TEST_CASE("user.cfg: a token has entries of its own only, and groups none for it") {
  UserConfig config(PveVersion::k9);
  config.users["u@pve"].tokens["t1"] = {};
  config.groups["g"].users = {"u@pve"};
  config.acl["/"].groups["g"]["PVEAdmin"] = true;
  config.acl["/"].users["u@pve"]["PVEAdmin"] = true;
  const Caller token{"u@pve", "t1"};
  CHECK(config.roles_on(token, "/vms").empty());
  config.acl["/vms"].tokens["u@pve!t1"]["PVEVMUser"] = true;
  CHECK(config.roles_on(token, "/vms/100") == Rights{{"PVEVMUser", true}});

  config.forget_user("u@pve");
  CHECK(config.groups["g"].users.empty());
  CHECK(config.acl["/"].users.empty());
  CHECK(config.acl["/vms"].tokens.empty());
  config.forget_group("g");
  CHECK(config.acl["/"].groups.empty());
}

TEST_CASE("user.cfg: a user is active until it expires or is disabled") {
  UserConfig config(PveVersion::k9);
  User& user = config.users["u@pve"];
  CHECK(config.is_active("u@pve", 1000));
  user.expire = 1000;
  CHECK(config.is_active("u@pve", 1000));
  CHECK_FALSE(config.is_active("u@pve", 1001));
  user.expire = 0;
  user.enable = false;
  CHECK_FALSE(config.is_active("u@pve", 1000));
  CHECK_FALSE(config.is_active("other@pve", 1000));
}

}  // namespace pmx::sim
