#include "prompts/prompts.h"

#include <doctest/doctest.h>

using pmx::prompts::render;

TEST_CASE("prompts: placeholders are filled once and all of them") {
  const auto text =
      render("troubleshoot", {{"subject", "the guest {{problem}}"}, {"problem", "it is slow"}});
  REQUIRE(text.ok());
  CHECK(text->find("the guest {{problem}}") != std::string::npos);
  CHECK(text->find("it is slow") != std::string::npos);
}

TEST_CASE("prompts: unknown templates and missing values are errors") {
  CHECK(render("nothing", {}).error().code == pmx::Code::kNotFound);
  CHECK(render("troubleshoot", {}).error().code == pmx::Code::kInvalidArgument);
}
