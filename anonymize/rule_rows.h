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

/// How a token may begin, and how many letters, digits and . _ - + it has at least before anything
/// else.
struct TokenHead {
  std::string_view text;
  std::size_t shortest;
};

/// A flag of a program that carries a secret.
struct Flag {
  enum Value {
    kNext,      ///< the next word
    kAttached,  ///< the rest of the flag's own word
    kPair,      ///< behind the colon of the next word
    kPercent,   ///< behind the % of the next word
    kThird,     ///< the third word behind it, and its user is the second
    kUser,      ///< the next word, and it is a user
  };
  std::string_view command;
  char letter;
  Value value;
};

/// A command, and the words behind it before a name; "*" is any word.
struct Argument {
  std::string_view command;
  std::string_view words;
  FieldRule rule;
};

/// A line's first word, and which word is a secret or a user: so many behind `marker`, or behind
/// the first.
struct Directive {
  std::string_view head;
  std::string_view marker;
  std::size_t word;
  FieldRule rule;
};

/// How a program announces a name: what stands before it, what behind it, and what the name is.
struct Phrase {
  std::string_view text;
  FieldRule rule;
};

/// What a word of a row must be for the row to belong to a table.
enum class Proof {
  kNumber,
  kSize,
  kDevice,
  kAttributes,
  kThin,
  kStatus,
  kTerminal,
  kHex,
  kFraction,
  kReady
};

/// A program's table: the words that its header begins with, a column that holds names, and the
/// word of a row that shows that it is one.
struct ProgramTable {
  static constexpr int kLast = -1;
  std::string_view first;
  std::string_view second;  ///< and perhaps a third
  int column;               ///< kLast: the last one
  std::size_t proved_by;
  Proof proof;
  FieldRule rule;
};

}  // namespace pmx::anonymize::rules
