#include "state/locks.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/crypto.h"

namespace pmx::state {
namespace {

// Bytes of the lock file; they need not exist to be locked.
constexpr std::int64_t kLeaderByte = 0;
constexpr std::int64_t kSetupByte = 1;
constexpr std::int64_t kFirstInstance = 1024;

/// Open-file-description locks: unlike the older ones they hold between threads and instances of
/// one process, and closing an unrelated descriptor does not drop them.
bool control(int file, int command, struct flock& range) {
  while (::fcntl(file, command, &range) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

struct flock one_byte(std::int64_t offset, short type) {
  struct flock range {};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_start = offset;
  range.l_len = 1;
  return range;
}

bool change(int file, int command, std::int64_t offset, short type) {
  struct flock range = one_byte(offset, type);
  return control(file, command, range);
}

/// The bytes of every instance that may come.
struct flock all_instances(short type) {
  struct flock range = one_byte(kFirstInstance, type);
  range.l_len = 0;  // to the end
  return range;
}

std::int64_t new_instance() {
  std::int64_t number = 0;
  const std::string bytes = crypto::random_bytes(sizeof number);
  std::memcpy(&number, bytes.data(), sizeof number);
  return kFirstInstance + (number & ((std::int64_t{1} << 61) - 1));
}

Error lock_error(const std::string& path, int error) {
  if (error == EAGAIN) {
    return Error{Code::kUnavailable, "the key of this installation is being renewed (" + path + ")",
                 "try again in a moment"};
  }
  const bool denied = error == EACCES || error == EPERM || error == EROFS;
  const bool full = error == ENOSPC || error == EDQUOT;
  return Error{denied ? Code::kPermissionDenied
               : full ? Code::kResourceExhausted
                      : Code::kUnavailable,
               "cannot lock " + path + ": " + std::strerror(error),
               "the state directory must be on a writable local file system"};
}

}  // namespace

Result<std::unique_ptr<Locks>> Locks::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return lock_error(path, errno);
  auto locks = std::make_unique<Locks>(file, new_instance());
  if (!change(file, F_OFD_SETLK, locks->instance_, F_WRLCK)) return lock_error(path, errno);
  return locks;
}

Locks::~Locks() { ::close(file_); }

bool Locks::try_lead() {
  if (!leads_) leads_ = change(file_, F_OFD_SETLK, kLeaderByte, F_WRLCK);
  return leads_;
}

Result<void> Locks::begin_setup() {
  if (!change(file_, F_OFD_SETLKW, kSetupByte, F_WRLCK)) return lock_error("the setup byte", errno);
  return {};
}

void Locks::end_setup() { change(file_, F_OFD_SETLK, kSetupByte, F_UNLCK); }

bool Locks::alive(std::int64_t instance) const {
  if (instance == instance_) return true;
  if (instance < kFirstInstance) return false;  // the bytes of the roles are nobody's life
  struct flock range = one_byte(instance, F_WRLCK);
  return control(file_, F_OFD_GETLK, range) && range.l_type != F_UNLCK;
}

bool Locks::begin_alone() {
  struct flock range = all_instances(F_WRLCK);
  return control(file_, F_OFD_SETLK, range);
}

void Locks::end_alone() {
  struct flock range = all_instances(F_UNLCK);
  control(file_, F_OFD_SETLK, range);
  change(file_, F_OFD_SETLK, instance_, F_WRLCK);
}

}  // namespace pmx::state
