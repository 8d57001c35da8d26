#include "base/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/json_reader.h"
#include "base/json_text.h"

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

/// nlohmann's reading: what the fast reader leaves to it, and the place of what is wrong.
Result<Json> read_slowly(std::string_view text, const JsonLimits& limits) {
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

/// Writes JSON text in one pass, by a table: several times as fast as nlohmann, which
/// decodes every character. The same bytes; what is rare is left to it.
class Writer {
 public:
  void write(const Json& value) {
    switch (value.type()) {
      case Json::value_t::object: return write_object(*value.get_ptr<const Json::object_t*>());
      case Json::value_t::array: return write_array(*value.get_ptr<const Json::array_t*>());
      case Json::value_t::string: return write_string(*value.get_ptr<const std::string*>());
      case Json::value_t::boolean: return put(*value.get_ptr<const bool*>() ? "true" : "false");
      case Json::value_t::null: return put("null");
      case Json::value_t::number_integer:
        return write_number(*value.get_ptr<const std::int64_t*>());
      case Json::value_t::number_unsigned:
        return write_number(*value.get_ptr<const std::uint64_t*>());
      default: put(slow_text(value));
    }
  }

  [[nodiscard]] std::string take() {
    flush();
    return std::move(out_);
  }

 private:
  void write_object(const Json::object_t& members) {
    char before = '{';
    for (const auto& [key, value] : members) {
      put(std::exchange(before, ','));
      write_string(key);
      put(':');
      write(value);
    }
    if (members.empty()) put('{');
    put('}');
  }

  void write_array(const Json::array_t& elements) {
    char before = '[';
    for (const Json& element : elements) {
      put(std::exchange(before, ','));
      write(element);
    }
    if (elements.empty()) put('[');
    put(']');
  }

  template <class Number>
  void write_number(Number number) {
    constexpr std::size_t kDigits = 24;
    make_room(kDigits);
    char* begin = block_.data() + used_;
    used_ += static_cast<std::size_t>(std::to_chars(begin, begin + kDigits, number).ptr - begin);
  }

  void write_string(std::string_view text) {
    // Most of a large document is one string: it shall not grow over and over.
    if (text.size() > block_.size()) out_.reserve(out_.size() + used_ + text.size() * 9 / 8);
    put('"');
    while (!text.empty()) {
      text.remove_prefix(write_ascii(text));
      if (text.empty()) break;
      const std::size_t size = json_text::character_size(text);
      const bool known = size > 1;
      // Else a rare control character, or bytes that are not UTF-8.
      if (!known) return put(std::string_view(slow_text(text)).substr(1));
      put(text.substr(0, size));
      text.remove_prefix(size);
    }
    put('"');
  }

  /// Writes what the table knows; returns how many bytes of `text` that were. Eight bytes at a time,
  /// up to the first that is not plain.
  std::size_t write_ascii(std::string_view text) {
    std::size_t done = 0;
    while (done < text.size()) {
      make_room(std::min(2 * (text.size() - done), block_.size() / 2));
      // A byte may take two, and is written as two even when it takes one.
      const std::size_t end = std::min(text.size(), done + (block_.size() - used_) / 2);
      while (done < end) {
        done += copy_plain(text.substr(done, end - done));
        if (done == end) break;
        const Spelling& spelling = kSpellings[static_cast<unsigned char>(text[done])];
        if (spelling.size == 0) return done;
        std::memcpy(block_.data() + used_, spelling.bytes.data(), spelling.bytes.size());
        used_ += spelling.size;
        ++done;
      }
    }
    return done;
  }

  /// Copies the plain bytes that `text` begins with, as far as there are eight; how many. There is
  /// room for them.
  std::size_t copy_plain(std::string_view text) {
    constexpr std::size_t kEight = 8;
    char* const to = block_.data() + used_;
    std::size_t done = 0;
    while (text.size() - done >= kEight) {
      const std::uint64_t bytes = json_text::eight_bytes(text.substr(done));
      const std::size_t plain = json_text::plain_bytes(bytes);
      std::memcpy(to + done, &bytes, sizeof bytes);
      done += plain;
      if (plain < kEight) break;
    }
    used_ += done;
    return done;
  }

  void put(char c) {
    make_room(1);
    block_[used_++] = c;
  }

  void put(std::string_view text) {
    if (text.size() > block_.size() - used_) flush();
    if (text.size() > block_.size()) {
      out_ += text;
      return;
    }
    std::memcpy(block_.data() + used_, text.data(), text.size());
    used_ += text.size();
  }

  void make_room(std::size_t size) {
    if (block_.size() - used_ < size) flush();
  }

  void flush() {
    out_.append(block_.data(), used_);
    used_ = 0;
  }

  std::array<char, 4096> block_;  // not initialised: what is read was written before
  std::size_t used_ = 0;
  std::string out_;  // what came before the block
};

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return Error{Code::kResourceExhausted,
                 "JSON text of " + std::to_string(text.size()) + " bytes exceeds the limit of " +
                     std::to_string(limits.max_bytes),
                 ""};
  }
  if (auto value = read_json(text, limits.max_depth)) return *std::move(value);
  return read_slowly(text, limits);
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
  const auto* members = object.get_ptr<const Json::object_t*>();
  if (members == nullptr) return nullptr;
  const auto it = members->find(key);
  return it == members->end() ? nullptr : &it->second;
}

std::string_view string_member(const Json& object, std::string_view key) {
  const Json* member = find_member(object, key);
  if (member == nullptr || !member->is_string()) return {};
  return *member->get_ptr<const std::string*>();
}

}  // namespace pmx
