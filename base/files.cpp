#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/crypto.h"

namespace pmx {
namespace {

Error system_error(const std::string& what, const std::string& path, int error) {
  const Code code = error == ENOENT                        ? Code::kNotFound
                    : (error == EACCES || error == EPERM)  ? Code::kPermissionDenied
                    : (error == ENOSPC || error == EDQUOT) ? Code::kResourceExhausted
                    : error == EEXIST                      ? Code::kAlreadyExists
                                                           : Code::kUnavailable;
  return Error{code, what + " " + path + ": " + std::strerror(error), ""};
}

/// Closes on scope exit.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// Writes a fresh 0600 file with a random name beside `path`, synced; its name.
Result<std::string> write_temporary(const std::string& path, std::string_view content) {
  const std::string temporary = path + "." + crypto::hex(crypto::random_bytes(6)) + ".tmp";
  const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) return system_error("cannot create", path, errno);
  while (!content.empty()) {
    const ssize_t written = ::write(file.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      ::unlink(temporary.c_str());
      return system_error("cannot write", path, error);
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.get()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    return system_error("cannot sync", path, error);
  }
  return temporary;
}

/// A second name for a file; false when that is taken.
Result<bool> link_new(const std::string& from, const std::string& path) {
  if (::link(from.c_str(), path.c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  return system_error("cannot create", path, errno);
}

/// Creates the directories above `path` that are missing, each with mode 0700. What fails here
/// fails again, and is reported, when `path` itself is made.
void make_private_parents(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    ::mkdir(path.substr(0, slash).c_str(), 0700);
  }
}

}  // namespace

Result<int> open_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return system_error("cannot read", path, errno);
  return descriptor;
}

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  PMX_TRY(const int descriptor, open_file(path));
  const Descriptor file(descriptor);
  std::string content;
  char chunk[65536];
  while (true) {
    const ssize_t got = ::read(file.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("cannot read", path, errno);
    if (got == 0) return content;
    content.append(chunk, static_cast<std::size_t>(got));
    if (content.size() > max_bytes) {
      return Error{Code::kResourceExhausted,
                   path + " is larger than " + std::to_string(max_bytes) + " bytes", ""};
    }
  }
}

Result<void> write_private_file(const std::string& path, std::string_view content) {
  PMX_TRY(const std::string temporary, write_temporary(path, content));
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    return system_error("cannot replace", path, error);
  }
  return {};
}

Result<bool> create_private_file(const std::string& path, std::string_view content) {
  PMX_TRY(const std::string temporary, write_temporary(path, content));
  auto published = link_new(temporary, path);
  ::unlink(temporary.c_str());
  return published;
}

Result<bool> publish_file(const std::string& draft, const std::string& path) {
  {
    const Descriptor file(::open(draft.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return system_error("cannot read", draft, errno);
    if (::fsync(file.get()) != 0) return system_error("cannot sync", draft, errno);
  }
  PMX_TRY(const bool published, link_new(draft, path));
  if (published) sync_directory(std::filesystem::path(path).parent_path().string());
  return published;
}

bool file_exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

void sync_directory(const std::string& path) {
  const Descriptor directory(
      ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) ::fsync(directory.get());
}

Result<void> check_private_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return system_error("cannot examine", path, errno);
  if ((status.st_mode & 077U) == 0) return {};
  return Error{Code::kPermissionDenied, path + " is open to other users", "run: chmod 600 " + path};
}

Result<void> make_private_directory(const std::string& path) {
  make_private_parents(path);
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) return system_error("cannot create the directory", path, errno);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return system_error("cannot examine", path, errno);
  if (!S_ISDIR(status.st_mode))
    return Error{Code::kInvalidArgument, path + " is not a directory", ""};
  if (status.st_uid != ::geteuid()) {
    return Error{Code::kPermissionDenied, path + " belongs to another user",
                 "choose another directory"};
  }
  if ((status.st_mode & 077U) != 0) {
    return Error{Code::kPermissionDenied, path + " is open to other users",
                 "run: chmod 700 " + path};
  }
  return {};
}

}  // namespace pmx
