// Why each value is replaced: the tables of who finds them, and what becomes of edits' reasons.
#include "anonymize/explain.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "anonymize/finder.h"
#include "anonymize/rewrite.h"

namespace pmx::anonymize {
namespace {

struct Row {
  Finder finder;
  std::string_view name;
  std::string_view reason;
};
constexpr Row kRows[] = {
    {Finder::kNobody, "text", "part of what surrounds it"},
    {Finder::kAddress, "address", "has the form of an address"},
    {Finder::kAnnounced, "announced", "name that this text announces elsewhere"},
    {Finder::kCommand, "command", "argument of a command that takes a user or a password"},
    {Finder::kContext, "context", "name by the words around it"},
    {Finder::kDevice, "device",
     "has the form of a serial, the id of a device or job, or a licence"},
    {Finder::kDictionary, "dictionary", "known name"},
    {Finder::kDomain, "domain", "host with its domain"},
    {Finder::kEncoded, "encoded", "base64 or hex of a text with such values"},
    {Finder::kField, "field", "value of a key that says what it is"},
    {Finder::kFileLine, "file-line", "name by its place in a file of PVE"},
    {Finder::kGuarded, "guarded", "secret that this program holds"},
    {Finder::kHint, "hint", "follows a title or a request to somebody"},
    {Finder::kLineForm, "line-form", "stands where the form of a line or a table has a name"},
    {Finder::kLogin, "login", "user who signs on"},
    {Finder::kMailName, "mail-name", "name before a mail address"},
    {Finder::kOrganisation, "organisation", "name of an organisation or number of its contract"},
    {Finder::kPattern, "pattern", "matches a pattern"},
    {Finder::kPem, "pem", "body of a PEM block"},
    {Finder::kPhone, "phone", "has the form of a telephone number"},
    {Finder::kSecretForm, "secret-form", "has the form of a known kind of secret"},
    {Finder::kTicket, "ticket", "has the form of a ticket or a token of PVE"},
    {Finder::kUnsettled, "unsettled", "text that did not come to rest, hidden whole"},
    {Finder::kUpid, "upid", "part of a task id"},
    {Finder::kUrl, "url", "credentials in a URL"},
    {Finder::kUserId, "user-id", "user with a realm or a domain"},
    {Finder::kVolume, "volume", "storage or group in the name of a volume"},
};

const Row& row_of(Finder finder) {
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows),
                                 [finder](const Row& known) { return known.finder == finder; });
  return row != std::end(kRows) ? *row : kRows[0];
}

/// The operator's rule that a word or a secret of his follows; nullptr when it is none.
const OperatorRule* word_rule(const Policy* policy, Finder finder, std::string_view value) {
  if (policy == nullptr) return nullptr;
  if (finder != Finder::kGuarded) return policy->word_in(lower(value));
  const auto& rules = policy->rules();
  const auto found = std::find_if(rules.begin(), rules.end(), [value](const OperatorRule& rule) {
    return rule.type == OperatorRule::Type::kWord && !rule.kind && rule.text == value;
  });
  return found != rules.end() ? &*found : nullptr;
}

void explain_by_rule(Replaced& replaced, const Reason& reason, const OperatorRule* word) {
  replaced.rule = finder_name(reason.finder);
  replaced.reason = finder_reason(reason.finder);
  if (word != nullptr) {
    replaced.rule = word->source;
    replaced.reason = "word of your rules";
  } else if (reason.finder == Finder::kPattern) {
    replaced.rule = reason.rule;
    replaced.reason = "pattern of your rules";
  } else if (reason.finder == Finder::kField && !reason.rule.empty()) {
    replaced.reason = "value of the key `" + std::string(reason.rule) + "`";
  }
}

}  // namespace

std::string_view finder_name(Finder finder) { return row_of(finder).name; }

std::string_view finder_reason(Finder finder) { return row_of(finder).reason; }

/// The class of what this engine wrote at [at, end).
std::string Rewriter::class_at(std::string_view text, std::size_t at, std::size_t end) const {
  const std::string_view shown = text.substr(at, end - at);
  if (shown == "SECRET_password") return "secret:password";
  if (shown.starts_with("[secret:")) return std::string(shown.substr(1, shown.size() - 2));
  if (shown.starts_with('+')) return "phone";
  // A domain stands with its neutral suffix.
  const std::string plain = lower(shown);
  for (std::size_t cut = plain.size(); cut != std::string::npos && cut > 0;
       cut = plain.rfind('.', cut - 1))
    if (const auto* entry = resolver_.ledger().by_pseudonym(plain.substr(0, cut)))
      return std::string(kind_code(entry->kind));
  const Kind kind = read_ipv4(shown, 0)  ? Kind::kIpv4
                    : read_mac(shown, 0) ? Kind::kMac
                                         : Kind::kIpv6;
  return std::string(kind_code(kind));
}

/// The classes of all that stands in an edit's text, each once: "usr+rlm".
std::string Rewriter::classes_of(std::string_view shown) const {
  const std::string text = percent_layer(shown).text;
  std::vector<std::string> found;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = written_end(text, at);
    if (end > at) {
      std::string one = class_at(text, at, end);
      if (std::find(found.begin(), found.end(), one) == found.end()) found.push_back(one);
    }
    at = std::max(end, at + 1);
  }
  std::string out;
  for (const std::string& one : found) (out += out.empty() ? "" : "+") += one;
  return out.empty() ? "text" : out;
}

Explanation Rewriter::explained(std::string_view text, const std::vector<Edit>& edits) const {
  Explanation out;
  std::size_t removed = 0;
  std::size_t added = 0;
  for (const Edit& edit : edits) {
    Replaced replaced;
    replaced.begin = edit.begin + added - removed;
    replaced.end = replaced.begin + edit.text.size();
    removed += edit.end - edit.begin;
    added += edit.text.size();
    replaced.classes = classes_of(edit.text);
    const std::string_view value = text.substr(edit.begin, edit.end - edit.begin);
    explain_by_rule(replaced, edit.reason,
                    word_rule(resolver_.policy(), edit.reason.finder, value));
    out.push_back(std::move(replaced));
  }
  return out;
}

}  // namespace pmx::anonymize
