// Names that stand beside an address by the form of a line: who asked for a page, who holds a
// lease, the host on a kernel's command line, the names of /etc/hosts.
#include <algorithm>

#include "anonymize/keep.h"
#include "anonymize/rewrite.h"

namespace pmx::anonymize {
namespace {

std::size_t run_from(std::string_view text, std::size_t at) {
  while (at < text.size() && is_run_char(text[at])) ++at;
  return at;
}

/// The word before the blank that ends at `end`.
std::string_view word_before(std::string_view text, std::size_t end) {
  if (end == 0 || text[end - 1] != ' ') return {};
  std::size_t begin = --end;
  while (begin > 0 && !is_space(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

bool ends_line(std::string_view text, std::size_t at) {
  return at >= text.size() || text[at] == '\n' || text[at] == '\r' ||
         (text[at] == '\\' && byte_at(text, at + 1) == 'n');
}

/// What may stand behind an address and is no host: "10.1.2.3 answers", and the kind of a host's key.
bool is_told(std::string_view word) {
  if (word.starts_with("ssh-") || word.starts_with("ecdsa-")) return true;
  return word.ends_with('s') && Dictionary::is_weak(word.substr(0, word.size() - 1));
}

/// "AD:DR:ES:S", or the id of a client, which may be left out.
bool is_client_id(std::string_view text, std::size_t at) {
  return byte_at(text, at) == '*' || hex_pairs_at(text, at) >= 6;
}

}  // namespace

bool Rewriter::follows_mac(std::string_view text, std::size_t at) {
  return read_mac(word_before(text, at), 0).has_value();
}

/// The name behind the address at [begin, end), when the form of its line says that one is there.
bool Rewriter::name_beside(Scan& scan, std::size_t begin, std::size_t end) {
  const std::string_view text = scan.text;
  const char before = begin > 0 ? text[begin - 1] : '\n';
  const char after = byte_at(text, end);
  if (share_behind(scan, begin, end)) return true;
  std::size_t at = end + 1;
  Kind kind = Kind::kHost;
  bool announced = false;
  if (after == ':' && before == ':') {
    // ip=client:server:gateway:255.255.255.0:NAME:eno1:off
    announced = text.substr(begin, 4) == "255." && byte_at(text, run_from(text, at)) == ':';
  } else if (text.substr(end, 3) == " - ") {
    at = end + 3;
    kind = Kind::kUser;
    const std::size_t stop = run_from(text, at);
    scan.looks_to(stop + 3);
    announced = text.substr(stop, 2) == " [" && is_digit(byte_at(text, stop + 2));
  } else if (text.substr(end, 2) == " -") {
    scan.looks_to(end + 3);
  } else if (after == ' ' && before == ' ') {
    // A lease of dnsmasq: time, MAC, address, NAME, client.
    const std::size_t stop = run_from(text, at);
    const bool leased = follows_mac(text, begin);
    if (leased) scan.looks_beyond();
    scan.note.word.alone = true;
    announced = leased && byte_at(text, stop) == ' ' && is_client_id(text, stop + 1);
  }
  if (!announced) return before == '\n' && hosts_line(scan, begin, end);
  const std::size_t stop = run_from(text, at);
  const std::string_view name = text.substr(at, stop - at);
  if (!is_name(name, kind) || read_ipv4(name, 0)) return false;
  if (sensitive_suffix(name) > 0 || holds_own(name)) return false;
  resolver_.announce(name);
  return scan.replace(at, stop, name_text(kind, name), {Finder::kContext});
}

/// "DHCPACK(br0) 10.1.2.3 aa:bb:cc:dd:ee:ff NAME", and behind the MAC "(NAME) via".
bool Rewriter::leased_name(Scan& scan, std::size_t begin, std::size_t end) {
  const std::string_view text = scan.text;
  if (byte_at(text, end) == ',') {  // dhcp-host=MAC,NAME,ADDRESS
    const std::size_t stop = run_from(text, end + 1);
    const bool host = byte_at(text, stop) == ',' || ends_line(text, stop);
    return host && placed_name(scan, end + 1, stop, Kind::kHost);
  }
  if (byte_at(text, end) != ' ') return false;
  scan.looks_beyond();
  const bool paired = byte_at(text, end + 1) == '(';
  const std::size_t at = end + (paired ? 2 : 1);
  const std::size_t stop = run_from(text, at);
  if (paired ? text.substr(stop, 5) != ") via" : !ends_line(text, stop)) return false;
  const std::string_view address = word_before(text, begin);
  if (!paired && !read_ipv4(address, 0)) return false;
  if (!paired && !word_before(text, begin - address.size() - 1).starts_with("DHCP")) return false;
  const std::string_view name = text.substr(at, stop - at);
  if (!is_name(name, Kind::kHost) || sensitive_suffix(name) > 0 || holds_own(name)) return false;
  resolver_.announce(name);
  return scan.replace(at, stop, name_text(Kind::kHost, name), {Finder::kContext});
}

/// The names of a line of /etc/hosts: nothing else stands in it.
bool Rewriter::hosts_line(Scan& scan, std::size_t begin, std::size_t end) {
  constexpr int kMostNames = 4;
  const std::string_view text = scan.text;
  if (begin > 0 && text[begin - 1] != '\n') return false;
  std::vector<Span> names;
  std::size_t at = end;
  while (byte_at(text, at) == ' ' || byte_at(text, at) == '\t') {
    while (byte_at(text, at) == ' ' || byte_at(text, at) == '\t') ++at;
    const std::size_t stop = run_from(text, at);
    if (stop == at) break;
    names.push_back({at, stop});
    at = stop;
  }
  scan.looks_to(at + 2);
  const bool comment = byte_at(text, at) == '#';
  if (names.empty() || names.size() > kMostNames || (!ends_line(text, at) && !comment))
    return false;
  const auto name = [text](Span span) { return text.substr(span.begin, span.end - span.begin); };
  const bool hosts = std::all_of(names.begin(), names.end(), [&](Span span) {
    const std::string folded = lower(name(span));
    return is_letter(folded.front()) && !is_told(folded) &&
           (!Dictionary::is_weak(folded) || is_kept_name(folded));
  });
  if (!hosts) return false;
  for (const Span& span : names) {
    const std::string_view host = name(span);
    if (host.find('.') != std::string_view::npos || !is_name(host, Kind::kHost) ||
        is_kept_name(lower(host))) {
      for (Edit& edit : scan_layer(host, nullptr, scan.depth + 1))
        scan.place(span.begin, std::move(edit));
      continue;
    }
    resolver_.announce(host);
    scan.replace(span.begin, span.end, name_text(Kind::kHost, host), {Finder::kContext});
  }
  return scan.skip(names.back().end);
}

}  // namespace pmx::anonymize
