// What the arguments of api_get mean: which method a path names, which values are names of the
// cluster and so come as pseudonyms, and whether all of them fit the facts. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "proxmox/api_schema.h"

namespace pmx::app {

/// The format of an argument that holds a path of the API.
inline constexpr std::string_view kApiPathFormat = "pve-api-path";

/// True for the input schema of a tool whose argument `path` says what its `parameters` mean.
bool takes_api_path(const Json& schema);

/// Arguments in the API's own form: values of the path have become parameters, and `path` has
/// variables. `schema` is the tool's with a format for each parameter that is a name.
struct ApiReading {
  Json arguments;
  Json schema;
};

/// Restores nothing. A path that no GET has stays as it is, and so do parameters that contradict
/// it; the tool says so then.
ApiReading read_api_arguments(const Json& schema, const Json& arguments);

/// The format by which a value of this parameter is restored; empty: plain words, numbers, times.
std::string_view restorable_format(std::string_view parameter, const Json& facts);

/// A parameter whose value PVE compares with parts of real names, so that it would answer guesses.
bool compares_names(std::string_view parameter);

/// The values as PVE takes them, when they fit the method's facts. kInvalidArgument with one line
/// for each that does not; no value is repeated.
Result<std::map<std::string, std::string>> check_api_values(const Json& facts, const Json& values);

}  // namespace pmx::app
