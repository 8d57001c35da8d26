#include "sim/storage_options.h"

#include <algorithm>
#include <array>

namespace pmx::sim {
namespace {

/// The options of one type by how they may be used.
struct TypeOptions {
  std::string_view type;
  std::string_view required;  ///< and fixed
  std::string_view optional;
  std::string_view fixed = "";  ///< optional, and fixed
};

constexpr std::string_view kFileOptions =
    "content-dirs prune-backups max-protected-backups format mkdir create-base-path create-subdirs "
    "preallocation maxfiles";
constexpr std::string_view kEveryType = "nodes disable content bwlimit";

constexpr std::array<TypeOptions, 14> kTypes{{
    {"dir", "path", "shared is_mountpoint", "snapshot-as-volume-chain"},
    {"btrfs", "path", "shared is_mountpoint nocow"},
    {"nfs", "server export", "options", "path snapshot-as-volume-chain"},
    {"cifs", "server share", "subdir username password domain smbversion options",
     "path snapshot-as-volume-chain"},
    {"cephfs", "", "monhost subdir options username fuse keyring fs-name", "path"},
    {"glusterfs", "volume", "server server2 transport", "path"},
    {"lvm", "vgname", "shared saferemove saferemove_throughput saferemove-stepsize tagged_only",
     "base snapshot-as-volume-chain"},
    {"lvmthin", "thinpool vgname", ""},
    {"zfspool", "pool", "blocksize sparse mountpoint"},
    {"rbd", "", "monhost pool data-pool namespace username krbd keyring"},
    {"iscsi", "portal target", ""},
    {"iscsidirect", "portal target", ""},
    {"zfs", "portal target pool blocksize iscsiprovider",
     "nowritecache sparse comstar_hg comstar_tg lio_tpg zfs-base-path"},
    {"pbs", "server datastore",
     "namespace port username password encryption-key master-pubkey prune-backups "
     "max-protected-backups fingerprint maxfiles"},
}};

constexpr TypeOptions kEsxi{"esxi", "server username", "password skip-cert-verification port"};

const TypeOptions* options_of(std::string_view type) {
  for (const TypeOptions& one : kTypes)
    if (one.type == type) return &one;
  return type == "esxi" ? &kEsxi : nullptr;
}

bool holds(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

}  // namespace

std::optional<StorageOption> storage_option(std::string_view type, std::string_view name) {
  const TypeOptions* options = options_of(type);
  if (options == nullptr) return std::nullopt;
  if (holds(options->required, name)) return StorageOption{false, true};
  if (holds(options->fixed, name)) return StorageOption{true, true};
  if (holds(options->optional, name) || holds(kEveryType, name) ||
      (is_directory_type(type) && holds(kFileOptions, name)))
    return StorageOption{};
  return std::nullopt;
}

std::vector<std::string_view> required_options(std::string_view type) {
  std::vector<std::string_view> out;
  const TypeOptions* options = options_of(type);
  std::string_view words = options == nullptr ? "" : options->required;
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    out.push_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return out;
}

bool is_storage_secret(std::string_view name) {
  return holds("password encryption-key master-pubkey keyring", name);
}

std::string_view default_content(std::string_view type) {
  if (type == "pbs") return "backup";
  if (type == "esxi") return "import";
  if (type == "cephfs") return "iso,vztmpl,backup";
  if (holds("dir zfspool lvmthin btrfs", type)) return "images,rootdir";
  return "images";
}

bool is_shared_type(std::string_view type) {
  return holds("nfs cifs cephfs glusterfs pbs rbd iscsi iscsidirect zfs esxi", type);
}

bool is_directory_type(std::string_view type) {
  return holds("dir nfs cifs cephfs btrfs glusterfs", type);
}

}  // namespace pmx::sim
