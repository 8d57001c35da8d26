#include "state/locks.h"

#include <sys/stat.h>

#include <thread>

#include "tests/unit/state/temporary.h"

namespace pmx::state {
namespace {

using testing::need;
using testing::TemporaryDirectory;

std::unique_ptr<Locks> open_in(const TemporaryDirectory& directory) {
  return need(Locks::open(directory.file("lock")));
}

TEST_CASE("locks: the file is private and stays when its last user ends") {
  const TemporaryDirectory directory;
  open_in(directory).reset();
  struct stat info {};
  REQUIRE(::stat(directory.file("lock").c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
}

TEST_CASE("locks: every opening is an instance of its own, alive until it ends") {
  const TemporaryDirectory directory;
  const auto one = open_in(directory);
  auto two = open_in(directory);
  const std::int64_t second = two->instance();
  CHECK(one->instance() != second);
  CHECK(one->instance() > 0);
  CHECK(one->alive(one->instance()));
  CHECK(one->alive(second));
  CHECK(two->alive(one->instance()));
  two.reset();
  CHECK_FALSE(one->alive(second));
}

TEST_CASE("locks: no role of an instance makes a number alive that nobody has") {
  const TemporaryDirectory directory;
  const auto one = open_in(directory);
  const auto two = open_in(directory);
  REQUIRE(one->try_lead());
  need(one->begin_setup());
  for (const std::int64_t nobody : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, INT64_MIN,
                                    INT64_MAX, one->instance() ^ 1}) {
    CAPTURE(nobody);
    CHECK_FALSE(two->alive(nobody));
  }
}

TEST_CASE("locks: one leads until it ends, and then another may") {
  const TemporaryDirectory directory;
  auto one = open_in(directory);
  const auto two = open_in(directory);
  CHECK(one->try_lead());
  CHECK_FALSE(two->try_lead());
  CHECK(one->try_lead());
  open_in(directory).reset();  // one that comes and goes takes nothing away
  CHECK_FALSE(two->try_lead());
  one.reset();
  CHECK(two->try_lead());
}

TEST_CASE("locks: whoever wants to set up waits for the one who does, and leading is apart") {
  const TemporaryDirectory directory;
  const auto one = open_in(directory);
  const auto two = open_in(directory);
  need(one->begin_setup());
  std::atomic<bool> in = false;
  std::atomic<bool> waited = true;
  std::thread other([&] {
    CHECK(two->try_lead());
    need(two->begin_setup());
    waited = in.load();
    two->end_setup();
  });
  in = true;
  one->end_setup();
  other.join();
  CHECK(waited);
  need(one->begin_setup());  // what was ended is free again
}

TEST_CASE("locks: a setup whose process ends lets the next one in") {
  const TemporaryDirectory directory;
  auto one = open_in(directory);
  need(one->begin_setup());
  one.reset();
  need(open_in(directory)->begin_setup());
}

TEST_CASE("locks: nobody is alone while another runs") {
  const TemporaryDirectory directory;
  const auto one = open_in(directory);
  auto two = open_in(directory);
  CHECK_FALSE(one->begin_alone());
  CHECK(two->alive(one->instance()));  // failing takes nothing away
  CHECK(one->alive(two->instance()));
  two.reset();
  CHECK(one->begin_alone());
}

TEST_CASE("locks: while one is alone nobody gets in, afterwards everybody does") {
  const TemporaryDirectory directory;
  const auto one = open_in(directory);
  REQUIRE(one->begin_alone());
  const auto refused = Locks::open(directory.file("lock"));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::kUnavailable);
  CHECK(refused.error().message.find("being renewed") != std::string::npos);
  CHECK_FALSE(refused.error().advice.empty());
  one->end_alone();
  const auto two = open_in(directory);
  CHECK(two->alive(one->instance()));
  CHECK_FALSE(two->begin_alone());
}

TEST_CASE("locks: a lock file that cannot be opened is an error that names it") {
  const TemporaryDirectory directory;
  std::filesystem::create_symlink(directory.file("elsewhere"), directory.file("link"));
  std::filesystem::create_directory(directory.file("folder"));
  for (const char* name : {"missing/lock", "link", "folder"}) {
    CAPTURE(name);
    const auto refused = Locks::open(directory.file(name));
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message.find(directory.file(name)) != std::string::npos);
  }
  CHECK_FALSE(std::filesystem::exists(directory.file("elsewhere")));
}

}  // namespace
}  // namespace pmx::state
