// /cluster/notifications: targets of four types and the matchers that choose among them.
#include <algorithm>
#include <array>

#include "sim/call.h"

namespace pmx::sim {
namespace {

/// A type of entry, and which of its parameters no answer shows.
struct Kind {
  std::string_view type;
  std::string_view path;    ///< below /cluster/notifications/
  std::string_view secret;  ///< kept in priv/notifications.cfg; empty = nothing
};

constexpr std::array<Kind, 5> kKinds{{{"gotify", "endpoints/gotify", "token"},
                                      {"sendmail", "endpoints/sendmail", ""},
                                      {"smtp", "endpoints/smtp", "password"},
                                      {"webhook", "endpoints/webhook", "secret"},
                                      {"matcher", "matchers", ""}}};

NotificationState& state_of(const Call& call) { return call.state.notifications; }

/// A parameter as the file holds it: the items of a list on lines of their own.
std::string lines_of(const Json& value) {
  if (!value.is_array()) return stored_text(value);
  std::string out;
  for (const Json& item : value) out += (out.empty() ? "" : "\n") + stored_text(item);
  return out;
}

/// An entry as the API shows it, by the types of the method that makes one.
Json shown(const Call& call, const Kind& kind, const std::string& name) {
  static const Json kWhole = parse_json(R"(["disable", "invert-match", "port"])").value();
  static const Json kLists = parse_json(R"(["mailto", "mailto-user", "target", "header", "secret",
      "match-severity", "match-field", "match-calendar"])")
                                 .value();
  const auto is_in = [](const Json& names, const std::string& key) {
    return std::find(names.begin(), names.end(), Json(key)) != names.end();
  };
  const Section section = *state_of(call).find(name);
  Json out{{"name", name}, {"origin", state_of(call).origin(name)}};
  for (const auto& [key, value] : section.values) {
    if (is_in(kLists, key))
      out[key] = value_lines(value);
    else if (is_in(kWhole, key))
      out[key] = std::atoi(value.c_str());
    else
      out[key] = value;
  }
  const Section* secrets = state_of(call).secrets.find(name);
  if (kind.type != "webhook" || secrets == nullptr) return out;
  for (const std::string& secret : value_lines(secrets->values.begin()->second))
    out["secret"].push_back(secret.substr(0, secret.find(",value=")));
  return out;
}

/// Only the names of secret values come back, so an update repeats those without a value.
std::string merged_secrets(const std::string& old, const std::string& wanted) {
  std::string out;
  for (const std::string& line : value_lines(wanted)) {
    std::string kept = line;
    if (line.find(",value=") == std::string::npos)
      for (const std::string& known : value_lines(old))
        if (known.starts_with(line + ",value=")) kept = known;
    out += (out.empty() ? "" : "\n") + kept;
  }
  return out;
}

/// Lays the call's parameters over an entry and its secrets.
void lay_over(const Call& call, const Kind& kind, Values& values, Values& secrets) {
  for (const auto& [key, value] : call.params.items()) {
    if (key == "name" || key == "digest" || key == "delete") continue;
    if (key == kind.secret)
      secrets[key] =
          kind.type == "webhook" ? merged_secrets(secrets[key], lines_of(value)) : lines_of(value);
    else
      values[key] = lines_of(value);
  }
}

Answer not_found(const Kind& kind, const std::string& name) {
  return failure(404, std::string(kind.type == "matcher" ? "matcher" : "endpoint") + " '" + name +
                          "' not found");
}

/// Mails need somebody to go to, and a matcher targets that there are.
std::optional<Answer> refuse_values(const Call& call, const Kind& kind, const Values& values) {
  const bool mails = kind.type == "sendmail" || kind.type == "smtp";
  if (mails && !values.contains("mailto") && !values.contains("mailto-user"))
    return failure(400, "must at least provide one recipient, either in mailto or in mailto-user");
  const auto targets = values.find("target");
  if (kind.type != "matcher" || targets == values.end()) return std::nullopt;
  for (const std::string& target : value_lines(targets->second)) {
    const auto found = state_of(call).find(target);
    if (!found || found->type == "matcher")
      return failure(404, "endpoint '" + target + "' does not exist");
  }
  return std::nullopt;
}

/// Puts an entry and its secrets into their files.
void keep(const Call& call, const Kind& kind, Values values, Values secrets) {
  const std::string name = call.text("name");
  state_of(call).put(name, {std::string(kind.type), std::move(values)});
  if (secrets.empty())
    state_of(call).secrets.sections.erase(name);
  else
    state_of(call).secrets.sections[name] = {std::string(kind.type), std::move(secrets)};
}

Answer list(const Call& call, const Kind& kind) {
  Json out = Json::array();
  for (const std::string& name : state_of(call).names(kind.type))
    out.push_back(shown(call, kind, name));
  return ok(std::move(out));
}

Answer read(const Call& call, const Kind& kind) {
  const std::string name = call.text("name");
  const auto found = state_of(call).find(name);
  if (!found || found->type != kind.type) return not_found(kind, name);
  Json out = shown(call, kind, name);
  out["digest"] = state_of(call).digest();
  return ok(std::move(out));
}

Answer create(const Call& call, const Kind& kind) {
  const std::string name = call.text("name");
  if (state_of(call).find(name))
    return failure(400,
                   "Cannot create '" + name + "', an entity with the same name already exists");
  Values values;
  Values secrets;
  lay_over(call, kind, values, secrets);
  if (auto refused = refuse_values(call, kind, values)) return *refused;
  keep(call, kind, std::move(values), std::move(secrets));
  return ok(nullptr);
}

std::optional<Answer> refuse_old(const Call& call) {
  if (!call.has("digest") || call.text("digest") == state_of(call).digest()) return std::nullopt;
  return failure(400, "detected modified configuration - file changed by other user? Try again.");
}

Answer update(const Call& call, const Kind& kind) {
  const std::string name = call.text("name");
  if (auto refused = refuse_old(call)) return *refused;
  const auto found = state_of(call).find(name);
  if (!found || found->type != kind.type) return not_found(kind, name);
  Values values = found->values;
  const Section* kept = state_of(call).secrets.find(name);
  Values secrets = kept == nullptr ? Values{} : kept->values;
  const Json* removed = find_member(call.params, "delete");
  for (const std::string& key : value_lines(removed == nullptr ? "" : lines_of(*removed))) {
    const Json* params = find_member(call.facts, "params");
    if (!params->contains(key) || key == "name" || key == "digest" || key == "delete")
      return failure(500, "unknown variant `" + key + "`");
    values.erase(key);
    secrets.erase(key);
  }
  lay_over(call, kind, values, secrets);
  if (auto refused = refuse_values(call, kind, values)) return *refused;
  keep(call, kind, std::move(values), std::move(secrets));
  return ok(nullptr);
}

/// Deleting what PVE brought along takes back its changes.
Answer remove(const Call& call, const Kind& kind) {
  const std::string name = call.text("name");
  const auto found = state_of(call).find(name);
  if (!found || found->type != kind.type) return not_found(kind, name);
  const auto users = state_of(call).users_of(name);
  if (!users.empty() && state_of(call).origin(name) != "modified-builtin") {
    std::string list;
    for (const std::string& user : users) list += (list.empty() ? "" : ", ") + user;
    return failure(400, "cannot delete '" + name + "', referenced by: " + list);
  }
  state_of(call).config.sections.erase(name);
  state_of(call).secrets.sections.erase(name);
  return ok(nullptr);
}

using Action = Answer (*)(const Call&, const Kind&);

/// The handler of one action on one kind.
template <std::size_t kKind, Action kAction>
Answer handle(const Call& call) {
  return kAction(call, kKinds[kKind]);
}

template <std::size_t kKind>
void add_kind(Handlers& handlers) {
  const std::string path = "/cluster/notifications/" + std::string(kKinds[kKind].path);
  handlers["GET " + path] = handle<kKind, list>;
  handlers["POST " + path] = handle<kKind, create>;
  handlers["GET " + path + "/{name}"] = handle<kKind, read>;
  handlers["PUT " + path + "/{name}"] = handle<kKind, update>;
  handlers["DELETE " + path + "/{name}"] = handle<kKind, remove>;
}

Answer list_targets(const Call& call) {
  Json out = Json::array();
  for (const std::string& name : state_of(call).names("")) {
    const Section section = *state_of(call).find(name);
    Json row{{"name", name}, {"type", section.type}, {"origin", state_of(call).origin(name)}};
    if (const auto comment = section.values.find("comment"); comment != section.values.end())
      row["comment"] = comment->second;
    if (const auto off = section.values.find("disable"); off != section.values.end())
      row["disable"] = off->second == "1" ? 1 : 0;
    out.push_back(std::move(row));
  }
  return ok(std::move(out));
}

/// Whoever is named answers: the cluster's mail and web servers are simulated too.
Answer test_target(const Call& call) {
  const std::string name = call.text("name");
  const auto found = state_of(call).find(name);
  if (found && found->type != "matcher") return ok(nullptr);
  return failure(404, "endpoint '" + name + "' does not exist");
}

Answer matcher_fields(const Call&) {
  return ok(Json::array({{{"name", "type"}}, {{"name", "hostname"}}, {{"name", "job-id"}}}));
}

/// What the fields of a notification may be, as far as the cluster knows.
Answer matcher_values(const Call& call) {
  Json out = Json::array();
  for (const char* type : {"package-updates", "fencing", "replication", "vzdump", "system-mail"})
    out.push_back({{"field", "type"}, {"value", type}});
  const auto add_jobs = [&](const SectionFile& file, std::string_view type) {
    for (const auto& [id, job] : file.sections) {
      if (job.type != type) continue;
      const auto comment = job.values.find("comment");
      out.push_back({{"field", "job-id"}, {"value", id}, {"comment", nullptr}});
      if (comment != job.values.end()) out.back()["comment"] = comment->second;
    }
  };
  if (call.may("/", "Sys.Audit")) add_jobs(call.state.jobs, "vzdump");
  add_jobs(call.state.replication, "local");
  for (const NodeState& node : call.state.inventory.nodes)
    out.push_back({{"field", "hostname"}, {"value", node.name}});
  return ok(std::move(out));
}

}  // namespace

void add_notification_handlers(Handlers& handlers) {
  add_kind<0>(handlers);
  add_kind<1>(handlers);
  add_kind<2>(handlers);
  add_kind<3>(handlers);
  add_kind<4>(handlers);
  const std::string base = "GET /cluster/notifications/";
  handlers[base + "targets"] = list_targets;
  handlers[base + "matcher-fields"] = matcher_fields;
  handlers[base + "matcher-field-values"] = matcher_values;
  handlers["POST /cluster/notifications/targets/{name}/test"] = test_target;
}

}  // namespace pmx::sim
