// PVE's property strings ("virtio=BC:24:11:…,bridge=vmbr0"): comma lists of key=value with a schema
// of their own. Thread-safe, pure.
#pragma once

#include <string>

#include "base/json.h"
#include "sim/cluster.h"

namespace pmx::sim {

/// True when the format named by `format` (a string) is a property string known here.
bool has_property_string(const Json& format);

/// Checks `text` against `format`: an object of property facts, or a name for which
/// has_property_string() holds. Returns PVE's complaint, ending in "\n"; empty = fine.
std::string check_property_string(const Json& format, const std::string& name,
                                  const std::string& text, PveVersion version = PveVersion::k9);

/// Checks one value against the facts of one parameter or property (defined in verify.cpp); empty =
/// fine.
std::string check_value(const Json& schema, const std::string& name, const Json& value,
                        PveVersion version = PveVersion::k9);

/// PVE's words for a property without the one that it needs.
std::string missing_partner(PveVersion version, const std::string& name);

}  // namespace pmx::sim
