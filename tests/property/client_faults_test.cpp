// The client against every fault of the simulated cluster, for every class of operation: the right
// error, in bounded time, and nothing done twice. What arrived at the cluster is the witness. No
// sockets, no real time.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "proxmox/failover_http.h"
#include "proxmox/guest_calls.h"
#include "proxmox/polite_http.h"
#include "tests/property/sim_route.h"
#include "tests/unit/sim/fake_clock.h"

namespace pmx::proxmox {
namespace {

using namespace std::chrono_literals;

constexpr auto kDeadline = 120s;
constexpr int kReads = 3;  // of one GET, at most

/// A cluster, and a client that may ask its first two nodes.
struct Stand {
  explicit Stand(sim::PveVersion pve, bool with_ticket = false) : cluster(options(pve), clock) {
    std::vector<std::unique_ptr<Route>> owned;
    for (const std::size_t place : {0U, 1U}) {
      owned.push_back(std::make_unique<SimRoute>(cluster, clock, place, witness));
      routes.push_back(static_cast<SimRoute*>(owned.back().get()));
    }
    failover = std::make_unique<FailoverHttp>(std::move(owned), clock, 7);
    polite = std::make_unique<PoliteHttp>(*failover, Politeness{}, clock);
    const sim::Access& access = cluster.access();
    client = std::make_unique<Client>(
        *polite,
        with_ticket ? Credentials(Login{access.username, Secret(access.password)})
                    : Credentials(ApiToken::parse(access.token).value()),
        clock);
    guest = find_guest(ctx, *client, sim::part::kStoppedVm).value();
    digest = string_member(client->guest_config(ctx, guest).value(), "digest");
    witness.clear();
    begin = clock.steady();
    ctx.deadline = begin + kDeadline;
  }

  static sim::Options options(sim::PveVersion pve) {
    sim::Options options;
    options.pve = pve;
    return options;
  }

  [[nodiscard]] auto arrived(bool writes) const {
    return std::count_if(witness.begin(), witness.end(), [&](const Arrival& one) {
      return one.path != "/access/ticket" && (one.method != "GET") == writes;
    });
  }

  sim::FakeClock clock;
  sim::Cluster cluster;
  std::vector<Arrival> witness;
  std::vector<SimRoute*> routes;
  std::unique_ptr<FailoverHttp> failover;
  std::unique_ptr<PoliteHttp> polite;
  std::unique_ptr<Client> client;
  Context ctx;
  Guest guest;
  std::string digest;
  SteadyTime begin;
};

/// A class of operations; nothing = it went well.
struct Operation {
  const char* name;
  bool writes;
  std::function<std::optional<Error>(Stand&)> run;
};

template <class T>
std::optional<Error> error_of(const Result<T>& result) {
  return result.ok() ? std::nullopt : std::optional(result.error());
}

std::string path_of(const Guest& guest) {
  return "/nodes/" + guest.node + "/qemu/" + std::to_string(guest.vmid);
}

const std::vector<Operation>& operations() {
  static const std::vector<Operation> kAll{
      {"read the cluster", false, [](Stand& s) { return error_of(s.client->resources(s.ctx)); }},
      {"read a guest", false,
       [](Stand& s) { return error_of(s.client->guest_config(s.ctx, s.guest)); }},
      {"configure", true,
       [](Stand& s) {
         return error_of(
             configure_guest(s.ctx, *s.client, s.guest, {{"description", "x"}}, s.digest));
       }},
      {"power", true,
       [](Stand& s) { return error_of(s.client->guest_power(s.ctx, s.guest, "start")); }},
      {"create", true,
       [](Stand& s) {
         return error_of(create_guest(s.ctx, *s.client, s.guest.node, "qemu", {{"memory", "64"}}));
       }},
      {"put", true,
       [](Stand& s) {
         return error_of(s.client->put(s.ctx, path_of(s.guest) + "/config", {{"cores", "2"}}));
       }},
      {"delete", true, [](Stand& s) { return error_of(s.client->del(s.ctx, path_of(s.guest))); }},
  };
  return kAll;
}

/// What a fault brings; nothing = no error.
struct FaultRow {
  std::vector<std::string> words;
  std::optional<Code> read;
  std::optional<Code> write;
  bool arrives = true;  ///< whether anything reaches the cluster
};

/// All kinds of sim/faults.h; those that pass after one request, and those that last.
std::vector<FaultRow> faults() {
  const auto unavailable = Code::kUnavailable;
  return {
      {{"latency", "2000"}, {}, {}},
      {{"latency", "300000"}, Code::kDeadlineExceeded, Code::kDeadlineExceeded},
      {{"drop", "for=1"}, {}, unavailable},
      {{"drop"}, unavailable, unavailable},
      {{"cut", "3", "for=1"}, {}, unavailable},
      {{"cut", "3"}, unavailable, unavailable},
      {{"garbage", "for=1"}, unavailable, unavailable},
      {{"status", "400", "for=1"}, Code::kInvalidArgument, Code::kInvalidArgument},
      {{"status", "401", "for=1"}, Code::kUnauthenticated, Code::kUnauthenticated},
      {{"status", "403", "for=1"}, Code::kPermissionDenied, Code::kPermissionDenied},
      {{"status", "500", "for=1"}, Code::kFailedPrecondition, Code::kFailedPrecondition},
      {{"status", "501", "for=1"}, Code::kInvalidArgument, Code::kInvalidArgument},
      {{"status", "595", "for=1"}, unavailable, unavailable},
      {{"status", "596", "for=1"}, {}, unavailable},
      {{"status", "596"}, unavailable, unavailable},
      {{"status", "597", "for=1"}, {}, unavailable},
      {{"status", "599", "for=1"}, {}, unavailable},
      {{"certificate"}, unavailable, unavailable, false},
  };
}

std::string text_of(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += word + " ";
  return text;
}

/// Only the request that writes meets the fault: what is read before it (the next VMID) does not.
std::vector<std::string> aimed(const FaultRow& row, const Operation& operation,
                               const Stand& stand) {
  std::vector<std::string> words = row.words;
  if (std::string_view(operation.name) == "create" && row.arrives) {
    words.push_back("path=/nodes/" + stand.guest.node + "/qemu");
  }
  return words;
}

void check_outcome(const Stand& stand, const std::optional<Error>& error,
                   const std::optional<Code>& expected, bool writes) {
  INFO((error ? error->text() : std::string("no error")));
  REQUIRE(error.has_value() == expected.has_value());
  if (error) CHECK(error->code == *expected);
  CHECK(stand.clock.steady() - stand.begin <= kDeadline);
  CHECK(stand.arrived(true) <= (writes ? 1 : 0));
}

}  // namespace

TEST_CASE("client faults: the right error, in bounded time, and nothing done twice") {
  for (const sim::PveVersion pve : {sim::PveVersion::k8, sim::PveVersion::k9}) {
    for (const Operation& operation : operations()) {
      for (const FaultRow& row : faults()) {
        CAPTURE(operation.name);
        CAPTURE(text_of(row.words));
        Stand stand(pve);
        REQUIRE(stand.cluster.control("fault", aimed(row, operation, stand)).ok());
        const auto error = operation.run(stand);
        check_outcome(stand, error, operation.writes ? row.write : row.read, operation.writes);
        if (!row.arrives) CHECK(stand.witness.empty());
        if (!operation.writes) CHECK(stand.arrived(false) <= kReads);
      }
    }
  }
}

TEST_CASE("client faults: with a ticket the same holds, and a 401 logs in no second time") {
  for (const Operation& operation : operations()) {
    CAPTURE(operation.name);
    Stand stand(sim::PveVersion::k9, true);
    REQUIRE(stand.cluster.control("fault", {"status", "401", "path=/nodes"}).ok());
    const auto error = operation.run(stand);
    const bool meets = std::string_view(operation.name) != "read the cluster";
    check_outcome(stand, error, meets ? std::optional(Code::kUnauthenticated) : std::nullopt,
                  operation.writes);
    CHECK(std::none_of(stand.witness.begin(), stand.witness.end(),
                       [](const Arrival& one) { return one.path == "/access/ticket"; }));
  }
}

TEST_CASE("client faults: an old ticket that is refused is renewed once, and no more") {
  Stand stand(sim::PveVersion::k9, true);
  stand.clock.tick(30min);
  stand.ctx.deadline = stand.clock.steady() + kDeadline;
  REQUIRE(stand.cluster.control("fault", {"status", "401", "path=/cluster/resources"}).ok());
  CHECK(stand.client->resources(stand.ctx).error().code == Code::kUnauthenticated);
  std::vector<std::string> paths;
  for (const Arrival& one : stand.witness) paths.push_back(one.path);
  CHECK(paths ==
        std::vector<std::string>{"/cluster/resources", "/access/ticket", "/cluster/resources"});
}

TEST_CASE("client faults: a node that nobody answers at costs one connection attempt") {
  for (const Operation& operation : operations()) {
    CAPTURE(operation.name);
    Stand stand(sim::PveVersion::k9);
    stand.routes[0]->silent = true;
    check_outcome(stand, operation.run(stand), {}, operation.writes);
    CHECK(stand.clock.steady() - stand.begin < 4s);
    const SteadyTime second = stand.clock.steady();
    CHECK(stand.client->version(stand.ctx).ok());
    CHECK(stand.clock.steady() - second < 1s);
  }
}

TEST_CASE("client faults: calls for a node that is down cost one proxy's patience, and no more") {
  Stand stand(sim::PveVersion::k9);
  Guest away = stand.guest;
  away.node = stand.cluster.nodes()[2];
  REQUIRE(stand.cluster.control("node-down", {away.node}).ok());
  const SteadyTime begin = stand.clock.steady();
  for (int i = 0; i < 20; ++i) {
    CHECK(stand.client->guest_status(stand.ctx, away).error().code == Code::kUnavailable);
  }
  CHECK(stand.clock.steady() - begin <= 31s);
  CHECK(stand.witness.size() == 1);
  CHECK(stand.client->resources(stand.ctx).ok());
}

TEST_CASE("client faults: without quorum a change is refused once, with the reason") {
  Stand stand(sim::PveVersion::k9);
  stand.guest.node = stand.cluster.nodes()[0];  // the one that is left, and answers
  stand.cluster.move_guest(stand.guest.vmid, stand.guest.node);
  REQUIRE(stand.cluster.control("quorum-lost", {}).ok());
  const auto error =
      error_of(stand.client->put(stand.ctx, path_of(stand.guest) + "/config", {{"cores", "2"}}));
  REQUIRE(error.has_value());
  CHECK(error->code == Code::kFailedPrecondition);
  CHECK_MESSAGE(error->text().find("lost quorum") != std::string::npos, error->text());
  CHECK(stand.arrived(true) == 1);
}

TEST_CASE("client faults: a locked guest refuses a change at once, and a start inside its task") {
  Stand stand(sim::PveVersion::k9);
  const std::string vmid = std::to_string(stand.guest.vmid);
  REQUIRE(stand.cluster.control("guest-locked", {vmid, "backup"}).ok());
  const Json config = stand.client->guest_config(stand.ctx, stand.guest).value();
  const auto changed =
      configure_guest(stand.ctx, *stand.client, stand.guest, {{"description", "x"}},
                      std::string(string_member(config, "digest")));
  REQUIRE_FALSE(changed.ok());
  CHECK(changed.error().code == Code::kFailedPrecondition);
  CHECK(changed.error().message.find("backup") != std::string::npos);
  CHECK(stand.arrived(true) == 1);
  const auto upid = stand.client->guest_power(stand.ctx, stand.guest, "start");
  REQUIRE(upid.ok());
  const auto outcome = stand.client->wait_task(stand.ctx, *upid);
  REQUIRE(outcome.ok());
  CHECK_FALSE(outcome->status.succeeded());
}

TEST_CASE("client faults: a guest that moved is found, and changed once") {
  for (const sim::PveVersion pve : {sim::PveVersion::k8, sim::PveVersion::k9}) {
    Stand stand(pve);
    const std::string old = stand.guest.node;
    const auto nodes = stand.cluster.nodes();
    const std::string now = *std::find_if(nodes.begin(), nodes.end(),
                                          [&](const std::string& node) { return node != old; });
    stand.cluster.move_guest(stand.guest.vmid, now);
    const auto changed = configure_guest(stand.ctx, *stand.client, stand.guest,
                                         {{"description", "x"}}, stand.digest);
    REQUIRE_MESSAGE(changed.ok(), changed.error().text());
    CHECK(stand.guest.node == now);
    CHECK(stand.arrived(true) == 2);  // the first was refused
  }
}

TEST_CASE("client faults: an outdated digest is refused, and the change of the other stays") {
  Stand stand(sim::PveVersion::k9);
  stand.cluster.change_guest(stand.guest.vmid, {{"description", "theirs"}});
  const auto changed =
      configure_guest(stand.ctx, *stand.client, stand.guest, {{"description", "x"}}, stand.digest);
  REQUIRE_FALSE(changed.ok());
  CHECK(changed.error().code == Code::kFailedPrecondition);
  CHECK(string_member(stand.client->guest_config(stand.ctx, stand.guest).value(), "description") ==
        "theirs");
}

TEST_CASE("client faults: an answer that names a task is not yet a success") {
  Stand stand(sim::PveVersion::k9);
  Guest broken = find_guest(stand.ctx, *stand.client, sim::part::kBrokenVm).value();
  const auto upid = stand.client->guest_power(stand.ctx, broken, "start");
  REQUIRE(upid.ok());
  const auto outcome = stand.client->wait_task(stand.ctx, *upid);
  REQUIRE(outcome.ok());
  CHECK_FALSE(outcome->status.succeeded());
  CHECK_FALSE(outcome->log_tail.empty());
}

TEST_CASE("client faults: waiting for a task outlasts what breaks meanwhile, and starts nothing") {
  for (const std::vector<std::string>& fault :
       std::vector<std::vector<std::string>>{{"drop", "for=5"},
                                             {"status", "596", "for=4"},
                                             {"status", "595", "for=2"},
                                             {"garbage", "for=3"},
                                             {"latency", "500", "for=9"}}) {
    CAPTURE(text_of(fault));
    Stand stand(sim::PveVersion::k9);
    const auto upid = stand.client->guest_power(stand.ctx, stand.guest, "start");
    REQUIRE(upid.ok());
    REQUIRE(stand.cluster.control("fault", fault).ok());
    const auto outcome = stand.client->wait_task(stand.ctx, *upid);
    REQUIRE_MESSAGE(outcome.ok(), outcome.error().text());
    CHECK(outcome->status.succeeded());
    CHECK(stand.arrived(true) == 1);
  }
}

TEST_CASE("client faults: a second factor is answered, on both releases") {
  for (const sim::PveVersion pve : {sim::PveVersion::k8, sim::PveVersion::k9}) {
    Stand stand(pve);
    REQUIRE(stand.cluster.control("tfa-enable", {stand.cluster.access().username}).ok());
    Login login{stand.cluster.access().username, Secret(stand.cluster.access().password)};
    login.totp_key = Secret("12345678901234567890");
    Client client(*stand.polite, login, stand.clock);
    stand.witness.clear();
    // The simulator takes the code 123456 at all times; the key's of the moment is another one.
    CHECK(client.version(stand.ctx).error().message.find("second factor") != std::string::npos);
    CHECK(client.version(stand.ctx).error().code == Code::kUnauthenticated);
    CHECK(stand.witness.size() == 2);  // password, code; and the refused code is not tried again
    stand.clock.tick(14'719'080s);     // now it is the key's as well
    stand.ctx.deadline = stand.clock.steady() + kDeadline;
    const auto version = client.version(stand.ctx);
    CHECK_MESSAGE(version.ok(), version.error().text());
    stand.clock.tick(100min);  // renewed without another code
    stand.ctx.deadline = stand.clock.steady() + kDeadline;
    CHECK(client.version(stand.ctx).ok());
  }
}

}  // namespace pmx::proxmox
