#include "sim/disorder.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/dice.h"

namespace pmx::sim {
namespace {

void write(const Json& value, std::uint64_t seed, std::string& out);

void write_object(const Json::object_t& members, std::uint64_t seed, std::string& out) {
  std::vector<const Json::object_t::value_type*> all;
  std::vector<std::string_view> names;
  for (const auto& member : members) {
    all.push_back(&member);
    names.emplace_back(member.first);
  }
  const std::vector<std::size_t> order = disorder(names, seed);
  char before = '{';
  for (const std::size_t place : order) {
    out += std::exchange(before, ',');
    out.append(dump_json(all[place]->first)).append(1, ':');
    write(all[place]->second, seed, out);
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

std::vector<std::size_t> disorder(const std::vector<std::string_view>& names, std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, std::size_t>> drawn;
  drawn.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    drawn.emplace_back(Dice(seed, names[i], names.size()).next(), i);
  std::sort(drawn.begin(), drawn.end());
  std::vector<std::size_t> out;
  out.reserve(names.size());
  for (const auto& [draw, place] : drawn) out.push_back(place);
  return out;
}

std::string dump_disordered(const Json& value, std::uint64_t seed) {
  std::string out;
  write(value, seed, out);
  return out;
}

}  // namespace pmx::sim
