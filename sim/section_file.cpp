#include "sim/section_file.h"

#include <algorithm>

#include "base/crypto.h"

namespace pmx::sim {
namespace {

bool is_among(std::initializer_list<std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Section* SectionFile::find(std::string_view id) {
  const auto found = sections.find(id);
  return found == sections.end() ? nullptr : &found->second;
}

const Section* SectionFile::find(std::string_view id) const {
  const auto found = sections.find(id);
  return found == sections.end() ? nullptr : &found->second;
}

std::string SectionFile::digest() const {
  std::string text;
  for (const auto& [id, section] : sections) {
    text += section.type + ": " + id + "\n";
    for (const auto& [key, value] : section.values) text += "\t" + key + " " + value + "\n";
    text += "\n";
  }
  return crypto::hex(crypto::sha1(text));
}

std::string stored_text(const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "1" : "0";
  if (const auto* text = value.get_ptr<const std::string*>(); text != nullptr) return *text;
  if (!value.is_array()) return dump_json(value);
  std::string out;
  for (const Json& item : value) out += (out.empty() ? "" : ",") + stored_text(item);
  return out;
}

Values stored_values(const Json& params, std::initializer_list<std::string_view> left_out) {
  Values out;
  for (const auto& [key, value] : params.items())
    if (!is_among(left_out, key)) out[key] = stored_text(value);
  return out;
}

std::optional<Answer> refuse_digest(const Json& params, std::string_view current) {
  const auto given = string_member(params, "digest");
  if (given.empty() || given == current) return std::nullopt;
  return failure(500, "detected modified configuration - file changed by other user? Try again.");
}

void change_values(Values& values, const Json& params,
                   std::initializer_list<std::string_view> left_out) {
  if (const Json* removed = find_member(params, "delete"); removed != nullptr)
    for (const std::string& key : list_items(stored_text(*removed))) values.erase(key);
  for (const auto& [key, value] : params.items())
    if (key != "delete" && key != "digest" && !is_among(left_out, key))
      values[key] = stored_text(value);
}

std::vector<std::string> list_items(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(", ;\t\n"), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace pmx::sim
