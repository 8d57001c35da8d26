// What devices are known by: iSCSI and NVMe names, WWNs, multipath ids, serials. The part that says
// which kind it is stays.
#include <algorithm>
#include <iterator>

#include "anonymize/clues.h"
#include "anonymize/rewrite.h"
#include "anonymize/word_set.h"

namespace pmx::anonymize {
namespace {

/// What a vendor numbers its devices with.
constexpr std::size_t kDeviceDigits = 9;

std::size_t hex_end(std::string_view text, std::size_t at) {
  while (at < text.size() && is_hex(text[at])) ++at;
  return at;
}

bool ends_word(std::string_view text, std::size_t at) { return !is_word_char(byte_at(text, at)); }

/// A piece of an identifier that is replaced.
struct Part {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// iqn.2004-04.com.acme:target, nqn.2014-08.org.nvmexpress:uuid:...: all behind the date.
Part dated_name(std::string_view text, std::size_t at) {
  const std::size_t begin = at + 12;
  if (byte_at(text, at + 3) != '.' || byte_at(text, at + 8) != '-' ||
      byte_at(text, at + 11) != '.' || !is_digit(byte_at(text, at + 4)))
    return {};
  std::size_t end = begin;
  while (end < text.size() && (is_run_char(text[end]) || text[end] == ':')) ++end;
  while (end > begin && !is_word_char(text[end - 1])) --end;
  return {begin, end};
}

/// 0x5000c500..., 5-000c50-..., "5 000c50 ...", 3600..., eui.0025..., naa.6000...
Part numbered(std::string_view text, std::size_t at) {
  if (!is_hex(byte_at(text, at))) return {};
  const std::size_t end = hex_end(text, at);
  const std::size_t length = end - at;
  if (text[at] == '0' && byte_at(text, at + 1) == 'x' && byte_at(text, at + 2) == '5') {
    const std::size_t last = hex_end(text, at + 2);
    if (last - at == 18 && ends_word(text, last)) return {at, last};
  }
  if (!ends_word(text, end)) return {};
  const bool page83 = (length == 33 || length == 17) && text[at] == '3' &&
                      std::string_view("2356").find(text[at + 1]) != std::string_view::npos;
  if (page83) return {at, end};
  const bool named =
      at >= 4 && (text.substr(at - 4, 4) == "eui." || text.substr(at - 4, 4) == "naa.");
  if (named && (length == 16 || length == 32)) return {at, end};
  // Five, the vendor's six digits, and the device's nine.
  if (length != kDeviceDigits || at < 9) return {};
  const std::string_view before = text.substr(at - 9, 9);
  const bool begins = at == 9 || !is_word_char(text[at - 10]);
  const bool vendor = begins && before[0] == '5' && before[1] == before[8] &&
                      (before[1] == ' ' || before[1] == '-') && hex_end(before, 2) == 8;
  return vendor ? Part{at, end} : Part{};
}

/// ata-MODEL_SERIAL, nvme-MODEL_SERIAL_1: the serial.
Part by_id_serial(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_run_char(text[end])) ++end;
  if (const std::size_t part = text.substr(at, end - at).rfind("-part"); part != text.npos)
    end = at + part;
  std::size_t cut = text.substr(at, end - at).rfind('_');
  if (cut == std::string_view::npos) return {};
  if (end - at - cut <= 3) {  // a namespace
    end = at + cut;
    cut = text.substr(at, end - at).rfind('_');
    if (cut == std::string_view::npos) return {};
  }
  return {at + cut + 1, end};
}

/// Whether a run is such a link outside of its folder, as zpool and zed write it: all but what kind
/// of bus it is on are capitals.
bool is_device_link(std::string_view run) {
  constexpr std::string_view kBuses[] = {"ata-", "nvme-", "scsi-", "usb-"};
  const std::string_view link = run.substr(0, run.rfind("-part"));
  const std::size_t cut = link.find('-') + 1;
  return begins_with_one_of(link, kBuses) && link.find('_') != std::string_view::npos &&
         std::none_of(link.begin() + static_cast<std::ptrdiff_t>(cut), link.end(), is_lower) &&
         std::any_of(link.begin() + static_cast<std::ptrdiff_t>(link.rfind('_')), link.end(), is_digit);
}

/// "Serial Number:    X", "S/N:X": where X begins, or 0.
std::size_t announced_serial(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view run = text.substr(begin, end - begin);
  while (byte_at(text, end) == ' ' && byte_at(text, end + 1) == ' ') ++end;
  const bool dashed =
      byte_at(text, end) == ' ' && byte_at(text, end + 3) == '-' && byte_at(text, end + 6) == '-';
  if (byte_at(text, end) == ' ' && byte_at(text, end + 1) == ':') ++end;
  if (byte_at(text, end) != ':' && !dashed) return 0;
  const bool number = equals_folded(run, "number") && begin >= 7 &&
                      equals_folded(text.substr(begin - 7, 7), "serial ");
  const bool short_form = run == "N" && begin >= 2 && text.substr(begin - 2, 2) == "S/";
  if (!number && !short_form) return 0;
  std::size_t at = end + 1;
  while (byte_at(text, at) == ' ' || byte_at(text, at) == '\t') ++at;
  return at;
}

}  // namespace

void add_device_words(Triggers& triggers) {
  for (const std::string_view word : {"iqn", "nqn", "eui", "naa", "wwn"})
    triggers.add_word(word, clue::kCue);
  for (const std::string_view word : {"id", "number", "n"}) triggers.add_word(word, clue::kSerial);
}

bool Rewriter::may_be_device(std::string_view run) {
  // The nine digits behind a vendor's may have a dot or dash behind them.
  return run.size() >= 15 || run == "N" ||
         (run.size() >= kDeviceDigits && hex_end(run, 0) == kDeviceDigits &&
          ends_word(run, kDeviceDigits));
}

/// A volume group in the device mapper's spelling, before a volume of PVE: its own dashes are
/// doubled.
bool Rewriter::mapped_volume(Scan& scan) {
  const std::string_view run = scan.text.substr(scan.at, scan.run_end - scan.at);
  if (scan.at != scan.run_begin) return false;
  for (const std::string_view head : {"-vm--", "-base--", "-subvol--", "-snap_vm--"}) {
    const std::size_t cut = run.find(head);
    if (cut == std::string_view::npos || cut == 0 || !is_digit(byte_at(run, cut + head.size())))
      continue;
    return placed_name(scan, scan.at, scan.at + cut, Kind::kName) || scan.skip(scan.at + cut);
  }
  return false;
}

/// enx and a MAC: an interface that is named by its address.
bool Rewriter::interface_of_mac(Scan& scan) {
  const auto mac = read_mac_interface(scan.text.substr(scan.at));
  if (!mac) return false;
  const auto out = resolver_.mac(*mac);
  const std::size_t end = scan.at + mac->end;
  return out ? scan.replace(scan.at + 3, end, *out) : scan.skip(end);
}

/// The alias before "(36005...) dm-3".
bool Rewriter::multipath_alias(Scan& scan) {
  const std::string_view text = scan.text;
  if (scan.at != scan.run_begin || text.substr(scan.run_end, 2) != " (") return false;
  scan.looks_to(scan.run_end + 3);
  const char first = byte_at(text, scan.run_end + 2);
  if (first != '0' && first != '3') return false;
  scan.looks_beyond();
  const Part id = numbered(text, scan.run_end + 2);
  if (id.end == 0 || text.substr(id.end, 5) != ") dm-") return false;
  return placed_name(scan, scan.at, scan.run_end, Kind::kName);
}

/// Five groups of five: a licence key.
bool Rewriter::licence_key(Scan& scan) {
  constexpr std::size_t kLength = 29;
  const std::string_view run = scan.text.substr(scan.at, scan.run_end - scan.at);
  if (scan.at != scan.run_begin || run.size() != kLength) return false;
  for (std::size_t i = 0; i < run.size(); ++i) {
    const bool dash = i % 6 == 5;
    const bool good = dash ? run[i] == '-' : is_digit(run[i]) || (run[i] >= 'A' && run[i] <= 'Z');
    if (!good) return false;
  }
  return scan.replace(scan.at, scan.run_end, "[secret:licence]");
}

bool Rewriter::device(Scan& scan) {
  if (licence_key(scan) || interface_of_mac(scan)) return true;
  const std::string_view text = scan.text;
  // "5 000c50 0a1b2c3d4"
  if (hex_end(text, scan.at) == scan.at + kDeviceDigits) scan.looks_beyond();
  Part part;
  const std::string_view head = text.substr(scan.at, 3);
  if (head == "iqn" || head == "nqn") part = dated_name(text, scan.at);
  if (part.end == 0 && is_hex(text[scan.at])) part = numbered(text, scan.at);
  if (scan.at == scan.run_begin) {
    const std::string_view run = text.substr(scan.at, scan.run_end - scan.at);
    if (run == "by-id" && byte_at(text, scan.run_end) == '/')
      part = by_id_serial(text, scan.run_end + 1);
    if (is_device_link(run)) part = by_id_serial(text, scan.at);
    if (run == "N" || equals_folded(run, "number")) scan.looks_beyond();
    const std::size_t serial = announced_serial(text, scan.at, scan.run_end);
    std::size_t end = serial;
    while (serial > 0 && end < text.size() && is_run_char(text[end])) ++end;
    if (end > serial + 3) part = {serial, end};
  }
  if (part.end <= part.begin) return false;
  const std::string_view value = text.substr(part.begin, part.end - part.begin);
  if (is_own(value) || scheme_.read_name(value, 0)) return scan.skip(part.end);
  const Ledger::Entry* known = resolver_.ledger().by_name(lower(value));
  return scan.replace(
      part.begin, part.end,
      known != nullptr ? resolver_.known(*known, value) : resolver_.name(Kind::kName, value));
}

}  // namespace pmx::anonymize
