// guest_list: filter, sort, count and cut on the server, so that a model reads rows and not a dump.
#include <algorithm>

#include "app/catalogue.h"
#include "ops/guests.h"

namespace pmx::app {
namespace {

struct Args {
  ops::GuestQuery query;
  std::vector<std::string> columns{"name", "type", "node", "status"};
  std::string cluster;
  template <class V>
  void fields(V& v) {
    v.optional("status", query.status);
    v.optional("type", query.type);
    v.optional("node", query.node);
    v.optional("pool", query.pool);
    v.optional("tag", query.tag);
    v.optional("search", query.search);
    v.optional("fields", columns);
    v.optional("sort", query.sort);
    v.optional("descending", query.descending);
    v.optional("limit", query.limit);
    v.optional("offset", query.offset);
    v.optional("cluster", cluster);
  }
};

struct Out {
  std::string cluster;
  std::vector<Json> guests;
  std::size_t total = 0;
  std::size_t matched = 0;
  std::map<std::string, std::size_t> by_status;
  int offset = 0;
  std::vector<std::string> warnings;
  template <class V>
  void fields(V& v) {
    v.required("cluster", cluster);
    v.required("guests", guests);
    v.required("total", total);
    v.required("matched", matched);
    v.required("by_status", by_status);
    v.required("offset", offset);
    v.required("warnings", warnings);
  }
};

/// Every column the schema offers; empty ones are left out of a row.
Json all_columns(const proxmox::Guest& guest) {
  Json row{
      {"name", guest.name}, {"type", guest.type}, {"node", guest.node}, {"status", guest.status}};
  row["template"] = guest.is_template;
  if (!guest.pool.empty()) row["pool"] = guest.pool;
  if (!guest.tags.empty()) row["tags"] = guest.tags;
  if (!guest.lock.empty()) row["lock"] = guest.lock;
  if (!guest.hastate.empty()) row["hastate"] = guest.hastate;
  if (guest.cpu) row["cpu"] = *guest.cpu;
  if (guest.maxcpu) row["maxcpu"] = *guest.maxcpu;
  const std::pair<const char*, std::optional<std::int64_t>> figures[] = {
      {"mem", guest.mem},         {"maxmem", guest.maxmem}, {"disk", guest.disk},
      {"maxdisk", guest.maxdisk}, {"uptime", guest.uptime},
  };
  for (const auto& [key, value] : figures) {
    if (value) row[key] = *value;
  }
  return row;
}

Json guest_row(const proxmox::Guest& guest, const std::vector<std::string>& columns) {
  const Json all = all_columns(guest);
  Json row{{"vmid", guest.vmid}};
  for (const auto& column : columns) {
    if (const Json* value = find_member(all, column)) row[column] = *value;
  }
  // The privacy engine tells a guest's name by the guest's type; it reads the row as it leaves.
  return row;
}

std::string describe(const Out& out, const ops::GuestPage& page, anonymize::Engine& engine) {
  std::string text =
      std::to_string(out.matched) + " of " + std::to_string(out.total) + " guests match";
  for (const auto& [status, count] : out.by_status)
    text += ", " + std::to_string(count) + " " + status;
  text += ".";
  constexpr std::size_t kShown = 10;
  for (std::size_t i = 0; i < page.guests.size() && i < kShown; ++i) {
    const auto& guest = page.guests[i];
    text += "\n" + shown_guest(engine, guest) + ": " + guest.status + " on " +
            shown_node(engine, guest.node);
  }
  if (page.guests.size() > kShown) {
    text +=
        "\n... " + std::to_string(page.guests.size() - kShown) + " more in the structured answer";
  }
  const std::size_t end = static_cast<std::size_t>(out.offset) + page.guests.size();
  if (end < out.matched) text += "\nMore: ask again with offset " + std::to_string(end) + ".";
  return text + format_warnings(out.warnings);
}

}  // namespace

mcp::Tool guest_list(const Toolbox& box) {
  return make_tool<Args, Out>(
      "guest_list",
      [box](const Context& ctx, const Args& args, mcp::Progress&) -> Result<Answer<Out>> {
        PMX_TRY(ops::Cluster * cluster, box.clusters.find(args.cluster));
        PMX_TRY(const auto snapshot, cluster->snapshot(ctx));
        PMX_TRY(const auto page, ops::list_guests(*snapshot, args.query, box.engine));
        Answer<Out> answer;
        Out& out = answer.out;
        out.cluster = cluster->title();
        for (const auto& guest : page.guests) out.guests.push_back(guest_row(guest, args.columns));
        out.total = page.total;
        out.matched = page.matched;
        out.by_status = page.by_status;
        out.offset = args.query.offset;
        out.warnings = snapshot->warnings;
        answer.text = describe(out, page, box.engine);
        return answer;
      });
}

}  // namespace pmx::app
