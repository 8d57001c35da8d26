// /access/users/{userid}/token: API tokens.
#include "sim/api_access.h"
#include "sim/section_file.h"

namespace pmx::sim {
namespace {

Answer no_such_token(const Call& call) {
  return failure(
      500, "no such token '" + call.text("tokenid") + "' for user '" + call.text("userid") + "'");
}

Answer no_such_user(const Call& call) {
  return failure(500, "no such user ('" + call.text("userid") + "')");
}

/// The token that the call names, or why there is none.
ApiToken* find_token(const Call& call, Answer& refusal) {
  User* user = call.state.access.config.find_user(call.text("userid"));
  refusal = user == nullptr ? no_such_user(call) : no_such_token(call);
  if (user == nullptr) return nullptr;
  const auto found = user->tokens.find(call.text("tokenid"));
  return found == user->tokens.end() ? nullptr : &found->second;
}

/// A token right after a call set it: what was sent comes back as text.
Json sent_token(const Call& call, const ApiToken& token) {
  Json out = shown_token(token);
  for (const char* key : {"privsep", "expire"})
    if (call.has(key)) out[key] = call.text(key);
  return out;
}

Answer list_tokens(const Call& call) {
  const User* user = call.state.access.config.find_user(call.text("userid"));
  if (user == nullptr) return no_such_user(call);
  Json out = Json::array();
  for (const auto& [id, token] : user->tokens) {
    Json row = shown_token(token);
    row["tokenid"] = id;
    out.push_back(std::move(row));
  }
  return ok(out);
}

Answer read_token(const Call& call) {
  Answer refusal;
  const ApiToken* token = find_token(call, refusal);
  return token == nullptr ? refusal : ok(shown_token(*token));
}

Answer create_token(const Call& call) {
  User* user = call.state.access.config.find_user(call.text("userid"));
  if (user == nullptr) return no_such_user(call);
  const std::string id = call.text("tokenid");
  if (user->tokens.contains(id)) return bad_parameters({{"tokenid", "Token already exists."}});
  ApiToken token;
  token.secret = call.state.access.make_secret();
  token.privsep = !call.has("privsep") || call.flag("privsep");
  token.expire = call.number("expire", 0);
  token.comment = call.text("comment");
  Json info = sent_token(call, token);
  if (!call.has("expire")) info.erase("expire");
  Json out{{"full-tokenid", call.text("userid") + "!" + id},
           {"value", token.secret},
           {"info", std::move(info)}};
  user->tokens.emplace(id, std::move(token));
  return ok(out);
}

Answer update_token(const Call& call) {
  Answer refusal;
  ApiToken* token = find_token(call, refusal);
  if (token == nullptr) return refusal;
  for (const std::string& key : list_items(call.text("delete")))
    if (key != "comment")
      return failed_to("updating token info",
                       bad_parameters({{"delete", "unknown option '" + key + "'"}}));
  if (call.has("privsep")) token->privsep = call.flag("privsep");
  token->expire = call.number("expire", token->expire);
  if (call.has("comment")) token->comment = call.text("comment");
  if (call.has("delete")) token->comment.clear();
  Json out = sent_token(call, *token);
  if (call.flag("regenerate")) {
    token->secret = call.state.access.make_secret();
    out["value"] = token->secret;
    out["full-tokenid"] = call.text("userid") + "!" + call.text("tokenid");
  }
  return ok(out);
}

Answer delete_token(const Call& call) {
  Answer refusal;
  if (find_token(call, refusal) == nullptr) return refusal;
  call.state.access.config.find_user(call.text("userid"))->tokens.erase(call.text("tokenid"));
  return ok(nullptr);
}

}  // namespace

Json shown_token(const ApiToken& token) {
  Json out{{"privsep", token.privsep ? 1 : 0}, {"expire", token.expire}};
  if (!token.comment.empty()) out["comment"] = token.comment;
  return out;
}

void add_token_handlers(Handlers& handlers) {
  handlers["GET /access/users/{userid}/token"] = list_tokens;
  handlers["GET /access/users/{userid}/token/{tokenid}"] = read_token;
  handlers["POST /access/users/{userid}/token/{tokenid}"] = create_token;
  handlers["PUT /access/users/{userid}/token/{tokenid}"] = update_token;
  handlers["DELETE /access/users/{userid}/token/{tokenid}"] = delete_token;
}

}  // namespace pmx::sim
