#include "proxmox/property_string.h"

#include <algorithm>

#include "proxmox/property_value.h"

namespace pmx::proxmox {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";

Error wrong_form(std::size_t position, const std::string& why) {
  return {Code::kInvalidArgument,
          "the property string is wrong at character " + std::to_string(position) + ": " + why,
          "write key=value pairs with commas between them"};
}

Error wrong_value(std::string_view key, const Error& why) {
  return {Code::kInvalidArgument,
          "the value of \"" + std::string(key) + "\" in a property string " + why.message,
          why.advice};
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(kBlanks) == std::string_view::npos;
}

/// Whether PVE would read `value` as one without a key: not as a pair, and not pass over it.
bool stands_alone(std::string_view value) {
  return value.find('=') == std::string_view::npos && !is_blank(value);
}

}  // namespace

std::string PropertyString::written(const Part& part) {
  return part.key.empty() ? part.value : part.key + "=" + part.value;
}

PropertyMeaning PropertyString::meaning(const Part& part) const {
  if (part.blank) return {};
  return part.key.empty() ? PropertyMeaning{format_.default_key(), ""} : format_.meaning(part.key);
}

Result<PropertyString> PropertyString::parse(const PropertyFormat& format, std::string_view text) {
  PropertyString out(format);
  for (std::size_t begin = 0; !text.empty();) {
    const std::size_t comma = text.find(',', begin);
    const std::size_t end = std::min(comma, text.size());
    PMX_TRY_VOID(out.read(text.substr(begin, end - begin), begin + 1));
    if (comma == std::string_view::npos) break;
    begin = comma + 1;
  }
  return out;
}

Result<void> PropertyString::read(std::string_view text, std::size_t position) {
  if (is_blank(text)) {
    parts_.push_back({"", std::string(text), true});
    return {};
  }
  const std::size_t equals = text.find('=');
  Part part;
  if (equals == std::string_view::npos) {
    if (format_.default_key().empty()) {
      return wrong_form(position, "a value stands without a key, and this format needs one");
    }
    part.value = text;
  } else if (equals == 0) {
    return wrong_form(position, "there is no key before \"=\"");
  } else if (equals + 1 == text.size()) {
    return wrong_form(position + equals, "there is no value behind \"=\"");
  } else {
    part = {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)), false};
  }
  const auto [key, owner] = meaning(part);
  if (gives(key) || (!owner.empty() && gives(owner))) {
    return wrong_form(position, "\"" + (gives(key) ? key : owner) + "\" is given twice");
  }
  parts_.push_back(std::move(part));
  return {};
}

bool PropertyString::gives(std::string_view key) const {
  return std::any_of(parts_.begin(), parts_.end(), [&](const Part& part) {
    const auto [own, owner] = meaning(part);
    return !part.blank && (own == key || (!owner.empty() && owner == key));
  });
}

Result<PropertyString> PropertyString::build(const PropertyFormat& format, const Json& values) {
  PropertyString out(format);
  if (!values.is_object()) {
    return Error{Code::kInvalidArgument, "the values of a property string are no object", ""};
  }
  const std::string& first = format.default_key();
  if (const Json* value = find_member(values, first)) PMX_TRY_VOID(out.set(first, *value));
  for (const auto& [key, value] : values.items()) {
    if (key != first) PMX_TRY_VOID(out.set(key, value));
  }
  return out;
}

std::string PropertyString::text() const {
  std::string out;
  for (const Part& part : parts_) {
    if (&part != &parts_.front()) out += ',';
    out += written(part);
  }
  return out;
}

std::optional<std::string> PropertyString::find(std::string_view key) const {
  const auto [own, owner] = format_.meaning(key);
  if (!owner.empty() && find(owner) != key) return std::nullopt;
  for (const Part& part : parts_) {
    const PropertyMeaning here = meaning(part);
    if (part.blank) continue;
    if (here.key == own) return part.value;
    if (here.owner == own && !here.owner.empty()) return part.key;
  }
  return std::nullopt;
}

Json PropertyString::values() const {
  Json out = Json::object();
  for (const Part& part : parts_) {
    if (part.blank) continue;
    const auto [key, owner] = meaning(part);
    if (!owner.empty()) out[owner] = part.key;
    out[key] = typed_value(format_.find(key), part.value);
  }
  return out;
}

Result<std::string> PropertyString::writable(std::string_view key, const Json& value) const {
  const std::string own = format_.meaning(key).key;
  if (key.empty() || (format_.find(key) == nullptr && !gives(own))) {
    return Error{Code::kInvalidArgument,
                 "\"" + std::string(key) + "\" is no key of this property string",
                 "look up its keys in the description of the method"};
  }
  auto text = value_text(format_.find(own), value);
  if (!text.ok()) return wrong_value(key, text.error());
  return text;
}

Result<void> PropertyString::set(std::string_view key, const Json& value) {
  PMX_TRY(std::string text, writable(key, value));
  const auto [own, owner] = format_.meaning(key);
  if (!owner.empty()) put(owner, std::string(key));
  put(own, std::move(text));
  return {};
}

void PropertyString::put(const std::string& key, std::string value) {
  for (Part& part : parts_) {
    const PropertyMeaning here = meaning(part);
    if (part.blank) continue;
    if (here.key == key) {
      if (part.key.empty() && !stands_alone(value)) part.key = key;
      part.value = std::move(value);
      return;
    }
    if (!here.owner.empty() && here.owner == key) return put_owner(part, key, std::move(value));
  }
  if (key == format_.default_key() && stands_alone(value)) {
    parts_.insert(parts_.begin(), Part{"", std::move(value), false});
  } else {
    parts_.push_back({key, std::move(value), false});
  }
  join_short_form(key);
}

/// `part` is a short form such as "virtio=AA", and `key` the one that it gives with its own name.
void PropertyString::put_owner(Part& part, const std::string& key, std::string value) {
  const PropertyMeaning wanted = format_.meaning(value);
  const PropertyMeaning here = meaning(part);
  if (wanted.owner == here.owner && wanted.key == here.key) {
    part.key = std::move(value);
    return;
  }
  part.key = here.key;
  parts_.insert(parts_.begin() + (&part - parts_.data()), Part{key, std::move(value), false});
}

/// Makes "virtio=AA" of "model=virtio" and "macaddr=AA", one of which was just added as `added`.
void PropertyString::join_short_form(const std::string& added) {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const PropertyMeaning owner = meaning(parts_[i]);
    const PropertyMeaning wanted = format_.meaning(parts_[i].value);
    if (wanted.owner.empty() || wanted.owner != owner.key) continue;
    if (added != wanted.key && added != wanted.owner) continue;
    for (std::size_t j = 0; j < parts_.size(); ++j) {
      if (j == i || parts_[j].blank || meaning(parts_[j]).key != wanted.key) continue;
      parts_[i] = {parts_[i].value, parts_[j].value, false};
      parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(j));
      return;
    }
  }
}

void PropertyString::erase(std::string_view key) {
  const auto [own, name_of] = format_.meaning(key);
  if (!name_of.empty() && find(key) == std::nullopt) return;
  for (Part& part : parts_) {
    const auto [given, owner] = meaning(part);
    if (part.blank) continue;
    if (!owner.empty() && owner == own) {
      part.key = given;
      return;
    }
    if (given != own) continue;
    if (owner.empty() || !name_of.empty()) {
      parts_.erase(parts_.begin() + (&part - parts_.data()));
    } else {
      part = {owner, part.key, false};
    }
    return;
  }
}

std::vector<PropertyProblem> PropertyString::problems() const {
  std::vector<PropertyProblem> out;
  std::size_t position = 1;
  for (const Part& part : parts_) {
    const std::string key = meaning(part).key;
    const Json* facts = format_.find(key);
    std::string why;
    if (!part.blank) why = facts == nullptr ? "is no key here" : value_problem(*facts, part.value);
    if (!why.empty()) out.push_back({position, part.key.empty() ? key : part.key, std::move(why)});
    position += written(part).size() + 1;
  }
  check_whole(out);
  return out;
}

/// What is missing.
void PropertyString::check_whole(std::vector<PropertyProblem>& out) const {
  for (const auto& [key, facts] : format_.properties().items()) {
    const bool given = gives(key);
    const bool short_form = find_member(facts, "alias") != nullptr;
    const bool optional = find_member(facts, "optional") != nullptr;
    if (!given && !short_form && !optional) out.push_back({0, key, "is missing"});
    const std::string partner(string_member(facts, "requires"));
    if (given && !partner.empty() && !gives(partner)) {
      out.push_back({0, partner, "is missing, which \"" + key + "\" needs"});
    }
  }
}

}  // namespace pmx::proxmox
