#include "sim/backup_options.h"

#include "sim/section_file.h"

namespace pmx::sim {
namespace {

bool is_set(const Json& params, std::string_view key) {
  const Json* value = find_member(params, key);
  return value != nullptr && stored_text(*value) != "0" && !stored_text(*value).empty();
}

}  // namespace

Json backup_option_errors(const Json& params, const Caller& caller, bool complete) {
  for (const char* key : {"dumpdir", "tmpdir", "script"})
    if (params.contains(key) && !caller.is_root()) return {{key, "Only root may set this option."}};
  for (const char* key : {"all", "exclude", "pool"})
    if (is_set(params, key) && is_set(params, "vmid"))
      return {{key, "option conflicts with option 'vmid'"}};
  if (is_set(params, "dumpdir") && is_set(params, "storage"))
    return {{"storage", "option conflicts with option 'dumpdir'"}};
  const bool chosen = is_set(params, "all") || is_set(params, "stop") || is_set(params, "pool") ||
                      is_set(params, "vmid") || is_set(params, "exclude");
  if (complete && !chosen) return {{"vmid", "property is missing"}};
  return Json::object();
}

}  // namespace pmx::sim
