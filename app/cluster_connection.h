// How a configured cluster is reached.
#pragma once

#include "app/config.h"
#include "proxmox/connection.h"

namespace pmx::app {

/// Its url and endpoints, in their order, with what trust and pace they have in common.
proxmox::ConnectionOptions connection_of(const ClusterConfig& cluster);

}  // namespace pmx::app
