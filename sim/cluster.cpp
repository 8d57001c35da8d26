#include "sim/cluster.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/percent.h"
#include "sim/authentication.h"
#include "sim/call.h"
#include "sim/envelope.h"
#include "sim/facts.h"
#include "sim/guest_config.h"
#include "sim/handlers.h"
#include "sim/permission.h"
#include "sim/quorum.h"
#include "sim/stateless.h"
#include "sim/statistics.h"
#include "sim/switch.h"
#include "sim/verify.h"

namespace pmx::sim {
namespace {

constexpr std::chrono::milliseconds kUnauthorised{3000};
constexpr std::chrono::milliseconds kNodeDown{3000};

Answer bare(int status, std::string reason, std::chrono::milliseconds delay) {
  Answer answer = failure(status, std::move(reason));
  answer.bare = true;
  answer.delay = delay;
  return answer;
}

/// Guests' locks may be skipped by root@pam itself only; a token of root is not root.
Json root_only(const Json& params, const Caller& caller, std::string_view path) {
  const bool guest =
      path.starts_with("/nodes/{node}/qemu/") || path.starts_with("/nodes/{node}/lxc/");
  if (!guest || caller.is_root() || !params.contains("skiplock")) return Json::object();
  return {{"skiplock", "Only root may use this option."}};
}

/// The cluster has no name server to ask about a name that could be one.
std::string lookup_failure(const std::string& name) {
  const bool asks = name.find_first_of("_ !") == std::string::npos && !name.starts_with('-');
  return "hostname lookup '" + name + "' failed - failed to get address info for: " + name + ": " +
         (asks ? "Temporary failure in name resolution" : "Name or service not known");
}

bool is_zero(const Json& facts, std::string_view key) {
  const Json* value = find_member(facts, key);
  return value == nullptr || *value == Json(0);
}

/// What a guest was made with, and the name it has now.
void plant_guest(const State& state, const GuestState& guest, Planted& planted) {
  GuestState made = guest;
  if (state.scenario == Scenario::kGenerated) generate_guest(state.inventory, made, &planted);
  const std::string name = guest_traits(guest).name;
  planted.add(is_plain_word(name) ? "word_names" : "guest", name);
}

/// What the networks, the firewall and the datacenter's options were made with.
void plant_networks(const State& state, Planted& planted) {
  generate_firewall(state.inventory, &planted);
  generate_datacenter(state.inventory, &planted);
  for (const NodeState& node : state.inventory.nodes) make_network(state.scenario, node, &planted);
}

}  // namespace

class Cluster::Impl {
 public:
  Impl(Cluster& cluster, const Options& options, Clock& clock)
      : cluster_(cluster),
        clock_(clock),
        state_(options, clock.now().time_since_epoch().count()),
        made_(clock.now().time_since_epoch().count()),
        sampled_(made_ / 1000) {
    state_.storages.now = made_ / 1000;
  }

  Response handle(const Request& request) {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    ++requests_;
    pass_time();
    const std::string node = request.node < state_.inventory.nodes.size()
                                 ? state_.inventory.nodes[request.node].name
                                 : "";
    const auto fault = faults_.status(node, request.path);
    Response response =
        fault ? render(bare(static_cast<int>(fault->value), fault->reason, fault->delay))
              : answer(request);
    faults_.spoil(node, request.path, response);
    return response;
  }

  /// Runs `change` on the state as of now, under the lock.
  template <class Change>
  auto with_state(const Change& change) {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    pass_time();
    return change(state_);
  }

  /// A node that was down begins anew: of its guests those run that are started at boot. Under
  /// the lock.
  void boot(std::size_t index) {
    NodeState& node = state_.inventory.nodes[index];
    if (node.online) return;
    node.booted = now_ / 1000;
    for (auto& [vmid, guest] : state_.inventory.guests) {
      if (guest.node != static_cast<int>(index) || guest.power == Power::kStopped) continue;
      const bool starts = guest.value("onboot") == "1" || guest.ha;
      guest.power = starts ? Power::kRunning : Power::kStopped;
      guest.since = starts ? node.booted : 0;
    }
  }

  /// The other nodes notice at once who came and went. Under the lock.
  void notice() {
    advance_incidents(state_, now_);
    advance_ha(state_, now_);
  }

  /// Milliseconds since the epoch: now, or of the event that is being played.
  [[nodiscard]] std::int64_t now() const { return now_; }

  void schedule(const Event& event) {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    timeline_.emplace(made_ + event.at.count(), event);
  }

  void add_fault(Fault fault) {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    faults_.add(std::move(fault));
  }

  bool clear_faults(std::optional<FaultKind> kind) {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    return faults_.clear(kind);
  }

  ShownCertificate certificate(std::size_t node) {
    return with_state([&](const State& state) {
      const NodeState& asked = state.inventory.nodes[node];
      return ShownCertificate{faults_.changes_certificate(asked.name), asked.certificate_end};
    });
  }

  /// Fixed after construction, so it may be read without the lock.
  [[nodiscard]] const AccessControl& access() const { return state_.access; }

  std::uint64_t requests() {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    return requests_;
  }

 private:
  /// Plays the events that are due, each as of its own time, and lets everything else happen up to
  /// now. A switch that an event turns comes by here again: then the clock stands at the event.
  void pass_time() {
    if (playing_) return;
    const std::int64_t now = clock_.now().time_since_epoch().count();
    while (!timeline_.empty() && timeline_.begin()->first <= now) {
      const auto next = timeline_.extract(timeline_.begin());
      pass_until(next.key());
      playing_ = true;
      // What an event is about may be gone by now; then there is nothing to be done.
      (void)cluster_.control(next.mapped().action, next.mapped().arguments);
      playing_ = false;
    }
    pass_until(now);
  }

  /// Lets everything happen that is due: tasks end, pvestatd reports in its rounds. What ends may
  /// be a request to the HA manager, and what that begins may have ended too.
  void pass_until(std::int64_t now) {
    now_ = now;
    const std::int64_t round = now_ / 1000 / kSampleInterval * kSampleInterval;
    if (round > sampled_ && !state_.inventory.reports_at_once) {
      state_.tasks.advance(state_, round * 1000);
      sample_guests(state_.inventory, round);
      sampled_ = round;
    }
    advance_incidents(state_, now_);
    state_.tasks.advance(state_, now_);
    advance_ha(state_, now_);
    state_.tasks.advance(state_, now_);
  }

  [[nodiscard]] Response render(const Answer& answer,
                                const std::string& connection = "Keep-Alive") const {
    return envelope(answer, state_.inventory.seed(), connection);
  }

  static Response dropped() {
    Response response;
    response.drop = true;
    return response;
  }

  Response answer(const Request& request) {
    if (request.node >= state_.inventory.nodes.size() ||
        !state_.inventory.nodes[request.node].online)
      return dropped();
    static const std::vector<std::string_view> kMethods{"GET", "POST", "PUT", "DELETE"};
    if (std::find(kMethods.begin(), kMethods.end(), request.method) == kMethods.end())
      return render(bare(501, "method '" + request.method + "' not available", {}));
    auto route = find_route(request.method, request.path);
    const Json facts = route ? state_.facts.method(*route) : Json::object();
    const Json* permissions = find_member(facts, "permissions");
    const bool world = permissions != nullptr && string_member(*permissions, "user") == "world";
    Caller caller;
    if (!world) {
      const std::int64_t there = state_.inventory.nodes[request.node].clock_offset;
      auto known = authenticate(state_.access, request, now_ / 1000 + there);
      if (!known.ok()) return render(bare(401, known.error().message, kUnauthorised));
      caller = std::move(*known);
    }
    if (auto refused = refuse_body(request)) return *refused;
    if (!route && request.path.find_first_not_of('/') != std::string::npos)
      return render(failure(501, "Method '" + request.method + " " +
                                     percent_decode(request.path).value_or(request.path) +
                                     "' not implemented"));
    if (!route) route = Route{"", "GET", {}};
    const bool elsewhere = is_elsewhere(*route, request.node);
    return render(checked(request, *route, facts, caller),
                  connection_of(!is_zero(facts, "protected"), elsewhere));
  }

  /// Of the methods that the nodes' packages have.
  [[nodiscard]] std::optional<Route> find_route(std::string_view method,
                                                std::string_view path) const {
    auto route = state_.facts.find(method, path);
    return route && state_.lacks.knows(route->path) ? route : std::nullopt;
  }

  /// A call about another node than the one that was asked.
  [[nodiscard]] bool is_elsewhere(const Route& route, std::size_t asked) const {
    const auto node = route.variables.find("node");
    if (node == route.variables.end() || node->second == "localhost") return false;
    return state_.inventory.node_index(node->second) != asked;
  }

  /// PVE's order: token rights, permission, node, parameters, then the method itself.
  Answer checked(const Request& request, Route& route, const Json& facts, const Caller& caller) {
    if (!caller.token.empty() && facts.contains("allowtoken") && is_zero(facts, "allowtoken"))
      return failure(403, "Permission check failed (URI '" + request.path +
                              "' not available with API token, need proper ticket.\n)");
    Json params;
    std::optional<Upload> upload;
    if (auto refused = read_params(request, route, params, upload)) return *refused;
    static const Json kNobody = "root@pam-only";
    const Json* permissions = find_member(facts, "permissions");
    if (!route.path.empty())
      if (auto bad = refuse(state_.access, caller, permissions == nullptr ? kNobody : *permissions,
                            params))
        return *bad;
    if (facts.contains("proxyto"))
      if (auto unreachable = reach_node(params, request.node)) return *unreachable;
    static const Json kNoParams = Json::object();
    const Json* schema = find_member(facts, "params");
    if (Json errors =
            verify_params(schema == nullptr ? kNoParams : *schema, params, state_.facts.version());
        !errors.empty())
      return bad_parameters(std::move(errors));
    if (Json errors = root_only(params, caller, route.path); !errors.empty())
      return bad_parameters(std::move(errors));
    const Nested nested = [&](const std::string& method, const std::string& path,
                              const Json& args) {
      return run_nested(request, caller, method, path, args);
    };
    return dispatch(route, Call{state_, caller, params, facts, request.node, now_,
                                upload ? &*upload : nullptr, &nested});
  }

  /// A command inside of a call: the same checks in the same order, for the same caller.
  Answer run_nested(const Request& outer, const Caller& caller, const std::string& method,
                    const std::string& path, const Json& args) {
    auto route = path.find("//") == std::string::npos ? find_route(method, path) : std::nullopt;
    if (!route) return failure(500, "no handler for '" + path.substr(1) + "'");
    for (const auto& [name, value] : args.items())
      if (route->variables.contains(name)) return bad_parameters({{name, "duplicate parameter"}});
    Request request;
    request.method = "POST";
    request.path = path;
    request.headers["content-type"] = "application/json";
    request.body = dump_json(args);
    request.node = outer.node;
    const Json facts = state_.facts.method(*route);
    return checked(request, *route, facts, caller);
  }

  /// The proxy hop to {node}: unknown, down, or fine. "localhost" is the node that was asked.
  std::optional<Answer> reach_node(Json& params, std::size_t asked) {
    const std::string name(string_member(params, "node"));
    if (name.empty()) return std::nullopt;
    if (name == "localhost") {
      params["node"] = state_.inventory.nodes[asked].name;
      return std::nullopt;
    }
    const auto index = state_.inventory.node_index(name);
    if (!index) return failure(500, lookup_failure(name));
    if (!state_.inventory.nodes[*index].online) return bare(595, "No route to host", kNodeDown);
    return std::nullopt;
  }

  Answer dispatch(const Route& route, const Call& call) {
    const std::string key = std::string(route.method) + " " + std::string(route.path);
    const bool reads = route.method == "GET" && met_without_quorum(key) != Meets::kCheck;
    if (reads || is_quorate(state_.inventory)) return carry_out(key, route, call);
    return without_quorum(key, call, [&] { return carry_out(key, route, call); });
  }

  Answer carry_out(const std::string& key, const Route& route, const Call& call) {
    if (auto refused = state_.lacks.refusal(key)) return *refused;
    const auto found = handlers_.find(key);
    if (found != handlers_.end()) return found->second(call);
    if (auto index = index_answer(route, call)) return *index;
    return stateless_answer(route, call);
  }

  Cluster& cluster_;
  Clock& clock_;
  std::recursive_mutex mutex_;  ///< an event turns a switch, and that changes the state
  State state_;
  const Handlers handlers_ = all_handlers();
  std::int64_t now_ = 0;  ///< milliseconds since the epoch, of the current request or event
  std::int64_t made_;     ///< likewise, when the cluster began
  std::multimap<std::int64_t, Event> timeline_;  ///< what is still to come, by its time
  bool playing_ = false;
  std::int64_t sampled_;  ///< pvestatd's last round, in seconds
  std::uint64_t requests_ = 0;
  Faults faults_;
};

Cluster::Cluster(const Options& options, Clock& clock)
    : impl_(std::make_unique<Impl>(*this, options, clock)) {}
Cluster::~Cluster() = default;

Response Cluster::handle(const Request& request) { return impl_->handle(request); }
const Access& Cluster::access() const { return impl_->access().administrator(); }
const Access& Cluster::auditor() const { return impl_->access().auditor(); }
const Access& Cluster::outsider() const { return impl_->access().outsider(); }
std::uint64_t Cluster::requests() const { return impl_->requests(); }

Json Cluster::truth() const {
  return impl_->with_state([](State& state) {
    Planted planted;
    state.inventory.plant(planted);
    state.access.plant(planted);
    for (const auto& [vmid, guest] : state.inventory.guests) plant_guest(state, guest, planted);
    if (state.scenario == Scenario::kGenerated) plant_networks(state, planted);
    return planted.json();
  });
}

std::vector<std::string> Cluster::nodes() const {
  return impl_->with_state([](State& state) {
    std::vector<std::string> names;
    for (const auto& node : state.inventory.nodes) names.push_back(node.name);
    return names;
  });
}

Result<void> Cluster::schedule(const std::vector<Event>& events) {
  for (const Event& event : events) {
    if (auto fits = check(event.action, event.arguments); !fits.ok())
      return Error{Code::kInvalidArgument, event.place + ": " + fits.error().message,
                   fits.error().advice};
  }
  for (const Event& event : events) impl_->schedule(event);
  return {};
}

Result<void> Cluster::check_arguments(std::string_view words,
                                      const std::vector<std::string>& arguments) {
  return impl_->with_state(
      [&](State& state) { return sim::check_arguments(state, words, arguments); });
}

Result<void> Cluster::begin_incident(std::string_view name,
                                     const std::vector<std::string>& arguments) {
  return impl_->with_state(
      [&](State& state) { return sim::begin_incident(state, name, arguments, impl_->now()); });
}

Result<void> Cluster::end_incident(std::string_view name,
                                   const std::vector<std::string>& arguments) {
  return impl_->with_state(
      [&](State& state) { return sim::end_incident(state, name, arguments, impl_->now()); });
}

void Cluster::set_online(std::string_view node, bool online) {
  impl_->with_state([&](State& state) {
    const auto index = state.inventory.node_index(node);
    if (!index) return;
    if (online) impl_->boot(*index);
    state.inventory.nodes[*index].online = online;
    impl_->notice();
  });
}

bool Cluster::lose_quorum() {
  return impl_->with_state([this](State& state) {
    auto& nodes = state.inventory.nodes;
    for (std::size_t i = nodes.size(); i-- > 1 && is_quorate(state.inventory);)
      nodes[i].online = false;
    impl_->notice();
    return !is_quorate(state.inventory);
  });
}

void Cluster::regain_quorum() {
  impl_->with_state([this](State& state) {
    for (std::size_t i = 0; i < state.inventory.nodes.size(); ++i) {
      impl_->boot(i);
      state.inventory.nodes[i].online = true;
    }
    impl_->notice();
  });
}

void Cluster::fail_next(int count, int status, std::string_view reason,
                        std::chrono::milliseconds delay) {
  Fault fault;
  fault.value = status;
  fault.reason = reason;
  fault.delay = delay;
  fault.left = count;
  impl_->add_fault(std::move(fault));
}

void Cluster::truncate_next(int count, std::size_t bytes) {
  Fault fault;
  fault.kind = FaultKind::kCut;
  fault.value = static_cast<std::int64_t>(bytes);
  fault.left = count;
  impl_->add_fault(std::move(fault));
}

void Cluster::add_fault(Fault fault) { impl_->add_fault(std::move(fault)); }

bool Cluster::clear_faults(std::optional<FaultKind> kind) { return impl_->clear_faults(kind); }

ShownCertificate Cluster::certificate(std::size_t node) const { return impl_->certificate(node); }

void Cluster::show_fingerprint(std::size_t node, std::string fingerprint) {
  impl_->with_state([&](State& state) {
    state.inventory.nodes[node].shown_fingerprint = std::move(fingerprint);
  });
}

void Cluster::remove_guest(int vmid) {
  impl_->with_state([&](State& state) { state.inventory.guests.erase(vmid); });
}

void Cluster::change_guest(int vmid, const Json& changes) {
  impl_->with_state([&](State& state) {
    const auto guest = state.inventory.guests.find(vmid);
    if (guest == state.inventory.guests.end() || !changes.is_object()) return;
    for (const auto& [key, value] : changes.items()) {
      if (value.is_null())
        guest->second.config.erase(key);
      else
        guest->second.config[key] =
            value.is_string() ? *value.get_ptr<const std::string*>() : dump_json(value);
    }
  });
}

bool Cluster::set_second_factor(std::string_view user, bool on) {
  return impl_->with_state([&](State& state) {
    User* known = state.access.config.find_user(user);
    if (known == nullptr) return false;
    known->factors.clear();
    known->about.erase("keys");
    if (!on) return true;
    known->factors.push_back({state.access.make_uuid("tfa"), "totp", "phone", 0, true, {}});
    known->about["keys"] = "x";
    return true;
  });
}

void Cluster::move_guest(int vmid, std::string_view node) {
  impl_->with_state([&](State& state) {
    const auto index = state.inventory.node_index(node);
    const auto guest = state.inventory.guests.find(vmid);
    if (index && guest != state.inventory.guests.end())
      guest->second.node = static_cast<int>(*index);
  });
}

}  // namespace pmx::sim
