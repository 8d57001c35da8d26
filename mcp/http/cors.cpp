#include "mcp/http/cors.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace pmx::mcp {
namespace {

constexpr const char* kHeaders =
    "content-type, authorization, mcp-protocol-version, mcp-method, mcp-name, mcp-session-id, "
    "last-event-id";
constexpr std::size_t kMostParams = 64;

bool is_param_header(std::string_view name) {
  return name.starts_with("mcp-param-") && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

/// kHeaders and those of arguments that the page asks for: they have any name.
std::string allowed_headers(const HttpRequest& request) {
  std::string allowed = kHeaders;
  const std::string* asked = request.header("access-control-request-headers");
  if (asked == nullptr) return allowed;
  std::string_view rest = *asked;
  for (std::size_t count = 0; !rest.empty() && count < kMostParams; ++count) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view name = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (is_param_header(lower)) allowed += ", " + lower;
  }
  return allowed;
}

std::vector<HttpHeader> answer_headers(const std::string& origin) {
  return {{"Access-Control-Allow-Origin", origin},
          {"Vary", "Origin"},
          {"Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate"}};
}

class ReadableExchange final : public HttpExchange {
 public:
  ReadableExchange(std::shared_ptr<HttpExchange> inner, std::string origin)
      : inner_(std::move(inner)), origin_(std::move(origin)) {}

  [[nodiscard]] const HttpRequest& request() const override { return inner_->request(); }
  [[nodiscard]] std::stop_token gone() const override { return inner_->gone(); }
  void respond(int status, std::vector<HttpHeader> headers, std::optional<Cleared> body) override {
    inner_->respond(status, with(std::move(headers)), std::move(body));
  }
  bool open_stream(std::vector<HttpHeader> headers) override {
    return inner_->open_stream(with(std::move(headers)));
  }
  bool event(const std::optional<Cleared>& data, std::string_view id,
             std::optional<std::chrono::milliseconds> retry) override {
    return inner_->event(data, id, retry);
  }
  void end_stream() override { inner_->end_stream(); }

 private:
  [[nodiscard]] std::vector<HttpHeader> with(std::vector<HttpHeader> headers) const {
    auto more = answer_headers(origin_);
    std::move(more.begin(), more.end(), std::back_inserter(headers));
    return headers;
  }

  const std::shared_ptr<HttpExchange> inner_;
  const std::string origin_;
};

}  // namespace

std::vector<HttpHeader> preflight_headers(const HttpRequest& request) {
  if (request.header("origin") == nullptr) return {};
  return {{"Access-Control-Allow-Methods", "POST, GET, DELETE"},
          {"Access-Control-Allow-Headers", allowed_headers(request)}};
}

std::shared_ptr<HttpExchange> readable_by_page(std::shared_ptr<HttpExchange> exchange) {
  const std::string* origin = exchange->request().header("origin");
  if (origin == nullptr) return exchange;
  std::string page = *origin;
  return std::make_shared<ReadableExchange>(std::move(exchange), std::move(page));
}

}  // namespace pmx::mcp
