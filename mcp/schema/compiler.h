// From a schema to the program that check.cpp runs.
#pragma once

#include <memory>

#include "base/result.h"
#include "mcp/schema/node.h"
#include "mcp/schema/validator.h"

namespace pmx::mcp::schema {

/// kInvalidArgument as Validator::compile describes it.
Result<std::unique_ptr<const Program>> compile_program(const Json& schema,
                                                       const SchemaOptions& options);

}  // namespace pmx::mcp::schema
