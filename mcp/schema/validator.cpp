#include "mcp/schema/validator.h"

#include <utility>

#include "mcp/schema/check.h"
#include "mcp/schema/compiler.h"

namespace pmx::mcp {

std::vector<std::string> assertable_formats() {
  const auto names = schema::format_names();
  return {names.begin(), names.end()};
}

Validator::Validator(std::unique_ptr<const schema::Program> program)
    : program_(std::move(program)) {}
Validator::Validator(Validator&&) noexcept = default;
Validator& Validator::operator=(Validator&&) noexcept = default;
Validator::~Validator() = default;

Result<Validator> Validator::compile(const Json& schema, const SchemaOptions& options) {
  PMX_TRY(auto program, schema::compile_program(schema, options));
  return Validator(std::move(program));
}

std::vector<std::string> Validator::validate(const Json& value) const {
  return schema::run_program(*program_, value);
}

}  // namespace pmx::mcp
