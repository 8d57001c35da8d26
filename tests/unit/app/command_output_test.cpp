#include "app/command_output.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "tests/unit/app/workbench.h"

using pmx::Code;
using pmx::app::command_output;
using pmx::app::kCommandTimeout;

namespace {

/// A named pipe: it ends for the reader when the last process that holds its other end is gone.
struct Fifo {
  Fifo() {
    char name[] = "/tmp/pmx-command-XXXXXX";
    REQUIRE(mkdtemp(name) != nullptr);
    directory = name;
    path = directory + "/fifo";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    end = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(end >= 0);
  }
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;
  ~Fifo() {
    ::close(end);
    std::filesystem::remove_all(directory);
  }

  /// Takes what was written; 0 when all writers are gone, -1 when nothing was written yet.
  [[nodiscard]] ssize_t take() const {
    char chunk[64];
    return ::read(end, chunk, sizeof chunk);
  }
  [[nodiscard]] bool wait_closed() const {
    pollfd waiting{end, POLLIN, 0};
    while (::poll(&waiting, 1, 10'000) > 0) {
      if (take() == 0) return true;
    }
    return false;
  }

  std::string directory;
  std::string path;
  int end = -1;
};

/// Stands still until something was written to the pipe; then the command's time is over.
class ClockOfPipe final : public pmx::Clock {
 public:
  explicit ClockOfPipe(const Fifo& fifo) : fifo_(fifo) {}
  pmx::SystemTime now() const override { return {}; }
  pmx::SteadyTime steady() const override {
    if (fifo_.take() > 0) over_ = true;
    return pmx::SteadyTime(over_ ? kCommandTimeout : std::chrono::seconds(0));
  }
  bool wait(const std::stop_token&, std::chrono::milliseconds) override { return true; }

 private:
  const Fifo& fifo_;
  mutable bool over_ = false;
};

pmx::Result<std::string> shell(const std::string& script) {
  return command_output({"sh", "-c", script}, pmx::system_clock());
}

}  // namespace

TEST_CASE("command: gives what was printed, whole, and waits for the end") {
  CHECK(shell("echo one; echo two >&2; echo three").value() == "one\nthree\n");
  CHECK(shell("exec >&-; exit 0").value().empty());
  CHECK(shell("head -c 60000 /dev/zero").value().size() == 60000);
  CHECK(shell("cat").value().empty());  // its input is empty
}

TEST_CASE("command: a background process that keeps the output open does not hold it up") {
  const Fifo fifo;
  const auto output =
      shell("(exec 3>" + fifo.path + "; read line <" + fifo.path + ") & echo secret");
  CHECK(output.value() == "secret\n");
  const int end = ::open(fifo.path.c_str(), O_WRONLY | O_CLOEXEC);  // lets it end
  REQUIRE(end >= 0);
  CHECK(::write(end, "go\n", 3) == 3);
  ::close(end);
}

TEST_CASE("command: errors say what failed and never what it printed") {
  const struct {
    std::vector<std::string> command;
    Code code;
    const char* message;
  } rows[] = {
      {{}, Code::kInvalidArgument, "the command is empty"},
      {{"/no/such/program"}, Code::kUnavailable, "cannot run /no/such/program"},
      {{"sh", "-c", "echo hunter2; exit 3"}, Code::kUnavailable, "sh ended with status 3"},
      {{"sh", "-c", "echo hunter2; kill -9 $$"}, Code::kUnavailable, "sh ended with status -1"},
      {{"sh", "-c", "while :; do echo hunter2; done"}, Code::kResourceExhausted, "sh printed more"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.message);
    const auto output = command_output(row.command, pmx::system_clock());
    REQUIRE_FALSE(output.ok());
    CHECK(output.error().code == row.code);
    CHECK(output.error().message.starts_with(row.message));
    CHECK(output.error().text().find("hunter2") == std::string::npos);
  }
}

TEST_CASE("command: one that does not end is killed after its time, with all it started") {
  const Fifo fifo;
  ClockOfPipe clock(fifo);
  const std::string script =
      "exec 3>" + fifo.path + "; echo hunter2; sleep 1000 & echo up >&3; sleep 1000";
  const auto output = command_output({"sh", "-c", script}, clock);
  REQUIRE_FALSE(output.ok());
  CHECK(output.error().code == Code::kDeadlineExceeded);
  CHECK(output.error().message.find("30 s") != std::string::npos);
  CHECK(output.error().text().find("hunter2") == std::string::npos);
  CHECK(fifo.wait_closed());
}
