#include "mcp/schema/resources.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "mcp/schema/uri.h"

namespace pmx::mcp::schema {
namespace {

/// The URI of a schema that has none: references between its parts resolve against it.
constexpr std::string_view kUnnamed = "schema:///";

/// "~1" is "/", "~0" is "~".
std::string unescape(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escaped = token[i] == '~' && i + 1 < token.size();
    if (escaped && token[i + 1] == '1') out += '/';
    if (escaped && token[i + 1] == '0') out += '~';
    if (escaped && (token[i + 1] == '0' || token[i + 1] == '1')) {
      ++i;
    } else {
      out += token[i];
    }
  }
  return out;
}

/// One step of a JSON pointer; nullptr when it leads nowhere.
const Json* child(const Json& value, const std::string& token) {
  if (value.is_object()) return find_member(value, token);
  if (token.size() > 1 && token.front() == '0') return nullptr;  // RFC 6901 writes no 01
  std::size_t index = 0;
  const char* end = token.data() + token.size();
  const auto [last, error] = std::from_chars(token.data(), end, index);
  if (!value.is_array() || error != std::errc() || last != end) return nullptr;
  return index < value.size() ? &value[index] : nullptr;
}

}  // namespace

Error schema_error(const std::string& where, const std::string& why) {
  return Error{Code::kInvalidArgument, "schema " + (where.empty() ? "/" : where) + " " + why, ""};
}

std::string pointer_step(std::string_view token) {
  std::string out;
  for (const char c : token) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

Result<const Location*> Resources::add_root(const Json& schema) {
  Resource& resource = resources_.emplace_back();
  resource.uri = kUnnamed;
  resource.root = &schema;
  by_uri_.emplace(resource.uri, &resource);
  PMX_TRY_VOID(scan({&schema, &resource, "", 0}));
  return &at(schema);
}

Result<void> Resources::add_document(const SchemaDocument& document) {
  if (!scanned_documents_.insert(document.schema).second) return {};
  Resource& resource = resources_.emplace_back();
  resource.uri = split_fragment(document.uri).first;
  resource.root = document.schema;
  resource.dialect = resources_.front().dialect;  // unless it names its own
  by_uri_.emplace(resource.uri, &resource);
  return scan({document.schema, &resource, resource.uri + "#", 0});
}

const Location& Resources::at(const Json& schema) const { return locations_.find(&schema)->second; }

Result<void> Resources::scan(const Location& given) {
  if (!given.schema->is_object() && !given.schema->is_boolean()) {
    return schema_error(given.where, "must be a schema: an object, true or false");
  }
  if (given.depth > options_.max_schema_depth) {
    return schema_error(given.where, "nests too deep");
  }
  if (locations_.size() >= options_.max_subschemas) {
    return schema_error(given.where, "is one subschema too many");
  }
  if (locations_.contains(given.schema)) return {};
  Location at = given;
  if (at.schema->is_object()) {
    PMX_TRY(at.resource, open_resource(given));
    PMX_TRY_VOID(read_anchors(at));
  }
  locations_.emplace(at.schema, at);
  return at.schema->is_object() ? scan_children(at) : Result<void>();
}

/// The resource of `at` itself: a new one when it has an "$id", otherwise the one around it.
Result<Resource*> Resources::open_resource(const Location& at) {
  const Json* id = find_member(*at.schema, "$id");
  const bool is_root = at.resource->root == at.schema;
  Dialect dialect = at.resource->dialect;
  const Json* named = find_member(*at.schema, "$schema");
  if (named != nullptr && (is_root || id != nullptr)) {
    const auto known = find_dialect(string_member(*at.schema, "$schema"));
    if (!known) {
      return schema_error(at.where + "/$schema", "names a dialect other than 2020-12 and draft-07");
    }
    dialect = *known;
  }
  if (is_root) at.resource->dialect = dialect;
  if (id != nullptr && !id->is_string()) return schema_error(at.where + "/$id", "must be a string");
  const bool overridden = dialect == kDraft7 && at.schema->contains("$ref");
  if (id == nullptr || overridden) return at.resource;
  const std::string uri = resolve_uri(at.resource->uri, string_member(*at.schema, "$id"));
  const auto [base, fragment] = split_fragment(uri);
  if (!fragment.empty() && dialect == k2020) {
    return schema_error(at.where + "/$id", "must not have a fragment");
  }
  if (base == at.resource->uri) return at.resource;
  if (by_uri_.contains(base)) {
    return schema_error(at.where + "/$id", "is the same as that of another schema");
  }
  Resource& resource = resources_.emplace_back();
  resource.uri = base;
  resource.root = at.schema;
  resource.dialect = dialect;
  by_uri_.emplace(resource.uri, &resource);
  return &resource;
}

Result<void> Resources::read_anchors(const Location& at) {
  std::vector<std::pair<std::string, bool>> found;
  if (at.resource->dialect == kDraft7) {
    const auto fragment = split_fragment(string_member(*at.schema, "$id")).second;
    if (!fragment.empty() && !at.schema->contains("$ref")) found.emplace_back(fragment, false);
  } else {
    for (const char* key : {"$anchor", "$dynamicAnchor"}) {
      const Json* name = find_member(*at.schema, key);
      if (name == nullptr) continue;
      if (!name->is_string()) return schema_error(at.where + "/" + key, "must be a string");
      found.emplace_back(string_member(*at.schema, key), key[1] == 'd');
    }
  }
  for (auto& [name, dynamic] : found) {
    const auto [slot, fresh] = at.resource->anchors.emplace(name, at.schema);
    if (slot->second != at.schema) {
      return schema_error(at.where, "has the same anchor as another schema");
    }
    if (dynamic) at.resource->dynamic.insert(name);
  }
  return {};
}

Result<void> Resources::scan_children(const Location& at) {
  for (const auto& [key, value] : at.schema->items()) {
    const Keyword* keyword = find_keyword(at.resource->dialect, key);
    if (keyword == nullptr) continue;
    const Location below{&value, at.resource, at.where + "/" + pointer_step(key), at.depth + 1};
    switch (keyword->shape) {
      case Shape::kValue: break;
      case Shape::kSchema: PMX_TRY_VOID(scan(below)); break;
      case Shape::kList: PMX_TRY_VOID(scan_list(below, value)); break;
      case Shape::kMap: PMX_TRY_VOID(scan_map(below, value)); break;
      case Shape::kMixedMap: PMX_TRY_VOID(scan_mixed(below, value)); break;
      case Shape::kListOrOne:
        if (value.is_array() && at.resource->dialect == kDraft7) {
          PMX_TRY_VOID(scan_list(below, value));
        } else {
          PMX_TRY_VOID(scan(below));
        }
        break;
    }
  }
  return {};
}

Result<void> Resources::scan_list(const Location& at, const Json& children) {
  if (!children.is_array() || children.empty()) {
    return schema_error(at.where, "must be a non-empty array of schemas");
  }
  for (std::size_t i = 0; i < children.size(); ++i) {
    PMX_TRY_VOID(scan({&children[i], at.resource, at.where + "/" + std::to_string(i), at.depth}));
  }
  return {};
}

Result<void> Resources::scan_map(const Location& at, const Json& children) {
  if (!children.is_object()) return schema_error(at.where, "must be an object");
  for (const auto& [name, value] : children.items()) {
    PMX_TRY_VOID(scan({&value, at.resource, at.where + "/" + pointer_step(name), at.depth}));
  }
  return {};
}

Result<void> Resources::scan_mixed(const Location& at, const Json& children) {
  if (!children.is_object()) return schema_error(at.where, "must be an object");
  for (const auto& [name, value] : children.items()) {
    if (value.is_array()) continue;
    PMX_TRY_VOID(scan({&value, at.resource, at.where + "/" + pointer_step(name), at.depth}));
  }
  return {};
}

Result<Resource*> Resources::find_resource(std::string_view uri) {
  if (const auto known = by_uri_.find(uri); known != by_uri_.end()) return known->second;
  for (const SchemaDocument& document : options_.documents) {
    if (split_fragment(document.uri).first == uri) PMX_TRY_VOID(add_document(document));
  }
  if (const auto known = by_uri_.find(uri); known != by_uri_.end()) return known->second;
  for (const SchemaDocument& document : options_.documents) {
    PMX_TRY_VOID(add_document(document));  // one of them may have it as an "$id"
  }
  const auto known = by_uri_.find(uri);
  return known == by_uri_.end() ? nullptr : known->second;
}

Result<const Location*> Resources::resolve(const Location& from, std::string_view reference) {
  const std::string uri = resolve_uri(from.resource->uri, reference);
  const auto [base, encoded] = split_fragment(uri);
  PMX_TRY(Resource* const resource, find_resource(base));
  if (resource == nullptr) {
    return schema_error(from.where, "refers to a document that is not at hand; none is fetched");
  }
  const std::string fragment = percent_decode(encoded);
  if (fragment.empty()) return &at(*resource->root);
  if (fragment.starts_with('/')) {
    PMX_TRY(const Location* const target, follow_pointer(*resource, fragment));
    if (target != nullptr) return target;
    return schema_error(from.where, "refers to nothing");
  }
  const auto& anchors = at(*resource->root).resource->anchors;  // those of its "$id", if it has one
  const auto anchor = anchors.find(fragment);
  if (anchor != anchors.end()) return &at(*anchor->second);
  return schema_error(from.where, "refers to nothing");
}

/// Follows a JSON pointer; what it leads to becomes a known schema even below unknown keywords.
Result<const Location*> Resources::follow_pointer(Resource& resource, const std::string& pointer) {
  const Json* value = resource.root;
  Location nearest = at(*value);
  std::string below;
  for (std::size_t start = 1; start <= pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', start), pointer.size());
    const std::string token = unescape(std::string_view(pointer).substr(start, end - start));
    start = end + 1;
    value = child(*value, token);
    if (value == nullptr) return nullptr;
    below += "/" + pointer_step(token);
    const auto known = locations_.find(value);
    if (known == locations_.end()) continue;
    nearest = known->second;
    below.clear();
  }
  if (nearest.schema != value) {
    PMX_TRY_VOID(scan({value, nearest.resource, nearest.where + below, nearest.depth + 1}));
  }
  return &at(*value);
}

}  // namespace pmx::mcp::schema
