// Values that take more than a key and a mark to be read: blocks of YAML, names in base64, the
// names in the subject of a certificate.
#include <algorithm>

#include "anonymize/blobs.h"
#include "anonymize/rewrite.h"

namespace pmx::anonymize {
namespace {

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (byte_at(text, at) == ' ' || byte_at(text, at) == '\t') ++at;
  return at;
}

}  // namespace

/// The lines of a YAML block, which are indented deeper than their key; `at` is behind its mark.
bool Rewriter::block_value(Scan& scan, std::size_t at, std::string_view word) {
  const std::string_view text = scan.text;
  const auto indent = [text](std::size_t from) {
    std::size_t end = from;
    while (byte_at(text, end) == ' ') ++end;
    return end - from;
  };
  scan.looks_beyond();
  const std::size_t key = indent(text.substr(0, scan.run_begin).rfind('\n') + 1);
  bool found = false;
  for (std::size_t line = text.find('\n', at); line < text.size(); line = text.find('\n', line)) {
    ++line;
    const std::size_t begin = line + indent(line);
    const std::size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    if (begin == end) continue;
    if (begin - line <= key || text.substr(begin).starts_with("-----BEGIN")) break;
    const std::string_view value = text.substr(begin, end - begin);
    if (value.starts_with("[secret:")) break;
    if (value.starts_with("$ANSIBLE_VAULT;")) {  // says how the lines below are encrypted
      found = true;
      scan.skip(end);
      continue;
    }
    for (Edit& edit : secret_edits(value, word)) scan.place(begin, std::move(edit));
    scan.skip(end);
    found = true;
  }
  return found;
}

/// tags = ["a", "b"], color-map=a:ff0000;b:00ff00, a line "registered-tags: a;b".
bool Rewriter::name_list(Scan& scan, std::size_t from, const FieldRule& rule) {
  constexpr std::size_t kLongest = 1024;
  const std::string_view text = scan.text;
  if (text[from] == '[') {
    const std::size_t close = text.substr(from, kLongest).find(']');
    if (close == std::string_view::npos || byte_at(text, skip_blanks(text, from + 1)) == '{')
      return false;
    for (std::size_t at = from + 1; at < from + close;) {
      std::size_t end = at;
      while (end < from + close && is_run_char(text[end])) ++end;
      // What else stands in the list is read as text: "web1:9100".
      const bool item = end > at && std::string_view(",]\"' \\").find(text[end]) != text.npos;
      if (item) phrase_name(scan, {at, end, {Treatment::kName, rule.kind, rule.secret, true}});
      at = end + 1;
    }
    return false;
  }
  const std::size_t before = text.substr(0, scan.at).find_last_not_of(" \t");
  const bool begins = before == std::string_view::npos || text[before] == '\n';
  const bool line = begins && byte_at(text, scan.run_end) == ':';
  if (!line && byte_at(text, scan.run_end) != '=') return false;
  const std::size_t end = value_end(scan, from, {});
  const std::string_view list = text.substr(from, end - from);
  if (list.find_first_of(",;:") == std::string_view::npos) return false;
  if (line && end < text.size() && text[end] != '\n' && text[end] != '\r') return false;
  for (Edit& edit : list_field(list, rule.kind)) scan.place(from, std::move(edit));
  return scan.skip(end);
}

/// "C=PT, O=Acme, CN=svc_backup1": one word that ends its part of a subject. An authority's name
/// has several, a host's has dots.
bool Rewriter::common_name(Scan& scan) {
  const std::string_view text = scan.text;
  std::size_t at = skip_blanks(text, scan.run_end);
  if (byte_at(text, at) != '=') return false;
  at = skip_blanks(text, at + 1);
  std::size_t end = at;
  while (end < text.size() && is_run_char(text[end])) ++end;
  const std::string_view name = text.substr(at, end - at);
  const bool ends = end == text.size() ||
                    std::string_view(",/\n\r\"'\\)").find(text[end]) != std::string_view::npos;
  const bool made = name.find_first_of("0123456789_-") != std::string_view::npos;
  if (!ends || !made || name.size() < 4 || name.find('.') != std::string_view::npos) return false;
  return placed_name(scan, at, end, Kind::kName);
}

/// A name that Kubernetes' secrets and PVE's smbios1 have in base64: nothing else ends with '=', or
/// has "base64=1" in its list.
bool Rewriter::encoded_name(Scan& scan, std::size_t at, const FieldRule& rule) {
  if (scan.layer != nullptr || scan.depth > 0 || at >= scan.text.size()) return false;
  SlashChain chain;
  const Blob blob = read_base64(scan.text, at, chain);
  if (blob.end <= at || is_run_char(byte_at(scan.text, blob.end))) return false;
  std::string_view plain = blob.plain;
  while (plain.ends_with('\n')) plain.remove_suffix(1);
  const std::string_view behind = scan.text.substr(blob.end, 256);
  const std::size_t list_end = std::min(behind.find_first_of(" \r\n\""), behind.size());
  const bool marked = behind.substr(0, list_end).find(",base64=1") != std::string_view::npos;
  if (scan.text[blob.end - 1] != '=' && !marked) return false;
  const bool word = std::all_of(plain.begin(), plain.end(), [](char c) { return is_run_char(c); });
  if (plain.size() < 4 || !word) return false;
  const std::string shown = apply_edits(plain, field(plain, rule, Kind::kVm));
  if (shown == plain) return false;
  announce_name(plain, rule);
  return scan.replace(at, blob.end, write_blob(blob, shown + blob.plain.substr(plain.size())));
}

}  // namespace pmx::anonymize
