#include "anonymize/places.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "anonymize/chars.h"
#include "anonymize/keep.h"
#include "anonymize/people.h"
#include "anonymize/rules/cues.h"
#include "anonymize/rules/people.h"
#include "anonymize/word_set.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

namespace cues = rules::cues;

constexpr FieldRule named(Kind kind) { return {Treatment::kName, kind, "", true}; }
constexpr FieldRule kHostRule{Treatment::kHost, Kind::kHost, "", true};
constexpr FieldRule kTagsRule{Treatment::kNames, Kind::kTag, "", true};
constexpr FieldRule kKeptRule{Treatment::kKeep, Kind::kName, "", false};
constexpr FieldRule kUserRule{Treatment::kUserId, Kind::kUser, "", true};

constexpr FieldRule kPersonRule = named(Kind::kPerson);

/// By the first byte of a line, the lowest five bits of what stands behind it in a greeting or a
/// sign-off.
constexpr auto kLetterHeads = [] {
  std::array<std::uint32_t, 256> heads{};
  const auto add = [&heads](std::string_view phrase) {
    heads[static_cast<unsigned char>(phrase[0])] |= 1U << (static_cast<unsigned>(phrase[1]) & 31U);
  };
  for (const std::string_view phrase : rules::people::kGreetings) add(phrase);
  for (const std::string_view phrase : rules::people::kSignOffs) add(phrase);
  return heads;
}();

bool may_be_letter(std::string_view line) {
  return (kLetterHeads[static_cast<unsigned char>(line[0])] >>
              (static_cast<unsigned>(line[1]) & 31U) &
          1U) != 0;
}

/// Three bytes as a number.
constexpr unsigned three_of(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return unsigned{static_cast<unsigned char>(text[at + i])};
  };
  return byte(0) << 16 | byte(1) << 8 | byte(2);
}

constexpr auto kMonths = [] {
  constexpr std::string_view kNames = "JanFebMarAprMayJunJulAugSepOctNovDec";
  std::array<unsigned, kNames.size() / 3> months{};
  for (std::size_t i = 0; i < months.size(); ++i) months[i] = three_of(kNames, 3 * i);
  return months;
}();

/// Moves over `count` digits; false when there are fewer.
bool take_digits(std::string_view text, std::size_t& at, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    if (!is_digit(byte_at(text, at + i))) return false;
  at += count;
  return true;
}

bool take(std::string_view text, std::size_t& at, char c) {
  if (byte_at(text, at) != c) return false;
  ++at;
  return true;
}

/// "12:34:56", perhaps with a fraction.
bool take_clock(std::string_view text, std::size_t& at) {
  if (!take_digits(text, at, 2) || !take(text, at, ':') || !take_digits(text, at, 2) ||
      !take(text, at, ':') || !take_digits(text, at, 2))
    return false;
  if (byte_at(text, at) == '.' || byte_at(text, at) == ',')
    for (++at; is_digit(byte_at(text, at));) ++at;
  return true;
}

/// "Nov 28 12:34:56", as RFC 3164 and journalctl write it.
bool take_old_time(std::string_view text, std::size_t& at) {
  if (text.size() < at + 15 || !is_upper(text[at]) ||
      std::find(kMonths.begin(), kMonths.end(), three_of(text, at)) == kMonths.end())
    return false;
  at += 3;
  if (!take(text, at, ' ')) return false;
  const bool padded = take(text, at, ' ');
  return take_digits(text, at, padded ? 1 : 2) && take(text, at, ' ') && take_clock(text, at);
}

/// "2026-11-28T12:34:56.123+01:00" (RFC 3339).
bool take_time(std::string_view text, std::size_t& at) {
  if (!take_digits(text, at, 4) || !take(text, at, '-') || !take_digits(text, at, 2) ||
      !take(text, at, '-') || !take_digits(text, at, 2) || !take(text, at, 'T') ||
      !take_clock(text, at))
    return false;
  if (take(text, at, 'Z')) return true;
  if (byte_at(text, at) != '+' && byte_at(text, at) != '-') return true;
  ++at;
  if (!take_digits(text, at, 2)) return false;
  take(text, at, ':');
  return take_digits(text, at, 2);
}

bool take_any_time(std::string_view text, std::size_t& at) {
  const std::size_t begin = at;
  if (take_old_time(text, at)) return true;
  at = begin;
  return take_time(text, at);
}

std::size_t run_end(std::string_view text, std::size_t at) {
  while (at < text.size() && is_run_char(text[at])) ++at;
  return at;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (byte_at(text, at) == ' ' || byte_at(text, at) == '\t') ++at;
  return at;
}

/// The end of the word at `at` that is a program's tag ("sshd[12]:", "kernel:"), or `at`. `sure`:
/// with a process id, or a tag that nothing else is.
std::size_t tag_end(std::string_view text, std::size_t at, bool& sure) {
  std::size_t end = at;
  while (end < text.size() && (is_run_char(text[end]) || text[end] == '/')) ++end;
  if (end == at) return at;
  static constexpr WordHeads kHeads(cues::kTags);
  const std::string_view word = text.substr(at, end - at);
  sure = kHeads.may_have(word) && is_one_of(word, cues::kTags);
  if (byte_at(text, end) == '[') {
    std::size_t digits = end + 1;
    while (is_digit(byte_at(text, digits))) ++digits;
    if (digits == end + 1 || byte_at(text, digits) != ']') return at;
    sure = true;
    end = digits + 1;
  }
  return byte_at(text, end) == ':' ? end + 1 : at;
}

/// The end of one to three capitalised words at `at` that may be somebody's name, or `at`: one of
/// them is no word of the language.
std::size_t person_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kShortest = 2;
  constexpr int kMost = 3;
  std::size_t end = at;
  bool somebody = false;
  for (int words = 0; words < kMost; ++words) {
    const std::size_t begin = words == 0 ? at : end + 1;
    if (words > 0 && byte_at(text, end) != ' ') break;
    std::size_t stop = begin;
    while (is_letter(byte_at(text, stop)) || byte_at(text, stop) == '-') ++stop;
    const std::string_view word = text.substr(begin, stop - begin);
    if (word.size() < kShortest || !is_capital(word.front()) || word == upper(word)) break;
    const std::string folded = lower(word);
    somebody = somebody || !(is_common_word(folded) || is_kept_name(folded));
    end = stop;
  }
  return somebody ? end : at;
}

/// Finds the places of single lines and of phrases in them.
class PlaceFinder {
 public:
  explicit PlaceFinder(std::string_view text) : text_(text), marks_(text), tables_(text) {}

  std::vector<Place> find() {
    for (std::size_t begin = 0; begin < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      line(begin, end > begin && text_[end - 1] == '\r' ? end - 1 : end);
      begin = end + 1;
    }
    quoted(Marks::kQuoted);
    quoted(Marks::kDoublyQuoted);
    homes();
    logins();
    snapshots();
    guest_names();
    plain_nodes();
    find_told_passwords(text_, marks_, places_);
    find_labelled(text_, marks_, places_);
    find_sql_secrets(text_, marks_, places_);
    find_slashed_phones(text_, marks_, places_);
    return sorted();
  }

 private:
  void add(std::size_t begin, std::size_t end, const FieldRule& rule) {
    if (begin < end) places_.push_back({begin, end, rule});
  }

  std::vector<Place> sorted() {
    std::sort(places_.begin(), places_.end(),
              [](const Place& a, const Place& b) { return a.begin < b.begin; });
    std::size_t done = 0;
    std::erase_if(places_, [&done](const Place& place) {
      if (place.begin < done) return true;
      done = place.end;
      return false;
    });
    return std::move(places_);
  }

  void line(std::size_t begin, std::size_t end) {
    if (tables_.line(begin, end, places_)) return;
    const std::string_view line = text_.substr(begin, end - begin);
    if (line.size() < 8) return;
    switch (line.front()) {
      case 'm':
      case 'l':
      case 's': ha_line(begin, line); break;
      case 'u': id_line(begin, line); break;
      case '-':
      case 'd': listing(begin, line); break;
      case '\t': mapped(begin, line); break;
      case 't':
        if (line.starts_with("tags: ")) add(begin + 6, end, kTagsRule);
        break;
      case 'N': cluster_name(begin, end, line); break;
      case ' ':
        host_ids(begin, line);
        host_line(begin, line);
        find_change(line, begin, places_);
        break;
      case '#': reported_host(begin, end, line); break;
      case '*': find_cron_user(line, begin, cron_has_users_, places_); break;
      default: log_line(begin, line);
    }
    if (is_digit(line.front())) find_cron_user(line, begin, cron_has_users_, places_);
    find_directive(line, begin, places_);
    find_balanced(line, begin, places_);
    find_record(line, begin, places_);
    prompt(begin, line);
    if (may_be_letter(line)) letter(begin, end, line);
    if (line.front() == ' ' || line.front() == '-') ceph(begin, line);
  }

  /// A section of mapping/pci.cfg and its like: a name alone in its line, and below it "<tab>map ".
  void mapped(std::size_t begin, std::string_view line) {
    if (!line.starts_with("\tmap ") || begin < 2) return;
    const std::size_t head = text_.rfind('\n', begin - 2) + 1;
    const std::size_t end = run_end(text_, head);
    if (end + 1 == begin) add(head, end, named(Kind::kName));
  }

  /// "Dear x," and, in this line or the next, "Best regards, x".
  void letter(std::size_t begin, std::size_t end, std::string_view line) {
    for (const std::string_view greeting : rules::people::kGreetings) {
      if (!line.starts_with(greeting) || byte_at(line, greeting.size()) != ' ') continue;
      std::size_t at = greeting.size() + 1;
      const std::size_t word = std::min(line.find_first_of(". ", at), line.size());
      const std::size_t behind = word + (byte_at(line, word) == '.');
      if (is_title(line.substr(at, word - at)) && byte_at(line, behind) == ' ') at = behind + 1;
      const std::size_t stop = person_end(line, at);
      const char after = byte_at(line, stop);
      if (stop == line.size() || after == ',' || after == '!') person(begin + at, begin + stop);
    }
    for (const std::string_view sign_off : rules::people::kSignOffs) {
      if (!line.starts_with(sign_off)) continue;
      std::size_t at = sign_off.size();
      if (byte_at(line, at) == ',') ++at;
      if (byte_at(line, at) == ' ') return signature(begin + at + 1, end);
      if (at == line.size()) return signature(text_.find_first_not_of("\r\n", end), text_.size());
    }
  }

  void signature(std::size_t at, std::size_t limit) {
    if (at >= limit) return;
    const std::size_t stop = person_end(text_, at);
    const char after = byte_at(text_, stop);
    if (stop >= text_.size() || after == ',' || after == '\n' || after == '\r') person(at, stop);
  }

  void person(std::size_t begin, std::size_t end) { add(begin, end, kPersonRule); }

  /// "mon: 3 daemons, quorum x,y (age ...)", "mgr: x(active, ...), standbys: y" of ceph -s, and a
  /// host of ceph osd tree.
  void ceph(std::size_t begin, std::string_view line) {
    const std::size_t at = skip_blanks(line, 0);
    const std::string_view rest = line.substr(at);
    if (rest.starts_with("mon: ")) return node_list(begin, line, line.find(" quorum "), 8);
    if (rest.starts_with("mgr: ")) {
      const std::size_t end = run_end(line, at + 5);
      if (byte_at(line, end) == '(') add(begin + at + 5, begin + end, named(Kind::kNode));
      return node_list(begin, line, line.find(" standbys: "), 11);
    }
    if (rest.size() < 3 || rest[0] != '-' || !is_digit(rest[1])) return;
    const std::size_t host = line.find(" host ");
    if (host != std::string_view::npos) node_list(begin, line, host, 6);
  }

  /// "x,y" or "x, y" that begins `length` behind `at`.
  void node_list(std::size_t begin, std::string_view line, std::size_t at, std::size_t length) {
    if (at == std::string_view::npos) return;
    for (at += length; at < line.size(); ++at) {
      const std::size_t end = run_end(line, at);
      add(begin + at, begin + end, named(Kind::kNode));
      if (byte_at(line, end) != ',') return;
      at = byte_at(line, end + 1) == ' ' ? end + 1 : end;
    }
  }

  /// "Name:     x" of pvecm status, before the line with the configuration's version.
  void cluster_name(std::size_t begin, std::size_t end, std::string_view line) {
    if (line.starts_with("Namespace ")) return device_id(begin, line);
    if (!line.starts_with("Name:   ")) return log_line(begin, line);
    if (text_.substr(std::min(end + 1, text_.size()), 15) != "Config Version:") return;
    add(begin + skip_blanks(line, 5), end, named(Kind::kCluster));
  }

  /// "# hostname", and a line or two below the name, in a report of a node.
  void reported_host(std::size_t begin, std::size_t end, std::string_view line) {
    if (line != "# hostname") return log_line(begin, line);
    const std::size_t at = std::min(text_.find_first_not_of("\r\n", end), text_.size());
    const std::size_t stop = run_end(text_, at);
    if (stop == text_.size() || text_[stop] == '\n' || text_[stop] == '\r')
      add(at, stop, kHostRule);
  }

  /// "Namespace 1 IEEE EUI-64:      002538 x" of smartctl: what the vendor numbered.
  void device_id(std::size_t begin, std::string_view line) {
    constexpr std::string_view kLabel = " IEEE EUI-64:";
    const std::size_t label = line.find(kLabel);
    if (label == std::string_view::npos) return;
    const std::size_t vendor = skip_blanks(line, label + kLabel.size());
    const std::size_t at = skip_blanks(line, run_end(line, vendor));
    add(begin + at, begin + run_end(line, at), {Treatment::kSerial, Kind::kName, "", true});
  }

  /// "      Machine ID: x" of hostnamectl.
  void host_ids(std::size_t begin, std::string_view line) {
    const std::size_t at = skip_blanks(line, 0);
    const std::string_view label = line.substr(at, 12);
    const std::size_t value = line.find(": ") + 2;
    // "   Host Name . . . . . . . : x" of ipconfig.
    if (label == "Host Name . " && value > 1)
      return add(begin + value, begin + run_end(line, value), kHostRule);
    if (label != "Machine ID: " && !label.starts_with("Boot ID: ")) return;
    add(begin + value, begin + run_end(line, value), {Treatment::kSerial, Kind::kName, "", true});
  }

  /// "  Host: x Kernel: 6.8 arch: ..." of inxi.
  void host_line(std::size_t begin, std::string_view line) {
    constexpr std::string_view kLabel = "Host: ";
    const std::size_t at = skip_blanks(line, 0);
    if (!line.substr(at).starts_with(kLabel)) return;
    const std::size_t end = run_end(line, at + kLabel.size());
    if (line.substr(end).starts_with(" Kernel: "))
      add(begin + at + kLabel.size(), begin + end, kHostRule);
  }

  /// "root@x:~# ": the host of a shell's prompt.
  void prompt(std::size_t begin, std::string_view line) {
    constexpr std::size_t kLongest = 64;
    const std::size_t at = line.substr(0, kLongest).find('@');
    if (at == std::string_view::npos || run_end(line, 0) != at) return;
    const std::size_t end = run_end(line, at + 1);
    const char root = byte_at(line, end + 1);
    if (byte_at(line, end) != ':' || (root != '~' && root != '/')) return;
    const std::size_t mark = line.find_first_of("#$", end);
    if (mark == std::string_view::npos || line.find(' ', end) < mark) return;
    const std::string_view host = line.substr(at + 1, end - at - 1);
    // A standard user stays, and is not read with a realm behind it.
    const bool kept = is_kept_name(lower(line.substr(0, at)));
    add(begin, begin + at, kept ? kKeptRule : kUserRule);
    if (!is_kept_name(lower(host))) add(begin + at + 1, begin + end, kHostRule);
  }

  /// The host of a log line, and the user that its program names.
  void log_line(std::size_t begin, std::string_view line) {
    std::size_t at = 0;
    bool five = false;  // RFC 5424
    if (line.front() == '<') {
      for (++at; is_digit(byte_at(line, at));) ++at;
      if (!take(line, at, '>')) return;
      if (byte_at(line, at) == '1' && byte_at(line, at + 1) == ' ') five = true, at += 2;
    }
    if (!take_any_time(line, at) || !take(line, at, ' ')) return;
    const std::size_t host = at;
    at = run_end(line, at);
    const std::string_view name = line.substr(host, at - host);
    static constexpr WordHeads kLevels(cues::kLevels);
    if (at == host || !take(line, at, ' ')) return;
    // Most lines of a log have this machine's name, and a program that names nobody.
    const char program = byte_at(line, at);
    if (!five && program != 'C' && program != 's' && is_kept_host(name)) return;
    if (kLevels.may_have(name) && is_one_of(name, cues::kLevels)) return;
    bool sure = false;
    const std::size_t tag = tag_end(line, at, sure);
    if (!five && (tag == at || (!sure && is_common_word(lower(name))))) return;
    if (!is_kept_host(name)) add(begin + host, begin + host + name.size(), kHostRule);
    if (!five) message(begin, line, at, tag);
  }

  /// Most lines of a log have one host.
  bool is_kept_host(std::string_view name) {
    if (name == host_) return kept_host_;
    host_ = name;
    return kept_host_ = is_kept_name(lower(name));
  }

  /// "CRON[12]: (jo) CMD", "sudo:   jo : TTY=".
  void message(std::size_t begin, std::string_view line, std::size_t tag, std::size_t at) {
    at = skip_blanks(line, at);
    const std::string_view program = line.substr(tag);
    if (program.starts_with("CRON") && take(line, at, '(')) {
      const std::size_t end = run_end(line, at);
      if (line.substr(end, 2) == ") ") add(begin + at, begin + end, kUserRule);
    } else if (program.starts_with("su[") && line.substr(at).starts_with("(to ")) {
      at = line.find(") ", at);
      if (at == std::string_view::npos) return;
      const std::size_t end = run_end(line, at + 2);
      if (line.substr(end, 4) == " on ") add(begin + at + 2, begin + end, kUserRule);
    } else if (program.starts_with("sudo")) {
      const std::size_t end = run_end(line, at);
      if (line.substr(end, 7) == " : TTY=") add(begin + at, begin + end, kUserRule);
    }
  }

  /// "master x (active, ...)", "lrm x (...)", "service vm:100 (x, started)" of ha-manager status.
  void ha_line(std::size_t begin, std::string_view line) {
    std::size_t at = 0;
    if (line.starts_with("master ") || line.starts_with("lrm ")) {
      at = line.find(' ') + 1;
      const std::size_t end = run_end(line, at);
      if (line.substr(end, 2) == " (") add(begin + at, begin + end, named(Kind::kNode));
    } else if (line.starts_with("service vm:") || line.starts_with("service ct:")) {
      at = line.find(" (", 11);
      if (at == std::string_view::npos) return;
      at += 2;
      const std::size_t end = run_end(line, at);
      if (line.substr(end, 2) == ", ") add(begin + at, begin + end, named(Kind::kNode));
    }
  }

  /// "uid=1000(jo) gid=1000(jo) groups=1000(jo),27(sudo)" of id.
  void id_line(std::size_t begin, std::string_view line) {
    if (!line.starts_with("uid=")) return;
    const std::size_t groups = line.find(" gid=");
    for (std::size_t at = line.find('('); at != std::string_view::npos; at = line.find('(', at)) {
      const std::size_t end = run_end(line, ++at);
      if (byte_at(line, end) != ')' || !is_digit(line[at - 2])) return;
      const bool user = at < groups;
      // Standard groups have words for names.
      if (user || !is_common_word(lower(line.substr(at, end - at))))
        add(begin + at, begin + end, user ? kUserRule : named(Kind::kGroup));
    }
  }

  /// "drwxr-xr-x 2 jo staff 4096 Nov 28 10:00 reports" of ls -l.
  void listing(std::size_t begin, std::string_view line) {
    constexpr std::string_view kModes = "-rwxsStT";
    for (std::size_t i = 1; i < 10; ++i)
      if (kModes.find(byte_at(line, i)) == std::string_view::npos) return;
    std::size_t at = line.find(' ');
    if (at == std::string_view::npos || at > 11) return;
    at = skip_blanks(line, at);
    const std::size_t links = at;
    while (is_digit(byte_at(line, at))) ++at;
    if (at == links) return;
    for (const FieldRule& rule : {kUserRule, named(Kind::kGroup)}) {
      at = skip_blanks(line, at);
      const std::size_t end = run_end(line, at);
      if (end == at || byte_at(line, end) != ' ') return;
      const std::string folded = lower(line.substr(at, end - at));
      if (!is_common_word(folded) && !is_kept_name(folded)) add(begin + at, begin + end, rule);
      at = end;
    }
  }

  /// "node 'x'", "storage \"x\"": a noun, a blank, a quoted name.
  void quoted(Marks::Kind kind) {
    std::size_t done = 3;
    for (const std::size_t at : marks_.of(kind)) {
      if (at < done) continue;
      const std::size_t end = run_end(text_, at + 1);
      if (byte_at(text_, end) != text_[at]) continue;
      std::size_t word = at - 1;
      while (word > 0 && is_letter(text_[word - 1])) --word;
      const std::string noun = lower(text_.substr(word, at - 1 - word));
      if (noun == "as" && logs_in(word)) add(at + 1, end, kUserRule);
      if (noun.empty() && text_.substr(0, at - 1).ends_with("'hostname',"))
        add(at + 1, end, kHostRule);
      // username "Auth" "x", as OpenVPN asks for one: what it is for comes first.
      const bool asked = byte_at(text_, end + 1) == ' ' && byte_at(text_, end + 2) == text_[at];
      for (const rules::RuledWord& known : cues::kNouns)
        if (known.word == noun && !asked) add(at + 1, end, known.rule);
      done = end + 1;
    }
  }

  /// "Authenticating to pve1:22 as 'x'" of ssh -v: whether that is the line of `at`.
  bool logs_in(std::size_t at) const {
    const std::size_t line = text_.rfind('\n', at) + 1;
    return text_.substr(line, at - line).find("Authenticating to ") != std::string_view::npos;
  }

  /// "/home/x/": the user of a home directory.
  void homes() {
    constexpr std::string_view kRoot = "/home/";
    for (const std::size_t root : marks_.of(Marks::kHome)) {
      if (text_.substr(root, kRoot.size()) != kRoot) continue;
      const std::size_t at = root + kRoot.size();
      const std::size_t end = run_end(text_, at);
      if (std::string_view(":@=*").find(byte_at(text_, end)) != std::string_view::npos) continue;
      const std::string folded = lower(text_.substr(at, end - at));
      const bool file = byte_at(text_, end) != '/' && folded.find('.') != std::string::npos;
      if (!file && !is_common_word(folded) && !is_kept_name(folded)) add(at, end, kUserRule);
    }
  }

  /// "sshd: x [priv]" of ps, "'su root' failed for x on /dev/pts/8".
  void logins() {
    for (const std::size_t at : marks_.of(Marks::kPrivileged))
      if (text_.substr(at, 6) == "[priv]") user_before(at, "sshd: ");
    for (const std::size_t at : marks_.of(Marks::kDevice))
      if (at >= 3 && text_.substr(at - 3, 3) == "on ") user_before(at - 3, " failed for ");
  }

  /// The user between `announcement` and the blank before `end`.
  void user_before(std::size_t end, std::string_view announcement) {
    if (end == 0 || text_[--end] != ' ') return;
    std::size_t at = end;
    while (at > 0 && is_run_char(text_[at - 1])) --at;
    if (text_.substr(0, at).ends_with(announcement) &&
        !is_kept_name(lower(text_.substr(at, end - at))))
      add(at, end, kUserRule);
  }

  /// "`-> x    2026-09-30 11:02:11" of qm listsnapshot.
  void snapshots() {
    constexpr std::string_view kBranch = "`-> ";
    for (const std::size_t branch : marks_.of(Marks::kBranch)) {
      if (text_.substr(branch, kBranch.size()) != kBranch) continue;
      const std::size_t at = branch + kBranch.size();
      const std::size_t end = run_end(text_, at);
      if (text_.substr(at, end - at) != "current") add(at, end, named(Kind::kName));
    }
  }

  /// "VM Name: x", "CT Name: x" of vzdump.
  void guest_names() {
    constexpr std::string_view kLabel = " Name: ";
    for (const std::size_t at : marks_.of(Marks::kName)) {
      if (at < 2 || text_.substr(at, kLabel.size()) != kLabel) continue;
      const std::string_view type = text_.substr(at - 2, 2);
      if (type != "VM" && type != "CT") continue;
      const std::size_t begin = at + kLabel.size();
      add(begin, run_end(text_, begin), named(type == "VM" ? Kind::kVm : Kind::kContainer));
    }
  }

  /// "node pve3", "node (pve3)": without quotes only what no word is, letters with digits.
  void plain_nodes() {
    for (const std::size_t at : marks_.of(Marks::kNode)) {
      if (at == 0 || (text_[at - 1] != 'n' && text_[at - 1] != 'N')) continue;
      if (at > 1 && is_word_char(text_[at - 2])) continue;
      std::size_t begin = at + 4;
      take(text_, begin, '(');
      std::size_t end = run_end(text_, begin);
      while (end > begin && !is_word_char(text_[end - 1])) --end;
      if (is_numbered(text_.substr(begin, end - begin)) && byte_at(text_, end) != '=')
        add(begin, end, named(Kind::kNode));
    }
  }

  static bool is_numbered(std::string_view name) {
    const bool letters = std::count_if(name.begin(), name.end(), is_letter) > 1;
    const bool digits = std::any_of(name.begin(), name.end(), is_digit);
    return letters && digits && is_letter(name.front()) &&
           name.find_first_of("._+") == std::string_view::npos && !is_kept_name(lower(name));
  }

  std::string_view text_;
  Marks marks_;
  TableReader tables_;
  std::vector<Place> places_;
  std::string_view host_;  ///< of the last log line
  bool kept_host_ = false;
  bool cron_has_users_ = false;
};

}  // namespace

std::vector<Place> find_places(std::string_view text) {
  constexpr std::size_t kShortest = 8;
  return text.size() < kShortest ? std::vector<Place>() : PlaceFinder(text).find();
}

}  // namespace pmx::anonymize
