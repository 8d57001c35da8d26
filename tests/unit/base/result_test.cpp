#include "base/result.h"

#include <doctest/doctest.h>

#include <memory>
#include <set>
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

TEST_CASE("result: what cannot be copied is moved through") {
  const auto make = [](bool good) -> Result<std::unique_ptr<int>> {
    if (!good) return Error{Code::kUnavailable, "gone", ""};
    return std::make_unique<int>(7);
  };
  const auto pass_on = [&](bool good) -> Result<std::unique_ptr<int>> {
    PMX_TRY(auto value, make(good));
    return value;
  };
  CHECK(*pass_on(true).value() == 7);
  CHECK(pass_on(false).error().code == Code::kUnavailable);
}

TEST_CASE("error: each code has its own name, in lower case with underscores") {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(Code::kInternal); ++code)
    names.insert(pmx::code_name(static_cast<Code>(code)));
  CHECK(names.size() == static_cast<std::size_t>(Code::kInternal) + 1);
  for (const std::string_view name : names)
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
}
