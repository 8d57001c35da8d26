// Forms with a file in them (multipart/form-data), as uploads to a storage send them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace pmx::sim {

/// The file of an upload; its bytes are not kept.
struct Upload {
  std::string name;         ///< as the client calls it
  std::int64_t size = 0;    ///< bytes
  bool is_archive = false;  ///< begins as gzip, zstd, xz or bzip2 do
  std::string sha1;         ///< of its bytes, in hexadecimal digits
  std::string sha256;
};

/// Reads a form: the fields go to `fields`, with "filename" for the file's name. Nothing when there
/// is no file in it.
std::optional<Upload> read_upload(std::string_view content_type, std::string_view body,
                                  Json& fields);

}  // namespace pmx::sim
