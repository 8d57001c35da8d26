#include "mcp/http/endpoint.h"

#include <algorithm>
#include <array>

#include "base/log.h"
#include "mcp/http/channels.h"
#include "mcp/http/cors.h"
#include "mcp/http/sessions.h"
#include "mcp/server/core.h"
#include "mcp/server/dispatcher.h"
#include "mcp/server/era.h"

namespace pmx::mcp {
namespace {

constexpr std::array<std::string_view, 3> kLocal{"localhost", "127.0.0.1", "[::1]"};
constexpr const char* kSessionHeader = "Mcp-Session-Id";

/// "example.org:8585" without the port.
std::string_view host_name(std::string_view host) {
  const std::size_t close = host.rfind(']');
  const std::size_t colon = host.rfind(':');
  const bool port =
      colon != std::string_view::npos && (close == std::string_view::npos || colon > close);
  return port ? host.substr(0, colon) : host;
}

bool is_listed(std::string_view name, const std::vector<std::string>& more) {
  return std::find(kLocal.begin(), kLocal.end(), name) != kLocal.end() ||
         std::find(more.begin(), more.end(), name) != more.end();
}

char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Whether they are equal but for the case of letters in `text`.
bool is_word(std::string_view text, std::string_view lower_word) {
  return std::equal(text.begin(), text.end(), lower_word.begin(), lower_word.end(),
                    [](char a, char b) { return lower_case(a) == b; });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

/// "Bearer x" -> "x"; "" when there is none. The scheme's case makes no difference (RFC
/// 9110, 11.1).
std::string_view bearer(const HttpRequest& request) {
  constexpr std::string_view kScheme = "bearer ";
  const std::string* value = request.header("authorization");
  if (value == nullptr || !is_word(std::string_view(*value).substr(0, kScheme.size()), kScheme))
    return {};
  return trimmed(std::string_view(*value).substr(kScheme.size()));
}

class Headers final : public RequestHeaders {
 public:
  explicit Headers(const HttpRequest& request) : request_(request) {}
  [[nodiscard]] std::optional<std::string_view> find(std::string_view lower_name) const override {
    const std::string* value = request_.header(lower_name);
    if (value == nullptr) return std::nullopt;
    return *value;
  }

 private:
  const HttpRequest& request_;
};

/// The wire name of the version that the header names; nothing without one.
std::optional<std::string_view> version_header(const HttpRequest& request) {
  const std::string* value = request.header("mcp-protocol-version");
  if (value == nullptr) return std::nullopt;
  return *value;
}

bool is_modern(const HttpRequest& request, const Incoming& incoming) {
  if (version_header(request) == version_name(kModern)) return true;
  return std::any_of(incoming.messages.begin(), incoming.messages.end(), [](const auto& message) {
    const auto* call = std::get_if<Request>(&message);
    return call != nullptr && claims_modern(call->params);
  });
}

/// Something unreadable that names no session: refused for what it is.
bool is_stray(const HttpRequest& request, const Incoming& incoming) {
  return !incoming.batch && std::holds_alternative<Malformed>(incoming.messages.front()) &&
         request.header("mcp-session-id") == nullptr;
}

bool is_initialize(const Incoming& incoming) {
  if (incoming.batch || incoming.messages.size() != 1) return false;
  const auto* request = std::get_if<Request>(&incoming.messages.front());
  return request != nullptr && request->method == "initialize";
}

/// Whether somebody waits for an answer to this.
bool wants_answer(const Incoming& incoming) {
  return std::any_of(incoming.messages.begin(), incoming.messages.end(), [](const auto& message) {
    return std::holds_alternative<Request>(message) || std::holds_alternative<Malformed>(message);
  });
}

/// Whether the answer can only be a stream.
bool has_listen(const Incoming& incoming) {
  return std::any_of(incoming.messages.begin(), incoming.messages.end(), [](const auto& message) {
    const auto* call = std::get_if<Request>(&message);
    return call != nullptr && call->method == "subscriptions/listen";
  });
}

/// "Text/HTML; charset=utf-8" -> "Text/HTML".
std::string_view media_type(std::string_view value) {
  return trimmed(value.substr(0, value.find(';')));
}

/// Whether the list of the Accept header has `type`, itself or by a range.
bool accepts(const HttpRequest& request, std::string_view type) {
  const std::string* value = request.header("accept");
  if (value == nullptr) return true;
  const std::string_view kind = type.substr(0, type.find('/') + 1);
  for (std::string_view rest = *value; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view given = media_type(rest.substr(0, comma));
    const bool range = given.ends_with('*') && is_word(given.substr(0, given.size() - 1), kind);
    if (range || given == "*/*" || is_word(given, type)) return true;
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return false;
}

bool is_json(const HttpRequest& request) {
  const std::string* value = request.header("content-type");
  return value != nullptr && is_word(media_type(*value), "application/json");
}

}  // namespace

class Endpoint::Impl {
 public:
  Impl(EndpointOptions options, Authenticate authenticate, Clock& clock)
      : options_(std::move(options)),
        authenticate_(std::move(authenticate)),
        sessions_({options_.max_sessions, options_.max_sessions_of_one, options_.session_idle},
                  clock) {}

  void handle(const std::shared_ptr<HttpExchange>& given) {
    const HttpRequest& request = given->request();
    if (request.path != options_.path) return given->respond(404, {}, std::nullopt);
    if (!is_allowed(request)) return given->respond(403, {}, std::nullopt);
    const auto exchange = readable_by_page(given);
    if (request.method == "OPTIONS") {
      return exchange->respond(204, preflight_headers(request), std::nullopt);
    }
    const std::string_view token = bearer(request);
    const auto caller = authenticate_(token);
    if (!caller) {
      log::info(Context{}, "http.unauthorized", {{"peer", request.peer}});
      const char* challenge = token.empty() ? "Bearer" : "Bearer error=\"invalid_token\"";
      return exchange->respond(401, {{"WWW-Authenticate", challenge}}, std::nullopt);
    }
    if (request.method == "POST") return post(exchange, *caller);
    if (request.method == "GET") return get(exchange, *caller);
    if (request.method == "DELETE") return remove(exchange, *caller);
    exchange->respond(405, {{"Allow", "POST, GET, DELETE, OPTIONS"}}, std::nullopt);
  }

  void close() { sessions_.clear(); }

 private:
  /// Against DNS rebinding: a page of somebody else has its own name in Host or Origin.
  [[nodiscard]] bool is_allowed(const HttpRequest& request) const {
    const std::string* host = request.header("host");
    if (host == nullptr || !is_listed(host_name(*host), options_.hosts)) return false;
    const std::string* origin = request.header("origin");
    if (origin == nullptr) return true;
    const std::string_view text = *origin;
    const std::size_t scheme = text.find("://");
    if (scheme == std::string_view::npos) return false;
    return is_listed(text, options_.origins) || is_listed(host_name(text.substr(scheme + 3)), {});
  }

  void post(const std::shared_ptr<HttpExchange>& exchange, const Caller& caller) {
    const HttpRequest& request = exchange->request();
    if (!is_json(request)) return exchange->respond(415, {}, std::nullopt);
    if (!accepts(request, "application/json") && !accepts(request, "text/event-stream")) {
      return exchange->respond(406, {}, std::nullopt);
    }
    Incoming incoming = parse_message(request.body);
    if (is_modern(request, incoming) || is_stray(request, incoming)) {
      post_modern(exchange, caller, std::move(incoming));
    } else {
      post_legacy(exchange, caller, std::move(incoming));
    }
  }

  static void post_modern(const std::shared_ptr<HttpExchange>& exchange, const Caller& caller,
                          Incoming incoming) {
    const bool streams = accepts(exchange->request(), "text/event-stream");
    if (!streams && has_listen(incoming)) return exchange->respond(406, {}, std::nullopt);
    const bool answered = wants_answer(incoming);
    const auto channel = std::make_shared<PostChannel>(exchange, streams);
    const auto conversation = std::make_shared<Conversation>(
        caller.principal, channel, caller.server->core()->options.max_in_flight_bytes);
    const Headers headers(exchange->request());
    Dispatcher(caller.server->core(), conversation, &headers)
        .take(std::move(incoming), exchange->request().body.size(), channel);
    if (!answered) return exchange->respond(202, {}, std::nullopt);
    // The client that leaves takes its request with it.
    conversation->watch(exchange->gone());
  }

  void post_legacy(const std::shared_ptr<HttpExchange>& exchange, const Caller& caller,
                   Incoming incoming) {
    if (is_initialize(incoming)) {
      const auto [id, session] =
          sessions_.open(caller.principal, caller.server->core()->options.max_in_flight_bytes);
      take(exchange, caller, *session, std::move(incoming), {{kSessionHeader, id}});
      if (!session->conversation->handshake()) sessions_.remove(id, caller.principal);
      return;
    }
    const auto session = find_session(exchange, caller);
    if (session != nullptr) take(exchange, caller, *session, std::move(incoming), {});
  }

  static void take(const std::shared_ptr<HttpExchange>& exchange, const Caller& caller,
                   Session& session, Incoming incoming, std::vector<HttpHeader> headers) {
    const bool answered = wants_answer(incoming);
    const auto handshake = session.conversation->handshake();
    const bool primed = handshake && features_of(handshake->version).icons;  // 2025-11-25
    const auto stream = session.open_stream(primed);
    stream->begin(exchange, std::move(headers));
    Dispatcher(caller.server->core(), session.conversation)
        .take(std::move(incoming), exchange->request().body.size(), stream);
    if (!answered) stream->finish(std::nullopt, nullptr);  // unless it was refused already
  }

  /// The id of a session in a request of a version that is spoken; nullptr when it was refused.
  static const std::string* session_id(const std::shared_ptr<HttpExchange>& exchange,
                                       const Caller& caller) {
    const auto version = version_header(exchange->request());
    if (version && !parse_version(*version)) {
      refuse(exchange, caller, 400, "unsupported MCP-Protocol-Version");
      return nullptr;
    }
    const std::string* id = exchange->request().header("mcp-session-id");
    if (id == nullptr) {
      refuse(exchange, caller, 400,
             "this request has no Mcp-Session-Id and no modern _meta; begin with initialize");
    }
    return id;
  }

  /// The session that the request names; otherwise the request is answered.
  std::shared_ptr<Session> find_session(const std::shared_ptr<HttpExchange>& exchange,
                                        const Caller& caller) {
    const std::string* id = session_id(exchange, caller);
    if (id == nullptr) return nullptr;
    auto session = sessions_.find(*id, caller.principal);
    if (session == nullptr) refuse(exchange, caller, 404, "this session has ended");
    return session;
  }

  static void refuse(const std::shared_ptr<HttpExchange>& exchange, const Caller& caller,
                     int status, const char* why) {
    Outbound message;
    message.form = Outbound::Form::kError;
    message.omit_null_id = true;  // the schemas that let a client go without an id allow no null
    message.payload = {{"code", static_cast<int>(kInvalidRequest)},
                       {"message", std::string("Invalid Request: ") + why}};
    exchange->respond(status, {}, caller.server->core()->gate.clear(Context{}, std::move(message)));
  }

  void get(const std::shared_ptr<HttpExchange>& exchange, const Caller& caller) {
    if (!accepts(exchange->request(), "text/event-stream")) {
      return exchange->respond(406, {}, std::nullopt);
    }
    const auto session = find_session(exchange, caller);
    if (session == nullptr) return;
    const std::string* last = exchange->request().header("last-event-id");
    if (last == nullptr) return session->standing->attach(exchange, UINT64_MAX);
    const auto [stream, number] = session->find_stream(*last);
    if (stream == nullptr) {  // not 404: that would end the session
      return refuse(exchange, caller, 400, "the stream of this Last-Event-ID is forgotten");
    }
    stream->attach(exchange, number);
  }

  void remove(const std::shared_ptr<HttpExchange>& exchange, const Caller& caller) {
    const std::string* id = session_id(exchange, caller);
    if (id == nullptr) return;
    const bool known = sessions_.remove(*id, caller.principal);
    exchange->respond(known ? 204 : 404, {}, std::nullopt);
  }

  const EndpointOptions options_;
  const Authenticate authenticate_;
  Sessions sessions_;
};

Endpoint::Endpoint(EndpointOptions options, Authenticate authenticate, Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(authenticate), clock)) {}

Endpoint::~Endpoint() = default;

void Endpoint::handle(const std::shared_ptr<HttpExchange>& exchange) {
  impl_->handle(exchange);
  exchange->forget_request();  // all that is needed later was copied
}

void Endpoint::close() { impl_->close(); }

}  // namespace pmx::mcp
