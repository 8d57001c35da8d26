// The data files of schemas/, compiled into the binary: what the outside sees, and the facts of the
// PVE API.
#pragma once

#include <string_view>
#include <vector>

namespace pmx::schemas {

/// The bytes of "tools/guest_list.json", "config.json", "pve/api-9.2.jsonl", ...; empty when there
/// is no such file.
std::string_view embedded_file(std::string_view name);

/// Names of the files that start with `prefix`, in alphabetical order.
std::vector<std::string_view> embedded_files(std::string_view prefix);

}  // namespace pmx::schemas
