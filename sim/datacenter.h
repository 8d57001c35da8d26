// datacenter.cfg and the mappings of hardware and directories. Not thread-safe: Cluster holds the
// lock.
#pragma once

#include <map>
#include <set>
#include <string>

#include "sim/inventory.h"
#include "sim/section_file.h"

namespace pmx::sim {

struct DatacenterState {
  Values options;
  std::map<std::string, SectionFile, std::less<>> mappings;  ///< by "pci", "usb", "dir"
  std::set<std::string> removed;                     ///< nodes that corosync.conf no longer names
  std::map<std::string, Values, std::less<>> added;  ///< what it says of nodes that joined since
};

/// datacenter.cfg of a generated cluster.
DatacenterState generate_datacenter(const Inventory& inventory, Planted* planted = nullptr);

/// The members of a property string, "default" standing for the one without a key.
Values property_values(const std::string& text);

}  // namespace pmx::sim
