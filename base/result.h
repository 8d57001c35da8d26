// Result<T>: a value or an Error, for everything that can fail.
//
// No exception crosses a folder of this project; a dropped Result does not compile. Asking a Result
// for the half it does not hold aborts: that is a programming error, not a condition to handle.
//
//   Result<Config> load(const std::string& path);
//   PMX_TRY(auto config, load(path));       // returns the Error to our own caller
#pragma once

#include <cstdlib>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace pmx {

/// What the caller can do about a failure, not where it happened.
enum class Code {
  kInvalidArgument,     ///< the request is wrong; repeating it cannot help
  kNotFound,            ///< the thing is not there, or is hidden from us
  kAlreadyExists,       ///< the thing is there already
  kUnauthenticated,     ///< the credentials are not accepted
  kPermissionDenied,    ///< the credentials are accepted and not sufficient
  kFailedPrecondition,  ///< the system is in the wrong state (locked, no quorum, running)
  kResourceExhausted,   ///< a limit is reached; later may help
  kCancelled,           ///< the caller went away or cancelled
  kDeadlineExceeded,    ///< no answer in time; the work may have been done
  kUnavailable,         ///< the other side cannot be reached
  kInternal,            ///< our own fault
};

/// The code's name for logs and results: "invalid_argument", "not_found", ...
std::string_view code_name(Code code);

/// A failure. `message` says what happened to what and why, `advice` what to do next (may be
/// empty). Both may reach a model after the privacy gate; neither ever holds a secret.
struct Error {
  Code code = Code::kInternal;
  std::string message;
  std::string advice;

  /// "message; advice" on one line.
  [[nodiscard]] std::string text() const;
};

/// A value or an Error. Move-friendly; construct from either.
template <class T>
class [[nodiscard]] Result {
  using State = std::variant<T, Error>;

 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {
  }  // NOLINT(google-explicit-constructor): the point
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {
  }  // NOLINT(google-explicit-constructor): the point
  /// From a Result of something that T can be made of.
  template <class U>
  requires(!std::is_same_v<T, U> && std::is_convertible_v<U, T>) Result(Result<U> other)
      : state_(other.ok() ? State(std::in_place_index<0>, std::move(other).value())
                          : State(std::in_place_index<1>, std::move(other).error())) {
  }  // NOLINT(google-explicit-constructor): the point

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// The value; aborts when there is none, so ask ok() first.
  T& value() & { return need_value(), *std::get_if<0>(&state_); }
  const T& value() const& { return need_value(), *std::get_if<0>(&state_); }
  T&& value() && { return need_value(), std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

  /// The error; aborts when there is a value.
  const Error& error() const& { return need_error(), *std::get_if<1>(&state_); }
  Error&& error() && { return need_error(), std::move(*std::get_if<1>(&state_)); }

  /// The value, or `fallback` in place of any error.
  T value_or(T fallback) && { return ok() ? std::move(*this).value() : std::move(fallback); }

 private:
  void need_value() const {
    if (!ok()) std::abort();
  }
  void need_error() const {
    if (ok()) std::abort();
  }

  State state_;
};

/// Success or an Error. `return {};` is success.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error)
      : error_(std::move(error)), ok_(false) {}  // NOLINT(google-explicit-constructor): the point

  [[nodiscard]] bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }

  const Error& error() const& {
    if (ok_) std::abort();
    return error_;
  }
  Error&& error() && {
    if (ok_) std::abort();
    return std::move(error_);
  }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace pmx

#define PMX_CONCAT_INNER(a, b) a##b
#define PMX_CONCAT(a, b) PMX_CONCAT_INNER(a, b)

/// PMX_TRY(auto x, f()): x = value of f(), or return its Error from the current function.
#define PMX_TRY(lhs, ...) PMX_TRY_INNER(PMX_CONCAT(pmx_try_, __LINE__), lhs, (__VA_ARGS__))
#define PMX_TRY_INNER(tmp, lhs, expr)           \
  auto tmp = expr;                              \
  if (!tmp.ok()) return std::move(tmp).error(); \
  lhs = std::move(tmp).value()

/// PMX_TRY_VOID(f()): go on, or return the Error of f() from the current function.
#define PMX_TRY_VOID(...) PMX_TRY_VOID_INNER(PMX_CONCAT(pmx_try_, __LINE__), (__VA_ARGS__))
#define PMX_TRY_VOID_INNER(tmp, expr)             \
  do {                                            \
    auto tmp = expr;                              \
    if (!tmp.ok()) return std::move(tmp).error(); \
  } while (false)
