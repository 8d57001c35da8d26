// A self-signed certificate, made in memory at start. Named file for OpenSSL.
#pragma once

#include <string>

#include "base/result.h"

namespace pmx::sim {

/// What a TLS server needs and what a client pins.
struct Certificate {
  std::string certificate_pem;
  std::string key_pem;
  std::string fingerprint;  ///< SHA-256 of the DER form: "AB:CD:..."
};

/// An EC P-256 certificate for `address` (an IP address) and localhost, valid for a year; or one
/// that ends in `lifetime` seconds, which may be negative: then it has expired.
Result<Certificate> make_certificate(const std::string& address, long lifetime = 365L * 86400L);

}  // namespace pmx::sim
