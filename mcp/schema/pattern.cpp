#include "mcp/schema/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>
#include <utility>

namespace pmx::mcp::schema {
namespace {

// White space of ECMA 262, and everything else: RE2's own \s is ASCII only, and a character class
// cannot hold a negated one.
constexpr std::string_view kSpace =
    R"(\t-\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF})";
constexpr std::string_view kNoSpace =
    R"(\x{0}-\x{8}\x{E}-\x{1F}\x{21}-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027})"
    R"(\x{202A}-\x{202E}\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{FEFE}\x{FF00}-\x{10FFFF})";
constexpr std::string_view kAnything = R"([\x{0}-\x{10FFFF}])";
constexpr std::string_view kNothing = R"([^\x{0}-\x{10FFFF}])";
constexpr std::string_view kDot = R"([^\n\r\x{2028}\x{2029}])";

using Name = std::pair<std::string_view, std::string_view>;

// Long names of general categories (Unicode's PropertyValueAliases) that RE2 knows by letters only.
constexpr std::array kCategories{
    Name{"Letter", "L"},
    Name{"Uppercase_Letter", "Lu"},
    Name{"Lowercase_Letter", "Ll"},
    Name{"Titlecase_Letter", "Lt"},
    Name{"Modifier_Letter", "Lm"},
    Name{"Other_Letter", "Lo"},
    Name{"Mark", "M"},
    Name{"Nonspacing_Mark", "Mn"},
    Name{"Spacing_Mark", "Mc"},
    Name{"Enclosing_Mark", "Me"},
    Name{"Number", "N"},
    Name{"Decimal_Number", "Nd"},
    Name{"digit", "Nd"},
    Name{"Letter_Number", "Nl"},
    Name{"Other_Number", "No"},
    Name{"Punctuation", "P"},
    Name{"punct", "P"},
    Name{"Connector_Punctuation", "Pc"},
    Name{"Dash_Punctuation", "Pd"},
    Name{"Open_Punctuation", "Ps"},
    Name{"Close_Punctuation", "Pe"},
    Name{"Initial_Punctuation", "Pi"},
    Name{"Final_Punctuation", "Pf"},
    Name{"Other_Punctuation", "Po"},
    Name{"Symbol", "S"},
    Name{"Math_Symbol", "Sm"},
    Name{"Currency_Symbol", "Sc"},
    Name{"Modifier_Symbol", "Sk"},
    Name{"Other_Symbol", "So"},
    Name{"Separator", "Z"},
    Name{"Space_Separator", "Zs"},
    Name{"Line_Separator", "Zl"},
    Name{"Paragraph_Separator", "Zp"},
    Name{"Other", "C"},
    Name{"Control", "Cc"},
    Name{"cntrl", "Cc"},
    Name{"Format", "Cf"},
};

Error refuse(const std::string& what) { return Error{Code::kInvalidArgument, what, ""}; }

std::string code_point(std::uint32_t value) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string hex;
  do {
    hex.insert(hex.begin(), kDigits[value % 16]);
    value /= 16;
  } while (value != 0);
  return "\\x{" + hex + "}";
}

/// One walk over the pattern; `at_` is the next character to read.
class Translator {
 public:
  explicit Translator(std::string_view text) : text_(text) {}

  Result<std::string> run() {
    while (at_ < text_.size()) PMX_TRY_VOID(step());
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool next_is(std::string_view what) const {
    return text_.substr(at_).starts_with(what);
  }

  bool take(std::string_view what) {
    if (!next_is(what)) return false;
    at_ += what.size();
    return true;
  }

  Result<void> step() {
    if (take("\\")) return escape(false);
    if (take("[")) return character_class();
    if (take("(?")) return group();
    if (take(".")) {
      out_ += kDot;
    } else {
      out_ += text_[at_++];
    }
    return {};
  }

  Result<void> group() {
    if (take(":")) {
      out_ += "(?:";
      return {};
    }
    for (const std::string_view look : {"=", "!", "<=", "<!"}) {
      if (next_is(look)) return refuse("uses lookaround, which cannot run in linear time");
    }
    const auto end = text_.find('>', at_);
    if (!take("<") || end == std::string_view::npos) return refuse("has a group of no known kind");
    at_ = end + 1;  // nothing refers to a name: backreferences are refused
    out_ += '(';
    return {};
  }

  Result<void> character_class() {
    const bool negated = take("^");
    if (take("]")) {
      out_ += negated ? kAnything : kNothing;
      return {};
    }
    out_ += negated ? "[^" : "[";
    while (!take("]")) {
      if (at_ == text_.size()) return refuse("has a [ without its ]");
      if (take("\\")) {
        PMX_TRY_VOID(escape(true));
      } else if (take("[")) {
        out_ += "\\[";
      } else {
        out_ += text_[at_++];
      }
    }
    out_ += ']';
    return {};
  }

  Result<void> escape(bool in_class) {
    if (at_ == text_.size()) return refuse("ends in a backslash");
    const char c = text_[at_++];
    if (c == 's' || c == 'S') {
      const std::string set(c == 's' ? kSpace : kNoSpace);
      out_ += in_class ? set : "[" + set + "]";
      return {};
    }
    if (in_class && c == 'b') {
      out_ += code_point(8);
      return {};
    }
    if (std::string_view("dDwWtnvfr").find(c) != std::string_view::npos ||
        (!in_class && (c == 'b' || c == 'B'))) {
      out_ += std::string("\\") + c;
      return {};
    }
    if (c == 'p' || c == 'P') return property(c);
    return literal(c);
  }

  Result<void> literal(char c) {
    if (c == 'u' || c == 'x' || c == 'c' || c == '0') return numbered(c);
    if (c >= '1' && c <= '9') return refuse("uses a backreference");
    if (c == 'k') return refuse("uses a backreference");
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      return refuse(std::string("has the unknown escape \\") + c);
    }
    if (c != '_' && static_cast<unsigned char>(c) < 0x80) out_ += '\\';
    out_ += c;
    return {};
  }

  Result<void> numbered(char kind) {
    std::optional<std::uint32_t> value;
    if (kind == 'x') value = hex(2);
    if (kind == 'u') value = take("{") ? braced() : unit_or_pair();
    if (kind == 'c' && at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_]))) {
      value = static_cast<std::uint32_t>(text_[at_++]) % 32;
    }
    const bool digit = at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]));
    if (kind == '0' && !digit) value = 0;
    if (!value) return refuse(std::string("has a broken escape \\") + kind);
    out_ += code_point(*value);
    return {};
  }

  /// `digits` hexadecimal digits.
  std::optional<std::uint32_t> hex(std::size_t digits) {
    const std::string_view word = text_.substr(at_, digits);
    const bool all = std::all_of(word.begin(), word.end(), [](char c) {
      return std::isxdigit(static_cast<unsigned char>(c)) != 0;
    });
    if (word.empty() || word.size() < digits || !all) return std::nullopt;
    at_ += digits;
    return static_cast<std::uint32_t>(std::stoul(std::string(word), nullptr, 16));
  }

  std::optional<std::uint32_t> braced() {
    const auto end = text_.find('}', at_);
    if (end == std::string_view::npos || end - at_ > 6) return std::nullopt;
    const auto value = hex(end - at_);
    if (!value || *value > 0x10FFFF || !take("}")) return std::nullopt;
    return value;
  }

  /// A UTF-16 unit, or both halves of a pair; half a pair matches no text.
  std::optional<std::uint32_t> unit_or_pair() {
    const auto high = hex(4);
    if (!high || *high < 0xD800 || *high > 0xDFFF) return high;
    if (*high > 0xDBFF || !take("\\u")) return std::nullopt;
    const auto low = hex(4);
    if (!low || *low < 0xDC00 || *low > 0xDFFF) return std::nullopt;
    return 0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00);
  }

  Result<void> property(char kind) {
    const auto end = text_.find('}', at_);
    if (!take("{") || end == std::string_view::npos) return refuse("has a \\p without its {name}");
    std::string_view name = text_.substr(at_, end - at_);
    at_ = end + 1;
    const auto equals = name.find('=');
    if (equals != std::string_view::npos) name = name.substr(equals + 1);
    for (const auto& [full, letters] : kCategories) {
      if (name == full) name = letters;
    }
    out_ += std::string("\\") + kind + "{" + std::string(name) + "}";
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

Result<std::string> translate_pattern(std::string_view ecma) { return Translator(ecma).run(); }

Result<Pattern> Pattern::compile(std::string_view ecma) {
  PMX_TRY(const std::string translated, translate_pattern(ecma));
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto compiled = std::make_unique<const RE2>(translated, options);
  if (!compiled->ok()) {
    return Error{Code::kInvalidArgument, "is no pattern: " + compiled->error(), ""};
  }
  return Pattern(std::string(ecma), std::move(compiled));
}

Pattern::Pattern(std::string text, std::unique_ptr<const re2::RE2> compiled)
    : text_(std::move(text)), compiled_(std::move(compiled)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

std::size_t Pattern::work(std::size_t bytes) const {
  constexpr std::size_t kCheap = 64;  // bytes and instructions that are one step
  const auto instructions = static_cast<std::size_t>(compiled_->ProgramSize());
  return 1 + (bytes / kCheap) * (1 + instructions / kCheap);
}

bool Pattern::matches(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace pmx::mcp::schema
