#include "proxmox/guest_calls.h"

#include <atomic>
#include <mutex>
#include <thread>

#include "base/percent.h"
#include "proxmox/decode.h"

namespace pmx::proxmox {
namespace {

constexpr int kOtherVmids = 4;

/// Whether PVE says that just this VMID is taken.
bool is_taken(const Error& error, const std::string& vmid) {
  return error.code == Code::kAlreadyExists &&
         error.message.find(" " + vmid + " already exists") != std::string::npos;
}

Result<std::string> next_vmid(const Context& ctx, Client& client) {
  PMX_TRY(const Json data, client.get(ctx, "/cluster/nextid"));
  if (const auto* text = data.get_ptr<const std::string*>()) return *text;
  if (data.is_number_integer()) return std::to_string(data.get<std::int64_t>());
  return Error{Code::kUnavailable, "the cluster's next free VMID is no number", ""};
}

Result<Upid> upid_of(const Json& data) {
  const auto* text = data.get_ptr<const std::string*>();
  auto upid = Upid::parse(text != nullptr ? *text : "");
  if (upid.ok()) return upid;
  return Error{Code::kUnavailable,
               "the cluster accepted the change and answered no task id, so its outcome is not "
               "known",
               "look at the guest and the node's task list before repeating it"};
}

/// What one worker of read_configs() does until nothing is left.
struct Sweep {
  Sweep(Client& asked, const std::vector<Guest>& all,
        const std::function<void(const Guest&, Result<Json>)>& taker)
      : client(asked), guests(all), take(taker) {}

  void work(const Context& ctx) {
    for (std::size_t i = next++; i < guests.size() && !ended(ctx); i = next++) {
      Guest guest = guests[i];
      auto config = follow_guest<Json>(
          ctx, client, guest, [&](const Guest& there) { return client.guest_config(ctx, there); });
      const std::lock_guard lock(mutex);
      take(guest, std::move(config));
      ++taken;
    }
  }

  static bool ended(const Context& ctx) { return ctx.stop.stop_requested(); }

  Client& client;
  const std::vector<Guest>& guests;
  const std::function<void(const Guest&, Result<Json>)>& take;
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::size_t taken = 0;
};

}  // namespace

Result<Guest> find_guest(const Context& ctx, Client& client, int vmid) {
  PMX_TRY(const Json data, client.get(ctx, "/cluster/resources", {{"type", "vm"}}));
  PMX_TRY(Resources resources, decode_resources(data));
  for (Guest& guest : resources.guests) {
    if (guest.vmid == vmid) return std::move(guest);
  }
  return Error{Code::kNotFound, "the cluster lists no guest " + std::to_string(vmid),
               "it does not exist, or these credentials may not see it (VM.Audit)"};
}

Result<std::optional<Upid>> configure_guest(const Context& ctx, Client& client, Guest& guest,
                                            Params changes, const std::string& digest) {
  if (digest.empty()) {
    return Error{Code::kInvalidArgument,
                 "a change of a configuration needs the digest of the one that was read", ""};
  }
  changes.emplace_back("digest", digest);
  const bool forks = guest.type == "qemu";  // hot-unplugging may take longer than PVE's proxy waits
  PMX_TRY(const Json data, follow_guest<Json>(ctx, client, guest, [&](const Guest& there) {
            const std::string path = "/nodes/" + percent_encode(there.node) + "/" + there.type +
                                     "/" + std::to_string(there.vmid) + "/config";
            return forks ? client.post(ctx, path, changes) : client.put(ctx, path, changes);
          }));
  if (data.is_null()) return std::optional<Upid>();
  PMX_TRY(Upid upid, upid_of(data));
  return std::optional<Upid>(std::move(upid));
}

Result<NewGuest> create_guest(const Context& ctx, Client& client, const std::string& node,
                              const std::string& type, const Params& params) {
  for (int others = 0;; ++others) {
    PMX_TRY(const std::string vmid, next_vmid(ctx, client));
    Params all = params;
    all.emplace_back("vmid", vmid);
    auto data = client.post(ctx, "/nodes/" + percent_encode(node) + "/" + type, all);
    if (!data.ok() && is_taken(data.error(), vmid) && others < kOtherVmids) continue;
    if (!data.ok()) return data.error();
    PMX_TRY(Upid task, upid_of(*data));
    return NewGuest{std::atoi(vmid.c_str()), std::move(task)};
  }
}

Result<void> read_configs(const Context& ctx, Client& client, const std::vector<Guest>& guests,
                          std::size_t at_once,
                          const std::function<void(const Guest&, Result<Json>)>& take) {
  Sweep sweep(client, guests, take);
  {
    std::vector<std::jthread> workers;
    const std::size_t count = std::min(at_once, guests.size());
    for (std::size_t i = 0; i < count; ++i) workers.emplace_back([&] { sweep.work(ctx); });
  }
  if (sweep.taken == guests.size()) return {};
  return Error{Code::kCancelled, "reading the configurations was cancelled", ""};
}

}  // namespace pmx::proxmox
