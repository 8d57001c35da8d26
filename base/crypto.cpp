#include "base/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace pmx::crypto {
namespace {

template <auto F>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    F(pointer);
  }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Free<EVP_CIPHER_CTX_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;

constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

/// libcrypto fails here only when memory or the provider is gone; going on would produce
/// unprotected data.
void must(bool ok) {
  if (!ok) std::abort();
}

/// Found once: libcrypto looks an algorithm up by its name for each digest otherwise, which costs
/// more than the digest.
const EVP_MD* sha256_method() {
  static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  must(method != nullptr);
  return method;
}

}  // namespace

std::string sha256(std::string_view data) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  unsigned int length = 0;
  must(EVP_Digest(data.data(), data.size(), bytes_of(digest), &length, sha256_method(), nullptr) ==
       1);
  return digest;
}

std::string sha1(std::string_view data) {
  std::string digest(SHA_DIGEST_LENGTH, '\0');
  unsigned int length = 0;
  must(EVP_Digest(data.data(), data.size(), bytes_of(digest), &length, EVP_sha1(), nullptr) == 1);
  return digest;
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
  std::string mac(SHA256_DIGEST_LENGTH, '\0');
  unsigned int length = 0;
  must(HMAC(sha256_method(), key.data(), static_cast<int>(key.size()), bytes_of(data), data.size(),
            bytes_of(mac), &length) != nullptr);
  return mac;
}

Secret derive_key(const Secret& key, std::string_view purpose, std::size_t length) {
  KeyContext context(EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr));
  must(context != nullptr && EVP_PKEY_derive_init(context.get()) == 1);
  must(EVP_PKEY_CTX_set_hkdf_md(context.get(), EVP_sha256()) == 1);
  must(EVP_PKEY_CTX_set1_hkdf_key(context.get(), bytes_of(key.expose()),
                                  static_cast<int>(key.expose().size())) == 1);
  must(EVP_PKEY_CTX_add1_hkdf_info(context.get(), bytes_of(purpose),
                                   static_cast<int>(purpose.size())) == 1);
  std::string derived(length, '\0');
  must(EVP_PKEY_derive(context.get(), bytes_of(derived), &length) == 1);
  return Secret(std::move(derived));
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  must(RAND_bytes(bytes_of(bytes), static_cast<int>(count)) == 1);
  return bytes;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::string& bytes) noexcept { OPENSSL_cleanse(bytes.data(), bytes.size()); }

std::string seal(const Secret& key, std::string_view plain, std::string_view context) {
  const std::string nonce = random_bytes(kNonce);
  std::string sealed(kNonce + plain.size() + kTag, '\0');
  sealed.replace(0, kNonce, nonce);
  CipherContext cipher(EVP_CIPHER_CTX_new());
  int written = 0;
  must(cipher != nullptr && key.expose().size() == 32);
  must(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key.expose()),
                          bytes_of(nonce)) == 1);
  must(EVP_EncryptUpdate(cipher.get(), nullptr, &written, bytes_of(context),
                         static_cast<int>(context.size())) == 1);
  must(EVP_EncryptUpdate(cipher.get(), bytes_of(sealed) + kNonce, &written, bytes_of(plain),
                         static_cast<int>(plain.size())) == 1);
  must(EVP_EncryptFinal_ex(cipher.get(), bytes_of(sealed) + kNonce + written, &written) == 1);
  must(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTag,
                           bytes_of(sealed) + kNonce + plain.size()) == 1);
  return sealed;
}

Result<std::string> open(const Secret& key, std::string_view sealed, std::string_view context) {
  const Error bad{Code::kInvalidArgument, "sealed value does not verify", ""};
  if (sealed.size() < kNonce + kTag || key.expose().size() != 32) return bad;
  const std::string_view body = sealed.substr(kNonce, sealed.size() - kNonce - kTag);
  std::string tag(sealed.substr(sealed.size() - kTag));
  std::string plain(body.size(), '\0');
  CipherContext cipher(EVP_CIPHER_CTX_new());
  int written = 0;
  must(cipher != nullptr);
  must(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key.expose()),
                          bytes_of(sealed)) == 1);
  must(EVP_DecryptUpdate(cipher.get(), nullptr, &written, bytes_of(context),
                         static_cast<int>(context.size())) == 1);
  must(EVP_DecryptUpdate(cipher.get(), bytes_of(plain), &written, bytes_of(body),
                         static_cast<int>(body.size())) == 1);
  must(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1);
  if (EVP_DecryptFinal_ex(cipher.get(), bytes_of(plain) + written, &written) != 1) return bad;
  return plain;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(bytes_of(text), bytes_of(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

Result<std::string> unbase64(std::string_view text) {
  const Error bad{Code::kInvalidArgument, "not valid base64", ""};
  // OpenSSL alone would skip blanks around the text and take padding anywhere for zero bits.
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t end = std::min(text.find_first_not_of(kAlphabet), text.size());
  const std::size_t padding = text.size() - end;
  if (text.size() % 4 != 0 || padding > 2) return bad;
  if (text.find_first_not_of('=', end) != std::string_view::npos) return bad;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int length =
      EVP_DecodeBlock(bytes_of(bytes), bytes_of(text), static_cast<int>(text.size()));
  if (length < 0) return bad;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

}  // namespace pmx::crypto
