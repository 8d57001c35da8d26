#include "base/crypto.h"

#include <doctest/doctest.h>

#include <set>

namespace crypto = pmx::crypto;
using pmx::Secret;

TEST_CASE("crypto: known answers") {
  CHECK(crypto::hex(crypto::sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(crypto::hex(crypto::sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
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
  for (const std::string& plain :
       {std::string(), std::string("payroll-db"), std::string(10'000, 'x')}) {
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

TEST_CASE("crypto: derived keys are HKDF-SHA-256, so that other programs can derive them too") {
  // RFC 5869, test case 3 (no salt, no info)
  const Secret key(std::string(22, '\x0b'));
  CHECK(crypto::hex(crypto::derive_key(key, "", 42).expose()) ==
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST_CASE("crypto: the same text is never sealed to the same bytes") {
  const Secret key(std::string(32, 'k'));
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(crypto::seal(key, "payroll-db", "row").substr(0, 12));
  CHECK(seen.size() == 1000);
}

TEST_CASE("crypto: a sealed value with any bit flipped or any byte missing does not open") {
  const Secret key(std::string(32, 'k'));
  const std::string sealed = crypto::seal(key, "10.17.4.20", "row");
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string damaged = sealed;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    CHECK_FALSE(crypto::open(key, damaged, "row").ok());
  }
  for (std::size_t size = 0; size < sealed.size(); ++size)
    CHECK_FALSE(crypto::open(key, sealed.substr(0, size), "row").ok());
}

TEST_CASE("crypto: a key of the wrong length opens nothing") {
  const std::string sealed = crypto::seal(Secret(std::string(32, 'k')), "x", "");
  for (const std::size_t size : {0U, 16U, 31U, 33U})
    CHECK_FALSE(crypto::open(Secret(std::string(size, 'k')), sealed, "").ok());
}

TEST_CASE("crypto: base64 keeps every length and every byte") {
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string bytes = crypto::random_bytes(size);
    const std::string text = crypto::base64(bytes);
    CHECK(text.size() == (size + 2) / 3 * 4);
    CHECK(crypto::unbase64(text).value() == bytes);
  }
}

TEST_CASE("crypto: wiped bytes are gone and the length is kept") {
  std::string bytes = "hunter2";
  crypto::wipe(bytes);
  CHECK(bytes == std::string(7, '\0'));
}

TEST_CASE("crypto: base64 with foreign characters or padding in the wrong place is refused") {
  for (const char* bad : {"=", "====", "Z===", "Zg==Zg==", "Zm=v", "Zg==\n\n\n\n", "    Zm9v",
                          "Zm9v\r\n\r\n", "Zm9_", "Zm 9"}) {
    CAPTURE(std::string(bad));
    CHECK(crypto::unbase64(bad).error().code == pmx::Code::kInvalidArgument);
  }
}
