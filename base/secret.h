// Secret: a string that must not be printed, logged or left behind in memory.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace pmx {

/// Holds a password, token or key. Has no stream operator; its bytes are wiped on destruction, also
/// those that a move leaves behind in the small-string buffer.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  /// Leaves `other` empty and its old bytes wiped.
  Secret(Secret&& other) noexcept;
  /// Wipes the value that is replaced.
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  [[nodiscard]] bool empty() const { return value_.empty(); }

  /// The real bytes. Call it only where they are handed to the peer or to a keyed function.
  [[nodiscard]] std::string_view expose() const { return value_; }

 private:
  void wipe() noexcept;

  std::string value_;
};

}  // namespace pmx
