// What the API facts say of a property string ("virtio=BC:24:11:00:00:01,bridge=vmbr0"): its keys
// with type, limits and short forms. Immutable, so thread-safe and cheap to copy.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace pmx::proxmox {

/// What a written key stands for.
struct PropertyMeaning {
  std::string key;  ///< the key that gets the value: "virtio" and "macaddr" both give "macaddr"
  std::string
      owner;  ///< the key whose value is the written key itself: "model" for "virtio"; else empty
};

/// The format of one property string.
class PropertyFormat {
 public:
  /// `properties`: key -> facts, as the API facts write a format.
  explicit PropertyFormat(Json properties);

  /// The format of a parameter, or of an array's items, with these API facts, whether they spell it
  /// out or name it (schemas/pve/formats.json); nothing when its value is no property string.
  static std::optional<PropertyFormat> of(const Json& facts);

  /// The facts of `key`, short forms included; nullptr when the format has no such key.
  [[nodiscard]] const Json* find(std::string_view key) const;
  /// A key that the format does not have means itself.
  [[nodiscard]] PropertyMeaning meaning(std::string_view key) const;
  /// The key of a value that stands without one; empty when there is none.
  [[nodiscard]] const std::string& default_key() const { return default_key_; }
  /// key -> facts.
  [[nodiscard]] const Json& properties() const { return *properties_; }

 private:
  std::shared_ptr<const Json> properties_;
  std::string default_key_;
};

}  // namespace pmx::proxmox
