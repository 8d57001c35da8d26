#include "app/privacy_gate.h"

#include "app/api_arguments.h"
#include "base/log.h"

namespace pmx::app {

Result<Json> PrivacyGate::admit(const Context& ctx, const Json& schema, const Json& arguments) {
  PMX_TRY_VOID(engine_.refresh());  // the whole answer is made in one epoch's pseudonyms
  if (takes_api_path(schema)) {
    const ApiReading reading = read_api_arguments(schema, arguments);
    return restore(ctx, reading.schema, reading.arguments, "");
  }
  return restore(ctx, schema, arguments, "");
}

Result<std::string> PrivacyGate::admit_value(const Context& ctx, std::string_view value,
                                             std::string_view format) {
  auto real = engine_.restore(value, format);
  if (!real.ok()) {
    if (is_forged(value, format, real.error())) names_.note_forged(ctx, value, format);
    return real;
  }
  PMX_TRY_VOID(names_.admit(ctx, value, format));
  return real;
}

/// A pseudonym of another kind was shown, and a map that cannot be read says nothing of the value.
bool PrivacyGate::is_forged(std::string_view value, std::string_view format, const Error& refusal) {
  if (refusal.code != Code::kInvalidArgument) return false;
  const auto standing = engine_.standing(value, format);
  return standing.ok() && *standing != anonymize::Standing::kShown;
}

Result<Json> PrivacyGate::restore(const Context& ctx, const Json& schema, const Json& value,
                                  const std::string& name) {
  if (value.is_object()) {
    Json restored = Json::object();
    const Json* properties = find_member(schema, "properties");
    for (const auto& [key, item] : value.items()) {
      const Json* property = properties == nullptr ? nullptr : find_member(*properties, key);
      PMX_TRY(restored[key],
              restore(ctx, property == nullptr ? Json() : *property, item, name + "/" + key));
    }
    return restored;
  }
  if (value.is_array()) {
    Json restored = Json::array();
    const Json* items = find_member(schema, "items");
    for (const auto& item : value) {
      PMX_TRY(Json one, restore(ctx, items == nullptr ? Json() : *items, item, name));
      restored.push_back(std::move(one));
    }
    return restored;
  }
  const std::string_view format = string_member(schema, "format");
  if (!value.is_string() || format.empty()) return value;
  auto text = admit_value(ctx, *value.get_ptr<const std::string*>(), format);
  if (text.ok()) return Json(std::move(text).value());
  return Error{text.error().code, "the argument " + name + " " + text.error().message,
               text.error().advice};
}

Result<std::string> PrivacyGate::scrub(const Context& ctx, std::string json) {
  std::string finding;
  auto safe = scrub_twice(ctx, json, finding);
  ++(safe.ok() ? passed_ : blocked_);
  if (safe.ok()) return safe;
  return Error{safe.error().code, safe.error().message, std::move(finding)};
}

/// `finding`: what the second look came to, in types and counts.
Result<std::string> PrivacyGate::scrub_twice(const Context& ctx, std::string_view json,
                                             std::string& finding) {
  PMX_TRY(std::string safe, engine_.anonymize_json(json));
  auto checked = engine_.check(safe);
  if (!checked.ok()) {
    // A name may have been learned between the two looks, here or by another process: once more.
    PMX_TRY(safe, engine_.anonymize_json(json));
    checked = engine_.check(safe);
  }
  if (checked.ok()) return safe;
  finding = checked.error().message;
  log::error(ctx, "privacy.leak_blocked", {{"finding", finding}});
  return checked.error();
}

}  // namespace pmx::app
