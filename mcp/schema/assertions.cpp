#include "mcp/schema/assertions.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "mcp/schema/resources.h"
#include "mcp/schema/values.h"

namespace pmx::mcp::schema {
namespace {

Result<unsigned> type_bit(const Json& name, const std::string& where) {
  constexpr std::array<std::pair<std::string_view, TypeBit>, 7> kNames{{{"null", kTypeNull},
                                                                        {"boolean", kTypeBoolean},
                                                                        {"integer", kTypeInteger},
                                                                        {"number", kTypeNumber},
                                                                        {"string", kTypeString},
                                                                        {"array", kTypeArray},
                                                                        {"object", kTypeObject}}};
  for (const auto& [known, bit] : kNames) {
    if (name == known) return static_cast<unsigned>(bit);
  }
  return schema_error(where, "must name a JSON Schema type");
}

Result<void> read_types(Node& node, const KeywordValue& keyword) {
  const Json list = keyword.value.is_array() ? keyword.value : Json::array({keyword.value});
  if (list.empty()) return schema_error(keyword.where, "must not be empty");
  for (const Json& name : list) {
    PMX_TRY(const unsigned bit, type_bit(name, keyword.where));
    node.types |= bit;
  }
  return {};
}

Result<void> read_enum(Node& node, const KeywordValue& keyword) {
  const Json& value = keyword.value;
  if (!value.is_array() || value.empty()) {
    return schema_error(keyword.where, "must be a non-empty array");
  }
  node.choices.emplace(value.begin(), value.end());
  return {};
}

Result<void> read_const(Node& node, const KeywordValue& keyword) {
  node.constant = keyword.value;
  return {};
}

using Bound = std::optional<Json> NumberRules::*;

template <Bound bound>
Result<void> read_bound(Node& node, const KeywordValue& keyword) {
  if (!keyword.value.is_number()) return schema_error(keyword.where, "must be a number");
  rules_of(node.number).*bound = keyword.value;
  return {};
}

Result<void> read_multiple(Node& node, const KeywordValue& keyword) {
  if (!keyword.value.is_number() || to_number(keyword.value) <= 0) {
    return schema_error(keyword.where, "must be a number greater than 0");
  }
  rules_of(node.number).multiple_of = keyword.value;
  return {};
}

Result<std::uint64_t> read_size(const KeywordValue& keyword) {
  const Json& value = keyword.value;
  constexpr long double kMost = 1e18L;
  if (!is_whole(value) || to_number(value) < 0 || to_number(value) > kMost) {
    return schema_error(keyword.where, "must be a non-negative integer");
  }
  return static_cast<std::uint64_t>(to_number(value));
}

template <class Rules, std::unique_ptr<Rules> Node::*rules, Size Rules::*size>
Result<void> read_limit(Node& node, const KeywordValue& keyword) {
  PMX_TRY(rules_of(node.*rules).*size, read_size(keyword));
  return {};
}

Result<void> read_min_contains(Node& node, const KeywordValue& keyword) {
  PMX_TRY(rules_of(node.array).min_contains, read_size(keyword));
  return {};
}

Result<void> read_unique(Node& node, const KeywordValue& keyword) {
  if (!keyword.value.is_boolean()) return schema_error(keyword.where, "must be true or false");
  rules_of(node.array).unique = keyword.value == true;
  return {};
}

Result<void> read_pattern(Node& node, const KeywordValue& keyword) {
  const auto* text = keyword.value.get_ptr<const std::string*>();
  if (text == nullptr) return schema_error(keyword.where, "must be a string");
  auto pattern = Pattern::compile(*text);
  if (!pattern.ok()) return schema_error(keyword.where, pattern.error().message);
  rules_of(node.string).pattern = *std::move(pattern);
  return {};
}

Result<void> read_required(Node& node, const KeywordValue& keyword) {
  PMX_TRY(const auto names, read_names(keyword.value, keyword.where));
  ObjectRules& object = rules_of(node.object);
  for (const std::string& name : names) member_of(object, name).required = true;
  return {};
}

Result<void> read_dependent_required(Node& node, const KeywordValue& keyword) {
  if (!keyword.value.is_object()) return schema_error(keyword.where, "must be an object");
  for (const auto& [name, list] : keyword.value.items()) {
    PMX_TRY(auto names, read_names(list, keyword.where + "/" + pointer_step(name)));
    auto& required = dependent_of(rules_of(node.object), name).required;
    required.insert(required.end(), names.begin(), names.end());
  }
  return {};
}

using Reader = Result<void> (*)(Node&, const KeywordValue&);

constexpr std::array kReaders{
    std::pair<std::string_view, Reader>{"type", &read_types},
    std::pair<std::string_view, Reader>{"enum", &read_enum},
    std::pair<std::string_view, Reader>{"const", &read_const},
    std::pair<std::string_view, Reader>{"minimum", &read_bound<&NumberRules::minimum>},
    std::pair<std::string_view, Reader>{"maximum", &read_bound<&NumberRules::maximum>},
    std::pair<std::string_view, Reader>{"exclusiveMinimum", &read_bound<&NumberRules::above>},
    std::pair<std::string_view, Reader>{"exclusiveMaximum", &read_bound<&NumberRules::below>},
    std::pair<std::string_view, Reader>{"multipleOf", &read_multiple},
    std::pair<std::string_view, Reader>{
        "minLength", &read_limit<StringRules, &Node::string, &StringRules::min_length>},
    std::pair<std::string_view, Reader>{
        "maxLength", &read_limit<StringRules, &Node::string, &StringRules::max_length>},
    std::pair<std::string_view, Reader>{"pattern", &read_pattern},
    std::pair<std::string_view, Reader>{
        "minItems", &read_limit<ArrayRules, &Node::array, &ArrayRules::min_items>},
    std::pair<std::string_view, Reader>{
        "maxItems", &read_limit<ArrayRules, &Node::array, &ArrayRules::max_items>},
    std::pair<std::string_view, Reader>{
        "maxContains", &read_limit<ArrayRules, &Node::array, &ArrayRules::max_contains>},
    std::pair<std::string_view, Reader>{"minContains", &read_min_contains},
    std::pair<std::string_view, Reader>{"uniqueItems", &read_unique},
    std::pair<std::string_view, Reader>{
        "minProperties", &read_limit<ObjectRules, &Node::object, &ObjectRules::min_members>},
    std::pair<std::string_view, Reader>{
        "maxProperties", &read_limit<ObjectRules, &Node::object, &ObjectRules::max_members>},
    std::pair<std::string_view, Reader>{"required", &read_required},
    std::pair<std::string_view, Reader>{"dependentRequired", &read_dependent_required},
};

/// The entry of `name` in `list`, which is in the order of names; made on first use.
template <class Entry>
Entry& entry_of(std::vector<Entry>& list, const std::string& name) {
  const auto place =
      std::lower_bound(list.begin(), list.end(), name,
                       [](const Entry& entry, const std::string& n) { return entry.name < n; });
  if (place != list.end() && place->name == name) return *place;
  Entry& entry = *list.emplace(place);
  entry.name = name;
  return entry;
}

}  // namespace

Member& member_of(ObjectRules& object, const std::string& name) {
  return entry_of(object.members, name);
}

Dependent& dependent_of(ObjectRules& object, const std::string& name) {
  return entry_of(object.dependents, name);
}

Result<std::vector<std::string>> read_names(const Json& value, const std::string& where) {
  std::vector<std::string> names;
  for (const Json& name : value.is_array() ? value : Json::array({nullptr})) {
    if (!name.is_string()) return schema_error(where, "must be an array of names");
    names.push_back(*name.get_ptr<const std::string*>());
  }
  return names;
}

Result<void> read_assertion(Node& node, const KeywordValue& keyword, const SchemaOptions& options) {
  if (keyword.name == "format") {
    const auto* name = keyword.value.get_ptr<const std::string*>();
    if (name == nullptr) return schema_error(keyword.where, "must be a string");
    if (options.formats.contains(*name)) rules_of(node.string).format = find_format(*name);
    return {};
  }
  for (const auto& [name, read] : kReaders) {
    if (name == keyword.name) return read(node, keyword);
  }
  return {};
}

}  // namespace pmx::mcp::schema
