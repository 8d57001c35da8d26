#include "app/console.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <thread>

#include "base/files.h"
#include "tests/unit/temporary_directory.h"

using namespace pmx;
using namespace pmx::app;

namespace {

/// Puts `file` in the place of a standard descriptor until the end of the scope.
class Instead {
 public:
  Instead(int standard, int file) : standard_(standard) {
    std::cout.flush();
    std::fflush(stdout);
    kept_ = ::fcntl(standard, F_DUPFD_CLOEXEC, 10);
    REQUIRE(kept_ >= 0);
    REQUIRE(::dup2(file, standard) == standard);
    ::close(file);
  }
  Instead(const Instead&) = delete;
  Instead& operator=(const Instead&) = delete;
  ~Instead() {
    std::fflush(stdout);
    ::dup2(kept_, standard_);
    ::close(kept_);
    std::clearerr(stdout);
  }

 private:
  const int standard_;
  int kept_ = -1;
};

struct Pipe {
  Pipe() { REQUIRE(::pipe2(ends, O_CLOEXEC) == 0); }
  int ends[2] = {-1, -1};
};

std::string drained(int file) {
  std::string text;
  char space[4096];
  for (ssize_t size = 0; (size = ::read(file, space, sizeof space)) > 0;) {
    text.append(space, static_cast<std::size_t>(size));
  }
  ::close(file);
  return text;
}

}  // namespace

TEST_CASE("input: lines of a file, whatever the reads, and a last one without an end") {
  const testing::TemporaryDirectory folder;
  const std::string file = folder.file("in");
  std::string text = "a\n\n" + std::string(200'000, 'b') + "\nlast";
  REQUIRE(write_private_file(file, text).ok());
  auto input = Input::open(file);
  REQUIRE(input.ok());
  std::string read;
  int lines = 0;
  while (true) {
    const auto line = input->line(1'000'000);
    REQUIRE(line.ok());
    if (!*line) break;
    read += **line;
    ++lines;
  }
  CHECK(lines == 4);
  CHECK(read == text);
  auto limited = Input::open(file);
  REQUIRE(limited.ok());
  CHECK(limited->line(1000).value() == "a\n");
  CHECK(limited->line(1000).value() == "\n");
  CHECK(limited->line(1000).error().code == Code::kResourceExhausted);
}

TEST_CASE("input: pieces are all of a file, and what is not there or no file is named") {
  const testing::TemporaryDirectory folder;
  const std::string file = folder.file("in");
  REQUIRE(write_private_file(file, std::string(150'000, 'x')).ok());
  auto input = Input::open(file);
  REQUIRE(input.ok());
  std::size_t read = 0;
  for (auto piece = input->next(); !piece.value().empty(); piece = input->next())
    read += piece->size();
  CHECK(read == 150'000);
  CHECK(Input::open(folder.file("none")).error().message.find("none") != std::string::npos);
  auto directory = Input::open(folder.path());
  REQUIRE(directory.ok());
  CHECK_FALSE(directory->next().ok());
}

TEST_CASE("console: all of standard input is read, however it comes, NUL bytes too") {
  std::string all(300'000, 'x');
  all[7] = '\0';
  all += "\nend without a newline";
  const Pipe pipe;
  std::thread writer([&] {
    for (std::size_t at = 0; at < all.size();) {
      const ssize_t size =
          ::write(pipe.ends[1], all.data() + at, std::min<std::size_t>(7'777, all.size() - at));
      if (size <= 0) break;
      at += static_cast<std::size_t>(size);
    }
    ::close(pipe.ends[1]);
  });
  Result<std::string> text = std::string();
  {
    const Instead input(STDIN_FILENO, pipe.ends[0]);
    text = read_standard_input();
  }
  writer.join();
  REQUIRE(text.ok());
  CHECK(*text == all);
}

TEST_CASE("console: an empty input is no error, one that cannot be read is") {
  Result<std::string> empty = std::string("x");
  Result<std::string> folder = std::string();
  {
    const Instead input(STDIN_FILENO, ::open("/dev/null", O_RDONLY | O_CLOEXEC));
    empty = read_standard_input();
  }
  {
    const Instead input(STDIN_FILENO, ::open("/tmp", O_RDONLY | O_CLOEXEC));
    folder = read_standard_input();
  }
  CHECK(empty.value().empty());
  CHECK(folder.error().code == Code::kUnavailable);
}

TEST_CASE("console: what is printed arrives whole and in order once the output is finished") {
  const Pipe pipe;
  const std::string odd("a\0%s\n", 5);
  Result<void> finished;
  {
    const Instead output(STDOUT_FILENO, pipe.ends[1]);
    print("one ");
    print("");
    print(odd);
    finished = finish_output();
  }
  CHECK(finished.ok());
  CHECK(drained(pipe.ends[0]) == "one " + odd);
}

TEST_CASE("console: an output that did not take everything is told, whenever that was noticed") {
  for (const std::size_t size : {std::size_t{10}, std::size_t{1'000'000}}) {
    Result<void> finished;
    {
      const Instead output(STDOUT_FILENO, ::open("/dev/full", O_WRONLY | O_CLOEXEC));
      print(std::string(size, 'x'));
      print("the last words");
      finished = finish_output();
    }
    CHECK(finished.error().code == Code::kResourceExhausted);
    CHECK_FALSE(finished.error().advice.empty());
  }
  CHECK(finish_output().ok());
}
