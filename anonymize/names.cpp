// Names in text: our own pseudonyms, user ids, names in their contexts, names of the dictionary.
#include <algorithm>
#include <iterator>

#include "anonymize/keep.h"
#include "anonymize/people.h"
#include "anonymize/rewrite.h"
#include "anonymize/rules/cues.h"
#include "anonymize/rules/domains.h"
#include "anonymize/unfold.h"
#include "anonymize/word_set.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

/// What PVE answers in a secret's field instead of the secret: that there is a key, and by what
/// method a realm asks for a second factor.
bool says_no_secret(std::string_view value, std::string_view secret) {
  if (secret == "key") return value == "0" || value == "1";
  return secret == "tfa" && (value == "oath" || value == "yubico");
}

bool has_letter(std::string_view text) { return std::any_of(text.begin(), text.end(), is_letter); }

/// "first.last", as many sign on: no file, unit or host would have a user's field.
bool is_dotted_login(std::string_view value) {
  const std::size_t dot = value.find('.');
  if (dot == std::string_view::npos || value.find('.', dot + 1) != std::string_view::npos)
    return false;
  return is_letter(value.front()) && is_letter(byte_at(value, dot + 1)) && !is_unit(value);
}

std::size_t run_from(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_run_char(text[end])) ++end;
  return end;
}

/// Without dots and dashes that end a sentence.
std::size_t trimmed(std::string_view text, std::size_t begin, std::size_t end) {
  while (end > begin && !is_word_char(text[end - 1])) --end;
  return end;
}

/// Where the item of a list ends that begins at `at`. A semicolon that ends &#65; is part of it.
std::size_t item_end(std::string_view list, std::size_t at) {
  constexpr std::size_t kLongest = 10;
  for (std::size_t from = at;;) {
    const std::size_t end = std::min(list.find_first_of(",; ", from), list.size());
    if (end == list.size() || list[end] != ';') return end;
    std::size_t begin = end;
    while (begin > at && end - begin < kLongest &&
           (is_word_char(list[begin - 1]) || list[begin - 1] == '#'))
      --begin;
    if (begin == end || begin == at || list[begin - 1] != '&') return end;
    from = end + 1;
  }
}

/// Where a priority or colours begin behind a name, "pve1:3", "web:ff0000:ffffff", or the end.
std::size_t rank_begin(std::string_view item) {
  constexpr std::size_t kColour = 6;
  const std::size_t colon = std::min(item.find(':'), item.size());
  const std::string_view rank = item.substr(std::min(colon + 1, item.size()));
  const bool number = std::all_of(rank.begin(), rank.end(), is_digit);
  const bool hex =
      std::all_of(rank.begin(), rank.end(), [](char c) { return c == ':' || is_hex(c); });
  const bool colours =
      hex && (rank.size() == kColour || (rank.size() == 2 * kColour + 1 && rank[kColour] == ':'));
  return number || colours ? colon : item.size();
}

/// Whether all items begin and end as names do.
bool is_list(std::string_view value) {
  const auto is_inside = [](char c) { return is_run_char(c) || (c & 0x80) != 0 || c == '*'; };
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t end = item_end(value, at);
    if (end > at && (!is_inside(value[at]) || !is_inside(value[end - 1]) || value[at] == '-'))
      return false;
    at = end + 1;
  }
  return true;
}

/// \u0041, as JSON and others write a letter.
bool is_unicode_escape(std::string_view text, std::size_t at) {
  const std::string_view digits = text.substr(std::min(at + 2, text.size()), 4);
  return byte_at(text, at + 1) == 'u' && digits.size() == 4 &&
         std::all_of(digits.begin(), digits.end(), is_hex);
}

/// What a mail program makes up before the "@" of a message's id: it begins with its time.
bool is_message_id(std::string_view local) {
  constexpr std::ptrdiff_t kTime = 10;
  const auto end = std::find_if_not(local.begin(), local.end(), is_digit);
  return end - local.begin() >= kTime;
}

/// "proxmox-api-go@v0.0.0-20241011": a version of a module.
bool is_module_version(std::string_view host) {
  const std::size_t dot = host.find('.');
  return host.starts_with('v') && dot > 1 && dot != std::string_view::npos &&
         std::all_of(host.begin() + 1, host.begin() + static_cast<std::ptrdiff_t>(dot), is_digit) &&
         is_digit(byte_at(host, dot + 1));
}

/// What stands for the right side of a user's id in a heading or a handbook.
constexpr std::string_view kPlaceholders[] = {"domain", "host", "hostname", "realm", "server"};

/// "m2048@0xfebd2000": an address in memory.
bool is_memory_address(std::string_view host) {
  return host.size() > 2 && host.starts_with("0x") &&
         std::all_of(host.begin() + 2, host.end(), is_hex);
}

}  // namespace

void add_context_words(Triggers& triggers) {
  for (const rules::ClassedWord& path : rules::cues::kPathWords)
    triggers.add_word(path.word, clue::kContext);
  for (const std::string_view word : rules::cues::kGuests) triggers.add_word(word, clue::kGuest);
}

bool Rewriter::is_name(std::string_view value, Kind kind) const {
  // In other letters, or with something invisible between them, it is what it looks like.
  if (const auto plain = plain_text(value); plain && *plain != value) return is_name(*plain, kind);
  if (value.empty() || value.size() > 128 || !has_letter(value)) return false;
  if (!is_word_char(value.front()) && value.front() != '_') return false;
  const bool person = kind == Kind::kPerson;
  const bool charset = std::all_of(value.begin(), value.end(), [person](char c) {
    return is_run_char(c) || (person && (c == ' ' || c == '\'' || c == ','));
  });
  if (!charset || !is_word_char(value.back())) return false;
  const std::string folded = lower(value);
  if (is_kept_name(folded, kind) || is_made_name(value) || is_own(value)) return false;
  if (is_encoded(value)) return false;
  return !is_uuid_at(value, 0) && !read_mac(value, 0);
}

/// One name as a whole, or the known names in it.
std::string Rewriter::name_text(Kind kind, std::string_view name) {
  if (is_compound(kind, name)) return value(kind, name);
  if (!holds_known(name) && !holds_own(name)) return resolver_.name(kind, name);
  return apply_edits(name, scan_layer(name, nullptr, 0));
}

std::string Rewriter::fresh_user_text(std::string_view user_id) {
  const std::size_t at = user_id.rfind('@');
  if (at == std::string_view::npos) return name_text(Kind::kUser, user_id);
  std::string_view realm = user_id.substr(at + 1);
  std::string token;
  if (const std::size_t mark = realm.find('!'); mark != std::string_view::npos) {
    token = '!' + resolver_.name(Kind::kToken, realm.substr(mark + 1));
    realm = realm.substr(0, mark);
  }
  const std::string_view local = user_id.substr(0, at);
  // krbtgt/ACME.LAN@ACME.LAN
  const Ledger::Entry* named = resolver_.ledger().by_name(lower(local));
  const bool domain = named != nullptr && (named->kinds & kind_bit(Kind::kDomain)) != 0;
  const std::string user = name_text(domain ? Kind::kDomain : Kind::kUser, local);
  const std::size_t suffix =
      realm.find('.') == std::string_view::npos ? 0 : sensitive_suffix(realm);
  const std::string right = suffix > 0                     ? domain_text(realm, suffix)
                            : is_vendor_host(lower(realm)) ? std::string(realm)
                                                           : resolver_.name(Kind::kRealm, realm);
  return user + '@' + right + token;
}

bool Rewriter::is_compound(Kind kind, std::string_view value) const {
  if (kind == Kind::kUser || kind == Kind::kToken) return value.find('@') != value.npos;
  // Whatever is called so: in text it is read as a host. A person may be "first.last".
  const bool dotted = kind != Kind::kPerson && value.find('.') != value.npos &&
                      value.front() != '.' && value.back() != '.' && value.find("..") == value.npos;
  if (!dotted || resolver_.ledger().by_pseudonym(lower(value)) != nullptr) return false;
  return sensitive_suffix(value) > 0;
}

std::string Rewriter::value(Kind kind, std::string_view value) {
  if (!is_compound(kind, value)) return resolver_.name(kind, value);
  if (value.find('@') != value.npos) return user_text(value);
  return domain_text(value, sensitive_suffix(value));
}

bool Rewriter::user_id(Scan& scan) {
  const std::string_view text = scan.text;
  if (scan.at != scan.run_begin || byte_at(text, scan.run_end) != '@') return false;
  const std::size_t right = scan.run_end + 1;
  if (!is_word_char(byte_at(text, right))) return false;
  const std::string_view local = text.substr(scan.at, scan.run_end - scan.at);
  if (!has_letter(local) || is_message_id(local)) return false;
  if (is_volume_name(local)) {  // vm-100-disk-0@snapshot
    const std::size_t end = trimmed(text, right, run_from(text, right));
    return placed_name(scan, right, end, Kind::kName) || scan.skip(right);
  }
  if (read_ipv4(text, right) || read_ipv6(text, right)) {
    scan.replace(scan.at, scan.run_end, resolver_.name(Kind::kUser, local));
    return scan.skip(right);
  }
  std::size_t end = trimmed(text, right, run_from(text, right));
  if (text.substr(end, 3) == "://") {
    scan.replace(scan.at, scan.run_end, resolver_.name(Kind::kUser, local));
    return scan.skip(right);
  }
  std::string_view host = text.substr(right, end - right);
  if (is_memory_address(host)) return false;
  if (is_unit(host) || !has_letter(host)) return false;
  const std::string folded = lower(host);
  if (is_module_version(folded) || is_one_of(folded, rules::domains::kProtocols))
    return scan.skip(end);
  const bool known = resolver_.ledger().by_name(folded) != nullptr ||
                     resolver_.ledger().by_name(lower(local)) != nullptr || is_own(local) ||
                     is_kept_name(folded, Kind::kRealm);
  // "# User@Host: x" and the like say what stands there.
  if (is_one_of(folded, kPlaceholders) && is_common_word(lower(local))) return false;
  // ntpd 4.2.8p15@1.3728-o
  if (is_digit(local.front()) && local.find('.') != std::string_view::npos &&
      is_digit(host.front()))
    return scan.skip(end);
  // Who builds Proxmox's kernels: build@proxmox.
  if (folded == "proxmox" && is_common_word(lower(local))) return false;
  // "user@realm" in a description is no user.
  if (!known && is_common_word(folded) && is_common_word(lower(local))) return false;
  if (byte_at(text, end) == '!' && is_letter(byte_at(text, end + 1)))
    end = trimmed(text, end + 1, run_from(text, end + 1));
  // static:user@domain:secret, as Postfix takes it.
  if (scan.at >= 7 && text.substr(scan.at - 7, 7) == "static:" && byte_at(text, end) == ':') {
    std::size_t stop = end + 1;
    while (stop < text.size() && !is_space(text[stop]) && !has_class(text[stop], chars::kQuote))
      ++stop;
    scan.replace(scan.at, end, user_text(text.substr(scan.at, end - scan.at)));
    if (stop > end + 1 && byte_at(text, end + 1) != '[')
      scan.replace(end + 1, stop, "[secret:password]");
    return scan.skip(stop);
  }
  std::string out = user_text(text.substr(scan.at, end - scan.at));
  const bool has_token = out.find('!') != std::string::npos;
  if (has_token) scan.looks_beyond();
  scan.replace(scan.at, end, std::move(out));
  // What follows !name=, !name: or !name and a blank is the token's value.
  if (has_token && !is_run_char(byte_at(text, end)) && is_uuid_at(text, end + 1))
    scan.replace(end + 1, end + 37, "[secret:token]");
  if (byte_at(text, end) == '@') repository_host(scan, end + 1);
  return true;
}

bool Rewriter::context_name(Scan& scan, std::size_t from, Kind kind, bool teaches) {
  const std::string_view text = scan.text;
  const std::size_t end = trimmed(text, from, run_from(text, from));
  const std::string_view value = text.substr(from, end - from);
  if (!is_name(value, kind)) return false;
  const char after = byte_at(text, end);
  if (after == '@' || after == ':' || (after == '=' && end < text.size())) return false;
  const std::string folded = lower(value);
  const bool known = resolver_.ledger().by_name(folded) != nullptr;
  const bool login = kind == Kind::kUser && is_dotted_login(value);
  const bool dotted = value.find('.') != std::string_view::npos && !login;
  if (!known && (!teaches || dotted || Dictionary::is_weak(folded) || read_ipv4(text, from)))
    return false;
  if (kind != Kind::kUser && resolver_.fate(kind) != Fate::kKeep) resolver_.announce(value);
  return scan.replace(from, end, this->value(kind, value));
}

bool Rewriter::in_context(Scan& scan) {
  const std::string_view text = scan.text;
  std::size_t end = scan.at;
  while (end < text.size() && is_word_char(text[end])) ++end;
  const char after = byte_at(text, end);
  if (after == '/') {
    for (const auto& [word, kind] : rules::cues::kPathWords) {
      if (!equals_folded(text.substr(scan.at, end - scan.at), word)) continue;
      if (text.substr(0, scan.at).ends_with("perl5/")) continue;  // a module, PVE/API2
      // A realm of a sign-on service is named by nothing else than its URL, a mapping by the path
      // of its permissions.
      const bool mapping = (word == "pci" || word == "usb") && scan.at >= 8 &&
                           text.substr(scan.at - 8, 8) == "mapping/";
      const std::size_t behind = run_from(text, end + 1);
      if (word == "pve") scan.looks_to(behind + 6);
      // A directory may be mounted there too, with a word for a name.
      const bool made =
          text.substr(end + 1, behind - end - 1).find_first_of("0123456789_-") != text.npos;
      const bool mounted = word == "pve" && scan.at >= 4 && text.substr(scan.at - 4, 4) == "mnt/" &&
                           (made || text.substr(behind, 6) == " type ");
      const bool teaches = word == "realms" || mapping || mounted;
      if (!context_name(scan, end + 1, kind, teaches)) return false;
      // storage/<node>/<storage>
      if (word == "storage" && byte_at(text, scan.at) == '/')
        context_name(scan, scan.at + 1, Kind::kStorage, false);
      return true;
    }
    return false;
  }
  if (after != ' ') {
    // web (105), web (VMID 105)
    const std::size_t run = trimmed(text, scan.at, scan.run_end);
    if (scan.at != scan.run_begin || byte_at(text, run) != ' ') return false;
  }
  const std::size_t run = scan.at == scan.run_begin ? trimmed(text, scan.at, scan.run_end) : end;
  const std::string_view follows = text.substr(run, 7);
  if (follows.starts_with(" (")) scan.looks_to(run + follows.size());
  const bool numbered = follows.starts_with(" (VMID ") ||
                        (follows.starts_with(" (") && is_digit(byte_at(text, run + 2)));
  if (numbered && context_name(scan, scan.at, Kind::kVm, false)) return true;
  if (after != ' ' || !is_digit(byte_at(text, end + 1))) return false;
  const std::string word = lower(text.substr(scan.at, end - scan.at));
  if (!is_one_of(word, rules::cues::kGuests)) return false;
  scan.note.word.counts = true;
  if (!opens_behind_number(text, end + 1)) return false;
  scan.looks_beyond();
  std::size_t i = end + 1;
  while (is_digit(byte_at(text, i))) ++i;
  return context_name(scan, i + 2, word == "ct" ? Kind::kContainer : Kind::kVm, true);
}

bool Rewriter::dictionary_name(Scan& scan) {
  const NameHit hit = dictionary_.longest_at(scan.text, scan.at);
  if (hit.reach > scan.note.word.end) scan.looks_to(hit.reach);
  if (hit.entry == nullptr) return announced_name(scan);
  scan.find_word();
  const std::size_t begin = std::max(scan.word_begin, scan.done);
  std::size_t end = hit.end;
  if (end <= scan.word_end) {
    end = scan.word_end;
  } else {
    while (end < scan.text.size() && is_word_char(scan.text[end])) ++end;
  }
  // Digits of a digest or serial that happen to spell a name (db51).
  const bool part = begin < scan.at || end > hit.end;
  if (part && scan.word_is_code && end == scan.word_end) return false;
  const std::string_view word = scan.text.substr(begin, end - begin);
  // A name that stays may overlap one that does not: the walk goes on part by part.
  if (resolver_.ledger().fate(*hit.entry) == Fate::kKeep) return false;
  if (!part && is_compound(hit.entry->kind, word))
    return scan.replace(begin, end, value(hit.entry->kind, word));
  if (!part) return scan.replace(begin, end, resolver_.known(*hit.entry, word));
  // nautilus2: beside a digit a pseudonym could not be told from what follows, so the whole word is
  // a name of its own.
  return scan.replace(begin, end, resolver_.name(hit.entry->kind, word));
}

/// A name that another place of this payload announces.
bool Rewriter::announced_name(Scan& scan) {
  const PayloadNames* payload = resolver_.announced();
  if (payload == nullptr || scan.keys_only) return false;
  const std::size_t limit = std::min(scan.text.size(), scan.at + 64);
  std::size_t longest = scan.at;
  for (std::size_t end = part_end(scan.text, scan.at); end <= limit;
       end = part_end(scan.text, end)) {
    const bool edge = end >= scan.text.size() || is_edge(scan.text[end - 1], scan.text[end]);
    if (edge && payload->names.contains(lower(scan.text.substr(scan.at, end - scan.at))))
      longest = end;
    if (end >= scan.text.size() || is_space(scan.text[end])) break;
  }
  if (longest == scan.at) return false;
  const std::string_view name = scan.text.substr(scan.at, longest - scan.at);
  if (is_own(name)) return false;
  return scan.replace(scan.at, longest, resolver_.name(Kind::kName, name), {Finder::kAnnounced});
}

std::vector<Edit> Rewriter::key(std::string_view key) {
  const bool identifier = std::all_of(
      key.begin(), key.end(), [](char c) { return is_word_char(c) || c == '_' || c == '-'; });
  if (!identifier) return text(key);
  if (is_kept_key(lower(key))) return {};
  const FreeText free(resolver_);
  Scan scan;
  scan.text = key;
  scan.keys_only = true;
  while (scan.at < key.size()) {
    const char before = scan.at > 0 ? key[scan.at - 1] : ' ';
    const bool starts = is_word_char(key[scan.at]) && is_edge(before, key[scan.at]);
    if (starts && !is_word_char(before) && (own_pseudonym(scan) || job_id(scan))) continue;
    if (starts && dictionary_name(scan)) continue;
    scan.at = part_end(key, scan.at);
  }
  sign(scan.edits, 0, {Finder::kDictionary});
  return with_patterns(key, std::move(scan.edits));
}

/// A typed value made of parts (user@realm, a host with its domain) teaches them; with a blank in
/// it, it is a text.
std::vector<Edit> Rewriter::typed_text(std::string_view value) {
  const bool parts = std::none_of(value.begin(), value.end(), is_space);
  return parts ? scan_layer(value, nullptr, 0) : text(value);
}

std::vector<Edit> Rewriter::whole(std::string_view value, std::string with) {
  if (with == value) return {};
  return {{0, value.size(), std::move(with)}};
}

std::vector<Edit> Rewriter::key_field(std::string_view value) {
  if (value.size() == 36 && is_uuid_at(value, 0)) return text(value);
  const bool plain = value.size() < 24 && std::all_of(value.begin(), value.end(), is_run_char);
  if (plain || holds_own(value) || value.find(' ') != std::string_view::npos) return text(value);
  return whole(value, "[secret:key]");
}

std::vector<Edit> Rewriter::person_field(std::string_view value) {
  if (!is_person(value)) return text(value);
  learn_person(value);
  return whole(value, resolver_.name(Kind::kPerson, value));
}

std::vector<Edit> Rewriter::user_field(std::string_view value) {
  const std::size_t cut = value.find('\\');
  if (cut != std::string_view::npos && !is_unicode_escape(value, cut)) {
    // DOMAIN\user
    auto edits = name_field(value.substr(0, cut), Kind::kDomain);
    for (Edit& edit : user_field(value.substr(cut + 1)))
      edits.push_back(moved(std::move(edit), cut + 1));
    return edits;
  }
  const bool plain = value.find('@') == std::string_view::npos && is_name(value, Kind::kUser);
  return plain ? whole(value, resolver_.name(Kind::kUser, value)) : typed_text(value);
}

std::vector<Edit> Rewriter::list_field(std::string_view value, Kind kind) {
  // Who writes "VM 100 (web)" into a list of names wrote text: its words are none.
  const bool names = is_list(value);
  const auto is_listed = [&](std::string_view part) {
    if (!is_name(part, kind)) return false;
    const auto plain = plain_text(part);
    const std::string name = lower(plain ? *plain : part);
    const bool known = resolver_.ledger().by_name(name) != nullptr;
    if (plain && known) return false;
    return names || known || !Dictionary::is_weak(name);
  };
  std::vector<Edit> edits;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t end = item_end(value, at);
    const std::string_view item = value.substr(at, end - at);
    const std::string_view part = item.substr(0, rank_begin(item));
    const bool listed = is_listed(part);
    if (listed || names)
      for (Edit& edit : listed ? whole(part, name_text(kind, part)) : text(item))
        edits.push_back(moved(std::move(edit), at));
    at = end + 1;
  }
  return names ? edits : joined_edits(text(value), std::move(edits));
}

/// Hidden already by who showed it.
bool Rewriter::is_hidden(std::string_view value) {
  return value.find_first_not_of('*') == std::string_view::npos;
}

/// Whether a known name stands in the value and plain words beside it, which tell nothing: the name
/// is replaced just as it is in text (keep-apart-acme).
bool Rewriter::holds_known(std::string_view value) const {
  bool holds = false;
  for (std::size_t at = 0; at < value.size();) {
    const bool begins = is_word_char(value[at]) && (at == 0 || is_edge(value[at - 1], value[at]));
    const NameHit hit = begins ? dictionary_.longest_at(value, at) : NameHit{};
    if (hit.entry != nullptr) {
      if (hit.end == value.size() && at == 0) return false;
      holds = true;
      at = hit.end;
      continue;
    }
    const std::size_t end = part_end(value, at);
    const std::string word = lower(value.substr(at, end - at));
    if (begins && word.size() > 3 && is_letter(word.front()) && !is_common_word(word)) return false;
    at = end;
  }
  return holds;
}

std::vector<Edit> Rewriter::name_field(std::string_view value, Kind kind) {
  const bool dotted = value.find('.') != std::string_view::npos;
  if (dotted && (sensitive_suffix(value) > 0 || read_ipv4(value, 0))) return typed_text(value);
  if (holds_own(value) || holds_known(value)) return text(value);
  if (!is_name(value, kind) || (dotted && is_vendor_host(lower(value)))) return text(value);
  resolver_.announce(value);
  return whole(value, resolver_.name(kind, value));
}

/// A version or a digest is one word that holds no name; who writes more there wrote text.
bool Rewriter::is_one_word(std::string_view value) const {
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (is_space(value[at])) return false;
    const bool begins = is_word_char(value[at]) && (at == 0 || is_edge(value[at - 1], value[at]));
    if (begins && dictionary_.longest_at(value, at).entry != nullptr) return false;
  }
  return true;
}

std::vector<Edit> Rewriter::field(std::string_view value, const FieldRule& rule, Kind guest) {
  auto edits = treated(value, rule, guest);
  sign(edits, 0, {Finder::kField});
  return edits;
}

std::vector<Edit> Rewriter::treated(std::string_view value, const FieldRule& rule, Kind guest) {
  switch (rule.treatment) {
    case Treatment::kKeep: return kept_field(value);
    case Treatment::kSecret:
      if (value.empty() || value.starts_with("[secret:") || is_hidden(value)) return {};
      if (says_no_secret(value, rule.secret)) return {};
      return secret_edits(value, rule.secret);
    case Treatment::kMaybeKey: return key_field(value);
    case Treatment::kPerson: return person_field(value);
    case Treatment::kPhone: return phone_field(value);
    case Treatment::kUserId: return user_field(value);
    case Treatment::kNames: return list_field(value, rule.kind);
    case Treatment::kHost: return name_field(value, Kind::kHost);
    case Treatment::kName: return name_field(value, rule.kind);
    case Treatment::kGuest: return name_field(value, guest);
    case Treatment::kPath: return path_field(value, rule.kind);
    case Treatment::kAclPath: return acl_path(value, rule.kind);
    case Treatment::kReference: return reference_field(value);
    case Treatment::kSerial: return rule.key == "mac" ? mac_field(value) : serial_field(value);
    case Treatment::kDn: return dn_field(value);
    case Treatment::kKeyring: return keyring_field(value);
    case Treatment::kEncoded:
    case Treatment::kText: break;
  }
  return text(value);
}

}  // namespace pmx::anonymize
