#include "proxmox/client.h"

#include <array>

#include "base/log.h"
#include "base/percent.h"
#include "proxmox/decode.h"
#include "proxmox/errors.h"
#include "proxmox/session.h"
#include "proxmox/task_watch.h"

namespace pmx::proxmox {
namespace {

Error bad_token(const std::string& why) {
  return {Code::kInvalidArgument, "the API token " + why, "write it as USER@REALM!ID=UUID"};
}

bool is_plain_text(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 127) return false;
  }
  return true;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

/// "/nodes/{node}/{type}/{vmid}", or an Error when the guest names no real one.
Result<std::string> guest_path(const Guest& guest) {
  if ((guest.type != "qemu" && guest.type != "lxc") || guest.node.empty() || guest.vmid <= 0) {
    return Error{Code::kInvalidArgument, "the guest has no node, type or VMID", ""};
  }
  return "/nodes/" + percent_encode(guest.node) + "/" + guest.type + "/" +
         std::to_string(guest.vmid);
}

std::string task_path(const Upid& upid) {
  return "/nodes/" + percent_encode(upid.node) + "/tasks/" + percent_encode(upid.text);
}

bool is_power_action(std::string_view type, std::string_view action) {
  constexpr std::array<std::string_view, 6> kBoth{"start",  "stop",    "shutdown",
                                                  "reboot", "suspend", "resume"};
  for (const std::string_view known : kBoth) {
    if (action == known) return true;
  }
  return action == "reset" && type == "qemu";
}

}  // namespace

Result<ApiToken> ApiToken::parse(std::string_view text) {
  const std::size_t bang = text.find('!');
  if (bang == std::string_view::npos) return bad_token("has no '!' between user and token id");
  const std::size_t equals = text.find('=', bang);
  if (equals == std::string_view::npos) return bad_token("has no '=' before its secret");
  const std::string_view user = text.substr(0, bang);
  const std::string_view name = text.substr(bang + 1, equals - bang - 1);
  const std::string_view secret = text.substr(equals + 1);
  const std::size_t at = user.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == user.size()) {
    return bad_token("has no USER@REALM before '!'");
  }
  if (name.size() < 2) return bad_token("has a token id shorter than two characters");
  if (!is_plain_text(user) || !is_plain_text(name)) {
    return bad_token("has a blank or special character in user or token id");
  }
  if (!is_uuid(secret)) return bad_token("has a secret that is not a UUID");
  return ApiToken{std::string(text.substr(0, equals)), Secret(std::string(secret))};
}

class Client::Impl {
 public:
  Impl(Http& wire, Credentials credentials, Clock& time)
      : clock(time), http_(wire), session_(wire, std::move(credentials), time) {}

  /// The whole JSON envelope of a 2xx answer.
  Result<Json> call(const Context& ctx, std::string_view method, std::string_view path,
                    const Params& params) {
    HttpRequest request{std::string(method), std::string(path), params, {}};
    for (bool first = true;; first = false) {
      request.headers.clear();
      PMX_TRY(const std::uint64_t ticket, session_.authorize(ctx, request));
      PMX_TRY(const HttpResponse response, send(ctx, request));
      if (response.status == 401 && first && session_.forget_expired(ticket)) continue;
      if (response.status >= 200 && response.status < 300) return envelope(request, response);
      return response_error(request, response, session_.caller());
    }
  }

  /// The `data` member; null when PVE has nothing to say.
  Result<Json> data(const Context& ctx, std::string_view method, std::string_view path,
                    const Params& params) {
    PMX_TRY(Json body, call(ctx, method, path, params));
    return std::move(body["data"]);
  }

  Clock& clock;

 private:
  /// Leaves one line in the log, so that a request's trace leads to what it asked of the cluster.
  Result<HttpResponse> send(const Context& ctx, const HttpRequest& request) {
    const SteadyTime begin = clock.steady();
    auto response = http_.send(ctx, request);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock.steady() - begin);
    log::debug(ctx, "pve.call",
               {{"method", request.method},
                {"path", request.path},
                {"outcome", response.ok() ? std::to_string(response->status)
                                          : std::string(code_name(response.error().code))},
                {"ms", std::to_string(took.count())}});
    return response;
  }

  static Result<Json> envelope(const HttpRequest& request, const HttpResponse& response) {
    auto body = parse_json(response.body);
    if (body.ok() && find_member(*body, "data") != nullptr) return body;
    const bool too_much = !body.ok() && body.error().code == Code::kResourceExhausted;
    return Error{too_much ? Code::kResourceExhausted : Code::kUnavailable,
                 "the answer to " + request.method + " " + request.path + " is not PVE's JSON" +
                     (body.ok() ? "" : " (" + body.error().message + ")"),
                 "check that the URL is the PVE API itself and not a proxy or portal"};
  }

  Http& http_;
  Session session_;
};

Client::Client(Http& http, Credentials credentials, Clock& clock)
    : impl_(std::make_unique<Impl>(http, std::move(credentials), clock)) {}
Client::~Client() = default;

Result<Json> Client::get(const Context& ctx, std::string_view path, const Params& params) {
  return impl_->data(ctx, "GET", path, params);
}

Result<Json> Client::post(const Context& ctx, std::string_view path, const Params& params) {
  return impl_->data(ctx, "POST", path, params);
}

Result<Json> Client::put(const Context& ctx, std::string_view path, const Params& params) {
  return impl_->data(ctx, "PUT", path, params);
}

Result<Json> Client::del(const Context& ctx, std::string_view path, const Params& params) {
  return impl_->data(ctx, "DELETE", path, params);
}

Result<Version> Client::version(const Context& ctx) {
  PMX_TRY(const Json data, get(ctx, "/version"));
  return decode_version(data);
}

Result<Resources> Client::resources(const Context& ctx) {
  PMX_TRY(const Json data, get(ctx, "/cluster/resources"));
  return decode_resources(data);
}

Result<ClusterStatus> Client::cluster_status(const Context& ctx) {
  PMX_TRY(const Json data, get(ctx, "/cluster/status"));
  return decode_cluster_status(data);
}

Result<Json> Client::permissions(const Context& ctx) { return get(ctx, "/access/permissions"); }

Result<Json> Client::guest_status(const Context& ctx, const Guest& guest) {
  PMX_TRY(const std::string path, guest_path(guest));
  return get(ctx, path + "/status/current");
}

Result<Json> Client::guest_config(const Context& ctx, const Guest& guest) {
  PMX_TRY(const std::string path, guest_path(guest));
  return get(ctx, path + "/config");
}

Result<Upid> Client::guest_power(const Context& ctx, const Guest& guest, std::string_view action,
                                 const Params& params) {
  PMX_TRY(const std::string path, guest_path(guest));
  if (!is_power_action(guest.type, action)) {
    return Error{
        Code::kInvalidArgument,
        "\"" + std::string(action) + "\" is not a power action of " + guest.type + " guests",
        "use start, stop, shutdown, reboot, suspend, resume, or for qemu reset"};
  }
  PMX_TRY(const Json data, post(ctx, path + "/status/" + std::string(action), params));
  const auto* text = data.get_ptr<const std::string*>();
  auto upid = Upid::parse(text != nullptr ? *text : "");
  if (upid.ok()) return upid;
  return Error{Code::kUnavailable,
               "the cluster accepted the power action and answered no task id, so its outcome is "
               "not known",
               "look at the guest's status and the node's task list before repeating it"};
}

Result<TaskStatus> Client::task_status(const Context& ctx, const Upid& upid) {
  PMX_TRY(const Json data, get(ctx, task_path(upid) + "/status"));
  return decode_task_status(data);
}

Result<TaskLog> Client::task_log(const Context& ctx, const Upid& upid, std::int64_t start,
                                 std::int64_t limit) {
  PMX_TRY(const Json envelope,
          impl_->call(ctx, "GET", task_path(upid) + "/log",
                      {{"start", std::to_string(start)}, {"limit", std::to_string(limit)}}));
  return decode_task_log(envelope, start);
}

Result<TaskOutcome> Client::wait_task(const Context& ctx, const Upid& upid,
                                      const std::function<void(std::string_view line)>& on_line,
                                      std::int64_t first_line) {
  return TaskWatch(*this, impl_->clock, upid, on_line, first_line).run(ctx);
}

Result<void> Client::stop_task(const Context& ctx, const Upid& upid) {
  PMX_TRY_VOID(del(ctx, task_path(upid)));
  return {};
}

}  // namespace pmx::proxmox
