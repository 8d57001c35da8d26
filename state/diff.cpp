#include "state/diff.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace pmx::state {
namespace {

constexpr int kMaxDepth = 64;

std::string escape(const std::string& token) {
  std::string text;
  for (const char c : token) {
    if (c == '~') {
      text += "~0";
    } else if (c == '/') {
      text += "~1";
    } else {
      text += c;
    }
  }
  return text;
}

void walk(const Json& before, const Json& after, const std::string& path,
          std::vector<Change>& changes) {
  for (const auto& [key, old_value] : before.items()) {
    const std::string here = path + "/" + escape(key);
    const Json* new_value = find_member(after, key);
    if (new_value == nullptr) {
      changes.push_back({here, old_value, nullptr});
    } else if (old_value.is_object() && new_value->is_object()) {
      walk(old_value, *new_value, here, changes);
    } else if (old_value != *new_value) {
      changes.push_back({here, old_value, *new_value});
    }
  }
  for (const auto& [key, new_value] : after.items()) {
    if (!before.contains(key)) changes.push_back({path + "/" + escape(key), nullptr, new_value});
  }
}

/// JSON text has no other way to write a number that is none.
bool reads_as_null(const Json& value) {
  return value.is_null() || (value.is_number_float() && !std::isfinite(value.get<double>()));
}

struct Shape {
  int depth = 0;
  bool null_members = false;
};

void examine(const Json& value, int depth, Shape& shape) {
  if (depth > shape.depth) shape.depth = depth;
  if (!value.is_structured() || depth > kMaxDepth) return;
  for (const Json& item : value) {
    if (value.is_object() && reads_as_null(item)) shape.null_members = true;
    examine(item, depth + 1, shape);
  }
}

Json without_nulls(const Json& value) {
  if (!value.is_structured()) return value;
  Json copy = value.is_object() ? Json::object() : Json::array();
  for (const auto& [key, item] : value.items()) {
    if (value.is_array()) {
      copy.push_back(without_nulls(item));
    } else if (!reads_as_null(item)) {
      copy[key] = without_nulls(item);
    }
  }
  return copy;
}

}  // namespace

std::vector<Change> diff_fields(const Json& before, const Json& after) {
  std::vector<Change> changes;
  walk(before, after, "", changes);
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.path < b.path; });
  return changes;
}

Result<std::string> canonical_text(const Json& fields) {
  Shape shape;
  examine(fields, 0, shape);
  if (!fields.is_object() || shape.depth > kMaxDepth) {
    return Error{Code::kInvalidArgument,
                 "the fields of an object must be a JSON object of at most " +
                     std::to_string(kMaxDepth) + " levels",
                 ""};
  }
  return dump_json(shape.null_members ? without_nulls(fields) : fields);
}

}  // namespace pmx::state
