#include <array>
#include <string_view>
#include <utility>

#include "mcp/server/schema_node.h"

namespace pmx::mcp {
namespace {

using Node = Validator::Node;

constexpr std::size_t kMaxDepth = 32;
constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";

Error bad(const std::string& path, const std::string& why) {
  return Error{Code::kInvalidArgument, "schema " + (path.empty() ? "/" : path) + " " + why, ""};
}

Result<unsigned> type_bit(const Json& name, const std::string& path) {
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
  return bad(path, "must name a JSON Schema type");
}

Result<void> read_types(Node& node, const Json& value, const std::string& path) {
  const Json list = value.is_array() ? value : Json::array({value});
  if (list.empty()) return bad(path, "must not be empty");
  for (const Json& name : list) {
    PMX_TRY(const unsigned bit, type_bit(name, path));
    node.types |= bit;
  }
  return {};
}

Result<void> read_required(Node& node, const Json& value, const std::string& path) {
  if (!value.is_array()) return bad(path, "must be an array of names");
  for (const Json& name : value) {
    if (!name.is_string()) return bad(path, "must be an array of names");
    node.required.push_back(*name.get_ptr<const std::string*>());
  }
  return {};
}

Result<void> read_properties(Node& node, const Json& value, const std::string& path,
                             std::size_t depth) {
  if (!value.is_object()) return bad(path, "must be an object");
  for (const auto& [name, schema] : value.items()) {
    PMX_TRY(auto child, compile_node(schema, path + "/" + name, depth + 1));
    node.properties.emplace(name, std::move(child));
  }
  return {};
}

Result<void> read_additional(Node& node, const Json& value, const std::string& path,
                             std::size_t depth) {
  if (value.is_boolean()) {
    node.closed = value == false;
    return {};
  }
  PMX_TRY(node.other, compile_node(value, path, depth + 1));
  return {};
}

Result<void> read_pattern(Node& node, const Json& value, const std::string& path) {
  const auto* text = value.get_ptr<const std::string*>();
  if (text == nullptr) return bad(path, "must be a string");
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto pattern = std::make_unique<const RE2>(*text, options);
  if (!pattern->ok()) return bad(path, "is no RE2 pattern: " + pattern->error());
  node.pattern_text = *text;
  node.pattern = std::move(pattern);
  return {};
}

/// The slot of a numeric bound, or nullptr when `key` is none.
std::optional<Json>* bound_slot(Node& node, std::string_view key) {
  if (key == "minimum") return &node.minimum;
  if (key == "maximum") return &node.maximum;
  if (key == "exclusiveMinimum") return &node.above;
  if (key == "exclusiveMaximum") return &node.below;
  return nullptr;
}

/// The slot of a size limit, or nullptr when `key` is none.
std::optional<std::uint64_t>* size_slot(Node& node, std::string_view key) {
  if (key == "minLength") return &node.min_length;
  if (key == "maxLength") return &node.max_length;
  if (key == "minItems") return &node.min_items;
  if (key == "maxItems") return &node.max_items;
  return nullptr;
}

bool is_annotation(std::string_view key) {
  return key == "default" || key == "format" || key == "title" || key == "description";
}

Result<void> read_values(Node& node, std::string_view key, const Json& value,
                         const std::string& path) {
  if (key == "const") {
    node.constant = value;
    return {};
  }
  if (key == "enum") {
    if (!value.is_array() || value.empty()) return bad(path, "must be a non-empty array");
    node.choices.emplace(value.begin(), value.end());
    return {};
  }
  if (key == "uniqueItems") {
    if (!value.is_boolean()) return bad(path, "must be true or false");
    node.unique = value == true;
    return {};
  }
  if (key == "$schema" && value == kDialect) return {};
  return bad(path, key == "$schema" ? "names another dialect than 2020-12" : "is not supported");
}

Result<void> read_limits(Node& node, std::string_view key, const Json& value,
                         const std::string& path) {
  if (auto* bound = bound_slot(node, key)) {
    if (!value.is_number()) return bad(path, "must be a number");
    *bound = value;
    return {};
  }
  if (auto* size = size_slot(node, key)) {
    if (!value.is_number_unsigned()) return bad(path, "must be a non-negative integer");
    *size = value.get<std::uint64_t>();
    return {};
  }
  return read_values(node, key, value, path);
}

Result<void> read_keyword(Node& node, std::string_view key, const Json& value,
                          const std::string& path, std::size_t depth) {
  if (is_annotation(key)) return {};
  if (key == "type") return read_types(node, value, path);
  if (key == "required") return read_required(node, value, path);
  if (key == "properties") return read_properties(node, value, path, depth);
  if (key == "additionalProperties") return read_additional(node, value, path, depth);
  if (key == "pattern") return read_pattern(node, value, path);
  if (key == "items") {
    PMX_TRY(node.items, compile_node(value, path, depth + 1));
    return {};
  }
  return read_limits(node, key, value, path);
}

}  // namespace

Result<std::unique_ptr<const Node>> compile_node(const Json& schema, const std::string& path,
                                                 std::size_t depth) {
  if (!schema.is_object()) return bad(path, "must be an object");
  if (depth > kMaxDepth) return bad(path, "nests too deep");
  auto node = std::make_unique<Node>();
  for (const auto& [key, value] : schema.items()) {
    PMX_TRY_VOID(read_keyword(*node, key, value, path + "/" + key, depth));
  }
  return std::unique_ptr<const Node>(std::move(node));
}

}  // namespace pmx::mcp
