#include "anonymize/json_walk.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>

#include "anonymize/bytes.h"
#include "anonymize/engine.h"
#include "anonymize/utf8.h"

namespace pmx::anonymize {
namespace {

/// Where the first byte from `at` on stands that a string does not hold as it is: a quote, a
/// backslash, a control byte; the end when none does.
std::size_t plain_end(std::string_view text, std::size_t at) {
  for (; at + sizeof(Bytes) <= text.size(); at += sizeof(Bytes)) {
    const Bytes bytes = load_vector(text.data() + at);
    const Bytes control = std::bit_cast<Bytes>(bytes < ' ');
    const std::uint32_t marks = bits_of(equal(bytes, '"') | equal(bytes, '\\') | control);
    if (marks != 0) return at + static_cast<std::size_t>(std::countr_zero(marks));
  }
  while (at < text.size() && text[at] != '"' && text[at] != '\\' &&
         static_cast<unsigned char>(text[at]) >= 0x20)
    ++at;
  return at;
}

class Scanner {
 public:
  explicit Scanner(std::string_view json) : json_(json) {}

  Result<JsonStrings> run() {
    if (json_.size() > std::numeric_limits<std::int32_t>::max())
      return Error{Code::kResourceExhausted, "the document is too large", ""};
    bool good = value();
    while (good && !stack_.empty()) good = next();
    blanks();
    if (good && at_ == json_.size()) return std::move(out_);
    return Error{Code::kInvalidArgument, "not valid JSON at byte " + std::to_string(at_), ""};
  }

  /// Whether nothing but an end was missing to the last run.
  [[nodiscard]] bool ended() const { return at_ >= json_.size(); }

 private:
  struct Frame {
    char close;
    std::int32_t object;
    std::int32_t key;
    bool first = true;
  };

  char peek() const { return byte_at(json_, at_); }
  void blanks() {
    while (at_ < json_.size() && is_space(json_[at_])) ++at_;
  }

  bool value() {
    blanks();
    switch (peek()) {
      case '{':
        out_.parents.push_back(stack_.empty() ? -1 : stack_.back().object);
        out_.holders.push_back(stack_.empty() ? -1 : stack_.back().key);
        stack_.push_back({'}', out_.objects++, -1});
        return ++at_, true;
      case '[': {
        const std::int32_t key = stack_.empty() ? -1 : stack_.back().key;
        const std::int32_t object = stack_.empty() ? -1 : stack_.back().object;
        stack_.push_back({']', object, key});
        return ++at_, true;
      }
      case '"': return string(false);
      case 't': return literal("true");
      case 'f': return literal("false");
      case 'n': return literal("null");
      default: return number();
    }
  }

  /// One step inside the innermost container: its end, or a comma and its next member.
  bool next() {
    blanks();
    Frame& frame = stack_.back();
    if (peek() == frame.close) {
      ++at_;
      stack_.pop_back();
      return true;
    }
    if (!frame.first) {
      if (peek() != ',') return false;
      ++at_;
      blanks();
    }
    frame.first = false;
    if (frame.close == ']') return value();
    if (peek() != '"' || !string(true)) return false;
    blanks();
    if (peek() != ':') return false;
    ++at_;
    return value();
  }

  bool string(bool is_key) {
    JsonString found;
    found.begin = static_cast<std::uint32_t>(++at_);
    for (at_ = plain_end(json_, at_); at_ < json_.size() && json_[at_] != '"';
         at_ = plain_end(json_, at_ + 1)) {
      if (json_[at_] != '\\' || !escape()) return false;
      found.escaped = true;
    }
    if (at_ >= json_.size()) return false;
    found.end = static_cast<std::uint32_t>(at_++);
    found.is_key = is_key;
    if (!stack_.empty()) {
      found.object = stack_.back().object;
      if (is_key) stack_.back().key = static_cast<std::int32_t>(out_.strings.size());
      if (!is_key) found.key = stack_.back().key;
    }
    out_.strings.push_back(found);
    return true;
  }

  bool escape() {
    const char kind = byte_at(json_, ++at_);
    if (kind != 'u')
      return kind != '\0' && std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
    for (int i = 0; i < 4; ++i)
      if (!is_hex(byte_at(json_, ++at_))) return false;
    return true;
  }

  bool literal(std::string_view word) {
    const std::string_view here = json_.substr(at_, word.size());
    if (!word.starts_with(here)) return false;
    at_ += here.size();
    return here.size() == word.size();
  }

  bool digits() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ > begin;
  }

  bool number() {
    if (peek() == '-') ++at_;
    const std::size_t begin = at_;
    if (!digits() || (json_[begin] == '0' && at_ - begin > 1)) return false;
    if (peek() == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      return digits();
    }
    return true;
  }

  std::string_view json_;
  std::size_t at_ = 0;
  std::vector<Frame> stack_;
  JsonStrings out_;
};

unsigned hex4(std::string_view text, std::size_t at) {
  unsigned value = 0;
  for (std::size_t i = at; i < at + 4; ++i) value = value * 16 + hex_value(byte_at(text, i));
  return value;
}

/// The code point of the escape at `i`, or of the two that are a surrogate pair; moves behind it.
unsigned code_point(std::string_view raw, std::size_t& i) {
  const unsigned code = hex4(raw, i + 2);
  i += 6;
  const bool high = code >= 0xD800 && code < 0xDC00;
  if (!high || byte_at(raw, i) != '\\' || byte_at(raw, i + 1) != 'u') return code;
  const unsigned low = hex4(raw, i + 2);
  if (low < 0xDC00 || low >= 0xE000) return code;
  i += 6;
  return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
}

}  // namespace

Result<JsonStrings> scan_json(std::string_view json) { return Scanner(json).run(); }

bool begins_document(std::string_view head) {
  Scanner scanner(head);
  return scanner.run().ok() || scanner.ended();
}

Layer json_layer(std::string_view raw) {
  constexpr std::string_view kNames = "bfnrt";
  constexpr std::string_view kBytes = "\b\f\n\r\t";
  Layer layer;
  for (std::size_t i = 0; i < raw.size();) {
    const std::size_t begin = i;
    const char name = byte_at(raw, i + 1);
    if (raw[i] != '\\') {
      layer.text += raw[i++];
    } else if (name == 'u') {
      append_utf8(layer.text, code_point(raw, i));
    } else {
      const std::size_t known = kNames.find(name);
      layer.text += known == std::string_view::npos ? name : kBytes[known];
      i += 2;
    }
    layer.offsets.resize(layer.text.size(), static_cast<std::uint32_t>(begin));
  }
  layer.offsets.push_back(static_cast<std::uint32_t>(raw.size()));
  return layer;
}

std::string json_escape(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t plain = plain_end(text, 0);
  std::string out(text.substr(0, plain));
  for (const char c : text.substr(plain)) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace pmx::anonymize
