// The few cryptographic primitives the product needs, over OpenSSL's libcrypto. Thread-safe,
// stateless.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace pmx::crypto {

/// 32 raw bytes of SHA-256.
std::string sha256(std::string_view data);

/// 20 raw bytes of SHA-1: the digests by which PVE tells versions of a file apart. Guards nothing.
std::string sha1(std::string_view data);

/// 32 raw bytes of HMAC-SHA-256.
std::string hmac_sha256(std::string_view key, std::string_view data);

/// `length` bytes derived from `key` by HKDF-SHA-256 with the purpose as info: one subkey per
/// purpose.
Secret derive_key(const Secret& key, std::string_view purpose, std::size_t length = 32);

/// `count` bytes from the system's generator; aborts when it fails, for nothing safe can follow.
std::string random_bytes(std::size_t count);

/// Compares in time that depends on the lengths only.
bool equal_constant_time(std::string_view a, std::string_view b);

/// Overwrites the bytes with zeros, in a way no optimiser removes. The size stays.
void wipe(std::string& bytes) noexcept;

/// AES-256-GCM: nonce || ciphertext || tag, with `context` authenticated and not stored. `key` is
/// 32 bytes.
std::string seal(const Secret& key, std::string_view plain, std::string_view context);

/// Undoes seal(); kInvalidArgument when key, context or bytes do not fit.
Result<std::string> open(const Secret& key, std::string_view sealed, std::string_view context);

/// Lower-case hexadecimal.
std::string hex(std::string_view bytes);

/// Standard base64 with padding, on one line.
std::string base64(std::string_view bytes);

/// Decodes standard base64 (padding required); kInvalidArgument otherwise.
Result<std::string> unbase64(std::string_view text);

}  // namespace pmx::crypto
