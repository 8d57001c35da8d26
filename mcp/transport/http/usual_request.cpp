#include "mcp/transport/http/usual_request.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace pmx::mcp::http {
namespace {

constexpr std::size_t kMaxPath = 1024;
constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxFields = 32;
constexpr std::size_t kUsualFields = 12;
constexpr std::size_t kMaxDigits = 9;

/// A character of a token in lower case; 0 for every other byte (RFC 9110, 5.6.2).
constexpr std::array<char, 256> kTokens = [] {
  std::array<char, 256> table{};
  constexpr std::string_view kPlain = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz";
  for (const char c : kPlain) table[static_cast<unsigned char>(c)] = c;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c - 'a' + 'A')] = c;
  return table;
}();

bool is_plain(char c) { return c >= ' ' && c <= '~'; }

/// The first byte from `at` on that is not printable ASCII. Eight at a time: adding or taking away
/// shows in the highest bit of a byte what is beyond a bound, and a carry can only come from such a
/// one.
const char* end_of_plain(const char* at, const char* end) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  for (; end - at >= 8; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    const std::uint64_t odd = (word - kOnes * ' ') | (word + kOnes) | word;
    if ((odd & (kOnes * 0x80U)) != 0) break;
  }
  while (at != end && is_plain(*at)) ++at;
  return at;
}

bool is_keep_alive(std::string_view value) {
  constexpr std::string_view kWord = "keep-alive";
  return std::equal(value.begin(), value.end(), kWord.begin(), kWord.end(),
                    [](char a, char b) { return kTokens[static_cast<unsigned char>(a)] == b; });
}

class UsualReader {
 public:
  UsualReader(std::string_view text, Received& out)
      : at_(text.data()), end_(text.data() + text.size()), out_(out) {}

  /// Leaves at() behind the empty line; false for what is not usual.
  bool read_head() {
    if (!read_line()) return false;
    std::vector<HttpHeader>& headers = out_.request.headers;
    headers.reserve(kUsualFields);
    while (!take("\r\n")) {
      if (headers.size() == kMaxFields || !read_field(headers.emplace_back())) return false;
    }
    out_.keep_alive = true;
    return hosts_ == 1 && lengths_ == 1;
  }

  [[nodiscard]] const char* at() const { return at_; }
  [[nodiscard]] std::size_t length() const { return length_; }

 private:
  bool take(std::string_view word) {
    const bool here = static_cast<std::size_t>(end_ - at_) >= word.size() &&
                      std::memcmp(at_, word.data(), word.size()) == 0;
    if (here) at_ += word.size();
    return here;
  }

  bool read_line() {
    if (!take("POST ") || at_ == end_ || *at_ != '/') return false;
    const char* const begin = at_;
    const char* stop = begin;
    while (stop != end_ && *stop > ' ' && *stop <= '~' && *stop != '?' && *stop != '#') ++stop;
    const auto size = static_cast<std::size_t>(stop - begin);
    at_ = stop;
    if (size > kMaxPath || !take(" HTTP/1.1\r\n")) return false;
    out_.request.method = "POST";
    out_.request.path.assign(begin, size);
    return true;
  }

  bool read_field(HttpHeader& header) {
    std::array<char, kMaxName> name;
    const auto room = std::min(kMaxName, static_cast<std::size_t>(end_ - at_));
    std::size_t size = 0;
    for (const char* at = at_; size < room; ++size) {
      const char c = kTokens[static_cast<unsigned char>(at[size])];
      if (c == 0) break;
      name[size] = c;
    }
    at_ += size;
    if (size == 0 || !take(":")) return false;
    header.name.assign(name.data(), size);
    const char* value = at_;
    while (value != end_ && *value == ' ') ++value;
    at_ = end_of_plain(value, end_);
    const char* stop = at_;
    while (stop != value && stop[-1] == ' ') --stop;
    header.value.assign(value, static_cast<std::size_t>(stop - value));
    return take("\r\n") && judge(header.name, header.value);
  }

  /// False for what makes a request unusual: it says how the message is framed, or what becomes of
  /// the connection. The length of a name decides most.
  bool judge(std::string_view name, std::string_view value) {
    switch (name.size()) {
      case 2: return name != "te";
      case 4: return name != "host" || read_host(value);
      case 6: return name != "expect";
      case 7: return name != "upgrade" && name != "trailer";
      case 10: return name != "connection" || is_keep_alive(value);
      case 14: return name != "content-length" || read_length(value);
      case 16: return name != "content-encoding" && name != "proxy-connection";
      case 17: return name != "transfer-encoding";
      default: return true;
    }
  }

  bool read_host(std::string_view value) {
    ++hosts_;
    return value.find_first_of(" ,/?#@\\") == std::string_view::npos;
  }

  bool read_length(std::string_view digits) {
    ++lengths_;
    if (digits.empty() || digits.size() > kMaxDigits) return false;
    for (const char c : digits) {
      if (c < '0' || c > '9') return false;
      length_ = 10 * length_ + static_cast<std::size_t>(c - '0');
    }
    return true;
  }

  const char* at_;
  const char* const end_;
  Received& out_;
  std::size_t length_ = 0;
  int hosts_ = 0;
  int lengths_ = 0;
};

}  // namespace

std::size_t read_usual(std::string_view text, const ReadLimits& limits, Received& out) {
  out = {};
  UsualReader reader(text, out);
  if (!reader.read_head()) return 0;
  const auto head = static_cast<std::size_t>(reader.at() - text.data());
  if (head > limits.max_header || reader.length() > limits.max_body) return 0;
  if (text.size() - head < reader.length()) return 0;
  out.request.body.assign(reader.at(), reader.length());
  return head + reader.length();
}

}  // namespace pmx::mcp::http
