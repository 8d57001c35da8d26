// The rows of the tables that rules/*.yml are compiled to; tools/rule_tables.py says which table
// has which. Immutable.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "anonymize/field_rules.h"
#include "anonymize/kind.h"

namespace pmx::anonymize::rules {

/// What the value behind a word is.
struct RuledWord {
  std::string_view word;
  FieldRule rule;
};

/// Of which class the name behind a word is.
struct ClassedWord {
  std::string_view word;
  Kind kind;
};

/// A service where knowing the URL is all it takes to post.
struct Webhook {
  std::string_view host;
  std::string_view path;
};

}  // namespace pmx::anonymize::rules
