// The schemas that one compilation can reach, and how references find them.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "mcp/schema/dialect.h"
#include "mcp/schema/validator.h"

namespace pmx::mcp::schema {

/// A document, or a part of one with an "$id" of its own.
struct Resource {
  std::string uri;
  const Json* root = nullptr;
  Dialect dialect = k2020;
  std::map<std::string, const Json*, std::less<>> anchors;
  std::set<std::string, std::less<>> dynamic;  ///< those of the anchors that are "$dynamicAnchor"
};

/// Where a subschema is. `where` is for messages.
struct Location {
  const Json* schema = nullptr;
  Resource* resource = nullptr;
  std::string where;
  std::size_t depth = 0;
};

/// "schema /items/type must …", for a place inside a schema.
Error schema_error(const std::string& where, const std::string& why);

/// `token` as a step of a JSON pointer.
std::string pointer_step(std::string_view token);

/// All subschemas known so far. Every reference that leads elsewhere makes more of them known.
class Resources {
 public:
  explicit Resources(const SchemaOptions& options) : options_(options) {}

  /// The schema that compilation starts from.
  Result<const Location*> add_root(const Json& schema);

  /// What `reference`, written in `from`, leads to.
  Result<const Location*> resolve(const Location& from, std::string_view reference);

  /// The location of a subschema inside a known schema.
  [[nodiscard]] const Location& at(const Json& schema) const;

  [[nodiscard]] const std::deque<Resource>& all() const { return resources_; }

 private:
  Result<void> add_document(const SchemaDocument& document);
  Result<void> scan(const Location& at);
  Result<void> scan_children(const Location& at);
  Result<void> scan_mixed(const Location& at, const Json& children);
  Result<void> scan_list(const Location& at, const Json& children);
  Result<void> scan_map(const Location& at, const Json& children);
  Result<Resource*> open_resource(const Location& at);
  Result<void> read_anchors(const Location& at);
  Result<Resource*> find_resource(std::string_view uri);
  Result<const Location*> follow_pointer(Resource& resource, const std::string& pointer);

  const SchemaOptions& options_;
  std::deque<Resource> resources_;
  std::map<std::string, Resource*, std::less<>> by_uri_;
  std::set<const Json*> scanned_documents_;
  std::unordered_map<const Json*, Location> locations_;
};

}  // namespace pmx::mcp::schema
