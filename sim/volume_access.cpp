#include "sim/volume_access.h"

#include "sim/guest_disks.h"

namespace pmx::sim {
namespace {

/// One of two privileges will do.
Refused refuse_without_any(const Call& call, const std::string& path, const std::string& first,
                           const std::string& second) {
  if (call.may(path, first) || call.may(path, second)) return std::nullopt;
  return failure(403, "Permission check failed (" + path + ", " + first + "|" + second + ")");
}

}  // namespace

Refused refuse_volume_access(const Call& call, const std::string& volid, int vmid,
                             std::string_view content) {
  const Storages& storages = call.state.storages;
  const std::string storage = storage_of(volid);
  if (storages.config.find(storage) == nullptr)
    return failure(500, "storage '" + storage + "' does not exist");
  const auto parsed = storages.parse(volid);
  if (!parsed) return failure(500, unparsable_volume(storages, volid));
  if (!content.empty() && parsed->content != content)
    return failure(500, "unable to use volume " + volid + " - content type needs to be '" +
                            std::string(content) + "'");
  const std::string path = "/storage/" + storage;
  const std::string owner = "/vms/" + std::to_string(parsed->vmid);
  if (call.may(path, "Datastore.Allocate")) return std::nullopt;
  if (parsed->content == "iso" || parsed->content == "vztmpl" || parsed->content == "import")
    return refuse_without_any(call, path, "Datastore.AllocateSpace", "Datastore.Audit");
  if (parsed->vmid != 0 && parsed->vmid == vmid) return std::nullopt;
  if (parsed->vmid == 0) return failure(500, "missing privileges to access " + volid);
  const bool backup = parsed->content == "backup";
  if (auto refused =
          refuse_without(call, path, backup ? "Datastore.AllocateSpace" : "Datastore.Audit"))
    return refused;
  return refuse_without(call, owner, backup ? "VM.Backup" : "VM.Config.Disk");
}

}  // namespace pmx::sim
