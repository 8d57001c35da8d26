// What a field's name says about its value: JSON keys, keys of key=value and key: value, long
// options. Field rules win over patterns: cipassword=10.0.0.1 is a secret. Immutable.
#pragma once

#include <cstddef>
#include <string_view>

#include "anonymize/kind.h"

namespace pmx::anonymize {

enum class Treatment {
  kText,       ///< nothing known: free text
  kKeep,       ///< digests and versions: stays byte for byte
  kSecret,     ///< replaced as a whole
  kMaybeKey,   ///< "key": a secret unless it is a plain identifier
  kName,       ///< a name of `kind`
  kNames,      ///< names of `kind` with separators between them
  kGuest,      ///< a guest's name when the object is a guest, a node's when it is a node
  kUserId,     ///< user@realm, or a user
  kHost,       ///< host name, FQDN or address
  kPerson,     ///< a person when it looks like one, else free text
  kPhone,      ///< a telephone number
  kEncoded,    ///< percent-encoded text (sshkeys)
  kPath,       ///< names with slashes between them (zpool/dataset, exports)
  kAclPath,    ///< the same behind a word of PVE ("/storage/NAME")
  kReference,  ///< a name behind +, dc/ or guest/ (firewall), a node, an address
  kSerial,     ///< what a device or an installation is known by
  kDn,         ///< a distinguished name
  kKeyring,    ///< a key, or the path of a file with keys
};

struct FieldRule {
  Treatment treatment = Treatment::kText;
  Kind kind = Kind::kName;
  std::string_view secret;    ///< the word in [secret:...]
  bool teaches = false;       ///< also in free text an unknown value after it is a name
  std::string_view key = {};  ///< by which the rule was found, as the rules spell it
};

/// The rule of a field in any letter case, and in camel case (clientSecret is client-secret).
FieldRule field_rule(std::string_view key);

/// Whether a rule hides values as [secret:word].
bool is_secret_word(std::string_view word);

/// Whether this folder writes [secret:word], by a rule, by a shape or by a dropped class.
bool is_placeholder_word(std::string_view word);

/// The end of [secret:word] at `at`, or `at`. Only our own words are trusted; a name in such
/// brackets is still a name.
std::size_t placeholder_end(std::string_view text, std::size_t at);

}  // namespace pmx::anonymize
