#include "base/secret.h"

#include <doctest/doctest.h>

using pmx::Secret;

TEST_CASE("secret: copies and moves keep the value, the moved-from one is empty") {
  Secret first(std::string("hunter2"));
  const Secret copy = first;
  Secret moved = std::move(first);
  CHECK(copy.expose() == "hunter2");
  CHECK(moved.expose() == "hunter2");
  CHECK(first.empty());  // NOLINT(bugprone-use-after-move): the point of the test
  moved = copy;
  CHECK(moved.expose() == copy.expose());
  moved = Secret(std::string(100, 'x'));
  CHECK(moved.expose().size() == 100);
}
