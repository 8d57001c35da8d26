#include "sim/form.h"

#include <algorithm>
#include <string>

#include "base/percent.h"

namespace pmx::sim {
namespace {

std::string decode(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return percent_decode(spaced).value_or(spaced);
}

void add(Json& params, const std::string& key, std::string value) {
  if (!params.contains(key)) {
    params[key] = std::move(value);
    return;
  }
  Json& known = params[key];
  if (!known.is_array()) known = Json::array({std::move(known)});
  known.push_back(std::move(value));
}

/// A value as Perl compares it: by its text.
std::string text_of(const Json& value) {
  if (value.is_boolean()) return value == Json(true) ? "1" : "0";
  return value.is_string() ? *value.get_ptr<const std::string*>() : dump_json(value);
}

}  // namespace

Json decode_form(std::string_view text) {
  Json params = Json::object();
  while (!text.empty()) {
    const auto end = text.find_first_of("&;");
    const auto pair = text.substr(0, end);
    const auto first = pair.find('=');
    const auto key = pair.substr(0, first);
    if (!key.empty()) {
      auto value = first == std::string_view::npos ? std::string_view() : pair.substr(first + 1);
      add(params, decode(key), decode(value.substr(0, value.find('='))));
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return params;
}

Result<void> merge_params(Json& params, const Json& extra) {
  for (const auto& [key, value] : extra.items()) {
    if (params.contains(key) && text_of(params[key]) != text_of(value))
      return Error{Code::kInvalidArgument, key, ""};
    params[key] = value;
  }
  return {};
}

}  // namespace pmx::sim
