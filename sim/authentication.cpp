#include "sim/authentication.h"

#include "base/percent.h"

namespace pmx::sim {
namespace {

constexpr std::string_view kToken = "PVEAPIToken";
constexpr std::string_view kCookie = "PVEAuthCookie";

std::string header(const Request& request, const std::string& name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? "" : found->second;
}

Error refusal(std::string reason) { return {Code::kUnauthenticated, std::move(reason), ""}; }

/// The decoded value of `name` in a Cookie or Authorization header, behind "=" or a blank; empty
/// when there is none.
std::string value_in(const std::string& text, std::string_view name) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const auto end = at + name.size();
    const bool begins = at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t';
    if (!begins || end >= text.size() || (text[end] != '=' && text[end] != ' ')) continue;
    const std::string raw = text.substr(end + 1, text.find(';', end + 1) - end - 1);
    return percent_decode(raw).value_or(raw);
  }
  return "";
}

}  // namespace

Result<Caller> authenticate(const AccessControl& access, const Request& request, std::int64_t now) {
  std::string ticket = value_in(header(request, "cookie"), kCookie);
  const std::string authorization = header(request, "authorization");
  if (ticket.empty()) ticket = value_in(authorization, kCookie);
  if (ticket.empty()) {
    const std::string token = value_in(authorization, kToken);
    if (token.empty()) return refusal("No ticket");
    if (auto caller = access.by_token(token, now)) return *caller;
    return refusal("Authentication failed!");
  }
  auto caller = access.by_ticket(ticket, now);
  if (!caller) return refusal("Authentication failed!");
  if (request.method != "GET" &&
      !access.csrf_fits(header(request, "csrfpreventiontoken"), caller->user, now))
    return refusal("Permission denied - invalid csrf token");
  return *caller;
}

}  // namespace pmx::sim
