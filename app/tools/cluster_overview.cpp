// cluster_overview: the first question. One snapshot per cluster, counted and summed.
#include <algorithm>

#include "app/catalogue.h"

namespace pmx::app {
namespace {

struct Args {
  std::string cluster;
  template <class V>
  void fields(V& v) {
    v.optional("cluster", cluster);
  }
};

struct NodeRow {
  std::string node;
  std::string status;
  std::optional<double> cpu;
  std::optional<double> maxcpu;
  std::optional<std::int64_t> mem;
  std::optional<std::int64_t> maxmem;
  std::optional<std::int64_t> uptime;
  int guests = 0;
  int running = 0;
  template <class V>
  void fields(V& v) {
    v.required("node", node);
    v.required("status", status);
    v.optional("cpu", cpu);
    v.optional("maxcpu", maxcpu);
    v.optional("mem", mem);
    v.optional("maxmem", maxmem);
    v.optional("uptime", uptime);
    v.required("guests", guests);
    v.required("running", running);
  }
};

struct StorageRow {
  std::string storage;
  std::optional<std::string> node;
  std::optional<std::string> type;
  std::string status;
  bool shared = false;
  std::optional<std::int64_t> used;
  std::optional<std::int64_t> total;
  template <class V>
  void fields(V& v) {
    v.required("storage", storage);
    v.optional("node", node);
    v.optional("type", type);
    v.required("status", status);
    v.required("shared", shared);
    v.optional("used", used);
    v.optional("total", total);
  }
};

struct GuestCounts {
  int total = 0;
  int templates = 0;
  std::map<std::string, int> by_status;
  std::map<std::string, int> by_type;
  template <class V>
  void fields(V& v) {
    v.required("total", total);
    v.required("templates", templates);
    v.required("by_status", by_status);
    v.required("by_type", by_type);
  }
};

struct ClusterRow {
  std::string cluster;
  std::optional<bool> quorate;  // absent: could not be read
  std::vector<NodeRow> nodes;
  GuestCounts guests;
  std::vector<StorageRow> storages;
  std::string time;
  std::vector<std::string> warnings;
  template <class V>
  void fields(V& v) {
    v.required("cluster", cluster);
    v.optional("quorate", quorate);
    v.required("nodes", nodes);
    v.required("guests", guests);
    v.required("storages", storages);
    v.required("time", time);
    v.required("warnings", warnings);
  }
};

struct Out {
  std::vector<ClusterRow> clusters;
  template <class V>
  void fields(V& v) {
    v.required("clusters", clusters);
  }
};

NodeRow node_row(const proxmox::Node& node, const std::vector<proxmox::Guest>& guests) {
  NodeRow row{node.node,   node.status, node.cpu, node.maxcpu, node.mem, node.maxmem,
              node.uptime, 0,           0};
  for (const auto& guest : guests) {
    if (guest.node != node.node) continue;
    ++row.guests;
    row.running += guest.status == "running" ? 1 : 0;
  }
  return row;
}

GuestCounts count_guests(const std::vector<proxmox::Guest>& guests) {
  GuestCounts counts;
  counts.total = static_cast<int>(guests.size());
  for (const auto& guest : guests) {
    counts.templates += guest.is_template ? 1 : 0;
    ++counts.by_status[guest.status];
    ++counts.by_type[guest.type];
  }
  return counts;
}

/// A shared storage is listed by PVE once per node with the same figures; here it appears once.
std::vector<StorageRow> storage_rows(const std::vector<proxmox::Storage>& storages) {
  std::vector<StorageRow> rows;
  for (const auto& storage : storages) {
    const bool seen =
        storage.shared && std::any_of(rows.begin(), rows.end(), [&storage](const StorageRow& row) {
          return row.shared && row.storage == storage.storage;
        });
    if (seen) continue;
    rows.push_back({storage.storage, storage.shared ? std::nullopt : std::optional(storage.node),
                    storage.plugintype.empty() ? std::nullopt : std::optional(storage.plugintype),
                    storage.status, storage.shared, storage.disk, storage.maxdisk});
  }
  return rows;
}

ClusterRow cluster_row(const ops::Cluster& cluster, const ops::Snapshot& snapshot,
                       anonymize::Engine& engine) {
  ClusterRow row;
  row.cluster = cluster.title();
  if (snapshot.status_known) row.quorate = snapshot.status.quorate;
  for (const auto& node : snapshot.resources.nodes)
    row.nodes.push_back(node_row(node, snapshot.resources.guests));
  std::sort(row.nodes.begin(), row.nodes.end(), [&engine](const NodeRow& a, const NodeRow& b) {
    return shown_node(engine, a.node) <
           shown_node(engine, b.node);  // an order of real names would tell of them
  });
  row.guests = count_guests(snapshot.resources.guests);
  row.storages = storage_rows(snapshot.resources.storages);
  row.time = format_time(snapshot.time);
  row.warnings = snapshot.warnings;
  return row;
}

/// One cluster of several that does not answer is a warning among the others.
ClusterRow unreachable_row(ops::Cluster& cluster, const Error& error) {
  ClusterRow row;
  row.cluster = cluster.title();
  row.time = format_time(cluster.clock().now());
  row.warnings = {"this cluster cannot be read: " + error.text()};
  return row;
}

std::string quorum_text(const std::optional<bool>& quorate) {
  if (!quorate) return "quorum unknown";
  return *quorate ? "quorate" : "NO QUORUM";
}

std::string describe(const ClusterRow& row, anonymize::Engine& engine) {
  const auto online = std::count_if(row.nodes.begin(), row.nodes.end(),
                                    [](const NodeRow& node) { return node.status == "online"; });
  std::string text = "Cluster " + row.cluster + ": " + std::to_string(online) + " of " +
                     std::to_string(row.nodes.size()) + " nodes online, " +
                     quorum_text(row.quorate) + ", " + std::to_string(row.guests.total) + " guests";
  std::string counts;
  for (const auto& [status, count] : row.guests.by_status) {
    counts += (counts.empty() ? "" : ", ") + std::to_string(count) + " " + status;
  }
  text += counts.empty() ? "." : " (" + counts + ").";
  for (const auto& node : row.nodes) {
    text += "\n" + shown_node(engine, node.node) + ": " + node.status;
    if (node.cpu) text += ", cpu " + format_percent(*node.cpu);
    if (node.mem && node.maxmem)
      text += ", memory " + format_bytes(*node.mem) + " of " + format_bytes(*node.maxmem);
    text += ", " + std::to_string(node.running) + " of " + std::to_string(node.guests) +
            " guests running";
  }
  return text + format_warnings(row.warnings);
}

}  // namespace

mcp::Tool cluster_overview(const Toolbox& box) {
  return make_tool<Args, Out>(
      "cluster_overview",
      [box](const Context& ctx, const Args& args, mcp::Progress&) -> Result<Answer<Out>> {
        Answer<Out> answer;
        PMX_TRY(const auto clusters, box.clusters.select(args.cluster));
        for (ops::Cluster* cluster : clusters) {
          const auto snapshot = cluster->snapshot(ctx);
          if (!snapshot.ok() && clusters.size() == 1) return snapshot.error();
          answer.out.clusters.push_back(snapshot.ok()
                                            ? cluster_row(*cluster, **snapshot, box.engine)
                                            : unreachable_row(*cluster, snapshot.error()));
          answer.text += (answer.text.empty() ? "" : "\n\n") +
                         describe(answer.out.clusters.back(), box.engine);
        }
        return answer;
      });
}

}  // namespace pmx::app
