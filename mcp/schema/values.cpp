#include "mcp/schema/values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <vector>

namespace pmx::mcp::schema {
namespace {

constexpr std::size_t kMaxDepth = 1'000;

__extension__ using Wide = unsigned __int128;

/// The value digits * 10^exponent; the sign does not matter to divisibility.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

Decimal decimal(const Json& value) {
  if (value.is_number_unsigned()) return {value.get<std::uint64_t>(), 0};
  if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    return {
        number < 0 ? ~static_cast<std::uint64_t>(number) + 1 : static_cast<std::uint64_t>(number),
        0};
  }
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, std::fabs(value.get<double>()),
                                 std::chars_format::scientific);
  Decimal out;
  bool fraction = false;
  const char* at = text;
  for (; at != end.ptr && *at != 'e'; ++at) {
    if (*at == '.') {
      fraction = true;
      continue;
    }
    out.digits = out.digits * 10 + static_cast<std::uint64_t>(*at - '0');
    if (fraction) --out.exponent;
  }
  if (at == end.ptr) return out;
  int exponent = 0;
  at += at[1] == '+' ? 2 : 1;  // from_chars takes no plus sign
  std::from_chars(at, end.ptr, exponent);
  out.exponent += exponent;
  return out;
}

/// Types that can be equal share a rank.
int rank(const Json& value) {
  if (value.is_number()) return 1;
  if (value.is_string()) return 2;
  if (value.is_boolean()) return 3;
  if (value.is_array()) return 4;
  if (value.is_object()) return 5;
  return 0;
}

template <class T>
int order(const T& a, const T& b) {
  return a < b ? -1 : static_cast<int>(b < a);
}

int compare_deep(const Json& a, const Json& b, Work& work, std::size_t depth);

int compare_arrays(const Json& a, const Json& b, Work& work, std::size_t depth) {
  if (a.size() != b.size()) return order(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (const int way = compare_deep(a[i], b[i], work, depth + 1); way != 0) return way;
  }
  return 0;
}

int compare_objects(const Json& a, const Json& b, Work& work, std::size_t depth) {
  if (a.size() != b.size()) return order(a.size(), b.size());
  auto left = a.begin();
  for (auto right = b.begin(); right != b.end(); ++left, ++right) {
    if (const int way = left.key().compare(right.key()); way != 0) return way;
    if (const int way = compare_deep(*left, *right, work, depth + 1); way != 0) return way;
  }
  return 0;
}

int compare_deep(const Json& a, const Json& b, Work& work, std::size_t depth) {
  if (depth > kMaxDepth) work.exceeded = true;
  if (!work.spend(1)) return 0;
  if (rank(a) != rank(b)) return order(rank(a), rank(b));
  if (a.is_number()) return order(to_number(a), to_number(b));
  if (a.is_boolean()) return order(a.get<bool>(), b.get<bool>());
  if (a.is_array()) return compare_arrays(a, b, work, depth);
  if (a.is_object()) return compare_objects(a, b, work, depth);
  if (!a.is_string()) return 0;
  const auto& left = *a.get_ptr<const std::string*>();
  const auto& right = *b.get_ptr<const std::string*>();
  work.spend(std::min(left.size(), right.size()) / 64);
  return left.compare(right);
}

/// The remainder of digits * 10^zeros.
std::uint64_t scaled_remainder(std::uint64_t digits, int zeros, std::uint64_t divisor) {
  std::uint64_t rest = digits % divisor;
  for (; zeros > 0 && rest != 0; --zeros) {
    rest = static_cast<std::uint64_t>(Wide{rest} * 10 % divisor);
  }
  return rest;
}

}  // namespace

long double to_number(const Json& value) {
  if (value.is_number_unsigned()) return static_cast<long double>(value.get<std::uint64_t>());
  if (value.is_number_integer()) return static_cast<long double>(value.get<std::int64_t>());
  return static_cast<long double>(value.get<double>());
}

bool is_whole(const Json& value) {
  if (!value.is_number_float()) return value.is_number();
  const double number = value.get<double>();
  return number == std::floor(number);
}

bool is_multiple(const Json& value, const Json& divisor) {
  const Decimal a = decimal(value);
  const Decimal b = decimal(divisor);
  if (a.digits == 0) return true;
  if (b.digits == 0) return false;
  if (a.exponent >= b.exponent) {
    return scaled_remainder(a.digits, a.exponent - b.exponent, b.digits) == 0;
  }
  if (a.digits % b.digits != 0) return false;
  std::uint64_t quotient = a.digits / b.digits;
  for (int zeros = b.exponent - a.exponent; zeros > 0; --zeros) {
    if (quotient % 10 != 0) return false;
    quotient /= 10;
  }
  return true;
}

int compare(const Json& a, const Json& b, Work& work) { return compare_deep(a, b, work, 0); }

bool has_duplicates(const Json& array, Work& work) {
  if (!work.spend(array.size())) return false;
  std::vector<const Json*> items;
  items.reserve(array.size());
  for (const Json& item : array) items.push_back(&item);
  // Out of work, compare() says "not less" for good, which ends every loop of std::sort.
  std::sort(items.begin(), items.end(),
            [&work](const Json* a, const Json* b) { return compare(*a, *b, work) < 0; });
  return std::adjacent_find(items.begin(), items.end(), [&work](const Json* a, const Json* b) {
           return equal(*a, *b, work);
         }) != items.end();
}

}  // namespace pmx::mcp::schema
