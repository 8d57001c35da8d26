// Proves to PVE who we are, on every request: an API token's header, or a ticket that is fetched,
// renewed before its two hours are over, and fetched again once when PVE says it expired.
// Thread-safe; one login at a time, and none is repeated after PVE refused it. A refused second
// factor is not tried again for a while: PVE locks it after eight wrong codes.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "proxmox/client.h"
#include "proxmox/errors.h"

namespace pmx::proxmox {

/// The credentials of one client at work.
class Session {
 public:
  /// `http` and `clock` outlive the session. Sends nothing yet.
  Session(Http& http, Credentials credentials, Clock& clock);

  /// Adds what authenticates `request`; may log in or renew first. Returns the ticket's number (0
  /// for tokens).
  Result<std::uint64_t> authorize(const Context& ctx, HttpRequest& request);

  /// After a 401 with ticket number `used`: true when that ticket is no longer the current one or
  /// was old enough to have expired, so that authorizing again makes sense. A 401 comes before any
  /// work is done, hence repeating the request is safe.
  bool forget_expired(std::uint64_t used);

  [[nodiscard]] const Caller& caller() const { return caller_; }

 private:
  struct Ticket {
    Secret ticket;
    Secret csrf;
    SteadyTime issued;
    std::uint64_t number = 0;  ///< 0 until it is the current one
  };

  /// A ticket that is good for this request. Calls that come while another one logs in wait for it,
  /// until their own stop or deadline.
  Result<Ticket> current_ticket(const Context& ctx);
  static Result<Ticket> ticket_of(const Json& data, SteadyTime now);
  Result<Ticket> obtain(const Context& ctx, std::optional<Ticket> old);
  Result<Ticket> fetch(const Context& ctx, const Secret& password);
  /// The second step of a login, with the half-ticket of the first.
  Result<Ticket> answer_challenge(const Context& ctx, std::string_view half_ticket);
  /// "totp:123456" or "recovery:..."; no code is given twice.
  Result<Secret> next_code(const Context& ctx);
  Result<Secret> fresh_totp(const Context& ctx, const Secret& key);
  Result<Json> ask_for_ticket(const Context& ctx, HttpRequest& request);

  Http& http_;
  const Credentials credentials_;
  Clock& clock_;
  const Caller caller_;
  std::mutex mutex_;
  std::condition_variable_any login_over_;
  bool logging_in_ = false;     // one login serves all waiting calls
  std::uint64_t refusals_ = 0;  // a refused login answers all calls that waited for it
  std::optional<Error> refusal_;
  std::optional<Ticket> ticket_;
  std::uint64_t last_number_ = 0;
  // Of the second factor; touched by the one login that runs.
  std::int64_t last_period_ = -1;
  bool recovery_spent_ = false;
  std::optional<Error> second_refusal_;
  SteadyTime second_refused_;
};

}  // namespace pmx::proxmox
