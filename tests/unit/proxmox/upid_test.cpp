#include "proxmox/upid.h"

#include <doctest/doctest.h>

#include <random>

namespace pmx::proxmox {

TEST_CASE("upid: reads what PVE writes") {
  struct Row {
    const char* text;
    const char* node;
    std::uint32_t pid;
    std::int64_t starttime;
    const char* type;
    const char* id;
    const char* user;
  };
  const Row rows[] = {
      {"UPID:pve1:0000013D:0009BFAD:6B017C89:qmstart:999:root@pam!rec:", "pve1", 317, 1795259529,
       "qmstart", "999", "root@pam!rec"},
      {"UPID:pve-2:0000022F:10009E94D:6B017CF3:aptupdate::root@pam:", "pve-2", 559, 1795259635,
       "aptupdate", "", "root@pam"},
      {"UPID:n:00000001:00000001:65000000:auth-realm-sync-test:corp:a@b@corp!t1:", "n", 1,
       1694498816, "auth-realm-sync-test", "corp", "a@b@corp!t1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto upid = Upid::parse(row.text);
    REQUIRE(upid.ok());
    CHECK(upid->text == row.text);
    CHECK(upid->node == row.node);
    CHECK(upid->pid == row.pid);
    CHECK(upid->starttime == row.starttime);
    CHECK(upid->type == row.type);
    CHECK(upid->id == row.id);
    CHECK(upid->user == row.user);
  }
}

TEST_CASE("upid: refuses everything else") {
  const std::string long_id(5000, 'x');
  const std::string rows[] = {
      "",
      "OK",
      "UPID:nonsense",
      "UPID:pve1:0000013D:0009BFAD:6B017C89:qmstart:999:root@pam",          // no final colon
      "UPID:pve1:0000013D:0009BFAD:6B017C89:qmstart:999:root@pam:x",        // text after it
      "UPID:pve1:0000013D:0009BFAD:6B017C89:qmstart:999:root@pam::",        // one part more
      "upid:pve1:0000013D:0009BFAD:6B017C89:qmstart:999:root@pam:",         // lower case
      "UPID:pve_1:0000013D:0009BFAD:6B017C89:qmstart:999:root@pam:",        // node name
      "UPID:-pve:0000013D:0009BFAD:6B017C89:qmstart:999:root@pam:",         // node name
      "UPID:../..:0000013D:0009BFAD:6B017C89:qmstart:999:root@pam:",        // path in the node
      "UPID:pve1:13D:0009BFAD:6B017C89:qmstart:999:root@pam:",              // short pid
      "UPID:pve1:0000013G:0009BFAD:6B017C89:qmstart:999:root@pam:",         // not hex
      "UPID:pve1:-000013D:0009BFAD:6B017C89:qmstart:999:root@pam:",         // sign
      "UPID:pve1:0000013D:0009BFAD00:6B017C89:qmstart:999:root@pam:",       // long pstart
      "UPID:pve1:0000013D:0009BFAD:6B017C89::999:root@pam:",                // no type
      "UPID:pve1:0000013D:0009BFAD:6B017C89:qmstart:999::",                 // no user
      "UPID:pve1:0000013D:0009BFAD:6B017C89:qm start:999:root@pam:",        // blank
      "UPID:pve1:0000013D:0009BFAD:6B017C89:qmstart:9\n9:root@pam:",        // line end
      "UPID:pve1:0000013D:0009BFAD:6B017C89:qmstart:" + long_id + ":r@p:",  // endless
  };
  for (const std::string& row : rows) {
    CAPTURE(row);
    const auto upid = Upid::parse(row);
    REQUIRE_FALSE(upid.ok());
    CHECK(upid.error().code == Code::kInvalidArgument);
  }
}

TEST_CASE("upid: survives mutations, and what it accepts it returns byte for byte") {
  const std::string seed = "UPID:pve1:0000013D:0009BFAD:6B017C89:qmstart:999:root@pam!rec:";
  std::mt19937 random(7);
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seed;
    for (std::size_t edits = 1 + random() % 3; edits > 0 && !text.empty(); --edits) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0: text[at] = static_cast<char>(random() % 256); break;
        case 1: text.erase(at, 1 + random() % 4); break;
        case 2: text.insert(at, 1, ":0a@!-"[random() % 6]); break;
        default: text.resize(at); break;
      }
    }
    const auto upid = Upid::parse(text);
    if (!upid.ok()) continue;
    ++accepted;
    CHECK(upid->text == text);
    CHECK(Upid::parse(upid->text).ok());
  }
  CHECK(accepted > 100);
}

}  // namespace pmx::proxmox
