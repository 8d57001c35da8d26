#include "mcp/gate/gate.h"

#include <exception>
#include <utility>

#include "base/log.h"
#include "mcp/rpc/error.h"

namespace pmx::mcp {
namespace {

/// True for the text of an object that fits on one line of the wire.
bool is_framed_object(std::string_view text) {
  // Two fast searches: find_first_of() takes 5 ns a byte, half of what a large answer cost.
  return text.size() >= 2 && text.front() == '{' && text.back() == '}' &&
         text.find('\n') == std::string_view::npos && text.find('\r') == std::string_view::npos;
}

/// The object `text` with the members of `more` in front.
std::string with_members(std::string text, const Json& more) {
  if (!more.is_object() || more.empty()) return text;
  std::string out = dump_json(more);
  if (text == "{}") return out;
  out.back() = ',';
  return out.append(text, 1);
}

std::string head(const Outbound& message) {
  std::string text = R"({"jsonrpc":"2.0")";
  if (message.form == Outbound::Form::kNotification) {
    return text + ",\"method\":" + dump_json(message.method);
  }
  if (message.form == Outbound::Form::kRequest) {
    return text + ",\"id\":" + dump_json(message.id) + ",\"method\":" + dump_json(message.method);
  }
  if (message.id.is_null() && message.omit_null_id) return text;
  return text + ",\"id\":" + dump_json(message.id);
}

std::string_view payload_name(Outbound::Form form) {
  switch (form) {
    case Outbound::Form::kResult: return "result";
    case Outbound::Form::kError: return "error";
    case Outbound::Form::kNotification:
    case Outbound::Form::kRequest: return "params";
  }
  std::abort();
}

std::string assemble(const Outbound& message, std::string safe) {
  safe = with_members(std::move(safe), message.verbatim);
  const bool has_echo = message.form == Outbound::Form::kError && !message.echo.is_null();
  if (has_echo) safe = with_members(std::move(safe), {{"data", message.echo}});
  std::string text = head(message);
  text.reserve(text.size() + safe.size() + 16);  // a large answer is copied once
  text += ",\"";
  text += payload_name(message.form);
  text += "\":";
  text += safe;
  return text += '}';
}

std::string withheld(const Outbound& message, const Error& why) {
  Json data{{"reason", code_name(why.code)}};
  if (!why.advice.empty()) data["finding"] = why.advice;
  const Json error{{"code", static_cast<int>(kInternalError)},
                   {"message", "withheld by the privacy gate"},
                   {"data", std::move(data)}};
  return head(message) + ",\"error\":" + dump_json(error) + "}";
}

std::string_view form_name(Outbound::Form form) {
  switch (form) {
    case Outbound::Form::kResult: return "result";
    case Outbound::Form::kError: return "error";
    case Outbound::Form::kNotification: return "notification";
    case Outbound::Form::kRequest: return "request";
  }
  std::abort();
}

}  // namespace

std::optional<Cleared> Gate::clear(const Context& ctx, Outbound message) {
  Error why{Code::kInternal, "", ""};
  try {
    if (message.payload_text.empty()) message.payload_text = dump_json(message.payload);
    auto safe = scrub(ctx, std::move(message.payload_text));
    if (safe.ok() && is_framed_object(*safe)) return Cleared(assemble(message, *std::move(safe)));
    if (!safe.ok()) why = safe.error();
  } catch (const std::exception&) {  // the wall: whatever a scrubber does, nothing leaks past it
    why = {Code::kInternal, "", ""};
  }
  log::error(ctx, "gate.withheld",
             {{"form", std::string(form_name(message.form))},
              {"reason", std::string(code_name(why.code))}});
  const bool answer =
      message.form == Outbound::Form::kResult || message.form == Outbound::Form::kError;
  if (!answer) return std::nullopt;
  return Cleared(withheld(message, why));
}

Cleared Gate::join(const std::vector<Cleared>& messages) {
  std::string text = "[";
  for (const Cleared& message : messages) {
    if (text.size() > 1) text += ',';
    text += message.bytes();
  }
  return Cleared(text + ']');
}

}  // namespace pmx::mcp
