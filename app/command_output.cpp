#include "app/command_output.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

extern char** environ;

namespace pmx::app {
namespace {

constexpr std::size_t kMaxOutput = 65536;
constexpr int kSlice = 10;  // ms between two looks at the clock and at the child

/// A child that leads a process group of its own. Whoever does not see it end kills the group.
class Child {
 public:
  Child(pid_t pid, int output) : pid_(pid), output_(output) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  ~Child() {
    ::close(output_);
    if (status_) return;
    ::kill(-pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }

  /// Takes what the child has printed, waiting for more for one slice at most.
  void read_some(std::string& text) {
    pollfd end{at_end_ ? -1 : output_, POLLIN, 0};
    if (::poll(&end, 1, kSlice) <= 0) return;
    char chunk[4096];
    const ssize_t got = ::read(output_, chunk, sizeof chunk);
    if (got > 0) text.append(chunk, static_cast<std::size_t>(got));
    at_end_ = got == 0 || (got < 0 && errno != EINTR);
  }

  /// The exit status once the child has ended, -1 after a signal; nothing while it runs.
  std::optional<int> ended() {
    int status = 0;
    if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
      status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    return status_;
  }

  /// What is in the pipe now. A grandchild may keep the pipe open for as long as it likes.
  void read_rest(std::string& text) {
    ::fcntl(output_, F_SETFL, O_NONBLOCK);
    char chunk[4096];
    ssize_t got = 0;
    while (text.size() <= kMaxOutput && (got = ::read(output_, chunk, sizeof chunk)) > 0) {
      text.append(chunk, static_cast<std::size_t>(got));
    }
  }

 private:
  const pid_t pid_;
  const int output_;
  bool at_end_ = false;
  std::optional<int> status_;
};

/// Starts `command` with its output on `output`; 0 or an errno.
int spawn(const std::vector<std::string>& command, int output, pid_t& child) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  // Not our standard error: that is the client's log.
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);  // we ignore these; programs count on them
  sigaddset(&defaults, SIGXFSZ);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int failed = ::posix_spawnp(&child, words.front().c_str(), &actions, &attributes,
                                    arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failed;
}

Error too_slow(const std::string& program) {
  return Error{Code::kDeadlineExceeded,
               program + " did not end within " + std::to_string(kCommandTimeout.count()) +
                   " s and was killed",
               "run it by hand to see what it waits for; it gets no input and no terminal"};
}

}  // namespace

Result<std::string> command_output(const std::vector<std::string>& command, Clock& clock) {
  if (command.empty()) return Error{Code::kInvalidArgument, "the command is empty", ""};
  const std::string& program = command.front();
  const SteadyTime limit = clock.steady() + kCommandTimeout;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error{Code::kUnavailable, "no pipe for " + program, ""};
  pid_t pid = 0;
  const int failed = spawn(command, ends[1], pid);
  ::close(ends[1]);
  if (failed != 0) {
    ::close(ends[0]);
    return Error{Code::kUnavailable, "cannot run " + program + ": " + std::strerror(failed), ""};
  }
  Child child(pid, ends[0]);
  std::string output;
  while (!child.ended()) {
    child.read_some(output);
    if (output.size() > kMaxOutput) break;
    if (clock.steady() >= limit) return too_slow(program);
  }
  child.read_rest(output);
  if (output.size() > kMaxOutput) {
    return Error{Code::kResourceExhausted,
                 program + " printed more than " + std::to_string(kMaxOutput) + " bytes",
                 "its first line must be the secret"};
  }
  if (child.ended() == 0) return output;
  return Error{Code::kUnavailable,
               program + " ended with status " + std::to_string(child.ended().value_or(-1)),
               "run it by hand to see why"};
}

}  // namespace pmx::app
