// Where in a value a check is, and what it has looked at. For check.cpp only.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/json.h"
#include "mcp/schema/resources.h"

namespace pmx::mcp::schema {

/// Where in the value we are: a chain on the stack, turned into a pointer only for a finding.
struct Place {
  const Place* parent = nullptr;
  const std::string* name = nullptr;  ///< of a member that the schema names
  bool is_item = false;
  std::size_t index = 0;

  [[nodiscard]] std::string pointer() const {
    if (parent == nullptr) return {};
    const std::string step = is_item           ? std::to_string(index)
                             : name == nullptr ? "*"
                                               : pointer_step(*name);
    return parent->pointer() + "/" + step;
  }

  [[nodiscard]] std::size_t depth() const { return parent == nullptr ? 0 : parent->depth() + 1; }

  [[nodiscard]] Place item(std::size_t at) const { return {this, nullptr, true, at}; }
  [[nodiscard]] Place member(const std::string& known) const { return {this, &known, false, 0}; }
  [[nodiscard]] Place hidden() const { return {this, nullptr, false, 0}; }
};

/// Which members or items of one value a schema has looked at: for the unevaluated… keywords.
class Marks {
 public:
  explicit Marks(const Json& value) : seen_(value.is_structured() ? value.size() : 0) {}

  void set(std::size_t index) { seen_[index] = true; }
  void set_all() { seen_.assign(seen_.size(), true); }
  [[nodiscard]] bool has(std::size_t index) const { return seen_[index]; }
  void merge(const Marks& other) {
    for (std::size_t i = 0; i < seen_.size(); ++i) seen_[i] = seen_[i] || other.seen_[i];
  }

 private:
  std::vector<bool> seen_;
};

}  // namespace pmx::mcp::schema
