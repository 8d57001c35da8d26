// One method of the PVE API in few words: its parameters with types and limits, the parts of
// property strings, permissions, and whether the answer is a task. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace pmx::ops {

/// What of a description is wanted.
struct DescriptionQuery {
  std::string parameter{};        ///< the parts of this one; empty: all parameters
  std::string from{};             ///< go on with this name
  std::size_t most_bytes = 1600;  ///< what names and words of `parts` may take together
};

/// Names with what may stand there: {"cores", "integer >=1, default 1"}.
using DescribedParts = std::vector<std::pair<std::string, std::string>>;

struct MethodDescription {
  DescribedParts parts;   ///< required ones first, then by name
  std::size_t total = 0;  ///< of all, shown or not
  std::size_t required = 0;
  std::string next;         ///< the first that is not shown; empty when none is left
  std::string permissions;  ///< in words
  std::string returns;      ///< "null", "a task (UPID)", "array of objects: name, vmid, ..."
  bool starts_task = false;
};

/// `facts` as proxmox::ApiMethod::facts() gives them. kNotFound when there is no such parameter or
/// name to go on with.
Result<MethodDescription> describe_method(const Json& facts, const DescriptionQuery& query);

/// The facts of a parameter by a name that a caller uses: "net0" is one of "net[n]". nullptr when
/// there is none.
const Json* find_parameter(const Json& params, std::string_view name);

/// Whether the parameter must be given.
bool is_required(const Json& parameter);

}  // namespace pmx::ops
