// The named formats of storages, backups, schedules and certificates. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace pmx::sim {

/// As check_format(), for the formats that it knows; empty for all others.
std::string check_storage_format(std::string_view format, std::string_view value);

}  // namespace pmx::sim
