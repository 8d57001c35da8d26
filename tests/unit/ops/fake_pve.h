// A PVE answered from a table, and a clock that jumps: what the operations are tried on.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "anonymize/engine.h"
#include "ops/cluster.h"
#include "proxmox/client.h"
#include "state/database.h"
#include "state/inventory_store.h"

namespace pmx::ops::test {

class JumpingClock final : public Clock {
 public:
  SystemTime now() const override { return SystemTime(std::chrono::hours(500'000)) + elapsed; }
  SteadyTime steady() const override { return SteadyTime(std::chrono::hours(1)) + elapsed; }
  bool wait(const std::stop_token& stop, std::chrono::milliseconds duration) override {
    elapsed += duration;
    return !stop.stop_requested();
  }
  std::chrono::milliseconds elapsed{0};
};

/// Answers "METHOD path" with `data`; anything else is PVE's 501. Counts the calls.
class FakePve final : public proxmox::Http {
 public:
  Result<proxmox::HttpResponse> send(const Context& ctx,
                                     const proxmox::HttpRequest& request) override {
    const std::string key = request.method + " " + request.path;
    auto response = answer(key);
    if (on_the_way) PMX_TRY_VOID(on_the_way(ctx, key));
    return response;
  }

  /// What happens between PVE's answer and its arrival.
  std::function<Result<void>(const Context&, const std::string& key)> on_the_way;
  std::mutex mutex;
  std::map<std::string, Json> answers;
  std::map<std::string, std::pair<int, std::string>> failures;
  std::vector<std::string> calls;

 private:
  Result<proxmox::HttpResponse> answer(const std::string& key) {
    const std::lock_guard lock(mutex);
    calls.push_back(key);
    const auto failure = failures.find(key);
    if (failure != failures.end())
      return proxmox::HttpResponse{failure->second.first, failure->second.second, ""};
    const auto found = answers.find(key);
    if (found == answers.end()) return proxmox::HttpResponse{501, "Method not implemented", ""};
    return proxmox::HttpResponse{200, "OK", dump_json(Json{{"data", found->second}})};
  }
};

/// One cluster of two nodes and three guests over a FakePve.
struct Bench {
  explicit Bench(std::unique_ptr<state::Database> opened_database = open_database())
      : database(std::move(opened_database)),
        inventory(*database, clock),
        client(pve, token(), clock) {
    auto opened = anonymize::Engine::open(Secret(std::string(32, 'k')), mapping);
    REQUIRE(opened.ok());
    engine = std::move(opened).value();
    pve.answers["GET /cluster/resources"] = Json::parse(R"([
      {"id":"node/alpha","type":"node","node":"alpha","status":"online","maxcpu":8,"cpu":0.1,"mem":1,"maxmem":2},
      {"id":"node/beta","type":"node","node":"beta","status":"online"},
      {"id":"qemu/100","type":"qemu","vmid":100,"node":"alpha","name":"ledger-db","status":"stopped","template":0},
      {"id":"qemu/101","type":"qemu","vmid":101,"node":"beta","name":"twin","status":"running","pool":"finance","tags":"gold;x1"},
      {"id":"lxc/102","type":"lxc","vmid":102,"node":"beta","name":"twin","status":"running"},
      {"id":"storage/alpha/fast","type":"storage","node":"alpha","storage":"fast","status":"available","shared":1},
      {"id":"/pool/finance","type":"pool","pool":"finance"}])");
    pve.answers["GET /cluster/status"] = Json::parse(R"([
      {"type":"cluster","id":"cluster","name":"vault","quorate":1,"nodes":2,"version":3},
      {"type":"node","id":"node/alpha","name":"alpha","online":1,"ip":"10.9.8.7"},
      {"type":"node","id":"node/beta","name":"beta","online":1,"ip":"10.9.8.6"}])");
    cluster = std::make_unique<Cluster>("home", "default",
                                        ClusterParts{client, *engine, inventory, clock});
  }

  static std::unique_ptr<state::Database> open_database() {
    auto opened = state::Database::open_in_memory();
    REQUIRE(opened.ok());
    return std::move(opened).value();
  }

  static proxmox::Credentials token() {
    auto parsed = proxmox::ApiToken::parse("root@pam!mcp=00000000-0000-4000-8000-000000000001");
    REQUIRE(parsed.ok());
    return std::move(parsed).value();
  }

  JumpingClock clock;
  FakePve pve;
  std::unique_ptr<state::Database> database;
  state::InventoryStore inventory;
  anonymize::MemoryMapping mapping;
  std::unique_ptr<anonymize::Engine> engine;
  proxmox::Client client;
  std::unique_ptr<Cluster> cluster;
};

}  // namespace pmx::ops::test
