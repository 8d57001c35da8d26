// Runs a compiled schema against a value. Internal to this folder.
#pragma once

#include <string>
#include <vector>

#include "mcp/schema/node.h"

namespace pmx::mcp::schema {

/// What Validator::validate promises.
std::vector<std::string> run_program(const Program& program, const Json& value);

}  // namespace pmx::mcp::schema
