#include "sim/disorder.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/dice.h"

namespace pmx::sim {
namespace {

using Member = std::pair<std::uint64_t, const Json::object_t::value_type*>;

void write(const Json& value, std::uint64_t seed, std::string& out);

void write_object(const Json::object_t& members, std::uint64_t seed, std::string& out) {
  std::vector<Member> order;
  order.reserve(members.size());
  for (const auto& member : members)
    order.emplace_back(Dice(seed, member.first, members.size()).next(), &member);
  std::sort(order.begin(), order.end(),
            [](const Member& a, const Member& b) { return a.first < b.first; });
  char before = '{';
  for (const auto& [place, member] : order) {
    out += std::exchange(before, ',');
    out.append(dump_json(member->first)).append(1, ':');
    write(member->second, seed, out);
  }
  out += order.empty() ? "{}" : "}";
}

void write(const Json& value, std::uint64_t seed, std::string& out) {
  if (value.is_object()) {
    write_object(*value.get_ptr<const Json::object_t*>(), seed, out);
  } else if (value.is_array()) {
    char before = '[';
    for (const Json& element : value) {
      out += std::exchange(before, ',');
      write(element, seed, out);
    }
    out += value.empty() ? "[]" : "]";
  } else {
    out += dump_json(value);
  }
}

}  // namespace

std::string dump_disordered(const Json& value, std::uint64_t seed) {
  std::string out;
  write(value, seed, out);
  return out;
}

}  // namespace pmx::sim
