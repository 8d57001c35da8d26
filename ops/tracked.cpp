#include "ops/tracked.h"

namespace pmx::ops {
namespace {

using anonymize::Kind;

void set_if(Json& fields, const char* key, const std::string& value) {
  if (!value.empty()) fields[key] = value;
}

template <class T>
void set_if(Json& fields, const char* key, const std::optional<T>& value) {
  if (value) fields[key] = *value;
}

state::Object tracked_node(const proxmox::Node& node) {
  Json fields{{"status", node.status}};
  set_if(fields, "maxcpu", node.maxcpu);
  set_if(fields, "maxmem", node.maxmem);
  return {"node", node.node, std::move(fields)};
}

state::Object tracked_storage(const proxmox::Storage& storage) {
  Json fields{{"storage", storage.storage}, {"node", storage.node}, {"status", storage.status}};
  set_if(fields, "plugintype", storage.plugintype);
  set_if(fields, "maxdisk", storage.maxdisk);
  fields["shared"] = storage.shared;
  return {"storage", storage.node + "/" + storage.storage, std::move(fields)};
}

state::Object tracked_cluster(const proxmox::ClusterStatus& status) {
  Json fields{{"quorate", status.quorate}};
  set_if(fields, "name", status.name);
  return {"cluster", "cluster", std::move(fields)};
}

}  // namespace

std::vector<std::string> tracked_kinds(const Snapshot& snapshot) {
  std::vector<std::string> kinds{"node", "guest", "storage", "pool"};
  if (snapshot.status_known) kinds.emplace_back("cluster");
  return kinds;
}

state::Object tracked_guest(const proxmox::Guest& guest) {
  Json fields{{"type", guest.type}, {"node", guest.node}, {"status", guest.status}};
  set_if(fields, "name", guest.name);
  set_if(fields, "pool", guest.pool);
  set_if(fields, "lock", guest.lock);
  set_if(fields, "hastate", guest.hastate);
  set_if(fields, "maxcpu", guest.maxcpu);
  set_if(fields, "maxmem", guest.maxmem);
  set_if(fields, "maxdisk", guest.maxdisk);
  if (!guest.tags.empty()) fields["tags"] = guest.tags;
  if (guest.is_template) fields["template"] = true;
  return {"guest", std::to_string(guest.vmid), std::move(fields)};
}

void restore_tracked(proxmox::Guest& guest, const Json& fields) {
  if (guest.name.empty()) guest.name = string_member(fields, "name");
  if (guest.pool.empty()) guest.pool = string_member(fields, "pool");
  const Json* tags = find_member(fields, "tags");
  if (guest.tags.empty() && tags != nullptr && tags->is_array()) {
    for (const auto& tag : *tags) {
      if (const auto* text = tag.get_ptr<const std::string*>()) guest.tags.push_back(*text);
    }
  }
  const Json* templated = find_member(fields, "template");
  if (templated != nullptr && *templated == true) guest.is_template = true;
  const Json* cores = find_member(fields, "maxcpu");
  if (!guest.maxcpu && cores != nullptr && cores->is_number()) guest.maxcpu = cores->get<double>();
  const auto bytes = [&fields](const char* key, std::optional<std::int64_t>& member) {
    const Json* value = find_member(fields, key);
    if (!member && value != nullptr && value->is_number_integer())
      member = value->get<std::int64_t>();
  };
  bytes("maxmem", guest.maxmem);
  bytes("maxdisk", guest.maxdisk);
}

std::vector<state::Object> tracked_objects(const Snapshot& snapshot) {
  std::vector<state::Object> objects;
  if (snapshot.status_known) objects.push_back(tracked_cluster(snapshot.status));
  for (const auto& node : snapshot.resources.nodes) objects.push_back(tracked_node(node));
  for (const auto& guest : snapshot.resources.guests) objects.push_back(tracked_guest(guest));
  for (const auto& storage : snapshot.resources.storages)
    objects.push_back(tracked_storage(storage));
  for (const auto& pool : snapshot.resources.pools) {
    objects.push_back({"pool", pool, Json{{"pool", pool}}});
  }
  return objects;
}

std::vector<anonymize::Name> names_in(const Snapshot& snapshot) {
  std::vector<anonymize::Name> names;
  const auto add = [&names](Kind kind, const std::string& value) {
    if (!value.empty()) names.push_back({kind, value});
  };
  add(Kind::kCluster, snapshot.status.name);
  for (const auto& node : snapshot.resources.nodes) add(Kind::kNode, node.node);
  for (const auto& [node, address] : snapshot.status.addresses) {
    add(Kind::kNode, node);
    add(address.find(':') == std::string::npos ? Kind::kIpv4 : Kind::kIpv6, address);
  }
  for (const auto& guest : snapshot.resources.guests) {
    add(guest.type == "lxc" ? Kind::kContainer : Kind::kVm, guest.name);
    add(Kind::kPool, guest.pool);
    for (const auto& tag : guest.tags) add(Kind::kTag, tag);
  }
  for (const auto& storage : snapshot.resources.storages) add(Kind::kStorage, storage.storage);
  for (const auto& pool : snapshot.resources.pools) add(Kind::kPool, pool);
  return names;
}

}  // namespace pmx::ops
