// Planted: collects every sensitive value as the generators make it, by kind, so that
// Cluster::truth() cannot forget one. Thread-confined to one truth() call.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/json.h"

namespace pmx::sim {

/// Values by kind, each once, in order.
class Planted {
 public:
  /// Empty values are no secret and are left out.
  void add(std::string_view kind, std::string_view value) {
    if (!value.empty()) values_[std::string(kind)].emplace(value);
  }

  [[nodiscard]] Json json() const {
    Json out = Json::object();
    for (const auto& [kind, values] : values_) out[kind] = values;
    return out;
  }

 private:
  std::map<std::string, std::set<std::string>> values_;
};

/// Notes `value` when somebody collects, and hands it back: lets generators plant in passing.
inline const std::string& plant(Planted* planted, std::string_view kind, const std::string& value) {
  if (planted != nullptr) planted->add(kind, value);
  return value;
}

}  // namespace pmx::sim
