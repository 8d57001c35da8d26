// /access/tfa: second factors.
#include <algorithm>

#include "sim/api_access.h"
#include "sim/dice.h"
#include "sim/second_factor.h"

namespace pmx::sim {
namespace {

constexpr int kRecoveryCodes = 10;

User* find_user(const Call& call) {
  return call.state.access.config.find_user(call.text("userid"));
}

SecondFactor* find_factor(User* user, const std::string& id) {
  if (user == nullptr) return nullptr;
  const auto found = std::find_if(user->factors.begin(), user->factors.end(),
                                  [&](const SecondFactor& factor) { return factor.id == id; });
  return found == user->factors.end() ? nullptr : &*found;
}

Json shown_factors(const User& user) {
  Json out = Json::array();
  for (const SecondFactor& factor : user.factors) out.push_back(shown_factor(factor));
  return out;
}

Answer list_all(const Call& call) {
  const AccessControl& access = call.state.access;
  const std::vector<std::string_view> privileges{"User.Modify", "Sys.Audit"};
  const bool all = access.allowed_any(call.caller, "/access/groups", privileges);
  Json out = Json::array();
  for (const auto& [id, user] : access.config.users)
    if (!user.factors.empty() &&
        (all || id == call.caller.full() || access.in_allowed_group(call.caller, id, privileges)))
      out.push_back({{"userid", id}, {"entries", shown_factors(user)}});
  return ok(out);
}

Answer list_of_user(const Call& call) {
  const User* user = find_user(call);
  return ok(user == nullptr ? Json::array() : shown_factors(*user));
}

/// The one answer of PVE with 404, and without a newline.
Answer no_such_entry(const std::string& id) {
  Answer answer = failure(404, "No such tfa entry '" + id + "'");
  answer.bare_message = true;
  return answer;
}

Answer read_entry(const Call& call) {
  const SecondFactor* factor = find_factor(find_user(call), call.text("id"));
  return factor == nullptr ? no_such_entry(call.text("id")) : ok(shown_factor(*factor));
}

Answer add_recovery(const Call& call, User& user) {
  if (call.has("totp") || call.has("value") || call.has("challenge"))
    return failure(500, "generating recovery tokens does not allow additional parameters");
  if (find_factor(&user, "recovery") != nullptr)
    return failure(500, "user already has recovery keys");
  SecondFactor factor{"recovery", "recovery", "", call.now / 1000, true, {}};
  Dice dice(call.state.inventory.seed(), call.state.access.make_uuid("recovery"));
  for (int i = 0; i < kRecoveryCodes; ++i)
    factor.codes.push_back(dice.hex(4) + "-" + dice.hex(4) + "-" + dice.hex(4) + "-" + dice.hex(4));
  Json out{{"id", factor.id}, {"recovery", factor.codes}};
  user.about["keys"] = "x";
  user.factors.push_back(std::move(factor));
  return ok(out);
}

Answer add_totp(const Call& call, User& user) {
  if (call.has("challenge"))
    return failure(500, "'challenge' parameter is invalid for 'totp' entries");
  if (!call.has("description")) return failure(500, "'description' is required for new entries");
  if (!call.has("totp")) return failure(500, "missing 'totp' parameter");
  if (!call.has("value")) return failure(500, "missing 'value' parameter");
  if (!call.text("totp").starts_with("otpauth://totp/")) return failure(500, "not an otpauth uri");
  if (call.text("value") != kTotpCode) return failure(500, "failed to verify TOTP challenge");
  user.about["keys"] = "x";
  user.factors.push_back({call.state.access.make_uuid("tfa"),
                          "totp",
                          call.text("description"),
                          call.now / 1000,
                          true,
                          {}});
  return ok({{"id", user.factors.back().id}});
}

Answer add_entry(const Call& call) {
  const std::string id = call.text("userid");
  if (auto bad = refuse_change(call, id, "password")) return *bad;
  User& user = *find_user(call);
  const std::string type = call.text("type");
  if (type == "totp") return add_totp(call, user);
  if (type == "recovery") return add_recovery(call, user);
  if (type == "yubico")
    return failure(500,
                   "no yubico otp configuration available for realm " + parse_user_name(id)->realm);
  return failure(500, type == "u2f" ? "no u2f configuration available"
                                    : "no webauthn configuration available");
}

Answer update_entry(const Call& call) {
  if (auto bad = refuse_change(call, call.text("userid"), "password")) return *bad;
  SecondFactor* factor = find_factor(find_user(call), call.text("id"));
  if (factor == nullptr) return failure(500, "no such entry");
  if (call.has("description") && factor->type != "recovery")
    factor->description = call.text("description");
  if (call.has("enable")) factor->enable = call.flag("enable");
  return ok(nullptr);
}

Answer delete_entry(const Call& call) {
  if (auto bad = refuse_change(call, call.text("userid"), "password")) return *bad;
  User& user = *find_user(call);
  const std::string id = call.text("id");
  if (std::erase_if(user.factors, [&](const SecondFactor& one) { return one.id == id; }) == 0)
    return failure(500, "no such entry");
  if (user.factors.empty()) user.about.erase("keys");
  return ok(nullptr);
}

}  // namespace

void add_tfa_handlers(Handlers& handlers) {
  handlers["GET /access/tfa"] = list_all;
  handlers["GET /access/tfa/{userid}"] = list_of_user;
  handlers["POST /access/tfa/{userid}"] = add_entry;
  handlers["GET /access/tfa/{userid}/{id}"] = read_entry;
  handlers["PUT /access/tfa/{userid}/{id}"] = update_entry;
  handlers["DELETE /access/tfa/{userid}/{id}"] = delete_entry;
}

}  // namespace pmx::sim
