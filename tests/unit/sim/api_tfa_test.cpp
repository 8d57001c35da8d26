// Second factors, logins in two steps and passwords.
#include <doctest/doctest.h>

#include "tests/unit/sim/access_lab.h"

namespace pmx::sim {
namespace {

constexpr const char* kTotp =
    "type=totp&description=phone&totp=otpauth://totp/x%3Fsecret%3DABC&value=123456";

std::string half_of(const AccessLab::Reply& reply) {
  return "&tfa-challenge=" + percent_encode(string_member(reply.data, "ticket"));
}

}  // namespace

TEST_CASE("tfa: with a second factor a password gives half a ticket, and the code the rest") {
  AccessLab lab;
  lab.add_user("a@pve");
  const std::string before = lab.tickets["a@pve"];
  CHECK(lab.call("POST", "/access/tfa/a@pve", kTotp).status == 200);
  const auto half = lab.login("a@pve", "secret78");
  CHECK(half.data["NeedTFA"] == 1);
  CHECK_FALSE(half.data.contains("cap"));
  CHECK(lab.call("GET", "/version", "", "a@pve").reason == "Authentication failed!");
  CHECK(lab.login("a@pve", "totp:000000", half_of(half)).status == 401);
  CHECK(lab.login("a@pve", "123456", half_of(half)).status == 401);
  CHECK(lab.login("root@pam", "totp:123456", half_of(half)).status == 401);
  const auto whole = lab.login("a@pve", "totp:123456", half_of(half));
  CHECK(whole.data.contains("cap"));
  CHECK(lab.call("GET", "/version", "", "a@pve").status == 200);
  CHECK(lab.login("a@pve", "secret78", "&otp=totp:123456").data.contains("cap"));
  CHECK(lab.login("a@pve", "secret78", "&otp=totp:1").status == 401);
  CHECK_FALSE(lab.login("a@pve", before).data.contains("NeedTFA"));  // a whole ticket renews
}

TEST_CASE("tfa: entries are listed, switched off and removed") {
  AccessLab lab;
  const auto made = lab.call("POST", "/access/tfa/root@pam", kTotp);
  const std::string id(string_member(made.data, "id"));
  const std::string path = "/access/tfa/root@pam/" + id;
  CHECK(lab.get(path)["description"] == "phone");
  CHECK(lab.get("/access/tfa/root@pam").size() == 1);
  CHECK(lab.get("/access/tfa")[0]["entries"][0]["id"] == id);
  CHECK(lab.get("/access/users/root@pam/tfa?multiple=1")["user"] == Json{"totp"});
  CHECK(lab.call("PUT", path, "enable=0&description=old").status == 200);
  CHECK(lab.get(path)["enable"] == 0);
  CHECK(lab.get(path)["description"] == "old");
  CHECK_FALSE(lab.login("root@pam", "secret").data.contains("NeedTFA"));
  CHECK(lab.call("DELETE", path).status == 200);
  CHECK(lab.get("/access/tfa").empty());
  const auto gone = lab.call("GET", path);
  CHECK(gone.status == 404);
  CHECK(gone.reason == "No such tfa entry '" + id + "'");
}

TEST_CASE("tfa: what an entry needs is asked for in proxmox-tfa's words") {
  AccessLab lab;
  const auto said = [&](const std::string& body) {
    return lab.call("POST", "/access/tfa/root@pam", body).reason;
  };
  CHECK(said("type=totp") == "'description' is required for new entries");
  CHECK(said("type=totp&description=x") == "missing 'totp' parameter");
  CHECK(said("type=totp&description=x&totp=otpauth://totp/x") == "missing 'value' parameter");
  CHECK(said("type=totp&description=x&totp=otpauth://totp/x&value=1") ==
        "failed to verify TOTP challenge");
  CHECK(said("type=yubico&description=x&value=y") ==
        "no yubico otp configuration available for realm pam");
}

TEST_CASE("tfa: a recovery key opens once") {
  AccessLab lab;
  lab.add_user("a@pve");
  const auto made = lab.call("POST", "/access/tfa/a@pve", "type=recovery");
  REQUIRE(made.data["recovery"].size() == 10);
  const std::string key(string_member(Json{{"key", made.data["recovery"][3]}}, "key"));
  CHECK(lab.call("POST", "/access/tfa/a@pve", "type=recovery").status == 500);
  const auto half = lab.login("a@pve", "secret78");
  CHECK(lab.login("a@pve", "recovery:" + key, half_of(half)).status == 200);
  CHECK(lab.login("a@pve", "recovery:" + key, half_of(half)).status == 401);
}

TEST_CASE("password: one's own needs the old one, root@pam needs none, nobody changes root's") {
  AccessLab lab;
  lab.add_user("a@pve");
  lab.add_user("b@pve");
  const auto change = [&](const std::string& user, const std::string& more,
                          const std::string& who) {
    return lab.call("PUT", "/access/password", "userid=" + user + "&password=newsecret1" + more,
                    who);
  };
  CHECK(change("a@pve", "", "a@pve").error("confirmation-password") ==
        "password is required to modify user");
  CHECK(change("a@pve", "&confirmation-password=wrong1", "a@pve").reason == "invalid credentials");
  CHECK(change("a@pve", "&confirmation-password=secret78", "a@pve").status == 200);
  CHECK(lab.login("a@pve", "newsecret1").status == 200);
  CHECK(change("b@pve", "&confirmation-password=newsecret1", "a@pve").reason ==
        "Permission check failed (/access/realm/pve, Realm.AllocateUser)");
  lab.call("PUT", "/access/acl", "path=/access&roles=PVEUserAdmin&users=a@pve");
  CHECK(change("b@pve", "&confirmation-password=newsecret1", "a@pve").status == 200);
  CHECK(change("root@pam", "&confirmation-password=newsecret1", "a@pve").reason ==
        "Permission check failed");
  CHECK(change("root@pam", "", "root@pam").status == 200);
  CHECK(lab.login("root@pam", "secret").status == 401);
  CHECK(lab.login("root@pam", "newsecret1").status == 200);
}

TEST_CASE("ticket: a login with path and privileges makes none, it says whether they are there") {
  AccessLab lab;
  lab.add_user("a@pve");
  const std::string ask = "&path=/vms/100&privs=VM.Audit";
  const auto root = lab.login("root@pam", "secret", ask);
  CHECK(root.status == 200);
  CHECK_FALSE(root.data.contains("ticket"));
  CHECK(lab.login("a@pve", "secret78", ask).status == 401);
}

}  // namespace pmx::sim
