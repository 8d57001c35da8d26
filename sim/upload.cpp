#include "sim/upload.h"

#include <array>

#include "base/crypto.h"

namespace pmx::sim {
namespace {

/// The value of `key="..."`, or of key=... up to the next semicolon; empty when there is none.
std::string parameter(std::string_view text, std::string_view key) {
  const std::string needle = std::string(key) + "=";
  auto at = text.find(needle);
  while (at != std::string_view::npos && at > 0 && text[at - 1] != ' ' && text[at - 1] != ';')
    at = text.find(needle, at + 1);
  if (at == std::string_view::npos) return "";
  text.remove_prefix(at + needle.size());
  if (!text.starts_with('"')) return std::string(text.substr(0, text.find_first_of(";\r\n")));
  return std::string(text.substr(1, text.find('"', 1) - 1));
}

bool is_archive(std::string_view bytes) {
  constexpr std::array<std::string_view, 4> kHeads{"\x1f\x8b", "\x28\xb5\x2f\xfd",
                                                   "\xfd"
                                                   "7zXZ",
                                                   "BZh"};
  for (const auto head : kHeads)
    if (bytes.starts_with(head)) return true;
  return false;
}

/// One part: its head, and what it holds.
struct Part {
  std::string_view head;
  std::string_view value;
};

/// The next part of `body`, which is shortened by it; nothing at the end.
std::optional<Part> next_part(std::string_view& body, std::string_view boundary) {
  const auto begin = body.find(boundary);
  if (begin == std::string_view::npos) return std::nullopt;
  body.remove_prefix(begin + boundary.size());
  const auto blank = body.find("\r\n\r\n");
  const auto end = body.find(std::string("\r\n") + std::string(boundary), blank);
  if (blank == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
  const Part part{body.substr(0, blank), body.substr(blank + 4, end - blank - 4)};
  body.remove_prefix(end + 2);
  return part;
}

}  // namespace

std::optional<Upload> read_upload(std::string_view content_type, std::string_view body,
                                  Json& fields) {
  const std::string boundary = "--" + parameter(content_type, "boundary");
  if (boundary.size() == 2) return std::nullopt;
  std::optional<Upload> upload;
  while (const auto part = next_part(body, boundary)) {
    const std::string name = parameter(part->head, "name");
    const std::string file = parameter(part->head, "filename");
    if (file.empty()) {
      fields[name] = std::string(part->value);
      continue;
    }
    fields["filename"] = file;
    upload =
        Upload{file, static_cast<std::int64_t>(part->value.size()), is_archive(part->value),
               crypto::hex(crypto::sha1(part->value)), crypto::hex(crypto::sha256(part->value))};
  }
  return upload;
}

}  // namespace pmx::sim
