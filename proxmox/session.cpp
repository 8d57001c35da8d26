#include "proxmox/session.h"

#include <chrono>
#include <utility>

#include "base/crypto.h"
#include "base/percent.h"
#include "proxmox/totp.h"

namespace pmx::proxmox {
namespace {

using std::chrono::minutes;

constexpr minutes kRenewAfter{90};     // PVE tickets live two hours
constexpr minutes kUselessAfter{119};  // too old to renew with
constexpr minutes kAfterRefusal{10};   // of a second factor, before it is tried again
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
  PMX_TRY(const Ticket ticket, current_ticket(ctx));
  request.headers.emplace_back("Cookie", "PVEAuthCookie=" + percent_encode(ticket.ticket.expose()));
  if (request.method != "GET") {
    request.headers.emplace_back("CSRFPreventionToken", std::string(ticket.csrf.expose()));
  }
  return ticket.number;
}

bool Session::forget_expired(std::uint64_t used) {
  if (used == 0) return false;
  const std::lock_guard lock(mutex_);
  if (!ticket_ || ticket_->number != used) return true;
  if (clock_.steady() - ticket_->issued < kFresh) return false;
  ticket_.reset();
  return true;
}

Result<Session::Ticket> Session::current_ticket(const Context& ctx) {
  std::unique_lock lock(mutex_);
  const std::uint64_t refusals_before = refusals_;
  const auto idle = [this] { return !logging_in_; };
  const bool free = ctx.deadline ? login_over_.wait_until(lock, ctx.stop, *ctx.deadline, idle)
                                 : login_over_.wait(lock, ctx.stop, idle);
  if (!free) {
    const bool stopped = ctx.stop.stop_requested();
    return Error{stopped ? Code::kCancelled : Code::kDeadlineExceeded,
                 "the call ended while it waited for the login of " + caller_.id, ""};
  }
  if (refusals_ != refusals_before) return *refusal_;
  if (ticket_ && clock_.steady() - ticket_->issued < kRenewAfter) return *ticket_;
  std::optional<Ticket> old = std::exchange(ticket_, std::nullopt);
  logging_in_ = true;
  lock.unlock();
  auto fresh = obtain(ctx, std::move(old));
  lock.lock();
  logging_in_ = false;
  login_over_.notify_all();
  if (!fresh.ok()) {
    if (fresh.error().code != Code::kUnauthenticated) return fresh;
    ++refusals_;
    refusal_ = fresh.error();
    return fresh;
  }
  if (fresh->number == 0) fresh->number = ++last_number_;
  ticket_ = *fresh;
  return fresh;
}

/// Renews `old` with itself while it can be, logs in with the password otherwise.
Result<Session::Ticket> Session::obtain(const Context& ctx, std::optional<Ticket> old) {
  if (old && clock_.steady() - old->issued < kUselessAfter) {
    auto renewed = fetch(ctx, old->ticket);
    if (renewed.ok()) return renewed;
    if (renewed.error().code != Code::kUnauthenticated) return *old;  // it still serves
  }
  return fetch(ctx, std::get<Login>(credentials_).password);
}

/// The whole ticket in an answer.
Result<Session::Ticket> Session::ticket_of(const Json& data, SteadyTime now) {
  Ticket out;
  out.ticket = Secret(std::string(string_member(data, "ticket")));
  out.csrf = Secret(std::string(string_member(data, "CSRFPreventionToken")));
  out.issued = now;
  if (!out.ticket.empty() && !out.csrf.empty()) return out;
  return Error{Code::kUnavailable, "the cluster's answer to the login holds no ticket",
               "check that the URL is the PVE API itself"};
}

/// POST /access/ticket; the `data` of the answer.
Result<Json> Session::ask_for_ticket(const Context& ctx, HttpRequest& request) {
  const auto response = http_.send(ctx, request);
  for (auto& [key, value] : request.params) crypto::wipe(value);
  if (!response.ok()) return response.error();
  if (response->status != 200) return response_error(request, *response, caller_);
  PMX_TRY(Json body, parse_json(response->body));
  const Json* data = find_member(body, "data");
  return data != nullptr ? Json(*data) : body;
}

Result<Session::Ticket> Session::fetch(const Context& ctx, const Secret& password) {
  if (second_refusal_ && clock_.steady() - second_refused_ < kAfterRefusal) return *second_refusal_;
  HttpRequest request{"POST", "/access/ticket", {}, {}};
  request.params = {{"username", caller_.id}, {"password", std::string(password.expose())}};
  PMX_TRY(const Json data, ask_for_ticket(ctx, request));
  const Json* second_factor = find_member(data, "NeedTFA");
  if (second_factor != nullptr && *second_factor != Json(0) && *second_factor != Json("0") &&
      *second_factor != Json(false)) {
    return answer_challenge(ctx, string_member(data, "ticket"));
  }
  return ticket_of(data, clock_.steady());
}

Result<Session::Ticket> Session::answer_challenge(const Context& ctx,
                                                  std::string_view half_ticket) {
  PMX_TRY(const Secret code, next_code(ctx));
  HttpRequest request{"POST", "/access/ticket", {}, {}};
  request.params = {{"username", caller_.id},
                    {"password", std::string(code.expose())},
                    {"tfa-challenge", std::string(half_ticket)}};
  auto data = ask_for_ticket(ctx, request);
  if (data.ok()) {
    second_refusal_.reset();
    return ticket_of(*data, clock_.steady());
  }
  if (data.error().code != Code::kUnauthenticated) return data.error();
  second_refused_ = clock_.steady();
  second_refusal_ = Error{
      Code::kUnauthenticated, "the cluster refused the second factor of " + caller_.id,
      "check that the secret is the one of this user, that the clocks of this machine and the "
      "cluster agree, and that PVE has not locked it (pveum user tfa unlock USER@REALM); it is "
      "not tried again for ten minutes"};
  return *second_refusal_;
}

Result<Secret> Session::next_code(const Context& ctx) {
  const auto& login = std::get<Login>(credentials_);
  if (!login.totp_key.empty()) return fresh_totp(ctx, login.totp_key);
  if (!login.recovery.empty() && !std::exchange(recovery_spent_, true)) {
    return Secret("recovery:" + std::string(login.recovery.expose()));
  }
  const bool spent = recovery_spent_;
  return Error{
      Code::kUnauthenticated,
      spent ? "the recovery code of " + caller_.id + " was used, and works only once"
            : "the user " + caller_.id + " needs a second factor to log in, and none is configured",
      "use an API token (pveum user token add USER@REALM mpc --privsep 1), or configure " +
          std::string(spent ? "another code and start again" : "the user's TOTP secret")};
}

/// PVE takes each code once, so a second login within a period waits for the next.
Result<Secret> Session::fresh_totp(const Context& ctx, const Secret& key) {
  while (totp_period(clock_.now()) == last_period_) {
    const SystemTime next{(last_period_ + 1) * kTotpPeriod};
    const auto left = next - clock_.now();
    if (ctx.deadline && clock_.steady() + left >= *ctx.deadline) {
      return Error{Code::kDeadlineExceeded,
                   "the login of " + caller_.id + " needs the next TOTP code, which comes too late",
                   "try again in half a minute"};
    }
    if (!clock_.wait(ctx.stop, left)) {
      return Error{Code::kCancelled, "the login of " + caller_.id + " was cancelled", ""};
    }
  }
  last_period_ = totp_period(clock_.now());
  return Secret("totp:" + totp_code(key, last_period_));
}

}  // namespace pmx::proxmox
