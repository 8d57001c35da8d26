// PVE's own structures: replaced inside, their frame kept byte for byte, so that they stay
// parsable.
#include <algorithm>
#include <iterator>

#include "anonymize/rewrite.h"
#include "anonymize/rules/domains.h"
#include "anonymize/rules/files.h"
#include "anonymize/word_set.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

namespace files = rules::files;

/// A ticket's signature begins within so many bytes: a user id has 64 at most, a realm 32.
constexpr std::size_t kTicketHead = 160;

/// "-----BEGIN " and a label; the dashes behind it begin within so many bytes. With each
/// byte escaped it is three times as long as the second look takes for one.
constexpr std::size_t kMaxHeader = 240;

bool frame_char(char c) {
  return !has_class(c, chars::kSpace | chars::kQuote) && c != ',' && c != '\\' && c != '\0';
}

bool is_upper_hex(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_hex);
}

/// A run begins behind the marks that a key in base64 may begin with.
std::size_t machine_key_begin(std::string_view text, std::size_t at) {
  const std::size_t run = at;
  while (at > 0 && run - at < 4 && (text[at - 1] == '+' || text[at - 1] == '/')) --at;
  return at;
}

bool is_base64(char c) {
  return (static_cast<unsigned char>(c) < 0x80 && is_word_char(c)) || c == '+' || c == '/' ||
         c == '=';
}

}  // namespace

bool may_be_long_base64(std::string_view text, std::size_t at) {
  // Four bytes of it may stand before the run.
  return is_base64(byte_at(text, at + 35)) && is_base64(byte_at(text, at + 11));
}

bool may_be_machine_key(std::string_view text, std::size_t at) {
  at = machine_key_begin(text, at);
  if (byte_at(text, at + kMachineKey - 1) != '=' || byte_at(text, at + kMachineKey) == '=')
    return false;
  const char before = at > 0 ? text[at - 1] : ' ';
  if (before == '/' || before == '-' || is_word_char(before)) return false;  // a path, sha256-...
  int capitals = 0;
  int digits = 0;
  int smalls = 0;
  int word = 0;
  int longest = 0;
  for (std::size_t i = at; i + 1 < at + kMachineKey; ++i) {
    if (!is_base64(text[i]) || text[i] == '=') return false;
    capitals += is_upper(text[i]) ? 1 : 0;
    smalls += is_lower(text[i]) ? 1 : 0;
    digits += is_digit(text[i]) ? 1 : 0;
    word = is_lower(text[i]) ? word + 1 : 0;
    longest = std::max(longest, word);
  }
  // A key without a digit is rare, and has no words as a name in camel case has.
  const bool random = digits > 0 || (capitals > 12 && longest < 6);
  return capitals > 4 && smalls > 4 && random;
}

std::size_t random_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kShortest = 40;
  constexpr int kLongestWord = 9;
  if (!is_capital(text[at]) && !is_digit(text[at]) && !is_capital(byte_at(text, at + 1)) &&
      !is_digit(byte_at(text, at + 1)) && !is_capital(byte_at(text, at + 2)) &&
      !is_digit(byte_at(text, at + 2)) && !is_capital(byte_at(text, at + 3)))
    return 0;
  at = machine_key_begin(text, at);
  const char before = at > 0 ? text[at - 1] : ' ';
  if (is_word_char(before) || std::string_view("/-_.+").find(before) != std::string_view::npos)
    return 0;
  std::size_t end = at;
  int capitals = 0;
  int digits = 0;
  int smalls = 0;
  int word = 0;
  for (; end < text.size() && is_base64(text[end]) && text[end] != '='; ++end) {
    word = is_lower(text[end]) ? word + 1 : 0;
    if (word > kLongestWord) return 0;
    capitals += is_upper(text[end]) ? 1 : 0;
    smalls += is_lower(text[end]) ? 1 : 0;
    digits += is_digit(text[end]) ? 1 : 0;
  }
  const int length = static_cast<int>(end - at);
  while (byte_at(text, end) == '=') ++end;
  const char after = byte_at(text, end);
  if (after == '_' || after == '-' || after == '.') return 0;
  const bool mixed = capitals * 6 > length && smalls * 6 > length && digits * 16 > length;
  return length >= static_cast<int>(kShortest) && mixed ? end : 0;
}

namespace {

/// nvme0n1, nvme0n1p1.
bool is_nvme_name(std::string_view value) {
  std::size_t at = 0;
  for (const std::string_view head : {"nvme", "n", "p"}) {
    if (head == "p" && at == value.size()) return true;
    if (!value.substr(at).starts_with(head)) return false;
    const std::size_t digits = at + head.size();
    for (at = digits; at < value.size() && is_digit(value[at]);) ++at;
    if (at == digits) return false;
  }
  return at == value.size();
}

/// Whether a task works on a disk that is called as the kernel calls it: cephcreateosd:sdb.
bool is_disk_task(std::string_view type, std::string_view value) {
  constexpr std::array<std::string_view, 3> kTypes{"cephcreateosd", "diskinit", "wipedisk"};
  if (!is_one_of(type, kTypes)) return false;
  const bool letters = value.size() > 2 && value.size() <= 4 &&
                       (value.starts_with("sd") || value.starts_with("vd")) &&
                       std::all_of(value.begin(), value.end(), is_lower);
  return letters || is_nvme_name(value);
}

}  // namespace

void add_frame_words(Triggers& triggers) {
  triggers.add_word("pvespiceproxy", clue::kTicket);
  triggers.add_word("io.systemd.credential", clue::kTicket);
  triggers.add_word("binary", clue::kTicket);
  triggers.add_word("UPID", clue::kUpid);
  for (const std::string_view head : files::kTickets) triggers.add_word(head, clue::kTicket);
  for (const std::string_view tail : files::kVolumeFolders) triggers.add_volume(tail);
  for (const std::string_view head : files::kDisks) triggers.add_volume(head);
}

/// What the task of a UPID works on.
void Rewriter::task_object(Scan& scan, std::size_t begin, std::size_t end) {
  const std::string_view value = scan.text.substr(begin, end - begin);
  if (!is_name(value, Kind::kName)) {
    for (Edit& edit : scan_layer(value, nullptr, scan.depth + 1))
      scan.place(begin, std::move(edit));
    return;
  }
  // Services and the like are words; a word is a name only when it is known to be one.
  const std::string folded = lower(value);
  if (!is_common_word(folded) || resolver_.ledger().by_name(folded) != nullptr)
    scan.replace(begin, end, resolver_.name(Kind::kName, value));
}

bool Rewriter::upid(Scan& scan) {
  constexpr std::size_t kNumber = 8;
  const std::string_view text = scan.text;
  if (text.substr(scan.at, 5) != "UPID:") return false;
  std::size_t field = scan.at + 5;
  std::string_view type;
  int object = 6;
  for (int index = 1; index <= object + 1 && field < text.size(); ++index) {
    std::size_t end = field;
    while (end < text.size() && text[end] != ':' && frame_char(text[end])) ++end;
    const std::string_view value = text.substr(field, end - field);
    // A backup server numbers its tasks: that is one field more.
    if (index == 5 && value.size() == kNumber && is_upper_hex(value)) object = 7;
    if (index == object - 1) type = value;
    if (index == 1 && is_name(value, Kind::kNode))
      scan.replace(field, end, resolver_.name(Kind::kNode, value));
    if (index == object && object == 7) {
      end = task_parts(scan, field, type == "syncjob");
    } else if (index == object && !type.starts_with("srv") &&  // srvreload has a service
               !is_disk_task(type, value)) {
      task_object(scan, field, end);
    }
    if (index == object + 1 && !value.empty()) scan.replace(field, end, user_text(value));
    if (byte_at(text, end) != ':') return scan.skip(end);
    field = end + 1;
  }
  return scan.skip(std::min(field, text.size()));
}

/// The id of a job that PVE made: backup-1a2b3c4d-5e6f.
bool Rewriter::job_id(Scan& scan) {
  const std::size_t end = job_id_end(scan.text, scan.at);
  if (end == scan.at) return false;
  const std::string_view id = scan.text.substr(scan.at, end - scan.at);
  return scan.replace(scan.at, end, resolver_.name(Kind::kName, id));
}

bool Rewriter::ticket(Scan& scan) {
  const std::string_view text = scan.text;
  const std::string_view run = text.substr(scan.at, scan.run_end - scan.at);
  if (byte_at(text, scan.run_end) != ':') return false;
  std::size_t end = scan.run_end + 1;
  if (run.size() >= 8 && run.size() <= 10 && std::all_of(run.begin(), run.end(), is_digit)) {
    // A bot's token: its number and 35 characters.
    while (end < text.size() && (is_word_char(text[end]) || text[end] == '_' || text[end] == '-'))
      ++end;
    if (end - scan.run_end == 36 && text.substr(scan.run_end + 1, 2) == "AA")
      return scan.replace(scan.at, end, "[secret:token]");
    end = scan.run_end + 1;
  }
  if (run.size() == 8 && is_upper_hex(run)) {
    // CSRF prevention token: eight hex digits and 43 characters of base64.
    while (end < text.size() && is_base64(text[end])) ++end;
    const std::size_t length = end - scan.run_end - 1;
    if (length < 27 || length > 44 || holds_own(text.substr(scan.at, end + 12 - scan.at)))
      return false;
    return scan.replace(scan.at, end, "[secret:csrf-token]");
  }
  if (!is_one_of(run, files::kTickets)) return false;
  const auto in_ticket = [text](std::size_t i) {
    return i < text.size() && frame_char(text[i]) && text[i] != ';';
  };
  while (end - scan.run_end <= kTicketHead && in_ticket(end)) ++end;
  const std::string_view body = text.substr(scan.run_end + 1, end - scan.run_end - 1);
  const std::size_t mark = body.find("::");
  const bool signed_user = mark != std::string_view::npos && mark >= 8 &&
                           is_upper_hex(body.substr(mark - 8, 8)) &&
                           (mark == 8 || body[mark - 9] == ':');
  if (!body.starts_with("!tfa!") && !signed_user) return false;
  while (in_ticket(end)) ++end;
  return scan.replace(scan.at, end, "[secret:ticket]");
}

/// pvespiceproxy:TIME:VMID:NODE::SIGNATURE.
bool Rewriter::spice_host(Scan& scan) {
  const std::string_view text = scan.text;
  const std::string_view run = text.substr(scan.at, scan.run_end - scan.at);
  if (run != "pvespiceproxy" || byte_at(text, scan.run_end) != ':') return false;
  std::size_t field = scan.run_end + 1;
  for (int index = 1; index <= 5 && field < text.size(); ++index) {
    std::size_t end = field;
    while (end < text.size() && text[end] != ':' && frame_char(text[end])) ++end;
    if (index == 3) placed_name(scan, field, end, Kind::kNode);
    if (index == 5 && end > field && text[field] != '[')
      return scan.replace(field, end, "[secret:ticket]");
    if (byte_at(text, end) != ':') return scan.skip(end);
    field = end + 1;
  }
  return scan.skip(std::min(field, text.size()));
}

/// io.systemd.credential:NAME=SECRET.
bool Rewriter::system_credential(Scan& scan) {
  const std::string_view text = scan.text;
  const std::string_view run = text.substr(scan.at, scan.run_end - scan.at);
  if (!run.starts_with("io.systemd.credential") || byte_at(text, scan.run_end) != ':') return false;
  std::size_t equals = scan.run_end + 1;
  while (equals < text.size() && is_run_char(text[equals])) ++equals;
  if (byte_at(text, equals) != '=') return false;
  std::size_t end = equals + 1;
  while (end < text.size() && frame_char(text[end])) ++end;
  if (end == equals + 1 || text[equals + 1] == '[') return scan.skip(end);
  return scan.replace(equals + 1, end, "[secret:credential]");
}

/// 32 bytes in base64, as WireGuard and others write their keys.
bool Rewriter::machine_key(Scan& scan) {
  const std::string_view text = scan.text;
  if (scan.at != scan.run_begin) return false;
  const std::size_t begin = machine_key_begin(text, scan.at);
  if (!may_be_machine_key(text, scan.at)) {
    const std::size_t end = random_end(text, scan.at);
    SlashChain chain;
    if (end == 0 || begin < scan.done || read_base64(text, begin, chain).end > begin) return false;
    return scan.replace(begin, end, "[secret:blob]");
  }
  SlashChain chain;
  if (begin < scan.done || read_base64(text, begin, chain).end == begin + kMachineKey) return false;
  return scan.replace(begin, begin + kMachineKey, "[secret:key]");
}

bool Rewriter::volume(Scan& scan) {
  const std::string_view text = scan.text;
  if (byte_at(text, scan.run_end) != ':') return false;
  // user:password@host:8000/path
  if (scan.at > 0 && text[scan.at - 1] == '@') return false;
  constexpr std::size_t kReach = 24;
  const std::string folded = lower(text.substr(scan.run_end + 1, kReach));
  const std::string_view rest = folded;
  bool volume = begins_with_one_of(rest, files::kVolumeFolders);
  for (const std::string_view head : files::kDisks) {
    if (!rest.starts_with(head)) continue;
    std::size_t end = head.size();
    while (is_digit(byte_at(rest, end))) ++end;
    volume = end > head.size() && byte_at(rest, end) == '-';
  }
  if (!volume) {
    const std::size_t slash = rest.substr(0, 12).find('/');
    volume =
        slash != std::string_view::npos && slash > 2 &&
        std::all_of(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(slash), is_digit) &&
        begins_with_one_of(rest.substr(slash + 1), files::kDisks);
  }
  const std::string_view storage = text.substr(scan.at, scan.run_end - scan.at);
  if (!volume) return false;
  const bool named = is_name(storage, Kind::kStorage);
  const bool snippet = rest.starts_with("snippets/");
  if (!named && !snippet) return false;
  const std::size_t end = scan.run_end;
  if (named) scan.replace(scan.at, end, resolver_.name(Kind::kStorage, storage));
  if (snippet) return snippet_file(scan, end + 10);
  return true;
}

bool Rewriter::snippet_file(Scan& scan, std::size_t begin) {
  const std::string_view text = scan.text;
  std::size_t end = begin;
  while (end < text.size() && is_run_char(text[end])) ++end;
  const std::size_t dot = text.substr(begin, end - begin).rfind('.');
  if (dot != std::string_view::npos) end = begin + dot;
  const std::string_view name = text.substr(begin, end - begin);
  if (!is_name(name, Kind::kName) || is_common_word(lower(name)) || holds_own(name))
    return scan.skip(begin);
  // A known name inside is replaced as such; else the whole is one.
  for (std::size_t at = begin; at < end; at = part_end(text, at))
    if (dictionary_.longest_at(text, at).entry != nullptr) return scan.skip(begin);
  return scan.replace(begin, end, resolver_.name(Kind::kName, name));
}

bool Rewriter::url_credentials(Scan& scan) {
  const std::string_view text = scan.text;
  if (text.substr(scan.run_end, 3) != "://") return false;
  const std::size_t begin = scan.run_end + 3;
  std::size_t at = begin;
  std::size_t colon = std::string_view::npos;
  std::size_t sign = std::string_view::npos;
  for (; at < text.size() && frame_char(text[at]) && text[at] != '/' && text[at] != '?'; ++at) {
    if (text[at] == ':' && colon == std::string_view::npos) colon = at;
    if (text[at] == '@') sign = at;
  }
  if (sign == std::string_view::npos) return url_host(scan, begin);
  if (colon > sign) {
    // https://KEY@sentry.acme.de/4: nobody is called by 128 bits.
    const std::string_view key = text.substr(begin, sign - begin);
    if (key.size() < 32 || !std::all_of(key.begin(), key.end(), is_hex)) return false;
    scan.replace(begin, sign, "SECRET_password");
    return url_host(scan, sign + 1) || scan.skip(sign + 1);
  }
  const std::string_view user = text.substr(begin, colon - begin);
  if (is_name(user, Kind::kUser)) scan.replace(begin, colon, resolver_.name(Kind::kUser, user));
  scan.replace(colon + 1, sign, "SECRET_password");
  url_host(scan, sign + 1);
  return true;
}

/// A host without a domain, where a URL names one.
bool Rewriter::url_host(Scan& scan, std::size_t begin) {
  const std::string_view text = scan.text;
  if (!is_one_of(lower(text.substr(scan.run_begin, scan.run_end - scan.run_begin)),
                 rules::domains::kSchemes))
    return false;
  std::size_t end = begin;
  while (end < text.size() && is_run_char(text[end]) && text[end] != '.') ++end;
  const char after = byte_at(text, end);
  const bool ends = end >= text.size() || after == '/' || after == '?' || is_space(after) ||
                    has_class(after, chars::kQuote) || after == ')' || after == ';' ||
                    (after == ':' && is_digit(byte_at(text, end + 1)));
  return ends && end > begin && placed_name(scan, begin, end, Kind::kHost);
}

/// server:/export, as NFS and rsync name what lies on another host.
bool Rewriter::export_host(Scan& scan) {
  const std::string_view text = scan.text;
  const char next = byte_at(text, scan.run_end + 2);
  if (scan.at != scan.run_begin || text.substr(scan.run_end, 2) != ":/" || next == '/' ||
      !is_word_char(next))
    return false;
  const char before = scan.at > 0 ? text[scan.at - 1] : ' ';
  if (!is_space(before) && !has_class(before, chars::kQuote) && before != '=' && before != '@')
    return false;
  const std::string_view run = text.substr(scan.at, scan.run_end - scan.at);
  if (run.find('.') != std::string_view::npos || is_one_of(run, rules::domains::kNoServers))
    return false;
  // An export lies below the root, a file of the system does not.
  std::size_t end = scan.run_end + 2;
  while (is_word_char(byte_at(text, end))) ++end;
  if (!is_one_of(text.substr(scan.run_end + 2, end - scan.run_end - 2), rules::domains::kExports))
    return false;
  return placed_name(scan, scan.at, scan.run_end, Kind::kHost);
}

bool Rewriter::pem(Scan& scan) {
  const std::string_view text = scan.text;
  if (text.substr(scan.at, 11) != "-----BEGIN ") return false;
  const std::size_t header = text.find("-----", scan.at + 11);
  if (header == std::string_view::npos || header - scan.at > kMaxHeader) {
    open_ended_ = open_ended_ || text.size() - scan.at < kMaxHeader + 5;
    return false;
  }
  std::size_t begin = header + 5;
  const std::size_t footer = text.find("-----END ", begin);
  open_ended_ = open_ended_ || footer == std::string_view::npos;
  std::size_t end = std::min(footer, text.size());
  // What the labels hold is text.
  const std::size_t next = footer == std::string_view::npos ? text.size() : footer + 9;
  const std::size_t label = scan.at + 11;
  for (Edit& edit : scan_layer(text.substr(label, header - label), nullptr, scan.depth + 1))
    scan.place(label, std::move(edit));
  // Line ends stay, also where they are written \n.
  const auto newline_at = [text](std::size_t i) {
    return byte_at(text, i) == '\\' && (byte_at(text, i + 1) == 'n' || byte_at(text, i + 1) == 'r');
  };
  while (begin < end && (is_space(text[begin]) || newline_at(begin)))
    begin += newline_at(begin) ? 2U : 1U;
  while (end > begin && (is_space(text[end - 1]) || (end > begin + 1 && newline_at(end - 2))))
    end -= is_space(text[end - 1]) ? 1U : 2U;
  if (begin < end) scan.replace(begin, end, "[secret:pem]");
  return scan.skip(next);
}

}  // namespace pmx::anonymize
