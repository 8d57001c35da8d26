// Dice: repeatable numbers from a seed. The same (seed, purpose, index) always throws the same
// sequence, so a guest's configuration can be made when it is asked for instead of being stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pmx::sim {

/// A sequence of numbers that is a pure function of its three seeds. Copies go on alike.
class Dice {
 public:
  explicit Dice(std::uint64_t seed, std::string_view purpose, std::uint64_t index = 0)
      : state_(seed * 0x9E3779B97F4A7C15ULL + index * 0xD1B54A32D192ED03ULL) {
    for (const char c : purpose) state_ = (state_ ^ static_cast<unsigned char>(c)) * kPrime;
    next();
  }

  /// 64 evenly spread bits (splitmix64).
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  /// 0 .. bound-1; bound > 0.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }

  /// low .. high, both included.
  int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::size_t>(high - low) + 1));
  }

  /// True in `percent` of 100 throws; 0 is never, 100 always.
  bool chance(int percent) { return between(1, 100) <= percent; }

  template <class Table>
  const auto& pick(const Table& table) {
    return table[below(std::size(table))];
  }

  /// `count` characters of `alphabet`.
  std::string text(std::size_t count, std::string_view alphabet) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += alphabet[below(alphabet.size())];
    return out;
  }

  std::string hex(std::size_t count) { return text(count, "0123456789abcdef"); }

  /// Of the form that PVE makes: version 4.
  std::string uuid() {
    return hex(8) + "-" + hex(4) + "-4" + hex(3) + "-" + text(1, "89ab") + hex(3) + "-" + hex(12);
  }

 private:
  static constexpr std::uint64_t kPrime = 0x100000001B3ULL;
  std::uint64_t state_;
};

}  // namespace pmx::sim
