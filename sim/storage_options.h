// What each type of storage takes in storage.cfg.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/section_file.h"

namespace pmx::sim {

/// An option of a type: required when a storage is made, or not; changeable later, or fixed.
struct StorageOption {
  bool optional = true;
  bool fixed = false;
};

/// The option `name` of storage type `type`; nothing when the type does not have it.
std::optional<StorageOption> storage_option(std::string_view type, std::string_view name);

/// The options that a storage of this type must have.
std::vector<std::string_view> required_options(std::string_view type);

/// What is kept in a file of its own and never shown: passwords and keys.
bool is_storage_secret(std::string_view name);

/// What a storage of this type holds when `content` is not given.
std::string_view default_content(std::string_view type);

/// Whether storages of this type are shared by their nature.
bool is_shared_type(std::string_view type);

/// Whether storages of this type keep volumes as files.
bool is_directory_type(std::string_view type);

}  // namespace pmx::sim
