// VMIDs are real everywhere else. In a text that strangers read they may be permuted, so that not
// even a list of numbers joins it with another.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace pmx::anonymize {

/// The VMID that stands for `vmid` (3 to 9 digits) under `key`: another with as many digits, or by
/// chance the same; no two get one.
std::uint64_t permuted_vmid(const Secret& key, std::uint64_t vmid);

/// Every VMID that its surroundings announce (VM 105, "vmid": 105, qemu/105, vm-105-disk-0, qm
/// start 105, UPIDs, 105.conf, tap105i0, lists of them) permuted. Lengths and all else stay.
std::string permute_vmids(const Secret& key, std::string_view text);

}  // namespace pmx::anonymize
