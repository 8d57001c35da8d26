#include "base/executor.h"

#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <stdexcept>

using pmx::Code;
using pmx::Executor;

TEST_CASE("executor: runs everything that was accepted") {
  std::atomic<int> count = 0;
  Executor executor(3, 1000);
  for (int i = 0; i < 500; ++i) REQUIRE(executor.post([&count] { ++count; }).ok());
  executor.drain();
  CHECK(count == 500);
}

TEST_CASE("executor: refuses when the queue is full and recovers") {
  Executor executor(1, 2);
  std::latch started(1);
  std::latch release(1);
  REQUIRE(executor
              .post([&] {
                started.count_down();
                release.wait();
              })
              .ok());
  started.wait();
  CHECK(executor.post([] {}).ok());
  CHECK(executor.post([] {}).ok());
  CHECK(executor.post([] {}).error().code == Code::kResourceExhausted);
  CHECK_FALSE(executor.drain_for(std::chrono::milliseconds(0)));
  release.count_down();
  executor.drain();
  CHECK(executor.post([] {}).ok());
}

TEST_CASE("executor: tasks that block do not hold up each other while a worker is free") {
  constexpr std::ptrdiff_t kWorkers = 4;
  Executor executor(kWorkers, 100);
  for (int round = 0; round < 500; ++round) {
    std::latch together(kWorkers);
    for (int i = 0; i < kWorkers; ++i) {
      REQUIRE(executor.post([&together] { together.arrive_and_wait(); }).ok());
    }
    executor.drain();  // never returns when one worker sleeps on
  }
}

TEST_CASE("executor: an exception ends the task and not the worker") {
  std::atomic<bool> ran = false;
  Executor executor(1, 10);
  REQUIRE(executor.post([] { throw std::runtime_error("x"); }).ok());
  REQUIRE(executor.post([] { throw 7; }).ok());
  REQUIRE(executor.post([&ran] { ran = true; }).ok());
  executor.drain();
  CHECK(ran);
}

TEST_CASE("executor: what was queued is finished before the destructor returns") {
  std::atomic<int> count = 0;
  {
    Executor executor(2, 1000);
    for (int i = 0; i < 200; ++i) REQUIRE(executor.post([&count] { ++count; }).ok());
  }
  CHECK(count == 200);
}

TEST_CASE("executor: a task that runs during shutdown is told so when it posts more") {
  std::atomic<Code> last = Code::kInternal;
  std::latch started(1);
  {
    Executor executor(1, 4);
    REQUIRE(executor
                .post([&] {
                  started.count_down();
                  while (last != Code::kCancelled) {
                    const auto posted = executor.post([] {});
                    if (!posted.ok()) last = posted.error().code;
                  }
                })
                .ok());
    started.wait();
  }
  CHECK(last == Code::kCancelled);
}

TEST_CASE("executor: a task may post and does not wait for itself") {
  std::atomic<int> depth = 0;
  Executor executor(1, 4);
  std::function<void()> dig = [&] {
    if (++depth < 50) REQUIRE(executor.post(dig).ok());
  };
  REQUIRE(executor.post(dig).ok());
  executor.drain();
  CHECK(depth == 50);
}

TEST_CASE("executor: what is left for later is done once, and before a task that blocks on it") {
  Executor executor(3, 100);
  std::atomic<int> kept = 0;
  std::atomic<int> done = 0;
  for (int round = 0; round < 500; ++round) {
    std::latch over(1);
    REQUIRE(executor
                .post([&] {
                  const bool waits = executor.when_quiet([&] {
                    ++done;
                    over.count_down();
                  });
                  kept += waits ? 1 : 0;
                  if (!waits) over.count_down();
                })
                .ok());
    REQUIRE(executor.post([&over] { over.wait(); }).ok());
    REQUIRE(executor.post([&over] { over.wait(); }).ok());
    executor.drain();  // never returns when nobody does what was left
  }
  CHECK(done == kept);
}

TEST_CASE("executor: nothing is left for later where nobody would see to it") {
  Executor executor(1, 10);
  CHECK_FALSE(executor.when_quiet([] {}));  // no task
  std::atomic<bool> kept = true;
  REQUIRE(executor.post([&] { kept = executor.when_quiet([] {}); }).ok());
  executor.drain();
  CHECK_FALSE(kept);  // the last task
}

TEST_CASE("executor: an exception of what was left ends nothing") {
  Executor executor(2, 1000);
  std::atomic<int> count = 0;
  for (int i = 0; i < 200; ++i) {
    REQUIRE(executor
                .post([&] {
                  executor.when_quiet([] { throw std::runtime_error("x"); });
                  ++count;
                })
                .ok());
  }
  executor.drain();
  CHECK(count == 200);
}
