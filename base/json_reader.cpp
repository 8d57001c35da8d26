#include "base/json_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

#include "base/json_text.h"

namespace pmx {
namespace {

/// Every reading member leaves off behind what it read; false means that nlohmann is to judge.
class Reader {
 public:
  Reader(std::string_view text, std::size_t max_depth)
      : at_(text.data()), end_(text.data() + text.size()), levels_left_(max_depth) {}

  bool read_document(Json& into) {
    if (!read_value(into)) return false;
    skip_blanks();
    return at_ == end_;
  }

 private:
  /// What `into` held is replaced: the last of equal keys counts.
  bool read_value(Json& into) {
    skip_blanks();
    if (at_ == end_) return false;
    switch (*at_) {
      case '{': return read_object(into);
      case '[': return read_array(into);
      case '"':
        into = Json::value_t::string;
        return read_string(*into.get_ptr<std::string*>());
      case 't': return read_word("true", true, into);
      case 'f': return read_word("false", false, into);
      case 'n': return read_word("null", nullptr, into);
      default: return read_number(into);
    }
  }

  bool read_object(Json& into) {
    if (!begin_level()) return false;
    into = Json::value_t::object;
    auto& members = *into.get_ptr<Json::object_t*>();
    if (takes('}')) return end_level();
    do {
      skip_blanks();
      std::string key;
      if (at_ == end_ || *at_ != '"' || !read_string(key) || !takes(':')) return false;
      // Sorted text, as we write it ourselves, needs no search.
      if (!read_value(members.try_emplace(members.end(), std::move(key))->second)) return false;
    } while (takes(','));
    return takes('}') && end_level();
  }

  bool read_array(Json& into) {
    if (!begin_level()) return false;
    into = Json::value_t::array;
    auto& elements = *into.get_ptr<Json::array_t*>();
    if (takes(']')) return end_level();
    do {
      if (!read_value(elements.emplace_back())) return false;
    } while (takes(','));
    return takes(']') && end_level();
  }

  /// `out` is empty.
  bool read_string(std::string& out) {
    ++at_;
    while (true) {
      const char* begin = at_;
      skip_text();
      out.append(begin, at_);
      if (at_ == end_) return false;
      if (*at_ == '"') {
        ++at_;
        return true;
      }
      if (*at_ != '\\' || !read_escape(out)) return false;
    }
  }

  /// To the next byte of a string that does not stand for itself.
  void skip_text() {
    while (true) {
      skip_plain();
      const std::size_t size = json_text::character_size(rest());
      if (size < 2) return;
      at_ += size;
    }
  }

  void skip_plain() {
    constexpr std::size_t kEight = 8;
    while (rest().size() >= kEight) {
      const std::size_t plain = json_text::plain_bytes(json_text::eight_bytes(rest()));
      at_ += plain;
      if (plain < kEight) return;
    }
    while (at_ != end_ && *at_ >= ' ' && *at_ != '"' && *at_ != '\\') ++at_;
  }

  bool read_escape(std::string& out) {
    ++at_;
    if (at_ == end_) return false;
    switch (*at_++) {
      case '"': out += '"'; return true;
      case '\\': out += '\\'; return true;
      case '/': out += '/'; return true;
      case 'b': out += '\b'; return true;
      case 'f': out += '\f'; return true;
      case 'n': out += '\n'; return true;
      case 'r': out += '\r'; return true;
      case 't': out += '\t'; return true;
      case 'u': return read_code_point(out);
      default: return false;
    }
  }

  /// Four hexadecimal digits, or two times four for what UTF-16 needs a pair for.
  bool read_code_point(std::string& out) {
    constexpr std::uint32_t kHigh = 0xD800;
    constexpr std::uint32_t kLow = 0xDC00;
    constexpr std::uint32_t kBehind = 0xE000;
    std::uint32_t code = 0;
    if (!read_digits(code)) return false;
    if (code >= kHigh && code < kBehind) {
      std::uint32_t low = 0;
      const bool pair = code < kLow && rest().starts_with("\\u");
      if (pair) at_ += 2;
      if (!pair || !read_digits(low) || low < kLow || low >= kBehind) return false;
      code = 0x10000 + ((code - kHigh) << 10) + (low - kLow);
    }
    append_utf8(out, code);
    return true;
  }

  bool read_digits(std::uint32_t& code) {
    constexpr std::size_t kDigits = 4;
    if (rest().size() < kDigits) return false;
    const auto [stop, failed] = std::from_chars(at_, at_ + kDigits, code, 16);
    if (failed != std::errc() || stop != at_ + kDigits) return false;
    at_ += kDigits;
    return true;
  }

  static void append_utf8(std::string& out, std::uint32_t code) {
    const auto add = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    const auto follow = [&](unsigned shift) { add(0x80 | ((code >> shift) & 0x3F)); };
    if (code < 0x80) return add(code);
    if (code < 0x800) {
      add(0xC0 | (code >> 6));
    } else if (code < 0x10000) {
      add(0xE0 | (code >> 12));
      follow(6);
    } else {
      add(0xF0 | (code >> 18));
      follow(12);
      follow(6);
    }
    follow(0);
  }

  bool read_number(Json& into) {
    const char* begin = at_;
    const bool negative = *at_ == '-';
    if (negative) ++at_;
    const bool zero = at_ != end_ && *at_ == '0';
    const std::size_t digits = skip_digits();
    if (digits == 0 || (zero && digits > 1)) return false;
    const bool fraction = at_ != end_ && *at_ == '.';
    if (fraction) {
      ++at_;
      if (skip_digits() == 0) return false;
    }
    const bool exponent = at_ != end_ && (*at_ == 'e' || *at_ == 'E');
    if (exponent) {
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      if (skip_digits() == 0) return false;
    }
    if (fraction || exponent) return take_number<double>(begin, into);
    return negative ? take_number<std::int64_t>(begin, into)
                    : take_number<std::uint64_t>(begin, into);
  }

  template <class Number>
  bool take_number(const char* begin, Json& into) {
    Number number{};
    const auto [stop, failed] = std::from_chars(begin, at_, number);
    if (failed != std::errc() || stop != at_) return false;
    into = number;
    return true;
  }

  std::size_t skip_digits() {
    const char* begin = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
    return static_cast<std::size_t>(at_ - begin);
  }

  bool read_word(std::string_view word, const Json& value, Json& into) {
    if (!rest().starts_with(word)) return false;
    at_ += word.size();
    into = value;
    return true;
  }

  bool begin_level() {
    if (levels_left_ == 0) return false;
    --levels_left_;
    ++at_;
    return true;
  }

  bool end_level() {
    ++levels_left_;
    return true;
  }

  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  /// Whether the next mark is this one, which is then behind us.
  bool takes(char mark) {
    skip_blanks();
    if (at_ == end_ || *at_ != mark) return false;
    ++at_;
    return true;
  }

  [[nodiscard]] std::string_view rest() const {
    return {at_, static_cast<std::size_t>(end_ - at_)};
  }

  const char* at_;
  const char* const end_;
  std::size_t levels_left_;
};

}  // namespace

std::optional<Json> read_json(std::string_view text, std::size_t max_depth) {
  // A level is a call inside a call; nlohmann needs no stack for what nests deeper.
  constexpr std::size_t kDeepest = 256;
  std::optional<Json> document(std::in_place);
  if (!Reader(text, std::min(max_depth, kDeepest)).read_document(*document)) document.reset();
  return document;
}

}  // namespace pmx
