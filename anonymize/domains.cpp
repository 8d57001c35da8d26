// Host and domain names with dots: which are sensitive, and their labels one by one.
#include <algorithm>

#include "anonymize/keep.h"
#include "anonymize/rewrite.h"
#include "anonymize/rules/domains.h"
#include "anonymize/word_set.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

constexpr std::size_t kMaxDomain = 253;

bool is_label_char(char c) { return is_word_char(c) || c == '-'; }

/// The end of label(.label)* at `at`, without a trailing dot or dash.
std::size_t chain_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() &&
         (is_label_char(text[end]) || (text[end] == '.' && is_label_char(byte_at(text, end + 1)) &&
                                       byte_at(text, end + 1) != '-')))
    ++end;
  while (end > at && !is_word_char(text[end - 1])) --end;
  return end;
}

std::size_t count_labels(std::string_view name) {
  return static_cast<std::size_t>(std::count(name.begin(), name.end(), '.')) + 1;
}

/// Two plain words joined by a dot are more often an identifier than a domain (guest.network).
bool is_identifier(std::string_view lower_case) {
  const std::size_t dot = lower_case.find('.');
  if (lower_case.find('.', dot + 1) != std::string_view::npos) return false;
  const std::string_view tld = lower_case.substr(dot + 1);
  return tld == "pl" || is_one_of(lower_case, rules::domains::kIdentifiers) ||
         (is_one_of(tld, rules::domains::kWords) &&
          (dot <= 3 || is_common_word(lower_case.substr(0, dot))));
}

/// PVE's privileges: VM.Config.Network is no host.
bool is_privilege(std::string_view name) {
  return begins_with_one_of(name, rules::domains::kPrivileges);
}

/// The labels of a suffix that many share, so that it tells nothing and stays; 0 without.
std::size_t shared_suffix_labels(std::string_view lower_case) {
  const std::size_t service = service_labels(lower_case);
  const bool shared =
      service > 0 || is_private_suffix(lower_case.substr(lower_case.rfind('.') + 1));
  return shared ? std::max(service, public_suffix_labels(lower_case)) : 0;
}

/// The service at `host`, or at a host below it, when its path is that of a webhook.
const rules::Webhook* webhook_of(std::string_view host, std::string_view path) {
  for (const rules::Webhook& known : rules::domains::kWebhooks) {
    const std::size_t labels = host.size() - std::min(host.size(), known.host.size());
    if (host.ends_with(known.host) && (labels == 0 || host[labels - 1] == '.') &&
        path.starts_with(known.path))
      return &known;
  }
  return nullptr;
}

std::size_t path_end(std::string_view text, std::size_t at) {
  while (at < text.size() && !has_class(text[at], chars::kSpace | chars::kQuote) &&
         text[at] != ')' && text[at] != '\\')
    ++at;
  return at;
}

/// Whether "(rw", "(ro" or the like stands at `at`, as in a line of exports.
bool is_export_option(std::string_view text, std::size_t at) {
  constexpr std::string_view kOptions[] = {"(rw", "(ro", "(sec=", "(sync", "(async", "(fsid="};
  return begins_with_one_of(text.substr(at, 8), kOptions);
}

/// Whether what has the form of a host is a file below a directory of the system
/// (/etc/hosts.local), a flag (--le.acme.email=x), or the end of a service's name
/// (_ipp._tcp.local).
bool is_no_host(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view before = text.substr(0, begin);
  if (before.ends_with("_")) return true;
  if (before.ends_with("--")) return byte_at(text, end) == '=';
  if (!before.ends_with("/")) return false;
  std::size_t at = begin - 1;
  while (at > 0 && is_run_char(text[at - 1])) --at;
  return is_one_of(text.substr(at, begin - 1 - at), rules::domains::kDirectories);
}

}  // namespace

std::size_t Rewriter::sensitive_suffix(std::string_view name) const {
  if (name.size() > kMaxDomain || is_privilege(name)) return 0;
  const std::string folded = lower(name);
  if (resolver_.policy() != nullptr && resolver_.policy()->keeps(folded)) return 0;
  const std::size_t labels = count_labels(folded);
  for (std::size_t dot = 0; dot != std::string::npos; dot = folded.find('.', dot + 1)) {
    const std::string_view tail = std::string_view(folded).substr(dot == 0 ? 0 : dot + 1);
    if (tail.find('.') == std::string_view::npos) break;
    if (is_own(tail)) return count_labels(tail) - 1;
    const Ledger::Entry* entry = resolver_.ledger().by_name(tail);
    if (entry != nullptr && (entry->kinds & kind_bit(Kind::kDomain)) != 0) {
      const std::size_t shared = shared_suffix_labels(folded);
      return shared > 0 && shared < labels ? shared : count_labels(tail) - 1;
    }
  }
  const std::size_t suffix = public_suffix_labels(folded);
  if (suffix == 0 || suffix >= labels || is_vendor_host(folded) || is_identifier(folded)) return 0;
  const std::string_view whole = folded;
  if (whole.starts_with("localhost.")) return 0;
  return suffix;
}

std::string Rewriter::domain_text(std::string_view name, std::size_t suffix_labels) {
  std::size_t cut = name.size();
  for (std::size_t i = 0; i < suffix_labels; ++i) cut = name.rfind('.', cut - 1);
  const std::size_t owner = name.rfind('.', cut - 1);
  const std::size_t owner_at = owner == std::string_view::npos ? 0 : owner + 1;
  const std::string_view label = name.substr(owner_at, cut - owner_at);
  std::string tail;
  if (resolver_.ledger().by_pseudonym(lower(label)) != nullptr) {
    tail = name.substr(owner_at);
  } else if (shared_suffix_labels(lower(name)) > 0) {
    // Each label stands for itself.
    const Kind kind = owner_at == 0 ? Kind::kHost : Kind::kDomain;
    tail = resolver_.name(kind, label);
    tail += name.substr(cut);
  } else {
    tail = resolver_.name(Kind::kDomain, name.substr(owner_at));
    learn_owner(label);
  }
  std::string out;
  for (std::size_t at = 0; at < owner_at;) {
    const std::size_t dot = name.find('.', at);
    const std::string_view part = name.substr(at, dot - at);
    const bool plain = std::none_of(part.begin(), part.end(), is_letter);
    out += plain ? dashed_address(part) : resolver_.name(Kind::kHost, part);
    out += '.';
    at = dot + 1;
  }
  return out + tail;
}

/// 10-1-2-3 as an address, any other label as it is.
std::string Rewriter::dashed_address(std::string_view label) {
  std::string dotted(label);
  std::replace(dotted.begin(), dotted.end(), '-', '.');
  const auto address = read_ipv4(dotted, 0);
  if (!address || address->end != dotted.size()) return std::string(label);
  std::string out = resolver_.ipv4(address->value).value_or(dotted);
  std::replace(out.begin(), out.end(), '.', '-');
  return out;
}

void Rewriter::learn_owner(std::string_view label) {
  if (label.find('-') == std::string_view::npos) return;
  bool telling = false;
  for (std::size_t at = 0; at < label.size();) {
    const std::size_t end = std::min(label.find('-', at), label.size());
    const std::string_view part = label.substr(at, end - at);
    telling = telling || (part.size() > 4 && !Dictionary::is_weak(lower(part)));
    at = end + 1;
  }
  if (!telling) return;
  resolver_.learn(Kind::kName, label);
  std::string spaced(label);
  std::replace(spaced.begin(), spaced.end(), '-', ' ');
  resolver_.learn(Kind::kName, spaced);
}

/// https://acme.webhook.office.com/webhookb2/...: the tenant's labels and the path.
bool Rewriter::webhook(Scan& scan, std::size_t end) {
  const std::string_view text = scan.text;
  const std::string host = lower(text.substr(scan.at, end - scan.at));
  const rules::Webhook* service = webhook_of(host, text.substr(end));
  if (service == nullptr) return false;
  std::size_t stop = path_end(text, end + 1);
  if (stop <= end + service->path.size()) return false;
  const std::size_t secret = end + service->path.size();
  if (service->path == "/bot") stop = std::min(text.find('/', secret), stop);  // /getMe
  for (const std::size_t known = end - service->host.size(); scan.at < known; ++scan.at) {
    const std::size_t dot = text.find('.', scan.at);
    const std::string_view label = text.substr(scan.at, dot - scan.at);
    scan.replace(scan.at, dot, resolver_.name(Kind::kHost, label));
  }
  if (text.substr(secret).starts_with("[secret:")) return scan.skip(stop);
  return scan.replace(secret, stop, "[secret:webhook]");
}

/// _ldap._tcp.acme.de: the domain behind the service's labels.
bool Rewriter::service_name(Scan& scan) {
  const std::size_t end = std::min(scan.run_end, scan.text.size());
  const std::string_view run = scan.text.substr(0, end);
  std::size_t begin = scan.at;
  for (std::size_t mark = run.find("._", begin); mark < end; mark = run.find("._", begin))
    begin = mark + 2;
  begin = scan.text.find('.', begin) + 1;
  if (begin == 0 || begin >= end || chain_end(scan.text, begin) <= begin) return false;
  const std::string_view name = scan.text.substr(begin, chain_end(scan.text, begin) - begin);
  const std::size_t suffix = sensitive_suffix(name);
  if (suffix == 0) return scan.skip(begin);
  return scan.replace(begin, begin + name.size(), domain_text(name, suffix));
}

bool Rewriter::fqdn(Scan& scan) {
  if (!scan.run_dotted) return false;
  // _acme-challenge.x: a service's label begins with what is no part of a run.
  const bool inside = scan.at > scan.run_begin || (scan.at > 0 && scan.text[scan.at - 1] == '_');
  const char before = inside ? scan.text[scan.at - 1] : ' ';
  if (before == '.' || before == '-') return false;
  if (before == '_') return service_name(scan);
  const std::size_t end = chain_end(scan.text, scan.at);
  const std::string_view name = scan.text.substr(scan.at, end - scan.at);
  if (name.size() > kMaxDomain || name.find('.') == std::string_view::npos) return false;
  if (!is_letter(name.back())) return host_and_port(scan, end);
  const char after = byte_at(scan.text, end);
  // x.y(z) calls a function, but for the clients of an export: host(rw).
  if (after == '_' || (after == '(' && !is_export_option(scan.text, end))) return false;
  if (webhook(scan, end)) return true;
  if (is_no_host(scan.text, scan.at, end)) return false;
  const std::size_t suffix = sensitive_suffix(name);
  if (suffix == 0) return host_and_service(scan, end);
  const std::size_t begin = scan.at;
  scan.replace(begin, end, domain_text(name, suffix));
  share_behind(scan, begin, end);
  return true;
}

/// host.acme.de.443, as tcpdump writes a host with its port.
bool Rewriter::host_and_port(Scan& scan, std::size_t end) {
  const std::string_view text = scan.text;
  std::size_t dot = end;
  while (dot > scan.at && is_digit(text[dot - 1])) --dot;
  if (dot == end || dot <= scan.at + 1 || text[dot - 1] != '.') return false;
  if (byte_at(text, end) != ':' && text.substr(end, 3) != " > ") return false;
  const std::string_view name = text.substr(scan.at, dot - 1 - scan.at);
  const std::size_t suffix = sensitive_suffix(name);
  if (suffix == 0) return false;
  scan.replace(scan.at, dot - 1, domain_text(name, suffix));
  return scan.skip(end);
}

/// host.acme.de.ssh > 10.1.2.3.50112: the same with the name of its service.
bool Rewriter::host_and_service(Scan& scan, std::size_t end) {
  const std::string_view text = scan.text;
  const bool sends = text.substr(end, 3) == " > ";
  const bool receives =
      scan.at > 1 && text.substr(scan.at - 2, 2) == "> " && byte_at(text, end) == ':';
  if (!sends && !receives) return false;
  const std::string_view all = text.substr(scan.at, end - scan.at);
  const std::string_view name = all.substr(0, all.rfind('.'));
  const std::size_t suffix = name.find('.') == std::string_view::npos ? 0 : sensitive_suffix(name);
  if (suffix == 0) return false;
  scan.replace(scan.at, scan.at + name.size(), domain_text(name, suffix));
  return scan.skip(end);
}

/// What a server shares, behind its name: //server/share.
bool Rewriter::share_behind(Scan& scan, std::size_t begin, std::size_t end) {
  const std::string_view text = scan.text;
  const bool forward = begin > 1 && text.substr(begin - 2, 2) == "//" && byte_at(text, end) == '/';
  const bool back = begin > 1 && text.substr(begin - 2, 2) == "\\\\" && byte_at(text, end) == '\\';
  if (!forward && !back) return false;
  const std::string_view scheme =
      text.substr(begin > 7 ? begin - 7 : 0, std::min<std::size_t>(begin, 7) - 2);
  if (forward && scheme.ends_with(':') && !scheme.ends_with("smb:") && !scheme.ends_with("cifs:"))
    return false;
  std::size_t stop = end + 1;
  while (stop < text.size() && is_run_char(text[stop])) ++stop;
  return placed_name(scan, end + 1, stop, Kind::kName);
}

}  // namespace pmx::anonymize
