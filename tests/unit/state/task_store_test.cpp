#include "state/task_store.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <limits>

#include "state/sqlite.h"
#include "tests/unit/state/temporary.h"

namespace pmx::state {
namespace {

using testing::in_memory;
using testing::need;
using testing::open_at;
using testing::TemporaryDirectory;

constexpr TaskCounts kMost{3, 4};

TaskRecord record_of(const std::string& id, const std::string& principal = "ann") {
  TaskRecord record;
  record.id = id;
  record.principal = principal;
  record.working = true;
  record.held = true;
  record.expires = SystemTime(std::chrono::seconds(100));
  record.body = {{"tool", "start"}, {"text", "payroll"}};
  return record;
}

std::vector<std::string> ids(const std::vector<TaskRecord>& records) {
  std::vector<std::string> names;
  for (const TaskRecord& record : records) names.push_back(record.id);
  return names;
}

bool any(const TaskRecord&) { return true; }

/// A process that adds a task it works on, tells so, and goes on living until it is killed.
class Worker {
 public:
  explicit Worker(const TemporaryDirectory& directory) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) live(directory.path(), ends[1]);
    char byte = 0;
    CHECK(::read(ends[0], &byte, 1) == 1);
    ::close(ends[0]);
    ::close(ends[1]);
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() { kill(); }

  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  [[noreturn]] static void live(const std::string& directory, int pipe) {
    auto database = Database::open(directory);
    const bool added = database.ok() && TaskStore(**database).add(record_of("task-1"), kMost).ok();
    if (!added || ::write(pipe, "x", 1) != 1) ::_exit(1);
    while (true) ::pause();
  }

  pid_t pid_ = 0;
};

}  // namespace

TEST_CASE("task store: a task is found again as it was added, also in a later opening") {
  const TemporaryDirectory directory;
  need(TaskStore(*open_at(directory)).add(record_of("task-1"), kMost));
  const auto database = open_at(directory);
  const TaskRecord found = need(TaskStore(*database).find("task-1"));
  CHECK(found.principal == "ann");
  CHECK(found.working);
  CHECK(found.body["text"] == "payroll");
  CHECK(found.expires == SystemTime(std::chrono::seconds(100)));
  CHECK(TaskStore(*database).find("task-2").error().code == Code::kNotFound);
}

TEST_CASE("task store: a change is stored, and a refused one leaves all as it was") {
  const auto database = in_memory();
  TaskStore store(*database);
  need(store.add(record_of("task-1"), kMost));
  const TaskRecord changed = need(store.change("task-1", [](TaskRecord& record) {
    record.working = false;
    record.held = false;
    record.body = {{"result", 7}};
    return true;
  }));
  CHECK(changed.body["result"] == 7);
  need(store.change("task-1", [](TaskRecord& record) {
    record.body = nullptr;
    return false;
  }));
  const TaskRecord found = need(store.find("task-1"));
  CHECK(found.body["result"] == 7);
  CHECK_FALSE(found.working);
  CHECK_FALSE(found.held);
  CHECK(store.change("task-9", [](TaskRecord&) { return true; }).error().code == Code::kNotFound);
}

TEST_CASE("task store: lists show the tasks of one principal, newest first, page by page") {
  const auto database = in_memory();
  TaskStore store(*database);
  for (const char* id : {"a", "b", "c"}) need(store.add(record_of(id), kMost));
  need(store.add(record_of("other", "bob"), kMost));
  const auto first = need(store.list("ann", std::numeric_limits<std::int64_t>::max(), 2));
  CHECK(ids(first) == std::vector<std::string>{"c", "b"});
  CHECK(ids(need(store.list("ann", first.back().number, 2))) == std::vector<std::string>{"a"});
}

TEST_CASE("task store: there is a limit per principal and one in all") {
  const auto database = in_memory();
  TaskStore store(*database);
  for (const char* id : {"a", "b", "c"}) need(store.add(record_of(id), kMost));
  CHECK(store.add(record_of("d"), kMost).error().code == Code::kResourceExhausted);
  need(store.add(record_of("d", "bob"), kMost));
  CHECK(store.add(record_of("e", "carl"), kMost).error().code == Code::kResourceExhausted);
}

TEST_CASE("task store: expired tasks are removed, and told") {
  const auto database = in_memory();
  TaskStore store(*database);
  need(store.add(record_of("old"), kMost));
  TaskRecord young = record_of("young");
  young.expires = SystemTime(std::chrono::seconds(200));
  need(store.add(young, kMost));
  CHECK(need(store.remove_expired(SystemTime(std::chrono::seconds(99)))).empty());
  const auto removed = need(store.remove_expired(SystemTime(std::chrono::seconds(100))));
  CHECK(ids(removed) == std::vector<std::string>{"old"});
  CHECK(removed[0].held);
  CHECK(removed[0].body["text"] == "payroll");
  CHECK(store.find("old").error().code == Code::kNotFound);
  CHECK(store.find("young").ok());
}

TEST_CASE("task store: an expired task that cannot be read is removed all the same") {
  const auto database = in_memory();
  TaskStore store(*database);
  need(store.add(record_of("broken"), kMost));
  need(store.add(record_of("sound"), kMost));
  {
    Db& db = database->db();
    const auto lock = db.lock();
    auto spoil = need(db.prepare("UPDATE task SET body = '{' WHERE id = ?"));
    need(spoil.run("broken"));
  }
  const auto removed = need(store.remove_expired(SystemTime(std::chrono::seconds(100))));
  CHECK(ids(removed) == std::vector<std::string>{"sound"});
  CHECK(store.find("broken").error().code == Code::kNotFound);
}

TEST_CASE(
    "task store: the task of a process that lives is its own, that of a killed one is taken over") {
  const TemporaryDirectory directory;
  need(TaskStore(*open_at(directory)).add(record_of("done"), kMost));
  Worker worker(directory);
  const auto database = open_at(directory);
  TaskStore store(*database);
  CHECK(need(store.find("task-1")).held);
  CHECK(ids(need(store.take_abandoned([](const TaskRecord& r) {
          return r.id == "task-1";
        }))).empty());
  worker.kill();
  CHECK_FALSE(need(store.find("task-1")).held);
  const auto taken = need(store.take_abandoned(&any));
  CHECK(ids(taken) == std::vector<std::string>{"done", "task-1"});
  CHECK(taken.back().body["text"] == "payroll");
  CHECK(need(store.find("task-1")).held);
  CHECK(need(store.take_abandoned(&any)).empty());
}

TEST_CASE("task store: it is seen that another opening has written, and own writing is not") {
  const TemporaryDirectory directory;
  const auto here = open_at(directory);
  const auto there = open_at(directory);
  TaskStore store(*here);
  const std::int64_t before = need(store.changes_elsewhere());
  need(store.add(record_of("own"), kMost));
  CHECK(need(store.changes_elsewhere()) == before);
  need(TaskStore(*there).add(record_of("foreign"), kMost));
  CHECK(need(store.changes_elsewhere()) != before);
}

TEST_CASE("task store: a task that waits for an answer belongs to nobody and is not taken over") {
  const auto database = in_memory();
  TaskStore store(*database);
  TaskRecord waiting = record_of("task-1");
  waiting.working = false;
  waiting.held = false;
  need(store.add(waiting, kMost));
  CHECK(need(store.take_abandoned(&any)).empty());
}

}  // namespace pmx::state
