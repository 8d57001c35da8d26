#include "anonymize/vmids.h"

#include <doctest/doctest.h>

#include <set>

namespace pmx::anonymize {
namespace {

const Secret kKey(std::string(32, 'v'));

/// The row with each <105> replaced by what the number in it becomes, or by the number itself.
std::string filled(std::string_view row, bool permuted) {
  std::string out;
  for (std::size_t at = 0; at < row.size(); ++at) {
    if (row[at] != '<') {
      out += row[at];
      continue;
    }
    const std::size_t end = row.find('>', at);
    const auto vmid = std::stoull(std::string(row.substr(at + 1, end - at - 1)));
    out += std::to_string(permuted ? permuted_vmid(kKey, vmid) : vmid);
    at = end;
  }
  return out;
}

TEST_CASE("vmids: a permutation that keeps the number of digits") {
  for (const auto& [first, last] : {std::pair{100U, 999U}, std::pair{1000U, 9999U}}) {
    std::set<std::uint64_t> seen;
    for (std::uint64_t vmid = first; vmid <= last; ++vmid) {
      const auto other = permuted_vmid(kKey, vmid);
      CHECK((other >= first && other <= last));
      seen.insert(other);
    }
    CHECK(seen.size() == last - first + 1);
  }
  CHECK(permuted_vmid(kKey, 999999999) >= 100000000);
  int same = 0;
  const Secret other(std::string(32, 'w'));
  for (std::uint64_t vmid = 100; vmid < 1000; ++vmid)
    same += permuted_vmid(kKey, vmid) == permuted_vmid(other, vmid) ? 1 : 0;
  CHECK(same < 20);
}

TEST_CASE("vmids: each is found where its surroundings announce it, and one value stays one") {
  for (const char* row :
       {"VM <105> is down, CT <1042> runs; vm-k3x9q2f (VMID <105>)",
        R"({"vmid": <105>, "id":"qemu/<105>", "n": 105, "maxmem": 1048576})",
        R"({"vmids":[<101>,<102>, <103>],"other":[101,102]})", R"({"vmid":"<2001>"})",
        "local-lvm:vm-<105>-disk-0 base-<900>-disk-1 subvol-<104>-disk-0",
        "vzdump-qemu-<105>-2026_01_02-03_04_05.vma.zst vzdump-lxc-<104>-2026.tar",
        "/etc/pve/qemu-server/<105>.conf /run/qemu-server/<105>.pid <105>.scope",
        "qm start <105> && pct enter <104>; qm clone <105> 9",
        "UPID:node-x:0000A1B2:00C3D4E5:66778899:qmstart:<105>:root@pam:",
        "UPID%3Anode-x%3A0000A1B2%3A00C3D4E5%3A66778899%3Avzdump%3A<105>%3Aroot@pam%3A",
        "tap<105>i0 fwbr<105>i1 veth<104>i0 fwpr<105>p0", "/usr/bin/kvm -id <105> -name vm",
        R"({"t":"VM\t<105> and vm <105>\nVMIDs:\n<105>"})", "VM%20<105>", "/vms/<105>",
        "--vmid <105>", "vmid=<105>", "\\\"vmid\\\":<105>"}) {
    CAPTURE(row);
    CHECK(permute_vmids(kKey, filled(row, false)) == filled(row, true));
  }
}

TEST_CASE("vmids: other numbers stay") {
  for (const char* row :
       {"", "105", "took 105 s", "10.105.200.3", "port 8006, 2026-11-28 12:34:56", "VM 99",
        "VM 0105", "VM 1234567890", "vm-105abcd", "PID 1234", "vm.swappiness = 105 x105",
        "VM 105.5", "UPID:node-x:00001234:00123456:66778899:aptupdate::root@pam:", "disk-105",
        "eth105"}) {
    CAPTURE(row);
    CHECK(permute_vmids(kKey, row) == row);
  }
}

}  // namespace
}  // namespace pmx::anonymize
