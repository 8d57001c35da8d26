#include "base/yaml.h"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>

namespace pmx {
namespace {

constexpr std::size_t kMaxNodes = 100'000;  // an alias bomb ends here

/// Walks the YAML tree once, building the JSON value and the line table.
class Reader {
 public:
  Reader(YamlDocument& document, std::string_view name) : document_(document), name_(name) {}

  Result<Json> read(const YAML::Node& node, const std::string& pointer, int depth) {
    document_.lines[pointer] = node.Mark().line + 1;
    if (++nodes_ > kMaxNodes || depth > 64) return fail(node, "is too large or too deep");
    switch (node.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null: return Json(nullptr);
      case YAML::NodeType::Scalar: return scalar(node);
      case YAML::NodeType::Sequence: return sequence(node, pointer, depth);
      case YAML::NodeType::Map: return map(node, pointer, depth);
    }
    return fail(node, "has an unknown kind");
  }

 private:
  Error fail(const YAML::Node& node, const std::string& what) const {
    return Error{Code::kInvalidArgument,
                 name_ + ":" + std::to_string(node.Mark().line + 1) + ": " + what, ""};
  }

  static Json scalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str") return Json(text);  // quoted
    if (text == "true") return Json(true);
    if (text == "false") return Json(false);
    if (text.empty() || text == "null" || text == "~") return Json(nullptr);
    const char* end = text.data() + text.size();
    long long integer = 0;
    if (auto [p, e] = std::from_chars(text.data(), end, integer); e == std::errc() && p == end)
      return Json(integer);
    double number = 0;
    if (auto [p, e] = std::from_chars(text.data(), end, number);
        e == std::errc() && p == end && std::isfinite(number))
      return Json(number);
    return Json(text);
  }

  Result<Json> sequence(const YAML::Node& node, const std::string& pointer, int depth) {
    Json array = Json::array();
    for (std::size_t i = 0; i < node.size(); ++i) {
      PMX_TRY(Json item, read(node[i], pointer + "/" + std::to_string(i), depth + 1));
      array.push_back(std::move(item));
    }
    return array;
  }

  Result<Json> map(const YAML::Node& node, const std::string& pointer, int depth) {
    Json object = Json::object();
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) return fail(entry.first, "keys must be plain text");
      const std::string& key = entry.first.Scalar();
      if (object.contains(key)) return fail(entry.first, "the key \"" + key + "\" appears twice");
      const std::string path = pointer + "/" + key;
      PMX_TRY(Json value, read(entry.second, path, depth + 1));
      object[key] = std::move(value);
      document_.lines[path] = entry.first.Mark().line + 1;
    }
    return object;
  }

  YamlDocument& document_;
  std::string name_;
  std::size_t nodes_ = 0;
};

/// What yaml-cpp says, without the name of an anchor: it may be a value that begins with a star.
Error invalid(std::string_view name, const YAML::Exception& fault) {
  const bool anchor = fault.msg.starts_with(YAML::ErrorMsg::UNKNOWN_ANCHOR);
  return Error{Code::kInvalidArgument,
               std::string(name) + ":" + std::to_string(fault.mark.line + 1) +
                   ": not valid YAML (" + (anchor ? YAML::ErrorMsg::UNKNOWN_ANCHOR : fault.msg) +
                   ")",
               anchor ? "put text that begins with * into quotes" : ""};
}

}  // namespace

int YamlDocument::line_of(std::string_view pointer) const {
  while (true) {
    const auto found = lines.find(std::string(pointer));
    if (found != lines.end()) return found->second;
    const std::size_t slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return 1;
    pointer = pointer.substr(0, slash);
  }
}

Result<YamlDocument> parse_yaml(std::string_view text, std::string_view name) {
  YamlDocument document;
  try {
    const std::vector<YAML::Node> roots = YAML::LoadAll(std::string(text));
    if (roots.size() > 1) {
      return Error{Code::kInvalidArgument,
                   std::string(name) + ":" + std::to_string(roots[1].Mark().line + 1) +
                       ": a second document begins here; only one is read",
                   ""};
    }
    const YAML::Node root = roots.empty() ? YAML::Node() : roots.front();
    PMX_TRY(document.value, Reader(document, name).read(root, "", 0));
  } catch (const YAML::Exception& e) {  // the wall around yaml-cpp
    return invalid(name, e);
  }
  return document;
}

}  // namespace pmx
