#include "base/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <utility>

template class nlohmann::basic_json<>;

namespace pmx {
namespace {

/// True when brackets nest deeper than `limit`. Looks at bytes only, so that no parser recursion is
/// risked.
bool deeper_than(std::string_view text, std::size_t limit) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > limit) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

/// Builds the document like the default parser, but remembers where it failed instead of throwing.
class Builder : public nlohmann::detail::json_sax_dom_parser<Json> {
 public:
  using Base = nlohmann::detail::json_sax_dom_parser<Json>;
  explicit Builder(Json& document) : Base(document, /*allow_exceptions_=*/false) {}

  template <class Exception>
  bool parse_error(std::size_t position, const std::string& token, const Exception& e) {
    offset = position;
    return Base::parse_error(position, token, e);
  }

  std::size_t offset = 0;
};

/// nlohmann's text of a value: slow, and right about everything.
std::string slow_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// What stands for a byte inside a JSON string.
struct Spelling {
  std::array<char, 2> bytes{};
  std::uint8_t size = 0;  ///< 0: more than a look at the byte is needed
};

constexpr std::array<Spelling, 256> kSpellings = [] {
  std::array<Spelling, 256> table{};
  for (std::size_t c = 0x20; c < 0x80; ++c) table[c] = {{static_cast<char>(c)}, 1};
  for (const auto& [byte, letter] : {std::pair{'"', '"'},
                                     {'\\', '\\'},
                                     {'\b', 'b'},
                                     {'\f', 'f'},
                                     {'\n', 'n'},
                                     {'\r', 'r'},
                                     {'\t', 't'}}) {
    table[static_cast<unsigned char>(byte)] = {{'\\', letter}, 2};
  }
  return table;
}();

/// Whether the eight bytes stand for themselves in JSON: ASCII without quotes, backslashes and
/// control characters. All at once, in one register.
bool is_plain(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  const auto holds = [bytes](char c) {  // sets a high bit where a byte is c
    const std::uint64_t others = bytes ^ (kOnes * static_cast<unsigned char>(c));
    return (others - kOnes) & ~others;
  };
  const std::uint64_t below_blank = bytes - kOnes * ' ';
  return ((bytes | below_blank | holds('"') | holds('\\')) & kHighBits) == 0;
}

/// The bytes of one UTF-8 character at the begin of `text`; 0 when they are none.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (first == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
    if (first == 0xED && byte(1) > 0x9F) return 0;  // half of a surrogate pair
    return follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;  // above U+10FFFF
    return follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

/// Writes JSON text in one pass, by a table: several times as fast as nlohmann, which
/// decodes every character. The same bytes; what is rare is left to it.
class Writer {
 public:
  void write(const Json& value) {
    switch (value.type()) {
      case Json::value_t::object: return write_object(*value.get_ptr<const Json::object_t*>());
      case Json::value_t::array: return write_array(*value.get_ptr<const Json::array_t*>());
      case Json::value_t::string: return write_string(*value.get_ptr<const std::string*>());
      case Json::value_t::boolean: out_ += *value.get_ptr<const bool*>() ? "true" : "false"; return;
      case Json::value_t::null: out_ += "null"; return;
      case Json::value_t::number_integer:
        return write_number(*value.get_ptr<const std::int64_t*>());
      case Json::value_t::number_unsigned:
        return write_number(*value.get_ptr<const std::uint64_t*>());
      default: out_ += slow_text(value);
    }
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void write_object(const Json::object_t& members) {
    out_ += '{';
    bool first = true;
    for (const auto& [key, value] : members) {
      if (!std::exchange(first, false)) out_ += ',';
      write_string(key);
      out_ += ':';
      write(value);
    }
    out_ += '}';
  }

  void write_array(const Json::array_t& elements) {
    out_ += '[';
    bool first = true;
    for (const Json& element : elements) {
      if (!std::exchange(first, false)) out_ += ',';
      write(element);
    }
    out_ += ']';
  }

  template <class Number>
  void write_number(Number number) {
    std::array<char, 24> digits{};
    out_.append(digits.data(),
                std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
  }

  void write_string(const std::string& text) {
    const std::size_t begin = out_.size();
    out_ += '"';
    for (std::size_t i = 0; i < text.size();) {
      i += write_ascii(std::string_view(text).substr(i));
      if (i == text.size()) break;
      const std::size_t size = character_size(std::string_view(text).substr(i));
      if (size == 0) {  // a rare control character, or bytes that are not UTF-8
        out_.resize(begin);
        out_ += slow_text(text);
        return;
      }
      out_.append(text, i, size);
      i += size;
    }
    out_ += '"';
  }

  /// Writes what the table knows; returns how many bytes of `text` that were. Eight bytes at a time
  /// where they are plain, and without a branch for each byte elsewhere: text with many quotes or
  /// line ends costs no more than a look at each eight.
  std::size_t write_ascii(std::string_view text) {
    std::array<char, 4096> block;  // not initialised: what is read was written before
    std::size_t done = 0;
    bool known = true;
    while (known && done < text.size()) {
      const std::size_t end = std::min(text.size(), done + block.size() / 2);
      std::size_t used = 0;
      while (known && done < end) {
        done += copy_plain(text.substr(done, end - done), block.data() + used, used);
        const std::size_t stop = std::min(end, done + sizeof(std::uint64_t));
        while (done < stop) {
          const Spelling& spelling = kSpellings[static_cast<unsigned char>(text[done])];
          known = spelling.size > 0;
          if (!known) break;
          std::memcpy(block.data() + used, spelling.bytes.data(), spelling.bytes.size());
          used += spelling.size;
          ++done;
        }
      }
      out_.append(block.data(), used);
    }
    return done;
  }

  /// Copies the plain eights that `text` begins with to `to` and adds them to `used`; how many
  /// bytes.
  static std::size_t copy_plain(std::string_view text, char* to, std::size_t& used) {
    std::size_t done = 0;
    for (std::uint64_t bytes = 0; text.size() - done >= sizeof bytes; done += sizeof bytes) {
      std::memcpy(&bytes, text.data() + done, sizeof bytes);
      if (!is_plain(bytes)) break;
      std::memcpy(to + done, &bytes, sizeof bytes);
    }
    used += done;
    return done;
  }

  std::string out_;
};

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return Error{Code::kResourceExhausted,
                 "JSON text of " + std::to_string(text.size()) + " bytes exceeds the limit of " +
                     std::to_string(limits.max_bytes),
                 ""};
  }
  if (deeper_than(text, limits.max_depth)) {
    return Error{Code::kResourceExhausted,
                 "JSON nests deeper than " + std::to_string(limits.max_depth) + " levels", ""};
  }
  Json value;
  Builder builder(value);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    return Error{Code::kInvalidArgument, "not valid JSON at byte " + std::to_string(builder.offset),
                 ""};
  }
  return value;
}

std::string dump_json(const Json& value) {
  Writer writer;
  writer.write(value);
  return writer.take();
}

std::string pretty_json(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

const Json* find_member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

std::string_view string_member(const Json& object, std::string_view key) {
  const Json* member = find_member(object, key);
  if (member == nullptr || !member->is_string()) return {};
  return *member->get_ptr<const std::string*>();
}

}  // namespace pmx
