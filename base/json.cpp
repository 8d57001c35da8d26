#include "base/json.h"

template class nlohmann::basic_json<>;

namespace pmx {
namespace {

/// True when brackets nest deeper than `limit`. Looks at bytes only, so that no parser recursion is
/// risked.
bool deeper_than(std::string_view text, std::size_t limit) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > limit) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

/// Builds the document like the default parser, but remembers where it failed instead of throwing.
class Builder : public nlohmann::detail::json_sax_dom_parser<Json> {
 public:
  using Base = nlohmann::detail::json_sax_dom_parser<Json>;
  explicit Builder(Json& document) : Base(document, /*allow_exceptions_=*/false) {}

  template <class Exception>
  bool parse_error(std::size_t position, const std::string& token, const Exception& e) {
    offset = position;
    return Base::parse_error(position, token, e);
  }

  std::size_t offset = 0;
};

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return Error{Code::kResourceExhausted,
                 "JSON text of " + std::to_string(text.size()) + " bytes exceeds the limit of " +
                     std::to_string(limits.max_bytes),
                 ""};
  }
  if (deeper_than(text, limits.max_depth)) {
    return Error{Code::kResourceExhausted,
                 "JSON nests deeper than " + std::to_string(limits.max_depth) + " levels", ""};
  }
  Json value;
  Builder builder(value);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    return Error{Code::kInvalidArgument, "not valid JSON at byte " + std::to_string(builder.offset),
                 ""};
  }
  return value;
}

std::string dump_json(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string pretty_json(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

const Json* find_member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

std::string_view string_member(const Json& object, std::string_view key) {
  const Json* member = find_member(object, key);
  if (member == nullptr || !member->is_string()) return {};
  return *member->get_ptr<const std::string*>();
}

}  // namespace pmx
