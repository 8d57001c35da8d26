#include "app/command_output.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

extern char** environ;

namespace pmx::app {
namespace {

constexpr std::size_t kMaxOutput = 65536;

std::string read_all(int fd) {
  std::string text;
  char chunk[4096];
  while (text.size() < kMaxOutput) {
    const ssize_t got = ::read(fd, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(chunk, static_cast<std::size_t>(got));
  }
  return text;
}

int exit_status(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

Result<std::string> command_output(const std::vector<std::string>& command) {
  if (command.empty()) return Error{Code::kInvalidArgument, "the command is empty", ""};
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return Error{Code::kUnavailable, "no pipe for " + command.front(), ""};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY,
                                   0);  // our stderr is the client's log
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed =
      ::posix_spawnp(&child, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string output = failed == 0 ? read_all(ends[0]) : std::string();
  ::close(ends[0]);
  if (failed != 0) {
    return Error{Code::kUnavailable, "cannot run " + command.front() + ": " + std::strerror(failed),
                 ""};
  }
  const int status = exit_status(child);
  if (status == 0) return output;
  return Error{Code::kUnavailable, command.front() + " ended with status " + std::to_string(status),
               "run it by hand to see why"};
}

}  // namespace pmx::app
