#include "app/demo_http.h"

#include <algorithm>

#include "base/percent.h"

namespace pmx::app {
namespace {

std::string encode_params(const proxmox::Params& params) {
  std::string text;
  for (const auto& [key, value] : params) {
    text += (text.empty() ? "" : "&") + percent_encode(key) + "=" + percent_encode(value);
  }
  return text;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

}  // namespace

Result<proxmox::HttpResponse> DemoHttp::send(const Context& ctx,
                                             const proxmox::HttpRequest& request) {
  sim::Request simulated;
  simulated.method = request.method;
  simulated.path = request.path;
  const bool in_body = request.method == "POST" || request.method == "PUT";
  (in_body ? simulated.body : simulated.query) = encode_params(request.params);
  if (in_body) simulated.headers["content-type"] = "application/x-www-form-urlencoded";
  for (const auto& [name, value] : request.headers) simulated.headers[lower(name)] = value;
  sim::Response answer = cluster_.handle(simulated);
  if (answer.delay.count() > 0 && !clock_.wait(ctx.stop, answer.delay)) {
    return Error{Code::kCancelled, "the request was cancelled", ""};
  }
  return proxmox::HttpResponse{answer.status, std::move(answer.reason), std::move(answer.body)};
}

}  // namespace pmx::app
