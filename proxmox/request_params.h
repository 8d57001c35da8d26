// From JSON arguments to the parameters of a PVE method, by its API facts: every value in the one
// form that PVE parses. Pure, any thread.
#pragma once

#include <string_view>

#include "base/json.h"
#include "proxmox/http.h"

namespace pmx::proxmox {

/// The facts of parameter `name` among `params` (name -> facts of a method): "net0" is one of
/// "net[n]" up to its greatest index. nullptr when the method has no such parameter.
const Json* find_parameter(const Json& params, std::string_view name);

/// `arguments` (name -> value) as parameters, in alphabetical order:
/// - booleans are 1 and 0, also those given as "yes", "true", "off" and the like, which PVE refuses
/// as plain values;
/// - an object is a property string of the parameter's format; text is taken as it is;
/// - an array repeats the key, or is a comma list where the parameter is a "-list" string.
/// kInvalidArgument names the argument that has no such form: null, an empty array, an object where
/// no format tells how to write it. What the facts do not have is sent as it is, for PVE to judge.
Result<Params> request_params(const Json& arguments, const Json& params);

}  // namespace pmx::proxmox
