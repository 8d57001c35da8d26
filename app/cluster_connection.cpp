#include "app/cluster_connection.h"

namespace pmx::app {

proxmox::ConnectionOptions connection_of(const ClusterConfig& cluster) {
  proxmox::ConnectionOptions options;
  options.addresses = {{cluster.url, cluster.fingerprint}};
  options.addresses.insert(options.addresses.end(), cluster.endpoints.begin(),
                           cluster.endpoints.end());
  options.ca_file = cluster.ca_file;
  options.timeout = cluster.timeout;
  options.politeness = cluster.politeness;
  return options;
}

}  // namespace pmx::app
