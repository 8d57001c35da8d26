#include "sim/envelope.h"

#include <utility>

#include "sim/disorder.h"
#include "sim/form.h"

namespace pmx::sim {
namespace {

std::string content_type(const Request& request) {
  const auto found = request.headers.find("content-type");
  if (found == request.headers.end()) return "";
  return found->second.substr(0, found->second.find(';'));
}

/// An error from before the API is reached: the text alone, no JSON.
Response plain(int status, std::string text) {
  Response response;
  response.status = status;
  response.reason = text.substr(0, text.find('\n'));
  response.headers["connection"] = "close";
  response.body = std::move(text);
  return response;
}

bool is_json(const Request& request) { return content_type(request) == "application/json"; }

}  // namespace

Response envelope(const Answer& answer, std::uint64_t seed, const std::string& connection) {
  Response response;
  response.status = answer.status;
  response.delay = answer.delay;
  response.reason =
      answer.status == 200 ? "OK" : answer.message.substr(0, answer.message.find('\n'));
  response.headers["connection"] = answer.status == 200 ? connection : "close";
  if (answer.bare) return response;
  if (answer.written && !answer.written->type.empty()) {
    response.headers["content-type"] = answer.written->type;
    response.body = answer.written->text;
    return response;
  }
  if (answer.stateless) response.headers["x-sim-stateless"] = "1";
  response.headers["content-type"] = "application/json;charset=UTF-8";
  if (answer.written) {
    response.body = "{\"data\":" + answer.written->text + "}";
    return response;
  }
  Json body{{"data", answer.data}};
  if (answer.status != 200) {
    const bool bare = answer.status == 501 || answer.bare_message;
    body["message"] = bare ? answer.message : answer.message + "\n";
    if (!answer.errors.is_null()) body["errors"] = answer.errors;
  }
  if (answer.total.value_or(0) != 0) body["total"] = *answer.total;
  if (!answer.more.is_null()) body.update(answer.more);
  response.body = dump_disordered(body, seed);
  return response;
}

std::string connection_of(bool is_protected, bool remote) {
  if (remote) return is_protected ? "close,Keep-Alive, Keep-Alive" : "Keep-Alive, Keep-Alive";
  return is_protected ? "close, Keep-Alive" : "Keep-Alive";
}

std::optional<Response> refuse_body(const Request& request) {
  if (request.body.empty()) return std::nullopt;
  if (request.method != "POST" && request.method != "PUT")
    return plain(501, "Unexpected content for method '" + request.method + "'");
  const std::string type = content_type(request);
  const bool upload = type == "multipart/form-data" && request.path.ends_with("/upload");
  if (!type.empty() && type != "application/x-www-form-urlencoded" && !is_json(request) && !upload)
    return plain(
        506, "upload 'Content-Type '" + request.headers.at("content-type") + "' not implemented");
  if (!is_json(request)) return std::nullopt;
  constexpr const char* kWhere = " at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 926.\n";
  const auto parsed = parse_json(request.body);
  if (!parsed.ok())
    return plain(500,
                 "malformed JSON string, neither tag, array, object, number, string or atom, at "
                 "character offset 0 (before \"" +
                     request.body.substr(0, 20) + "\")" + kWhere);
  if (!parsed->is_object()) return plain(500, std::string("Not a HASH reference") + kWhere);
  return std::nullopt;
}

std::optional<Answer> read_params(const Request& request, const Route& route, Json& params,
                                  std::optional<Upload>& upload) {
  params = decode_form(request.query);
  Json body = Json::object();
  if (is_json(request) && !request.body.empty())
    body = parse_json(request.body).value_or(Json::object());
  else if (content_type(request) == "multipart/form-data")
    upload = read_upload(request.headers.at("content-type"), request.body, body);
  else if (!request.body.empty())
    body = decode_form(request.body);
  for (const Json& given : {body, Json(route.variables)})
    if (auto merged = merge_params(params, given); !merged.ok())
      return bad_parameters(
          {{merged.error().message,
            "duplicate parameter (already defined in URI) with conflicting values!"}});
  return std::nullopt;
}

}  // namespace pmx::sim
