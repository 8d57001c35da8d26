#include "state/pseudonym_store.h"

#include "base/files.h"
#include "state/sqlite.h"
#include "tests/unit/state/temporary.h"

namespace pmx::state {
namespace {

using anonymize::Kind;
using anonymize::MapRow;
using testing::in_memory;
using testing::need;

MapRow row(Kind kind, std::string real, std::string pseudonym) {
  return {0, kind, std::move(real), std::move(pseudonym)};
}

MapRow claim_one(PseudonymStore& store, const MapRow& wanted) {
  const auto rows = need(store.claim(std::span(&wanted, 1)));
  REQUIRE(rows.size() == 1);
  return rows[0];
}

TEST_CASE("pseudonyms are counted by kind") {
  const auto database = in_memory();
  PseudonymStore store(*database);
  CHECK(need(store.counts()).empty());
  const std::vector<MapRow> wanted{row(Kind::kVm, "a", "vm-1"), row(Kind::kNode, "b", "node-1"),
                                   row(Kind::kVm, "c", "vm-2")};
  need(store.claim(wanted));
  const auto counts = need(store.counts());
  REQUIRE(counts.size() == 2);
  CHECK(counts[0].kind == Kind::kNode);
  CHECK(counts[0].count == 1);
  CHECK(counts[1].kind == Kind::kVm);
  CHECK(counts[1].count == 2);
}

TEST_CASE("a new real value gets the pseudonym that was asked for") {
  const auto database = in_memory();
  PseudonymStore store(*database);
  const std::vector<MapRow> wanted{row(Kind::kVm, "payroll-db", "vm-aaaa"),
                                   row(Kind::kIpv4, "10.17.4.20", "241.0.0.9")};
  const auto rows = need(store.claim(wanted));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].pseudonym == "vm-aaaa");
  CHECK(rows[1].real == "10.17.4.20");
  CHECK(rows[1].id > rows[0].id);
  const auto loaded = need(store.load(0));
  REQUIRE(loaded.size() == 2);
  CHECK(loaded[0].real == "payroll-db");
  CHECK(loaded[0].kind == Kind::kVm);
  CHECK(loaded[1].pseudonym == "241.0.0.9");
}

TEST_CASE("a real value that is known keeps its first pseudonym") {
  const auto database = in_memory();
  PseudonymStore store(*database);
  const MapRow first = claim_one(store, row(Kind::kVm, "web", "vm-1"));
  const MapRow again = claim_one(store, row(Kind::kName, "web", "vm-2"));
  CHECK(again.pseudonym == "vm-1");
  CHECK(again.id == first.id);
  CHECK(again.kind == Kind::kVm);
  CHECK(need(store.load(0)).size() == 1);
}

TEST_CASE("a pseudonym that is taken comes back empty and the rest of the batch is stored") {
  const auto database = in_memory();
  PseudonymStore store(*database);
  claim_one(store, row(Kind::kVm, "web", "vm-1"));
  const std::vector<MapRow> wanted{row(Kind::kVm, "db", "vm-1"), row(Kind::kVm, "mail", "vm-2"),
                                   row(Kind::kVm, "dns", "vm-2"), row(Kind::kVm, "mail", "vm-3")};
  const auto rows = need(store.claim(wanted));
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].pseudonym.empty());
  CHECK(rows[0].real == "db");
  CHECK(rows[0].id == 0);
  CHECK(rows[1].pseudonym == "vm-2");
  CHECK(rows[2].pseudonym.empty());
  CHECK(rows[3].pseudonym == "vm-2");
  CHECK(need(store.load(0)).size() == 2);
}

TEST_CASE("load gives what was issued after a point, in order") {
  const auto database = in_memory();
  PseudonymStore store(*database);
  const MapRow first = claim_one(store, row(Kind::kNode, "pve1", "node-1"));
  claim_one(store, row(Kind::kNode, "pve2", "node-2"));
  claim_one(store, row(Kind::kNode, "pve3", "node-3"));
  const auto rows = need(store.load(first.id));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].pseudonym == "node-2");
  CHECK(rows[1].pseudonym == "node-3");
  CHECK(need(store.load(rows[1].id)).empty());
}

TEST_CASE("the version changes with rows of any process, and stays while nothing is written") {
  const testing::TemporaryDirectory directory;
  const auto database = testing::open_at(directory);
  const auto others = testing::open_at(directory);
  PseudonymStore store(*database);
  PseudonymStore other(*others);
  const auto first = need(store.version());
  CHECK(need(store.version()) == first);
  claim_one(other, row(Kind::kVm, "web", "vm-1"));
  const auto second = need(store.version());
  CHECK(second != first);
  CHECK(need(store.version()) == second);
  claim_one(store, row(Kind::kVm, "db", "vm-2"));
  const auto third = need(store.version());
  CHECK(third != second);
  claim_one(store, row(Kind::kVm, "db", "vm-2"));  // known: no row came
  CHECK(need(store.version()) == third);
}

TEST_CASE("every kind comes back as it went in") {
  const auto database = in_memory();
  PseudonymStore store(*database);
  std::vector<MapRow> wanted;
  for (const Kind kind : anonymize::kKinds) {
    const std::string code(anonymize::kind_code(kind));
    wanted.push_back(row(kind, "real" + code, "p" + code));
  }
  need(store.claim(wanted));
  const auto rows = need(store.load(0));
  REQUIRE(rows.size() == wanted.size());
  for (std::size_t i = 0; i < rows.size(); ++i) CHECK(rows[i].kind == wanted[i].kind);
}

TEST_CASE("an empty name or pseudonym is refused") {
  const auto database = in_memory();
  PseudonymStore store(*database);
  for (const MapRow& wanted : {row(Kind::kVm, "", "vm-1"), row(Kind::kVm, "web", "")}) {
    CHECK(store.claim(std::span(&wanted, 1)).error().code == Code::kInvalidArgument);
  }
  CHECK(need(store.claim({})).empty());
}

TEST_CASE("the files of the state directory show no real value") {
  const testing::TemporaryDirectory directory;
  const auto database = testing::open_at(directory);
  PseudonymStore store(*database);
  claim_one(store, row(Kind::kVm, "payroll-db-of-acme", "vm-k3x9"));
  std::string bytes = need(read_file(directory.file("state.db")));
  bytes += need(read_file(directory.file("state.db-wal")));
  CHECK(bytes.find("vm-k3x9") != std::string::npos);
  CHECK(bytes.find("payroll") == std::string::npos);
}

TEST_CASE("a sealed value moved to another row or tampered with does not open") {
  for (const char* tampering :
       {"UPDATE pseudonym SET pseudonym = 'vm-9' WHERE id = 1",
        "UPDATE pseudonym SET kind = 4 WHERE id = 1",
        "UPDATE pseudonym SET kind = 999 WHERE id = 1",
        "UPDATE pseudonym SET sealed = (SELECT sealed FROM pseudonym WHERE id = 2) WHERE id = 1",
        "UPDATE pseudonym SET sealed = x'00' WHERE id = 1"}) {
    CAPTURE(tampering);
    const auto database = in_memory();
    PseudonymStore store(*database);
    claim_one(store, row(Kind::kVm, "web", "vm-1"));
    claim_one(store, row(Kind::kVm, "db", "vm-2"));
    need(database->db().execute(tampering));
    const auto loaded = store.load(0);
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.error().code == Code::kFailedPrecondition);
    const MapRow again = row(Kind::kVm, "web", "vm-3");
    CHECK_FALSE(store.claim(std::span(&again, 1)).ok());
  }
}

class SetClock final : public Clock {
 public:
  [[nodiscard]] SystemTime now() const override { return time; }
  [[nodiscard]] SteadyTime steady() const override { return {}; }
  bool wait(const std::stop_token&, std::chrono::milliseconds) override { return false; }
  SystemTime time{std::chrono::milliseconds(1'000'000)};
};

constexpr std::chrono::hours kDay{24};

TEST_CASE("rotation: a value has a row in each epoch, and no pseudonym comes again") {
  const auto database = in_memory();
  PseudonymStore store(*database);
  CHECK(need(store.epoch()).number == 0);
  CHECK(need(store.epoch()).salt.empty());
  CHECK(need(store.rotation()).epoch == 0);
  const MapRow old = claim_one(store, row(Kind::kVm, "web", "vm-1"));
  const auto version = need(store.version());
  CHECK(need(store.rotate(kDay)).epoch == 1);
  CHECK(need(store.version()) != version);
  CHECK(need(store.epoch()).salt.size() == 16);

  MapRow wanted = row(Kind::kVm, "web", "vm-1");
  CHECK(need(store.claim(std::span(&wanted, 1))).empty());  // of the epoch that is over
  wanted.epoch = 1;
  CHECK(claim_one(store, wanted).pseudonym.empty());  // it stands for the same value in another
  wanted.pseudonym = "vm-2";
  const MapRow fresh = claim_one(store, wanted);
  CHECK(fresh.id > old.id);
  CHECK(fresh.epoch == 1);
  const auto rows = need(store.load(0));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].epoch == 0);
  CHECK(rows[1].real == rows[0].real);
  const auto counts = need(store.counts());
  REQUIRE(counts.size() == 1);
  CHECK(counts[0].count == 1);
}

TEST_CASE("rotation: earlier epochs are taken back for the grace period and no longer") {
  const auto database = in_memory();
  SetClock clock;
  PseudonymStore store(*database, clock);
  const Rotation first = need(store.rotate(30 * kDay));
  CHECK(first.began == clock.time);
  CHECK(first.earlier_until == clock.time + 30 * kDay);
  clock.time += 30 * kDay - std::chrono::milliseconds(1);
  CHECK(need(store.epoch()).oldest == 0);
  clock.time += std::chrono::milliseconds(1);
  CHECK(need(store.epoch()).oldest == 1);
  need(store.rotate(kDay));
  CHECK(need(store.epoch()).oldest == 1);
  clock.time += kDay;
  CHECK(need(store.epoch()).oldest == 2);
}

TEST_CASE("rotation: without grace, all that was before is over at once") {
  const auto database = in_memory();
  SetClock clock;
  PseudonymStore store(*database, clock);
  need(store.rotate(30 * kDay));
  need(store.rotate(kDay * 0));
  const auto epoch = need(store.epoch());
  CHECK(epoch.number == 2);
  CHECK(epoch.oldest == 2);
}

TEST_CASE("rotation: a renewed key begins with its first epoch") {
  const testing::TemporaryDirectory directory;
  const auto database = testing::open_at(directory);
  need(PseudonymStore(*database).rotate(kDay));
  need(database->renew_key());
  CHECK(need(PseudonymStore(*database).epoch()).number == 0);
}

}  // namespace
}  // namespace pmx::state
