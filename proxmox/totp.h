// Time-based one-time passwords (RFC 6238), as PVE's second factor `totp` checks them: SHA-1, six
// digits, thirty seconds. Pure functions, any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace pmx::proxmox {

/// How long one code is good; PVE takes no code twice.
constexpr std::chrono::seconds kTotpPeriod{30};

/// The raw key in what an authenticator is set up with: base32, blanks allowed, or the whole
/// "otpauth://totp/..." address. kInvalidArgument says what is wrong, never the secret.
Result<Secret> parse_totp_key(std::string_view text);

/// The base32 text of the key in `text`, which parse_totp_key() takes: in one, in capitals.
Secret totp_text(std::string_view text);

/// How people write a base32 text: in one and in groups of four, in capitals and in small letters.
std::vector<Secret> totp_spellings(const Secret& text);

/// Which period `time` lies in.
std::int64_t totp_period(SystemTime time);

/// The six digits of a period.
std::string totp_code(const Secret& key, std::int64_t period);

}  // namespace pmx::proxmox
