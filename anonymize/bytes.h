// 16 bytes at once, as the compiler's vectors hold them: what is asked of each is answered by all
// ones or all zeros in its place. Stateless.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pmx::anonymize {

using Bytes [[gnu::vector_size(16)]] = unsigned char;

/// The 16 bytes from `from` on.
inline Bytes load_vector(const char* from) {
  Bytes bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return bytes;
}

/// Where the bytes are `c`.
inline Bytes equal(Bytes bytes, char c) {
  return std::bit_cast<Bytes>(bytes == static_cast<unsigned char>(c));
}

/// One bit for each of 16 bytes that are all ones or all zeros.
inline std::uint32_t bits_of(Bytes bytes) {
#if defined(__SSE2__)
  return static_cast<std::uint32_t>(_mm_movemask_epi8(std::bit_cast<__m128i>(bytes)));
#else
  std::uint32_t out = 0;
  for (unsigned i = 0; i < 16; ++i) out |= (bytes[i] & 1U) << i;
  return out;
#endif
}

}  // namespace pmx::anonymize
