#include "prompts/prompts.h"

#include <doctest/doctest.h>

using pmx::prompts::render;

TEST_CASE("prompts: placeholders are filled once, and what is filled in stays text") {
  const auto text = render("troubleshoot", {{"subject", "the guest {{subject}}"}});
  REQUIRE(text.ok());
  CHECK(text->find("the guest {{subject}} does not work") != std::string::npos);
}

TEST_CASE("prompts: unknown templates and missing values are errors") {
  CHECK(render("nothing", {}).error().code == pmx::Code::kNotFound);
  CHECK(render("troubleshoot", {}).error().code == pmx::Code::kInvalidArgument);
}
