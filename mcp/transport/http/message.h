// The bytes of answers: heads, refusals, events. Pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/transport/http/exchange.h"

namespace pmx::mcp::http {

/// What the sender of the request decides about the form of its answer.
struct AnswerForm {
  bool http10 = false;
  bool close = false;      ///< say "Connection: close"
  bool head_only = false;  ///< the answer to HEAD
};

/// The head of a whole answer of `body_size` bytes (nothing: no body).
std::string whole_head(int status, const std::vector<HttpHeader>& headers,
                       std::optional<std::size_t> body_size, const AnswerForm& form);

/// The head of an event stream; chunked unless `form.http10`.
std::string stream_head(const std::vector<HttpHeader>& headers, const AnswerForm& form);

/// A constant answer for `status` that closes the connection; 503 comes with Retry-After.
std::string refusal(int status);

/// What comes before and after the data of one event. `chunked` adds HTTP's own framing.
struct EventFrame {
  std::string before;
  std::string_view after;
};
EventFrame event_frame(std::size_t data_size, std::string_view id,
                       std::optional<std::chrono::milliseconds> retry, bool chunked);

/// A comment line that keeps proxies from closing a silent stream.
std::string_view keep_alive_comment(bool chunked);

/// The end of a stream.
std::string_view stream_end(bool chunked);

}  // namespace pmx::mcp::http
