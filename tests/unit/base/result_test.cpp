#include "base/result.h"

#include <doctest/doctest.h>

#include <string>

using pmx::Code;
using pmx::Error;
using pmx::Result;

namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return Error{Code::kInvalidArgument, "odd", "double it"};
  return value / 2;
}

Result<int> quarter(int value) {
  PMX_TRY(const int once, half(value));
  PMX_TRY(const int twice, half(once));
  return twice;
}

Result<void> must_be_even(int value) {
  PMX_TRY_VOID([&]() -> Result<void> {
    if (value % 2 != 0) return Error{Code::kFailedPrecondition, "odd", ""};
    return {};
  }());
  return {};
}

}  // namespace

TEST_CASE("result: PMX_TRY passes values on and returns the first error") {
  CHECK(quarter(8).value() == 2);
  CHECK(quarter(6).error().message == "odd");
  CHECK(quarter(7).error().code == Code::kInvalidArgument);
}

TEST_CASE("result: PMX_TRY_VOID stops at an error") {
  CHECK(must_be_even(2).ok());
  CHECK(must_be_even(3).error().code == Code::kFailedPrecondition);
}

TEST_CASE("result: value_or falls back only on an error") {
  CHECK(half(4).value_or(9) == 2);
  CHECK(half(3).value_or(9) == 9);
}

TEST_CASE("error: text joins message and advice") {
  CHECK(Error{Code::kInternal, "broken", ""}.text() == "broken");
  CHECK(Error{Code::kInternal, "broken", "mend it"}.text() == "broken; mend it");
  CHECK(pmx::code_name(Code::kDeadlineExceeded) == "deadline_exceeded");
}
