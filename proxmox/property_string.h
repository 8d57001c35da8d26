// PVE's property strings ("virtio=BC:24:11:00:00:01,bridge=vmbr0"): a comma list of key=value with
// types, short forms and a key for the value that stands alone, all told by a PropertyFormat.
//
// What is read is kept byte by byte (order, short forms, empty parts, keys that the format does not
// have), so parse(s).text() == s, and a change touches only what it must. There is no quoting: a
// value with a comma cannot be written. Plain values, thread-confined.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "proxmox/property_format.h"

namespace pmx::proxmox {

/// Something that PVE would refuse, in plain words that never hold the value itself.
struct PropertyProblem {
  std::size_t position = 0;  ///< of the part in the text, from 1; 0 when the whole is meant
  std::string key;           ///< as it is written, or the key that is missing
  std::string text;          ///< "needs a whole number"
};

class PropertyString {
 public:
  /// Nothing yet, to be filled with set().
  explicit PropertyString(PropertyFormat format) : format_(std::move(format)) {}

  /// Reads `text`; kInvalidArgument says where its form is wrong: a value without a key, a key
  /// without a value, or a key that is given twice. Whether PVE takes the values, problems() tells.
  static Result<PropertyString> parse(const PropertyFormat& format, std::string_view text);

  /// From typed `values` (key -> boolean, number or string): the value without key first, short
  /// forms where PVE writes them, the rest in alphabetical order. Errors as set().
  static Result<PropertyString> build(const PropertyFormat& format, const Json& values);

  [[nodiscard]] std::string text() const;

  /// The written value of `key`, however it is spelled: of "virtio=AA", "model" gives "virtio", and
  /// "macaddr" and "virtio" give "AA".
  [[nodiscard]] std::optional<std::string> find(std::string_view key) const;
  /// All values under their full keys: booleans and numbers as such where the facts say so and the
  /// text allows it, else as text.
  [[nodiscard]] Json values() const;

  /// Changes or adds one value, in place and in the spelling that is there. kInvalidArgument when
  /// neither the format nor the string has the key, or the value cannot be written.
  Result<void> set(std::string_view key, const Json& value);
  /// Takes out `key`, however it is spelled; what stood in one part with it stays.
  void erase(std::string_view key);

  /// What PVE would refuse by keys, types, limits and choices; patterns and named formats are left
  /// to PVE.
  [[nodiscard]] std::vector<PropertyProblem> problems() const;

 private:
  struct Part {
    std::string key;  ///< as written; empty for a value that stands alone
    std::string value;
    bool blank = false;  ///< nothing but white space, which PVE passes over; `value` holds it
  };

  static std::string written(const Part& part);
  [[nodiscard]] PropertyMeaning meaning(const Part& part) const;
  Result<void> read(std::string_view text, std::size_t position);
  [[nodiscard]] bool gives(std::string_view key) const;
  [[nodiscard]] Result<std::string> writable(std::string_view key, const Json& value) const;
  void put(const std::string& key, std::string value);
  void put_owner(Part& part, const std::string& key, std::string value);
  void join_short_form(const std::string& added);
  void check_whole(std::vector<PropertyProblem>& out) const;

  PropertyFormat format_;
  std::vector<Part> parts_;
};

}  // namespace pmx::proxmox
