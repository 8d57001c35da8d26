// One API call inside the simulator: what a handler gets and what it answers. Handlers live in
// api_*.cpp and run under Cluster's lock.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "sim/access.h"
#include "sim/inventory.h"
#include "sim/tasks.h"

namespace pmx::sim {

/// Everything that lives as long as the cluster.
struct State {
  /// Everything follows from `options` and the time it is made at (milliseconds since the epoch).
  State(const Options& options, std::int64_t now_ms)
      : inventory(options, now_ms / 1000),
        access(inventory, options.seed),
        work_time(options.work_time) {
    seed_tasks(tasks, inventory, now_ms);
  }

  Inventory inventory;
  AccessControl access;
  Tasks tasks;
  std::chrono::milliseconds work_time;  ///< as Options says
};

/// What a handler says; Cluster turns it into PVE's envelope.
struct Answer {
  int status = 200;
  Json data;
  std::string message;  ///< of a failure, without the newline that PVE adds
  Json errors;          ///< parameter -> text, on 400
  std::optional<std::int64_t> total;
  bool bare = false;  ///< no body at all: authentication failures and proxy errors
  std::chrono::milliseconds delay{0};
};

/// 200 with this `data`; null is PVE's way of saying "done".
inline Answer ok(Json data) {
  Answer answer;
  answer.data = std::move(data);
  return answer;
}

/// PVE's refusal: `message` becomes the reason phrase and the body's message.
inline Answer failure(int status, std::string message) {
  Answer answer;
  answer.status = status;
  answer.message = std::move(message);
  return answer;
}

/// 400 "Parameter verification failed." about these parameters.
inline Answer bad_parameters(Json errors) {
  Answer answer = failure(400, "Parameter verification failed.");
  answer.errors = std::move(errors);
  return answer;
}

/// A verified call.
struct Call {
  State& state;
  const Caller& caller;
  const Json& params;  ///< of path, query and body
  std::int64_t now;    ///< milliseconds since the epoch

  /// A parameter's text; empty when absent.
  [[nodiscard]] std::string text(std::string_view name) const {
    const Json* value = find_member(params, name);
    if (value == nullptr) return "";
    return value->is_string() ? *value->get_ptr<const std::string*>() : value->dump();
  }
  [[nodiscard]] bool has(std::string_view name) const {
    return find_member(params, name) != nullptr;
  }
  [[nodiscard]] bool flag(std::string_view name) const {
    const std::string value = text(name);
    return value == "1" || value == "true";
  }
  [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t fallback) const {
    return has(name) ? std::strtoll(text(name).c_str(), nullptr, 10) : fallback;
  }
  [[nodiscard]] bool may(const std::string& path, std::string_view privilege) const {
    return state.access.allowed(caller, path, privilege);
  }
};

using Handler = Answer (*)(const Call&);
/// "GET /nodes/{node}/status" -> handler.
using Handlers = std::map<std::string, Handler, std::less<>>;

/// Each registers the handlers of its area; a path that is registered and unknown to the facts is
/// never called.
void add_access_handlers(Handlers& handlers);
void add_cluster_handlers(Handlers& handlers);
void add_node_handlers(Handlers& handlers);
void add_guest_handlers(Handlers& handlers);
void add_power_handlers(Handlers& handlers);
void add_task_handlers(Handlers& handlers);

}  // namespace pmx::sim
