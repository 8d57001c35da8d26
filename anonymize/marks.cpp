#include "anonymize/marks.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include "anonymize/bytes.h"
#include "anonymize/chars.h"

namespace pmx::anonymize {
namespace {

constexpr std::size_t kStep = sizeof(Bytes);

/// Of 16 bytes from `from` on, behind which one more can be read: where a mark may begin.
std::uint32_t may_begin(const char* from) {
  const Bytes first = load_vector(from);
  const Bytes next = load_vector(from + 1);
  const auto pair = [&](char a, char b) { return equal(first, a) & equal(next, b); };
  const Bytes quote = equal(next, '\'') | equal(next, '"');
  const Bytes behind_blank = quote | equal(next, 'N') | equal(next, '=');
  const Bytes digit = std::bit_cast<Bytes>((first - '0') < 10);
  return bits_of((equal(first, ' ') & behind_blank) | (digit & equal(next, '/')) | pair('/', 'h') |
                 pair('/', 'd') | pair('[', 'p') |
                 pair('`', '-') | pair('o', 'd') | pair('w', 'o') | pair('S', 'N') |
                 pair('=', '1') | pair('\n', ' ') | pair('\'', ','));
}

}  // namespace

Marks::Marks(std::string_view text) {
  const auto note_all = [&](std::size_t at, std::uint32_t bits) {
    for (; bits != 0; bits &= bits - 1)
      note(text, at + static_cast<std::size_t>(std::countr_zero(bits)));
  };
  std::size_t at = 0;
  for (; at + kStep < text.size(); at += kStep) note_all(at, may_begin(text.data() + at));
  char rest[kStep + 1] = {};
  std::memcpy(rest, text.data() + at, text.size() - at);
  note_all(at, may_begin(rest));
}

void Marks::note(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at, 4);
  switch (rest[0]) {
    case ' ': {
      const Kind kind = rest[1] == '\''  ? kQuoted
                        : rest[1] == '"' ? kDoublyQuoted
                        : rest[1] == 'N' ? kName
                                         : kEquals;
      return add(kind, kind == kName || kind == kEquals ? at : at + 1);
    }
    case '/':
      if (rest[1] == 'h') return add(kHome, at);
      return rest == "/dev" ? add(kDevice, at) : void();
    case '[': return rest == "[pri" ? add(kPrivileged, at) : void();
    case '`': return add(kBranch, at);
    case 'S': return add(kSerial, at);
    case 'o': return rest == "ode " ? add(kNode, at) : void();
    case 'w': return rest.starts_with("wor") ? add(kWord, at) : void();
    case '=': return rest.starts_with("=1:") ? add(kClient, at) : void();
    case '\n': return rest.starts_with("\n k") ? add(kIndented, at) : void();
    case '\'': return rest.starts_with("','") ? add(kComma, at) : void();
    default: return is_digit(byte_at(text, at + 2)) ? add(kSlash, at + 1) : void();
  }
}

}  // namespace pmx::anonymize
