#include "app/typed_names.h"

#include "tests/unit/app/workbench.h"

using namespace pmx;
using anonymize::Kind;
using app::TypedNames;
using app::test::JumpingClock;

namespace {

struct Bench {
  explicit Bench(std::size_t wrong_per_hour = 4) {
    auto opened = anonymize::Engine::open(Secret(std::string(32, 'k')), mapping);
    REQUIRE(opened.ok());
    engine = std::move(opened).value();
    const std::vector<anonymize::Name> names{{Kind::kVm, "payroll-db"},
                                             {Kind::kNode, "pve-muc-01"},
                                             {Kind::kCluster, "acme-prod"},
                                             {Kind::kCluster, "acme-lab"}};
    REQUIRE(engine->learn(names).ok());
    names_.emplace(*engine, clock,
                   TypedNames::Options{wrong_per_hour, [this] {
                                         return std::vector{shown("acme-prod"), shown("acme-lab")};
                                       }});
  }

  std::string shown(const char* cluster) const {
    return engine->pseudonym(Kind::kCluster, cluster).value();
  }

  /// "" when admitted, otherwise the error.
  std::string admit(std::string_view value, std::string_view format, const char* who = "ann") {
    Context ctx;
    ctx.principal = who;
    const auto admitted = names_->admit(ctx, value, format);
    return admitted.ok() ? "" : admitted.error().text();
  }

  anonymize::MemoryMapping mapping;
  std::unique_ptr<anonymize::Engine> engine;
  JumpingClock clock;
  std::optional<TypedNames> names_;
};

std::string guess(int number) { return "web-" + std::to_string(number); }

std::string upid_of(const std::string& node, const std::string& rest = "qmstart:100:root@pam") {
  return "UPID:" + node + ":00001234:00005678:6AFDC000:" + rest + ":";
}

}  // namespace

TEST_CASE("typed names: after too many wrong ones right and wrong names are refused alike") {
  Bench bench;
  for (int i = 0; i < 4; ++i) CHECK(bench.admit(guess(i), "pve-guest").empty());
  const std::string wrong = bench.admit(guess(4), "pve-guest");
  CHECK(wrong.find("too many names were tried") != std::string::npos);
  CHECK(bench.admit("payroll-db", "pve-guest") == wrong);
  CHECK(bench.admit("pve-muc-01", "pve-node") == wrong);
  CHECK(bench.admit("payroll-db", "pve-guest", "bob").empty());  // counted for each principal
  bench.clock.advance(std::chrono::hours(1));
  CHECK(bench.admit("payroll-db", "pve-guest").empty());
}

TEST_CASE("typed names: the same wrong name counts once, whatever its case") {
  Bench bench;
  for (const char* name : {"web", "WEB", "Web", "web", "web", "web"}) {
    CHECK(bench.admit(name, "pve-guest").empty());
  }
  CHECK(bench.admit("payroll-db", "pve-guest").empty());
}

TEST_CASE("typed names: pseudonyms, VMIDs and what stays readable are no guesses") {
  Bench bench(1);
  const std::string vm = bench.engine->pseudonym(Kind::kVm, "payroll-db").value();
  const std::string node = bench.engine->pseudonym(Kind::kNode, "pve-muc-01").value();
  CHECK(bench.admit("wrong", "pve-guest").empty());
  CHECK_FALSE(bench.admit("wrong-too", "pve-guest").empty());  // the limit is reached
  CHECK(bench.admit(vm, "pve-guest").empty());
  CHECK(bench.admit("`" + vm + "`", "pve-guest").empty());
  CHECK(bench.admit("105", "pve-guest").empty());
  CHECK(bench.admit(bench.shown("acme-prod"), "pve-cluster").empty());
  CHECK(bench.admit(upid_of(node), "pve-upid").empty());
  CHECK(bench.admit("local-lvm", "pve-storage-id").empty());
  CHECK(bench.admit("anything", "no-such-format").empty());
}

TEST_CASE(
    "typed names: a task or cluster that was not shown is refused, real or not, in one word") {
  Bench bench(100);
  const std::string cluster = bench.admit("acme-prod", "pve-cluster");
  CHECK(cluster.find("names no cluster") != std::string::npos);
  CHECK(cluster.find("acme") == std::string::npos);
  CHECK(bench.admit("acme-test", "pve-cluster") == cluster);
  CHECK(bench.admit("ACME-LAB", "pve-cluster") == cluster);
  const std::string task = bench.admit(upid_of("pve-muc-01"), "pve-upid");
  CHECK(task.find("no task that an answer showed") != std::string::npos);
  CHECK(bench.admit(upid_of("pve-muc-02"), "pve-upid") == task);
  CHECK(bench.admit("UPID%3Apve-muc-01%3A00001234", "pve-upid") == task);
  CHECK(bench.admit("nonsense", "pve-upid") == task);
}

TEST_CASE("typed names: every part of a task must have been shown, and one guess is like another") {
  Bench bench(100);
  const std::vector<anonymize::Name> names{{Kind::kUser, "hannah"},
                                           {Kind::kRealm, "corp-ad"},
                                           {Kind::kToken, "nightly"},
                                           {Kind::kName, "tank-7"},
                                           {Kind::kUser, "mail"}};
  REQUIRE(bench.engine->learn(names).ok());
  const auto shown = [&](Kind kind, const char* name) {
    return bench.engine->pseudonym(kind, name).value();
  };
  const std::string node = shown(Kind::kNode, "pve-muc-01");
  const std::string user = shown(Kind::kUser, "hannah");
  const std::string realm = shown(Kind::kRealm, "corp-ad");
  const std::string token = shown(Kind::kToken, "nightly");
  const std::string pool = shown(Kind::kName, "tank-7");
  const std::string start = "qmstart:100:";
  for (const std::string& rest :
       {start + user + "@" + realm + "!" + token, start + user + "@pam", start + "root@" + realm,
        "zfscreate:" + pool + ":root@pam", std::string("vzdump::root@pam"),
        std::string("srvstart:pveproxy:root@pam")}) {
    CAPTURE(rest);
    CHECK(bench.admit(upid_of(node, rest), "pve-upid").empty());
  }
  const std::string refused = bench.admit(upid_of(node, start + "nobody@pam2"), "pve-upid");
  CHECK(refused.find("no task that an answer showed") != std::string::npos);
  for (const std::string& rest :
       {start + "hannah@" + realm, start + "invented@" + realm, start + user + "@corp-ad",
        start + user + "@invented", start + user + "@" + realm + "!nightly",
        start + user + "@" + realm + "!invented", start + user + "x@pam",
        start + user + "-hannah@pam", std::string("zfscreate:tank-7:root@pam"),
        std::string("zfscreate:tank-8:root@pam"), std::string("zfscreate:mail:root@pam"),
        std::string("zfscreate:web:root@pam")}) {
    CAPTURE(rest);
    CHECK(bench.admit(upid_of(node, rest), "pve-upid") == refused);
  }
}

TEST_CASE("typed names: a value made of parts is no guess only when each part was shown") {
  Bench bench(1);
  REQUIRE(bench.engine->learn(std::vector<anonymize::Name>{{Kind::kUser, "hannah"}}).ok());
  const std::string user = bench.engine->pseudonym(Kind::kUser, "hannah").value();
  CHECK(bench.admit("invented@pam", "pve-userid").empty());
  CHECK_FALSE(bench.admit("hannah@pam", "pve-userid").empty());  // the limit is reached
  for (const char* address : {"10.9.8.7", "2001:db8:77::1:2:3:4"}) {
    CHECK_FALSE(bench.admit(address, "ip").empty());
  }
  CHECK(bench.admit("127.0.0.1", "ip").empty());
  CHECK(bench.admit(user + "@pam", "pve-userid").empty());
  CHECK(bench.admit("root@pam", "pve-userid").empty());
}

TEST_CASE("typed names: forged pseudonyms count, and so do very many right names") {
  Bench bench(2);
  Context ctx;
  ctx.principal = "ann";
  for (int i = 0; i < 2; ++i) bench.names_->note_forged(ctx, guess(i), "pve-guest");
  CHECK_FALSE(bench.admit("payroll-db", "pve-guest").empty());
  std::vector<anonymize::Name> names;
  for (int i = 0; i < 21; ++i) names.push_back({Kind::kVm, "srv-" + std::to_string(i)});
  REQUIRE(bench.engine->learn(names).ok());
  const std::string last = names.back().value;
  names.pop_back();
  for (const auto& name : names) CHECK(bench.admit(name.value, "pve-guest", "bob").empty());
  CHECK_FALSE(bench.admit(last, "pve-guest", "bob").empty());
}
