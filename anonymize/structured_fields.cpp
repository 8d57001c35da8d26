// Values of fields that are made of parts: paths of names, references of the firewall, serials,
// distinguished names.
#include <algorithm>
#include <array>
#include <iterator>

#include "anonymize/keep.h"
#include "anonymize/rewrite.h"
#include "anonymize/rules/cues.h"
#include "anonymize/rules/files.h"
#include "anonymize/word_set.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

/// A job that got its id from a backup server: a letter and hex digits.
bool is_generated_job(std::string_view value) {
  constexpr std::size_t kShortest = 8;
  if (value.size() < kShortest || value[1] != '-' || !is_letter(value.front())) return false;
  return std::all_of(value.begin() + 2, value.end(),
                     [](char c) { return is_hex(c) || c == '-'; }) &&
         std::any_of(value.begin() + 2, value.end(), is_digit);
}

}  // namespace

bool Rewriter::is_volume_name(std::string_view value) {
  constexpr std::string_view kHeads[] = {"vm-", "base-", "subvol-", "basevol-", "vzdump-"};
  return std::any_of(std::begin(kHeads), std::end(kHeads), [value](std::string_view head) {
    if (!value.starts_with(head)) return false;
    // The VMID has three digits at least, and goes on with a dash; a pseudonym does not.
    const std::size_t begin = head == "vzdump-" ? value.find('-', head.size()) + 1 : head.size();
    std::size_t end = begin;
    while (is_digit(byte_at(value, end))) ++end;
    return end - begin >= 3 && byte_at(value, end) == '-';
  });
}

bool Rewriter::names_volume(std::string_view text, std::size_t at) {
  constexpr std::size_t kLook = 24;
  constexpr std::string_view kFirst = "vbs";
  if (kFirst.find(byte_at(text, at)) == std::string_view::npos) return false;
  const std::string_view look = text.substr(at, kLook);
  return is_volume_name(look.substr(0, look.find_first_of(" \n\r")));
}

bool Rewriter::volume_parent(Scan& scan) {
  const std::string_view run = scan.text.substr(scan.at, scan.run_end - scan.at);
  if (byte_at(scan.text, scan.run_end) != '/' || !names_volume(scan.text, scan.run_end + 1) ||
      is_one_of(run, rules::files::kFolders))
    return false;
  return placed_name(scan, scan.at, scan.run_end, Kind::kName);
}

/// What PVE and multipath call things themselves: snapshots of replication, mpatha.
bool Rewriter::is_made_name(std::string_view word) {
  if (word.starts_with("__replicate_") || word.starts_with("__migration__")) return true;
  // The volumes of a NAS: /volume1/share.
  if (word.starts_with("volume") && word.size() > 6)
    return std::all_of(word.begin() + 6, word.end(), is_digit);
  return word.starts_with("mpath") && word.size() > 5 && word.size() < 8 &&
         std::all_of(word.begin(), word.end(), is_lower);
}

bool Rewriter::is_plain_path_word(std::string_view word) {
  const std::string folded = lower(word);
  return is_made_name(folded) || is_common_word(folded) || is_kept_name(folded) ||
         is_volume_name(folded) || is_generated_job(folded) || folded.size() <= 3;
}

std::vector<Edit> Rewriter::path_field(std::string_view value, Kind kind) {
  const bool single = value.find('/') == std::string_view::npos;
  if (single) return name_field(value, kind);
  if (value.find("://") != std::string_view::npos || value.find(' ') != std::string_view::npos)
    return text(value);
  std::vector<Edit> edits;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t end = std::min(value.find('/', at), value.size());
    const std::string_view part = value.substr(at, end - at);
    const bool known = resolver_.ledger().by_name(lower(part)) != nullptr;
    const bool name = is_name(part, kind) && (known || !is_plain_path_word(part));
    for (Edit& edit : name ? whole(part, resolver_.name(kind, part)) : text(part))
      edits.push_back(moved(std::move(edit), at));
    at = end + 1;
  }
  return edits;
}

/// "/storage/NAME": the first part is PVE's own, though a guest may be called the same.
std::vector<Edit> Rewriter::acl_path(std::string_view value, Kind kind) {
  constexpr std::array<std::string_view, 7> kRoots{"/access", "/mapping", "/nodes", "/pool",
                                                   "/sdn",    "/storage", "/vms"};
  const std::size_t names = std::min(value.find('/', 1), value.size());
  if (!is_one_of(value.substr(0, names), kRoots)) return path_field(value, kind);
  std::vector<Edit> edits;
  if (names == value.size()) return edits;
  for (Edit& edit : path_field(value.substr(names), kind))
    edits.push_back(moved(std::move(edit), names));
  return edits;
}

std::vector<Edit> Rewriter::reference_field(std::string_view value) {
  std::size_t at = 0;
  for (const std::string_view mark : {"!", "+", "dc/", "guest/"})
    if (value.substr(at).starts_with(mark)) at += mark.size();
  if (at == 0 && holds_own(value)) return text(value);
  std::string_view name = value.substr(at);
  // The pools of a file system of ceph.
  for (const std::string_view role : {"_metadata", "_data"})
    if (name.ends_with(role)) name.remove_suffix(role.size());
  if (name.find_first_of(":/,; ") != std::string_view::npos || is_volume_name(name) ||
      is_plain_path_word(name))
    return text(value);
  auto edits = name_field(name, Kind::kName);
  for (Edit& edit : edits) edit = moved(std::move(edit), at);
  return edits;
}

/// 12 hex digits, perhaps with a star before them, as a filter has them: with separators an address
/// is one anywhere.
std::vector<Edit> Rewriter::mac_field(std::string_view value) {
  constexpr std::size_t kDigits = 12;
  const std::size_t star = value.starts_with('*') ? 1 : 0;
  const std::string_view digits = value.substr(star, kDigits);
  const std::string_view rest = value.substr(std::min(value.size(), star + kDigits));
  if (digits.size() != kDigits || !std::all_of(digits.begin(), digits.end(), is_hex) ||
      rest.find_first_not_of('*') != std::string_view::npos)
    return text(value);
  std::string shown = resolver_.name(Kind::kName, digits);
  if (shown == digits) return {};
  return {{star, star + kDigits, std::move(shown)}};
}

std::vector<Edit> Rewriter::serial_field(std::string_view value) {
  if (value.size() > 2 && value.starts_with('*')) {  // a filter
    auto edits = serial_field(value.substr(1, value.size() - 1 - value.ends_with('*')));
    for (Edit& edit : edits) edit = moved(std::move(edit), 1);
    return edits;
  }
  if (value.size() < 4 || is_own(value) || is_plain_path_word(value)) return text(value);
  if (!is_name(value, Kind::kName)) return text(value);
  return whole(value, resolver_.name(Kind::kName, value));
}

std::vector<Edit> Rewriter::keyring_field(std::string_view value) {
  if (value.empty() || value.front() == '/' || value.starts_with("[secret:")) return text(value);
  return whole(value, "[secret:keyring]");
}

/// cn=svc-web,ou=people,dc=acme,dc=de: the values of cn, uid, dc and ou that are no plain words.
std::vector<Edit> Rewriter::dn_field(std::string_view value) {
  // Active Directory takes a user for a DN, too.
  if (value.find('=') == std::string_view::npos) return user_field(value);
  std::vector<Edit> edits;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t end = std::min(value.find_first_of(",+", at), value.size());
    const std::size_t equals = value.substr(at, end - at).find('=');
    // What is no attribute is text.
    const std::string_view before = value.substr(at, std::min(equals, end - at));
    for (Edit& edit : text(before)) edits.push_back(moved(std::move(edit), at));
    if (equals != std::string_view::npos) {
      const std::string attribute = lower(before.substr(before.find_last_of(' ') + 1));
      const std::size_t from = at + equals + 1;
      const std::string_view part = value.substr(from, end - from);
      const Kind kind = attribute == "dc"    ? Kind::kDomain
                        : attribute == "uid" ? Kind::kUser
                                             : Kind::kName;
      const bool top = attribute == "dc" && (is_private_suffix(lower(part)) || part.size() < 3);
      const bool known = resolver_.ledger().by_name(lower(part)) != nullptr;
      const bool name = !top && is_name(part, kind) && (known || !is_plain_path_word(part)) &&
                        !is_one_of(lower(part), rules::cues::kBranches);
      if (name && kind == Kind::kUser) resolver_.announce(part);
      for (Edit& edit : name ? whole(part, name_text(kind, part)) : text(part))
        edits.push_back(moved(std::move(edit), from));
    }
    at = end + 1;
  }
  return edits;
}

}  // namespace pmx::anonymize
