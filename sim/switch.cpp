#include "sim/switch.h"

#include <charconv>

#include "sim/call.h"

namespace pmx::sim {
namespace {

Error invalid(std::string message, std::string advice = "") {
  return Error{Code::kInvalidArgument, std::move(message), std::move(advice)};
}

Result<void> check_node(const State& state, const std::string& name) {
  if (state.inventory.node_index(name)) return {};
  std::string known;
  for (const NodeState& node : state.inventory.nodes)
    known += (known.empty() ? "" : ", ") + node.name;
  return invalid("there is no node '" + name + "'", "nodes: " + known);
}

Result<void> check_storage(const State& state, const std::string& name) {
  if (state.storages.config.find(name) != nullptr) return {};
  std::string known;
  for (const auto& [storage, section] : state.storages.config.sections)
    known += (known.empty() ? "" : ", ") + storage;
  return invalid("there is no storage '" + name + "'", "storages: " + known);
}

Result<void> check_guest(const State& state, const std::string& vmid) {
  PMX_TRY(const int number, parse_number(vmid));
  if (state.inventory.guests.contains(number)) return {};
  return invalid("there is no guest " + vmid, "a VMID, as GET /cluster/resources lists them");
}

Result<void> check_argument(const State& state, std::string_view word, const std::string& value) {
  if (word == "NODE") return check_node(state, value);
  if (word == "STORAGE") return check_storage(state, value);
  if (word == "VMID") return check_guest(state, value);
  const bool is_signed = word == "SECONDS" && value.starts_with('-');
  if (word == "SECONDS" || word == "COUNT")
    PMX_TRY_VOID(parse_number(is_signed ? value.substr(1) : value));
  return {};
}

}  // namespace

Result<int> parse_number(const std::string& text) {
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end && value >= 0) return value;
  return invalid("not a number: '" + text + "'");
}

Result<void> check_arguments(const State& state, std::string_view words,
                             const std::vector<std::string>& arguments) {
  std::size_t given = 0;
  for (std::string word : list_items(words)) {
    if (word == "...") return {};
    const bool optional = word.starts_with('[');
    if (optional) word = word.substr(1, word.size() - 2);
    if (given == arguments.size() && optional) continue;
    if (given == arguments.size()) return invalid("it needs " + std::string(words));
    PMX_TRY_VOID(check_argument(state, word, arguments[given++]));
  }
  if (given == arguments.size()) return {};
  return invalid(words.empty() ? "it needs no argument" : "it needs " + std::string(words));
}

}  // namespace pmx::sim
