// The client's codecs beside the simulator's own parsers, which share nothing with them but the API
// facts: what one writes, the other reads, and both find the same things wrong.
#include <doctest/doctest.h>

#include <map>
#include <random>

#include "proxmox/form.h"
#include "proxmox/property_string.h"
#include "schemas/embedded.h"
#include "sim/form.h"
#include "sim/property_string.h"

namespace pmx::sim {
namespace {

using proxmox::PropertyFormat;
using proxmox::PropertyString;

/// Name of a parameter -> its spelled-out format.
std::map<std::string, Json> formats() {
  std::map<std::string, Json> out;
  std::string_view text = schemas::embedded_file("pve/api-9.2.jsonl");
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const Json method = parse_json(text.substr(0, end)).value_or(Json::object());
    const Json params = method.value("params", Json::object());
    for (const auto& [name, facts] : params.items()) {
      const Json* format = find_member(facts, "format");
      if (format != nullptr && format->is_object() && PropertyFormat::of(facts))
        out.emplace(name, *format);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// Strings of keys, values and separators in every order, most of them wrong.
std::string some_text(const Json& format, std::mt19937& dice) {
  std::vector<std::string> keys;
  for (const auto& [key, facts] : format.items()) keys.push_back(key);
  const std::vector<std::string> values{"1", "x", "on", "0.5", "70000", "virtio", "a=b", " ", ""};
  std::string out;
  for (auto parts = dice() % 5; parts > 0; --parts) {
    const std::string key = dice() % 8 == 0 ? "unheard" : keys[dice() % keys.size()];
    const std::string& value = values[dice() % values.size()];
    switch (dice() % 6) {
      case 0: out += value; break;
      case 1: out += "=" + value; break;
      default: out += key + "=" + value; break;
    }
    if (parts > 1) out += ",";
  }
  return out;
}

/// Whether the simulator refuses the form and not a value.
bool is_wrong_form(const std::string& complaint) {
  for (const char* form : {"duplicate key", "value without key", "missing key"})
    if (complaint.starts_with(form)) return true;
  return false;
}

}  // namespace

TEST_CASE("client codec: property strings are wrong for the client where they are for a cluster") {
  std::mt19937 dice(5);
  int wrong_forms = 0;
  int wrong_values = 0;
  for (const auto& [name, json] : formats()) {
    CAPTURE(name);
    const PropertyFormat format(json);
    for (int i = 0; i < 200; ++i) {
      const std::string text = some_text(json, dice);
      CAPTURE(text);
      const std::string complaint = check_property_string(json, name, text);
      CAPTURE(complaint);
      const auto parsed = PropertyString::parse(format, text);
      CHECK(parsed.ok() != is_wrong_form(complaint));
      wrong_forms += parsed.ok() ? 0 : 1;
      if (!parsed.ok()) continue;
      // Patterns and named formats only the cluster knows.
      if (!parsed->problems().empty()) CHECK_FALSE(complaint.empty());
      if (complaint.empty()) CHECK(parsed->problems().empty());
      wrong_values += complaint.empty() ? 0 : 1;
    }
  }
  CHECK(wrong_forms > 500);
  CHECK(wrong_values > 500);
}

TEST_CASE("client codec: a cluster reads of a form what the client meant") {
  std::string all;
  for (int c = 1; c < 128; ++c) all += static_cast<char>(c);
  const proxmox::Params params{{"net0", "virtio=AA,bridge=vmbr0;a&b"},
                               {"command", "sh"},
                               {"command", "-c"},
                               {"command", "a=b+c d"},
                               {"all", all},
                               {"text", "\xc3\xa4\xf0\x9f\x98\x80"},
                               {"a=b", ""}};
  CHECK(decode_form(proxmox::encode_form(params)) == Json{{"net0", "virtio=AA,bridge=vmbr0;a&b"},
                                                          {"command", {"sh", "-c", "a=b+c d"}},
                                                          {"all", all},
                                                          {"text", "\xc3\xa4\xf0\x9f\x98\x80"},
                                                          {"a=b", ""}});
}

}  // namespace pmx::sim
