#include "anonymize/vmids.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "anonymize/chars.h"
#include "anonymize/rules/cues.h"
#include "anonymize/word_set.h"
#include "base/crypto.h"

namespace pmx::anonymize {
namespace {

constexpr std::size_t kMinDigits = 3;
constexpr std::size_t kMaxDigits = 9;
constexpr int kRounds = 8;

namespace cues = rules::cues;

std::uint64_t round_of(const Secret& key, std::uint64_t size, int round, std::uint64_t half) {
  const std::string digest =
      crypto::hmac_sha256(key.expose(), "vmid/" + std::to_string(size) + '/' +
                                            std::to_string(round) + '/' + std::to_string(half));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(digest[i]);
  return value;
}

/// A keyed permutation of [0, size): a Feistel network, walked until it is inside again.
std::uint64_t permuted(const Secret& key, std::uint64_t value, std::uint64_t size) {
  unsigned bits = 1;
  while ((std::uint64_t{1} << (2 * bits)) < size) ++bits;
  const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  do {
    std::uint64_t left = value >> bits;
    std::uint64_t right = value & mask;
    for (int round = 0; round < kRounds; ++round) {
      const std::uint64_t next = left ^ (round_of(key, size, round, right) & mask);
      left = right;
      right = next;
    }
    value = left << bits | right;
  } while (value >= size);
  return value;
}

bool is_mark(char c) {
  return is_space(c) || std::string_view("\"':=#/_-([\\").find(c) != std::string_view::npos;
}

/// The length of the escape that `before` ends with and that stands for a mark: %3A, %2F and %20 of
/// URLs, \n, \r and \t of JSON; 0 when there is none.
std::size_t escape_at_end(std::string_view before) {
  for (const std::string_view escape : {"%3a", "%2f", "%20", "\\n", "\\r", "\\t"}) {
    if (before.size() < escape.size()) continue;
    if (equals_folded(before.substr(before.size() - escape.size()), escape)) return escape.size();
  }
  return 0;
}

bool ends_with_escape(std::string_view before) { return escape_at_end(before) > 0; }

std::string_view without_marks(std::string_view before) {
  constexpr int kMost = 6;
  for (int i = 0; i < kMost && !before.empty(); ++i) {
    if (is_mark(before.back())) {
      before.remove_suffix(1);
    } else if (const std::size_t size = escape_at_end(before); size > 0) {
      before.remove_suffix(size);
    } else {
      break;
    }
  }
  return before;
}

/// The letters that `before` ends with, in lower case.
std::string last_word(std::string_view before) {
  constexpr std::size_t kLongest = 12;
  std::size_t begin = before.size();
  while (begin > 0 && before.size() - begin < kLongest && is_letter(before[begin - 1])) --begin;
  // The first letter may be the end of an escape.
  if (begin < before.size() && ends_with_escape(before.substr(0, begin + 1))) ++begin;
  return lower(before.substr(begin));
}

/// "qm start ", ":qmstart:", " -id ", "vzdump-qemu-".
bool announces_by_more(std::string_view before, const std::string& word) {
  const std::string_view rest = before.substr(0, before.size() - word.size());
  const bool blank = !rest.empty() && is_space(rest.back());
  if (blank && !word.empty() && is_one_of(last_word(without_marks(rest)), cues::kVmidCommands))
    return true;
  const bool field = ends_with_escape(rest) || (!rest.empty() && rest.back() == ':');
  if (field && (word.starts_with("qm") || word.starts_with("vz"))) return true;
  if (word == "server") return rest.ends_with("qemu-");
  return word == "id" && rest.ends_with('-') && !rest.ends_with("--");
}

/// Reads a text once, from left to right.
class Permuter {
 public:
  Permuter(const Secret& key, std::string_view text) : key_(key), text_(text) {}

  std::string run() {
    for (std::size_t at = 0; at < text_.size();) {
      std::size_t end = at;
      while (end < text_.size() && is_digit(text_[end])) ++end;
      if (end == at) {
        // The digits of an escape belong to it: %20105.
        const std::size_t size = is_escape(text_, at) ? 3 : 1;
        out_ += text_.substr(at, size);
        at += size;
        continue;
      }
      number(at, end);
      at = end;
    }
    return std::move(out_);
  }

 private:
  void number(std::size_t at, std::size_t end) {
    const std::string_view digits = text_.substr(at, end - at);
    const bool fits =
        digits.size() >= kMinDigits && digits.size() <= kMaxDigits && digits.front() != '0';
    if (!fits || !is_vmid(at, end)) {
      out_ += digits;
      return;
    }
    std::uint64_t vmid = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), vmid);
    out_ += std::to_string(permuted_vmid(key_, vmid));
  }

  bool is_vmid(std::size_t at, std::size_t end) {
    const std::string_view before = text_.substr(0, at);
    const std::string_view after = text_.substr(end);
    if (is_interface(before, after)) return true;
    const bool begins = at == 0 || !is_word_char(text_[at - 1]) || ends_with_escape(before);
    const bool ends = after.empty() || !is_word_char(after.front());
    const bool fraction = after.size() > 1 && after[0] == '.' && is_digit(after[1]);
    if (!begins || !ends || fraction) return false;
    if (continues_list(at, end)) return true;
    const bool path = at == 0 || text_[at - 1] == '/' || is_space(text_[at - 1]);
    if (path && begins_with_one_of(after, cues::kVmidEndings)) return true;
    const std::string_view head = without_marks(before);
    const std::string word = last_word(head);
    if (is_one_of(word, cues::kVmidLists)) list_end_ = end;
    const bool whole = head.size() == word.size() || !is_digit(head[head.size() - word.size() - 1]);
    return head.size() < at && whole &&
           (is_one_of(word, cues::kVmids) || announces_by_more(head, word));
  }

  /// Behind a VMID of a list, with nothing but a comma and blanks between.
  bool continues_list(std::size_t at, std::size_t end) {
    if (list_end_ == 0 || list_end_ >= at) return false;
    const std::string_view between = text_.substr(list_end_, at - list_end_);
    const bool comma = between.find(',') != std::string_view::npos &&
                       between.find_first_not_of(", \t\r\n\"'") == std::string_view::npos;
    list_end_ = comma ? end : 0;
    return comma;
  }

  static bool is_interface(std::string_view before, std::string_view after) {
    const bool port =
        after.size() > 1 && (after[0] == 'i' || after[0] == 'p') && is_digit(after[1]);
    return port && is_one_of(last_word(before), cues::kVmidInterfaces);
  }

  const Secret& key_;
  std::string_view text_;
  std::string out_;
  std::size_t list_end_ = 0;  ///< behind the last VMID of a list; 0 outside of one
};

}  // namespace

std::uint64_t permuted_vmid(const Secret& key, std::uint64_t vmid) {
  std::uint64_t first = 1;
  while (first * 10 <= vmid) first *= 10;
  return first + permuted(key, vmid - first, first * 9);
}

std::string permute_vmids(const Secret& key, std::string_view text) {
  return Permuter(key, text).run();
}

}  // namespace pmx::anonymize
