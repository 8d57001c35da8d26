// The codec over every property string that the API facts of both releases document, and over those
// that real clusters sent and answered.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "proxmox/property_string.h"
#include "tests/unit/proxmox/recorded.h"

namespace pmx::proxmox {
namespace {

/// Format as text -> where it is documented first. Equal formats are tried once.
using Formats = std::map<std::string, std::string>;

/// The facts of a parameter and, where it is a list or has several forms, of its items or forms.
void collect(const Json& facts, const std::string& where, Formats& out) {
  if (!facts.is_object()) return;
  if (const auto format = PropertyFormat::of(facts)) {
    out.emplace(dump_json(format->properties()), where);
  }
  if (const Json* items = find_member(facts, "items")) collect(*items, where + "[]", out);
  const Json* choices = find_member(facts, "oneOf");
  for (std::size_t i = 0; choices != nullptr && i < choices->size(); ++i) {
    collect((*choices)[i], where, out);
  }
}

Formats documented_formats() {
  Formats out;
  for (const char* version : {"8.4", "9.2"}) {
    for (const Json& method : api_facts(version)) {
      const Json* params = find_member(method, "params");
      if (params == nullptr) continue;
      for (const auto& [name, facts] : params->items()) {
        collect(facts, std::string(version) + " " + method.value("path", "") + " " + name, out);
      }
    }
  }
  return out;
}

/// Makes strings of one format: any subset of its keys in any order, spelled in every way that the
/// format allows, beside keys that it does not have and parts that are empty.
class Maker {
 public:
  Maker(const PropertyFormat& format, unsigned seed) : format_(format), dice_(seed) {}

  std::string make() {
    std::vector<std::string> parts;
    std::vector<std::string> used;
    for (const auto& [key, facts] : format_.properties().items()) {
      const auto [own, owner] = format_.meaning(key);
      const bool taken = has(used, own) || (!owner.empty() && has(used, owner));
      if (taken || roll(3) == 0) continue;
      used.insert(used.end(), {own, owner});
      parts.push_back(part(key, own));
    }
    if (roll(4) == 0) parts.push_back("not-known=" + word());
    if (roll(8) == 0) parts.emplace_back(roll(2) == 0 ? "" : " \t");
    std::shuffle(parts.begin(), parts.end(), dice_);
    std::string out;
    for (const std::string& part : parts) out += (out.empty() ? "" : ",") + part;
    return out;
  }

 private:
  static bool has(const std::vector<std::string>& list, const std::string& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
  }

  std::string part(const std::string& key, const std::string& own) {
    const std::string text = value(*format_.find(own));
    const bool alone =
        key == format_.default_key() && text.find('=') == std::string::npos && roll(2) == 0;
    return alone ? text : key + "=" + text;
  }

  std::string value(const Json& facts) {
    const std::string_view type = string_member(facts, "type");
    if (type == "boolean") return pick({"0", "1", "yes", "off", "True"});
    if (type == "integer") return std::to_string(limit(facts));
    if (type == "number") return std::to_string(limit(facts)) + pick({"", ".5", ".25"});
    const Json* choices = find_member(facts, "enum");
    if (choices == nullptr) return word();
    return (*choices)[roll(choices->size())].get<std::string>();
  }

  std::int64_t limit(const Json& facts) {
    const auto least = facts.value("minimum", Json(0)).get<std::int64_t>();
    return least + static_cast<std::int64_t>(roll(40));
  }

  std::string word() {
    constexpr std::string_view kLetters = "abcXYZ019-_.:;/+ =\"\\%&\xc3\xa4'";
    std::string out = "v";
    for (std::size_t left = roll(12); left > 0; --left) out += kLetters[roll(kLetters.size())];
    return out;
  }

  std::string pick(const std::vector<std::string>& of) { return of[roll(of.size())]; }
  std::size_t roll(std::size_t sides) { return dice_() % sides; }

  const PropertyFormat& format_;
  std::mt19937 dice_;
};

/// Whether reading what is built of the values gives the values again.
void check_values_come_back(const PropertyFormat& format, const PropertyString& value) {
  Json values = value.values();
  values.erase("not-known");  // can be kept, and not be invented
  const auto built = PropertyString::build(format, values);
  REQUIRE(built.ok());
  CAPTURE(built->text());
  CHECK(built->values() == values);
  const auto again = PropertyString::parse(format, built->text());
  REQUIRE(again.ok());
  CHECK(again->values() == values);
}

/// Whether a value that is written over itself, taken out and put back stays what it is.
void check_changes(const PropertyFormat& format, const PropertyString& value) {
  const Json values = value.values();
  for (const auto& [key, item] : values.items()) {
    CAPTURE(key);
    PropertyString changed = value;
    REQUIRE(changed.set(key, item).ok());
    CHECK(changed.values() == values);
    changed.erase(key);
    CHECK_FALSE(changed.find(key).has_value());
    CHECK(changed.values().size() + 1 == values.size());
    if (format.find(key) == nullptr) continue;
    REQUIRE(changed.set(key, item).ok());
    CHECK(changed.values() == values);
    const auto again = PropertyString::parse(format, changed.text());
    REQUIRE(again.ok());
    CHECK(again->values() == values);
  }
}

const Json* parameter_facts(const Json& line) {
  for (const Json& method : api_facts(line.value("version", ""))) {
    if (method["path"] != line["path"] || method["method"] != line["method"]) continue;
    return find_member(method["params"], line.value("parameter", ""));
  }
  return nullptr;
}

}  // namespace

TEST_CASE("property facts: every documented format reads and writes what it can hold") {
  const Formats formats = documented_formats();
  CHECK(formats.size() >= 60);
  unsigned seed = 1;
  for (const auto& [text, where] : formats) {
    CAPTURE(where);
    const PropertyFormat format(parse_json(text).value());
    Maker maker(format, seed++);
    for (int i = 0; i < 60; ++i) {
      const std::string made = maker.make();
      CAPTURE(made);
      const auto parsed = PropertyString::parse(format, made);
      REQUIRE(parsed.ok());
      CHECK(parsed->text() == made);
      check_values_come_back(format, *parsed);
      if (i % 10 == 0) check_changes(format, *parsed);
    }
  }
}

TEST_CASE("property facts: what the issue names is among the documented formats") {
  std::string all;
  for (const char* version : {"8.4", "9.2"}) {
    for (const Json& method : api_facts(version)) {
      const Json* params = find_member(method, "params");
      if (params == nullptr) continue;
      for (const auto& [name, facts] : params->items()) {
        const Json* items = find_member(facts, "items");
        if (PropertyFormat::of(items != nullptr ? *items : facts)) all += " " + name + " ";
      }
    }
  }
  for (const char* name :
       {"net[n]",     "scsi[n]",       "virtio[n]",       "sata[n]",   "ide[n]",  "efidisk0",
        "tpmstate0",  "ipconfig[n]",   "mp[n]",           "rootfs",    "usb[n]",  "hostpci[n]",
        "agent",      "vga",           "numa[n]",         "fleecing",  "ha",      "performance",
        "acme",       "prune-backups", "acmedomain[n]",   "webauthn",  "u2f",     "bwlimit",
        "cpu",        "boot",          "startup",         "smbios1",   "machine", "log_ratelimit",
        "dhcp-range", "map",           "target-endpoint", "migration", "tfa",     "features"}) {
    CAPTURE(name);
    CHECK(all.find(" " + std::string(name) + " ") != std::string::npos);
  }
}

TEST_CASE("property facts: what clusters answered reads and writes, and has nothing to refuse") {
  int answered = 0;
  for (const Json& line : recorded_lines("property-strings.jsonl")) {
    const Json* facts = parameter_facts(line);
    REQUIRE(facts != nullptr);
    const Json* items = find_member(*facts, "items");
    const auto format = PropertyFormat::of(items != nullptr ? *items : *facts);
    REQUIRE(format.has_value());
    const std::string text = line.value("text", "");
    CAPTURE(dump_json(line));
    const auto parsed = PropertyString::parse(*format, text);
    const bool refused = line.value("refused", false);
    CHECK((parsed.ok() || refused));
    if (!parsed.ok()) continue;
    CHECK(parsed->text() == text);
    if (refused) continue;
    check_values_come_back(*format, *parsed);
    ++answered;
    for (const PropertyProblem& problem : parsed->problems()) {
      CAPTURE(problem.key);
      CHECK(problem.text.empty());
    }
  }
  CHECK(answered > 200);
}

}  // namespace pmx::proxmox
