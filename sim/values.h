// Values of configuration files as the API shows them, by the facts' schemas. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "sim/inventory.h"

namespace pmx::sim {

/// The facts of parameter `name` in `schema` ("params" of a method): "net0" is looked up as
/// "net[n]" within its maxIndex; nullptr when there is none.
const Json* find_parameter(const Json& schema, std::string_view name);

/// `value` as PVE shows it: a number where the facts say integer or boolean, else the text.
Json shown_value(const Json& schema, std::string_view name, const std::string& value);

/// All of `values`, likewise.
Json shown_values(const Json& schema, const Values& values);

}  // namespace pmx::sim
