// Finds sensitive values in text and says by what to replace them. One walk over the bytes; at
// every place where a word begins the recognizers are asked in the order of their precedence
// (frames, fields, own pseudonyms, secrets, addresses, user ids, domains, names). Each looks only
// as far ahead as its own value reaches. The text itself is not touched: the result is a list of
// edits, so that layers around it (JSON escapes, percent-encoding) keep every byte outside of them.
// Thread-confined to the call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "anonymize/dictionary.h"
#include "anonymize/field_rules.h"
#include "anonymize/pseudonym.h"
#include "anonymize/resolve.h"
#include "base/secret.h"

namespace pmx::anonymize {

/// Replace text[begin, end) by `text`.
struct Edit {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;
};

/// A decoded text with the place of every byte in its encoded form (and of the end).
struct Layer {
  std::string text;
  std::vector<std::uint32_t> offsets;
};

/// text with its edits (sorted, disjoint).
std::string apply_edits(std::string_view text, const std::vector<Edit>& edits);

/// Decodes %XX and keeps what is no escape.
Layer percent_layer(std::string_view text);

class Rewriter {
 public:
  Rewriter(const Scheme& scheme, const Dictionary& dictionary, Resolver& resolver,
           const std::vector<Secret>& guarded)
      : scheme_(scheme), dictionary_(dictionary), resolver_(resolver), guarded_(guarded) {}

  /// Edits for free text, sorted and disjoint. An unknown name in it is replaced but not learned.
  std::vector<Edit> text(std::string_view text) {
    const FreeText free(resolver_);
    return scan_layer(text, nullptr, 0);
  }

  /// While it lives, fields teach nothing either.
  [[nodiscard]] FreeText free_text() { return FreeText(resolver_); }

  /// Edits for the value of a field. `guest` is the kind of a name in this object.
  std::vector<Edit> field(std::string_view value, const FieldRule& rule, Kind guest);

  /// Edits for a JSON key: only strong names and what has its own shape.
  std::vector<Edit> key(std::string_view key);

  /// The pseudonym of one whole value of a known kind: host names with a domain by label, user ids
  /// and tokens by part, just as they are replaced in text.
  std::string value(Kind kind, std::string_view value);

  /// Whether value() replaces it by part.
  [[nodiscard]] bool is_compound(Kind kind, std::string_view value) const;

  /// Makes a person known in all spellings of the name.
  void learn_person(std::string_view name);

  /// Whether a field's value has the form of a name that may enter the dictionary.
  [[nodiscard]] bool is_name(std::string_view value, Kind kind) const;

 private:
  struct Scan {
    std::string_view text;
    std::vector<Edit> edits;
    const Layer* layer = nullptr;  ///< set inside a percent-decoded token
    unsigned depth = 0;
    std::size_t at = 0;
    std::size_t run_begin = 0;
    std::size_t run_end = 0;     ///< of letters, digits and . _ - +
    bool run_dotted = false;     ///< the run has a dot
    bool has_percent = false;    ///< the text has a %
    std::size_t next_angle = 0;  ///< where the next < stands, once asked for
    std::size_t token_end = 0;   ///< of what is free of blanks and quotes
    std::size_t header_end = 0;  ///< of the last run that began like a web token
    std::size_t claims_end = 0;  ///< of the run behind its dot, 0 without
    std::vector<Edit> guarded;   ///< places of guarded secrets, in order
    std::size_t next_guarded = 0;

    /// Notes an edit and moves behind it.
    bool replace(std::size_t begin, std::size_t end, std::string with);
    /// Moves on without an edit.
    bool skip(std::size_t end) { return at = end, true; }
  };
  /// How a value is quoted: "x" or, one layer deeper, \"x\".
  struct Quote {
    char mark = '\0';
    std::size_t backslashes = 0;
  };
  using Recognizer = bool (Rewriter::*)(Scan&);

  std::vector<Edit> scan_layer(std::string_view text, const Layer* layer, unsigned depth);
  void find_guarded(Scan& scan) const;
  void step(Scan& scan);
  bool at_run(Scan& scan);
  bool at_word(Scan& scan);
  bool at_punctuation(Scan& scan);

  // rewrite.cpp
  bool percent_token(Scan& scan);
  static bool placeholder(Scan& scan);
  bool address(Scan& scan);
  bool ipv6(Scan& scan);
  // frames.cpp
  bool upid(Scan& scan);
  bool ticket(Scan& scan);
  bool volume(Scan& scan);
  bool snippet_file(Scan& scan, std::size_t begin);
  bool url_credentials(Scan& scan);
  bool pem(Scan& scan);
  // secrets.cpp
  bool key_value(Scan& scan);
  bool secret_shape(Scan& scan);
  static bool web_token(Scan& scan);
  bool hash_shape(Scan& scan);
  static Quote take_quote(std::string_view text, std::size_t& at);
  bool secret_value(Scan& scan, std::size_t from, std::string_view word);
  [[nodiscard]] std::size_t value_end(const Scan& scan, std::size_t from, Quote quote) const;
  // names.cpp
  bool own_pseudonym(Scan& scan);
  bool user_id(Scan& scan);
  bool in_context(Scan& scan);
  bool dictionary_name(Scan& scan);
  bool context_name(Scan& scan, std::size_t from, Kind kind, bool teaches);
  std::vector<Edit> typed_text(std::string_view value);
  std::string user_text(std::string_view user_id);
  // phones.cpp
  bool phone(Scan& scan);
  bool announced_phone(Scan& scan);
  bool phone_number(Scan& scan, std::size_t begin, std::size_t end);
  static std::size_t announced_end(std::string_view text, std::size_t at, bool assigned);
  std::vector<Edit> phone_field(std::string_view value);
  // organisations.cpp
  bool organisation(Scan& scan);
  [[nodiscard]] std::size_t owner_end(std::string_view text, std::size_t at) const;
  bool contract_number(Scan& scan, std::size_t at);
  // people.cpp
  bool display_name(Scan& scan);
  // domains.cpp
  bool fqdn(Scan& scan);
  /// acme-widgets.de belongs to "Acme Widgets".
  void learn_owner(std::string_view label);
  std::string domain_text(std::string_view name, std::size_t suffix_labels);
  [[nodiscard]] std::size_t sensitive_suffix(std::string_view name) const;

  const Scheme& scheme_;
  const Dictionary& dictionary_;
  Resolver& resolver_;
  const std::vector<Secret>& guarded_;
};

}  // namespace pmx::anonymize
