#include "mcp/server/schema_validator.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "mcp/server/schema_node.h"

namespace pmx::mcp {
namespace {

using Node = Validator::Node;

constexpr std::size_t kMaxErrors = 20;

/// Exact for every number JSON gives us: 64-bit integers and doubles fit its 64-bit mantissa.
long double number(const Json& value) {
  if (value.is_number_unsigned()) return static_cast<long double>(value.get<std::uint64_t>());
  if (value.is_number_integer()) return static_cast<long double>(value.get<std::int64_t>());
  return static_cast<long double>(value.get<double>());
}

unsigned type_of(const Json& value) {
  if (value.is_null()) return kTypeNull;
  if (value.is_boolean()) return kTypeBoolean;
  if (value.is_string()) return kTypeString;
  if (value.is_array()) return kTypeArray;
  if (value.is_object()) return kTypeObject;
  const bool whole = value.is_number_integer() || number(value) == std::floor(number(value));
  return whole ? kTypeInteger | kTypeNumber : kTypeNumber;
}

std::string type_words(unsigned types) {
  constexpr std::pair<TypeBit, const char*> kWords[] = {
      {kTypeNull, "null"},       {kTypeBoolean, "true or false"}, {kTypeInteger, "an integer"},
      {kTypeNumber, "a number"}, {kTypeString, "a string"},       {kTypeArray, "an array"},
      {kTypeObject, "an object"}};
  std::string words;
  for (const auto& [bit, word] : kWords) {
    if ((types & bit) == 0) continue;
    if (!words.empty()) words += " or ";
    words += word;
  }
  return words;
}

std::uint64_t code_points(std::string_view text) {
  return static_cast<std::uint64_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string list(const std::vector<Json>& values) {
  std::string text;
  for (const Json& value : values) {
    if (!text.empty()) text += ", ";
    text += value.is_string() ? *value.get_ptr<const std::string*>() : dump_json(value);
  }
  return text;
}

bool has_duplicates(const Json& array) {
  std::vector<const Json*> items;
  for (const Json& item : array) items.push_back(&item);
  std::sort(items.begin(), items.end(), [](const Json* a, const Json* b) { return *a < *b; });
  return std::adjacent_find(items.begin(), items.end(),
                            [](const Json* a, const Json* b) { return *a == *b; }) != items.end();
}

/// Walks value and schema together and collects what does not fit.
class Check {
 public:
  void value(const Node& node, const Json& value, const std::string& path) {
    if (errors.size() >= kMaxErrors) return;
    if (node.types != 0 && (node.types & type_of(value)) == 0) {
      return fail(path, "must be " + type_words(node.types));
    }
    choice(node, value, path);
    if (value.is_number()) bounds(node, value, path);
    if (value.is_string()) text(node, *value.get_ptr<const std::string*>(), path);
    if (value.is_array()) array(node, value, path);
    if (value.is_object()) object(node, value, path);
  }

  std::vector<std::string> errors;

 private:
  void fail(const std::string& path, const std::string& what) {
    if (errors.size() < kMaxErrors) errors.push_back((path.empty() ? "/" : path) + " " + what);
  }

  void choice(const Node& node, const Json& value, const std::string& path) {
    if (node.constant && value != *node.constant) fail(path, "must be " + list({*node.constant}));
    if (!node.choices) return;
    if (std::find(node.choices->begin(), node.choices->end(), value) == node.choices->end()) {
      fail(path, "must be one of " + list(*node.choices));
    }
  }

  void bounds(const Node& node, const Json& value, const std::string& path) {
    const auto check = [&](const std::optional<Json>& bound, const char* words, auto holds) {
      if (!bound || holds(number(value), number(*bound))) return;
      fail(path,
           std::string("must be ") + words + " " + dump_json(*bound) + ", is " + dump_json(value));
    };
    check(node.minimum, "at least", [](auto a, auto b) { return a >= b; });
    check(node.maximum, "at most", [](auto a, auto b) { return a <= b; });
    check(node.above, "greater than", [](auto a, auto b) { return a > b; });
    check(node.below, "less than", [](auto a, auto b) { return a < b; });
  }

  using Limit = std::optional<std::uint64_t>;

  /// "must have at least 2 items, has 1", or nothing.
  static std::string size_words(std::uint64_t is, const Limit& least, const Limit& most,
                                const char* unit) {
    const bool few = least && is < *least;
    if (!few && !(most && is > *most)) return {};
    return std::string("must have at ") + (few ? "least " : "most ") +
           std::to_string(few ? *least : *most) + unit + ", has " + std::to_string(is);
  }

  void fail_if(const std::string& path, const std::string& what) {
    if (!what.empty()) fail(path, what);
  }

  void text(const Node& node, const std::string& value, const std::string& path) {
    if (node.min_length || node.max_length) {
      fail_if(path,
              size_words(code_points(value), node.min_length, node.max_length, " characters"));
    }
    if (node.pattern && !RE2::PartialMatch(value, *node.pattern)) {
      fail(path, "must match the pattern " + node.pattern_text);
    }
  }

  void array(const Node& node, const Json& value, const std::string& path) {
    fail_if(path, size_words(value.size(), node.min_items, node.max_items, " items"));
    if (node.unique && has_duplicates(value)) fail(path, "must not hold the same item twice");
    if (!node.items) return;
    for (std::size_t i = 0; i < value.size(); ++i) {
      this->value(*node.items, value[i], path + "/" + std::to_string(i));
    }
  }

  void object(const Node& node, const Json& value, const std::string& path) {
    for (const std::string& name : node.required) {
      if (!value.contains(name)) fail(path + "/" + name, "is required");
    }
    bool unknown = false;
    for (const auto& [name, member] : value.items()) {
      const auto known = node.properties.find(name);
      if (known != node.properties.end()) {
        this->value(*known->second, member, path + "/" + name);
      } else if (node.other) {
        this->value(*node.other, member, path + "/*");
      } else {
        unknown = unknown || node.closed;
      }
    }
    if (unknown) fail(path, unknown_words(node));
  }

  static std::string unknown_words(const Node& node) {
    if (node.properties.empty()) return "takes no members";
    std::string words = "has a member that is not known here; known are";
    for (const auto& [name, child] : node.properties) {
      words += (words.ends_with("are") ? " " : ", ") + name;
    }
    return words;
  }
};

}  // namespace

Validator::Validator(std::unique_ptr<const Node> root) : root_(std::move(root)) {}
Validator::Validator(Validator&&) noexcept = default;
Validator& Validator::operator=(Validator&&) noexcept = default;
Validator::~Validator() = default;

Result<Validator> Validator::compile(const Json& schema) {
  PMX_TRY(auto root, compile_node(schema, "", 0));
  return Validator(std::move(root));
}

std::vector<std::string> Validator::validate(const Json& value) const {
  Check check;
  check.value(*root_, value, "");
  return std::move(check.errors);
}

}  // namespace pmx::mcp
