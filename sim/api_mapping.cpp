// /cluster/mapping: PCI and USB devices and directories under one name on several nodes.
#include "sim/call.h"
#include "sim/values.h"

namespace pmx::sim {
namespace {

enum : std::size_t { kPci, kUsb, kDir };
constexpr std::array<const char*, 3> kNames{"pci", "usb", "dir"};

template <std::size_t which>
SectionFile& file_of(const Call& call) {
  return call.state.datacenter.mappings[kNames[which]];
}

template <std::size_t which>
std::string around(const char* verb) {
  return std::string(verb) + (which == kDir ? " directory" : " hardware") + " mapping failed: ";
}

/// Property strings hold commas, so the entries of a map are kept as lines.
std::string stored_map(const Json& map) {
  std::string out;
  for (const Json& entry : map) out += stored_text(entry) + "\n";
  return out;
}

Json shown_map(const std::string& lines) {
  Json out = Json::array();
  for (std::size_t begin = 0; begin < lines.size();) {
    const auto end = lines.find('\n', begin);
    out.push_back(lines.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

template <std::size_t which>
Json shown(const Call& call, const Section& section) {
  static const Json kTypes =
      parse_json(R"({"mdev": {"type": "boolean"}, "live-migration-capable": {"type": "boolean"}})")
          .value();
  Json out = shown_values(kTypes, section.values);
  out["type"] = section.type;
  out["map"] = shown_map(section.values.at("map"));
  out["digest"] = file_of<which>(call).digest();
  return out;
}

/// What {check-node} lacks; the entries that it has are taken to fit.
Json checks_of(const Json& map, const std::string& node) {
  for (const Json& entry : map)
    if (property_values(stored_text(entry))["node"] == node) return Json::array();
  return Json::array({{{"severity", "warning"}, {"message", "No mapping for node " + node + "."}}});
}

template <std::size_t which>
Answer list(const Call& call) {
  Json out = Json::array();
  for (const auto& [id, section] : file_of<which>(call).sections) {
    const std::string guard = std::string("/mapping/") + kNames[which] + "/" + id;
    if (!call.may(guard, "Mapping.Audit") && !call.may(guard, "Mapping.Use") &&
        !call.may(guard, "Mapping.Modify"))
      continue;
    Json row = shown<which>(call, section);
    row["id"] = id;
    if (call.has("check-node"))
      row[which == kUsb ? "errors" : "checks"] = checks_of(row["map"], call.text("check-node"));
    out.push_back(std::move(row));
  }
  return ok(std::move(out));
}

template <std::size_t which>
Answer read(const Call& call) {
  const Section* section = file_of<which>(call).find(call.text("id"));
  if (section == nullptr) return failure(500, "mapping '" + call.text("id") + "' not found");
  return ok(shown<which>(call, *section));
}

Values given_values(const Call& call) {
  Values values = stored_values(call.params, {"id", "map", "delete", "digest"});
  if (const Json* map = find_member(call.params, "map"); map != nullptr)
    values["map"] = stored_map(*map);
  return values;
}

template <std::size_t which>
Answer create(const Call& call) {
  SectionFile& file = file_of<which>(call);
  const std::string id = call.text("id");
  if (file.find(id) != nullptr)
    return failure(500,
                   around<which>("create") + kNames[which] + " ID '" + id + "' already defined");
  file.sections[id] = {kNames[which], given_values(call)};
  return ok(nullptr);
}

template <std::size_t which>
Answer update(const Call& call) {
  SectionFile& file = file_of<which>(call);
  const std::string id = call.text("id");
  const std::string what = around<which>("update");
  if (auto refused = refuse_digest(call.params, file.digest()))
    return failure(500, what + refused->message);
  Section* section = file.find(id);
  if (section == nullptr)
    return failure(500, what + kNames[which] + " ID '" + id + "' does not exist");
  if (!call.has("map")) return failure(500, what + "missing value for required option 'map'");
  for (const std::string& key : list_items(call.text("delete"))) {
    if (key == "map") return failure(500, what + "unable to delete required option 'map'");
    section->values.erase(key);
  }
  for (auto& [key, value] : given_values(call)) section->values[key] = value;
  return ok(nullptr);
}

template <std::size_t which>
Answer remove(const Call& call) {
  file_of<which>(call).sections.erase(call.text("id"));
  return ok(nullptr);
}

template <std::size_t which>
void add_kind(Handlers& handlers) {
  const std::string path = std::string("/cluster/mapping/") + kNames[which];
  handlers["GET " + path] = list<which>;
  handlers["POST " + path] = create<which>;
  handlers["GET " + path + "/{id}"] = read<which>;
  handlers["PUT " + path + "/{id}"] = update<which>;
  handlers["DELETE " + path + "/{id}"] = remove<which>;
}

}  // namespace

void add_mapping_handlers(Handlers& handlers) {
  add_kind<kPci>(handlers);
  add_kind<kUsb>(handlers);
  add_kind<kDir>(handlers);
}

}  // namespace pmx::sim
