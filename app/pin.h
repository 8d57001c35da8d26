// Writing a certificate's fingerprint into a configuration file, and nothing else: comments, order
// and spelling of the file stay as they are. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/config_file.h"

namespace pmx::app {

/// Where the file names an address: "/clusters/home" or "/clusters/home/endpoints/0".
struct PinPlace {
  std::string pointer;
  std::string pinned;  ///< its fingerprint as it stands there; empty = none
};

/// The places whose url has this host and port ("https://HOST:PORT").
std::vector<PinPlace> places_of(const ConfigDocument& document, std::string_view url);

/// The text with `pin` as the fingerprint of the place. kFailedPrecondition when its form is not
/// one that can be changed safely: the result was read again and says something else.
Result<std::string> pinned_text(std::string_view text, const ConfigDocument& document,
                                const PinPlace& place, const std::string& pin);

}  // namespace pmx::app
