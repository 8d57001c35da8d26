// Several processes on one state directory, and the death of one of them at any moment.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <random>
#include <set>
#include <thread>

#include "anonymize/engine.h"
#include "state/audit_store.h"
#include "state/inventory_store.h"
#include "state/pseudonym_store.h"
#include "state/sqlite.h"
#include "tests/unit/state/temporary.h"

namespace pmx::state {
namespace {

using testing::need;
using testing::open_at;
using testing::TemporaryDirectory;

/// A forked process and the pipe it reports through. Opens its own Database; never inherits one.
class Child {
 public:
  /// Runs `body` with the writing end of the pipe; its value is the exit code.
  explicit Child(const std::function<int(int)>& body) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::close(ends[0]);
      ::_exit(body(ends[1]));
    }
    ::close(ends[1]);
    pipe_ = ends[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(pipe_);
  }

  /// The next reported number; nothing when the process has ended.
  std::optional<std::int64_t> next() {
    std::int64_t number = 0;
    return ::read(pipe_, &number, sizeof number) == sizeof number ? std::optional(number)
                                                                  : std::nullopt;
  }

  void kill() { ::kill(pid_, SIGKILL); }

  /// Waits for the end; the exit code, or -1 when killed.
  int join() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = 0;
  int pipe_ = -1;
};

void report(int pipe, std::int64_t number) {
  if (::write(pipe, &number, sizeof number) != sizeof number) ::_exit(9);
}

AuditEntry call(std::int64_t number) {
  AuditEntry entry;
  entry.request_id = std::to_string(number);
  entry.writes = number % 2 == 0;
  return entry;
}

anonymize::MapRow wanted_row(std::int64_t number) {
  const std::string text = std::to_string(number);
  return {0, anonymize::Kind::kVm, "real" + text, "vm-" + text};
}

/// Writes `count` audit rows and shared pseudonyms; 0 when all went well.
int write_rows(const std::string& directory, std::int64_t first, int count) {
  auto database = Database::open(directory);
  if (!database.ok()) return 1;
  AuditStore audit(**database);
  PseudonymStore pseudonyms(**database);
  for (int i = 0; i < count; ++i) {
    if (!audit.begin(call(first + i)).ok()) return 2;
    anonymize::MapRow row = wanted_row(i);
    row.pseudonym += "-" + std::to_string(first);
    const auto rows = pseudonyms.claim(std::span(&row, 1));
    if (!rows.ok() || rows->front().pseudonym.empty()) return 3;
  }
  return 0;
}

TEST_CASE("processes that start at once on nothing agree on database and key, and lose no row") {
  constexpr int kProcesses = 6;
  constexpr int kRows = 25;
  const TemporaryDirectory directory;
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < kProcesses; ++i) {
    children.push_back(std::make_unique<Child>(
        [&](int) { return write_rows(directory.path(), i * 1000, kRows); }));
  }
  for (const auto& child : children) CHECK(child->join() == 0);
  const auto database = open_at(directory);
  std::set<std::string> ids;
  for (const AuditEntry& entry : need(AuditStore(*database).list(100000))) {
    ids.insert(entry.request_id);
  }
  CHECK(ids.size() == kProcesses * kRows);
  std::set<std::string> reals;
  for (const auto& row : need(PseudonymStore(*database).load(0))) reals.insert(row.real);
  CHECK(reals.size() == kRows);
}

TEST_CASE("no process takes a database that another is creating for somebody else's") {
  constexpr int kRounds = 40;
  constexpr int kProcesses = 6;
  for (int round = 0; round < kRounds; ++round) {
    const TemporaryDirectory directory;
    std::vector<std::unique_ptr<Child>> children;
    for (int i = 0; i < kProcesses; ++i) {
      children.push_back(
          std::make_unique<Child>([&](int) { return write_rows(directory.path(), 0, 0); }));
    }
    for (const auto& child : children) REQUIRE(child->join() == 0);
  }
}

TEST_CASE("threads on one database and on several lose no row either") {
  constexpr int kThreads = 4;
  constexpr int kRows = 25;
  const TemporaryDirectory directory;
  const auto shared = open_at(directory);
  AuditStore audit(*shared);
  std::atomic<int> failures = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        failures += write_rows(directory.path(), t * 1000, kRows) != 0;
        for (int i = 0; i < kRows; ++i) failures += !audit.begin(call(100000 + i)).ok();
      });
    }
  }
  CHECK(failures == 0);
  CHECK(need(audit.list(100000)).size() == 2 * kThreads * kRows);
}

TEST_CASE("one process leads, and another takes over when it is killed") {
  const TemporaryDirectory directory;
  Child leader([&](int pipe) {
    auto database = Database::open(directory.path());
    report(pipe, database.ok() && (*database)->try_lead() ? (*database)->instance() : 0);
    ::pause();
    return 0;
  });
  const auto instance = leader.next();
  REQUIRE(instance.has_value());
  REQUIRE(*instance != 0);
  const auto second = open_at(directory);
  const auto third = open_at(directory);
  CHECK_FALSE(second->try_lead());
  CHECK(second->alive(*instance));
  leader.kill();
  leader.join();
  CHECK_FALSE(second->alive(*instance));
  CHECK(second->try_lead());
  CHECK(second->try_lead());
  CHECK_FALSE(third->try_lead());
}

Result<Recorded> look(InventoryStore& store, const char* status) {
  return store.record("lab", {"guest"}, {{"guest", "101", {{"status", status}}}}, {});
}

/// Holds a stopped guest that is to run, reports that, and never ends.
int hold_forever(const std::string& directory, int pipe) {
  auto database = Database::open(directory);
  if (!database.ok()) return 1;
  InventoryStore store(**database);
  const Json stopped = {{"status", "stopped"}};
  if (!look(store, "stopped").ok()) return 2;
  const auto hold = store.holds().begin("lab", {"guest", "101", stopped});
  if (!hold.ok()) return 3;
  if (!store.holds().expect(*hold, {{"status", "running"}}, "UPID:x").ok()) return 4;
  report(pipe, *hold);
  ::pause();
  return 0;
}

TEST_CASE("kill -9 in the middle of a change ends its hold and leaves its cause") {
  const TemporaryDirectory directory;
  Child starter([&](int pipe) { return hold_forever(directory.path(), pipe); });
  REQUIRE(starter.next().has_value());
  const auto database = open_at(directory);
  InventoryStore store(*database);
  CHECK(need(look(store, "running")).events.empty());
  starter.kill();
  starter.join();
  const auto recorded = need(look(store, "running"));
  REQUIRE(recorded.events.size() == 1);
  CHECK(recorded.events[0].cause == "UPID:x");
}

/// One round of the victim: commits through every store and reports each commit.
int commit_forever(const std::string& directory, int round, int pipe) {
  auto database = Database::open(directory);
  if (!database.ok()) return 1;
  AuditStore audit(**database);
  PseudonymStore pseudonyms(**database);
  InventoryStore inventory(**database);
  for (std::int64_t i = 1;; ++i) {
    const std::int64_t number = round * 1000000 + i;
    const anonymize::MapRow row = wanted_row(number);
    if (!audit.begin(call(number)).ok()) return 2;
    if (!pseudonyms.claim(std::span(&row, 1)).ok()) return 3;
    const Json fields = {{"n", number}, {"pad", std::string(2000, 'x')}};
    if (!inventory.record("lab", {"node"}, {{"node", "n1", fields}}, {}).ok()) return 4;
    report(pipe, number);
  }
}

void check_integrity(Database& database) {
  Statement check = need(database.db().prepare("PRAGMA integrity_check"));
  REQUIRE(need(check.step()));
  CHECK(check.text(0) == "ok");
}

TEST_CASE("kill -9 at any moment loses no reported commit and leaves a sound database") {
  const TemporaryDirectory directory;
  std::mt19937 random(7);
  std::set<std::int64_t> reported;
  for (int round = 0; round < 20; ++round) {
    CAPTURE(round);
    std::int64_t last = 0;
    {
      Child victim([&](int pipe) { return commit_forever(directory.path(), round, pipe); });
      const auto commits = random() % 12;
      for (auto i = commits; i > 0; --i) {
        const auto number = victim.next();
        REQUIRE(number.has_value());
        reported.insert(last = *number);
      }
      victim.kill();
      while (const auto number = victim.next()) reported.insert(last = *number);
      CHECK(victim.join() == -1);
    }
    const auto database = open_at(directory);
    check_integrity(*database);
    if (last == 0) continue;
    const auto nodes = need(InventoryStore(*database).objects("lab", "node"));
    REQUIRE(nodes.size() == 1);
    CHECK(nodes[0].fields["n"].get<std::int64_t>() >= last);
  }
  const auto database = open_at(directory);
  std::set<std::string> audited;
  for (const auto& entry : need(AuditStore(*database).list(1000000))) {
    audited.insert(entry.request_id);
  }
  std::set<std::string> reals;
  for (const auto& row : need(PseudonymStore(*database).load(0))) reals.insert(row.real);
  for (const std::int64_t number : reported) {
    CHECK(audited.contains(std::to_string(number)));
    CHECK(reals.contains("real" + std::to_string(number)));
  }
}

std::unique_ptr<anonymize::Engine> engine_on(Database& database, PseudonymStore& store) {
  return need(anonymize::Engine::open(database.key(), store));
}

constexpr std::chrono::hours kGrace{24};

TEST_CASE("a server notices that another process rotated, and both write the same from then on") {
  const TemporaryDirectory directory;
  open_at(directory);
  int go[2];
  REQUIRE(::pipe(go) == 0);
  Child other([&](int pipe) {
    char byte = 0;
    if (::read(go[0], &byte, 1) != 1) return 1;
    auto database = Database::open(directory.path());
    if (!database.ok()) return 2;
    const auto rotated = PseudonymStore(**database).rotate(kGrace);
    if (!rotated.ok()) return 3;
    report(pipe, rotated->epoch);
    return 0;
  });
  const auto database = open_at(directory);
  PseudonymStore store(*database);
  const auto engine = engine_on(*database, store);
  const std::vector<anonymize::Name> names{{anonymize::Kind::kNode, "pve-muc-01"},
                                           {anonymize::Kind::kVm, "nautilus"}};
  need(engine->learn(names));
  const std::string before = need(engine->anonymize_text("nautilus on pve-muc-01"));
  REQUIRE(::write(go[1], "x", 1) == 1);
  CHECK(other.next() == 1);
  CHECK(other.join() == 0);
  need(engine->refresh());
  const std::string node = need(engine->pseudonym(anonymize::Kind::kNode, "pve-muc-01"));
  const std::string after = need(engine->anonymize_text("nautilus on pve-muc-01"));
  CHECK(after.find(node) != std::string::npos);
  CHECK(before.find(node) == std::string::npos);
  CHECK(need(engine->reveal(before)) == need(engine->reveal(after)));
  PseudonymStore later(*database);
  CHECK(need(engine_on(*database, later)->anonymize_text("nautilus on pve-muc-01")) == after);
  ::close(go[0]);
  ::close(go[1]);
}

/// Rotates and writes texts under each epoch, and reports every rotation.
int rotate_forever(const std::string& directory, int pipe) {
  auto database = Database::open(directory);
  if (!database.ok()) return 1;
  PseudonymStore store(**database);
  auto engine = anonymize::Engine::open((*database)->key(), store);
  if (!engine.ok()) return 2;
  while (true) {
    const auto rotated = store.rotate(kGrace);
    if (!rotated.ok() || !(*engine)->anonymize_text("nautilus at 10.1.2.3").ok()) return 3;
    report(pipe, rotated->epoch);
  }
}

TEST_CASE("kill -9 while epochs change leaves the old or the new one, and every name hidden") {
  const TemporaryDirectory directory;
  std::string first;
  {
    const auto database = open_at(directory);
    PseudonymStore store(*database);
    const auto engine = engine_on(*database, store);
    need(engine->learn(std::vector<anonymize::Name>{{anonymize::Kind::kVm, "nautilus"}}));
    first = need(engine->anonymize_text("nautilus at 10.1.2.3"));
  }
  std::mt19937 random(11);
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    std::int64_t last = 0;
    {
      Child victim([&](int pipe) { return rotate_forever(directory.path(), pipe); });
      for (auto i = random() % 5; i > 0; --i) last = victim.next().value_or(-1);
      victim.kill();
      while (const auto number = victim.next()) last = *number;
      CHECK(victim.join() == -1);
    }
    const auto database = open_at(directory);
    check_integrity(*database);
    PseudonymStore store(*database);
    CHECK(need(store.epoch()).number >= last);
    const auto engine = engine_on(*database, store);
    const std::string now = need(engine->anonymize_text("nautilus at 10.1.2.3"));
    CHECK(now.find("nautilus") == std::string::npos);
    CHECK(need(engine->reveal(now)) == "nautilus at 10.1.2.3");
    CHECK(need(engine->reveal(first)) == "nautilus at 10.1.2.3");
    for (const auto& row : need(store.load(0)))
      if (row.kind == anonymize::Kind::kVm && now.find(row.pseudonym) != std::string::npos)
        CHECK(row.epoch == need(store.epoch()).number);
  }
}

}  // namespace
}  // namespace pmx::state
