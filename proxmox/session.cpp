#include "proxmox/session.h"

#include <chrono>
#include <utility>

#include "base/percent.h"

namespace pmx::proxmox {
namespace {

using std::chrono::minutes;

constexpr minutes kRenewAfter{90};     // PVE tickets live two hours
constexpr minutes kUselessAfter{119};  // too old to renew with
constexpr minutes kFresh{1};           // refused this young, a ticket was not refused for its age

Caller caller_of(const Credentials& credentials) {
  if (const auto* token = std::get_if<ApiToken>(&credentials)) return {token->id, true};
  return {std::get<Login>(credentials).user, false};
}

}  // namespace

Session::Session(Http& http, Credentials credentials, Clock& clock)
    : http_(http),
      credentials_(std::move(credentials)),
      clock_(clock),
      caller_(caller_of(credentials_)) {}

Result<std::uint64_t> Session::authorize(const Context& ctx, HttpRequest& request) {
  if (const auto* token = std::get_if<ApiToken>(&credentials_)) {
    std::string value = "PVEAPIToken=" + token->id + "=";
    value += token->secret.expose();
    request.headers.emplace_back("Authorization", std::move(value));
    return std::uint64_t{0};
  }
  const std::lock_guard lock(mutex_);
  PMX_TRY_VOID(ensure_ticket(ctx));
  request.headers.emplace_back("Cookie",
                               "PVEAuthCookie=" + percent_encode(ticket_->ticket.expose()));
  if (request.method != "GET") {
    request.headers.emplace_back("CSRFPreventionToken", std::string(ticket_->csrf.expose()));
  }
  return ticket_->number;
}

bool Session::forget_expired(std::uint64_t used) {
  if (used == 0) return false;
  const std::lock_guard lock(mutex_);
  if (!ticket_ || ticket_->number != used) return true;
  if (clock_.steady() - ticket_->issued < kFresh) return false;
  ticket_.reset();
  return true;
}

Result<void> Session::ensure_ticket(const Context& ctx) {
  const auto age = ticket_ ? clock_.steady() - ticket_->issued : SteadyTime::duration::max();
  if (age < kRenewAfter) return {};
  if (age < kUselessAfter) {
    auto renewed = fetch(ctx, ticket_->ticket);
    if (renewed.ok()) {
      ticket_ = std::move(renewed).value();
      return {};
    }
    if (renewed.error().code != Code::kUnauthenticated) return {};  // the old one still serves
  }
  ticket_.reset();
  PMX_TRY(ticket_, fetch(ctx, std::get<Login>(credentials_).password));
  return {};
}

Result<Session::Ticket> Session::fetch(const Context& ctx, const Secret& password) {
  HttpRequest request{"POST", "/access/ticket", {}, {}};
  request.params = {{"username", caller_.id}, {"password", std::string(password.expose())}};
  PMX_TRY(HttpResponse response, http_.send(ctx, request));
  if (response.status != 200) return response_error(request, response, caller_);
  PMX_TRY(const Json body, parse_json(response.body));
  const Json* data = find_member(body, "data");
  if (data == nullptr) data = &body;
  const Json* second_factor = find_member(*data, "NeedTFA");
  if (second_factor != nullptr && *second_factor != Json(0) && *second_factor != Json("0") &&
      *second_factor != Json(false)) {
    return Error{Code::kUnauthenticated,
                 "the user " + caller_.id +
                     " needs a second factor to log in, which an unattended "
                     "program cannot give",
                 "use an API token: pveum user token add USER@REALM mpc --privsep 1, then set "
                 "PROXMOX_MPC_TOKEN"};
  }
  Ticket out;
  out.ticket = Secret(std::string(string_member(*data, "ticket")));
  out.csrf = Secret(std::string(string_member(*data, "CSRFPreventionToken")));
  if (out.ticket.empty() || out.csrf.empty()) {
    return Error{Code::kUnavailable, "the cluster's answer to the login holds no ticket",
                 "check that the URL is the PVE API itself"};
  }
  out.issued = clock_.steady();
  out.number = ++last_number_;
  return out;
}

}  // namespace pmx::proxmox
