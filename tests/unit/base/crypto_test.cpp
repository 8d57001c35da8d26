#include "base/crypto.h"

#include <doctest/doctest.h>

namespace crypto = pmx::crypto;
using pmx::Secret;

TEST_CASE("crypto: known answers") {
  CHECK(crypto::hex(crypto::sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, test case 2
  CHECK(crypto::hex(crypto::hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("crypto: derived keys differ by purpose and repeat") {
  const Secret key(std::string(32, 'k'));
  CHECK(crypto::derive_key(key, "a").expose() == crypto::derive_key(key, "a").expose());
  CHECK(crypto::derive_key(key, "a").expose() != crypto::derive_key(key, "b").expose());
  CHECK(crypto::derive_key(key, "a", 64).expose().size() == 64);
}

TEST_CASE("crypto: sealed values open only with their key, context and bytes") {
  const Secret key(crypto::random_bytes(32));
  const Secret other(crypto::random_bytes(32));
  for (const std::string& plain : {std::string(), std::string("payroll-db"), std::string(10'000, 'x')}) {
    const std::string sealed = crypto::seal(key, plain, "row 1");
    CHECK(crypto::open(key, sealed, "row 1").value() == plain);
    CHECK_FALSE(crypto::open(other, sealed, "row 1").ok());
    CHECK_FALSE(crypto::open(key, sealed, "row 2").ok());
    std::string damaged = sealed;
    damaged.back() = static_cast<char>(damaged.back() ^ 1);
    CHECK_FALSE(crypto::open(key, damaged, "row 1").ok());
  }
  CHECK_FALSE(crypto::open(key, "short", "").ok());
}

TEST_CASE("crypto: base64 round trip and refusals") {
  for (const char* text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
    CHECK(crypto::unbase64(crypto::base64(text)).value() == text);
  }
  CHECK(crypto::base64("fooba") == "Zm9vYmE=");
  for (const char* bad : {"Zg", "Zm9v!mE=", "Zg="}) CHECK_FALSE(crypto::unbase64(bad).ok());
}

TEST_CASE("crypto: constant-time comparison compares") {
  CHECK(crypto::equal_constant_time("abc", "abc"));
  CHECK_FALSE(crypto::equal_constant_time("abc", "abd"));
  CHECK_FALSE(crypto::equal_constant_time("abc", "ab"));
}
