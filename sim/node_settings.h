// What a node keeps in files of its own: resolv.conf, hosts, its time zone, its configuration.
#pragma once

#include <map>
#include <string>

#include "sim/inventory.h"

namespace pmx::sim {

struct NodeSettings {
  Values dns;  ///< dns1, search, ...
  std::string hosts;
  std::string timezone = "UTC";
  Values config;  ///< /etc/pve/nodes/NODE/config
};

/// By name, as an installation leaves them.
std::map<std::string, NodeSettings, std::less<>> node_settings(const Inventory& inventory,
                                                               Scenario scenario);

}  // namespace pmx::sim
