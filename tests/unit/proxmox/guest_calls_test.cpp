#include "proxmox/guest_calls.h"

#include <doctest/doctest.h>

#include <set>

#include "fakes.h"

namespace pmx::proxmox {
namespace {

constexpr const char* kUpid = "UPID:pve2:0000013D:0009BFAD:6B017C89:qmconfig:105:root@pam!mpc:";

struct Calls {
  FakeHttp http;
  FakeClock clock;
  Context ctx;
  Client client{http, ApiToken::parse(kTokenText).value(), clock};
  Guest guest;

  Calls() {
    guest.vmid = 105;
    guest.type = "qemu";
    guest.node = "pve1";
  }
  void gone() {
    http.reply(
        500, R"({"data":null,"message":"Configuration file 'nodes/pve1/qemu-server/105.conf' does)"
             R"( not exist\n"})");
  }
  void listed_on(const std::string& node) {
    http.data(R"([{"type":"qemu","id":"qemu/105","vmid":105,"node":")" + node + R"("}])");
  }
};

}  // namespace

TEST_CASE_FIXTURE(Calls, "guest calls: a guest that moved is followed once") {
  gone();
  listed_on("pve2");
  http.data("null");
  REQUIRE(configure_guest(ctx, client, guest, {{"cores", "2"}}, "d1").ok());
  CHECK(http.requests[0].path == "/nodes/pve1/qemu/105/config");
  CHECK(http.requests[1].path == "/cluster/resources");
  CHECK(http.requests[2].path == "/nodes/pve2/qemu/105/config");
  CHECK(guest.node == "pve2");
  SUBCASE("and not again when it is gone there too") {
    gone();
    listed_on("pve3");
    gone();
    CHECK(configure_guest(ctx, client, guest, {{"cores", "2"}}, "d1").error().code ==
          Code::kNotFound);
    CHECK(http.finished());
  }
}

TEST_CASE_FIXTURE(Calls, "guest calls: a guest that did not move is not asked for twice") {
  gone();
  SUBCASE("it is listed where it was") { listed_on("pve1"); }
  SUBCASE("it is not listed") { http.data("[]"); }
  SUBCASE("the list cannot be read") { http.fail(Code::kUnavailable, "down"); }
  CHECK(configure_guest(ctx, client, guest, {}, "d1").error().code == Code::kNotFound);
  CHECK(http.requests.size() == 2);
}

TEST_CASE_FIXTURE(Calls, "guest calls: a change carries the digest of what was read") {
  http.data("\"" + std::string(kUpid) + "\"");
  const auto task = configure_guest(ctx, client, guest, {{"cores", "2"}}, "d1");
  REQUIRE(task.ok());
  REQUIRE(task->has_value());
  CHECK((*task)->text == kUpid);
  CHECK(http.requests[0].method == "POST");
  CHECK(param(http.requests[0], "digest") == "d1");
  http.reply(500, R"({"message":"checksum mismatch (file change by other user?)\n"})");
  CHECK(configure_guest(ctx, client, guest, {}, "d0").error().code == Code::kFailedPrecondition);
  guest.type = "lxc";
  http.data("null");
  const auto container = configure_guest(ctx, client, guest, {{"cores", "2"}}, "d1");
  REQUIRE(container.ok());
  CHECK_FALSE(container->has_value());
  CHECK(http.requests[2].method == "PUT");
}

TEST_CASE_FIXTURE(Calls, "guest calls: without a digest nothing is sent") {
  CHECK(configure_guest(ctx, client, guest, {{"cores", "2"}}, "").error().code ==
        Code::kInvalidArgument);
  CHECK(http.requests.empty());
}

TEST_CASE_FIXTURE(Calls, "guest calls: a VMID that somebody else took is replaced by the next") {
  http.data("\"105\"");
  http.reply(500,
             R"({"message":"unable to create VM 105 - VM 105 already exists on node 'pve1'\n"})");
  http.data("\"106\"");
  http.data("\"" + std::string(kUpid) + "\"");
  const auto made = create_guest(ctx, client, "pve1", "qemu", {{"memory", "512"}});
  REQUIRE(made.ok());
  CHECK(made->vmid == 106);
  CHECK(param(http.requests[1], "vmid") == "105");
  CHECK(param(http.requests[3], "vmid") == "106");
  CHECK(param(http.requests[3], "memory") == "512");
}

TEST_CASE_FIXTURE(Calls, "guest calls: other refusals and unknown outcomes are not repeated") {
  http.data("\"105\"");
  SUBCASE("a disk of that name") {
    http.reply(500, R"({"message":"disk image 'vm-105-disk-0.raw' already exists\n"})");
  }
  SUBCASE("no answer") { http.fail(Code::kDeadlineExceeded, "timed out"); }
  CHECK_FALSE(create_guest(ctx, client, "pve1", "qemu", {}).ok());
  CHECK(http.requests.size() == 2);
}

TEST_CASE_FIXTURE(Calls, "guest calls: a VMID is asked for five times at most") {
  for (int i = 0; i < 5; ++i) {
    http.data("\"105\"");
    http.reply(500, R"({"message":"CT 105 already exists on node 'pve1'\n"})");
  }
  CHECK(create_guest(ctx, client, "pve1", "lxc", {}).error().code == Code::kAlreadyExists);
  CHECK(http.finished());
}

TEST_CASE_FIXTURE(Calls,
                  "guest calls: configurations are read once each, errors told in their place") {
  std::vector<Guest> guests;
  for (int vmid = 100; vmid < 130; ++vmid) {
    guests.push_back(guest);
    guests.back().vmid = vmid;
    vmid == 117 ? http.reply(403, R"({"message":"Permission check failed\n"})")
                : http.data(R"({"digest":"d"})");
  }
  std::set<int> seen;
  int refused = 0;
  const auto done =
      read_configs(ctx, client, guests, 4, [&](const Guest& one, Result<Json> config) {
        seen.insert(one.vmid);
        if (!config.ok()) ++refused;
      });
  CHECK(done.ok());
  CHECK(seen.size() == 30);
  CHECK(refused == 1);
  CHECK(http.requests.size() == 30);
  std::stop_source source;
  source.request_stop();
  ctx.stop = source.get_token();
  CHECK(
      read_configs(ctx, client, guests, 4, [](const Guest&, const Result<Json>&) {}).error().code ==
      Code::kCancelled);
}

}  // namespace pmx::proxmox
