#include "sim/second_factor.h"

#include <algorithm>

namespace pmx::sim {
namespace {

bool has_active(const User& user, std::string_view type) {
  return std::any_of(user.factors.begin(), user.factors.end(), [&](const SecondFactor& factor) {
    return factor.enable && factor.type == type;
  });
}

bool use_recovery_code(User& user, std::string_view code) {
  for (SecondFactor& factor : user.factors) {
    if (factor.type != "recovery" || !factor.enable) continue;
    const auto known = std::find(factor.codes.begin(), factor.codes.end(), code);
    if (known == factor.codes.end()) continue;
    factor.codes.erase(known);
    return true;
  }
  return false;
}

}  // namespace

Json challenge_of(const User& user) {
  Json out = Json::object();
  for (const char* type : {"totp", "yubico"})
    if (has_active(user, type)) out[type] = true;
  for (const SecondFactor& factor : user.factors)
    if (factor.type == "recovery" && factor.enable && !factor.codes.empty()) {
      Json left = Json::array();
      for (std::size_t i = 0; i < factor.codes.size(); ++i) left.push_back(i);
      out["recovery"] = std::move(left);
    }
  return out;
}

bool take_response(User& user, std::string_view response) {
  const auto colon = response.find(':');
  if (colon == std::string_view::npos) return false;
  const auto type = response.substr(0, colon);
  const auto code = response.substr(colon + 1);
  if (type == "totp") return has_active(user, "totp") && code == kTotpCode;
  return type == "recovery" && use_recovery_code(user, code);
}

Json shown_factor(const SecondFactor& factor) {
  Json out{{"id", factor.id}, {"type", factor.type}, {"created", factor.created}};
  if (!factor.description.empty()) out["description"] = factor.description;
  if (!factor.enable) out["enable"] = 0;
  return out;
}

}  // namespace pmx::sim
