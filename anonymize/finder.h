// Who finds values, as an operator who tunes rules wants to be told. Immutable, thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

namespace pmx::anonymize {

enum class Finder : std::uint8_t {
  kNobody,
  kAddress,
  kAnnounced,
  kCommand,
  kContext,
  kDevice,
  kDictionary,
  kDomain,
  kEncoded,
  kField,
  kFileLine,
  kGuarded,
  kHint,
  kLineForm,
  kLogin,
  kMailName,
  kOrganisation,
  kPattern,
  kPem,
  kPhone,
  kSecretForm,
  kTicket,
  kUnsettled,
  kUpid,
  kUrl,
  kUserId,
  kVolume,
};

/// "dictionary", "field", ...
std::string_view finder_name(Finder finder);

/// "known name", ...: why something found by it is replaced.
std::string_view finder_reason(Finder finder);

/// Why something is replaced. `rule` outlives it: the key of a field rule, or FILE:LINE of an
/// operator's pattern.
struct Reason {
  Finder finder = Finder::kNobody;
  std::string_view rule = {};
};

}  // namespace pmx::anonymize
