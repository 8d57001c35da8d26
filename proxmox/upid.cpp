#include "proxmox/upid.h"

#include <array>
#include <charconv>
#include <optional>

namespace pmx::proxmox {
namespace {

constexpr std::size_t kMaxLength = 1024;

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// PVE: [a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?
bool is_node_name(std::string_view text) {
  if (text.empty() || !is_alnum(text.front()) || !is_alnum(text.back())) return false;
  for (const char c : text) {
    if (!is_alnum(c) && c != '-') return false;
  }
  return true;
}

std::optional<std::uint64_t> read_hex(std::string_view text, std::size_t least, std::size_t most) {
  if (text.size() < least || text.size() > most) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// PVE: no white space and no colon in type, id and user.
bool is_plain(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return false;
  }
  return true;
}

/// The form is told in words: an example would leave through the privacy gate, which sees a task id
/// with names in it and replaces them.
Error bad(std::string_view why) {
  return {Code::kInvalidArgument, "not a task id: " + std::string(why),
          "copy it whole from the answer that gave it: the word UPID, then node, pid, pstart, "
          "starttime, type, id and user, each behind a colon, and a colon at the end"};
}

}  // namespace

Result<Upid> Upid::parse(std::string_view text) {
  constexpr std::size_t kParts = 9;  // "UPID" ... user, and the empty rest after the last colon
  if (text.size() > kMaxLength) return bad("too long");
  std::array<std::string_view, kParts> parts;
  std::size_t count = 0;
  for (std::string_view rest = text;;) {
    if (count == kParts) return bad("too many parts");
    const std::size_t colon = rest.find(':');
    parts[count++] = rest.substr(0, colon);
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  if (count != kParts || !parts[8].empty()) return bad("eight parts and a final colon are needed");
  const auto pid = read_hex(parts[2], 8, 8);
  const auto pstart = read_hex(parts[3], 8, 9);
  const auto starttime = read_hex(parts[4], 8, 8);
  if (parts[0] != "UPID") return bad("it does not start with the word UPID");
  if (!is_node_name(parts[1])) return bad("the node name is malformed");
  if (!pid || !pstart || !starttime) return bad("a hexadecimal part is malformed");
  if (parts[5].empty() || parts[7].empty()) return bad("type or user is empty");
  if (!is_plain(parts[5]) || !is_plain(parts[6]) || !is_plain(parts[7])) {
    return bad("white space inside");
  }
  Upid upid;
  upid.text = text;
  upid.node = parts[1];
  upid.pid = static_cast<std::uint32_t>(*pid);
  upid.starttime = static_cast<std::int64_t>(*starttime);
  upid.type = parts[5];
  upid.id = parts[6];
  upid.user = parts[7];
  return upid;
}

}  // namespace pmx::proxmox
