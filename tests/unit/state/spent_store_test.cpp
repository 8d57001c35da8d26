#include "state/spent_store.h"

#include "state/sqlite.h"
#include "tests/unit/state/temporary.h"

namespace pmx::state {
namespace {

using std::chrono::seconds;
using testing::need;
using testing::open_at;
using testing::TemporaryDirectory;

class SetClock final : public Clock {
 public:
  SystemTime now() const override { return SystemTime(elapsed); }
  SteadyTime steady() const override { return SteadyTime(elapsed); }
  bool wait(const std::stop_token& stop, std::chrono::milliseconds) override {
    return !stop.stop_requested();
  }
  std::chrono::milliseconds elapsed{std::chrono::hours(1000)};
};

std::int64_t rows(Database& database) {
  const auto lock = database.db().lock();
  Statement query = need(database.db().prepare("SELECT count(*) FROM spent"));
  REQUIRE(need(query.step()));
  return query.integer(0);
}

TEST_CASE("spent: one process spends a nonce, another one and the next start know of it") {
  const TemporaryDirectory directory;
  SetClock clock;
  const auto first = open_at(directory);
  const SystemTime later = clock.now() + seconds(10);
  CHECK(need(SpentStore(*first, clock).spend("a", later)));
  CHECK_FALSE(need(SpentStore(*first, clock).spend("a", later)));
  CHECK(need(SpentStore(*first, clock).spend("b", later)));
  {
    const auto second = open_at(directory);
    CHECK_FALSE(need(SpentStore(*second, clock).spend("a", later)));
    CHECK(need(SpentStore(*second, clock).spend("c", later)));
  }
  const auto third = open_at(directory);
  CHECK_FALSE(need(SpentStore(*third, clock).spend("c", later)));
}

TEST_CASE("spent: what has expired takes no room") {
  SetClock clock;
  const auto database = testing::in_memory();
  SpentStore store(*database, clock);
  need(store.spend("a", clock.now() + seconds(10)));
  need(store.spend("b", clock.now() + seconds(20)));
  clock.elapsed += seconds(10);
  need(store.spend("c", clock.now() + seconds(10)));
  CHECK(rows(*database) == 2);
  CHECK_FALSE(need(store.spend("b", clock.now() + seconds(10))));
}

}  // namespace
}  // namespace pmx::state
