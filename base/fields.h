// Structs <-> JSON from one list. A struct names its members once:
//
//   struct Args {
//     std::string guest;
//     std::optional<int> limit;
//     template <class V> void fields(V& v) { v.required("guest", guest); v.optional("limit",
//     limit); }
//   };
//   PMX_TRY(auto args, decode<Args>(json, Unknown::kReject));   // error: "/limit must be an
//   integer" Json json = encode(args);
//
// The same list decodes, encodes and names the fields, so the three cannot drift apart.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/json.h"

namespace pmx {

/// What decode() does with members the struct does not name: kReject for what clients send, kIgnore
/// for what Proxmox answers.
enum class Unknown { kReject, kIgnore };

namespace fields_detail {

class Decoder;
template <class T>
concept HasFields = requires(T& t, Decoder& d) {
  t.fields(d);
};

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsStringMap : std::false_type {};
template <class T>
struct IsStringMap<std::map<std::string, T>> : std::true_type {};

/// Fills members from one JSON object; keeps the first error, as "<pointer> <what is expected>".
class Decoder {
 public:
  Decoder(const Json& object, std::string path, Unknown unknown, Error& error)
      : object_(object), path_(std::move(path)), unknown_(unknown), error_(error) {}

  /// Absent is an error.
  template <class T>
  void required(std::string_view name, T& member) {
    const Json* value = take(name);
    if (value == nullptr) return fail(path_ + "/" + std::string(name), "is required");
    read(*value, path_ + "/" + std::string(name), member);
  }

  /// Absent leaves the member as it is.
  template <class T>
  void optional(std::string_view name, T& member) {
    if (const Json* value = take(name)) read(*value, path_ + "/" + std::string(name), member);
  }

  /// After all fields were read: an error when members are left that nobody named
  /// (Unknown::kReject).
  void finish() {
    if (unknown_ == Unknown::kIgnore) return;
    for (const auto& [key, value] : object_.items()) {
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      if (error_.message.empty()) error_.advice = "known keys here: " + known_names();
      return fail(path_ + "/" + key, "is not known here");
    }
  }

  /// One value of any supported type, nested ones too. `path` is for the error; `out` is left half
  /// filled by one.
  template <class T>
  void read(const Json& value, const std::string& path, T& out) {
    if (!error_.message.empty()) return;
    if constexpr (IsOptional<T>::value) {
      if (value.is_null()) return out.reset();
      read(value, path, out.emplace());
    } else if constexpr (std::is_same_v<T, Json>) {
      out = value;
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (!value.is_string()) return fail(path, "must be a string");
      out = *value.get_ptr<const std::string*>();
    } else if constexpr (std::is_same_v<T, bool>) {
      if (!value.is_boolean()) return fail(path, "must be true or false");
      out = *value.get_ptr<const bool*>();
    } else if constexpr (std::is_integral_v<T>) {
      read_integer(value, path, out);
    } else if constexpr (std::is_floating_point_v<T>) {
      if (!value.is_number()) return fail(path, "must be a number");
      out = value.template get<T>();
    } else if constexpr (IsVector<T>::value) {
      if (!value.is_array()) return fail(path, "must be an array");
      out.clear();
      for (std::size_t i = 0; i < value.size(); ++i)
        read(value[i], path + "/" + std::to_string(i), out.emplace_back());
    } else if constexpr (IsStringMap<T>::value) {
      if (!value.is_object()) return fail(path, "must be an object");
      out.clear();
      for (const auto& [key, item] : value.items()) read(item, path + "/" + key, out[key]);
    } else {
      static_assert(HasFields<T>, "no JSON form for this type");
      if (!value.is_object()) return fail(path, "must be an object");
      Decoder nested(value, path, unknown_, error_);
      out.fields(nested);
      nested.finish();
    }
  }

 private:
  const Json* take(std::string_view name) {
    known_.push_back(name);
    return error_.message.empty() ? find_member(object_, name) : nullptr;
  }

  [[nodiscard]] std::string known_names() const {
    std::string names;
    for (const std::string_view name : known_) {
      if (!names.empty()) names += ", ";
      names += name;
    }
    return names;
  }

  template <class T>
  void read_integer(const Json& value, const std::string& path, T& out) {
    constexpr double kExact =
        9007199254740992.0;  // 2^53: above it a double no longer counts by one
    const double real = value.is_number_float() ? value.get<double>() : 0;
    const bool whole =
        value.is_number_float() && real >= -kExact && real <= kExact && real == std::trunc(real);
    if (!value.is_number_integer() && !whole) return fail(path, "must be an integer");
    if (value.is_number_unsigned()) {
      store(value.get<std::uint64_t>(), path, out);
    } else {
      store(value.get<std::int64_t>(), path, out);
    }
  }

  template <class Number, class T>
  void store(Number number, const std::string& path, T& out) {
    if (!std::in_range<T>(number)) return fail(path, "is out of range");
    out = static_cast<T>(number);
  }

  void fail(const std::string& path, const char* what) {
    if (error_.message.empty()) error_.message.append(path).append(" ").append(what);
  }

  const Json& object_;
  std::string path_;
  Unknown unknown_;
  Error& error_;
  std::vector<std::string_view> known_;  ///< in the order of fields(); literals
};

/// Writes members into one JSON object; absent optionals are left out.
class Encoder {
 public:
  explicit Encoder(Json& object) : object_(object) {}

  template <class T>
  void required(std::string_view name, T& member) {
    object_[std::string(name)] = write(member);
  }

  template <class T>
  void optional(std::string_view name, T& member) {
    if constexpr (IsOptional<T>::value) {
      if (member) object_[std::string(name)] = write(*member);
    } else {
      required(name, member);
    }
  }

  /// The JSON of any supported type.
  template <class T>
  static Json write(T& value) {
    if constexpr (IsOptional<T>::value) {
      return value ? write(*value) : Json(nullptr);
    } else if constexpr (IsVector<T>::value) {
      Json array = Json::array();
      for (auto& item : value) array.push_back(write(item));
      return array;
    } else if constexpr (IsStringMap<T>::value) {
      Json object = Json::object();
      for (auto& [key, item] : value) object[key] = write(item);
      return object;
    } else if constexpr (HasFields<T>) {
      Json object = Json::object();
      Encoder nested(object);
      value.fields(nested);
      return object;
    } else {
      return Json(value);
    }
  }

 private:
  Json& object_;
};

/// Collects field names; the required ones apart.
class Lister {
 public:
  template <class T>
  void required(std::string_view name, T&) {
    names.emplace(name), required_names.emplace(name);
  }
  template <class T>
  void optional(std::string_view name, T&) {
    names.emplace(name);
  }

  std::set<std::string> names;
  std::set<std::string> required_names;
};

}  // namespace fields_detail

/// Decodes `value` into a T. kInvalidArgument with a JSON pointer and the expected form; beside an
/// unknown member the advice names those that are known in its place.
template <class T>
Result<T> decode(const Json& value, Unknown unknown) {
  T out{};
  Error error{Code::kInvalidArgument, "", ""};
  static const Json kNothing = Json::object();
  fields_detail::Decoder decoder(kNothing, "", unknown, error);
  decoder.read(value, "", out);
  if (error.message.empty()) return out;
  if (error.message.starts_with(' ')) error.message.erase(0, 1);
  return error;
}

/// The JSON form of `value`.
template <class T>
Json encode(T value) {
  return fields_detail::Encoder::write(value);
}

/// All and required field names of T, for tests that compare a struct with its schema.
template <class T>
fields_detail::Lister list_fields() {
  T sample{};
  fields_detail::Lister lister;
  sample.fields(lister);
  return lister;
}

}  // namespace pmx
