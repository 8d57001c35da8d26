#include "mcp/rpc/message.h"

#include <utility>

namespace pmx::mcp {
namespace {

constexpr JsonLimits kLimits{.max_bytes = std::size_t{16} << 20, .max_depth = 128};

Malformed invalid(Json id, const char* why) {
  return Malformed{std::move(id), RpcError{kInvalidRequest, why, nullptr}};
}

/// Moves `params` out of the message; false when it is there and not an object.
bool take_params(Json& message, Json& params) {
  params = Json::object();
  const auto it = message.find("params");
  if (it == message.end()) return true;
  if (!it->is_object()) return false;
  params = std::move(*it);
  return true;
}

Message read_call(Json& message, const Json* id) {
  std::string method(string_member(message, "method"));
  Json params;
  if (!take_params(message, params)) {
    if (id == nullptr) return invalid(nullptr, "Invalid Request: params must be an object");
    return Malformed{*id,
                     RpcError{kInvalidParams, "Invalid params: params must be an object", nullptr}};
  }
  if (id == nullptr) return Notification{std::move(method), std::move(params)};
  return Request{*id, std::move(method), std::move(params)};
}

Message read_one(Json message) {
  if (!message.is_object()) {
    return invalid(nullptr, "Invalid Request: a message is a JSON object");
  }
  const Json* id = find_member(message, "id");
  const bool id_good = id != nullptr && is_request_id(*id);
  const Json known_id = id_good ? *id : Json(nullptr);
  if (string_member(message, "jsonrpc") != "2.0") {
    return invalid(known_id, "Invalid Request: jsonrpc must be \"2.0\"");
  }
  const Json* method = find_member(message, "method");
  if (method == nullptr && (message.contains("result") || message.contains("error"))) {
    const Json* result = find_member(message, "result");
    return Response{known_id, result == nullptr ? Json(nullptr) : *result};
  }
  if (method == nullptr || !method->is_string()) {
    return invalid(known_id, "Invalid Request: method must be a string");
  }
  if (id != nullptr && !id_good) {
    return invalid(nullptr, "Invalid Request: id must be a string or an integer");
  }
  return read_call(message, id_good ? &known_id : nullptr);
}

}  // namespace

Incoming parse_message(std::string_view line) {
  auto document = parse_json(line, kLimits);
  Incoming incoming;
  if (!document.ok()) {
    const bool limit = document.error().code == Code::kResourceExhausted;
    incoming.messages.push_back(Malformed{
        nullptr,
        RpcError{limit ? kInvalidRequest : kParseError,
                 (limit ? "Invalid Request: " : "Parse error: ") + document.error().message,
                 nullptr}});
    return incoming;
  }
  if (!document->is_array()) {
    incoming.messages.push_back(read_one(std::move(*document)));
    return incoming;
  }
  incoming.batch = true;
  incoming.messages.reserve(document->size());
  for (Json& element : *document) incoming.messages.push_back(read_one(std::move(element)));
  return incoming;
}

bool is_request_id(const Json& value) { return value.is_string() || value.is_number_integer(); }

std::string id_key(const Json& id) { return dump_json(id); }

}  // namespace pmx::mcp
