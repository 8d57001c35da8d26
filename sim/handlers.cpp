#include "sim/handlers.h"

namespace pmx::sim {

Handlers all_handlers() {
  Handlers out;
  for (const auto add : {add_access_handlers,
                         add_cluster_handlers,
                         add_node_handlers,
                         add_firewall_handlers,
                         add_guest_handlers,
                         add_ha_handlers,
                         add_network_handlers,
                         add_sdn_handlers,
                         add_datacenter_handlers,
                         add_mapping_handlers,
                         add_power_handlers,
                         add_lxc_handlers,
                         add_qemu_handlers,
                         add_bulk_handlers,
                         add_task_handlers,
                         add_storage_handlers,
                         add_storage_status_handlers,
                         add_content_handlers,
                         add_upload_handlers,
                         add_vzdump_handlers,
                         add_job_handlers,
                         add_replication_handlers,
                         add_node_config_handlers,
                         add_node_system_handlers,
                         add_rrd_handlers,
                         add_metric_handlers,
                         add_acme_handlers,
                         add_cpu_model_handlers,
                         add_journal_handlers,
                         add_notification_handlers})
    add(out);
  return out;
}

}  // namespace pmx::sim
