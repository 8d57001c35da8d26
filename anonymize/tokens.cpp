// Tokens and keys with a shape of their own, wherever they stand.
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <memory>

#include "anonymize/rewrite.h"
#include "anonymize/rules/files.h"
#include "anonymize/rules/secrets.h"

namespace pmx::anonymize {
namespace {

namespace secrets = rules::secrets;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

std::unique_ptr<RE2> compile(const char* pattern) {
  RE2::Options options;
  options.set_max_mem(1 << 19);
  options.set_log_errors(false);
  options.set_encoding(RE2::Options::EncodingLatin1);
  return std::make_unique<RE2>(pattern, options);
}

/// Tokens of well-known services; asked only where one of their heads begins.
const RE2& token_pattern() {
  static const std::unique_ptr<RE2> kPattern = compile(secrets::kTokens);
  return *kPattern;
}

/// Keys and web tokens, which are read without an expression.
/// Interfaces named by their MAC are long enough to be woken by the same table.
constexpr rules::TokenHead kKeyHeads[] = {{"enx", 15}, {"ssh", 3}, {"ecd", 3},
                                          {"sk-", 3},  {"AAA", 4}, {"eyJ", 11}};
/// What a job's id has behind its head.
constexpr std::size_t kJobTail = 13;

/// Tokens whose first three bytes have a digit: their first word wakes.
struct NumberedHead {
  std::string_view word;
  std::string_view head;  ///< what they begin with
  std::size_t digits;     ///< so many hex digits follow; 0 where 64 bytes of a run do
};
constexpr NumberedHead kNumberedHeads[] = {{"dt", "dt0c01.", 0}, {"SK", "SK", 32}};

/// The end of such a token at the beginning of `text`; 0 when there is none.
std::size_t numbered_token_end(std::string_view text) {
  constexpr std::size_t kShortest = 64;
  for (const NumberedHead& known : kNumberedHeads) {
    if (!text.starts_with(known.head)) continue;
    std::size_t end = known.head.size();
    while (end < text.size() && (known.digits > 0 ? is_hex(text[end]) : is_run_char(text[end]))) ++end;
    const bool ends = end == text.size() || !is_word_char(text[end]);
    const std::size_t length = end - known.head.size();
    if (ends && (known.digits > 0 ? length == known.digits : length >= kShortest)) return end;
  }
  return 0;
}

/// Whether some token or key begins with `c`.
bool begins_token(char c) {
  static constexpr auto kFirst = [] {
    std::array<bool, 256> first{};
    const auto add = [&first](const rules::TokenHead& head) {
      first[static_cast<unsigned char>(head.text.front())] = true;
    };
    for (const rules::TokenHead& head : secrets::kTokensHeads) add(head);
    for (const rules::TokenHead& head : kKeyHeads) add(head);
    return first;
  }();
  return kFirst[static_cast<unsigned char>(c)];
}

bool is_base64(char c) {
  return (static_cast<unsigned char>(c) < 0x80 && is_word_char(c)) || c == '+' || c == '/' ||
         c == '=';
}

bool is_base64url(char c) {
  return (static_cast<unsigned char>(c) < 0x80 && is_word_char(c)) || c == '_' || c == '-';
}

/// A pseudonym at the end of a token is cut off by a dash or dot: so far behind it is looked at.
constexpr std::size_t kTail = 12;

std::size_t run_from(std::string_view text, std::size_t at) {
  while (at < text.size() && is_run_char(text[at])) ++at;
  return at;
}

}  // namespace

void add_secret_words(Triggers& triggers) {
  for (const rules::TokenHead& head : secrets::kTokensHeads)
    triggers.add_secret(head.text, head.shortest);
  for (const rules::TokenHead& head : kKeyHeads) triggers.add_secret(head.text, head.shortest);
  for (const std::string_view head : rules::files::kMadeJobs)
    for (const std::string& spelling : {std::string(head), upper(head)})
      triggers.add_secret(spelling, head.size() + kJobTail);
  for (const NumberedHead& head : kNumberedHeads) triggers.add_word(head.word, clue::kCue);
}

bool Rewriter::secret_shape(Scan& scan) {
  const std::string_view rest = scan.text.substr(scan.at);
  if (!begins_token(rest.front())) return false;
  const std::string_view head = rest.substr(0, 3);
  if (head == "ssh" || head == "ecd" || head == "sk-") {
    const std::size_t blank = rest.substr(0, 48).find(' ');
    if (blank == std::string_view::npos) scan.looks_beyond();
    scan.looks_to(scan.at + blank + 5);
    if (blank != std::string_view::npos && rest.substr(blank + 1, 4) == "AAAA") {
      const std::size_t begin = scan.at + blank + 1;
      std::size_t end = begin;
      while (end < scan.text.size() && is_base64(scan.text[end])) ++end;
      scan.replace(begin, end, "[secret:ssh-key]");
      const bool known =
          dictionary_.longest_at(scan.text, end + 1).end > run_from(scan.text, end + 1);
      if (byte_at(scan.text, end) == ' ' && !known) {  // a known name of several words is one
        scan.run_begin = end + 1;
        context_name(scan, end + 1, Kind::kUser, true);
      }
      return true;
    }
  }
  if (rest.starts_with("AAAA") && rest.size() > 60) {
    std::size_t end = scan.at;
    while (end < scan.text.size() && is_base64(scan.text[end])) ++end;
    if (end - scan.at > 60) scan.looks_beyond();
    if (end - scan.at > 60 && !holds_own(scan.text.substr(scan.at, end + kTail - scan.at)))
      return scan.replace(scan.at, end, "[secret:ssh-key]");
  }
  if (head == "eyJ") return scan.looks_beyond(), web_token(scan);
  if (std::none_of(std::begin(secrets::kTokensHeads), std::end(secrets::kTokensHeads),
                   [head](const rules::TokenHead& known) { return known.text == head; }))
    return false;
  re2::StringPiece input = piece(rest.substr(0, 8192));
  re2::StringPiece found;
  if (!RE2::Consume(&input, token_pattern(), &found)) return false;
  scan.looks_beyond();
  if (holds_own(rest.substr(0, found.size() + kTail))) return false;
  return scan.replace(scan.at, scan.at + found.size(), "[secret:token]");
}

/// A token whose first three bytes have a digit.
bool Rewriter::numbered_token(Scan& scan) {
  const std::size_t length = numbered_token_end(scan.text.substr(scan.at));
  return length > 0 && scan.replace(scan.at, scan.at + length, "[secret:token]");
}

/// header.claims.signature; one run may hold many beginnings, so its end is looked for once.
bool Rewriter::web_token(Scan& scan) {
  constexpr std::size_t kMinHeader = 11;
  constexpr std::size_t kMinClaims = 4;
  const std::string_view text = scan.text;
  const auto part = [text](std::size_t at) {
    while (at < text.size() && is_base64url(text[at])) ++at;
    return at;
  };
  if (scan.header_end <= scan.at) {
    scan.header_end = part(scan.at);
    scan.claims_end = byte_at(text, scan.header_end) == '.' ? part(scan.header_end + 1) : 0;
  }
  const std::size_t header = scan.header_end;
  if (header - scan.at < kMinHeader || scan.claims_end < header + 1 + kMinClaims) return false;
  std::size_t end = scan.claims_end;
  if (byte_at(text, end) == '.') end = part(end + 1);
  if (holds_own(text.substr(scan.at, end - scan.at))) return false;
  return scan.replace(scan.at, end, "[secret:token]");
}

bool Rewriter::hash_shape(Scan& scan) {
  static const std::unique_ptr<RE2> kPattern = compile(
      "(\\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|argon2id?)\\$[./"
      "A-Za-z0-9$=,+-]{12,}|\\{S?SHA[0-9]*\\}[A-Za-z0-9+/=]{16,})");
  re2::StringPiece input = piece(scan.text.substr(scan.at, 1024));
  re2::StringPiece found;
  if (!RE2::Consume(&input, *kPattern, &found)) return false;
  if (holds_own(scan.text.substr(scan.at, found.size() + kTail))) return false;
  return scan.replace(scan.at, scan.at + found.size(), "[secret:hash]");
}

}  // namespace pmx::anonymize
