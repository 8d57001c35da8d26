#include "sim/authentication.h"

#include "base/percent.h"

namespace pmx::sim {
namespace {

constexpr std::string_view kTokenPrefix = "PVEAPIToken=";
constexpr std::string_view kCookie = "PVEAuthCookie=";

std::string header(const Request& request, const std::string& name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? "" : found->second;
}

Error refusal(std::string reason) { return {Code::kUnauthenticated, std::move(reason), ""}; }

/// The decoded ticket of the Cookie header; empty when there is none.
std::string ticket_of(const Request& request) {
  const std::string cookies = header(request, "cookie");
  auto at = cookies.find(kCookie);
  while (at != std::string::npos && at != 0 && cookies[at - 1] != ' ' && cookies[at - 1] != ';')
    at = cookies.find(kCookie, at + 1);
  if (at == std::string::npos) return "";
  const auto begin = at + kCookie.size();
  const std::string raw = cookies.substr(begin, cookies.find(';', begin) - begin);
  return percent_decode(raw).value_or(raw);
}

}  // namespace

Result<Caller> authenticate(const AccessControl& access, const Request& request, std::int64_t now) {
  const std::string authorization = header(request, "authorization");
  if (authorization.starts_with(kTokenPrefix)) {
    auto caller = access.by_token(std::string_view(authorization).substr(kTokenPrefix.size()));
    if (!caller) return refusal("Authentication failed!");
    return *caller;
  }
  const std::string ticket = ticket_of(request);
  if (ticket.empty()) return refusal("No ticket");
  auto caller = access.by_ticket(ticket, now);
  if (!caller) return refusal("permission denied - invalid PVE ticket");
  if (request.method != "GET" &&
      !access.csrf_fits(header(request, "csrfpreventiontoken"), caller->user, now))
    return refusal("Permission denied - invalid csrf token");
  return *caller;
}

}  // namespace pmx::sim
