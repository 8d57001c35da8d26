#include "mcp/schema/dialect.h"

#include <algorithm>
#include <array>

namespace pmx::mcp::schema {
namespace {

constexpr unsigned kBoth = kDraft7 | k2020;

// In alphabetical order.
constexpr std::array kKeywords{
    Keyword{"$anchor", k2020, Shape::kValue},
    Keyword{"$comment", kBoth, Shape::kValue},
    Keyword{"$defs", k2020, Shape::kMap},
    Keyword{"$dynamicAnchor", k2020, Shape::kValue},
    Keyword{"$dynamicRef", k2020, Shape::kValue},
    Keyword{"$id", kBoth, Shape::kValue},
    Keyword{"$ref", kBoth, Shape::kValue},
    Keyword{"$schema", kBoth, Shape::kValue},
    Keyword{"$vocabulary", k2020, Shape::kValue},
    Keyword{"additionalItems", kDraft7, Shape::kSchema},
    Keyword{"additionalProperties", kBoth, Shape::kSchema},
    Keyword{"allOf", kBoth, Shape::kList},
    Keyword{"anyOf", kBoth, Shape::kList},
    Keyword{"const", kBoth, Shape::kValue},
    Keyword{"contains", kBoth, Shape::kSchema},
    Keyword{"contentEncoding", kBoth, Shape::kValue},
    Keyword{"contentMediaType", kBoth, Shape::kValue},
    Keyword{"contentSchema", k2020, Shape::kSchema},
    Keyword{"default", kBoth, Shape::kValue},
    Keyword{"definitions", kBoth, Shape::kMap},
    Keyword{"dependencies", kBoth, Shape::kMixedMap},
    Keyword{"dependentRequired", k2020, Shape::kValue},
    Keyword{"dependentSchemas", k2020, Shape::kMap},
    Keyword{"deprecated", k2020, Shape::kValue},
    Keyword{"description", kBoth, Shape::kValue},
    Keyword{"else", kBoth, Shape::kSchema},
    Keyword{"enum", kBoth, Shape::kValue},
    Keyword{"examples", kBoth, Shape::kValue},
    Keyword{"exclusiveMaximum", kBoth, Shape::kValue},
    Keyword{"exclusiveMinimum", kBoth, Shape::kValue},
    Keyword{"format", kBoth, Shape::kValue},
    Keyword{"if", kBoth, Shape::kSchema},
    Keyword{"items", kBoth, Shape::kListOrOne},
    Keyword{"maxContains", k2020, Shape::kValue},
    Keyword{"maxItems", kBoth, Shape::kValue},
    Keyword{"maxLength", kBoth, Shape::kValue},
    Keyword{"maxProperties", kBoth, Shape::kValue},
    Keyword{"maximum", kBoth, Shape::kValue},
    Keyword{"minContains", k2020, Shape::kValue},
    Keyword{"minItems", kBoth, Shape::kValue},
    Keyword{"minLength", kBoth, Shape::kValue},
    Keyword{"minProperties", kBoth, Shape::kValue},
    Keyword{"minimum", kBoth, Shape::kValue},
    Keyword{"multipleOf", kBoth, Shape::kValue},
    Keyword{"not", kBoth, Shape::kSchema},
    Keyword{"oneOf", kBoth, Shape::kList},
    Keyword{"pattern", kBoth, Shape::kValue},
    Keyword{"patternProperties", kBoth, Shape::kMap},
    Keyword{"prefixItems", k2020, Shape::kList},
    Keyword{"properties", kBoth, Shape::kMap},
    Keyword{"propertyNames", kBoth, Shape::kSchema},
    Keyword{"readOnly", kBoth, Shape::kValue},
    Keyword{"required", kBoth, Shape::kValue},
    Keyword{"then", kBoth, Shape::kSchema},
    Keyword{"title", kBoth, Shape::kValue},
    Keyword{"type", kBoth, Shape::kValue},
    Keyword{"unevaluatedItems", k2020, Shape::kSchema},
    Keyword{"unevaluatedProperties", k2020, Shape::kSchema},
    Keyword{"uniqueItems", kBoth, Shape::kValue},
    Keyword{"writeOnly", kBoth, Shape::kValue},
};

constexpr bool by_name(const Keyword& a, const Keyword& b) { return a.name < b.name; }
static_assert(std::is_sorted(kKeywords.begin(), kKeywords.end(), by_name));

}  // namespace

const Keyword* find_keyword(Dialect dialect, std::string_view name) {
  const auto found =
      std::lower_bound(kKeywords.begin(), kKeywords.end(), Keyword{name, 0, {}}, by_name);
  if (found == kKeywords.end() || found->name != name) return nullptr;
  return (found->dialects & dialect) != 0 ? &*found : nullptr;
}

std::optional<Dialect> find_dialect(std::string_view uri) {
  if (uri.ends_with('#')) uri.remove_suffix(1);
  if (uri == "https://json-schema.org/draft/2020-12/schema") return k2020;
  if (uri == "http://json-schema.org/draft-07/schema") return kDraft7;
  if (uri == "https://json-schema.org/draft-07/schema") return kDraft7;
  return std::nullopt;
}

}  // namespace pmx::mcp::schema
