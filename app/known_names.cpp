#include "app/known_names.h"

#include <algorithm>
#include <iterator>

#include "base/json.h"

namespace pmx::app {
namespace {

using anonymize::Kind;
using anonymize::Name;

struct Category {
  std::string_view name;
  Kind kind;
};
constexpr Category kCategories[] = {
    {"clusters", Kind::kCluster}, {"nodes", Kind::kNode},      {"guests", Kind::kVm},
    {"storages", Kind::kStorage}, {"pools", Kind::kPool},      {"users", Kind::kUser},
    {"persons", Kind::kPerson},   {"groups", Kind::kGroup},    {"realms", Kind::kRealm},
    {"tokens", Kind::kToken},     {"tags", Kind::kTag},        {"vnets", Kind::kNetwork},
    {"zones", Kind::kNetwork},    {"bridges", Kind::kNetwork}, {"domains", Kind::kDomain},
};

Kind kind_of(std::string_view category) {
  const auto* found =
      std::find_if(std::begin(kCategories), std::end(kCategories),
                   [category](const Category& row) { return row.name == category; });
  return found == std::end(kCategories) ? Kind::kName : found->kind;
}

/// A guest is an object with a name; everything else is a string.
Result<void> add(const std::string& category, const Json& entry, std::vector<Name>& names) {
  const Json* name = entry.is_object() ? find_member(entry, "name") : &entry;
  if (name != nullptr && name->is_null()) return {};
  if (name == nullptr || !name->is_string())
    return Error{Code::kInvalidArgument, "names: an entry of \"" + category + "\" has no name",
                 "expected are strings, or objects with a \"name\""};
  const std::string type(string_member(entry, "type"));
  const bool container = type == "lxc" || type == "ct" || type == "container";
  names.push_back({container ? Kind::kContainer : kind_of(category), name->get<std::string>()});
  return {};
}

}  // namespace

Result<std::vector<Name>> read_known_names(std::string_view json) {
  PMX_TRY(const Json document, parse_json(json));
  if (!document.is_object())
    return Error{Code::kInvalidArgument, "names: expected is a JSON object of lists", ""};
  std::vector<Name> names;
  for (const auto& [category, list] : document.items()) {
    if (!list.is_array()) {
      PMX_TRY_VOID(add(category, list, names));
      continue;
    }
    for (const Json& entry : list) PMX_TRY_VOID(add(category, entry, names));
  }
  return names;
}

}  // namespace pmx::app
