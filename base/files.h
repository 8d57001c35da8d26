// Files the product owns: private by default, replaced atomically.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pmx {

/// The whole file; kNotFound, kPermissionDenied, or kResourceExhausted above `max_bytes`.
Result<std::string> read_file(const std::string& path,
                              std::size_t max_bytes = std::size_t{16} << 20);

/// A descriptor of the file, open for reading, which the caller closes. Errors as of read_file().
Result<int> open_file(const std::string& path);

/// Writes to a temporary name beside `path`, fsyncs, renames. Mode 0600. The old content survives
/// any failure.
Result<void> write_private_file(const std::string& path, std::string_view content);

/// Creates `path` with `content` only if it is not there yet (mode 0600, complete or not at all).
/// True when this call created it, false when it existed.
Result<bool> create_private_file(const std::string& path, std::string_view content);

/// Syncs the finished file `draft` and gives it the name `path` as well, unless that is taken (then
/// false). `draft` keeps its name; the caller removes it.
Result<bool> publish_file(const std::string& draft, const std::string& path);

/// Whether anything has this name.
bool file_exists(const std::string& path);

/// Makes new names in the directory survive a power cut. Best effort: not every file system can.
void sync_directory(const std::string& path);

/// kPermissionDenied, with the command that mends it, when anybody but the owner may read or write
/// `path`; kNotFound when it is not there.
Result<void> check_private_file(const std::string& path);

/// Creates `path` and its missing parents with mode 0700. An existing `path` is refused when it is
/// no directory (kInvalidArgument), another user's or open to others (kPermissionDenied).
Result<void> make_private_directory(const std::string& path);

}  // namespace pmx
