// Listing and finding guests.
#include <algorithm>
#include <charconv>
#include <numeric>

#include "ops/guests.h"

namespace pmx::ops {
namespace {

using anonymize::Kind;

Kind kind_of(const proxmox::Guest& guest) {
  return guest.type == "lxc" ? Kind::kContainer : Kind::kVm;
}

bool has_tag(const proxmox::Guest& guest, const std::string& tag) {
  return tag.empty() || std::find(guest.tags.begin(), guest.tags.end(), tag) != guest.tags.end();
}

bool fits(const std::string& wanted, const std::string& actual) {
  return wanted.empty() || wanted == actual;
}

bool fits_fields(const proxmox::Guest& guest, const GuestQuery& query) {
  return fits(query.status, guest.status) && fits(query.type, guest.type) &&
         fits(query.node, guest.node) && fits(query.pool, guest.pool) && has_tag(guest, query.tag);
}

/// A guest with the text it is sorted and searched by.
struct Row {
  const proxmox::Guest* guest = nullptr;
  std::string shown_name;
  std::string shown_node;
};

double number_key(const Row& row, const std::string& sort) {
  const proxmox::Guest& guest = *row.guest;
  if (sort == "cpu") return guest.cpu.value_or(0);
  if (sort == "mem") return static_cast<double>(guest.mem.value_or(0));
  if (sort == "uptime") return static_cast<double>(guest.uptime.value_or(0));
  return guest.vmid;
}

const std::string* text_key(const Row& row, const std::string& sort) {
  if (sort == "name") return &row.shown_name;
  if (sort == "node") return &row.shown_node;
  if (sort == "status") return &row.guest->status;
  return nullptr;
}

bool before(const Row& a, const Row& b, const GuestQuery& query) {
  const Row& first = query.descending ? b : a;
  const Row& second = query.descending ? a : b;
  const std::string* text = text_key(first, query.sort);
  if (text != nullptr) {
    const int order = text->compare(*text_key(second, query.sort));
    if (order != 0) return order < 0;
  } else if (number_key(first, query.sort) != number_key(second, query.sort)) {
    return number_key(first, query.sort) < number_key(second, query.sort);
  }
  return a.guest->vmid < b.guest->vmid;
}

/// Misses do not make us ask the cluster more often than this: guesses must not become its load.
constexpr std::chrono::seconds kNewEnough{1};

/// Looks once more after a refresh: the guest may be new.
Result<proxmox::Guest> find_in(const Context& ctx, Cluster& cluster, std::string_view reference) {
  PMX_TRY(auto snapshot, cluster.snapshot(ctx));
  auto guest = find_guest(*snapshot, reference);
  if (guest.ok() || guest.error().code != Code::kNotFound) return guest;
  PMX_TRY(snapshot, cluster.snapshot(ctx, kNewEnough));
  return find_guest(*snapshot, reference);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  return text;
}

}  // namespace

std::string guest_title(const proxmox::Guest& guest) {
  const std::string vmid = "VMID " + std::to_string(guest.vmid);
  return guest.name.empty() ? vmid : guest.name + " (" + vmid + ")";
}

Result<GuestPage> list_guests(const Snapshot& snapshot, const GuestQuery& query,
                              anonymize::Engine& engine) {
  GuestPage page;
  page.total = snapshot.resources.guests.size();
  const std::string search = lower(query.search);
  std::vector<Row> rows;
  for (const auto& guest : snapshot.resources.guests) {
    if (!fits_fields(guest, query)) continue;
    PMX_TRY(std::string name, engine.pseudonym(kind_of(guest), guest.name));
    if (!search.empty() && lower(name).find(search) == std::string::npos) continue;
    PMX_TRY(std::string node, engine.pseudonym(Kind::kNode, guest.node));
    rows.push_back({&guest, std::move(name), std::move(node)});
    ++page.by_status[guest.status];
  }
  page.matched = rows.size();
  std::sort(rows.begin(), rows.end(),
            [&query](const Row& a, const Row& b) { return before(a, b, query); });
  const auto offset = static_cast<std::size_t>(std::max(0, query.offset));
  const auto limit = static_cast<std::size_t>(std::max(0, query.limit));
  for (std::size_t i = offset; i < rows.size() && i - offset < limit; ++i) {
    page.guests.push_back(*rows[i].guest);
  }
  return page;
}

Result<proxmox::Guest> find_guest(const Snapshot& snapshot, std::string_view reference) {
  int vmid = 0;
  const char* end = reference.data() + reference.size();
  const auto parsed = std::from_chars(reference.data(), end, vmid);
  const bool numeric = !reference.empty() && parsed.ec == std::errc() && parsed.ptr == end;
  std::vector<const proxmox::Guest*> found;
  for (const auto& guest : snapshot.resources.guests) {
    // A guest may be called like another one's VMID; then neither is meant for certain.
    if ((numeric && guest.vmid == vmid) || guest.name == reference) found.push_back(&guest);
  }
  if (found.size() == 1) return *found.front();
  if (found.empty()) {
    return Error{Code::kNotFound, "no such guest, or it is hidden from this token",
                 "guest_list shows what there is"};
  }
  std::string vmids;
  for (const auto* guest : found)
    vmids += (vmids.empty() ? "" : ", ") + std::to_string(guest->vmid);
  return Error{Code::kInvalidArgument, "several guests answer to this (VMIDs " + vmids + ")",
               "name the guest by its VMID, or rename the one that is called like a VMID"};
}

Result<LocatedGuest> locate_guest(const Context& ctx, const Clusters& clusters,
                                  std::string_view cluster, std::string_view reference) {
  PMX_TRY(const auto candidates, clusters.select(cluster));
  Error error{Code::kNotFound, "no cluster is configured", ""};
  std::vector<LocatedGuest> found;
  for (Cluster* candidate : candidates) {
    const auto guest = find_in(ctx, *candidate, reference);
    if (guest.ok()) {
      found.push_back({candidate, *guest});
    } else {
      error = guest.error();
    }
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) return error;
  return Error{Code::kInvalidArgument, "guests of several clusters answer to this",
               "name the cluster as well"};
}

}  // namespace pmx::ops
